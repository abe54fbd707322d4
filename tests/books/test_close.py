"""The close: what it writes, that it writes it once, and what keeps a period open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from mintage.books.checks import CHECKS, run_checks
from mintage.books.close import close_period, preview, reopen
from mintage.books.facts import Depreciation, ExpensePaid
from mintage.books.kpis import kpi
from mintage.books.prices import ClosingPrice
from mintage.books.statements import income_statement
from mintage.books.view import View
from mintage.capital.facts import PreferredConverted
from mintage.house import open_journal
from mintage.journal.core import PeriodLocked, Reversal
from mintage.journal.fact import Fact
from mintage.sales.facts import DepositReceivedBtc
from mintage.treasury.facts import BitcoinBought, BitcoinSold
from mintage.treasury.facts_money import CurrencyBought, CurrencyRemeasured, InterestAccrued, LoanRepaid, OptionSettled
from mintage.units import parse_period
from mintage.units.errors import CheckFailed, InputError, LedgerError, PeriodClosed
from tests.books.company import BTC, quarter, stated, usd

Q2 = parse_period("2025Q2")
JUNE = parse_period("2025-06")


def accrued(facts: tuple[Fact, ...]) -> list[tuple[str, int]]:
    """Day and amount of depreciation and interest."""
    return [
        (str(fact.date), fact.data.amount) for fact in facts if isinstance(fact.data, Depreciation | InterestAccrued)
    ]


def test_a_preview_writes_nothing_and_says_all() -> None:
    """Three months of depreciation, June's interest, and a measurement of every bitcoin account at the close."""
    journal = quarter()
    before = journal.head()
    draft = preview(journal, Q2)
    assert journal.head() == before
    assert accrued(draft.facts) == [
        ("2025-04-30", usd(1_000)),
        ("2025-05-31", usd(1_000)),
        ("2025-06-30", 191_667),
        ("2025-06-30", usd(600)),
    ]
    measured = [fact for fact in draft.facts if fact.key.startswith("close:2025-06-30:measure:")]
    assert [fact.key.rpartition(":")[2] for fact in measured] == ["lender", "desk", "vault"]
    assert {fact.evidence.source for fact in measured if fact.evidence} == {"index, 2025-06-30 hour 24 UTC"}


def test_closing_twice_is_closing_once() -> None:
    """The second close writes nothing and answers with the same manifest."""
    journal = quarter()
    first = close_period(journal, Q2)
    head = journal.head()
    second = close_period(journal, Q2)
    assert (second.already, second.facts, second.sha256) == (True, (), first.sha256)
    assert second.manifest == first.manifest
    assert journal.head() == head


def test_the_same_books_close_to_the_same_manifest() -> None:
    """Nothing in it depends on when or where it ran."""
    assert close_period(quarter(), Q2).sha256 == close_period(quarter(), Q2).sha256


def test_the_manifest_is_stamped_and_kept_in_the_journal() -> None:
    """The lock carries its hash, the lock's evidence its JSON: chain head, price, definitions, rows."""
    journal = quarter()
    closed = close_period(journal, Q2)
    lock = closed.facts[-1]
    assert isinstance(lock.data, PeriodLocked)
    assert lock.evidence is not None
    text = lock.evidence.note or ""
    assert sha256(text.encode()).hexdigest() == lock.data.manifest == closed.sha256
    manifest = msgspec.json.decode(text)
    number, _ = journal.head()
    assert manifest["chain"]["facts"] == number - 1
    assert manifest["price"]["price"] == "107000"
    assert (manifest["price"]["hour"], manifest["price"]["source"]) == (24, "index")
    assert manifest["rows"]["income"]["net_income"] == 10_738_333
    assert manifest["kpis"]["asp"] == "12.50"
    assert manifest["kpis"]["guidance.revenue"] is None
    assert manifest["definitions"]["kpis"]["asp"] == 1


def test_a_closed_quarter_refuses_facts_until_it_is_reopened_on_the_record() -> None:
    """A late bill needs the reopening; the second close reverses and rewrites only what changed."""
    journal = quarter()
    first = close_period(journal, Q2)
    late = stated(date(2025, 6, 29), "late", ExpensePaid(function="ga", expense="legal", bank="main", amount=usd(70)))
    with pytest.raises(PeriodClosed, match="closed"):
        journal.append([late])
    reopen(journal, Q2, reason="a bill came late", approved_by="cfo")
    journal.append([late])
    again = close_period(journal, Q2)
    assert [fact.data.kind for fact in again.facts] == ["journal.period-locked"]
    assert again.sha256 != first.sha256
    assert again.manifest is not None
    assert again.manifest["rows"]["income"]["net_income"] == 10_738_333 - usd(70)


