"""The audit: who changed what, and who was refused, from the journal's own facts."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from mintage.desk.company import Company
from mintage.desk.figure import trace_fact
from mintage.journal.search import Search
from mintage.journal.store import Stored
from mintage.people.facts import Acted
from mintage.units.errors import InputError

Area = Literal["console", "machines", "curtailments", "books"]
AREAS: dict[Area, str] = {
    "console": "people.acted",
    "machines": "fleet.action-taken",
    "curtailments": "fleet.curtailed",
    "books": "journal.",
}
"""Beginning of the kinds of facts that tell what was done where."""
LIMIT_MAX = 200


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody did.

    Attributes:
        at_us: when, microseconds since 1970 UTC.
        actor: who.
        action: the operation's id, or the kind of fact.
        subject: what it was done to.
        site: the site that it was done at, "" where none is named.
        outcome: "done" or "refused".
        via: how the actor was known, "" where the fact does not say.
        detail: a few words.
        request: id of the request, "" where there was none.
        trace: address of the fact.
    """

    at_us: int
    actor: str
    action: str
    subject: str
    site: str = ""
    outcome: str = "done"
    via: str = ""
    detail: str = ""
    request: str = ""
    trace: str


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was done, the latest first.

    Attributes:
        area: console, machines, curtailments or books.
        rows: what was done.
        next: number to go on before; 0 where there is nothing more.
    """

    area: Area
    rows: list[AuditRow]
    next: int


def audit(
    company: Company,
    *,
    area: str = "console",
    actor: str = "",
    text: str = "",
    start: date | None = None,
    end: date | None = None,
    before: int = 0,
    limit: int = 50,
) -> Audit:
    """What was done, the latest first.

    Args:
        company: whose journal.
        area: console, machines, curtailments or books.
        actor: who did it, exactly; anybody where "".
        text: words that stand in it.
        start: first accounting date.
        end: last accounting date.
        before: number to go on before; 0 for the newest.
        limit: how many rows.

    Raises:
        InputError: there is no such area.
    """
    known = next((name for name in AREAS if name == area), None)
    if known is None:
        raise InputError(f"there is no area '{area[:20]}'.", field="area", remedy=f"Choose {', '.join(AREAS)}.")
    wanted = Search(kind=AREAS[known], actor=actor, text=text, start=start, end=end)
    found = company.journal.search(wanted, before=before, limit=min(max(limit, 1), LIMIT_MAX))
    return Audit(area=known, rows=[_row(stored) for stored in found.facts], next=found.next)


def _row(stored: Stored) -> AuditRow:
    fact, data = stored.fact, stored.fact.data
    if isinstance(data, Acted):
        return AuditRow(
            at_us=fact.at,
            actor=fact.actor,
            action=data.action,
            subject=data.subject,
            site=data.site,
            outcome=data.outcome,
            via=data.via,
            detail=data.detail,
            request=data.request,
            trace=trace_fact(fact.key),
        )
    subject = next((str(getattr(data, name)) for name in ("scope", "mode", "period", "of") if hasattr(data, name)), "")
    detail = (getattr(data, name, "") for name in ("what", "reason"))
    return AuditRow(
        at_us=fact.at,
        actor=str(getattr(data, "asked_by", fact.actor)),
        action=fact.kind,
        subject=subject or fact.key,
        site=str(getattr(data, "site", "")),
        detail="; ".join(str(text) for text in detail if text),
        trace=trace_fact(fact.key),
    )
