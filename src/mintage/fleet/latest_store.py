"""Stores of the latest state: in memory, and in the site's state file, where other commands read it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mintage.fleet.latest import Machine
from mintage.fleet.statedb import StateDb
from mintage.units.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (
    asset TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
"""
_PUT = """
INSERT INTO latest (asset, site, body) VALUES (?, ?, ?)
ON CONFLICT (asset) DO UPDATE SET site = excluded.site, body = excluded.body
"""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Machine)


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


class SqliteLatest:
    """The latest state in a site's state file; what this process knows already it does not read again.

    Args:
        db: the state file. Another process may write to it as well.
    """

    def __init__(self, db: StateDb) -> None:
        self._db = db
        db.define(_SCHEMA)
        self._known = MemoryLatest()
        self._version: int | None = None

    def put(self, machines: Iterable[Machine]) -> None:
        """Set what is known of some machines, all together or not at all.

        Raises:
            StoreError: the file cannot be written; nothing was changed.
        """
        machines = list(machines)
        self._db.many(_PUT, ((item.asset, item.site, _ENCODER.encode(item)) for item in machines))
        self._known.put(machines)

    def get(self, asset: str) -> Machine | None:
        """One machine."""
        if self._version is not None and self._version == self._file_version():
            return self._known.get(asset)
        rows = self._db.rows("SELECT asset, body FROM latest WHERE asset = ?", (asset,))
        return _decode(*rows[0]) if rows else None

    def all(self, site: str | None = None) -> list[Machine]:
        """All machines, or those of one site, by asset id."""
        version = self._file_version()
        if version != self._version:
            self._known = MemoryLatest()
            self._known.put(_decode(*row) for row in self._db.rows("SELECT asset, body FROM latest"))
            self._version = version
        return self._known.all(site)

    def forget(self, asset: str) -> None:
        """Drop a machine that left.

        Raises:
            StoreError: the file cannot be written.
        """
        self._db.execute("DELETE FROM latest WHERE asset = ?", (asset,))
        self._known.forget(asset)

    def _file_version(self) -> int:
        """A number that changes when another connection has written to the file, and only then."""
        return int(self._db.rows("PRAGMA data_version")[0][0])


def _decode(asset: str, body: bytes) -> Machine:
    try:
        return _DECODER.decode(body)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"the latest state of {asset} cannot be read: {error}. Stop the agent, delete agent.db's table 'latest' "
            "and start it again: the next poll fills it."
        ) from error
