"""The beat of polls: steady, spread, gentle with the silent, and never two at one machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from mintage.fleet.agent.polling import BACKOFF_MAX, Poller
from mintage.fleet.agent.sessions import Sessions
from mintage.fleet.drivers.port import Sleep
from mintage.fleet.readings import Snapshot
from mintage.units.clock import StepClock
from tests.fleet.agent.machines import Rack, asset
from tests.fleet.agent.site import NOON_US

POLL_S = 10.0


class Beat:
    """A poller over machines in memory, and what it heard."""

    def __init__(self, count: int, concurrency: int = 100) -> None:
        self.clock = StepClock(NOON_US)
        self.rack = Rack(self.clock)
        self.sessions = Sessions(self.rack.session, self.clock, concurrency)
        self.sessions.set(asset(number) for number in range(1, count + 1))
        self.heard: list[tuple[str, Snapshot]] = []
        self.poller = Poller(self.sessions, self.clock, POLL_S, lambda name, said: self.heard.append((name, said)), 1)


@asynccontextmanager
async def polling(count: int, concurrency: int = 100) -> AsyncIterator[Beat]:
    beat = Beat(count, concurrency)
    task = asyncio.create_task(beat.poller.run())
    try:
        yield beat
        assert not task.done(), "polling ended by itself"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def test_each_machine_is_polled_at_once_and_then_on_its_own_steady_beat() -> None:
    """Ten minutes: as many polls as intervals, none late by more than a tick, and the load is spread."""

    async def scenario() -> None:
        async with polling(40) as beat:
            await beat.clock.advance(600)
            assert len([at_s for at_s, _ in beat.rack.polls if at_s == 0]) == 40
            for number in range(1, 41):
                steady = gaps(beat.rack.times(f"10.1.0.{number}")[1:])
                assert len(steady) >= 57
                assert all(gap == pytest.approx(POLL_S, abs=POLL_S / 10) for gap in steady)
            late = [at_s for at_s, _ in beat.rack.polls if 300 <= at_s < 310]
            fullest = max(sum(second <= at_s < second + 1 for at_s in late) for second in range(300, 310))
            assert fullest <= 12

    asyncio.run(scenario())


def test_a_stepped_wall_clock_does_not_shift_the_beat() -> None:
    """A time server sets the clock back an hour and on by two: intervals do not notice."""

    async def scenario() -> None:
        async with polling(1) as beat:
            await beat.clock.advance(35)
            beat.clock.step(-3600)
            await beat.clock.advance(30)
            beat.clock.step(7200)
            await beat.clock.advance(35)
            assert all(gap == pytest.approx(POLL_S, abs=1) for gap in gaps(beat.rack.times("10.1.0.1")[1:]))
            assert len(beat.rack.times("10.1.0.1")) >= 10

    asyncio.run(scenario())


def test_a_silent_machine_is_asked_less_often_but_never_given_up() -> None:
    """Pauses grow to the limit and differ from each other; when it speaks again the beat is back."""

    async def scenario() -> None:
        async with polling(2) as beat:
            beat.rack.silent.add("10.1.0.1")
            await beat.clock.advance(600)
            pauses = gaps(beat.rack.times("10.1.0.1"))
            assert max(pauses) <= POLL_S * BACKOFF_MAX * 1.2 + 1
            assert min(pauses[4:]) >= POLL_S * BACKOFF_MAX * 0.8
            assert len(set(pauses[4:])) > 1
            assert len(beat.rack.times("10.1.0.2")) >= 59
            beat.rack.silent.clear()
            before = len(beat.rack.times("10.1.0.1"))
            await beat.clock.advance(200)
            assert gaps(beat.rack.times("10.1.0.1")[before:])[-5:] == pytest.approx([POLL_S] * 5, abs=1)

    asyncio.run(scenario())


def test_a_slow_machine_holds_up_nobody_and_skips_the_beats_that_it_missed() -> None:
    """One that takes 35 s to answer: the others go on, and it is not asked four times afterwards."""

    async def scenario() -> None:
        async with polling(3) as beat:
            await beat.clock.advance(1)
            beat.rack.slow["10.1.0.1"] = asyncio.Event()
            await beat.clock.advance(44)
            others = len(beat.rack.times("10.1.0.2"))
            assert others >= 5
            before = len(beat.rack.times("10.1.0.1"))
            beat.rack.slow.pop("10.1.0.1").set()
            await beat.clock.advance(10.5)
            assert len(beat.rack.times("10.1.0.1")) - before in {1, 2}

    asyncio.run(scenario())


def test_no_machine_ever_has_two_connections() -> None:
    """Actions, questions and polls at the same machine wait for each other; the site's limit holds for all."""

    async def scenario() -> None:
        async with polling(30, concurrency=7) as beat:
            acts = [beat.sessions.act(asset(number).asset, Sleep()) for number in range(1, 31) for _ in range(3)]
            asks = [beat.sessions.identify(asset(number).asset) for number in range(1, 31)]
            waiting = asyncio.gather(*acts, *asks)
            await beat.clock.advance(60)
            await waiting
            assert not beat.rack.shared
            assert beat.rack.open_max == 7

    asyncio.run(scenario())


def test_a_moved_machine_is_asked_at_its_new_address_only_when_the_old_is_free() -> None:
    """Two machines swap addresses while one of them is being asked: still one connection to each."""

    async def scenario() -> None:
        async with polling(2) as beat:
            beat.rack.slow["10.1.0.1"] = asyncio.Event()
            held = asyncio.create_task(beat.sessions.identify(asset(1).asset))
            await beat.clock.advance(0)
            beat.sessions.set([asset(1, address="10.1.0.2"), asset(2, address="10.1.0.1")])
            await beat.clock.advance(25)
            beat.rack.slow.pop("10.1.0.1").set()
            await held
            await beat.clock.advance(20)
            assert not beat.rack.shared
            assert {name for name, _ in beat.heard[-2:]} == {asset(1).asset, asset(2).asset}

    asyncio.run(scenario())


def test_a_machine_that_left_is_not_polled_and_one_that_came_is() -> None:
    """The schedule follows the register."""

    async def scenario() -> None:
        async with polling(2) as beat:
            await beat.clock.advance(5)
            beat.sessions.set([asset(2), asset(3)])
            gone = len(beat.rack.times("10.1.0.1"))
            await beat.clock.advance(60)
            assert len(beat.rack.times("10.1.0.1")) <= gone + 1
            assert len(beat.rack.times("10.1.0.3")) >= 6
            assert (await beat.sessions.act(asset(1).asset, Sleep())).outcome == "silent"
            assert (await beat.sessions.poll(asset(1).asset)).state == "offline"

    asyncio.run(scenario())


def test_a_machine_that_breaks_its_driver_is_told_and_takes_nobody_along(caplog: pytest.LogCaptureFixture) -> None:
    """A driver of another package may fail on what one machine says: the others are polled as ever."""

    async def scenario() -> None:
        async with polling(3) as beat:
            beat.rack.poison.add("10.1.0.1")
            await beat.clock.advance(120)
            assert len(beat.rack.times("10.1.0.2")) >= 11
            said = [snapshot for name, snapshot in beat.heard if name == asset(1).asset]
            assert {snapshot.state for snapshot in said} == {"offline"}
            assert said[0].unknown[""] == "its driver failed: KeyError: 'GHSspd'"
            result = await beat.sessions.act(asset(1).asset, Sleep())
            assert (result.outcome, result.words) == ("refused", "its driver failed: KeyError: 'GHSspd'")

    asyncio.run(scenario())
    assert "the driver of m-000000000001 failed" in caplog.text
