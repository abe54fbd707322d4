"""What each fact of the books does to balances and lots, and what a ledger can begin with."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import msgspec
import pytest

from mintage.books.facts import (
    AccruedPaid,
    Amortization,
    Depreciation,
    ExpenseAccrued,
    ExpensePaid,
    ForeignExpensePaid,
    InterestReceived,
    KpiReported,
    Leg,
    ManualEntry,
    OpeningBalance,
    OpeningBitcoin,
    OpeningDeposit,
    OpeningGoods,
    OpeningMachines,
    OpeningMemo,
    OtherDepreciation,
    OtherExpensePaid,
    OtherIncomeReceived,
    PropertyBought,
    ShareBasedCompensation,
    TaxPaid,
)
from mintage.books.posting import RULES
from mintage.journal.fact import FactData, fact_kinds
from mintage.sales.facts import DepositRefundedBtc
from mintage.treasury.facts import BitcoinSold, Remeasured
from mintage.treasury.facts_money import Currency
from mintage.units import commodity_table
from mintage.units.errors import AmountError, LedgerError, Unbalanced, UnknownAccount
from tests.rules_on_arrays import assert_linear
from tests.trial import Trial

BTC = 100_000_000
CASH = "assets:cash:main"
GIVEN = {
    "books.opening-bitcoin": {"account": "assets:bitcoin:free:cold"},
    "books.opening-goods": {"account": "assets:inventory:finished:plant", "commodity": "MACHINE.m1"},
    "books.opening-memo": {"account": "memo:ads", "commodity": "ADS"},
}


@pytest.mark.parametrize("kind", sorted(set(RULES.rules) - {"books.entry"}))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Path by path, a rule posts on arrays what it posts on whole numbers, and it adds up.

    A manual entry is the exception: its amounts are text that a person wrote.
    """
    assert_linear(RULES, kind, **GIVEN.get(kind, {}))


def test_every_kind_of_the_books_has_a_rule() -> None:
    """No fact of this package can be declared and left unposted."""
    assert RULES.missing(kind for kind in fact_kinds() if kind.startswith("books.")) == []


def test_currencies_are_the_money_of_the_commodity_table() -> None:
    """A currency added to the table can be bought and spent, and nothing else can pass for one."""
    money = {id_ for id_, entry in commodity_table().items() if entry.carrying == "money"}
    assert set(get_args(Currency)) == money - {"USD"}


PAID = [
    (ExpensePaid(function="rd", expense="tape-out", bank="main", amount=5), "expenses:operating:rd:tape-out", 5),
    (
        ExpensePaid(function="restructuring", expense="severance", bank="main", amount=5),
        "expenses:operating:restructuring:severance",
        5,
    ),
    (AccruedPaid(purpose="payroll", bank="main", amount=5), "liabilities:accrued:payroll", 5),
    (PropertyBought(bank="main", amount=5), "assets:property:other", 5),
    (OtherExpensePaid(expense="donation", bank="main", amount=5), "expenses:other:donation", 5),
    (TaxPaid(country="sg", bank="main", amount=5), "expenses:tax:sg", 5),
    (InterestReceived(payer="bank-x", bank="main", amount=5), "income:interest:bank-x", -5),
    (OtherIncomeReceived(payer="city", bank="main", amount=5), "income:grants:city", -5),
]


@pytest.mark.parametrize(("data", "account", "amount"), PAID)
def test_what_is_paid_or_received_meets_its_account(data: FactData, account: str, amount: int) -> None:
    """The named account and the bank move by the same amount, and nothing else does."""
    trial = Trial()
    trial.book(data)
    assert trial.journal.balances() == {(account, "USD"): amount, (CASH, "USD"): -amount}


