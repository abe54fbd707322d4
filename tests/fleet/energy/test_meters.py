"""Meters over Modbus TCP on loopback: a virtual meter, real sockets, every fault contained."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mintage.fleet.context import Context
from mintage.fleet.drivers.port import Action, Result
from mintage.fleet.energy.meters import MeterReader, read_meters
from mintage.fleet.energy.modbus import MeterLink
from mintage.fleet.energy.profiles import profile, profiles
from mintage.fleet.energy.readings import (
    SCHEMA,
    energy_between,
    heat_energy,
    meter_power_w,
    prune,
    site_energy,
    site_intervals,
    site_power_w,
)
from mintage.fleet.virtual.meter import MeterFault, VirtualMeter
from mintage.state.db import StateDb
from mintage.units.clock import ScaledClock, StepClock
from mintage.units.errors import InputError, WireError
from tests.fleet.energy.place import MINUTE_US, START_US, meter, minutes_of, site
from tests.loopback import block

HOST = block("energy")


def load() -> float:
    """A steady load, W."""
    return 120_000.0


def test_power_and_energy_are_the_meters_own() -> None:
    """An hour at 120 kW is 120 kWh to the watt-hour, in whole and in quarters; power is told with its age."""

    async def run() -> None:
        async with minutes_of(f"{HOST}.1:5020", load) as at:
            assert await at.read(60) == "good"
            whole = site_energy(at.db, at.reader_site, START_US, START_US + 60 * MINUTE_US)
            assert (whole.wh, whole.reason) == (120_000, "")
            quarters = site_intervals(at.db, at.reader_site, START_US, START_US + 60 * MINUTE_US)
            assert [item.wh for item in quarters] == [30_000] * 4
            assert site_power_w(at.db, at.reader_site, at.clock.now_us()) == (120_000.0, "")
            late = at.clock.now_us() + 600 * 1_000_000
            assert site_power_w(at.db, at.reader_site, late) == (None, "meter supply was read last 600 s ago.")

    asyncio.run(run())


@pytest.mark.parametrize("name", sorted(profiles()))
def test_every_profile_reads_what_its_meter_means(name: str) -> None:
    """A virtual meter of each profile is read back in W and Wh, whatever its types, scales and word order."""

    async def run() -> None:
        async with minutes_of(f"{HOST}.2:5020", load, profile=name) as at:
            assert await at.read(30) == "good"
            power_w, _ = meter_power_w(at.db, "supply", at.clock.now_us())
            assert power_w == pytest.approx(120_000.0)
            if profile(name).counter:
                counted = energy_between(at.db, ["supply"], START_US, START_US + 30 * MINUTE_US)
                assert counted.wh == pytest.approx(60_000, abs=200)

    asyncio.run(run())


def test_silence_is_named_and_the_counter_covers_it() -> None:
    """A silent meter has no power, but once it answers its counter tells the energy of the whole time."""

    async def run() -> None:
        faults = [MeterFault(kind="silence", from_s=300, for_s=240)]
        async with minutes_of(f"{HOST}.3:5020", load, faults) as at:
            assert await at.read(6) == "silent"
            assert meter_power_w(at.db, "supply", at.clock.now_us()) == (None, "meter supply: did not answer.")
            assert await at.read(14) == "good"
            assert site_energy(at.db, at.reader_site, START_US, START_US + 20 * MINUTE_US).wh == 40_000

    asyncio.run(run())


def test_a_counter_that_falls_is_unknown_around_the_fall_and_right_elsewhere() -> None:
    """The interval of the fall is unknown with its reason; the hours before and after are exact."""

    async def run() -> None:
        faults = [MeterFault(kind="backwards", from_s=620, by_wh=500_000)]
        async with minutes_of(f"{HOST}.4:5020", load, faults) as at:
            await at.read(10)
            assert await at.read() == "backwards"
            assert await at.read() == "replaced"
            await at.read(8)
            whole = site_energy(at.db, at.reader_site, START_US, START_US + 20 * MINUTE_US)
            assert whole.wh is None
            assert whole.known_wh == 38_000
            assert "meter supply was not believed: the counter ran backwards" in whole.reason
            after = site_energy(at.db, at.reader_site, START_US + 12 * MINUTE_US, START_US + 20 * MINUTE_US)
            assert after.wh == 16_000

    asyncio.run(run())


def test_a_frozen_meter_is_told_within_a_minute_and_catches_up() -> None:
    """Old values under load are frozen; energy inside the time is not guessed, the total afterwards is exact."""

    async def run() -> None:
        faults = [MeterFault(kind="freeze", from_s=310, for_s=1800)]
        async with minutes_of(f"{HOST}.5:5020", load, faults) as at:
            assert await at.read(7) == "frozen"
            await at.read(33)
            assert site_energy(at.db, at.reader_site, START_US, START_US + 40 * MINUTE_US).wh == 80_000
            inside = site_energy(at.db, at.reader_site, START_US, START_US + 20 * MINUTE_US)
            assert inside.wh is None
            assert "gap of 31 minutes" in inside.reason

    asyncio.run(run())


def test_a_new_meter_is_known_by_its_serial_number() -> None:
    """A replaced meter costs one unknown interval and is counted from its own zero."""

    async def run() -> None:
        async with minutes_of(f"{HOST}.6:5020", load, [MeterFault(kind="replaced", from_s=330)]) as at:
            await at.read(5)
            assert await at.read() == "replaced"
            assert await at.read(4) == "good"
            found = site_energy(at.db, at.reader_site, START_US, START_US + 10 * MINUTE_US)
            assert (found.wh, found.known_wh) == (None, 18_000)

    asyncio.run(run())


def test_words_the_other_way_round_are_recognised() -> None:
    """Power that makes sense only turned round is not believed, and says what to check."""

    async def run() -> None:
        async with minutes_of(f"{HOST}.7:5020", load, [MeterFault(kind="word-order", from_s=100)]) as at:
            await at.read()
            await at.read(2)
            power_w, reason = meter_power_w(at.db, "supply", at.clock.now_us())
            assert power_w is None
            assert "word" in reason or "counter" in reason
            total = energy_between(at.db, ["supply"], START_US, START_US + 3 * MINUTE_US)
            assert total.wh is None

    asyncio.run(run())


def test_a_turned_transformer_is_no_negative_power() -> None:
    """Power that flows out of a mining site is not summed up as such."""

    async def run() -> None:
        async with minutes_of(f"{HOST}.8:5020", lambda: -90_000.0) as at:
            await at.read()
            power_w, reason = site_power_w(at.db, at.reader_site, at.clock.now_us())
            assert power_w is None
            assert "flows out" in reason or "backwards" in reason

    asyncio.run(run())


def test_a_refusal_is_the_meters_own_word() -> None:
    """A wrong profile or unit is answered by an exception, which is told with the register."""

    async def run() -> None:
        clock = StepClock(START_US)
        async with VirtualMeter(f"{HOST}.9:5020", clock, load):
            link = MeterLink(f"{HOST}.9:5020", 1, profile("abb-b23"), timeout_s=1)
            with pytest.raises(WireError, match="register 23316 was refused: illegal address"):
                await link.read()
            wrong_unit = MeterLink(f"{HOST}.9:5020", 7, profile("virtual"), timeout_s=0.2)
            with pytest.raises(WireError, match=r"no answer|No response"):
                await wrong_unit.read()
        with pytest.raises(WireError, match="refused"):
            await link.read()

    asyncio.run(run())


@pytest.mark.parametrize(
    "reply",
    [
        b"\x00" * 300,
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x00\x01\x00\x00\x00\xff\x01\x03",
        b"\x00\x01\x00\x00\x00\x03\x01\x03\xfa",
        b"\x00\x01\x00\x00\x00\x05\x01\x03\x02\x00\x01",
    ],
    ids=["zeros", "http", "endless frame", "cut frame", "too few registers"],
)
def test_a_hostile_meter_cannot_hang_or_crash_a_reading(reply: bytes) -> None:
    """Garbage, half frames and short replies end as a named silence or refusal within the deadline."""

    async def run() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(12)
            writer.write(reply)
            await writer.drain()
            await reader.read()
            writer.close()

        async with await asyncio.start_server(serve, f"{HOST}.10", 5020):
            described = meter(f"{HOST}.10:5020")
            reader = MeterReader(site(described), described, timeout_s=0.2)
            sample, trouble = await asyncio.wait_for(reader.read(StepClock(START_US)), 2)
            assert (sample.power_w, sample.raw_wh) == (None, None)
            assert trouble in {"silent", "refused"}
            reader.close()

    asyncio.run(run())


class Aside:
    """Stands where the agent has latest states, hands and a recorder; the meters need none of them."""

    async def act(self, asset: str, action: Action) -> Result:
        raise AssertionError(f"meters do not act on {asset}: {action}")

    def record(self, facts: object) -> None:
        raise AssertionError(f"meters record no facts: {facts}")


def test_the_agents_part_reads_all_meters_every_minute(tmp_path: Path) -> None:
    """The part keeps readings of a supply meter and a heat meter, goes on past a dead one, and survives a restart."""

    async def run() -> None:
        clock = ScaledClock.starting(START_US, 300.0)
        here = site(
            meter(f"{HOST}.11:5020"),
            meter(f"{HOST}.12:5020", "virtual-heat", "loop", measures="heat"),
            meter(f"{HOST}.13:5020", name="dead", measures="feeder", feeder="main"),
        )
        path = tmp_path / "agent.db"
        async with (
            VirtualMeter(f"{HOST}.11:5020", clock, load),
            VirtualMeter(f"{HOST}.12:5020", clock, lambda: 60_000.0, profile_name="virtual-heat"),
        ):
            for _ in range(2):
                db = StateDb(path)
                aside = Aside()
                context = Context(
                    site=here,
                    folder=tmp_path,
                    clock=clock,
                    db=db,
                    latest=aside,  # type: ignore[arg-type]  # meters read no machines
                    hands=aside,
                    recorder=aside,
                )
                part = asyncio.create_task(read_meters(context))
                await clock.sleep(300)
                part.cancel()
                await asyncio.gather(part, return_exceptions=True)
                db.close()
        db = StateDb(path)
        span = "SELECT min(at_us), max(at_us), max(energy_wh) - min(energy_wh) FROM meter_reading WHERE meter = ?"
        first, last, counted_wh = db.rows(span, ("supply",))[0]
        assert site_energy(db, here, first, last).wh == counted_wh > 0
        first, last, counted_wh = db.rows(span, ("loop",))[0]
        assert heat_energy(db, here, first, last).wh == counted_wh > 0
        assert db.rows("SELECT DISTINCT quality FROM meter_reading WHERE meter = 'dead'") == [("silent",)]
        db.close()

    asyncio.run(run())


def test_no_meter_is_unknown_not_zero() -> None:
    """A site without a meter of its supply has no energy to tell, and says so."""
    db = StateDb(None)
    assert site_energy(db, site(), START_US, START_US + MINUTE_US).reason == "the site has no meter of its supply."
    assert site_power_w(db, site(), START_US)[0] is None
    assert heat_energy(db, site(), START_US, START_US + MINUTE_US).wh is None


def test_a_question_does_not_end_the_transaction_of_who_asks() -> None:
    """Asking for power inside a transaction leaves it open: what is undone afterwards is undone."""
    db = StateDb(None)
    db.define("CREATE TABLE note (text TEXT)")

    def asks_and_fails() -> None:
        with db.transaction():
            db.execute("INSERT INTO note VALUES ('half')")
            site_power_w(db, site(meter("127.0.0.1:1")), START_US)
            raise InputError("stop")

    with pytest.raises(InputError):
        asks_and_fails()
    assert db.rows("SELECT * FROM note") == []


def test_a_bad_address_is_an_input_error() -> None:
    """A port that cannot be is refused when the meter is set up."""
    with pytest.raises(InputError, match="Write host:port"):
        MeterReader(site(), meter("10.0.0.1:99999"))


def test_old_minutes_become_quarters_of_an_hour_and_years_go() -> None:
    """After 40 days a quarter of an hour keeps one reading, energy by the quarter stays exact, 400 days end it all."""
    db = StateDb(None)
    db.define(SCHEMA)
    rows = [("supply", START_US + n * MINUTE_US, 1000.0, 100 * n, "good", 100 * n, 0) for n in range(1441)]
    db.many("INSERT INTO meter_reading VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    day_us = 1440 * MINUTE_US
    prune(db, START_US + 20 * day_us)
    assert len(db.rows("SELECT 1 FROM meter_reading")) == 1441
    prune(db, START_US + 41 * day_us)
    assert len(db.rows("SELECT 1 FROM meter_reading")) == 97
    quarters = site_intervals(db, site(meter("127.0.0.1:1")), START_US, START_US + day_us)
    assert [item.wh for item in quarters] == [1500] * 96
    prune(db, START_US + 402 * day_us)
    assert db.rows("SELECT 1 FROM meter_reading") == []
