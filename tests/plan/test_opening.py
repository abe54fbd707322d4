"""Where a plan begins: a journal's balances, lots, places and market, and what a reader must be told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mintage.books.close import close_period
from mintage.books.facts import OpeningBitcoin, OpeningMemo
from mintage.house import memory_journal
from mintage.journal.core import LotPolicySet
from mintage.journal.fact import Fact, FactData
from mintage.journal.lots import Lot, Method, Scope
from mintage.journal.memory import MemoryJournal
from mintage.market.facts import DifficultyObserved
from mintage.plan.assumptions import Assumptions
from mintage.plan.company import Company
from mintage.plan.opening import months_after, open_from_assumptions, open_journal_at
from mintage.plan.paths import MarketPaths
from mintage.plan.policies import policies_of
from mintage.plan.service import run
from mintage.treasury.facts_money import LoanAgreed, LoanDrawn
from mintage.units import day_end_instant, parse_period
from mintage.units.errors import InputError
from tests.plan.quarter import OPENING, quarter

END = date(2025, 6, 30)
QUIET = {
    "factory.machines-per-month": "0",
    "mining.uptime": "0",
    "mining.site-cost": "0",
    "books.rd": "0",
    "books.sm": "0",
    "books.ga": "0",
    "books.share-based": "0",
    "treasury.cash-floor": "0",
}
"""A company that does nothing."""


def journal_of(*data: FactData, day: date = OPENING) -> MemoryJournal:
    journal = memory_journal()
    at = day_end_instant(day)
    journal.append(
        Fact(key=f"f{number}", at=at + number, date=day, actor="test", data=item) for number, item in enumerate(data)
    )
    return journal


def closed() -> MemoryJournal:
    journal = memory_journal()
    journal.append(quarter())
    close_period(journal, parse_period("2025Q2"))
    return journal


def test_a_plan_goes_on_where_the_books_were_closed() -> None:
    """Balances and lots are those of the day; lots and balances agree; bank, wallet and site are the largest."""
    journal = closed()
    opening = open_journal_at(journal, 12)
    assert opening.day == END
    assert opening.balances == journal.balances(end=END)
    held: dict[tuple[str, str], int] = {}
    for lot in opening.lots:
        held[lot.account, lot.lot.commodity] = held.get((lot.account, lot.lot.commodity), 0) + lot.units
    assert held == {slot: opening.balances[slot] for slot in held}
    assert (opening.bank, opening.wallets, opening.sites) == ("main", ("treasury",), (("americas", "north"),))


def test_the_first_planned_month_starts_from_the_closed_balance_sheet() -> None:
    """Without machines, overhead or shocks, cash and bitcoin of the books are still there a month later."""
    journal = closed()
    plan = run(1, 20, 7, assumptions=QUIET, journal=journal)
    balances = journal.balances(end=END)
    owned = sum(
        amount
        for (account, id_), amount in balances.items()
        if id_ == "BTC" and account.startswith("assets:") and ":deposits:" not in account
    )
    assert plan.opening == "2025-06-30"
    assert plan.measure("bitcoin.owned").p50 == (owned,)
    assert plan.measure("cash").p50 == (balances["assets:cash:main", "USD"],)
    assert plan.measure("revenue.total").p90 == (0,)


def test_price_and_difficulty_come_from_the_journal_unless_said() -> None:
    """An observed market replaces the shipped one, what was said replaces both, what is unknown is told."""
    journal = closed()
    seen = DifficultyObserved(day=date(2025, 6, 29), source="node", height=903_168, bits="17026651")
    journal.append([Fact(key="epoch", at=0, date=date(2025, 7, 2), actor="test", data=seen)])
    plan = run(1, 3, 7, journal=journal, assumptions={"market.hashrate": "900"})
    assert plan.notes == ()
    without = run(1, 3, 7, journal=closed())
    assert without.notes == ("market.difficulty is assumed: no epoch in force on 2025-06-30 was observed.",)
    earlier = run(1, 3, 7, journal=closed(), day=date(2025, 5, 31))
    assert earlier.notes[0] == "market.price is assumed: no price of 2025-05-31 was observed."
    said = run(1, 3, 7, journal=closed(), day=date(2025, 5, 31), assumptions={"market.price": "100000"})
    assert len(said.notes) == 1


@pytest.mark.parametrize(("method", "scope"), [("hifo", "account"), ("fifo", "global"), ("average", "global")])
def test_lots_of_any_policy_are_dealt_to_accounts_and_the_reader_is_told(method: Method, scope: Scope) -> None:
    """Pooled lots go to the wallets that hold the units; the plan says that it takes them first in, first out."""
    coins = [
        OpeningBitcoin(account=f"assets:bitcoin:free:{wallet}", sats=sats, value=sats, cost=cost, lot_kind="mined")
        for wallet, sats, cost in (("cold", 700, 71), ("hot", 300, 34), ("cold", 5, 5))
    ]
    policy = LotPolicySet(commodity="BTC", method=method, scope=scope, reason="test")
    opening = open_journal_at(journal_of(policy, *coins), 3, OPENING)
    held = dict.fromkeys(("cold", "hot"), 0)
    for lot in opening.lots:
        held[lot.account.rpartition(":")[2]] += lot.units
    assert held == {"cold": 705, "hot": 300}
    assert sum(lot.cost for lot in opening.lots) == 110
    assert opening.wallets == ("cold", "hot")
    assert f"by {method} ({scope})" in opening.notes[0]


def test_a_journal_that_cannot_be_begun_from_is_refused() -> None:
    """No closed period, no balances on the day, or a day within a month: each says what to do."""
    memo = OpeningMemo(account="memo:ads", commodity="ADS", units=5)
    with pytest.raises(InputError, match="no period is closed"):
        open_journal_at(journal_of(memo), 3)
    with pytest.raises(InputError, match="books are empty"):
        open_journal_at(journal_of(memo), 3, date(2024, 12, 31))
    with pytest.raises(InputError, match="within a month"):
        open_journal_at(journal_of(memo), 3, date(2025, 4, 15))
    with pytest.raises(InputError, match="within a month"):
        open_from_assumptions(Assumptions(), 3, date(2025, 4, 15))


def test_a_company_without_wallet_bank_or_site_gets_them() -> None:
    """A journal with nothing to mine or sell still plans: the plan opens its own places."""
    opening = open_journal_at(journal_of(OpeningMemo(account="memo:ads", commodity="ADS", units=5)), 3, OPENING)
    assert (opening.bank, opening.wallets, opening.sites) == ("bank", ("treasury",), (("all", "site"),))
    assert not any(isinstance(lot.lot, Lot) for lot in opening.lots)
    plan = run(2, 4, 7, journal=journal_of(OpeningMemo(account="memo:ads", commodity="ADS", units=5)), day=OPENING)
    assert plan.measure("cash").p50[0] < 0
    assert plan.cash_short == (1.0, 1.0)


def test_loans_of_the_opening_bear_their_interest_and_nothing_else() -> None:
    """Simple interest by the day at the agreed rate is paid each month; the principal stays."""
    agreed = LoanAgreed(
        lender="bank-a",
        rate_pct=Decimal("7.3"),
        margin_call_ltv_pct=Decimal(70),
        liquidation_ltv_pct=Decimal(80),
        due=date(2026, 3, 31),
        cure_hours=24,
    )
    journal = journal_of(agreed, LoanDrawn(lender="bank-a", term="current", bank="main", amount=1_000_000_00))
    opening = open_journal_at(journal, 2, OPENING)
    assert opening.interest == {("2025-04", "bank-a"): 6_000_00, ("2025-05", "bank-a"): 6_200_00}
    table = Assumptions(QUIET)
    company = Company(opening, policies_of(table, opening))
    market = MarketPaths(table, 7, 0, 2)
    for month in months_after(OPENING, 2):
        company.live(month, market.step(month.days))
    assert company.ledger.balances["assets:cash:main", "USD"] == 1_000_000_00 - 12_200_00
    assert company.ledger.balances["expenses:interest:bank-a", "USD"] == 12_200_00
    assert company.ledger.balances["liabilities:loan:current:bank-a", "USD"] == -1_000_000_00