NOT_PAID = [
    (
        ExpenseAccrued(function="sm", expense="payroll", purpose="payroll", amount=5),
        "expenses:operating:sm:payroll",
        "liabilities:accrued:payroll",
    ),
    (ShareBasedCompensation(function="ga", amount=5), "expenses:operating:ga:share-based", "equity:shares"),
    (Depreciation(site="tx1", amount=5), "expenses:cost:mining:depreciation:tx1", "assets:machines:depreciation:tx1"),
    (OtherDepreciation(function="rd", amount=5), "expenses:operating:rd:depreciation", "assets:property:other"),
    (
        Amortization(function="rd", name="eda", amount=5),
        "expenses:operating:rd:amortization",
        "assets:intangible:eda",
    ),
]


@pytest.mark.parametrize(("data", "expense", "counter"), NOT_PAID)
def test_what_is_not_paid_is_an_expense_against_its_counter_account(data: FactData, expense: str, counter: str) -> None:
    """An expense of the period touches no cash."""
    trial = Trial()
    trial.book(data)
    assert trial.journal.balances() == {(expense, "USD"): 5, (counter, "USD"): -5}


def test_an_expense_in_another_currency_takes_the_currency_and_its_carrying_amount() -> None:
    """Both leave the account; what the rate has changed since stays for the close."""
    trial = Trial()
    trial.book(
        ManualEntry(
            legs=(
                Leg(account="assets:cash:cn", amount="1,000.00 CNY"),
                Leg(account="world:bank", amount="-1,000.00 CNY"),
                Leg(account="assets:cash:cn", amount="137.00 USD"),
                Leg(account="equity:opening", amount="-137.00 USD"),
            ),
            purpose="yuan held when the ledger began",
        ),
        ForeignExpensePaid(
            function="ga",
            expense="rent",
            bank="cn",
            currency="CNY",
            units=100_000,
            rate=Decimal("0.1392"),
            amount=13_920,
        ),
    )
    assert trial.units("assets:cash:cn", "CNY") == 0
    assert trial.usd("assets:cash:cn") == -220
    assert trial.usd("expenses:operating:ga:rent") == 13_920


BAD_ENTRIES = [
    ([("assets:cash:main", "1.00 USD"), ("equity:other", "-0.99 USD")], Unbalanced, "USD does not balance"),
    ([("assets:bitcoin:free:cold", "1 BTC"), ("world:market", "-1 BTC")], LedgerError, "cannot move BTC"),
    ([("assets:cash:main", "1.00"), ("equity:other", "-1.00")], AmountError, "has no unit"),
    ([("assets:savings", "1.00 USD"), ("equity:other", "-1.00 USD")], UnknownAccount, "not in the chart"),
]


@pytest.mark.parametrize(("legs", "error", "words"), BAD_ENTRIES)
def test_a_wrong_manual_entry_is_refused(legs: list[tuple[str, str]], error: type[Exception], words: str) -> None:
    """Unbalanced, moving lots, without unit, or on an unknown account: nothing is booked."""
    trial = Trial()
    entry = ManualEntry(legs=tuple(Leg(account=a, amount=x) for a, x in legs), purpose="a mistake")
    with pytest.raises(error, match=words):
        trial.book(entry)
    assert trial.journal.balances() == {}


def test_opening_bitcoin_keeps_its_cost_beside_its_carrying_amount() -> None:
    """The lot costs what was paid years ago; the account stands at fair value; a sale realises the difference."""
    trial = Trial()
    trial.book(
        OpeningBitcoin(
            account="assets:bitcoin:free:cold", sats=2 * BTC, value=16_500_000, cost=6_000_000, lot_kind="mined"
        ),
        OpeningBitcoin(
            account="assets:bitcoin:free:cold", sats=BTC, value=8_250_000, cost=9_900_000, lot_kind="bought"
        ),
    )
    account = "assets:bitcoin:free:cold"
    assert trial.lots(account) == [("mined", 2 * BTC, 6_000_000), ("bought", BTC, 9_900_000)]
    assert trial.usd(account) == 24_750_000
    assert trial.usd("equity:opening") == -24_750_000
    key = trial.book(BitcoinSold(wallet="cold", bank="main", sats=2 * BTC, proceeds=20_000_000))
    (move,) = (row.move for row in trial.journal.moves("BTC") if row.key == key)
    assert (move.value, move.cost) == (20_000_000, -6_000_000)
    trial.book(Remeasured(state="free", holder="cold", change=10_000_000 - trial.usd(account)))
    assert trial.usd("income:fair-value:crypto") == -(30_000_000 - 24_750_000)


