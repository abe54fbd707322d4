"""A short chain from wafers to machines, for tests that need units with a past."""

from __future__ import annotations

from mintage.factory.facts import MachinesBuilt, MaterialsPurchased
from mintage.silicon.facts import ChipBin, ChipsSorted, WafersPrepaid, WafersReceived
from tests.trial import Trial

WAFERS = WafersReceived(foundry="foundry", wafer="w5", site="store", wafers=10, cost=100_000_00)
SORTED = ChipsSorted(
    wafer="w5",
    wafer_site="store",
    wafers=10,
    site="store",
    packaging_cost=20_000_00,
    creditor="packager",
    bins=(ChipBin(chip="w5-b1", chips=30_000, weight=3), ChipBin(chip="w5-b2", chips=10_000, weight=1)),
)
BUILT = MachinesBuilt(
    plant="penang",
    model="a15-194",
    units=100,
    serial_first="A15K000100",
    serial_last="A15K000199",
    chip="w5-b1",
    chip_site="store",
    chips=30_000,
    materials_cost=30_000_00,
    conversion_cost=8_000_00,
    creditor="assembler",
)
BUILD_COST = 108_000_00 + 38_000_00  # 90% of 120,000 USD by weight went to bin 1; then materials and conversion


def received(trial: Trial) -> str:
    """Ten wafers in the store; returns the key of their receipt."""
    trial.book(WafersPrepaid(foundry="foundry", bank="main", amount=100_000_00))
    return trial.book(WAFERS)


def built(trial: Trial) -> str:
    """A hundred machines at the plant, from those wafers; returns the key of the build."""
    received(trial)
    return trial.book(SORTED, MaterialsPurchased(plant="penang", creditor="supplier", amount=30_000_00), BUILT)


def commodity_sums(trial: Trial) -> set[int]:
    """Sums of each commodity over all accounts; {0} where every commodity balances."""
    sums: dict[str, int] = {}
    for (_, id_), amount in trial.journal.balances().items():
        sums[id_] = sums.get(id_, 0) + amount
    return set(sums.values())


def assert_lots_agree(trial: Trial) -> None:
    """What lots say an account holds is what its balances say, in units and in cost."""
    units: dict[tuple[str, str], int] = {}
    costs: dict[str, int] = {}
    for state in trial.journal.lot_states("*.*"):
        slot = (state.account, state.lot.commodity)
        units[slot] = units.get(slot, 0) + state.units
        costs[state.account] = costs.get(state.account, 0) + state.cost
    balances = trial.journal.balances()
    stocked = {slot: amount for slot, amount in balances.items() if slot[0].startswith("assets:") and "." in slot[1]}
    assert units == stocked
    assert costs == {account: balances.get((account, "USD"), 0) for account in costs}
