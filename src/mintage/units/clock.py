"""Clocks: the machine's own, one that runs faster, and one that a test moves by hand.

Whatever waits or stamps takes a `Clock`, so that a virtual site can live through a day in a minute. Deadlines of
network reads are always of real time: a socket does not answer sooner because a clock runs faster.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count
from pathlib import Path
from typing import Protocol

import msgspec

from mintage.units.errors import InputError

_MICROSECONDS = 1_000_000
FILE_LOOK_S = 0.25
"""Real seconds between two looks at the file of a clock."""


class Clock(Protocol):
    """Tells the time and waits.

    `now_us` is wall time and may be stepped; `elapsed_s` never runs backwards and serves for intervals.
    """

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        ...

    def elapsed_s(self) -> float:
        """Seconds since some fixed instant, on this clock's scale; never runs backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        return time.time_ns() // 1000

    def elapsed_s(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less lets others run once."""
        await asyncio.sleep(max(seconds, 0))


class ScaledClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock that began at some instant and runs `speed` times as fast as the machine's.

    Two processes with the same three figures agree on the time without talking to each other.

    Attributes:
        real_us: instant of the machine's clock at which this clock began.
        began_us: what this clock showed then.
        speed: its seconds per second of the machine's clock.
    """

    real_us: int
    began_us: int
    speed: float

    def now_us(self) -> int:
        """Microseconds since 1970 UTC, as this clock shows them."""
        return self.began_us + int((time.time_ns() // 1000 - self.real_us) * self.speed)

    def elapsed_s(self) -> float:
        """Seconds of the monotonic clock, scaled."""
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""
        await asyncio.sleep(max(seconds, 0) / self.speed)

    @classmethod
    def starting(cls, began_us: int, speed: float) -> ScaledClock:
        """A clock that shows `began_us` now."""
        return cls(real_us=time.time_ns() // 1000, began_us=began_us, speed=speed)


class FileClock:
    """A clock that goes by the three figures in a file, also when they are written anew while it runs.

    So a virtual site can be slowed down, or started again, under everybody who goes by its clock.

    Args:
        path: the file, as `write_clock` leaves it.
        clock: the figures until the file is there; it must be there where none are given.

    Raises:
        InputError: the file is not there, or does not describe a clock.
    """

    def __init__(self, path: Path, clock: ScaledClock | None = None) -> None:
        self._path = path
        self._clock = clock or _read(path)
        self._seen_ns = 0 if clock else _modified_ns(path)
        self._elapsed_s, self._since_s = 0.0, time.monotonic()
        self._looked_s = self._since_s

    @property
    def speed(self) -> float:
        """Seconds per second of the machine's clock, now."""
        return self._now().speed

    def now_us(self) -> int:
        """Microseconds since 1970 UTC, as the file's figures have it."""
        return self._now().now_us()

    def elapsed_s(self) -> float:
        """Seconds since it was opened, on its scale as it was at each time."""
        clock = self._now()
        return self._elapsed_s + (time.monotonic() - self._since_s) * clock.speed

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds; as long as it takes at the speed of the beginning."""
        await self._now().sleep(seconds)

    def _now(self) -> ScaledClock:
        real_s = time.monotonic()
        if real_s - self._looked_s >= FILE_LOOK_S:
            self._looked_s = real_s
            seen_ns = _modified_ns(self._path)
            if seen_ns not in (0, self._seen_ns):
                clock = _read(self._path)
                self._elapsed_s += (real_s - self._since_s) * self._clock.speed
                self._since_s = real_s
                self._clock, self._seen_ns = clock, seen_ns
        return self._clock


class StepClock:
    """A clock that stands still until it is moved.

    Args:
        now_us: what it shows at first.
    """

    def __init__(self, now_us: int = 0) -> None:
        self._now_us, self._elapsed_us = now_us, 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()

    def now_us(self) -> int:
        """Microseconds since 1970 UTC, as set."""
        return self._now_us

    def elapsed_s(self) -> float:
        """Seconds by which it was advanced; a step does not count."""
        return self._elapsed_us / _MICROSECONDS

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was advanced so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        due_us = self._elapsed_us + round(seconds * _MICROSECONDS)
        heapq.heappush(self._waiting, (due_us, next(self._order), waiter))
        await waiter

    async def advance(self, seconds: float) -> None:
        """Move time on, waking sleepers in the order in which they are due, and let each run."""
        goal_us = self._elapsed_us + round(seconds * _MICROSECONDS)
        await _settle()
        while self._waiting and self._waiting[0][0] <= goal_us:
            due_us, _, waiter = heapq.heappop(self._waiting)
            self._move(due_us)
            if not waiter.done():
                waiter.set_result(None)
            await _settle()
        self._move(goal_us)

    def step(self, seconds: float) -> None:
        """Set the wall clock forwards or backwards, as a time server does; intervals do not notice."""
        self._now_us += round(seconds * _MICROSECONDS)

    def _move(self, elapsed_us: int) -> None:
        self._now_us += elapsed_us - self._elapsed_us
        self._elapsed_us = elapsed_us


def write_clock(clock: ScaledClock, path: Path) -> None:
    """Leave a clock's three figures where another process can read them, all at once."""
    half = path.with_suffix(".half")
    half.write_bytes(msgspec.json.encode(clock))
    half.replace(path)


def read_clock(path: Path | None) -> Clock:
    """The clock that a file describes, or the machine's own where none is named.

    Raises:
        InputError: the file is not there, or does not describe a clock.
    """
    return SystemClock() if path is None else FileClock(path)


def _modified_ns(path: Path) -> int:
    """When a file was written last; 0 where it is not there just now."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(path: Path) -> ScaledClock:
    try:
        clock = msgspec.json.decode(path.read_bytes(), type=ScaledClock)
    except FileNotFoundError as error:
        raise InputError("no clock is there.", file=str(path), remedy="Start the virtual site first.") from error
    except msgspec.MsgspecError as error:
        raise InputError(
            f"this is no clock: {error}.", file=str(path), remedy="Start the virtual site anew."
        ) from error
    if clock.speed <= 0:
        raise InputError(f"a speed of {clock.speed} cannot be.", file=str(path), field="speed")
    return clock


async def _settle() -> None:
    """Let everything run that can run now."""
    for _ in range(20):
        await asyncio.sleep(0)
