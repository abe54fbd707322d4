"""The SQLite store: what a disk, a second process, an older file and a forger can do to it."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from mintage.house import open_journal, rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import run_checks
from mintage.journal.sqlite_schema import APPLICATION_ID, statements, upgrades
from mintage.units.errors import Shortfall, StoreError
from tests.journal.conftest import bought, sold

DAY = date(2025, 4, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with three facts."""
    path = tmp_path / "journal.db"
    journal = open_journal(path)
    journal.append([bought("b1", DAY, 100, 1000), bought("b2", DAY, 50, 600), sold("s1", DAY, 30, 700)])
    journal.close()
    return path


def failures(path: Path) -> dict[str, list[str]]:
    """Names of the failed checks with what they say."""
    journal = open_journal(path)
    results = run_checks(journal, default_chart(), rulebook())
    journal.close()
    return {r.name: [f"{p.where}: {p.what}" for p in r.problems] for r in results if not r.passed}


def forge(path: Path, *sql: str) -> None:
    """Change the file behind the program's back, triggers removed."""
    db = sqlite3.connect(path)
    for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger}")
    for statement in sql:
        db.execute(statement)
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def test_a_sound_file_passes(path: Path) -> None:
    """No false alarm."""
    assert failures(path) == {}


def test_the_database_itself_refuses_changes(path: Path) -> None:
    """Triggers refuse to change or remove rows, even for somebody with a SQL prompt."""
    db = sqlite3.connect(path)
    for table in ("facts", "postings", "lots", "moves"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET seq = seq"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("sql", "check", "names"),
    [
        ("UPDATE postings SET amount = amount + 1 WHERE seq = 2 AND ix = 0", "chain", "fact 2 ('b2')"),
        ("UPDATE postings SET amount = amount + 1 WHERE seq = 2 AND ix = 0", "balance", "fact 2 ('b2')"),
        ("DELETE FROM facts WHERE seq = 2", "chain", "fact 2"),
        ("UPDATE moves SET cost = cost + 5 WHERE seq = 3", "replay", "fact 3 ('s1')"),
        ("UPDATE moves SET units = units - 1 WHERE seq = 1", "lots", "assets:bitcoin:free:cold"),
        ("UPDATE facts SET date = 20250402 WHERE seq = 1", "rows", "fact 1 ('b1')"),
        ("UPDATE facts SET at = at - 1 WHERE seq = 1", "rows", "fact 1 ('b1')"),
        ("UPDATE postings SET date = 20250301 WHERE seq = 2", "store", "postings of fact 2 ('b2')"),
        ("UPDATE moves SET date = 20250301 WHERE seq = 3", "store", "moves of fact 3 ('s1')"),
        ("SELECT 1", "store", "the trigger facts_keep is missing"),
        ("CREATE TABLE notes (text)", "store", "the table notes is not as Mintage makes it"),
        ("UPDATE facts SET body = CAST(replace(body, '1000', '1001') AS BLOB) WHERE seq = 1", "chain", "fact 1 ('b1')"),
        ("UPDATE lots SET kind = 'mined' WHERE name = 'b2'", "chain", "fact 2 ('b2')"),
        ("DELETE FROM accounts WHERE name = 'assets:cash:dbs'", "store", "database file: a row of postings names"),
        ("UPDATE accounts SET name = 'assets:cash:thief' WHERE name = 'assets:cash:dbs'", "chain", "fact 1 ('b1')"),
    ],
)
def test_an_edited_or_deleted_row_is_found_and_named(path: Path, sql: str, check: str, names: str) -> None:
    """Whatever row is edited or removed in the file, a check finds it and says which."""
    forge(path, "PRAGMA foreign_keys = OFF", sql)
    found = failures(path)
    assert any(names in line for line in found[check])


def test_a_flipped_byte_is_found(path: Path) -> None:
    """A single byte changed inside a stored fact does not pass."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    raw = bytearray(path.read_bytes())
    raw[raw.index(b'"wallet":"cold"') + 10] ^= 1
    path.write_bytes(raw)
    assert failures(path)


def test_a_damaged_page_is_reported_not_raised(path: Path) -> None:
    """A file with a destroyed page gives failed checks with a sentence, not a traceback."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'facts'").fetchone()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(raw)
    assert "store" in failures(path)


