"""Acts that take a second person: one asks, another one approves, and only then it is done.

Machines have approvals of their own at their site (`mintage.fleet.control`); these are for the company's journal:
closing, reopening, reversing.
"""

from __future__ import annotations

import secrets
from typing import Any, Literal

import msgspec

from mintage.people.caller import Caller
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import InputError, LimitError

SCHEMA = """
CREATE TABLE IF NOT EXISTS proposal (
    id TEXT PRIMARY KEY, action TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, asked_by TEXT NOT NULL,
    asked_us INTEGER NOT NULL, until_us INTEGER NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '', decided_us INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '', finished_us INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS proposal_state ON proposal (state, asked_us);
"""
State = Literal["pending", "approved", "rejected", "cancelled", "expired", "done", "failed"]
HOLDS_S = 7 * 86_400
PENDING_MAX = 1_000
BODY_BYTES_MAX = 64 << 10
REASON_MAX = 500


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody asked for.

    Attributes:
        id: its id.
        action: the operation's id, e.g. "books.close".
        subject: what it is to be done to, e.g. a period.
        body: what the operation is given.
        asked_by: who asked.
        asked_us: when.
        until_us: when it expires.
        reason: why it was asked for.
        state: pending; approved (and to be done), rejected, cancelled or expired; done or failed.
        decided_by: who approved, rejected or cancelled; "" while nobody has.
        decided_us: when; 0 while nobody has.
        why: what he or she said.
        outcome: what came of it.
        finished_us: when it was done or failed; 0 before.
    """

    id: str
    action: str
    subject: str
    body: dict[str, Any]
    asked_by: str
    asked_us: int
    until_us: int
    reason: str
    state: State = "pending"
    decided_by: str = ""
    decided_us: int = 0
    why: str = ""
    outcome: str = ""
    finished_us: int = 0


_FIELDS = Proposal.__struct_fields__
_ROW = ", ".join(_FIELDS)


class Proposals:
    """What was asked for and waits for a second person. Each step is taken once, whoever else tries at the same time.

    Args:
        db: the console's file of tables.
        clock: what time it is.
    """

    def __init__(self, db: StateDb, clock: Clock) -> None:
        self._db, self._clock = db, clock
        db.define(SCHEMA)

    def propose(
        self,
        by: Caller,
        action: str,
        subject: str,
        body: dict[str, Any],
        *,
        reason: str,
        holds_s: int = HOLDS_S,
    ) -> Proposal:
        """Ask for something. Whoever calls has checked that `by` may ask for it.

        Args:
            by: who asks.
            action: the operation's id.
            subject: what it is to be done to.
            body: what the operation is given; no secrets.
            reason: why, for whoever decides.
            holds_s: seconds until it expires.

        Raises:
            InputError: no reason is given, the body is no JSON, or the same waits already.
            LimitError: the body is too large, or too much waits.
        """
        now_us, text = self._clock.now_us(), _encoded(body)
        proposal = Proposal(
            id=f"pr-{secrets.token_hex(6)}",
            action=action,
            subject=subject,
            body=body,
            asked_by=by.name,
            asked_us=now_us,
            until_us=now_us + holds_s * 1_000_000,
            reason=_sentence(reason, "reason"),
        )
        values = [text if name == "body" else getattr(proposal, name) for name in _FIELDS]
        with self._db.transaction():
            self._expire(now_us)
            same = "SELECT id FROM proposal WHERE state = 'pending' AND action = ? AND subject = ? AND body = ?"
            for (id_,) in self._db.rows(same, (action, subject, text)):
                raise InputError(f"the same was asked for already, as {id_}.", remedy="Wait for a second person.")
            if self._db.rows("SELECT count(*) FROM proposal WHERE state = 'pending'")[0][0] >= PENDING_MAX:
                raise LimitError(f"{PENDING_MAX} requests wait for a second person.", remedy="Decide some of them.")
            marks = ", ".join("?" * len(_FIELDS))
            self._db.execute(f"INSERT INTO proposal ({_ROW}) VALUES ({marks})", values)  # noqa: S608  names alone
        return proposal

    def approve(self, by: Caller, id_: str, right: str, *, why: str = "", site: str | None = None) -> Proposal:
        """Approve what another person asked for; then it is to be done, and `finish` says what came of it.

        Args:
            by: who approves.
            id_: the proposal.
            right: the right that it takes, e.g. "books.approve".
            why: a word on it.
            site: the site that it is about, None for the company.

        Raises:
            Forbidden: whoever approves does not have the right.
            InputError: it is his or her own, there is none of that id, or it was decided or has expired.
        """
        by.insist(right, site)
        self._insist_on_another(by, id_)
        return self._decide(by, id_, "approved", why)

    def reject(self, by: Caller, id_: str, right: str, *, why: str, site: str | None = None) -> Proposal:
        """Reject what another person asked for.

        Args:
            by: who rejects.
            id_: the proposal.
            right: the right that it takes, e.g. "books.approve".
            why: why.
            site: the site that it is about, None for the company.

        Raises:
            Forbidden: whoever rejects does not have the right.
            InputError: it is his or her own, there is none of that id, or it was decided or has expired.
        """
        by.insist(right, site)
        self._insist_on_another(by, id_)
        return self._decide(by, id_, "rejected", _sentence(why, "why"))

    def cancel(self, by: Caller, id_: str, *, why: str = "") -> Proposal:
        """Take back what one asked for.

        Raises:
            InputError: another person asked, there is none of that id, or it was decided or has expired.
        """
        if not _same(self.show(id_).asked_by, by.name):
            raise InputError("another person asked for this.", field="id", remedy="Reject it instead.")
        return self._decide(by, id_, "cancelled", why)

    def finish(self, id_: str, outcome: str, *, failed: bool = False) -> Proposal:
        """Say what came of what was approved.

        Args:
            id_: the proposal.
            outcome: what came of it.
            failed: whether it could not be done.

        Raises:
            InputError: it was not approved, or is finished.
        """
        update = "UPDATE proposal SET state = ?, outcome = ?, finished_us = ? WHERE id = ? AND state = 'approved'"
        values = ("failed" if failed else "done", outcome[:REASON_MAX], self._clock.now_us(), id_)
        if not self._db.execute(update, values):
            raise InputError(f"{id_} is {self.show(id_).state}, and is not to be done.", field="id")
        return self.show(id_)

    def pending(self) -> tuple[Proposal, ...]:
        """What waits for a second person, the oldest first."""
        return self._where("state = 'pending' ORDER BY asked_us, id")

    def approved(self) -> tuple[Proposal, ...]:
        """What was approved and is not finished, the oldest first: after a crash it is still to be done."""
        return self._where("state = 'approved' ORDER BY decided_us, id")

    def latest(self, limit: int = 100) -> tuple[Proposal, ...]:
        """What was asked for in any state, the latest first.

        Args:
            limit: so many at most.
        """
        return self._where("1 ORDER BY asked_us DESC, id LIMIT ?", (limit,))

    def show(self, id_: str) -> Proposal:
        """One proposal.

        Raises:
            InputError: there is none of that id.
        """
        found = self._where("id = ?", (id_,))
        if not found:
            raise InputError(f"there is no request '{id_}'.", field="id", remedy="See the list of requests.")
        return found[0]

    def _insist_on_another(self, by: Caller, id_: str) -> None:
        if _same(self.show(id_).asked_by, by.name):
            raise InputError(
                f"{by.name} asked for this, and nobody decides his or her own request.",
                field="id",
                remedy="Ask a second person, or cancel it.",
            )

    def _decide(self, by: Caller, id_: str, state: State, why: str) -> Proposal:
        now_us = self._clock.now_us()
        update = """
            UPDATE proposal SET state = ?, decided_by = ?, decided_us = ?, why = ?
            WHERE id = ? AND state = 'pending' AND until_us > ?
        """
        if not self._db.execute(update, (state, by.name, now_us, why[:REASON_MAX], id_, now_us)):
            raise InputError(f"{id_} is {self.show(id_).state}, and is decided no more.", field="id")
        return self.show(id_)

    def _where(self, condition: str, values: tuple[Any, ...] = ()) -> tuple[Proposal, ...]:
        """Proposals as they stand now: what has run out of time is expired, whatever the file says yet."""
        self._expire(self._clock.now_us())
        rows = self._db.rows(f"SELECT {_ROW} FROM proposal WHERE {condition}", values)  # noqa: S608  from here alone
        named = (dict(zip(_FIELDS, row, strict=True)) for row in rows)
        return tuple(msgspec.convert({**row, "body": msgspec.json.decode(row["body"])}, Proposal) for row in named)

    def _expire(self, now_us: int) -> None:
        late = "state = 'pending' AND until_us <= ?"
        if self._db.rows(f"SELECT 1 FROM proposal WHERE {late} LIMIT 1", (now_us,)):  # noqa: S608  reading needs no lock
            self._db.execute(f"UPDATE proposal SET state = 'expired' WHERE {late}", (now_us,))  # noqa: S608


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _encoded(body: dict[str, Any]) -> str:
    try:
        raw = msgspec.json.encode(body, order="sorted")
    except (TypeError, ValueError) as error:
        raise InputError(f"this cannot be kept: {error}.", field="body") from error
    if len(raw) > BODY_BYTES_MAX:
        raise LimitError(f"a request holds at most {BODY_BYTES_MAX} bytes.", field="body")
    return raw.decode()


def _sentence(text: str, field: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > REASON_MAX:
        raise InputError(f"a reason of 1 to {REASON_MAX} characters is needed.", field=field)
    return plain