def test_an_opening_deposit_is_owed_as_it_is_held() -> None:
    """Asset and liability begin alike in BTC and USD, so that it can be applied or refunded, and equity has no part."""
    trial = Trial()
    trial.book(OpeningDeposit(customer="buyer", wallet="vault", sats=BTC, value=8_250_000))
    held, owed = "assets:bitcoin:deposits:vault", "liabilities:deposits-btc:buyer"
    assert trial.lots(held) == [("deposit", BTC, 8_250_000)]
    assert trial.journal.balances() == {
        (held, "BTC"): BTC,
        (held, "USD"): 8_250_000,
        (owed, "BTC"): -BTC,
        (owed, "USD"): -8_250_000,
    }
    trial.book(DepositRefundedBtc(customer="buyer", wallet="vault", sats=BTC, carrying=8_250_000, value=9, txid="ab"))
    assert trial.journal.balances() == {}


def test_opening_goods_and_machines_are_lots_at_cost() -> None:
    """Stock and machines carry their cost; accumulated depreciation stands beside it."""
    trial = Trial()
    trial.book(
        OpeningGoods(
            account="assets:inventory:finished:plant-a",
            commodity="MACHINE.m1",
            units=10,
            cost=1_000_000,
            lot_kind="built",
        ),
        OpeningMachines(site="tx1", model="m1", units=100, cost=9_000_000, depreciation=4_000_000),
    )
    lots = {(s.account, s.lot.kind): (s.units, s.cost) for s in trial.journal.lot_states("MACHINE.*")}
    assert lots == {
        ("assets:inventory:finished:plant-a", "built"): (10, 1_000_000),
        ("assets:machines:site:tx1", "opening"): (100, 9_000_000),
    }
    assert trial.total("assets:machines:") == 5_000_000
    assert trial.usd("equity:opening") == -6_000_000


def test_an_opening_balance_is_signed_as_a_debit() -> None:
    """Assets are plus, liabilities minus, and the opening account takes the difference."""
    trial = Trial()
    trial.book(
        OpeningBalance(account=CASH, amount=100),
        OpeningBalance(account="liabilities:payable:fab", amount=-30),
    )
    assert (trial.usd(CASH), trial.usd("liabilities:payable:fab"), trial.usd("equity:opening")) == (100, -30, -70)


def test_memo_and_reported_figures_touch_no_money() -> None:
    """Counts begin where they stood, and published figures are only remembered."""
    trial = Trial()
    trial.book(
        OpeningMemo(account="memo:hashrate:installed:americas:tx1", commodity="HASHRATE", units=6_600_000_000),
        KpiReported(id="bitcoin.mined", period="2024Q2", value=Decimal(141), unit="BTC", document="release"),
    )
    assert trial.units("memo:hashrate:installed:americas:tx1", "HASHRATE") == 6_600_000_000
    assert trial.total("assets:") == trial.total("equity:") == 0


@pytest.mark.parametrize(
    ("cls", "values"),
    [
        (OpeningBitcoin, {"account": "assets:cash:main", "sats": 1, "value": 1, "cost": 1, "lot_kind": "mined"}),
        (
            OpeningBitcoin,
            {"account": "assets:bitcoin:deposits:vault", "sats": 1, "value": 1, "cost": 1, "lot_kind": "deposit"},
        ),
        (OpeningMemo, {"account": "assets:cash:main", "commodity": "ADS", "units": 1}),
        (
            OpeningGoods,
            {"account": "assets:inventory:chips:x", "commodity": "BTC", "units": 1, "cost": 1, "lot_kind": "built"},
        ),
    ],
)
def test_opening_facts_accept_only_their_own_accounts(cls: type[FactData], values: dict[str, object]) -> None:
    """Bitcoin on a bank account or machines in a memo are refused when read."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(values, cls)
