"""Opening a journal file: pragmas, schema version, numbered upgrades, and errors that say what to do."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

from mintage.units.errors import StoreError

APPLICATION_ID = 0x4D696E74  # "Mint": tells `file` and us that a database is a journal
BUSY_TIMEOUT_S = 10.0
PAGE_BYTES = 16384  # of a new file; a large import writes a quarter faster than with 4096, a single fact no slower


def upgrades() -> list[str]:
    """The numbered SQL scripts, oldest first; the schema version is how many of them a file has seen."""
    folder = resources.files("mintage.journal").joinpath("schema")
    scripts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name)
    return [script.read_text("utf-8") for script in scripts]


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a connection; a writer gets durable commits (WAL, synchronous=FULL).

    Raises:
        StoreError: the file is missing (reading) or cannot be opened.
    """
    if not write and not path.exists():
        raise StoreError(f"{path}: there is no journal here. Create one with `mintage facts import`, or name it: --db.")
    try:
        mode = "rwc" if write else "ro"
        uri = f"{path.resolve().as_uri()}?mode={mode}"
        db = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA temp_store = MEMORY")
        if write:
            db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA schema_version")  # reads the page size, by which the next line counts
        db.execute("PRAGMA cache_size = -65536")  # KiB
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    return db


def check_version(db: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file that is a journal.

    Raises:
        StoreError: it is another kind of database, or was written by a newer Mintage.
    """
    try:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        owner = int(db.execute("PRAGMA application_id").fetchone()[0])
        empty = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    if owner != APPLICATION_ID and not empty:
        raise StoreError(f"{path}: this database is not a Mintage journal. Name another file with --db.")
    newest = len(upgrades())
    if version > newest:
        raise StoreError(
            f"{path}: written by a newer Mintage (schema {version}, this program knows {newest}). Upgrade Mintage."
        )
    return version


def upgrade(db: sqlite3.Connection, path: Path) -> None:
    """Bring a file to the newest schema, all of it or nothing.

    Raises:
        StoreError: see `check_version`; or the file cannot be written.
    """
    scripts = upgrades()
    if check_version(db, path) == len(scripts):
        return
    try:
        db.execute("BEGIN IMMEDIATE")
        for number in range(check_version(db, path), len(scripts)):
            for statement in statements(scripts[number]):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number + 1}")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("COMMIT")
    except sqlite3.Error as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise store_error(path, error) from error


def departures(db: sqlite3.Connection) -> list[str]:
    """Tables, triggers, views and indexes of a file that are not as the scripts make them."""
    pattern = sqlite3.connect(":memory:")
    for script in upgrades():
        pattern.executescript(script)
    query = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    wanted, found = dict(pattern.execute(query)), dict(db.execute(query))
    pattern.close()
    problems = [f"the {name} is missing." for name in wanted if name not in found]
    problems += [f"the {name} is not as Mintage makes it." for name, sql in found.items() if wanted.get(name) != sql]
    return problems


def statements(script: str) -> list[str]:
    """The complete statements of a script (triggers contain semicolons of their own)."""
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    return found


def store_error(path: Path, error: sqlite3.Error | OSError) -> StoreError:
    """Say what happened to a file in words that help."""
    text = str(error)
    hints = (
        ("Read-only", "the disk or file is read-only. Nothing was changed; use a writable --db."),
        ("readonly", "the disk or file is read-only. Nothing was changed; use a writable --db."),
        ("unable to open", "the file cannot be opened. Check the folder and its permissions."),
        ("Permission denied", "the file cannot be written. Check the folder and its permissions."),
        ("locked", "another program holds the journal. Wait for it, then try again."),
        ("not a database", "this file is not a Mintage journal. Name another file with --db."),
        ("malformed", "the file is damaged. Run `mintage check`, then restore a backup."),
        ("full", "the disk is full. Nothing was changed; free some space."),
    )
    for sign, hint in hints:
        if sign in text:
            return StoreError(f"{path}: {hint} ({text})")
    return StoreError(f"{path}: {text}")
