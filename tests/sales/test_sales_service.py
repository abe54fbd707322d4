"""Backlog, average price, checks on deliveries, and what a deposit in bitcoin stands at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from mintage.journal.core import Reversal
from mintage.sales.facts import DepositAppliedBtc, DepositReceived, OtherDelivered
from mintage.sales.service import Backlog, average_price, backlog, delivery_problems, deposit_carrying
from mintage.units import parse_period
from mintage.units.errors import InputError, Shortfall
from tests.factory.chain import built
from tests.sales.test_sales_posting import BTC_DEPOSIT, DELIVERY, ORDER
from tests.trial import Trial

HALF = msgspec.structs.replace(
    DELIVERY,
    units=50,
    hashrate=9_700_000,
    revenue=107_500_00,
    serials="A15K000100..A15K000149",
    backlog=107_500_00,
    backlog_hashrate=9_700_000,
)


def test_the_backlog_is_what_was_ordered_and_not_delivered() -> None:
    """By customer, with deposits beside it, as of any day."""
    trial = Trial()
    built(trial)
    trial.book(ORDER, DepositReceived(customer="acme", bank="main", amount=40_000_00), BTC_DEPOSIT)
    trial.book(HALF, day=date(2025, 5, 1))
    left = Backlog(
        customer="acme", amount=107_500_00, hashrate_ghs=9_700_000, deposits=40_000_00, deposits_sat=2 * 10**8
    )
    assert backlog(trial.journal) == [left]
    assert backlog(trial.journal, date(2025, 4, 30)) == [
        msgspec.structs.replace(left, amount=215_000_00, hashrate_ghs=19_400_000)
    ]


def test_the_average_price_is_all_product_revenue_over_hash_rate_sold() -> None:
    """Other product revenue counts, other periods do not, and without a sale there is no price."""
    trial = Trial()
    built(trial)
    trial.book(HALF, OtherDelivered(customer="acme", region="us", revenue=1_000_00, plant="penang"))
    trial.book(msgspec.structs.replace(HALF, revenue=1_00), day=date(2025, 7, 1))
    assert average_price(trial.journal, parse_period("2025Q2")) == Decimal("11.19")
    assert average_price(trial.journal, parse_period("2025Q1")) is None


def test_a_delivery_whose_serials_count_its_units_is_fine() -> None:
    """An ordered delivery, its serial numbers delivered for the first time."""
    trial = Trial()
    trial.book(ORDER)
    assert delivery_problems(trial.journal, DELIVERY) == []


def test_serials_delivered_before_or_miscounted_and_too_much_backlog_are_found() -> None:
    """Each mistake is a sentence, with the delivery that it clashes with."""
    trial = Trial()
    built(trial)
    trial.book(ORDER)
    key = trial.book(HALF)
    again = msgspec.structs.replace(DELIVERY, serials="A15K000149..A15K000198, A15K000250")
    assert delivery_problems(trial.journal, again) == [
        "The serial numbers name 51 machines, but 100 were delivered.",
        f"A15K000149..A15K000198 was delivered before, by '{key}'.",
        "More leaves the backlog of acme than is in it.",
    ]


def test_serials_of_a_reversed_delivery_are_free() -> None:
    """A delivery that was undone delivered nothing."""
    trial = Trial()
    built(trial)
    trial.book(ORDER)
    trial.book(Reversal(of=trial.book(HALF), reason="wrong customer"))
    assert delivery_problems(trial.journal, HALF) == []


def test_unreadable_serials_are_refused() -> None:
    """Serial numbers that cannot be read are no list."""
    with pytest.raises(InputError, match="is not a serial number"):
        delivery_problems(Trial().journal, msgspec.structs.replace(DELIVERY, serials="???"))


def test_parts_of_a_deposit_stand_at_their_share_and_the_last_takes_the_rest() -> None:
    """Applied in three uneven parts at the amounts that the service gives, nothing is left in the books."""
    trial = Trial()
    trial.book(msgspec.structs.replace(BTC_DEPOSIT, sats=100, value=10_00))
    carried = []
    for sats in (33, 33, 34):
        carrying = deposit_carrying(trial.journal, "acme", sats)
        carried.append(carrying)
        part = DepositAppliedBtc(
            customer="acme", from_wallet="custody", wallet="vault", sats=sats, carrying=carrying, value=4_00
        )
        trial.book(part)
    assert carried == [3_30, 3_30, 3_40]
    assert trial.total("assets:bitcoin:deposits") == trial.total("liabilities:deposits-btc") == 0


def test_more_than_the_deposit_cannot_be_taken() -> None:
    """The refusal says how much there is."""
    trial = Trial()
    trial.book(BTC_DEPOSIT)
    with pytest.raises(Shortfall, match="which is 200,000,000 sat"):
        deposit_carrying(trial.journal, "acme", 2 * 10**8 + 1)
