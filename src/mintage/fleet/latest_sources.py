"""Where readings come from, kept once: all machines of a protocol name the same command and key for each field."""

from __future__ import annotations

import msgspec

from mintage.state.db import StateDb

NONE = 0
"""Number of what is kept with the machine itself."""
KEPT_MAX = 1_000
"""A driver that names other sources for each machine fills no table: beyond this they stay with their machines."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS latest_sources (number INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE);
"""


class Sources:
    """Tables of sources by number, in a site's state file.

    Args:
        db: the state file, in which `SCHEMA` is defined.
    """

    def __init__(self, db: StateDb) -> None:
        self._db = db
        self._numbers: dict[tuple[tuple[str, str], ...], int] = {}
        self._told: dict[int, dict[str, str]] = {NONE: {}}

    def number(self, sources: dict[str, str]) -> int:
        """Number under which some sources are kept, within the caller's transaction; `NONE` where they are not."""
        if not sources:
            return NONE
        key = tuple(sources.items())
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = self._keep(msgspec.msgpack.encode(sources))
        return found

    def of(self, number: int) -> dict[str, str]:
        """The sources under a number; none where it is not there."""
        found = self._told.get(number)
        if found is None:
            rows = self._db.rows("SELECT body FROM latest_sources WHERE number = ?", (number,))
            found = self._told[number] = msgspec.msgpack.decode(rows[0][0], type=dict[str, str]) if rows else {}
        return found

    def undo(self) -> None:
        """Forget numbers that were given in a transaction which did not come about."""
        self._numbers.clear()

    def _keep(self, body: bytes) -> int:
        rows = self._db.rows("SELECT number FROM latest_sources WHERE body = ?", (body,))
        if rows:
            return int(rows[0][0])
        if self._db.rows("SELECT count(*) FROM latest_sources")[0][0] >= KEPT_MAX:
            return NONE
        return self._db.insert("INSERT INTO latest_sources (body) VALUES (?)", (body,))
