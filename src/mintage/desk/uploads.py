"""Files that somebody uploaded and has looked at, kept for an hour so that they need not be sent a second time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from mintage.desk.company import Company
from mintage.people.caller import Caller
from mintage.units.errors import InputError

KEPT_US = 3_600_000_000
KEPT_MAX = 5
"""Uploads of one person that are kept; older ones give way."""
Files = list[tuple[str, bytes]]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS upload (
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    who TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id, number)
) STRICT;
"""


def keep(company: Company, caller: Caller, files: Sequence[tuple[str, bytes]]) -> str:
    """Keep files for whoever uploaded them; returns the id under which they are taken out again."""
    db, now_us, id_ = company.state, company.wall.now_us(), f"up-{secrets.token_hex(8)}"
    db.define(_SCHEMA)
    with db.transaction():
        db.execute("DELETE FROM upload WHERE at_us < ?", (now_us - KEPT_US,))
        own = "SELECT id FROM upload WHERE who = ? GROUP BY id ORDER BY max(at_us) DESC, id LIMIT -1 OFFSET ?"
        for (old,) in db.rows(own, (caller.name, KEPT_MAX - 1)):
            db.execute("DELETE FROM upload WHERE id = ?", (old,))
        for number, (name, raw) in enumerate(files):
            db.execute("INSERT INTO upload VALUES (?, ?, ?, ?, ?, ?)", (id_, number, caller.name, now_us, name, raw))
    return id_


def take(company: Company, caller: Caller, id_: str) -> Files:
    """Files that the caller uploaded.

    Raises:
        InputError: they are not kept any more, or are somebody else's.
    """
    company.state.define(_SCHEMA)
    rows = company.state.rows(
        "SELECT name, content FROM upload WHERE id = ? AND who = ? AND at_us >= ? ORDER BY number",
        (id_, caller.name, company.wall.now_us() - KEPT_US),
    )
    if not rows:
        raise InputError("the files are not kept any more.", field="files", remedy="Choose them once more.")
    return [(str(name), bytes(content)) for name, content in rows]


def drop(company: Company, caller: Caller, id_: str) -> None:
    """Forget files of the caller."""
    company.state.execute("DELETE FROM upload WHERE id = ? AND who = ?", (id_, caller.name))
