"""Wafers and chips on the ledger."""

from __future__ import annotations

import msgspec
import pytest

from mintage.silicon.facts import (
    ChipBin,
    ChipsSorted,
    CommitmentMade,
    CommitmentReserved,
    PrepaymentWrittenDown,
    WafersPrepaid,
    WafersReceived,
)
from mintage.units.errors import Shortfall
from tests.factory.chain import SORTED, WAFERS, assert_lots_agree, commodity_sums, received
from tests.trial import Trial

CHIPS = "assets:inventory:chips:store"


def test_a_prepayment_becomes_wafers_at_its_cost() -> None:
    """Wafers cost what was prepaid for them, and the prepayment is gone."""
    trial = Trial()
    key = received(trial)
    assert trial.usd("assets:prepaid:wafers:foundry") == 0
    assert trial.usd("assets:inventory:wafers:store") == WAFERS.cost
    assert trial.units("assets:inventory:wafers:store", "WAFER.w5") == 10
    assert [lot.cost for lot in trial.journal.lots_of(key)] == [WAFERS.cost]
    assert commodity_sums(trial) == {0}


def test_written_down_prepayments_and_commitments_never_reach_the_cost_of_wafers() -> None:
    """Both reserves are used up by the receipt, the foundry's account clears, and the loss stays where it was."""
    trial = Trial()
    trial.book(
        WafersPrepaid(foundry="foundry", bank="main", amount=100_000_00),
        PrepaymentWrittenDown(foundry="foundry", amount=20_000_00),
        CommitmentReserved(foundry="foundry", amount=5_000_00),
    )
    assert trial.total("expenses:cost:write-downs:") == 25_000_00
    key = trial.book(
        WafersReceived(
            foundry="foundry",
            wafer="w5",
            site="store",
            wafers=10,
            cost=75_000_00,
            payable=3_000_00,
            prepayment_reserve=20_000_00,
            commitment_reserve=5_000_00,
        )
    )
    assert trial.total("assets:prepaid:") == 0
    assert trial.usd("liabilities:commitments:foundry") == 0
    assert trial.usd("liabilities:payable:foundry") == -3_000_00
    assert [lot.cost for lot in trial.journal.lots_of(key)] == [78_000_00]
    assert trial.total("expenses:cost:write-downs:") == 25_000_00
    assert_lots_agree(trial)


def test_a_commitment_is_open_until_it_is_paid_or_received() -> None:
    """The memo falls by what payments and receipts meet, and the books do not see it."""
    trial = Trial()
    trial.book(CommitmentMade(foundry="foundry", amount=150_000_00))
    assert trial.usd("memo:commitments:foundry") == 150_000_00
    assert trial.total("assets:") == trial.total("liabilities:") == 0
    trial.book(
        WafersPrepaid(foundry="foundry", bank="main", amount=100_000_00, commitment=100_000_00),
        WafersReceived(
            foundry="foundry",
            wafer="w5",
            site="store",
            wafers=15,
            cost=100_000_00,
            payable=50_000_00,
            commitment=50_000_00,
        ),
    )
    assert trial.usd("memo:commitments:foundry") == 0


def test_bins_share_the_cost_by_chips_and_weight() -> None:
    """Wafers and packaging cost goes to the bins wholly, in proportion to chips times weight."""
    trial = Trial()
    received(trial)
    key = trial.book(SORTED)
    costs = {lot.commodity: lot.cost for lot in trial.journal.lots_of(key)}
    assert costs == {"CHIP.w5-b1": 108_000_00, "CHIP.w5-b2": 12_000_00}
    assert trial.usd(CHIPS) == 120_000_00
    assert trial.units("assets:inventory:wafers:store", "WAFER.w5") == 0
    assert trial.usd("assets:inventory:wafers:store") == 0
    assert commodity_sums(trial) == {0}


def test_odd_cents_of_a_sorting_run_are_not_lost() -> None:
    """Three bins that cannot share a cost evenly still bear all of it."""
    trial = Trial()
    received(trial)
    bins = tuple(ChipBin(chip=f"w5-b{number}", chips=1_000) for number in range(3))
    run = ChipsSorted(
        wafer="w5", wafer_site="store", wafers=1, site="store", packaging_cost=1, creditor="packager", bins=bins
    )
    costs = [lot.cost for lot in trial.journal.lots_of(trial.book(run))]
    assert sum(costs) == 10_000_00 + 1
    assert max(costs) - min(costs) <= 1


def test_wafers_that_are_not_there_cannot_be_sorted() -> None:
    """A run on more wafers than the store holds is refused and changes nothing."""
    trial = Trial()
    received(trial)
    before = trial.journal.balances()
    with pytest.raises(Shortfall, match="10 wafers"):
        trial.book(msgspec.structs.replace(SORTED, wafers=11))
    assert trial.journal.balances() == before
