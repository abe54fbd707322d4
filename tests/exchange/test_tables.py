"""Tables as CSV and Parquet: every row, exact, and nothing that a spreadsheet would obey."""

from __future__ import annotations

import csv
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mintage.books.kpis import kpi_table
from mintage.books.view import View
from mintage.exchange.export import EXPORTS, export
from mintage.exchange.figures import STATEMENTS
from mintage.exchange.spelt import FORMULA, cell
from mintage.exchange.tables import TABLES
from mintage.journal.sqlite import SqliteJournal
from mintage.units import commodity, parse_period
from mintage.units.errors import InputError, StoreError

QUARTER = parse_period("2025Q2")


def as_csv(journal: SqliteJournal, what: str, *, period: bool = False) -> list[dict[str, str]]:
    """The rows of a CSV export."""
    out = io.BytesIO()
    export(journal, what, "csv", out, None, *((QUARTER.start, QUARTER.end) if period else ()))
    return list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))


def asked(query: str, path: Path) -> list[tuple[Any, ...]]:
    """What DuckDB says of a Parquet file."""
    with duckdb.connect() as db:
        return db.execute(query, {"path": str(path)}).fetchall()


def as_parquet(journal: SqliteJournal, what: str, path: Path, *, period: bool = False) -> list[tuple[Any, ...]]:
    """The rows of a Parquet export; instants as text, since reading them as such needs a package of its own."""
    export(journal, what, "parquet", path, None, *((QUARTER.start, QUARTER.end) if period else ()))
    shown = ", ".join(
        f'epoch_us("{name}")' if kind == "instant" else f'"{name}"' for name, kind in TABLES[what].columns.items()
    )
    return asked(f"SELECT {shown} FROM read_parquet($path)", path)


@pytest.mark.parametrize("what", sorted(TABLES))
def test_csv_and_parquet_say_the_same(small: SqliteJournal, tmp_path: Path, what: str) -> None:
    """Each table has the same rows in both forms, and at least one; numbers are equal to the last digit."""
    period = EXPORTS[what, "csv"].period
    told = as_csv(small, what, period=period)
    packed = as_parquet(small, what, tmp_path / "table.parquet", period=period)
    assert told
    assert len(told) == len(packed)
    kinds = list(TABLES[what].columns.values())
    for row, stored in zip(told, packed, strict=True):
        for kind, text, value in zip(kinds, row.values(), stored, strict=True):
            if value is None:
                assert text == ""
            elif kind in {"integer", "decimal"}:
                assert Decimal(text) == value
            elif kind == "date":
                assert text == value.isoformat()
            elif kind == "text":
                assert text == cell(value)


def test_every_posting_is_exact(example: SqliteJournal, tmp_path: Path) -> None:
    """Parquet's postings are ours: whole minor units, the exact decimal beside them, and the unit."""
    packed = as_parquet(example, "postings", tmp_path / "postings.parquet")
    wanted = [
        (
            row.seq,
            row.key,
            row.kind,
            row.date,
            row.account,
            row.commodity,
            row.amount,
            Decimal(row.amount).scaleb(-commodity(row.commodity).scale),
            commodity(row.commodity).unit,
        )
        for row in example.postings()
    ]
    assert packed == wanted
    types = {
        name: kind
        for name, kind, *_ in asked("DESCRIBE SELECT * FROM read_parquet($path)", tmp_path / "postings.parquet")
    }
    assert (types["amount_minor"], types["amount"], types["date"]) == ("BIGINT", "DECIMAL(38,8)", "DATE")


def test_instants_and_facts_are_whole(hostile: SqliteJournal, tmp_path: Path) -> None:
    """Parquet holds text as it was written, hostile or not, and instants to the microsecond."""
    packed = as_parquet(hostile, "facts", tmp_path / "facts.parquet")
    for stored, row in zip(hostile.facts(), packed, strict=True):
        fact, evidence = stored.fact, stored.fact.evidence
        assert row[:7] == (stored.seq, fact.key, fact.kind, fact.date, fact.at, fact.actor, fact.grade)
        assert row[-1] == stored.hash.hex()
        if evidence is not None:
            assert row[7:12] == (evidence.source, evidence.sha256, evidence.row, evidence.txid, evidence.note)


