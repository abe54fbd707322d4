"""A warm view answers as a cold one does, whatever was appended; many threads share what it computed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.checks import run_checks
from mintage.books.facts import ExpensePaid
from mintage.books.kpis import kpi_table
from mintage.books.recall import WHOLE_ROWS, Kept, Read, Recall
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.books.warm import NEWS_MAX, News, WarmBooks
from mintage.factory.service import stock
from mintage.house import memory_journal, open_journal
from mintage.journal.core import LotPolicySet, PeriodLocked, PeriodReopened, Reversal
from mintage.journal.fact import Fact, fact_kinds
from mintage.journal.store import Journal
from mintage.sales.service import backlog
from mintage.treasury.facts import BitcoinBought, BitcoinSold
from mintage.treasury.service import holdings
from mintage.units import parse_period
from mintage.units.errors import InputError, StoreError
from tests.books.company import price, quarter, stated, usd

PERIODS = tuple(parse_period(name) for name in ("2025Q2", "2025-05", "2025Q3"))
DAYS = tuple(date(2025, month, 28) for month in (3, 4, 5, 6, 7))
Store = Callable[[], Journal]


def answers(view: View) -> list[Any]:
    """What pages ask of the books and of the rooms' services."""
    found: list[Any] = []
    for span in PERIODS:
        found += [income_statement(view, span), balance_sheet(view, span), ebitda_bridge(view, span)]
        found += [cash_flow(view, span), cash_flow_direct(view, span), cash_flow_indirect(view, span)]
        found += [bitcoin_rollforward(view, span), kpi_table(view, span), run_checks(view, span)]
    journal = view.journal
    for day in DAYS:
        found += [holdings(journal, day), backlog(journal, day), stock(journal, day), journal.balances(end=day)]
        found += [journal.lot_states("BTC", day), view.to_date(day)]
    found += [journal.closed_periods(), journal.lot_policies(), journal.head(), view.began, view.days]
    found += [list(journal.facts("mining.earned", end=DAYS[2])), list(journal.moves("MACHINE.*", DAYS[1], DAYS[3]))]
    found += [view.facts(kind) for kind in fact_kinds()]
    return [*found, view.reversals, journal.reversed_by("sold-fast"), journal.balances()]


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    """An empty journal of each store."""
    return memory_journal() if request.param == "memory" else open_journal(tmp_path / "journal.db")


def surprises(draw: random.Random, number: int, keys: list[str]) -> Fact:
    """A fact that reaches back: a reversal, a late bill, a lock, a policy, a price."""
    day = date(2025, 3, 31) + timedelta(days=draw.randrange(1, 120))
    kind = draw.randrange(6)
    if kind == 0:
        return stated(day, f"late-{number}", Reversal(of=draw.choice(keys), reason="wrong"))
    if kind == 1:
        return stated(day, f"late-{number}", price(day, 90_000 + number))
    if kind == 2:
        method = draw.choice(("fifo", "lifo", "hifo", "average"))
        return stated(day, f"late-{number}", LotPolicySet(commodity="BTC", method=method, reason="test"))  # type: ignore[arg-type]  # one of the four methods
    if kind == 3:
        return stated(date(2025, 7, 20), f"late-{number}", PeriodLocked(period=draw.choice(("2025-04", "2025-05"))))
    if kind == 4:
        data = PeriodReopened(period=draw.choice(("2025-04", "2025-05")), reason="test", approved_by="other")
        return stated(date(2025, 7, 20), f"late-{number}", data)
    amount = draw.randrange(100, 90_000)
    return stated(day, f"late-{number}", ExpensePaid(function="ga", expense="rent", bank="main", amount=amount))


@pytest.mark.parametrize("seed", range(4))
def test_a_warm_view_answers_as_a_cold_one_after_each_append(journal: Journal, seed: int) -> None:
    """Statements, KPIs, rollforward, checks and services agree after each of many random appends."""
    draw = random.Random(seed)
    waiting = [item.fact for item in quarter().facts()]
    warm, taken = WarmBooks(journal), 0
    journal.append(waiting[:8])
    waiting = waiting[8:]
    while waiting:
        size = draw.randrange(1, 16)
        batch, waiting = waiting[:size], waiting[size:]
        keys = [item.fact.key for item in journal.facts()]
        for fact in (*batch, surprises(draw, taken, keys)):
            try:
                journal.append([fact])
                taken += 1
            except InputError:
                continue
        assert answers(warm.view()) == answers(View(journal))
    assert taken > 30


def test_nothing_is_computed_again_where_nothing_happened(journal: Journal) -> None:
    """Without news a view is the same; with news of July, what was computed of April stays as it is."""
    journal.append(item.fact for item in quarter().facts())
    warm, april, july = WarmBooks(journal), parse_period("2025-04"), parse_period("2025-07")
    before = warm.view()
    assert warm.view() is before
    statements = income_statement(before, april), income_statement(before, july)
    data = ExpensePaid(function="ga", expense="rent", bank="main", amount=usd(1))
    journal.append([stated(date(2025, 7, 2), "july", data)])
    after = warm.view()
    assert after is not before
    assert income_statement(after, april) is statements[0]
    assert income_statement(after, july) != statements[1]


def test_a_view_that_was_handed_out_stays_as_it_is(journal: Journal) -> None:
    """What is appended while a reader works never shows in half of its answers."""
    facts = [item.fact for item in quarter().facts()]
    journal.append(facts[:40])
    early = WarmBooks(journal).view()
    expected = answers(View(journal))
    journal.append(facts[40:])
    assert answers(early) == expected
    assert answers(View(journal)) != expected


