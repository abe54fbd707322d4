"""Copies of SQLite files that others write to meanwhile: whole, as of one instant, and sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mintage.units.errors import StoreError

BUSY_S = 30.0


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it stands at one instant; who writes to it meanwhile need not wait.

    Args:
        source: the file.
        target: the copy, which is one file without a log beside it.

    Raises:
        StoreError: the file cannot be read or is damaged, or the copy cannot be written.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)) as db,
            closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # the log, if any, goes into the file
            found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(3)")]
    except sqlite3.Error as error:
        raise StoreError(f"{source}: cannot be copied: {error}.") from error
    if found != ["ok"]:
        raise StoreError(f"{source}: the file is damaged: {found[0]}. Restore an earlier backup.")
