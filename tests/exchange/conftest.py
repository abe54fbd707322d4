"""The example company in a file, and a company whose every name is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.books.close import close_period
from mintage.books.facts import ExpenseAccrued, OpeningMemo
from mintage.house import open_journal
from mintage.journal.fact import Evidence, Fact
from mintage.journal.intake import import_files
from mintage.journal.sqlite import SqliteJournal
from mintage.market.facts import PriceObserved
from mintage.treasury.facts import BitcoinBought
from mintage.units import day_end_instant, parse_period
from tests.cli import company

EXAMPLE = Path(__file__).parents[2] / "examples" / "lodequarry"
HOSTILE = (
    '=cmd|"/c calc"!A1',
    "+1, -1; @x % 50%25",
    "quote \" backslash \\ tick ' semicolon ; hash # star *",
    "two  blanks\nand a new line\r\n2025-01-01 * forged\n    assets:cash:main  1 USD",
    "電價，合約；第一期",
    "\x1b[31mred\x1b[0m \u202eright to left",
    "  blanks at both ends  ",
    "date:2020-01-01, [2020-01-01] type:A",
)
"""What a customer, a pool or a machine may have written."""
DAY = date(2025, 6, 1)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteJournal]:
    """The example company with both quarters closed."""
    journal = open_journal(tmp_path_factory.mktemp("example") / "journal.db")
    import_files(journal, [EXAMPLE / "facts"], actor="example")
    for quarter in ("2025Q1", "2025Q2"):
        close_period(journal, parse_period(quarter), actor="controller")
    yield journal
    journal.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteJournal]:
    """A small company with every kind of room at work."""
    journal = open_journal(company.write(tmp_path_factory.mktemp("small") / "journal.db"))
    yield journal
    journal.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SqliteJournal]:
    """A journal without a fact."""
    journal = open_journal(tmp_path / "empty.db")
    journal.append([])
    yield journal
    journal.close()


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[SqliteJournal]:
    """Facts whose texts try to be something else, on accounts with full stops, in commodities with odd names."""
    journal = open_journal(tmp_path / "hostile.db")
    facts = [
        Fact(
            key=text.replace("\n", " ").replace("\r", " ").replace("\x1b", " ").replace("\u202e", " ") + str(number),
            at=day_end_instant(DAY),
            date=DAY,
            actor=text if text.isprintable() else "somebody",
            evidence=Evidence(source=text, note=text, row=number, txid=text),
            data=BitcoinBought(wallet=f"cold.{number}", bank=f"b-{number}.x.", sats=10**8 + number, cost=9_000_000),
        )
        for number, text in enumerate(HOSTILE)
    ]
    said = [
        PriceObserved(day=DAY, source="index", hour=24, price=Decimal("104000.12345678901234")),
        ExpenseAccrued(function="ga", expense="a.b", purpose="a-b", amount=1),
        ExpenseAccrued(function="ga", expense="a-b", purpose="a.b", amount=2),
        OpeningMemo(account="memo:preferred:a", commodity="PREF.a", units=1),
        OpeningMemo(account="memo:preferred:a.", commodity="PREF.a.", units=2),
        OpeningMemo(account="memo:preferred:a-", commodity="PREF.a-", units=3),
        OpeningMemo(account="memo:preferred:long", commodity=f"PREF.{'a' * 60}", units=4),
        OpeningMemo(account="memo:preferred:longer", commodity=f"PREF.{'a' * 61}", units=5),
    ]
    facts += [
        Fact(key=f"said-{number}", at=day_end_instant(DAY), date=DAY, actor="test", data=data)
        for number, data in enumerate(said)
    ]
    journal.append(facts)
    yield journal
    journal.close()
