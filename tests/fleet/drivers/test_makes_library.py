"""The adapter with pyasic_rs itself, where that is installed, on virtual machines."""

from __future__ import annotations

import asyncio

import pytest

from mintage.fleet.drivers.contract import check_snapshot
from mintage.fleet.drivers.makes import driver
from mintage.fleet.drivers.port import Fan, Identity, Led, PoolSetting, SetPools, Target
from mintage.fleet.drivers.registry import drivers, identify
from mintage.units.clock import SystemClock
from tests.fleet.drivers.fleet import bench
from tests.loopback import block

pytest.importorskip("pyasic_rs", reason="the extra [makes] is not installed")


def test_it_is_registered_last() -> None:
    """Other makes are asked for only after every driver of one make said no."""
    assert drivers()[-1] is driver


def test_it_reads_and_controls_through_the_library() -> None:
    """A virtual A15 read through the library has the figures that our own driver reads."""

    async def session() -> None:
        async with bench("15-194") as b:
            target = Target(b.fleet.machines[0].address)
            one = driver.session(target, Identity(driver="makes", make="", model="", name=""), SystemClock())
            theirs, ours = await one.poll(), await b.one.poll()
            check_snapshot(theirs)
            assert theirs.state == "hashing"
            assert theirs.number("hashrate_ths") == pytest.approx(ours.number("hashrate_ths"), rel=0.05)
            assert theirs.number("power_in_w") == pytest.approx(ours.number("power_hash_w"), rel=0.01)
            assert theirs.values["worker"] == ours.values["worker"]
            assert len(theirs.boards[0].chips_c) == 160
            assert (await one.act(Led(on=True))).outcome == "done"
            assert b.fleet.machines[0].settings.led
            pools = SetPools((PoolSetting("stratum+tcp://pool.example:3333", "alder.1"),))
            assert (await one.act(pools)).outcome == "unsupported"
            assert "'fan'" in (await one.act(Fan(50))).words

    asyncio.run(session())


def test_avalons_and_nobody_are_not_its_machines() -> None:
    """An Avalon is left to the driver that reads it better; an empty address is nobody."""

    async def session() -> None:
        async with bench("15-194") as b:
            target = Target(b.fleet.machines[0].address)
            assert await driver.identify(target, 5.0) is None
            found = await identify(target, 5.0)
            assert found is not None
            assert found.driver == "avalon"
        assert await driver.identify(Target(f"{block('drivers')}.250"), 3.0) is None

    asyncio.run(session())
