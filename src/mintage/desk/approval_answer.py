"""What the inbox of approvals tells: requests that wait for a second person, and what each would do."""

from __future__ import annotations

from typing import Literal

import msgspec

from mintage.desk.books_close import ClosePreview
from mintage.desk.here import Missing
from mintage.desk.reversals import ReversalPreview
from mintage.fleet.control.store import MachineResult
from mintage.fleet.curtail.states import Event
from mintage.people.proposals import State

Source = Literal["company", "machines", "curtailment"]


class ApprovalRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for a second person, or waited.

    Attributes:
        id: its id.
        source: the company's books and people, machines of a site, or a curtailment.
        site: the site; "" for the company.
        action: what is to be done, e.g. "books.close" or "reboot".
        subject: what it is to be done to.
        asked_by: who asked.
        asked_us: when.
        until_us: when it expires.
        reason: why.
        state: pending, approved, rejected, cancelled, expired, done or failed.
        href: address of its page, with what it would do.
        may_decide: whether the reader may approve or reject it.
        may_cancel: whether the reader asked for it and may take it back.
        decided_by: who decided; "" while nobody has.
        decided_us: when; 0 while nobody has.
        why: what he or she said.
        outcome: what came of it.
    """

    id: str
    source: Source
    site: str
    action: str
    subject: str
    asked_by: str
    asked_us: int
    until_us: int
    reason: str
    state: State
    href: str
    may_decide: bool
    may_cancel: bool
    decided_by: str = ""
    decided_us: int = 0
    why: str = ""
    outcome: str = ""


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a second person.

    Attributes:
        waiting: what the reader may decide, the oldest first.
        own: what the reader asked for and another person has to decide.
        past: what was decided lately, of that which the reader asked for or may decide.
    """

    waiting: tuple[ApprovalRow, ...]
    own: tuple[ApprovalRow, ...]
    past: tuple[ApprovalRow, ...]


class ApprovalPage(msgspec.Struct, frozen=True, kw_only=True):
    """One request with what it would do; of the previews, the one that fits it.

    Attributes:
        row: the request.
        close: what a close would write, while it waits.
        reversal: what a reversal would undo, while it waits.
        machines: machines that are meant, with what became of it there.
        curtailment: the curtailment.
    """

    row: ApprovalRow
    close: ClosePreview | None = None
    reversal: ReversalPreview | None = None
    machines: tuple[MachineResult, ...] = ()
    curtailment: Event | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second person's word.

    Attributes:
        approve: yes or no.
        why: a word on it; a no needs one.
        site: the site that asks, where a site does; "" for the company.
    """

    approve: bool
    why: str = ""
    site: str = ""


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Taking back what one asked for.

    Attributes:
        site: the site that it was asked of, where it was a site; "" for the company.
        why: why; a site wants to know.
    """

    site: str = ""
    why: str = ""


def missing(id_: str) -> Missing:
    """The refusal of an id that is none, or not for this reader."""
    return Missing(f"there is no request '{id_[:40]}'.", field="id", remedy="See the list of approvals.")
