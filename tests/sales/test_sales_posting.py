"""Orders, deposits, deliveries and payments on the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.factory.facts import MaterialsPurchased
from mintage.sales.facts import (
    DepositApplied,
    DepositAppliedBtc,
    DepositReceived,
    DepositReceivedBtc,
    DepositRefunded,
    DepositRefundedBtc,
    MachinesDelivered,
    OrderCancelled,
    OrderPlaced,
    OtherDelivered,
    PaymentReceived,
    PaymentReceivedBtc,
    WarrantyAccrued,
)
from mintage.units.errors import Shortfall
from tests.factory.chain import BUILD_COST, assert_lots_agree, built, commodity_sums
from tests.trial import Trial

OWED, HELD, FREE = "liabilities:deposits-btc:acme", "assets:bitcoin:deposits:custody", "assets:bitcoin:free:vault"
RECEIVABLE = "assets:receivable:acme"
ORDER = OrderPlaced(customer="acme", order="o1", line="industrial", hashrate=19_400_000, amount=215_000_00)
DELIVERY = MachinesDelivered(
    customer="acme",
    order="o1",
    line="industrial",
    region="us",
    plant="penang",
    model="a15-194",
    units=100,
    hashrate=19_400_000,
    revenue=215_000_00,
    serials="A15K000100..A15K000199",
    backlog=215_000_00,
    backlog_hashrate=19_400_000,
)
BTC_DEPOSIT = DepositReceivedBtc(customer="acme", wallet="custody", sats=2 * 10**8, value=200_000_00, txid="ab" * 32)


def owned_sats(trial: Trial) -> int:
    """Bitcoin held less bitcoin owed to depositors."""
    return trial.total("assets:bitcoin", "BTC") + trial.total("liabilities:deposits-btc", "BTC")


def test_a_delivery_books_revenue_cost_and_hash_rate_sold() -> None:
    """The customer owes the price, the machines' cost is expensed, and the order has left the backlog."""
    trial = Trial()
    built(trial)
    trial.book(ORDER)
    assert (trial.usd("memo:backlog:acme"), trial.units("memo:backlog:acme", "HASHRATE")) == (215_000_00, 19_400_000)
    trial.book(DELIVERY)
    assert trial.usd(RECEIVABLE) == 215_000_00
    assert trial.usd("income:products:industrial:us") == -215_000_00
    assert trial.usd("expenses:cost:products:industrial") == BUILD_COST
    assert trial.usd("assets:inventory:finished:penang") == 0
    assert trial.units("memo:hashrate:sold:industrial", "HASHRATE") == 19_400_000
    assert trial.total("memo:backlog") == trial.total("memo:backlog", "HASHRATE") == 0
    assert commodity_sums(trial) == {0}
    assert_lots_agree(trial)


def test_machines_that_are_not_there_are_not_delivered() -> None:
    """A delivery beyond the stock is refused with what the plant holds."""
    trial = Trial()
    with pytest.raises(Shortfall, match="holds 0 machines"):
        trial.book(DELIVERY)


def test_a_cancelled_order_leaves_no_backlog_and_no_money() -> None:
    """An order never touches the books, placed or cancelled."""
    trial = Trial()
    trial.book(ORDER)
    assert {account.partition(":")[0] for account, _ in trial.journal.balances()} == {"memo", "world"}
    trial.book(
        OrderCancelled(customer="acme", order="o1", line="industrial", hashrate=ORDER.hashrate, amount=ORDER.amount)
    )
    assert trial.journal.balances() == {}


def test_a_deposit_in_money_is_a_liability_until_it_pays_for_machines_or_goes_back() -> None:
    """Received, applied to what is owed, the rest refunded: the liability clears and cash keeps what was earned."""
    trial = Trial()
    built(trial)
    cash = trial.usd("assets:cash:main")
    trial.book(DepositReceived(customer="acme", bank="main", amount=220_000_00))
    assert trial.usd("liabilities:contract:acme") == -220_000_00
    trial.book(
        DELIVERY,
        DepositApplied(customer="acme", amount=215_000_00),
        DepositRefunded(customer="acme", bank="main", amount=5_000_00),
    )
    assert trial.usd(RECEIVABLE) == trial.usd("liabilities:contract:acme") == 0
    assert trial.usd("assets:cash:main") - cash == 215_000_00


def test_a_deposit_in_bitcoin_is_held_but_not_owned() -> None:
    """Bitcoin and its liability stand side by side in both commodities; none came from the world."""
    trial = Trial()
    trial.book(BTC_DEPOSIT)
    assert (trial.sats(HELD), trial.usd(HELD)) == (2 * 10**8, 200_000_00)
    assert (trial.sats(OWED), trial.usd(OWED)) == (-2 * 10**8, -200_000_00)
    assert owned_sats(trial) == 0
    assert trial.total("world:", "BTC") == 0
    assert trial.lots(HELD) == [("deposit", 2 * 10**8, 200_000_00)]


