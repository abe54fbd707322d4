"""Stores of the latest state: in memory, and in the site's state file, where other commands read it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from mintage.fleet.latest import Machine
from mintage.fleet.latest_sources import NONE, SCHEMA, Sources
from mintage.fleet.readings import Board, Snapshot
from mintage.state.db import StateDb
from mintage.units.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (
    asset TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    body BLOB NOT NULL,
    change INTEGER NOT NULL DEFAULT 1,
    sources INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS latest_chips (
    asset TEXT PRIMARY KEY,
    body BLOB NOT NULL
);
"""
"""Rows are too long for tables without row ids, whose pages keep only the first thousand bytes of each."""
_CHANGES = """
CREATE INDEX IF NOT EXISTS latest_change ON latest (change);
CREATE TABLE IF NOT EXISTS latest_changes (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    forgot INTEGER NOT NULL
);
INSERT OR IGNORE INTO latest_changes VALUES (1, 1, 0);
"""
"""Each put and each forgetting has the next number; `latest.change` is that of a machine's last put."""
_ADDED = {"change": 1, "sources": NONE}
"""Columns that files of earlier versions lack, with what their rows then say."""
_PUT = """
INSERT INTO latest (asset, site, body, change, sources) VALUES (?, ?, ?, ?, ?) ON CONFLICT (asset) DO UPDATE
SET site = excluded.site, body = excluded.body, change = excluded.change, sources = excluded.sources
"""
_PUT_CHIPS = """
INSERT INTO latest_chips (asset, body) VALUES (?, ?)
ON CONFLICT (asset) DO UPDATE SET body = excluded.body
"""
_GET = """
SELECT latest.asset, latest.body, latest_chips.body, sources FROM latest LEFT JOIN latest_chips USING (asset)
"""
Chips = dict[int, tuple[bytes, bytes, bytes]]
"""What the chips of each board say, by the board's slot."""
_AT_ONCE = 500
"""Machines that one query asks for."""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Machine)
_CHIPS_DECODER = msgspec.msgpack.Decoder(Chips)


class MemoryLatest:
    """The latest state in this process only."""

    def __init__(self) -> None:
        self._machines: dict[str, Machine] = {}

    def put(self, machines: Iterable[Machine]) -> None:
        """Set what is known of some machines."""
        self._machines.update({machine.asset: machine for machine in machines})

    def get(self, asset: str) -> Machine | None:
        """One machine."""
        return self._machines.get(asset)

    def all(self, site: str | None = None) -> list[Machine]:
        """All machines, or those of one site, by asset id."""
        found = (machine for machine in self._machines.values() if site in (None, machine.site))
        return sorted(found, key=lambda machine: machine.asset)

    def forget(self, asset: str) -> None:
        """Drop a machine that left."""
        self._machines.pop(asset, None)

    @property
    def assets(self) -> Collection[str]:
        """Asset ids of all machines."""
        return self._machines.keys()


