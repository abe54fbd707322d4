"""Alerts, their members, windows and messages, in the site's state file."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from mintage.fleet.alerts.grouping import PlaceKind
from mintage.fleet.alerts.rules import Severity
from mintage.fleet.alerts.subjects import Subject
from mintage.state.db import Row, StateDb
from mintage.units.errors import InputError

SCHEMA = """
CREATE TABLE IF NOT EXISTS alert (
    id TEXT PRIMARY KEY, rule TEXT NOT NULL, severity TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL,
    title_en TEXT NOT NULL, title_zh TEXT NOT NULL, remedy_en TEXT NOT NULL, remedy_zh TEXT NOT NULL,
    state TEXT NOT NULL, opened_us INTEGER NOT NULL, closed_us INTEGER, joined TEXT NOT NULL DEFAULT '',
    acked_by TEXT NOT NULL DEFAULT '', acked_us INTEGER, acked_why TEXT NOT NULL DEFAULT '',
    snoozed_us INTEGER NOT NULL DEFAULT 0, told_us INTEGER NOT NULL DEFAULT 0, told_count INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS alert_state ON alert (state, opened_us);
CREATE TABLE IF NOT EXISTS alert_member (
    alert TEXT NOT NULL REFERENCES alert (id), subject TEXT NOT NULL, label TEXT NOT NULL, rack TEXT NOT NULL,
    feeder TEXT NOT NULL, detail_en TEXT NOT NULL, detail_zh TEXT NOT NULL, since_us INTEGER NOT NULL,
    left_us INTEGER, PRIMARY KEY (alert, subject)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alert_member_subject ON alert_member (subject);
CREATE TABLE IF NOT EXISTS alert_window (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, who TEXT NOT NULL,
    why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alert_message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, alert TEXT NOT NULL, kind TEXT NOT NULL,
    channel TEXT NOT NULL, body TEXT NOT NULL, made_us INTEGER NOT NULL, due_us INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, words TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS alert_message_due ON alert_message (channel, due_us) WHERE state = 'queued';
"""
_DAY_US = 86_400 * 1_000_000
AlertState = Literal["open", "closed", "joined"]
"""joined: its machines became part of a larger alert."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A machine or gauge in an alert.

    Attributes:
        subject: who.
        detail_en: what was found when it joined, in English.
        detail_zh: in Traditional Chinese.
        since_us: instant since which the condition held.
        left_us: instant at which it was clear again; None while it is not.
    """

    subject: Subject
    detail_en: str
    detail_zh: str
    since_us: int
    left_us: int | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert.

    Attributes:
        id: its id, "al-" and eight hexadecimal digits.
        rule: rule that it comes from.
        severity: how bad it is.
        kind: what its members share.
        place: name of the rack or feeder, key of the one subject, or "".
        title_en: what is wrong, in English.
        title_zh: in Traditional Chinese.
        remedy_en: what to do.
        remedy_zh: in Traditional Chinese.
        state: where it stands.
        opened_us: when it was opened.
        closed_us: when it was over; None before.
        joined: alert of which its machines became part, "" where none.
        acked_by: who acknowledged it, "" where nobody did.
        acked_us: when.
        acked_why: what he or she said.
        snoozed_us: instant until which it is not told; 0 where nobody asked for quiet.
        told_us: when it was told last; 0 where never.
        told_count: how many members it had then.
        members: those struck now.
        members_ever: how many were struck in all.
    """

    id: str
    rule: str
    severity: Severity
    kind: PlaceKind
    place: str
    title_en: str
    title_zh: str
    remedy_en: str
    remedy_zh: str
    state: AlertState = "open"
    opened_us: int
    closed_us: int | None = None
    joined: str = ""
    acked_by: str = ""
    acked_us: int | None = None
    acked_why: str = ""
    snoozed_us: int = 0
    told_us: int = 0
    told_count: int = 0
    members: tuple[Member, ...] = ()
    members_ever: int = 0


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance: what happens to these machines meanwhile is no alert.

    Attributes:
        id: its id, "w-" and eight hexadecimal digits.
        scope: machines (`mintage.fleet.scope`); "all" also quiets meters, feeders and parts.
        from_us: first instant.
        to_us: last instant.
        who: who said so.
        why: why.
    """

    id: str
    scope: str
    from_us: int
    to_us: int
    who: str
    why: str


_COLUMNS = tuple(name for name in Alert.__struct_fields__ if name not in ("members", "members_ever"))


def define(db: StateDb) -> None:
    """Make the tables of alerts."""
    db.define(SCHEMA)


def new_id(prefix: str) -> str:
    """An id that no other site or earlier state file has used."""
    return f"{prefix}-{secrets.token_hex(4)}"


def add(db: StateDb, alert: Alert) -> None:
    """Keep a new alert, without its members."""
    marks = ", ".join("?" * len(_COLUMNS))
    db.execute(
        f"INSERT INTO alert ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608  our own columns
        tuple(getattr(alert, name) for name in _COLUMNS),
    )


def update(db: StateDb, id_: str, **values: str | int | None) -> int:
    """Change some columns of an alert that is open; the number of alerts changed, 0 or 1.

    Only what is named: an agent that judges and a person who acknowledges write to the same row.
    """
    sets = ", ".join(f"{name} = ?" for name in values)
    return db.execute(f"UPDATE alert SET {sets} WHERE id = ? AND state = 'open'", (*values.values(), id_))  # noqa: S608


def save_members(db: StateDb, alert: str, members: Iterable[Member]) -> None:
    """Keep members of an alert."""
    db.many(
        "INSERT OR REPLACE INTO alert_member (alert, subject, label, rack, feeder, detail_en, detail_zh, since_us,"
        " left_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(alert, member.subject.key, member.subject.label, member.subject.rack, member.subject.feeder),
                *(member.detail_en, member.detail_zh, member.since_us, member.left_us),
            )
            for member in members
        ],
    )


def alerts(db: StateDb, states: Sequence[AlertState], *, since_us: int = 0, limit: int = 1000) -> list[Alert]:
    """Alerts in some states, opened or over since an instant, the newest first."""
    marks = ", ".join("?" * len(states))
    where = f"state IN ({marks}) AND (closed_us IS NULL OR closed_us >= ?) ORDER BY opened_us DESC, rowid DESC LIMIT ?"
    return _alerts(db, where, (*states, since_us, limit))


def alert(db: StateDb, id_: str) -> Alert:
    """One alert.

    Raises:
        InputError: there is none with that id.
    """
    found = _alerts(db, "id = ?", (id_,))
    if not found:
        raise InputError(f"there is no alert '{id_}'.", field="id", remedy="See `mintage alerts list`.")
    return found[0]


def alerts_of(db: StateDb, subject: str, limit: int = 100) -> list[Alert]:
    """Alerts of which a machine or gauge is or was part, the newest first."""
    where = "id IN (SELECT alert FROM alert_member WHERE subject = ?) ORDER BY opened_us DESC, rowid DESC LIMIT ?"
    return _alerts(db, where, (subject, limit))


def windows(db: StateDb, now_us: int | None = None) -> list[Window]:
    """Maintenance windows, or those which are open at an instant."""
    where = "" if now_us is None else "WHERE from_us <= ? AND to_us > ?"
    rows = db.rows(
        f"SELECT id, scope, from_us, to_us, who, why FROM alert_window {where} ORDER BY from_us DESC, id",  # noqa: S608
        () if now_us is None else (now_us, now_us),
    )
    return [Window(**dict(zip(Window.__struct_fields__, row, strict=True))) for row in rows]


def all_members(db: StateDb, id_: str) -> list[Member]:
    """Members that an alert has or had."""
    return _members(db, id_, "")


def queue(db: StateDb, *, id_: str, alert: str, kind: str, channel: str, body: str, now_us: int) -> None:
    """Keep a message until it is sent."""
    db.execute(
        "INSERT INTO alert_message (id, alert, kind, channel, body, made_us, due_us, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'queued')",
        (id_, alert, kind, channel, body, now_us, now_us),
    )


def prune(db: StateDb, now_us: int) -> None:
    """Cap the growth: messages go after a month, alerts that are over and windows after 400 days."""
    month_us, year_us = now_us - 30 * _DAY_US, now_us - 400 * _DAY_US
    with db.transaction():
        db.execute("DELETE FROM alert_message WHERE state <> 'queued' AND made_us < ?", (month_us,))
        db.execute("DELETE FROM alert_member WHERE alert IN (SELECT id FROM alert WHERE closed_us < ?)", (year_us,))
        db.execute("DELETE FROM alert WHERE closed_us < ?", (year_us,))
        db.execute("DELETE FROM alert_window WHERE to_us < ?", (year_us,))


def _alerts(db: StateDb, where: str, values: Sequence[str | int]) -> list[Alert]:
    rows = db.rows(f"SELECT {', '.join(_COLUMNS)} FROM alert WHERE {where}", values)  # noqa: S608  our own columns
    return [_alert(db, row) for row in rows]


def _alert(db: StateDb, row: Row) -> Alert:
    found = msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Alert)
    ever = db.rows("SELECT count(*) FROM alert_member WHERE alert = ?", (found.id,))[0][0]
    members = tuple(_members(db, found.id, "AND left_us IS NULL"))
    return msgspec.structs.replace(found, members=members, members_ever=ever)


def _members(db: StateDb, id_: str, more: str) -> list[Member]:
    rows = db.rows(
        "SELECT subject, label, rack, feeder, detail_en, detail_zh, since_us, left_us FROM alert_member"  # noqa: S608
        f" WHERE alert = ? {more} ORDER BY subject",
        (id_,),
    )
    return [
        Member(subject=Subject(*row[:4]), detail_en=row[4], detail_zh=row[5], since_us=row[6], left_us=row[7])
        for row in rows
    ]