def test_reopening_what_is_open_is_refused() -> None:
    """There is nothing to reopen, and no fact is left behind."""
    journal = quarter()
    before = journal.head()
    with pytest.raises(LedgerError, match="is not closed"):
        reopen(journal, Q2, reason="x", approved_by="y")
    assert journal.head() == before


def test_depreciation_computed_anew_reverses_what_was_written() -> None:
    """Machines found to be installed after the close: April to June are depreciated for what is really there."""
    journal = quarter()
    close_period(journal, Q2)
    reopen(journal, Q2, reason="wrong count", approved_by="cfo")
    key = next(stored.fact.key for stored in journal.facts("books.opening-machines"))
    journal.append([stated(date(2025, 3, 31), "undo", Reversal(of=key, reason="they were never there"))])
    again = close_period(journal, Q2)
    undone = [fact.data.of for fact in again.facts if isinstance(fact.data, Reversal)]
    assert undone == [f"close:2025-0{month}:books.depreciation:texas" for month in (4, 5, 6)]
    assert accrued(again.facts) == [("2025-06-30", 91_667)]
    assert kpi(View(journal), "mining.cost.depreciation", Q2).value == Decimal("916.67")


def test_months_close_first_and_their_quarter_after_them() -> None:
    """The quarter finds every accrual there, and shows what closing it alone shows."""
    journal, alone = quarter(), quarter()
    prices = {"2025-04": 94_000, "2025-05": 104_000}
    for month in Q2.months():
        usd_per_btc = prices.get(month.name)
        price = usd_per_btc and ClosingPrice(price=Decimal(usd_per_btc), day=month.end, hour=24, source="hand")
        close_period(journal, month, price=price or None)
    closed = close_period(journal, Q2)
    assert [fact.data.kind for fact in closed.facts] == ["journal.period-locked"]
    close_period(alone, Q2)
    mine, theirs = income_statement(View(journal), Q2), income_statement(View(alone), Q2)
    assert [row.now for row in mine.rows] == [row.now for row in theirs.rows]


def test_an_unknown_price_stops_the_close_before_it_writes() -> None:
    """No price of another day is taken; the error says what to record."""
    journal = quarter(leave_out=("price",))
    before = journal.head()
    with pytest.raises(InputError, match="no price of 2025-06-30 was observed") as caught:
        close_period(journal, Q2)
    assert "market.price-observed" in str(caught.value)
    assert journal.head() == before
    by_hand = ClosingPrice(price=Decimal("107000.00"), day=Q2.end, hour=24, source="index")
    assert close_period(journal, Q2, price=by_hand).already is False


def test_a_failed_check_leaves_the_period_open_and_nothing_written() -> None:
    """An account overdrawn during the quarter: someone must look first."""
    journal = quarter()
    spent = ExpensePaid(function="ga", expense="party", bank="main", amount=usd(2_000_000))
    journal.append([stated(date(2025, 6, 29), "spent", spent)])
    before = journal.head()
    with pytest.raises(CheckFailed, match=r"cash: assets:cash:main: holds -913,200\.00 USD"):
        close_period(journal, Q2)
    assert journal.head() == before
    assert journal.closed_periods() == []


def test_bitcoin_sold_before_it_was_there_stops_the_close() -> None:
    """A sale dated before the purchase that covers it: the ledger has the units, the day did not."""
    journal = quarter()
    bought = BitcoinBought(wallet="new", bank="main", sats=BTC, cost=usd(100_000))
    sold = BitcoinSold(wallet="new", bank="main", sats=BTC, proceeds=usd(101_000))
    journal.append([stated(date(2025, 7, 2), "bought", bought), stated(date(2025, 6, 20), "sold", sold)])
    with pytest.raises(
        CheckFailed, match=r"holdings: assets:bitcoin:free:new: holds -1\.00000000 BTC at the end of 2025-06-20"
    ):
        close_period(journal, Q2)


def test_shares_converted_and_options_settled_that_never_were_stop_the_close() -> None:
    """What is counted beside the books cannot fall below nothing either."""
    journal = quarter()
    converted = PreferredConverted(series="z", shares=5, fair_value=usd(10), ads=1)
    settled = OptionSettled(series="z", contracts=3, bank="main", amount=0)
    journal.append([stated(date(2025, 6, 2), "pf", converted), stated(date(2025, 6, 2), "op", settled)])
    found = [problem.where for result in run_checks(View(journal), Q2, ("holdings",)) for problem in result.problems]
    assert sorted(found) == ["memo:options:z", "memo:preferred:z"]


