"""Laws of the books, on random quarters: statements foot whatever happened, and reversals undo all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.books import facts as books
from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.checks import run_checks
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.capital import facts as capital
from mintage.factory import facts as factory
from mintage.house import memory_journal
from mintage.journal.core import LotPolicySet, Reversal
from mintage.journal.fact import FactData
from mintage.journal.lots import METHODS, Method
from mintage.journal.memory import MemoryJournal
from mintage.sales import facts as sales
from mintage.silicon import facts as silicon
from mintage.treasury import facts as treasury
from mintage.treasury import facts_money as money
from mintage.units import parse_period
from tests.books.company import BTC, OPENING, stated

Q2 = parse_period("2025Q2")
START = date(2025, 4, 1)
SATS = 10**6


def _entry(cents: int) -> FactData:
    """A manual entry of three legs that do not come in pairs."""
    legs = (
        books.Leg(account="assets:cash:main", amount=f"{cents / 100:.2f} USD"),
        books.Leg(account="expenses:operating:ga:other", amount=f"{cents / 100:.2f} USD"),
        books.Leg(account="liabilities:payable:x", amount=f"{-2 * cents / 100:.2f} USD"),
    )
    return books.ManualEntry(legs=legs, purpose="test")


# Each takes an amount in cents between 1 and 10 million and makes a fact that an ample opening always allows.
KINDS: tuple[Callable[[int], FactData], ...] = (
    lambda c: books.ExpensePaid(function="ga", expense="rent", bank="main", amount=c),
    lambda c: books.ExpenseAccrued(function="restructuring", expense="severance", purpose="pay", amount=c),
    lambda c: books.ShareBasedCompensation(function="restructuring", amount=c),
    lambda c: books.OtherDepreciation(function="rd", amount=c),
    lambda c: books.PropertyBought(bank="main", amount=c),
    lambda c: books.TaxPaid(country="sg", bank="main", amount=c),
    lambda c: books.OtherIncomeReceived(payer="grant", bank="main", amount=c),
    lambda c: books.InterestReceived(payer="bank", bank="main", amount=c),
    _entry,
    lambda c: silicon.WafersPrepaid(foundry="fab", bank="main", amount=c),
    lambda c: silicon.PrepaymentWrittenDown(foundry="fab", amount=c),
    lambda c: silicon.CommitmentReserved(foundry="fab", amount=c),
    lambda c: factory.MaterialsPurchased(plant="p", creditor="x", amount=c),
    lambda c: factory.InventoryWrittenDown(goods="materials", amount=c),
    lambda c: factory.SupplierPaid(creditor="x", bank="main", amount=c),
    lambda c: factory.VatPaid(country="my", bank="main", amount=c),
    lambda c: factory.VatRefunded(country="my", bank="main", amount=c),
    lambda c: sales.DepositReceived(customer="a", bank="main", amount=c),
    lambda c: sales.OtherDelivered(customer="a", region="us", revenue=c, plant="p", cost=c // 2),
    lambda c: sales.PaymentReceivedBtc(customer="a", wallet="w", sats=SATS, value=c, txid="t"),
    lambda c: sales.DepositReceivedBtc(customer="a", wallet="e", sats=SATS, value=c, txid="t"),
    lambda c: treasury.BitcoinBought(wallet="w", bank="main", sats=SATS, cost=c, fee=c // 100),
    lambda c: treasury.BitcoinSold(wallet="w", bank="main", sats=c, proceeds=c),
    lambda c: treasury.BitcoinPaid(wallet="w", creditor="x", sats=SATS, value=c),
    lambda c: treasury.BitcoinPledged(wallet="w", lender="l", sats=SATS, value=c),
    lambda c: treasury.BitcoinPledgedReusable(wallet="w", lender="l", term="current", sats=SATS, value=c),
    lambda c: treasury.BitcoinLent(borrower="b", wallet="w", sats=SATS, value=c),
    lambda c: treasury.LendingInterest(borrower="b", sats=SATS // 100, value=c),
    lambda c: treasury.Remeasured(state="free", holder="w", change=c - 5_000_000),
    lambda c: money.LoanDrawn(lender="l", term="current", bank="main", amount=c, fee=c // 50),
    lambda c: money.OptionWritten(series="s", contracts=1, bank="main", premium=c),
    lambda c: money.OptionRemeasured(series="s", change=c - 5_000_000),
    lambda c: capital.PreferredIssued(series="a", shares=1, bank="main", proceeds=c, cost=c // 40),
    lambda c: capital.PreferredRemeasured(series="a", change=c - 5_000_000, event="remaining"),
    lambda c: capital.AdsIssued(ads=c, bank="main", proceeds=c, cost=c // 10),
    lambda c: capital.RepurchasePrepaid(broker="b", bank="main", amount=c),
    lambda c: capital.DepositaryAccrued(depositary="d", amount=c),
    lambda c: capital.DepositaryReceived(depositary="d", bank="main", amount=c),
)
STEPS = st.lists(
    st.tuples(st.integers(0, len(KINDS) - 1), st.integers(1, 10**7), st.integers(0, 90), st.booleans()), max_size=25
)


def random_quarter(steps: list[tuple[int, int, int, bool]], method: Method = "fifo") -> MemoryJournal:
    """A company with ample money and bitcoin to which the steps happen; a True reverses the step just booked."""
    journal = memory_journal()
    opening: tuple[FactData, ...] = (
        LotPolicySet(commodity="BTC", method=method, reason="test"),
        books.OpeningBalance(account="assets:cash:main", amount=10**10),
        *(
            books.OpeningBitcoin(
                account="assets:bitcoin:free:w", sats=5 * BTC, value=10**7, cost=10**6 * n, lot_kind="mined"
            )
            for n in range(1, 4)
        ),
    )
    journal.append([stated(OPENING, f"open-{number}", data) for number, data in enumerate(opening)])
    for number, (kind, cents, after, undo) in enumerate(steps):
        day = START + timedelta(days=after)
        journal.append([stated(day, f"step-{number}", KINDS[kind](cents))])
        if undo:
            journal.append([stated(day, f"undo-{number}", Reversal(of=f"step-{number}", reason="test"))])
    return journal


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from(METHODS))
def test_every_statement_foots_whatever_happens(steps: list[tuple[int, int, int, bool]], method: Method) -> None:
    """Balance sheet, cash flow to the cash held, indirect form to operating cash, rollforward in all measures."""
    view = View(random_quarter(steps, method))
    footing = ("balance-sheet", "cash-flow", "rollforward", "cash")
    assert {result.name: result.problems for result in run_checks(view, Q2, footing)} == dict.fromkeys(footing, ())
    sheet, income = balance_sheet(view, Q2), income_statement(view, Q2)
    retained = sheet.row("retained")
    assert retained.now.cents is not None
    assert retained.before.cents is not None
    assert retained.now.cents - retained.before.cents == income.row("net_income").now.cents
    assert cash_flow_direct(view, Q2).row("cash").now == cash_flow(view, Q2).row("cash").now
    assert ebitda_bridge(view, Q2).row("net_income").now == income.row("net_income").now


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_reversing_everything_leaves_nothing(steps: list[tuple[int, int, int, bool]]) -> None:
    """A quarter whose every fact is reversed shows no income, no cash movement and no bitcoin gained or lost."""
    view = View(random_quarter([(kind, cents, after, True) for kind, cents, after, _ in steps]))
    assert income_statement(view, Q2).row("net_income").now.cents == 0
    for row in (*cash_flow(view, Q2).rows, *cash_flow_indirect(view, Q2).rows):
        assert row.now.cents in {None, 0} or row.id in {"cash", "cash.opening"}
    roll = bitcoin_rollforward(view, Q2)
    for part in roll.rows:
        if part.section not in {"opening", "closing"}:
            assert {*part.units.values(), *part.cost.values(), *part.fair_value.values()} == {0}
    assert (roll.realised_gains, roll.realised_losses, roll.realised_cumulative) == (0, 0, 0)


@settings(max_examples=20, deadline=None)
@given(STEPS)
def test_months_add_up_to_the_quarter(steps: list[tuple[int, int, int, bool]]) -> None:
    """Each row of the flow statements is the sum of its months, but for balances and ratios."""
    view = View(random_quarter(steps))
    months = Q2.months()
    for statement in (income_statement, cash_flow, cash_flow_direct, cash_flow_indirect):
        parts = [statement(view, month) for month in months]
        for row in statement(view, Q2).rows:
            if row.now.cents is not None and row.id not in {"cash", "cash.opening"}:
                assert sum(part.row(row.id).now.cents or 0 for part in parts) == row.now.cents, row.id