def test_a_file_of_the_first_schema_is_upgraded(tmp_path: Path) -> None:
    """A journal written by the first schema opens, keeps its facts and gets the newer indexes."""
    new, old = tmp_path / "new.db", tmp_path / "old.db"
    journal = open_journal(new)
    journal.append([bought("b1", DAY, 100, 1000)])
    journal.close()
    source, target = sqlite3.connect(new), sqlite3.connect(old)
    for statement in statements(upgrades()[0]):
        target.execute(statement)
    for table in ("accounts", "commodities", "facts", "postings", "lots", "moves"):
        for row in source.execute(f"SELECT * FROM {table}"):
            target.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    target.execute("PRAGMA user_version = 1")
    target.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    target.commit()
    source.close()
    target.close()
    assert failures(old) == {}
    journal = open_journal(old)
    journal.append([sold("s1", DAY, 100, 1500)])
    assert journal.balances(end=DAY)["assets:cash:dbs", "USD"] == 500
    journal.close()


def test_a_newer_or_foreign_file_is_refused(tmp_path: Path, path: Path) -> None:
    """A file of a newer schema, or another program's, is left alone with a clear word."""
    before = path.read_bytes()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="newer Mintage"):
        open_journal(path)
    foreign = tmp_path / "other.db"
    db = sqlite3.connect(foreign)
    db.execute("CREATE TABLE t (a)")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="not a Mintage journal"):
        open_journal(foreign)
    text = tmp_path / "notes.db"
    text.write_text("this is no database, but long enough to look like a file of one" * 40)
    with pytest.raises(StoreError, match="not a Mintage journal"):
        open_journal(text)
    assert before[:16] == b"SQLite format 3\x00"


def test_two_processes_may_take_turns(path: Path) -> None:
    """A writer notices what another wrote in between and books on top of it."""
    one, two = open_journal(path), open_journal(path)
    one.append([bought("x1", DAY, 5, 50)])
    two.append([bought("x2", DAY, 5, 50)])
    one.append([bought("x3", DAY, 5, 50)])
    one.close()
    two.close()
    assert failures(path) == {}


def test_threads_share_commits_and_a_refused_batch_harms_no_other(tmp_path: Path) -> None:
    """Forty threads append at once, every fourth oversells: exactly those are refused, all others are in."""
    path = tmp_path / "journal.db"
    journal = open_journal(path)
    refused: list[int] = []

    def work(number: int) -> None:
        batch = [bought(f"b{number}", DAY, 10, 100, wallet=f"w{number}")]
        if number % 4 == 0:
            batch.append(sold(f"s{number}", DAY, 11, 100, wallet=f"w{number}"))
        try:
            journal.append(batch)
        except Shortfall:
            refused.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {stored.fact.key for stored in journal.facts()}
    journal.close()
    assert sorted(refused) == list(range(0, 40, 4))
    assert kept == {f"b{number}" for number in range(40) if number % 4}
    assert failures(path) == {}


def test_no_thread_takes_a_failed_writer_for_success(tmp_path: Path) -> None:
    """Where the file cannot be created, each of many threads that append at once is told so."""
    (tmp_path / "taken").write_text("a file, not a folder")
    journal = open_journal(tmp_path / "taken" / "journal.db")
    refused: list[str] = []

    def work(number: int) -> None:
        try:
            journal.append([bought(f"b{number}", DAY, 10, 100)])
        except StoreError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 20
    assert all(str(tmp_path / "taken") in text for text in refused)


def test_reading_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """Reading where nothing is names the remedy and creates nothing."""
    path = tmp_path / "none.db"
    with pytest.raises(StoreError, match="facts import"):
        open_journal(path).balances()
    assert not path.exists()


def test_reopened_state_books_as_the_living_one(tmp_path: Path) -> None:
    """Closing and reopening after every fact gives the very same chain as one session."""
    facts = [bought(f"b{n}", DAY, 3 + n, 100 + 37 * n) for n in range(6)] + [sold(f"s{n}", DAY, 5, 9) for n in range(4)]
    whole = open_journal(tmp_path / "whole.db")
    whole.append(facts)
    for item in facts:
        piece = open_journal(tmp_path / "pieces.db")
        piece.append([item])
        piece.close()
    again = open_journal(tmp_path / "pieces.db")
    assert again.head() == whole.head()
    again.close()
    whole.close()


def test_facts_removed_from_the_end_are_missed(path: Path) -> None:
    """A chain cut off at its end looks whole by itself; the file knows how far it was written."""
    forge(
        path,
        "PRAGMA foreign_keys = OFF",
        *(f"DELETE FROM {table} WHERE seq = 3" for table in ("moves", "postings", "lots", "facts")),
    )
    assert any("written up to fact 3, but ends at 2" in line for line in failures(path)["store"])
