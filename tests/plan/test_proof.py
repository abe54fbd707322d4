"""Rules once: a quarter on arrays, booked and closed as a plan is, gives the statements of the closed quarter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mintage.books.accruals import price_ratio
from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.close import close_period
from mintage.books.depreciation import depreciation_due
from mintage.books.prices import ClosingPrice, closing_price
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.house import memory_journal
from mintage.journal.fact import Fact, FactData
from mintage.journal.intake import find_files, read_file
from mintage.journal.memory import MemoryJournal
from mintage.plan.closing import Machines, remeasurement
from mintage.treasury.facts import DepositsRemeasured, ReceivableRemeasured, Remeasured
from mintage.units import Period, parse_period
from tests.plan.on_paths import PATHS, PathBooks, alone, spread
from tests.plan.quarter import CLOSING_PRICE, OPENING, SITE, instant, late, quarter

STATEMENTS: tuple[Callable[[View, Period], Any], ...] = (
    income_statement,
    balance_sheet,
    cash_flow,
    cash_flow_direct,
    cash_flow_indirect,
    ebitda_bridge,
    bitcoin_rollforward,
)
EXAMPLE = Path(__file__).parents[2] / "examples" / "lodequarry" / "facts"
EQUAL = (1, 1, 1)
MEASUREMENTS = (Remeasured, ReceivableRemeasured, DepositsRemeasured)
QUARTER = parse_period("2025Q2")


def example_facts() -> list[Fact]:
    """The example company's facts up to the quarter's end, in the order in which an import books them."""
    facts = [placed.fact for path in find_files([EXAMPLE]) for placed in read_file(path, "test")]
    return sorted((fact for fact in facts if fact.date <= QUARTER.end), key=lambda fact: (fact.date, fact.at))


def closed_books(path: int) -> MemoryJournal:
    """One path's quarter as the books book and close it."""
    journal = memory_journal()
    journal.append(alone(fact, path) for fact in quarter())
    close_period(journal, QUARTER)
    return journal


def planned_books() -> PathBooks:
    """The same quarter on all paths: its facts month by month, and the plan's own month's end."""
    facts = [spread(fact) for fact in quarter()]
    books = PathBooks()
    books.book(fact for fact in facts if fact.date <= OPENING)
    machines = Machines(opened(), SITE, books.ledger)
    for month in QUARTER.months():
        books.book(fact for fact in facts if month.start <= fact.date <= month.end)
        close(books, month, machines.close(month))
    close(books, QUARTER, remeasurement(books.ledger.balances, CLOSING_PRICE * 100))
    return books


def opened() -> dict[tuple[str, str], Any]:
    """What the machines of the opening will be depreciated by, on every path."""
    due: dict[tuple[str, str], list[int]] = {}
    for path in range(PATHS):
        journal = memory_journal()
        journal.append(alone(fact, path) for fact in quarter() if fact.date <= OPENING)
        for (month, site), cents in depreciation_due(View(journal), QUARTER).items():
            due.setdefault((month.name, site), []).append(cents)
    return {key: np.array(cents, object) for key, cents in due.items()}


def close(books: PathBooks, period: Period, data: tuple[FactData, ...]) -> None:
    """Book what a month's end found."""
    start = len(books.facts)
    books.book(
        Fact(key=f"close/{start + n}", at=instant(period.end, 999), date=period.end, actor="plan", data=item)
        for n, item in enumerate(data)
    )


def test_a_quarter_on_arrays_gives_the_statements_of_the_closed_quarter_to_the_cent() -> None:
    """Every statement of every path is that of its own closed books, every row and growth rate."""
    planned = planned_books()
    for path in range(PATHS):
        view, exact = View(planned.path(path)), View(closed_books(path))
        for make in STATEMENTS:
            assert make(view, QUARTER) == make(exact, QUARTER), make.__name__


def test_every_fact_posts_on_arrays_what_it_posts_in_the_books() -> None:
    """Postings, lot lines and lots of each fact are those of each path's books; late costs reach the same units."""
    facts = [*quarter(), *late()]
    planned = PathBooks()
    planned.book(spread(fact) for fact in facts)
    for path in range(PATHS):
        journal, exact = planned.path(path), memory_journal()
        exact.append(alone(fact, path) for fact in facts)
        for fact in facts:
            assert journal.entry(fact.key) == exact.entry(fact.key), fact
        assert journal.lot_states("*") == exact.lot_states("*")


def test_the_example_company_on_arrays_gives_its_closed_statements_to_the_cent() -> None:
    """Two quarters of thousands of facts on three equal paths, measured on arrays, are the closed quarters."""
    facts, periods = example_facts(), (parse_period("2025Q1"), QUARTER)
    journal, planned = memory_journal(), PathBooks()
    journal.append(facts)
    for period in periods:
        new = [fact for fact in facts if fact.date <= period.end and fact.key not in planned.entries]
        accrued = [fact for fact in close_period(journal, period).facts if not isinstance(fact.data, MEASUREMENTS)]
        planned.book(spread(fact, EQUAL) for fact in [*new, *accrued] if fact.date <= period.end)
        price = closing_price(View(journal), period.end)
        assert isinstance(price, ClosingPrice)
        close(planned, period, remeasurement(planned.ledger.balances, *price_ratio(price.price)))
    exact = View(journal)
    for path in range(PATHS):
        view = View(planned.path(path))
        for period in periods:
            for make in STATEMENTS:
                assert make(view, period) == make(exact, period), make.__name__
