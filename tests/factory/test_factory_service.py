"""Serial numbers of builds, landed cost, and lower of cost and net realisable value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from mintage.factory.facts import DrawbackClaimed, FreightBilled, InventoryWrittenDown, LateCostBilled
from mintage.factory.service import build_problems, landed_cost, nrv_test
from mintage.journal.core import Reversal
from mintage.units.errors import InputError
from tests.factory.chain import BUILD_COST, BUILT, built, received
from tests.factory.test_factory_posting import delivered, duty
from tests.trial import Trial

DAY = date(2025, 6, 30)
HASHRATE = {"a15-194": 194_000}


def test_a_build_whose_serials_count_its_units_is_fine() -> None:
    """A hundred serial numbers for a hundred machines, none used before."""
    assert build_problems(Trial().journal, BUILT) == []


def test_serials_that_do_not_count_or_were_used_are_found() -> None:
    """Both the wrong count and the machine that exists already are named."""
    trial = Trial()
    key = built(trial)
    again = msgspec.structs.replace(BUILT, serial_first="A15K000199", serial_last="A15K000300")
    assert build_problems(trial.journal, again) == [
        "A15K000199..A15K000300 names 102 machines, but 100 were built.",
        f"A15K000199..A15K000300 overlaps A15K000100..A15K000199 of the build '{key}'.",
    ]


def test_serials_of_a_reversed_build_are_free() -> None:
    """A build that was undone holds no serial numbers."""
    trial = Trial()
    key = built(trial)
    trial.book(Reversal(of=key, reason="wrong plant"))
    assert build_problems(trial.journal, BUILT) == []


def test_landed_cost_counts_every_late_cost_however_much_is_sold() -> None:
    """Rows by nature add up to what the units bear, per machine and per TH/s, sold or not."""
    trial = Trial()
    key = built(trial)
    trial.book(
        delivered(60),
        FreightBilled(origin=key, creditor="carrier", amount=2_000_00),
        duty(key, 18_000_00),
        DrawbackClaimed(origin=key, country="us", amount=3_000_00),
        LateCostBilled(origin=key, creditor="supplier", amount=-500_00, reason="credit note"),
    )
    wrong = trial.book(FreightBilled(origin=key, creditor="carrier", amount=9_999_00))
    trial.book(Reversal(of=wrong, reason="billed to another"), delivered(40))
    cost = landed_cost(trial.journal, key)
    rows = (cost.chips, cost.materials, cost.conversion, cost.freight, cost.duty, cost.other)
    assert rows == (108_000_00, 30_000_00, 8_000_00, 2_000_00, 15_000_00, -500_00)
    assert cost.total == BUILD_COST + 16_500_00 == trial.usd("expenses:cost:products:industrial")
    assert cost.usd_per_unit == Decimal("1625.00")
    assert cost.usd_per_ths(194_000) == Decimal("8.38")


def test_landed_cost_of_received_wafers_is_their_cost_and_what_was_billed_late() -> None:
    """Ten wafers of 10,000 USD with 500 USD of freight land at 10,050 USD each."""
    trial = Trial()
    key = received(trial)
    trial.book(FreightBilled(origin=key, creditor="carrier", amount=500_00))
    cost = landed_cost(trial.journal, key)
    assert (cost.units, cost.received, cost.freight, cost.chips) == (10, 100_000_00, 500_00, 0)
    assert cost.usd_per_unit == Decimal("10050.00")


def test_landed_cost_of_what_brought_no_goods_is_refused() -> None:
    """A payment's key is neither a build nor a receipt."""
    trial = Trial()
    built(trial)
    with pytest.raises(InputError, match="is no build"):
        landed_cost(trial.journal, "f1")


def test_stock_above_its_price_is_written_down_by_the_difference() -> None:
    """1,460 USD a machine against 194 TH/s at 7 USD less 5%: 169.90 USD too much each, less what is reserved."""
    trial = Trial()
    built(trial)
    trial.book(delivered(60))
    found = nrv_test(trial.journal, DAY, Decimal(7), HASHRATE, Decimal(5))
    assert [(row.units, row.cost, row.realisable) for row in found.rows] == [(40, 58_400_00, 51_604_00)]
    assert found.write_down == 6_796_00
    trial.book(InventoryWrittenDown(goods="finished", amount=found.write_down))
    assert nrv_test(trial.journal, DAY, Decimal(7), HASHRATE, Decimal(5)).write_down == 0


def test_a_risen_price_takes_no_write_down_back() -> None:
    """A write-down is a new cost basis: a higher price later gives nothing back."""
    trial = Trial()
    built(trial)
    trial.book(InventoryWrittenDown(goods="finished", amount=10_000_00))
    found = nrv_test(trial.journal, DAY, Decimal(20), HASHRATE)
    assert (found.reserve, found.write_down) == (10_000_00, 0)


def test_a_model_without_a_hash_rate_is_not_valued_at_nothing() -> None:
    """What is not known is said, rather than written off."""
    trial = Trial()
    built(trial)
    with pytest.raises(InputError, match="hash rate of a15-194 is not given"):
        nrv_test(trial.journal, DAY, Decimal(7), {})
