"""The longest hold is one of real time: whatever the wall clock shows, and over every restart."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.context import Context
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Ask, Full, Manner, Restore
from mintage.fleet.curtail.part import Engine
from mintage.fleet.drivers.port import Action, Result, Sleep
from mintage.fleet.latest_store import MemoryLatest
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from tests.fleet.curtail.ground import Facts, a_site, ground
from tests.fleet.curtail.test_choice import machine
from tests.loopback import block

HOLD_S = 3600
MARGIN_S = 180
"""Rounds come every minute here, and a machine is told to wake in the round after its end and heard in the next."""
MANNER = Manner(restore=Restore(every_s=0), hold_max_s=HOLD_S)


@pytest.mark.parametrize("boot", ["", "another boot"])
@pytest.mark.parametrize("wrong_s", [-50 * 365 * 86_400, -5 * 3600, 5 * 3600])
def test_an_agent_that_starts_with_a_wrong_clock_still_ends_the_hold(tmp_path: Path, wrong_s: int, boot: str) -> None:
    """1970, hours back or hours ahead at the start, set right half a minute later: machines wake within the hold."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 3), count=2) as site:
            event = site.start(Full(), manner=MANNER)
            await site.live(120)
            assert len(site.asleep()) == 2
            await site.engine.dispatch.close()
            site.db.close()
            site.clock.step(wrong_s)
            site.start_agent()
            if boot:
                site.engine = Engine(site.context, boot)
            await site.live(30)
            site.clock.step(-wrong_s)
            await site.live(60)
            found = site.event(event.id)
            if found.state == "held":
                assert found.ends_us is not None
                assert found.ends_us <= site.clock.now_us() + HOLD_S * 1_000_000
            await site.live(HOLD_S + MARGIN_S, step_s=60)
            assert not site.asleep()
            assert site.event(event.id).state == "ended"

    asyncio.run(scenario())


def test_after_a_power_cut_the_first_right_time_tells_how_long_it_was(tmp_path: Path) -> None:
    """Half an hour without power, then 1970: when the clock is set right, that half hour counts."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 4), count=2) as site:
            site.start(Full(), manner=MANNER)
            await site.live(120)
            await site.engine.dispatch.close()
            await site.clock.advance(1800)
            site.clock.step(-site.clock.now_us() / 1e6)
            wrong_s = 1_767_614_400 + 120 + 1800
            site.engine = Engine(site.context, "another boot")
            await site.live(60)
            site.clock.step(wrong_s)
            await site.live(1560, step_s=60)
            assert len(site.asleep()) == 2
            await site.live(MARGIN_S + 120, step_s=60)
            assert not site.asleep()

    asyncio.run(scenario())


class Bed:
    """Machines that do what they are told at once; counts for how long of real time each slept."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.latest, self.db = StepClock(1_767_614_400_000_000), MemoryLatest(), StateDb(None)
        self.asleep: dict[str, float] = {}
        self.context = Context(
            site=a_site(),
            folder=folder,
            clock=self.clock,
            db=self.db,
            latest=self.latest,
            hands=self,
            recorder=Facts(),
        )
        self.machines = [machine(number) for number in range(2)]
        self.boots = 0
        self.engine = Engine(self.context, "0")

    async def act(self, asset: str, action: Action) -> Result:
        """Do it."""
        if isinstance(action, Sleep):
            self.asleep.setdefault(asset, self.clock.elapsed_s())
        else:
            self.asleep.pop(asset, None)
        return Result("done", "yes")

    async def round(self) -> None:
        """A poll and a round, with the machines hearing what they are told."""
        for item in self.machines:
            assert item.snapshot is not None
            sleeps = item.asset in self.asleep
            values = {**item.snapshot.values, "state": "asleep" if sleeps else "hashing"}
            values["power_in_w"] = 10.0 if sleeps else 3000.0
            told = msgspec.structs.replace(item.snapshot, at_us=self.clock.now_us(), values=values)
            self.latest.put([msgspec.structs.replace(item, snapshot=told)])
        self.engine.round()
        await self.engine.dispatch.idle()

    def longest_s(self) -> float:
        """How long the machine that sleeps longest has slept."""
        return max((self.clock.elapsed_s() - since for since in self.asleep.values()), default=0.0)


Event = tuple[Literal["live", "step", "restart", "reboot"], int]
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("live"), st.integers(1, 20)),
        st.tuples(st.just("step"), st.sampled_from((-(10**9), -18_000, -60, 60, 18_000))),
        st.tuples(st.just("restart"), st.integers(0, 900)),
        st.tuples(st.just("reboot"), st.integers(0, 900)),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(events=EVENTS)
def test_no_machine_sleeps_longer_than_the_longest_hold(events: list[Event]) -> None:
    """Steps of the clock, restarts and reboots at random: nobody sleeps beyond the hold, a margin, and time hidden.

    Time away within one boot is known and counts; how long a power cut was, the clock may hide.
    """

    async def scenario() -> None:
        folder = tempfile.TemporaryDirectory()
        bed = Bed(Path(folder.name))
        service.start(bed.context, Ask(shed=Full(), reason="test", manner=MANNER), who="ann")
        hidden_s = 0.0
        await bed.round()
        for what, size in [*events, ("live", (HOLD_S + MARGIN_S) // 60)]:
            if what == "live":
                for _ in range(size):
                    await bed.clock.advance(60)
                    await bed.round()
                    assert bed.longest_s() <= HOLD_S + MARGIN_S + hidden_s
                continue
            if what == "step":
                bed.clock.step(max(size, -bed.clock.now_us() / 1e6))
                continue
            await bed.clock.advance(size)
            bed.boots += what == "reboot"
            hidden_s += size if what == "reboot" else 0
            bed.engine = Engine(bed.context, str(bed.boots))
            await bed.round()
        assert not bed.asleep
        bed.db.close()
        folder.cleanup()

    asyncio.run(scenario())
