"""What was changed about people, told to whoever asked: enough for the record, and what is shown once."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from mintage.journal.fact import Fact
from mintage.people.caller import Caller, Via
from mintage.people.facts import Acted, Outcome
from mintage.people.secret import Secret, csrf_of, digest
from mintage.people.sessions import Session
from mintage.people.tokens import Token

_SUBJECT_MAX, _DETAIL_MAX = 200, 500


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Something was changed.

    Attributes:
        action: the operation's id, e.g. "people.granted".
        subject: whom it was done to.
        by: who did it.
        via: how he or she was known.
        detail: a few words.
        site: the site that it is about, "" for the company.
        cookie: what the browser of whoever asked must hold from now on; None where it stays as it is.
    """

    action: str
    subject: str
    by: str
    via: Via
    detail: str = ""
    site: str = ""
    cookie: Secret | None = None


class SignedIn(Done, frozen=True, kw_only=True):
    """Somebody signed in, or is half way.

    Attributes:
        session: the session.
    """

    session: Session

    @property
    def pending(self) -> bool:
        """Whether the second factor is still to be given."""
        return self.session.pending

    @property
    def csrf(self) -> str:
        """What a form of this session must send back."""
        return csrf_of(self.cookie.reveal()) if self.cookie else ""


class Invited(Done, frozen=True, kw_only=True):
    """Somebody may set a password.

    Attributes:
        code: what proves it, for the link; told this once.
        until_us: when it ends.
    """

    code: Secret
    until_us: int


class Enrolment(Done, frozen=True, kw_only=True):
    """A second factor waits for its first code.

    Attributes:
        secret: what the app needs, to type; told this once.
        uri: the same as an address.
        svg: the same as a picture.
    """

    secret: Secret
    uri: Secret
    svg: Secret


class Recovery(Done, frozen=True, kw_only=True):
    """There are new codes on paper.

    Attributes:
        codes: the codes; told this once.
    """

    codes: tuple[Secret, ...]


class NewToken(Done, frozen=True, kw_only=True):
    """There is a new token.

    Attributes:
        token: as it is shown.
        secret: what the program shows to the API; told this once.
    """

    token: Token
    secret: Secret


def record(
    by: Caller,
    action: str,
    subject: str,
    *,
    request: str,
    at_us: int,
    outcome: Outcome = "done",
    detail: str = "",
    site: str = "",
) -> Fact:
    """The fact that somebody acted, for the journal.

    Args:
        by: who.
        action: the operation's id.
        subject: what it was done to.
        request: id of the request.
        at_us: when.
        outcome: "done", or "refused".
        detail: a few words; never a secret.
        site: the site that it was done at.
    """
    done = Done(action=action, subject=subject, by=by.name, via=by.via, detail=detail, site=site)
    return record_of(done, request=request, at_us=at_us, outcome=outcome)


def record_of(done: Done, *, request: str, at_us: int, outcome: Outcome = "done") -> Fact:
    """The fact that something was changed about people, for the journal.

    Args:
        done: what was changed.
        request: id of the request.
        at_us: when.
        outcome: "done", or "refused".
    """
    data = Acted(
        action=done.action,
        subject=_line(done.subject, _SUBJECT_MAX),
        outcome=outcome,
        via=done.via,
        request=request,
        detail=_line(done.detail, _DETAIL_MAX),
        site=done.site,
    )
    mark = digest(f"{data.action}\n{data.subject}\n{data.outcome}\n{data.detail}")[:12]
    return Fact(
        key=f"acted-{request}-{mark}",
        at=at_us,
        date=datetime.fromtimestamp(at_us // 1_000_000, UTC).date(),
        actor=done.by,
        data=data,
    )


def _line(text: str, length_max: int) -> str:
    """One line of what may have been typed: nothing that a terminal or a log would obey."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= length_max else f"{plain[: length_max - 1]}…"
