"""What happens to machines in self-mining, to their cost and to their hash rate."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.books.facts import Depreciation, OpeningGoods
from mintage.fleet.facts import (
    Deenergized,
    EfficiencyMeasured,
    Energized,
    HashrateMeasured,
    MachinesInstalled,
    MachinesMovedToMining,
    MachinesRelocated,
    MachinesRetired,
    MachinesUninstalled,
)
from mintage.fleet.posting import RULES
from mintage.journal.fact import fact_kinds
from mintage.units.errors import Shortfall
from tests.rules_on_arrays import assert_linear
from tests.trial import Trial

MODEL = "MACHINE.a15-194"
TH = 1000
PLANT, TRANSIT, RACKS = "assets:inventory:finished:penang", "assets:machines:transit:erie", "assets:machines:site:erie"
DEPRECIATION = "assets:machines:depreciation:erie"
INSTALLED, ENERGIZED = "memo:hashrate:installed:americas:erie", "memo:hashrate:energized:americas:erie"
LOSS = "expenses:operating:impairment:retirement"


@pytest.fixture
def trial() -> Trial:
    """1,000 machines of 194 TH/s that cost USD 2,000 each: 600 racked and powered, 400 on their way."""
    trial = Trial()
    trial.book(
        OpeningGoods(account=PLANT, commodity=MODEL, units=1000, cost=200_000_000, lot_kind="built"),
        MachinesMovedToMining(plant="penang", model="a15-194", units=1000, site="erie"),
        MachinesInstalled(site="erie", region="americas", model="a15-194", units=600, hashrate=600 * 194 * TH),
        Energized(site="erie", region="americas", hashrate=500 * 194 * TH),
    )
    return trial


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Path by path, a rule posts on arrays what it posts on whole numbers, and it adds up."""
    assert_linear(RULES, kind, window="2025-06")


def test_every_fact_of_the_fleet_has_a_rule() -> None:
    """No kind of fact can be recorded that nothing posts."""
    assert RULES.missing(kind for kind in fact_kinds() if kind.startswith("fleet.")) == []


def test_machines_carry_their_cost_to_the_racks(trial: Trial) -> None:
    """Cost follows the machines from plant to transit to site, and hash rate counts when it is racked and powered."""
    assert (trial.usd(PLANT), trial.usd(TRANSIT), trial.usd(RACKS)) == (0, 80_000_000, 120_000_000)
    assert (trial.units(TRANSIT, MODEL), trial.units(RACKS, MODEL)) == (400, 600)
    assert trial.units(INSTALLED, "HASHRATE") == 116_400 * TH
    assert trial.units(ENERGIZED, "HASHRATE") == 97_000 * TH
    trial.book(Deenergized(site="erie", region="americas", hashrate=97_000 * TH))
    assert trial.units(ENERGIZED, "HASHRATE") == 0
    assert trial.units(INSTALLED, "HASHRATE") == 116_400 * TH


def test_retirement_books_what_was_not_depreciated(trial: Trial) -> None:
    """Cost and accumulated depreciation of scrapped machines leave; the difference is the loss."""
    trial.book(
        Depreciation(site="erie", amount=30_000_000),
        MachinesRetired(
            site="erie", region="americas", model="a15-194", units=60, hashrate=11_640 * TH, depreciation=3_000_000
        ),
    )
    assert trial.usd(LOSS) == 12_000_000 - 3_000_000
    assert (trial.usd(RACKS), trial.usd(DEPRECIATION)) == (108_000_000, -27_000_000)
    assert trial.units(INSTALLED, "HASHRATE") == 104_760 * TH
    assert trial.units("world:scrap", MODEL) == 60


def test_relocation_takes_cost_depreciation_and_hashrate_along(trial: Trial) -> None:
    """Nothing is gained or lost by moving machines from racks to racks."""
    trial.book(Depreciation(site="erie", amount=30_000_000))
    before = trial.total("assets:machines")
    trial.book(
        MachinesRelocated(
            from_site="erie",
            from_region="americas",
            to_site="omo",
            to_region="africa",
            model="a15-194",
            units=200,
            hashrate=38_800 * TH,
            depreciation=10_000_000,
        )
    )
    assert trial.usd("assets:machines:site:omo") == 40_000_000
    assert trial.usd("assets:machines:depreciation:omo") == -10_000_000
    assert trial.usd(DEPRECIATION) == -20_000_000
    assert trial.units("memo:hashrate:installed:africa:omo", "HASHRATE") == 38_800 * TH
    assert trial.total("memo:hashrate:installed", "HASHRATE") == 116_400 * TH
    assert trial.total("assets:machines") == before


