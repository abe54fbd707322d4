"""Curtailments in the site's state file: durable before anything is told to a machine."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from mintage.fleet.curtail.asks import Ask
from mintage.fleet.curtail.states import OPEN, Event, EventState, Note, Target
from mintage.state.db import Row, StateDb
from mintage.units.errors import InputError

_SCRIPT = """
CREATE TABLE IF NOT EXISTS curtail_event (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, created_us INTEGER NOT NULL, recorded INTEGER NOT NULL DEFAULT 0,
    rule TEXT NOT NULL DEFAULT '', body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS curtail_event_state ON curtail_event (state, recorded);
CREATE TABLE IF NOT EXISTS curtail_target (
    event TEXT NOT NULL REFERENCES curtail_event (id), asset TEXT NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (event, asset)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS curtail_target_state ON curtail_target (state);
CREATE TABLE IF NOT EXISTS curtail_minute (
    event TEXT NOT NULL, minute_us INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (event, minute_us)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS curtail_note (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, at_us INTEGER NOT NULL, who TEXT NOT NULL,
    what TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS curtail_note_event ON curtail_note (event);
CREATE TABLE IF NOT EXISTS curtail_command (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL,
    reason TEXT NOT NULL, assets BLOB NOT NULL, at_us INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS curtail_turn (
    asset TEXT PRIMARY KEY, slept_us INTEGER NOT NULL DEFAULT 0, woke_us INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS curtail_setting (
    name TEXT PRIMARY KEY, body BLOB NOT NULL, who TEXT NOT NULL, at_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS curtail_told (
    source TEXT PRIMARY KEY, seq INTEGER NOT NULL, at_us INTEGER NOT NULL
) WITHOUT ROWID;
"""


class Command(msgspec.Struct, frozen=True):
    """What a person asked of a curtailment that runs; the agent does it in its next round.

    Attributes:
        seq: its number.
        event: which curtailment; "" for machines wherever they are held.
        what: restore, cancel, abort, abort-leave or release.
        who: who asked.
        reason: why.
        assets: machines to release.
    """

    seq: int
    event: str
    what: str
    who: str
    reason: str
    assets: tuple[str, ...] = ()


class Book:
    """The curtailments of one site.

    Args:
        db: the site's state file.
    """

    def __init__(self, db: StateDb) -> None:
        self.db = db
        self._loaded: dict[tuple[str, str], tuple[Target, bytes]] = {}
        db.define(_SCRIPT)

    def add(
        self,
        ask: Ask,
        who: str,
        now_us: int,
        state: EventState = "pending",
        *,
        login: str = "",
        foreseen: tuple[str, ...] = (),
    ) -> Event:
        """Keep a new curtailment."""
        stamp = datetime.fromtimestamp(now_us / 1e6, UTC).strftime("%Y%m%d-%H%M%S")
        event = Event(
            id=f"c-{stamp}-{secrets.token_hex(2)}",
            state=state,
            ask=ask,
            who=who,
            login=login,
            foreseen=foreseen,
            created_us=now_us,
        )
        with self.db.transaction():
            self.db.execute(
                "INSERT INTO curtail_event (id, state, created_us, rule, body) VALUES (?, ?, ?, ?, ?)",
                (event.id, state, now_us, ask.rule, msgspec.json.encode(event)),
            )
            self.note(event.id, now_us, who, f"asked for it: {ask.reason}")
        return event

    def save(self, event: Event) -> None:
        """Keep where a curtailment stands."""
        self.db.execute(
            "UPDATE curtail_event SET state = ?, recorded = ?, body = ? WHERE id = ?",
            (event.state, int(event.recorded), msgspec.json.encode(event), event.id),
        )

    def event(self, event_id: str) -> Event:
        """One curtailment.

        Raises:
            InputError: there is none of that id.
        """
        found = self._events("WHERE id = ?", (event_id,))
        if not found:
            raise InputError(f"there is no curtailment '{event_id}'.", remedy="See `mintage curtail list`.")
        return found[0]

    def events(self, limit: int = 50) -> list[Event]:
        """The latest curtailments, newest first."""
        return self._events("ORDER BY created_us DESC, id DESC LIMIT ?", (limit,))

    def unfinished(self) -> list[Event]:
        """Curtailments that are not over, or over and not yet recorded, oldest first."""
        marks = ", ".join("?" * len(OPEN))
        where = f"WHERE state IN ({marks}) OR (recorded = 0 AND state IN ('ended', 'cancelled', 'aborted'))"
        return self._events(f"{where} ORDER BY created_us, id", OPEN)

    def anything(self) -> bool:
        """Whether there is anything to do: an unfinished curtailment, a command, a machine that did not come back."""
        return self.hurry() or bool(
            self.db.rows(
                "SELECT 1 FROM curtail_event WHERE state = 'held' UNION ALL SELECT 1 FROM curtail_event"
                " WHERE recorded = 0 AND state IN ('ended', 'cancelled', 'aborted') LIMIT 1"
            )
            or self.stragglers()
        )

    def hurry(self) -> bool:
        """Whether something is to be done at once: a command, or a curtailment that begins, sheds or restores."""
        return bool(
            self.db.rows(
                "SELECT 1 FROM curtail_command UNION ALL SELECT 1 FROM curtail_event"
                " WHERE state IN ('pending', 'shedding', 'restoring') LIMIT 1"
            )
        )

    def of_rule(self, rule: str) -> Event | None:
        """The curtailment that a rule or source has open; None where there is none."""
        marks = ", ".join("?" * len(OPEN))
        found = self._events(f"WHERE rule = ? AND state IN ({marks}) ORDER BY created_us", (rule, *OPEN))
        return found[0] if found else None

    def of_people(self, since_us: int) -> list[Event]:
        """Curtailments that no rule or source asked for, which are open or were asked for since an instant."""
        marks = ", ".join("?" * len(OPEN))
        return self._events(f"WHERE rule = '' AND (state IN ({marks}) OR created_us > ?)", (*OPEN, since_us))

    def last_of_rule(self, rule: str) -> Event | None:
        """The latest curtailment of a rule or source; None where it never had one."""
        found = self._events("WHERE rule = ? ORDER BY created_us DESC, id DESC LIMIT 1", (rule,))
        return found[0] if found else None

    def steered(self, event: Event, until_us: int) -> list[Event]:
        """Other curtailments that steered while one did, until an instant."""
        found = self._events(
            "WHERE id <> ? AND created_us < ? AND state NOT IN ('preview', 'pending')", (event.id, until_us)
        )
        return [
            other
            for other in found
            if other.began_us is not None
            and other.began_us < until_us
            and (other.ended_us is None or other.ended_us > (event.began_us or 0))
        ]

    def _events(self, where: str, values: Sequence[Any] = ()) -> list[Event]:
        rows = self.db.rows(f"SELECT body FROM curtail_event {where}", values)  # noqa: S608  our own clauses only
        return [_EVENT.decode(body) for (body,) in rows]

    def targets(self, event_id: str) -> list[Target]:
        """The machines of a curtailment, in the order in which they are shed."""
        rows = self.db.rows("SELECT body FROM curtail_target WHERE event = ?", (event_id,))
        return sorted((_TARGET.decode(body) for (body,) in rows), key=lambda target: (target.rank, target.asset))

    def forget(self) -> None:
        """Drop what was loaded by a round that did not end."""
        self._loaded.clear()

    def load(self, event_id: str) -> dict[str, Target]:
        """The machines of a curtailment, to be changed in place; `save_changed` keeps those that were."""
        rows = self.db.rows("SELECT body FROM curtail_target WHERE event = ?", (event_id,))
        found = [(_TARGET.decode(body), body) for (body,) in rows]
        self._loaded |= {(target.event, target.asset): (target, body) for target, body in found}
        return {target.asset: target for target, _ in found}

    def track(self, target: Target, targets: dict[str, Target]) -> None:
        """Add a new machine to a curtailment's loaded ones."""
        targets[target.asset] = target
        self._loaded[target.event, target.asset] = (target, b"")

    def save_changed(self) -> None:
        """Keep every loaded machine that was changed, and forget which were loaded."""
        changed = [target for target, body in self._loaded.values() if msgspec.json.encode(target) != body]
        self.forget()
        self.save_targets(changed)

    def shift(self, targets: Sequence[Target], step_us: int) -> None:
        """The wall clock was stepped: move what is measured from when machines were told."""
        for target in targets:
            target.next_us += step_us
            target.sent_us = None if target.sent_us is None else target.sent_us + step_us
        self.save_targets(targets)

    def stragglers(self) -> list[Target]:
        """Machines that did not come back, of curtailments that are over."""
        return [
            _TARGET.decode(body)
            for (body,) in self.db.rows(
                "SELECT t.body FROM curtail_target t JOIN curtail_event e ON e.id = t.event"
                " WHERE t.state = 'not-restored' AND e.recorded = 1"
            )
        ]

    def save_targets(self, targets: Iterable[Target]) -> None:
        """Keep where machines stand."""
        self.db.many(
            "INSERT INTO curtail_target (event, asset, state, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (event, asset) DO UPDATE SET state = excluded.state, body = excluded.body",
            [(item.event, item.asset, item.state, msgspec.json.encode(item)) for item in targets],
        )

    def held(self, besides: str = "") -> dict[str, str]:
        """Machines that open curtailments keep from running as before, each with one such curtailment."""
        marks = ", ".join("?" * len(OPEN))
        rows = self.db.rows(
            "SELECT t.body FROM curtail_target t JOIN curtail_event e ON e.id = t.event"  # noqa: S608  marks are ours
            f" WHERE e.state IN ({marks}) AND t.event != ? ORDER BY e.created_us DESC",
            (*OPEN, besides),
        )
        targets = [_TARGET.decode(body) for (body,) in rows]
        return {target.asset: target.event for target in targets if target.holds}

    def note(self, event_id: str, at_us: int, who: str, what: str) -> None:
        """Add to a curtailment's log."""
        self.db.execute(
            "INSERT INTO curtail_note (event, at_us, who, what) VALUES (?, ?, ?, ?)", (event_id, at_us, who, what)
        )

    def notes(self, event_id: str) -> list[Note]:
        """A curtailment's log."""
        rows = self.db.rows("SELECT at_us, who, what FROM curtail_note WHERE event = ? ORDER BY seq", (event_id,))
        return [Note(*row) for row in rows]

    def command(self, event_id: str, what: str, who: str, reason: str, at_us: int, assets: Sequence[str] = ()) -> None:
        """Leave a command for the agent."""
        self.db.insert(
            "INSERT INTO curtail_command (event, what, who, reason, assets, at_us) VALUES (?, ?, ?, ?, ?, ?)",
            (event_id, what, who, reason, msgspec.json.encode(list(assets)), at_us),
        )

    def commands(self) -> list[Command]:
        """Commands that the agent has not done yet, oldest first."""
        rows = self.db.rows("SELECT seq, event, what, who, reason, assets FROM curtail_command ORDER BY seq")
        return [
            Command(seq, event, what, who, reason, tuple(msgspec.json.decode(assets)))
            for seq, event, what, who, reason, assets in rows
        ]

    def done(self, command: Command) -> None:
        """A command is done."""
        self.db.execute("DELETE FROM curtail_command WHERE seq = ?", (command.seq,))

    def save_tally(self, event_id: str, minute_us: int, body: bytes) -> None:
        """Keep what machines said of a curtailment in one minute, once."""
        self.db.execute(
            "INSERT INTO curtail_minute (event, minute_us, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (event_id, minute_us, body),
        )

    def tallies(self, event_id: str) -> dict[int, bytes]:
        """What machines said, by minute."""
        return dict(self.db.rows("SELECT minute_us, body FROM curtail_minute WHERE event = ?", (event_id,)))

    def minute_last_us(self, event_id: str) -> int | None:
        """Beginning of the last minute counted."""
        ((last,),) = self.db.rows("SELECT max(minute_us) FROM curtail_minute WHERE event = ?", (event_id,))
        return None if last is None else int(last)

    def set(self, name: str, body: bytes, who: str, now_us: int) -> None:
        """Keep a setting: rules, a price, what is paused."""
        self.db.execute(
            "INSERT OR REPLACE INTO curtail_setting (name, body, who, at_us) VALUES (?, ?, ?, ?)",
            (name, body, who, now_us),
        )

    def setting(self, name: str) -> bytes | None:
        """A setting; None where it was never made."""
        rows = self.db.rows("SELECT body FROM curtail_setting WHERE name = ?", (name,))
        return bytes(rows[0][0]) if rows else None

    def newer(self, source: str, seq: int, now_us: int) -> bool:
        """Keep the number of a source's message; False where it is not above those before."""
        return bool(
            self.db.execute(
                "INSERT INTO curtail_told (source, seq, at_us) VALUES (?, ?, ?) ON CONFLICT (source)"
                " DO UPDATE SET seq = excluded.seq, at_us = excluded.at_us WHERE excluded.seq > curtail_told.seq",
                (source, seq, now_us),
            )
        )

    def turned(self, column: str, assets: Iterable[str], at_us: int) -> None:
        """Machines were put to sleep ("slept_us") or woken ("woke_us")."""
        statement = (
            f"INSERT INTO curtail_turn (asset, {column}) VALUES (?, ?)"  # noqa: S608  one of two names of ours
            f" ON CONFLICT (asset) DO UPDATE SET {column} = excluded.{column}"
        )
        self.db.many(statement, [(asset, at_us) for asset in assets])

    def turns(self) -> dict[str, tuple[int, int]]:
        """When each machine was last put to sleep and woken by a curtailment; 0 for never."""
        rows: list[Row] = self.db.rows("SELECT asset, slept_us, woke_us FROM curtail_turn")
        return {asset: (slept_us, woke_us) for asset, slept_us, woke_us in rows}


_EVENT = msgspec.json.Decoder(Event)
_TARGET = msgspec.json.Decoder(Target)