def test_a_loan_repaid_twice_stops_the_close() -> None:
    """What was overpaid is no negative loan, and bears no interest."""
    journal = quarter()
    repaid = [LoanRepaid(lender="lender", term="noncurrent", bank="main", amount=usd(90_000 + n)) for n in range(2)]
    journal.append([stated(date(2025, 6, 2), f"repaid-{n}", data) for n, data in enumerate(repaid)])
    with pytest.raises(CheckFailed, match=r"loans: liabilities:loan:noncurrent:lender: .* more was repaid"):
        close_period(journal, Q2)


def test_accruals_written_by_hand_are_kept() -> None:
    """Somebody booked June's interest and depreciation himself: the close adds nothing to that month."""
    journal = quarter()
    journal.append([stated(date(2025, 6, 30), "mine", InterestAccrued(lender="lender", amount=usd(555)))])
    journal.append([stated(date(2025, 6, 30), "own", Depreciation(site="texas", amount=usd(2_000)))])
    facts = preview(journal, Q2).facts
    assert accrued(facts) == [("2025-04-30", usd(1_000)), ("2025-05-31", usd(1_000))]


def test_a_year_or_a_day_is_not_closed() -> None:
    """Months and quarters are."""
    for name in ("2025", "2025-06-30"):
        with pytest.raises(InputError, match="cannot be closed"):
            preview(quarter(), parse_period(name))


def test_currency_is_translated_at_the_given_rate_or_the_close_asks_for_it() -> None:
    """100,000 CNY bought for 13,900 USD at 0.1395 are 13,950; without a rate the close says which is missing."""
    journal = quarter()
    bought = CurrencyBought(bank_usd="main", bank="cn", currency="CNY", units=10_000_000, cost=usd(13_900))
    journal.append([stated(date(2025, 6, 3), "cny", bought)])
    with pytest.raises(InputError, match=r"assets:cash:cn holds CNY, but no rate of 2025-06-30 is given"):
        preview(journal, Q2)
    (fact,) = [
        fact
        for fact in preview(journal, Q2, rates={"CNY": Decimal("0.1395")}).facts
        if isinstance(fact.data, CurrencyRemeasured)
    ]
    assert fact.data == CurrencyRemeasured(bank="cn", change=usd(50), rate=Decimal("0.1395"))
    journal.append([stated(date(2025, 6, 30), "hand", CurrencyRemeasured(bank="cn", change=usd(40)))])
    close_period(journal, Q2)


def test_deposits_in_bitcoin_gain_nothing() -> None:
    """What is held and what is owed for it are measured alike, so income is untouched."""
    journal = quarter()
    held = DepositReceivedBtc(customer="buyer", wallet="escrow", sats=BTC, value=usd(100_000), txid="cc")
    journal.append([stated(date(2025, 6, 7), "escrow", held)])
    close_period(journal, Q2)
    view = View(journal)
    assert kpi(view, "bitcoin.deposits", Q2).value == 1
    assert kpi(view, "bitcoin.owned", Q2).value == Decimal("2.8")
    assert kpi(view, "contract_liabilities", Q2).value == 107_000
    assert income_statement(view, Q2).row("net_income").now.cents == 10_738_333


def test_every_check_passes_on_the_closed_quarter() -> None:
    """And each has a name and a meaning to be printed."""
    journal = quarter()
    close_period(journal, Q2)
    results = run_checks(View(journal), Q2)
    assert [result.name for result in results if not result.passed] == []
    assert len(results) == len(CHECKS)
    assert all(result.meaning for result in results)


def test_checks_name_what_was_not_measured() -> None:
    """Before the close nothing is at fair value but the preferred shares."""
    problems = {result.name: result.problems for result in run_checks(View(quarter()), Q2)}
    assert [problem.where for problem in problems["measured"]] == [
        "assets:bitcoin-receivable:noncurrent:lender",
        "assets:bitcoin:free:desk",
        "assets:bitcoin:free:vault",
    ]


def test_a_quarter_closes_on_disk_as_in_memory(tmp_path: Path) -> None:
    """The SQLite store answers the same balances, legs in order, and lots: the same manifest but for nothing."""
    memory = quarter()
    disk = open_journal(tmp_path / "books.db")
    disk.append(stored.fact for stored in memory.facts())
    try:
        assert close_period(disk, Q2).sha256 == close_period(memory, Q2).sha256
    finally:
        disk.close()


def test_periods_close_in_order() -> None:
    """A later month is refused while the one before is open: its depreciation and gains would be misplaced."""
    journal = quarter()
    with pytest.raises(InputError, match=r"2025-06 cannot be closed while 2025-05 is open.* Close 2025-05 first"):
        close_period(journal, JUNE)
    for name in ("2025-04", "2025-05"):
        month = parse_period(name)
        close_period(journal, month, price=ClosingPrice(price=Decimal(90_000), day=month.end, hour=24, source="hand"))
    assert not close_period(journal, JUNE).already
