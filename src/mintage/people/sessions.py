"""Sessions: who is signed in, in which browser, and until when.

A browser holds 256 random bits in a cookie; only their hash is kept. What a form must send back against forgery
follows from the cookie and is kept nowhere.
"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from mintage.people.secret import Secret, digest, new_secret
from mintage.state.db import StateDb
from mintage.units.clock import Clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, person TEXT NOT NULL REFERENCES person (name),
    made_us INTEGER NOT NULL, seen_us INTEGER NOT NULL, until_us INTEGER NOT NULL, pending INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, address TEXT NOT NULL, agent TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_person ON session (person);
"""
_SECOND_US = 1_000_000
IDLE_US = 12 * 3600 * _SECOND_US
LIFE_US = 7 * 86_400 * _SECOND_US
PENDING_US = 600 * _SECOND_US
"""How long the second factor is waited for."""
SEEN_US = 60 * _SECOND_US
"""How exact the last visit is kept: a write for each request would make each wait for the disk."""
FAILURES_MAX = 5
"""Wrong second factors until the password is asked for again."""
SESSIONS_MAX = 20
"""Sessions of one person; the one longest unused gives way."""
_ROW = "id, person, made_us, seen_us, until_us, pending, address, agent"
_TEXT_MAX = 200


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it is shown; it does not contain what the browser holds.

    Attributes:
        id: its id.
        person: whose.
        made_us: when it began.
        seen_us: last visit, to the minute.
        until_us: when it ends in any case.
        pending: whether the second factor is still waited for.
        address: network address that it began from.
        agent: what the browser said it is.
    """

    id: str
    person: str
    made_us: int
    seen_us: int
    until_us: int
    pending: bool
    address: str
    agent: str


class Sessions:
    """The sessions of all people.

    Args:
        db: the file of tables, in which people are defined already.
        clock: what time it is.
    """

    def __init__(self, db: StateDb, clock: Clock) -> None:
        self._db, self._clock = db, clock
        db.define(SCHEMA)

    def begin(self, person: str, *, pending: bool, address: str = "", agent: str = "") -> tuple[Session, Secret]:
        """Begin a session; also what the browser is to hold."""
        now_us, cookie = self._clock.now_us(), new_secret()
        session = Session(
            id=f"s-{secrets.token_hex(8)}",
            person=person,
            made_us=now_us,
            seen_us=now_us,
            until_us=now_us + (PENDING_US if pending else LIFE_US),
            pending=pending,
            address=address[:_TEXT_MAX],
            agent=agent[:_TEXT_MAX],
        )
        with self._db.transaction():
            self._make_room(person, now_us)
            self._db.execute(
                f"INSERT INTO session ({_ROW}, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  names alone
                (*msgspec.structs.astuple(session), digest(cookie.reveal())),
            )
        return session, cookie

    def find(self, cookie: str) -> Session | None:
        """The session of a browser; None where there is none, or it is over."""
        rows = self._db.rows(f"SELECT {_ROW} FROM session WHERE sha256 = ?", (digest(cookie),))  # noqa: S608
        session, now_us = (_session(rows[0]) if rows else None), self._clock.now_us()
        if session is None or _over(session, now_us):
            return None
        if now_us - session.seen_us >= SEEN_US:
            self._db.execute("UPDATE session SET seen_us = ? WHERE id = ?", (now_us, session.id))
        return session

    def rotate(self, id_: str) -> Secret | None:
        """Give a browser another secret for its session; the former one is worth nothing. None: it is over."""
        cookie = new_secret()
        update = "UPDATE session SET sha256 = ? WHERE id = ? AND pending = 0"
        return cookie if self._db.execute(update, (digest(cookie.reveal()), id_)) else None

    def complete(self, session: Session) -> Secret | None:
        """End the waiting for a second factor, with another secret. None: it is over, or was completed meanwhile."""
        cookie, now_us = new_secret(), self._clock.now_us()
        update = "UPDATE session SET sha256 = ?, pending = 0, until_us = ? WHERE id = ? AND pending = 1"
        done = self._db.execute(update, (digest(cookie.reveal()), now_us + LIFE_US, session.id))
        return cookie if done else None

    def fail(self, session: Session) -> None:
        """Count a wrong second factor; after some the session ends."""
        with self._db.transaction():
            self._db.execute("UPDATE session SET failures = failures + 1 WHERE id = ?", (session.id,))
            self._db.execute("DELETE FROM session WHERE id = ? AND failures >= ?", (session.id, FAILURES_MAX))

    def of(self, person: str) -> tuple[Session, ...]:
        """Somebody's sessions that are not over, the latest visit first."""
        query = f"SELECT {_ROW} FROM session WHERE person = ? ORDER BY seen_us DESC, id"  # noqa: S608
        found, now_us = map(_session, self._db.rows(query, (person,))), self._clock.now_us()
        return tuple(session for session in found if not _over(session, now_us))

    def end(self, person: str, id_: str) -> bool:
        """End one of somebody's sessions; False where there is none of that id."""
        return self._db.execute("DELETE FROM session WHERE id = ? AND person = ?", (id_, person)) == 1

    def end_all(self, person: str, *, but: str = "") -> int:
        """End somebody's sessions, all or all but one; how many."""
        return self._db.execute("DELETE FROM session WHERE person = ? AND id != ?", (person, but))

    def _make_room(self, person: str, now_us: int) -> None:
        self._db.execute("DELETE FROM session WHERE until_us <= ? OR seen_us <= ?", (now_us, now_us - IDLE_US))
        oldest = "SELECT id FROM session WHERE person = ? ORDER BY seen_us DESC, id LIMIT -1 OFFSET ?"
        self._db.execute(f"DELETE FROM session WHERE id IN ({oldest})", (person, SESSIONS_MAX - 1))  # noqa: S608


def _session(row: tuple[Any, ...]) -> Session:
    id_, person, made_us, seen_us, until_us, pending, address, agent = row
    return Session(
        id=id_,
        person=person,
        made_us=made_us,
        seen_us=seen_us,
        until_us=until_us,
        pending=bool(pending),
        address=address,
        agent=agent,
    )


def _over(session: Session, now_us: int) -> bool:
    return now_us >= session.until_us or now_us - session.seen_us >= IDLE_US