def test_after_very_many_facts_a_view_begins_from_nothing(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound of news nothing is carried over, and the answers are still right."""
    facts = [item.fact for item in quarter().facts()]
    journal.append(facts[:10])
    warm = WarmBooks(journal)
    answers(warm.view())
    monkeypatch.setattr("mintage.books.warm.NEWS_MAX", 5)
    journal.append(facts[10:])
    view = warm.view()
    assert not view.recall.all()
    assert len(facts) - 10 < NEWS_MAX
    assert answers(view) == answers(View(journal))


def test_the_past_takes_no_facts(journal: Journal) -> None:
    """A journal as it stood earlier refuses to be appended to, and the journal itself is untouched."""
    facts = [item.fact for item in quarter().facts()]
    journal.append(facts[:5])
    with pytest.raises(StoreError, match="takes no facts"):
        journal.as_of(3).append(facts[5:6])
    assert (journal.head()[0], journal.as_of(3).head()[0]) == (5, 3)


def test_threads_that_need_the_same_compute_it_once() -> None:
    """Sixteen readers of one value wait for the one that computes it."""
    recall, started, release, made = Recall(), threading.Event(), threading.Event(), []

    def make() -> int:
        made.append(threading.get_ident())
        started.set()
        assert release.wait(10)
        return 7

    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(recall.once, "key", make) for _ in range(16)]
        assert started.wait(10)
        release.set()
        assert [item.result(10) for item in asked] == [7] * 16
    assert len(made) == 1


def test_a_failure_is_told_to_its_reader_and_not_remembered() -> None:
    """Whoever waited for a computation that failed tries for itself."""
    recall, tries = Recall(), []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise InputError("the first time")
        return 3

    with pytest.raises(InputError, match="the first time"):
        recall.once("key", make)
    assert (recall.once("key", make), len(tries)) == (3, 2)


def test_a_value_that_needs_itself_is_refused() -> None:
    """Asking for a key while computing it is a fault of the program, told at once instead of waiting forever."""
    recall = Recall()

    def make() -> int:
        return recall.once("key", make)

    with pytest.raises(AssertionError, match="needs itself"):
        recall.once("key", make)


def test_what_is_kept_is_bounded_and_the_latest_used_stays() -> None:
    """Beyond the bound on rows the values that were not used for longest are forgotten."""
    recall = Recall(rows_max=250)
    for number in range(2):
        recall.once(number, lambda: [0] * 100)
    recall.once(0, lambda: [1])
    recall.once("new", lambda: [2] * 100)
    assert set(recall.all()) == {0, "new"}
    recall.once("whole", object)
    assert sum(item.rows for item in recall.all().values()) == 200 + WHOLE_ROWS


def test_reads_of_a_part_belong_to_the_whole() -> None:
    """A value that was made from a remembered one depends on all that that one was read from."""
    recall, read = Recall(), Read("facts", "market.price-observed")

    def part() -> int:
        recall.note([read])
        return 1

    recall.once("part", part)
    recall.once("whole", lambda: recall.once("part", part) + 1)
    assert recall.all()["whole"] == Kept(2, frozenset({read}), WHOLE_ROWS)


def test_news_touches_what_it_belongs_to() -> None:
    """Accounts, commodities, kinds, keys, lots and days decide; a wildcard of others' counts as a fit."""
    journal = quarter()
    head = journal.head()[0]
    data = ExpensePaid(function="ga", expense="rent", bank="main", amount=usd(1))
    journal.append([stated(date(2025, 7, 2), "july", data)])
    news = News(journal, head)
    july, june = date(2025, 7, 1), date(2025, 6, 30)
    touched = (
        Read("head"),
        Read("key", "july"),
        Read("facts", "books.expense-paid"),
        Read("postings", "assets:cash:*", "USD", july),
        Read("postings", "assets:cash:mai?"),
    )
    untouched = (
        Read("key", "june"),
        Read("facts", "books.expense-accrued"),
        Read("facts", "books.expense-paid", end=june),
        Read("postings", "assets:cash:*", "BTC"),
        Read("postings", end=june),
        Read("postings", "assets:bitcoin:*"),
        Read("moves"),
        Read("lot", "opening-2"),
    )
    assert [read for read in touched if not news.touches(read)] == []
    assert [read for read in untouched if news.touches(read)] == []


@pytest.mark.parametrize("step", range(1, 6))
def test_lots_stay_right_whatever_method_is_in_force(journal: Journal, step: int) -> None:
    """Buying and selling under one method after another: a warm view has the lots of a cold one after each step."""
    methods = ("fifo", "average", "average", "fifo", "lifo", "average")
    facts: list[Fact] = []
    for number, method in enumerate(methods):
        day = date(2025, 4, 1) + timedelta(days=20 * number)
        policy = LotPolicySet(commodity="BTC", method=method, reason="test")  # type: ignore[arg-type]  # from the table
        facts.append(stated(day, f"policy-{number}", policy))
        for part in range(3):
            bought = BitcoinBought(wallet="vault", bank="main", sats=100 + part, cost=7_001 + 997 * number + part)
            facts.append(stated(day + timedelta(days=part), f"bought-{number}-{part}", bought))
        sold = BitcoinSold(wallet="vault", bank="main", sats=151, proceeds=9_999)
        facts.append(stated(day + timedelta(days=4), f"sold-{number}", sold))
    warm = WarmBooks(journal)
    journal.append([])
    for at in range(0, len(facts), step):
        journal.append(facts[at : at + step])
        view, cold = warm.view(), View(journal)
        for end in (None, *DAYS):
            assert view.journal.lot_states("BTC", end) == cold.journal.lot_states("BTC", end)
