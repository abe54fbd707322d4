"""Searching facts and paging through registers, on all stores."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from mintage.books.facts import ExpensePaid
from mintage.journal.fact import Evidence, Fact
from mintage.journal.search import Found, Place, RegisterRow, Search
from mintage.journal.store import Journal
from mintage.market.facts import PriceObserved
from tests.journal.conftest import bought, made, sold

FIRST = date(2025, 1, 1)


def filled(journal: Journal, count: int = 120, seed: int = 1) -> list[Fact]:
    """Facts of several kinds, actors and days, not in order of days."""
    draw = random.Random(seed)
    facts = [bought("start", FIRST - timedelta(days=1), 10**10, 10**9)]
    for number in range(count):
        day = FIRST + timedelta(days=draw.randrange(60))
        kind = draw.randrange(4)
        if kind == 0:
            item = bought(f"lot-{number}", day, draw.randrange(1, 10**6), draw.randrange(10**6), f"w{number % 3}")
        elif kind == 1:
            item = sold(f"sale-{number}", day, draw.randrange(1, 10**6), draw.randrange(10**6))
        elif kind == 2:
            data = ExpensePaid(function="ga", expense="rent", bank="dbs", amount=draw.randrange(1, 10**6))
            item = made(f"rent-{number}", day, data)
        else:
            item = made(f"price-{number}", day, PriceObserved(day=day, source="index", hour=24, price=Decimal(1)))
        evidence = Evidence(source=f"bank {number % 7}.csv", note='100%_"sure"' if number % 5 == 0 else "台積電")
        facts.append(msgspec.structs.replace(item, actor=("ann", "Ann", "bob")[number % 3], evidence=evidence))
    journal.append(facts)
    return facts


def pages(journal: Journal, asked: Search, limit: int) -> list[Found]:
    """All pages of a search."""
    found = [journal.search(asked, limit=limit)]
    while found[-1].next:
        found.append(journal.search(asked, before=found[-1].next, limit=limit))
    return found


SEARCHES = (
    Search(),
    Search(kind="treasury."),
    Search(kind="treasury.bitcoin-bought"),
    Search(kind="nothing."),
    Search(actor="ann"),
    Search(start=FIRST + timedelta(days=20)),
    Search(end=FIRST + timedelta(days=20)),
    Search(start=FIRST + timedelta(days=10), end=FIRST + timedelta(days=30), kind="books.", actor="bob"),
    Search(text="RENT-1"),
    Search(text="bank 3.csv"),
    Search(text='100%_"sure"'),
    Search(text="%"),
    Search(text="_"),
    Search(text="~"),
    Search(text="台積"),
    Search(text='"actor":"ann"'),
    Search(text="w1", kind="treasury.bitcoin-bought", actor="Ann"),
)


@pytest.mark.parametrize("asked", SEARCHES, ids=str)
def test_the_pages_of_a_search_hold_what_fits_and_nothing_else(journal: Journal, asked: Search) -> None:
    """Whatever the length of a page, all pages together are the facts that fit, the latest recorded first."""
    filled(journal)
    expected = [item for item in reversed(list(journal.facts())) if asked.fits(item.fact)]
    for limit in (1, 7, 500):
        found = pages(journal, asked, limit)
        assert [item for page in found for item in page.facts] == expected
        assert all(len(page.facts) <= limit for page in found)


def test_a_search_tells_where_to_go_on_when_it_has_looked_through_enough(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page never looks through more than the bound; those that find nothing lead on to those that do."""
    filled(journal)
    monkeypatch.setattr("mintage.journal.search.SCAN_MAX", 25)
    found = pages(journal, Search(text="start"), 10)
    assert [page.scanned for page in found] == [25, 25, 25, 25, 21]
    assert [len(page.facts) for page in found] == [0, 0, 0, 0, 1]


def test_a_search_is_literal(journal: Journal) -> None:
    """Percent, underscore, quotes and backslashes stand for themselves."""
    filled(journal)
    assert len(journal.search(Search(text="100%")).facts) > 10
    assert not journal.search(Search(text="1%0")).facts
    assert not journal.search(Search(text="r_nt-")).facts
    assert not journal.search(Search(text="\\")).facts


def test_a_search_in_the_past_finds_nothing_newer(journal: Journal) -> None:
    """A journal as it stood earlier is searched as it stood."""
    filled(journal)
    assert [item.seq for item in journal.as_of(10).search(Search(), limit=3).facts] == [10, 9, 8]
    assert {item.seq for item in journal.as_of(10).search(Search(kind="t"), limit=99).facts} <= set(range(1, 11))


REGISTERS = (
    ("assets:cash:dbs", "USD", None, None),
    ("assets:bitcoin:*", "BTC", None, None),
    ("assets:*", "*", None, None),
    ("*", "*", FIRST + timedelta(days=10), FIRST + timedelta(days=30)),
    ("expenses:*", "USD", FIRST + timedelta(days=59), None),
    ("assets:cash:dbs", "USD", None, FIRST + timedelta(days=3)),
    ("assets:cash:no-such-bank", "USD", None, None),
)


@pytest.mark.parametrize("asked", REGISTERS, ids=str)
def test_the_pages_of_a_register_hold_every_posting_with_its_balance(
    journal: Journal, asked: tuple[str, str, date | None, date | None]
) -> None:
    """All pages together are the postings, the latest first; each balance is the sum of all up to its posting."""
    filled(journal)
    account, commodity, start, end = asked
    whole = sorted(journal.postings(account, commodity, end=end), key=lambda row: row.date)
    balances: dict[str, int] = {}
    expected = []
    for row in whole:
        balances[row.commodity] = balances.get(row.commodity, 0) + row.amount
        if start is None or row.date >= start:
            expected.append((row, balances[row.commodity]))
    for limit in (1, 9, 500):
        found = list(walk(journal, asked, limit))
        assert [(row.posting, row.balance) for row in found] == expected[::-1]


def walk(journal: Journal, asked: tuple[str, str, date | None, date | None], limit: int) -> list[RegisterRow]:
    """All rows of a register, page by page."""
    rows: list[RegisterRow] = []
    before: Place | None = None
    while True:
        page = journal.register(*asked, before, limit, closing=sums(journal, asked))
        assert page == journal.register(*asked, before, limit)
        rows += page.rows
        before = page.next
        if before is None:
            return rows


def sums(journal: Journal, asked: tuple[str, str, date | None, date | None]) -> dict[str, int]:
    """What the accounts hold at the end, by commodity."""
    found: dict[str, int] = {}
    for row in journal.postings(asked[0], asked[1], end=asked[3]):
        found[row.commodity] = found.get(row.commodity, 0) + row.amount
    return found


def test_a_register_in_the_past_shows_nothing_newer(journal: Journal) -> None:
    """Postings and balances of a journal as it stood earlier are those of then."""
    filled(journal)
    early = journal.as_of(40)
    before = walk(early, ("assets:*", "*", None, None), 7)
    journal.append([bought("late", FIRST, 5, 5)])
    assert walk(early, ("assets:*", "*", None, None), 7) == before
    assert walk(journal, ("assets:*", "*", None, None), 7) != before