def test_an_applied_deposit_becomes_the_company_s_at_its_value_of_the_day() -> None:
    """Deposit and liability leave at their carrying amount; the new lot costs what the debt fell by."""
    trial = Trial()
    built(trial)
    trial.book(DELIVERY, BTC_DEPOSIT)
    trial.book(
        DepositAppliedBtc(
            customer="acme", from_wallet="custody", wallet="vault", sats=10**8, carrying=100_000_00, value=107_000_00
        )
    )
    assert (trial.sats(HELD), trial.usd(HELD)) == (10**8, 100_000_00)
    assert (trial.sats(OWED), trial.usd(OWED)) == (-(10**8), -100_000_00)
    assert trial.lots(FREE) == [("received", 10**8, 107_000_00)]
    assert trial.usd(RECEIVABLE) == 215_000_00 - 107_000_00
    assert owned_sats(trial) == 10**8
    applied = [row.move for row in trial.journal.moves("BTC") if row.move.kind == "applied"]
    assert [(move.units, move.cost, move.value) for move in applied] == [(-(10**8), -100_000_00, 107_000_00)]
    assert trial.total("income:fair-value") == 0
    assert commodity_sums(trial) == {0}


def test_a_refunded_deposit_in_bitcoin_leaves_nothing_and_gains_nothing() -> None:
    """What was never owned goes back without a result."""
    trial = Trial()
    trial.book(BTC_DEPOSIT)
    trial.book(
        DepositRefundedBtc(
            customer="acme",
            wallet="custody",
            sats=2 * 10**8,
            carrying=200_000_00,
            value=214_000_00,
            txid="cd" * 32,
        )
    )
    assert trial.journal.balances() == {}


def test_bitcoin_paid_settles_the_debt_at_its_value() -> None:
    """Payment in bitcoin is owned at once, a lot of kind received at fair value; the rest is paid in money."""
    trial = Trial()
    built(trial)
    cash = trial.usd("assets:cash:main")
    trial.book(
        DELIVERY,
        PaymentReceivedBtc(customer="acme", wallet="vault", sats=10**8, value=107_000_00, txid="ef" * 32),
        PaymentReceived(customer="acme", bank="main", amount=108_000_00),
    )
    assert trial.usd(RECEIVABLE) == 0
    assert trial.lots(FREE) == [("received", 10**8, 107_000_00)]
    assert trial.usd("assets:cash:main") - cash == 108_000_00
    assert owned_sats(trial) == 10**8


def test_spare_parts_and_warranty_are_costs_of_other_products() -> None:
    """Parts leave materials at cost; expected warranty cost is accrued."""
    trial = Trial()
    trial.book(
        MaterialsPurchased(plant="penang", creditor="supplier", amount=1_000_00),
        OtherDelivered(customer="acme", region="us", revenue=900_00, plant="penang", cost=600_00),
        WarrantyAccrued(purpose="warranty", amount=150_00),
    )
    assert trial.usd("income:products:other:us") == -900_00
    assert trial.usd("assets:inventory:materials:penang") == 400_00
    assert trial.usd("expenses:cost:products:other") == 750_00
    assert trial.usd("liabilities:accrued:warranty") == -150_00


PIECES = st.lists(st.tuples(st.booleans(), st.integers(2, 10**8), st.integers(1, 10**7)), min_size=1, max_size=8)


@settings(max_examples=50, deadline=None)
@given(pieces=PIECES)
def test_only_applied_bitcoin_is_ever_owned(pieces: list[tuple[bool, int, int]]) -> None:
    """However deposits come and go in part, bitcoin owned is what was applied, and liabilities are what is held."""
    trial = Trial()
    applied = 0
    for apply, sats, value in pieces:
        trial.book(DepositReceivedBtc(customer="acme", wallet="custody", sats=sats, value=value, txid="ab" * 32))
        part, carrying = sats // 2, value // 2
        if apply:
            trial.book(
                DepositAppliedBtc(
                    customer="acme", from_wallet="custody", wallet="vault", sats=part, carrying=carrying, value=value
                )
            )
            applied += part
        else:
            trial.book(
                DepositRefundedBtc(
                    customer="acme", wallet="custody", sats=part, carrying=carrying, value=value, txid="cd" * 32
                )
            )
    assert owned_sats(trial) == applied == trial.sats(FREE)
    assert trial.sats(HELD) == -trial.sats(OWED)
    assert trial.usd(HELD) == -trial.usd(OWED)
    assert commodity_sums(trial) <= {0}
