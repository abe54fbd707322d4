"""Requests and what became of them at each machine, in the site's state file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from mintage.fleet.control.actions import decode_action, in_words, masked
from mintage.fleet.drivers.port import Action
from mintage.fleet.latest import LatestState
from mintage.fleet.sites import Site
from mintage.state.db import Row, StateDb
from mintage.units.clock import Clock, ScaledClock
from mintage.units.errors import InputError

SCHEMA = """
CREATE TABLE IF NOT EXISTS action_request (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, kind TEXT NOT NULL, line TEXT NOT NULL, action TEXT NOT NULL,
    scope TEXT NOT NULL, reason TEXT NOT NULL, asked_by TEXT NOT NULL, asked_us INTEGER NOT NULL,
    begins_us INTEGER NOT NULL, expires_us INTEGER NOT NULL, state TEXT NOT NULL, needs_approval INTEGER NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '', decided_us INTEGER, decided_why TEXT NOT NULL DEFAULT '',
    finished_us INTEGER, recorded INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS action_login (request TEXT PRIMARY KEY, login TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS action_request_state ON action_request (state, asked_us);
CREATE TABLE IF NOT EXISTS action_target (
    request TEXT NOT NULL REFERENCES action_request (id), asset TEXT NOT NULL, address TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, answered INTEGER NOT NULL DEFAULT 0, first_us INTEGER,
    due_us INTEGER NOT NULL, words TEXT NOT NULL DEFAULT '', effective TEXT NOT NULL DEFAULT 'now',
    changed_us INTEGER NOT NULL, PRIMARY KEY (request, asset)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS action_target_open ON action_target (state, due_us)
    WHERE state IN ('waiting', 'asking', 'accepted');
CREATE INDEX IF NOT EXISTS action_target_machine ON action_target (asset);
CREATE INDEX IF NOT EXISTS action_target_asset ON action_target (asset)
    WHERE state IN ('waiting', 'asking', 'accepted');
"""

RequestState = Literal["pending", "approved", "finished", "rejected", "cancelled", "expired"]
"""pending: waits for a second person; approved: the agent carries it out; the others are ends."""
TargetState = Literal[
    "waiting", "asking", "accepted", "done", "refused", "unsupported", "silent", "unconfirmed", "expired", "overtaken",
    "cancelled",
]  # fmt: skip
"""waiting: not asked yet, or to be asked again; asking: being asked; accepted: telemetry is to bear out
that it did it; unconfirmed: telemetry did not; overtaken: a later request replaced it; the rest say themselves."""


class Desk(Protocol):
    """Where requests are made: a site with its state, its machines and its time. A `Context` is one."""

    @property
    def site(self) -> Site:
        """The site."""
        ...

    @property
    def db(self) -> StateDb:
        """Its state file."""
        ...

    @property
    def latest(self) -> LatestState:
        """What is known of its machines."""
        ...

    @property
    def clock(self) -> Clock:
        """The time that it goes by."""
        ...


class ActionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for an action.

    Attributes:
        id: its id, "a-" and twelve hexadecimal digits.
        site: site.
        action: what is to be done.
        what: the same in words.
        scope: which machines, as asked.
        reason: why.
        asked_by: who asked.
        asked_us: when.
        expires_us: after this instant no machine is asked any more.
        state: where it stands.
        needs_approval: whether a second person has to approve.
        decided_by: who approved, rejected or cancelled; "" where nobody did.
        decided_us: when.
        decided_why: what he or she said.
        finished_us: instant at which the last machine was through; None before.
        machines: how many machines it is for.
        counts: how many of them stand where, by `TargetState`.
    """

    id: str
    site: str
    action: Action
    what: str
    scope: str
    reason: str
    asked_by: str
    asked_us: int
    expires_us: int
    state: RequestState
    needs_approval: bool
    decided_by: str
    decided_us: int | None
    decided_why: str
    finished_us: int | None
    machines: int
    counts: dict[str, int]


class MachineResult(msgspec.Struct, frozen=True, kw_only=True):
    """Where an action stands at one machine.

    Attributes:
        asset: our id of it.
        address: where it was when this was asked.
        state: one of `TargetState`.
        words: the machine's own words, or why there are none.
        tries: how often it was asked.
        effective: when it takes effect.
        changed_us: instant of the last change.
    """

    asset: str
    address: str
    state: TargetState
    words: str
    tries: int
    effective: str
    changed_us: int


def define(db: StateDb) -> None:
    """Make the tables of actions."""
    db.define(SCHEMA)


def in_people_s(clock: Clock, seconds: float) -> float:
    """Seconds of a clock that last as long as so many seconds do for people and networks.

    On a virtual site that lives a day in a minute, an approver and a socket are no faster than elsewhere.
    """
    return seconds * max(1.0, clock.speed) if isinstance(clock, ScaledClock) else seconds


def insert(db: StateDb, row: Mapping[str, str | int], targets: Iterable[tuple[str, str]]) -> None:
    """Keep a new request with its machines, as pairs of asset id and address."""
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"INSERT INTO action_request ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608  our own
    db.many(
        "INSERT INTO action_target (request, asset, address, state, due_us, changed_us)"
        " VALUES (?, ?, ?, 'waiting', ?, ?)",
        ((row["id"], asset, address, row["asked_us"], row["asked_us"]) for asset, address in targets),
    )


def keep_login(db: StateDb, request: str, login: str) -> None:
    """Keep the login that a request was made from, where it is known."""
    if login:
        db.execute("INSERT INTO action_login (request, login) VALUES (?, ?)", (request, login))


def login_of(db: StateDb, request: str) -> str:
    """The login that a request was made from; "" where that is not known."""
    rows = db.rows("SELECT login FROM action_login WHERE request = ?", (request,))
    return str(rows[0][0]) if rows else ""


def load(db: StateDb, request: str) -> ActionRequest:
    """One request.

    Raises:
        InputError: there is none with that id.
    """
    found = _load(db, "WHERE id = ?", (request,))
    if not found:
        raise InputError(f"no action '{request}' was asked for.", field="id", remedy="See `mintage control list`.")
    return found[0]


def listed(db: StateDb, states: Sequence[str], limit: int) -> list[ActionRequest]:
    """Requests in some states, or in any where none is named, the newest first."""
    where = f"WHERE state IN ({', '.join('?' * len(states))})" if states else ""
    return _load(db, f"{where} ORDER BY asked_us DESC, id LIMIT ?", (*states, limit))


def results(db: StateDb, request: str) -> list[MachineResult]:
    """What became of a request at each machine, by asset id."""
    query = "SELECT asset, address, state, words, tries, effective, changed_us FROM action_target WHERE request = ?"
    names = ("asset", "address", "state", "words", "tries", "effective", "changed_us")
    return [
        msgspec.convert(dict(zip(names, row, strict=True)), MachineResult)
        for row in db.rows(f"{query} ORDER BY asset", (request,))
    ]


def requests_of(db: StateDb, asset: str, limit: int) -> list[tuple[ActionRequest, MachineResult]]:
    """Requests that one machine is part of with what became of each there, the newest first."""
    rest = "WHERE id IN (SELECT request FROM action_target WHERE asset = ?) ORDER BY asked_us DESC, id LIMIT ?"
    query = "SELECT asset, address, state, words, tries, effective, changed_us FROM action_target"
    found = _load(db, rest, (asset, limit))
    rows = (db.rows(f"{query} WHERE request = ? AND asset = ?", (item.id, asset))[0] for item in found)
    names = MachineResult.__struct_fields__
    return [
        (item, msgspec.convert(dict(zip(names, row, strict=True)), MachineResult))
        for item, row in zip(found, rows, strict=True)
    ]


def close_targets(db: StateDb, request: str, state: TargetState, words: str, now_us: int) -> None:
    """End what was not begun of a request; what was begun is still followed to its end."""
    db.execute(
        "UPDATE action_target SET state = ?, words = CASE words WHEN '' THEN ? ELSE ? || words END, changed_us = ?"
        " WHERE request = ? AND state = 'waiting'",
        (state, words, f"{words}; at the last try: ", now_us, request),
    )


def _load(db: StateDb, rest: str, values: Iterable[str | int]) -> list[ActionRequest]:
    columns = (
        "id, site, action, scope, reason, asked_by, asked_us, expires_us, state, needs_approval, decided_by,"
        " decided_us, decided_why, finished_us"
    )
    rows = db.rows(f"SELECT {columns} FROM action_request {rest}", tuple(values))  # noqa: S608  our own clauses
    return [_request(row, _counts(db, row[0])) for row in rows]


def _counts(db: StateDb, request: str) -> dict[str, int]:
    query = "SELECT state, count(*) FROM action_target WHERE request = ? GROUP BY state ORDER BY state"
    return dict(db.rows(query, (request,)))


def _request(row: Row, counts: dict[str, int]) -> ActionRequest:
    action = masked(decode_action(row[2]))
    return ActionRequest(
        id=row[0],
        site=row[1],
        action=action,
        what=in_words(action),
        scope=row[3],
        reason=row[4],
        asked_by=row[5],
        asked_us=row[6],
        expires_us=row[7],
        state=row[8],
        needs_approval=bool(row[9]),
        decided_by=row[10],
        decided_us=row[11],
        decided_why=row[12],
        finished_us=row[13],
        machines=sum(counts.values()),
        counts=counts,
    )
