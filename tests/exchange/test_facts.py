"""Facts out of one journal and into another: the very same chain; and files that somebody uploads."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mintage.books.view import View
from mintage.exchange.export import export
from mintage.exchange.figures import STATEMENTS
from mintage.exchange.importing import BYTES_MAX, FILES_MAX, import_files
from mintage.house import memory_journal, open_journal
from mintage.journal.fact import fact_kinds
from mintage.journal.intake import import_files as import_paths
from mintage.journal.sqlite import SqliteJournal
from mintage.journal.store import Journal
from mintage.treasury.facts import BitcoinBought, BitcoinSold
from mintage.units import parse_period
from mintage.units.errors import InputError, LimitError
from tests.journal.conftest import made

CSV = b"""\
kind,key,date,wallet,bank,sats,cost
treasury.bitcoin-bought,b1,2025-05-01,cold,dbs,1 BTC,"95,000.00 USD"
treasury.bitcoin-bought,b2,2025-05-02,cold,dbs,0.5 BTC,"48,000.00 USD"
"""


def lines(journal: Journal, start: date | None = None) -> bytes:
    """The facts of a journal in our own form."""
    out = io.BytesIO()
    export(journal, "facts", "jsonl", out, start=start)
    return out.getvalue()


def test_facts_come_back_as_the_very_same_chain(example: SqliteJournal, tmp_path: Path) -> None:
    """Exported and imported into an empty journal: head, facts, balances and statements are identical."""
    export(example, "facts", "jsonl", tmp_path / "facts.jsonl")
    twin = open_journal(tmp_path / "twin.db")
    import_paths(twin, [tmp_path / "facts.jsonl"], "somebody else")
    assert twin.head() == example.head()
    assert list(twin.facts()) == list(example.facts())
    assert twin.balances() == example.balances()
    quarter = parse_period("2025Q2")
    for compute in STATEMENTS.values():
        assert compute(View(twin), quarter) == compute(View(example), quarter)
    twin.close()


def test_hostile_texts_and_late_facts_come_back(hostile: SqliteJournal) -> None:
    """Whatever stands in evidence comes back unchanged, and a fact that came late is booked late again."""
    hostile.append(
        [
            made("late-sale", date(2025, 6, 2), BitcoinSold(wallet="cold.0", bank="dbs", sats=10**8, proceeds=1)),
            made("late", date(2025, 5, 1), BitcoinBought(wallet="cold.0", bank="dbs", sats=10**8, cost=5)),
        ]
    )
    twin = memory_journal()
    import_files(twin, [("facts.jsonl", lines(hostile))], "somebody")
    assert twin.head() == hostile.head()


def test_importing_an_export_again_changes_nothing(small: SqliteJournal) -> None:
    """The facts are known: none is new."""
    twin = memory_journal()
    first = import_files(twin, [("a.jsonl", lines(small))], "somebody")
    head = twin.head()
    assert first.new == head[0] > 0
    assert import_files(twin, [("b.jsonl", lines(small))], "somebody").new == 0
    assert twin.head() == head


def test_no_kind_of_fact_has_a_field_named_data() -> None:
    """So a row with a `data` object can only be a recorded fact."""
    assert not [kind for kind, cls in fact_kinds().items() if "data" in cls.__struct_fields__]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "no.such"}, "not a kind of fact"),
        ({"at": 10**18}, "at"),
        ({"date": "0206-06-30"}, "not a date"),
        ({"key": "a\x1b[31m"}, "cannot be printed"),
        ({"actor": "x" * 300}, "too long"),
        ({"grade": "certain"}, "grade"),
        ({"data": {"wallet": "cold", "bank": "dbs", "sats": 1.5, "cost": 1}}, "float"),
        ({"data": {"wallet": "cold", "bank": "dbs", "sats": -1, "cost": 1}}, "sats"),
        ({"data": {"wallet": "../x", "bank": "dbs", "sats": 1, "cost": 1}}, "wallet"),
        ({"data": {"wallet": "cold", "bank": "dbs", "sats": 2**53, "cost": 1}}, "sats"),
        ({"evidence": {"nothing": "here"}}, "source"),
    ],
)
def test_a_forged_recorded_fact_is_refused(change: dict[str, Any], said: str) -> None:
    """A row that claims to be recorded is held to every limit that any row is held to; file and line are named."""
    row = {
        "kind": "treasury.bitcoin-bought",
        "key": "b1",
        "at": 1_746_144_000_000_000,
        "date": "2025-05-01",
        "actor": "test",
        "grade": "recorded",
        "evidence": None,
        "data": {"wallet": "cold", "bank": "dbs", "sats": 10**8, "cost": 9_500_000, "fee": 0},
    }
    good = {**row, "data": {name: row["data"][name] for name in ("wallet", "bank", "sats", "cost")}}  # type: ignore[index]  # a table of its own
    assert import_files(memory_journal(), [("a.jsonl", json.dumps(good).encode())], "x").new == 1
    with pytest.raises(InputError) as caught:
        import_files(memory_journal(), [("a.jsonl", json.dumps({**good, **change}).encode())], "x")
    assert said in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("a.jsonl", 1)


@pytest.fixture(params=["memory", "sqlite", "sqlite, not there yet"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    """An empty journal, also one that no file is there of yet."""
    found: Journal = memory_journal() if request.param == "memory" else open_journal(tmp_path / "journal.db")
    if request.param == "sqlite":
        found.append([])
    return found


def test_a_dry_run_says_what_would_be_posted_and_changes_nothing(journal: Journal, tmp_path: Path) -> None:
    """What it says of each fact is what booking then does; before that the journal is as it was."""
    path = tmp_path / "journal.db"
    there = path.exists()
    dry = import_files(journal, [("a.csv", CSV)], "ann", dry_run=True)
    assert path.exists() is there
    assert (dry.dry, dry.new, [line.line for line in dry.lines]) == (True, 2, [2, 3])
    done = import_files(journal, [("a.csv", CSV)], "ann")
    assert [line.receipt for line in dry.lines] == [line.receipt for line in done.lines]
    for line in dry.lines:
        entry = journal.entry(line.receipt.key)
        assert entry is not None
        assert line.postings == entry.postings != ()
    again = import_files(journal, [("a.csv", CSV)], "ann", dry_run=True)
    assert (again.new, journal.head()[0]) == (0, 2)
    journal.close()


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_error_names_file_line_and_field(journal: Journal, *, dry_run: bool) -> None:
    """Of two files the second is wrong: nothing of either is booked, and the place is told."""
    wrong = CSV.replace(b"b1", b"c1").replace(b"0.5 BTC", b"0.5 USD").replace(b"b2", b"c2")
    with pytest.raises(InputError) as caught:
        import_files(journal, [("a.csv", CSV), ("b.csv", wrong)], "ann", dry_run=dry_run)
    assert (caught.value.file, caught.value.line, caught.value.field) == ("b.csv", 3, "sats")
    taken = CSV.replace(b"95,000", b"96,000")
    with pytest.raises(InputError) as caught:
        import_files(journal, [("a.csv", CSV), ("b.csv", taken)], "ann", dry_run=dry_run)
    assert (caught.value.file, caught.value.line, caught.value.fact) == ("b.csv", 2, "b1")
    journal.append([])
    assert journal.head()[0] == 0
    journal.close()


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([], InputError),
        ([("a.exe", CSV)], InputError),
        ([("a\n.csv", CSV)], InputError),
        ([("a" * 300 + ".csv", CSV)], InputError),
        ([("a.csv", b"\xff\xfe")], InputError),
        ([("a.csv", b"")], InputError),
        ([("a.csv", CSV)] * (FILES_MAX + 1), LimitError),
        ([("a.csv", bytes(BYTES_MAX + 1))], LimitError),
    ],
)
def test_an_upload_has_limits(files: list[tuple[str, bytes]], kind: type[InputError]) -> None:
    """No file, too many, too large, of another kind, with a name that cannot be shown: refused."""
    with pytest.raises(kind):
        import_files(memory_journal(), files, "ann")