def test_no_cell_is_a_formula(hostile: SqliteJournal) -> None:
    """No cell of text begins as a formula does, whoever wrote it, and no control character is left."""
    for what in ("facts", "postings", "moves", "lots"):
        text = {name for name, kind in TABLES[what].columns.items() if kind == "text"}
        rows = as_csv(hostile, what)
        cells = [value for row in rows for name, value in row.items() if name in text]
        assert not [value for value in cells if value.startswith(FORMULA)]
        assert not [value for value in cells if "\x1b" in value or "\u202e" in value]
    assert any(row["source"].startswith("'=cmd") for row in as_csv(hostile, "facts"))
    assert any(row["amount"].startswith("-") for row in as_csv(hostile, "postings"))


def test_kpis_and_statements_are_those_of_the_books(example: SqliteJournal) -> None:
    """Each KPI and each figure of each statement, with its reason where it is unknown."""
    view = View(example)
    kpis = as_csv(example, "kpis", period=True)
    wanted = {item.id: item for item in kpi_table(view, QUARTER)}
    assert {row["kpi"]: (row["value"], row["source"], row["reason"]) for row in kpis} == {
        id_: ("" if item.value is None else f"{item.value:f}", item.source, cell(item.reason))
        for id_, item in wanted.items()
    }
    figures = {(row["statement"], row["row"], row["column"]): row for row in as_csv(example, "statements", period=True)}
    for compute in STATEMENTS.values():
        statement = compute(view, QUARTER)
        for row in statement.rows:
            for column in ("now", "before", "year_before"):
                figure, told = getattr(row, column), figures[statement.id, row.id, column]
                assert told["value"] == ("" if figure.value is None else f"{figure.value:f}")
                assert row.kind == "heading" or told["value"] or told["reason"], "unknown without a reason"


@pytest.mark.parametrize(
    ("what", "form", "start", "end", "field"),
    [
        ("secrets", "csv", None, None, "what"),
        ("journal", "csv", None, None, "form"),
        ("kpis", "csv", None, None, "period"),
        ("statements", "csv", date(2025, 4, 1), date(2025, 6, 29), "period"),
        ("postings", "csv", date(2025, 4, 2), date(2025, 4, 1), "end"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    small: SqliteJournal, tmp_path: Path, what: str, form: str, start: date | None, end: date | None, field: str
) -> None:
    """Unknown tables and forms, and dates that are no period, are named; nothing is written."""
    with pytest.raises(InputError) as caught:
        export(small, what, form, tmp_path / "out", None, start, end)
    assert caught.value.field == field
    assert list(tmp_path.iterdir()) == []


def test_every_export_has_two_languages_and_a_name(small: SqliteJournal, tmp_path: Path) -> None:
    """The table of exports is complete, and each of them can be written under its name."""
    for (what, form), item in EXPORTS.items():
        assert item.en
        assert item.zh
        span = (QUARTER.start, QUARTER.end) if item.period else (None, None)
        export(small, what, form, tmp_path / item.filename, None, *span)
        assert (tmp_path / item.filename).stat().st_size > 0
    assert len(list(tmp_path.iterdir())) == len(EXPORTS)


class Cancelled(Exception):
    """Somebody had enough."""


@pytest.mark.parametrize(("what", "form"), [("postings", "csv"), ("postings", "parquet"), ("journal", "beancount")])
def test_a_cancelled_export_leaves_what_was_there(
    example: SqliteJournal, tmp_path: Path, what: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the progress raises ends the export; the file of before stays, and nothing lies beside it."""
    monkeypatch.setattr("mintage.exchange.posted.FACTS_BETWEEN_STEPS", 100)
    path = tmp_path / "out"
    path.write_text("before")

    def stop(_done: int, _total: int | None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        export(example, what, form, path, stop)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system refuses to let any file grow beyond a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_full_disk_leaves_what_was_there(example: SqliteJournal, tmp_path: Path, form: str) -> None:
    """An export that runs out of room is refused, and the file of before stays."""
    path = tmp_path / "out"
    path.write_text("before")
    with files_of_at_most(100_000), pytest.raises(StoreError, match="cannot be written"):
        export(example, "postings", form, path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
