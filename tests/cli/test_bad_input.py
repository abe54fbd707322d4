"""Bad input at the command line: exit code 2, a sentence with file, line, field and remedy, and nothing changed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import Shell, refused

EXPENSE = "# kind: books.expense-paid\nkey,date,function,expense,bank,amount\n"
SALE = "# kind: treasury.bitcoin-sold\nkey,date,wallet,bank,sats,proceeds\n"


def expense(**changed: str) -> str:
    """A TOML fact that is right but for what is changed, each value as TOML writes it."""
    fields = {
        "kind": '"books.expense-paid"',
        "key": '"e1"',
        "date": "2025-05-02",
        "function": '"ga"',
        "expense": '"rent"',
        "bank": '"dbs"',
        "amount": '"5.00 USD"',
        **changed,
    }
    return "[[fact]]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items() if value)


def entry(*legs: str) -> str:
    """A manual entry in TOML."""
    rows = ", ".join(f'{{account = "{leg.split()[0]}", amount = "{leg.partition(" ")[2]}"}}' for leg in legs)
    head = '[[fact]]\nkind = "books.entry"\nkey = "m1"\ndate = 2025-05-02\npurpose = "test"\n'
    return f"{head}legs = [{rows}]\n"


CASES: dict[str, tuple[str, str, int, str | None, str]] = {
    # what: (suffix, content, line, field, words of the sentence with its remedy)
    "unknown account": ("toml", entry("assets:csh:dbs 1 USD", "income:fx -1 USD"), 1, "legs", "docs/chart.md"),
    "unbalanced commodity": ("toml", entry("assets:cash:dbs 1 USD", "income:fx -2 USD"), 1, "legs", "sum to zero"),
    "float amount in TOML": ("toml", expense(amount="12.5"), 1, "amount", 'Write "12.5" in quotes'),
    "number without a unit": ("toml", expense(amount="12"), 1, "amount", "with its unit"),
    "float amount in JSONL": (
        "jsonl",
        '{"kind": "books.tax-paid", "key": "t1", "date": "2025-05-02", "country": "us", "bank": "a", "amount": 1.5}\n',
        1,
        "amount",
        "in quotes",
    ),
    "key taken by other content": (
        "csv",
        "# kind: treasury.bitcoin-bought\nkey,date,wallet,bank,sats,cost\nb1,2025-05-01,cold,dbs,1 BTC,94000 USD\n",
        3,
        "key",
        "key of its own",
    ),
    "date in a closed period": ("csv", EXPENSE + "e1,2025-02-01,ga,rent,dbs,5 USD\n", 3, "date", "reopen 2025Q1"),
    "sale beyond holdings": ("csv", SALE + "s1,2025-05-02,cold,dbs,1.5 BTC,150000 USD\n", 3, "sats", "correct the am"),
    "sale before purchase": ("csv", SALE + "s1,2025-05-02,hot,dbs,1 BTC,150000 USD\n", 3, "sats", "Record what"),
    "wrong unit": ("csv", EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 BTC\n", 3, "amount", "Give it in USD"),
    "too many digits": ("csv", EXPENSE + "e1,2025-05-02,ga,rent,dbs,5.001 USD\n", 3, "amount", "Round it"),
    "more than the store holds": (
        "csv",
        EXPENSE + "e1,2025-05-02,ga,rent,dbs,99999999999999999999 USD\n",
        3,
        "amount",
        "too large to store. Check the unit",
    ),
    "longer than decimals keep": ("toml", expense(amount=f'"1.{"0" * 40}1 USD"'), 1, "amount", "at most 28 digits"),
    "negative amount": ("csv", EXPENSE + "e1,2025-05-02,ga,rent,dbs,-5 USD\n", 3, "amount", "another kind of fact"),
    "not a number": ("csv", EXPENSE + "e1,2025-05-02,ga,rent,dbs,five USD\n", 3, "amount", "1.25 BTC"),
    "CSV with a missing column": (
        "csv",
        "# kind: books.expense-paid\nkey,date,function,expense,bank\ne1,2025-05-02,ga,rent,dbs\n",
        3,
        "amount",
        "needs: function, expense, bank, amount",
    ),
    "CSV cut within a line": ("csv", EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\ne2,2025-0", 4, None, "whole file"),
    "CSV cut between cells": ("csv", EXPENSE + "e1,2025-05-02,ga\n", 3, None, "whole file"),
    "CSV with an open quote": ("csv", EXPENSE + 'e1,2025-05-02,ga,"rent,dbs,5 USD\n', 3, None, "Quote cells"),
    "CSV with a column twice": ("csv", "kind,key,key\na,b,c\n", 1, None, "Name each column once"),
    "TOML cut within a value": ("toml", expense().removesuffix('USD"\n'), 8, None, "whole file"),
    "TOML cut between fields": ("toml", expense(amount=""), 1, "amount", "needs:"),
    "JSONL cut within a line": ("jsonl", '{"kind": "books.expense-paid", "key": "e', 1, None, "whole file"),
    "JSONL with a list": ("jsonl", "[1, 2]\n", 1, None, "one object a line"),
    "unknown kind": ("toml", expense(kind='"books.expense-payed"'), 1, None, "Did you mean books.expense-paid"),
    "unknown field": ("toml", expense(colour='"red"'), 1, "colour", "Its fields are: function"),
    "unknown choice": ("toml", expense(function='"gx"'), 1, "function", "One of: rd, sm, ga, restructuring"),
    "name with capitals": ("toml", expense(bank='"DBS"'), 1, "bank", "lower-case"),
    "unknown table": ("toml", "[facts]\nx = 1\n", 0, None, "[[fact]]"),
    "key missing": ("toml", expense(key=""), 1, "key", "needs a kind, a key and a date"),
    "key of 300 characters": ("toml", expense(key=f'"{"k" * 300}"'), 1, "key", "at most 200"),
    "key that is a list": ("toml", expense(key='["a"]'), 1, "key", "in quotes"),
    "date missing": ("toml", expense(date=""), 1, "date", "needs a kind, a key and a date"),
    "no such day": ("toml", expense(date='"2025-02-30"'), 1, "date", "YYYY-MM-DD"),
    "American date": ("csv", EXPENSE + "e1,05/02/2025,ga,rent,dbs,5 USD\n", 3, "date", "YYYY-MM-DD"),
    "slip of the year": ("csv", EXPENSE + "e1,0205-05-02,ga,rent,dbs,5 USD\n", 3, "date", "YYYY-MM-DD"),
    "instant without zone": ("toml", expense(at='"2025-05-02T10:00:00"'), 1, "at", "Add Z"),
    "no instant": ("toml", expense(at='"yesterday"'), 1, "at", "2025-06-30T23:59:59Z"),
    "unknown grade": ("toml", expense(grade='"sure"'), 1, "grade", "One of: stated, recorded, derived, assumed"),
    "empty CSV": ("csv", "", 0, None, "holds no facts"),
    "empty TOML": ("toml", "", 0, None, "holds no facts"),
    "empty JSONL": ("jsonl", "\n\n", 0, None, "holds no facts"),
    "header without rows": ("csv", EXPENSE, 0, None, "holds no facts"),
    "two errors, the first told": (
        "csv",
        EXPENSE
        + "e1,2025-05-02,ga,rent,dbs,5 USD\ne2,2025-05-02,ga,rent,dbs,5 BTC\ne3,2025-05-02,ga,rent,dbs,-1 USD\n",
        4,
        "amount",
        "Give it in USD",
    ),
    "second of two facts refused": (
        "csv",
        SALE + "s1,2025-05-02,cold,dbs,0.6 BTC,60000 USD\ns2,2025-05-03,cold,dbs,0.6 BTC,60000 USD\n",
        4,
        "sats",
        "0.40000000 BTC",
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_a_bad_file_is_refused_with_its_place_and_a_remedy(shell: Shell, tmp_path: Path, what: str) -> None:
    """Whatever is wrong with a file, the sentence names file, line and field, and says what to do."""
    suffix, content, line, field, words = CASES[what]
    path = tmp_path / f"facts.{suffix}"
    path.write_text(content)
    told = refused(shell, "facts", "import", path)
    assert told.startswith(f"mintage: {path}:{line}: " if line else f"mintage: {path}: ")
    assert words in told
    assert field is None or f"field '{field}': " in told


@pytest.mark.parametrize(
    "what", ["wrong unit", "sale beyond holdings", "unbalanced commodity", "CSV cut within a line"]
)
def test_the_json_form_of_an_error_has_the_same_parts(shell: Shell, tmp_path: Path, what: str) -> None:
    """With --json the complaint is one JSON object with problem, file, line, field and remedy."""
    suffix, content, line, field, words = CASES[what]
    path = tmp_path / f"facts.{suffix}"
    path.write_text(content)
    answer = shell.run("facts", "import", path, "--json")
    error = json.loads(answer.err)["error"]
    assert (answer.code, answer.out) == (2, "")
    assert (error["file"], error["line"], error.get("field")) == (str(path), line, field)
    assert words in f"{error['problem']} {error['remedy']}"


def test_a_good_file_beside_a_bad_one_is_not_imported(shell: Shell, tmp_path: Path) -> None:
    """One command is all or nothing, over all the files that it names."""
    (tmp_path / "a.csv").write_text(EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\n")
    (tmp_path / "b.csv").write_text(EXPENSE + "e2,2025-05-02,ga,rent,dbs,5 BTC\n")
    assert "b.csv:3" in refused(shell, "facts", "import", tmp_path / "a.csv", tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.csv", "no such file"), ("notes.txt", ".csv, .toml or .jsonl"), ("x" * 300 + ".csv", "File name too long")],
)
def test_a_path_that_is_no_fact_file_is_refused(shell: Shell, tmp_path: Path, name: str, words: str) -> None:
    """A missing file, another kind of file, and a name that no disk takes are each named."""
    (tmp_path / "notes.txt").write_text("hello")
    assert words in refused(shell, "facts", "import", tmp_path / name)


def test_a_folder_without_fact_files_is_refused(shell: Shell, tmp_path: Path) -> None:
    """An empty folder is a slip, not an import of nothing."""
    (tmp_path / "empty").mkdir()
    assert "no fact files" in refused(shell, "facts", "import", tmp_path / "empty")


def test_a_file_that_is_not_utf8_is_named_with_line_and_byte(shell: Shell, tmp_path: Path) -> None:
    """A file saved in another encoding is refused at the byte that shows it."""
    path = tmp_path / "facts.csv"
    path.write_bytes((EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\n").encode() + b"e2,2025-05-02,ga,caf\xe9,dbs,5 USD\n")
    told = refused(shell, "facts", "import", path)
    assert f"{path}:4: byte {path.read_bytes().index(0xE9)} is not UTF-8. Save the file as UTF-8." in told


def test_a_call_that_is_not_utf8_is_named(shell: Shell, tmp_path: Path) -> None:
    """A transcript in another encoding is refused, with the remedy."""
    path = tmp_path / "call.txt"
    path.write_bytes("Revenue was 5 million dollars.\n收入".encode("big5"))
    told = refused(shell, "tieout", path, "--period", "2025Q2")
    assert str(path) in told
    assert "UTF-8" in told


def sparse(path: Path, size: int) -> Path:
    """A file of zero bytes that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_a_call_of_200_megabytes_is_refused_unread(shell: Shell, tmp_path: Path) -> None:
    """No text of that size is a call: it is refused by its size, at once."""
    told = refused(shell, "tieout", sparse(tmp_path / "call.txt", 200_000_000), "--period", "2025Q2")
    assert "200,000,000 bytes" in told