def test_uninstalled_machines_are_on_their_way_and_nowhere_installed(trial: Trial) -> None:
    """Between the racks of two sites, machines stay property and keep their cost, but are not installed."""
    moved = {"model": "a15-194", "units": 100, "hashrate": 19_400 * TH}
    trial.book(
        Depreciation(site="erie", amount=6_000_000),
        msgspec.convert(
            {"site": "erie", "region": "americas", "to_site": "omo", "depreciation": 1_000_000, **moved},
            MachinesUninstalled,
        ),
    )
    assert trial.usd("assets:machines:transit:omo") == 20_000_000
    assert trial.usd("assets:machines:depreciation:omo") == -1_000_000
    assert trial.total("memo:hashrate:installed", "HASHRATE") == 97_000 * TH
    trial.book(msgspec.convert({"site": "omo", "region": "africa", **moved}, MachinesInstalled))
    assert trial.usd("assets:machines:site:omo") == 20_000_000
    assert trial.total("memo:hashrate:installed", "HASHRATE") == 116_400 * TH


def test_machines_that_are_not_there_cannot_be_installed_or_retired(trial: Trial) -> None:
    """More machines than arrived cannot be racked, nor more than are racked retired; nothing changes."""
    before = trial.journal.balances()
    common = {"site": "erie", "region": "americas", "model": "a15-194", "hashrate": 0}
    with pytest.raises(Shortfall, match="401"):
        trial.book(msgspec.convert({"units": 401, **common}, MachinesInstalled))
    with pytest.raises(Shortfall, match="601"):
        trial.book(msgspec.convert({"units": 601, "depreciation": 0, **common}, MachinesRetired))
    assert trial.journal.balances() == before


def test_measurements_move_nothing(trial: Trial) -> None:
    """Operating hash rate and efficiency are measured over a window, never posted."""
    before = trial.journal.balances()
    site = {"site": "erie", "region": "americas", "window": "2025-06"}
    trial.book(
        msgspec.convert({"hashrate": 6_570_000 * TH, **site}, HashrateMeasured),
        msgspec.convert({"joules_per_th": "19.3", **site}, EfficiencyMeasured),
    )
    assert trial.journal.balances() == before


@pytest.mark.parametrize("window", ["june", "2025-6", "2025Q5", "2025-06-3", ""])
def test_an_average_without_a_period_is_refused(window: str) -> None:
    """A measured hash rate must name the period that it is an average of."""
    with pytest.raises(msgspec.ValidationError, match="window"):
        msgspec.convert({"site": "erie", "region": "americas", "hashrate": 1, "window": window}, HashrateMeasured)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["install", "retire", "relocate", "uninstall"]), st.integers(1, 120))))
def test_units_and_cost_are_conserved_by_any_life(moves: list[tuple[str, int]]) -> None:
    """Whatever happens to 500 machines, units and cost at sites, in transit and scrapped sum to what was built."""
    trial = Trial()
    trial.book(
        OpeningGoods(account=PLANT, commodity=MODEL, units=500, cost=77_777_777, lot_kind="built"),
        MachinesMovedToMining(plant="penang", model="a15-194", units=500, site="erie"),
    )
    for what, units in moves:
        common = {"model": "a15-194", "units": units, "hashrate": units * 194 * TH}
        here = {"site": "erie", "region": "americas", **common}
        there = {"from_site": "erie", "from_region": "americas", "to_site": "omo", "to_region": "africa", **common}
        data = {
            "install": msgspec.convert(here, MachinesInstalled),
            "retire": msgspec.convert({"depreciation": 0, **here}, MachinesRetired),
            "relocate": msgspec.convert({"depreciation": 0, **there}, MachinesRelocated),
            "uninstall": msgspec.convert({"depreciation": 0, "to_site": "erie", **here}, MachinesUninstalled),
        }[what]
        place = TRANSIT if what == "install" else RACKS
        if trial.units(place, MODEL) >= units:
            trial.book(data)
    assert trial.total("assets:machines", MODEL) + trial.units("world:scrap", MODEL) == 500
    assert trial.total("assets:machines") + trial.usd(LOSS) == 77_777_777
    assert trial.total("memo:hashrate:installed", "HASHRATE") == trial.total("assets:machines:site", MODEL) * 194 * TH
