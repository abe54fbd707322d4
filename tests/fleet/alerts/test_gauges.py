"""Gauges: power against limits, meters and failing parts, read from where they are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.agent.supervise import Supervisor
from mintage.fleet.alerts.gauges import site_gauges
from mintage.fleet.alerts.subjects import Gauge
from mintage.fleet.energy.readings import SCHEMA
from mintage.fleet.sites import Meter, Site
from tests.fleet.plant import NOON_US, Plant, a_site

SECOND_US = 1_000_000


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.db.close()


def gauges(plant: Plant, site: Site | None = None) -> dict[tuple[str, str], Gauge]:
    found = site_gauges(plant.db, site or plant.site, plant.latest.all(), plant.clock.now_us())
    return {(gauge.kind, gauge.name): gauge for gauge in found}


def test_power_is_counted_from_machines_and_pue_where_no_meter_measures_it(plant: Plant) -> None:
    """A feeder carries its machines' power times PUE; with one of unknown power that is the least that it can be."""
    feeder = gauges(plant)["feeder-power", "f0"]
    assert feeder.value == pytest.approx(100 * 3600 * 1.05)
    assert (feeder.limit, feeder.is_complete) == (500_000, True)
    machine = plant.latest.all()[0]
    assert machine.snapshot is not None
    silent = msgspec.structs.replace(machine.snapshot, values={"state": "offline"})
    plant.latest.put([msgspec.structs.replace(machine, snapshot=silent)])
    feeder = gauges(plant)["feeder-power", "f0"]
    assert feeder.value == pytest.approx(99 * 3600 * 1.05)
    assert not feeder.is_complete
    empty = gauges(plant)["feeder-power", "f1"]
    assert empty.value is None


def test_a_meter_is_believed_before_machines_and_a_silent_one_is_told(plant: Plant) -> None:
    """A fresh reading is the power of the site; an old one is no reading, and the meter is silent with its reason."""
    meter = Meter(name="supply", address="127.0.0.1:5020", profile="virtual")
    site = msgspec.structs.replace(a_site(), meter=(meter,), pue=Decimal("1.05"))
    plant.db.define(SCHEMA)
    plant.db.execute(
        "INSERT INTO meter_reading (meter, at_us, power_w, energy_wh, quality) VALUES ('supply', ?, 400000, 1, 'good')",
        (NOON_US,),
    )
    found = gauges(plant, site)
    assert found["site-power", "alder"].value == 400_000
    assert found["meter", "supply"].value == 400_000
    plant.clock.step(3600)
    found = gauges(plant, site)
    assert found["meter", "supply"].value is None
    assert "3600 s ago" in found["meter", "supply"].words
    assert found["site-power", "alder"].value == pytest.approx(100 * 3600 * 1.05)


def test_a_part_that_fails_is_counted_for_an_hour(plant: Plant) -> None:
    """What the agent's supervisor sees fail is a gauge with its last words, and clear an hour later."""

    async def fail() -> None:
        raise RuntimeError("the cable is gone")

    async def go() -> None:
        task = asyncio.create_task(Supervisor(plant.db, plant.clock).run("uplink", fail))
        await plant.clock.advance(4)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())
    part = gauges(plant)["part", "uplink"]
    assert part.value is not None
    assert part.value >= 2
    assert part.words == "RuntimeError: the cable is gone"
    plant.clock.step(3601)
    assert gauges(plant)["part", "uplink"].value == 0
