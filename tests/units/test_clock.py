"""Clocks: intervals survive a stepped wall clock, two processes agree, and a test can move time by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mintage.units.clock import FileClock, ScaledClock, StepClock, SystemClock, read_clock, write_clock
from mintage.units.errors import InputError


def test_sleepers_wake_in_the_order_in_which_they_are_due() -> None:
    """Advancing wakes each sleeper at its own instant, also those that begin to sleep meanwhile."""

    async def scenario() -> None:
        clock, seen = StepClock(1_000_000), []

        async def ticking(name: str, every_s: float) -> None:
            for _ in range(3):
                await clock.sleep(every_s)
                seen.append((name, clock.now_us() // 1_000_000))

        tasks = [asyncio.create_task(ticking(name, every_s)) for name, every_s in (("slow", 10), ("fast", 4))]
        await clock.advance(25)
        assert seen == [("fast", 5), ("fast", 9), ("slow", 11), ("fast", 13), ("slow", 21)]
        await clock.advance(5)
        await asyncio.gather(*tasks)
        assert (clock.now_us(), clock.elapsed_s()) == (31_000_000, 30)

    asyncio.run(scenario())


def test_a_stepped_wall_clock_changes_no_interval() -> None:
    """A time server that sets the clock back neither wakes nor delays a sleeper."""

    async def scenario() -> None:
        clock = StepClock(10_000_000)
        sleeper = asyncio.create_task(clock.sleep(5))
        await clock.advance(2)
        clock.step(-3600)
        await clock.advance(2.9)
        assert not sleeper.done()
        await clock.advance(0.1)
        assert sleeper.done()
        assert clock.elapsed_s() == 5
        assert clock.now_us() == 10_000_000 + 5_000_000 - 3_600_000_000

    asyncio.run(scenario())


def test_two_processes_read_the_same_time(tmp_path: Path) -> None:
    """A clock written to a file shows what the original shows, to the speed's multiple of a moment."""
    began_us = 1_750_000_000_000_000
    clock = ScaledClock.starting(began_us, 1440)
    write_clock(clock, tmp_path / "clock.json")
    other = read_clock(tmp_path / "clock.json")
    before, between, after = clock.now_us(), other.now_us(), clock.now_us()
    assert began_us <= before <= between <= after
    assert isinstance(read_clock(None), SystemClock)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"real_us":1,"began_us":1,"speed":0}', b"\xff"])
def test_a_file_that_is_no_clock_is_refused(tmp_path: Path, body: bytes) -> None:
    """Garbage, a missing figure and a speed of nothing are refused with the file's name."""
    path = tmp_path / "clock.json"
    path.write_bytes(body)
    with pytest.raises(InputError) as refused:
        read_clock(path)
    assert refused.value.file == str(path)
    with pytest.raises(InputError, match="no clock is there"):
        read_clock(tmp_path / "other.json")


def test_a_clock_in_a_file_goes_on_at_the_speed_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time neither jumps nor runs backwards where its file is written anew, and goes on at the new speed."""
    monkeypatch.setattr("mintage.units.clock.FILE_LOOK_S", 0.0)
    path = tmp_path / "clock.json"
    write_clock(ScaledClock.starting(1_000_000_000, 100_000), path)
    clock = read_clock(path)
    assert isinstance(clock, FileClock)
    before_us, before_s = clock.now_us(), clock.elapsed_s()
    write_clock(ScaledClock.starting(clock.now_us(), 0.001), path)
    after_us, after_s = clock.now_us(), clock.elapsed_s()
    assert clock.speed == 0.001
    assert after_us >= before_us
    assert after_s >= before_s
    assert clock.now_us() - after_us < 1_000
    assert clock.elapsed_s() - after_s < 0.01


def test_a_clock_that_has_no_file_yet_goes_by_its_figures(tmp_path: Path) -> None:
    """A virtual site has its time before it leaves it to others."""
    clock = FileClock(tmp_path / "clock.json", ScaledClock.starting(5_000_000, 10))
    assert clock.now_us() >= 5_000_000
    assert clock.speed == 10