class SqliteLatest:
    """The latest state in a site's state file; what this process knows already it does not read again.

    The chips' texts are most of a machine's bytes and change with every poll. They have a table of their own, which is
    written once per slow round of a machine; another process reads them as that round left them. Where readings come
    from is the same for many machines and kept once. Threads may share one store.

    Args:
        db: the state file. Another process may write to it as well.
    """

    def __init__(self, db: StateDb) -> None:
        self._db = db
        define(db)
        self._known = MemoryLatest()
        self._seen = 0
        self._rounds: dict[str, object] = {}
        self._sources = Sources(db)
        self._lock = threading.RLock()

    def put(self, machines: Iterable[Machine]) -> None:
        """Set what is known of some machines, all together or not at all.

        Raises:
            StoreError: the file cannot be written; nothing was changed.
        """
        machines = list(machines)
        rounds: dict[str, object] = {}
        told: list[tuple[str, bytes]] = []
        for item in machines:
            chips = _chips(item.snapshot)
            round_ = _round(item.snapshot, chips)
            if item.snapshot and item.snapshot.boards and self._rounds.get(item.asset) != round_:
                rounds[item.asset] = round_
                told.append((item.asset, _ENCODER.encode(chips)))
        with self._lock:
            try:
                with self._db.transaction():
                    number = _next(self._db)
                    self._db.many(_PUT, [self._row(item, number) for item in machines])
                    self._db.many(_PUT_CHIPS, told)
            except BaseException:
                self._sources.undo()
                raise
            self._rounds |= rounds
            if self._seen == number - 1:  # nobody else wrote meanwhile: what was put need not be read again
                self._known.put(machines)
                self._seen = number

    def get(self, asset: str) -> Machine | None:
        """One machine."""
        with self._lock:
            if self._seen == last_change(self._db).number:
                return self._known.get(asset)
        rows = self._db.rows(f"{_GET} WHERE latest.asset = ?", (asset,))
        return self._decode(*rows[0]) if rows else None

    def some(self, assets: Sequence[str]) -> list[Machine]:
        """Some machines, by asset id; those that are not there are left out. The others are not read for it."""
        with self._lock:
            if self._seen == last_change(self._db).number:
                found = (self._known.get(asset) for asset in sorted(set(assets)))
                return [machine for machine in found if machine is not None]
        rows = []
        for first in range(0, len(assets), _AT_ONCE):
            part = assets[first : first + _AT_ONCE]
            rows += self._db.rows(f"{_GET} WHERE latest.asset IN ({', '.join('?' * len(part))})", part)
        return sorted((self._decode(*row) for row in rows), key=lambda machine: machine.asset)

    def all(self, site: str | None = None) -> list[Machine]:
        """All machines, or those of one site, by asset id; only what changed since the last time is read."""
        with self._lock:
            number, forgot = last_change(self._db)
            if number != self._seen:
                self._known.put(self._decode(*row) for row in self._db.rows(f"{_GET} WHERE change > ?", (self._seen,)))
                for asset in gone(self._db, self._known.assets) if forgot > self._seen else ():
                    self._known.forget(asset)
                self._seen = number  # what came after it was looked up is read once more the next time
            return self._known.all(site)

    def forget(self, asset: str) -> None:
        """Drop a machine that left.

        Raises:
            StoreError: the file cannot be written.
        """
        with self._lock:
            with self._db.transaction():
                number = _next(self._db)
                self._db.execute("UPDATE latest_changes SET forgot = ?", (number,))
                self._db.execute("DELETE FROM latest WHERE asset = ?", (asset,))
                self._db.execute("DELETE FROM latest_chips WHERE asset = ?", (asset,))
            self._rounds.pop(asset, None)
            self._known.forget(asset)

    def _row(self, machine: Machine, number: int) -> tuple[str, str, bytes, int, int]:
        snapshot = machine.snapshot
        sources = self._sources.number(snapshot.sources) if snapshot else NONE
        kept = _with_chips(machine, {})
        if snapshot and sources != NONE:
            kept = _with_sources(kept, {})
        return machine.asset, machine.site, _ENCODER.encode(kept), number, sources

    def _decode(self, asset: str, body: bytes, chips: bytes | None, sources: int) -> Machine:
        try:
            machine = _DECODER.decode(body)
            if sources != NONE:
                machine = _with_sources(machine, self._sources.of(sources))
            return _with_chips(machine, _CHIPS_DECODER.decode(chips)) if chips else machine
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"the latest state of {asset} cannot be read: {error}. Stop the agent, empty the tables 'latest' and "
                "'latest_chips' of agent.db and start it again: the next poll fills them."
            ) from error


def define(db: StateDb) -> None:
    """Make the tables of the latest state; a file that an earlier version left is brought up to this one."""
    db.define(_SCHEMA)
    with db.transaction():
        known = {row[1] for row in db.rows("PRAGMA table_info(latest)")}
        for name, value in _ADDED.items():
            if name not in known:
                db.execute(f"ALTER TABLE latest ADD COLUMN {name} INTEGER NOT NULL DEFAULT {value}")
    db.define(_CHANGES)
    db.define(SCHEMA)


class Changed(NamedTuple):
    """Where the changes of a file stand.

    Attributes:
        number: number of the last change.
        forgot: number of the last forgetting; 0 where nothing was forgotten.
    """

    number: int
    forgot: int


def last_change(db: StateDb) -> Changed:
    """Where the changes of any machine's latest state stand: what is newer than a number is to be read again."""
    return Changed(*db.rows("SELECT number, forgot FROM latest_changes")[0])


def gone(db: StateDb, known: Collection[str]) -> list[str]:
    """Which of some machines are there no more."""
    there = {asset for (asset,) in db.rows("SELECT asset FROM latest")}
    return [asset for asset in known if asset not in there]


def _next(db: StateDb) -> int:
    db.execute("UPDATE latest_changes SET number = number + 1")
    return last_change(db).number


def _chips(snapshot: Snapshot | None) -> Chips:
    """What the chips said, of those boards whose chips said something."""
    boards = snapshot.boards if snapshot else ()
    told = {board.number: (board.chips_c_text, board.chips_mv_text, board.chips_work_text) for board in boards}
    return {number: texts for number, texts in told.items() if any(texts)}


def _round(snapshot: Snapshot | None, chips: Chips) -> object:
    """What stays the same as long as the chips' texts need not be written again.

    That is the slow round and who told what: texts that a board no longer tells are not kept. A machine without slow
    rounds has its texts written as often as they change.
    """
    if snapshot is None or snapshot.slow_us is None:
        return chips
    return snapshot.slow_us, {number: tuple(map(bool, texts)) for number, texts in chips.items()}


def _with_sources(machine: Machine, sources: dict[str, str]) -> Machine:
    return replace(machine, snapshot=replace(machine.snapshot, sources=sources)) if machine.snapshot else machine


def _with_chips(machine: Machine, chips: Chips) -> Machine:
    def joined(board: Board) -> Board:
        celsius, millivolts, work = chips.get(board.number, (b"", b"", b""))
        return replace(board, chips_c_text=celsius, chips_mv_text=millivolts, chips_work_text=work)

    return _boards_changed(machine, joined)


def _boards_changed(machine: Machine, change: Callable[[Board], Board]) -> Machine:
    if machine.snapshot is None or not machine.snapshot.boards:
        return machine
    boards = tuple(map(change, machine.snapshot.boards))
    return replace(machine, snapshot=replace(machine.snapshot, boards=boards))