def test_a_fact_file_beyond_the_limit_is_refused_unread(shell: Shell, tmp_path: Path) -> None:
    """A limit on everything: a file above 512 MiB is not read into memory."""
    told = refused(shell, "facts", "import", sparse(tmp_path / "facts.csv", 600 * 1024 * 1024))
    assert "512 MiB" in told
    assert "Split it" in told


def test_a_journal_of_a_newer_schema_is_left_alone(shell: Shell, tmp_path: Path) -> None:
    """A program that is older than the file neither reads nor writes it."""
    db = sqlite3.connect(shell.db)
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    before = shell.db.read_bytes()
    (tmp_path / "facts.csv").write_text(EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\n")
    for words in (("facts", "import", tmp_path / "facts.csv"), ("facts", "list"), ("check",)):
        answer = shell.run(*words)
        assert answer.code == 2
        assert str(shell.db) in answer.err
        assert "newer Mintage" in answer.err
    assert shell.db.read_bytes() == before


@pytest.mark.parametrize("words", [("facts", "list"), ("check",), ("books", "balances"), ("facts", "show", "x")])
def test_reading_a_journal_that_is_not_there_creates_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """A mistyped --db is an error, not an empty company."""
    shell = Shell(tmp_path / "none.db", capsys)
    answer = shell.run(*words)
    assert answer.code == 2
    assert "facts import" in answer.err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_journal_is_refused_and_kept(shell: Shell, tmp_path: Path) -> None:
    """Text, or another program's database, given as --db is not overwritten."""
    (tmp_path / "facts.csv").write_text(EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\n")
    shell.db.write_text("dear diary\n" * 1000)
    answer = shell.run("facts", "import", tmp_path / "facts.csv")
    assert answer.code == 2
    assert "not a Mintage journal" in answer.err
    assert shell.db.read_text() == "dear diary\n" * 1000


ON_A_READ_ONLY_DISK = """
mount -t tmpfs tmpfs "$1" && cp "$2" "$1/books.db" && mount -o remount,ro "$1" || exit 99
shift 2; "$@"; code=$?
ls -A "$DISK" && cmp "$BOOKS" "$DISK/books.db" && exit $code
"""
"""Runs a command where a disk is mounted that nobody, not even root, can write to; the mount ends with the process."""


@pytest.mark.parametrize("name", ["books.db", "new.db", "folder/new.db"])
def test_a_read_only_disk_is_a_sentence(small_books: Path, tmp_path: Path, name: str) -> None:
    """Neither an existing nor a new journal can be written there; the sentence says so, and the disk is as it was."""
    disk, facts = tmp_path / "disk", tmp_path / "facts.csv"
    disk.mkdir()
    facts.write_text(EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\n")
    command = [sys.executable, "-m", "mintage.cli.main", "facts", "import", str(facts), "--db", str(disk / name)]
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare to mount a read-only disk with")
    done = subprocess.run(  # noqa: S603  fixed words
        [unshare, "--map-root-user", "--mount", "sh", "-c", ON_A_READ_ONLY_DISK, "sh", disk, small_books, *command],
        env=os.environ | {"DISK": str(disk), "BOOKS": str(small_books)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1, 2}:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    assert (done.returncode, done.stdout) == (2, "books.db\n")
    assert done.stderr.startswith(f"mintage: {disk / name}: ")
    assert "the disk or file is read-only" in done.stderr or "cannot be opened" in done.stderr


def test_an_output_that_cannot_be_written_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    """A page that cannot be written ends with 2 and names the path."""
    (tmp_path / "call.txt").write_text("Operator\n\nRevenue was 5 million US dollars.\n")
    (tmp_path / "taken").write_text("")
    page = tmp_path / "taken" / "page.html"
    told = refused(shell, "tieout", tmp_path / "call.txt", "--period", "2025Q2", "--html", page)
    assert str(tmp_path / "taken") in told
