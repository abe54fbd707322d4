"""When each machine is polled: on a steady beat, spread over the interval, and less often while it is silent."""

from __future__ import annotations

import asyncio
import heapq
import logging
import math
from collections.abc import Callable
from random import Random

from mintage.fleet.agent.sessions import Sessions
from mintage.fleet.contain import contained, in_words
from mintage.fleet.readings import Snapshot
from mintage.units.clock import Clock

LOG = logging.getLogger("mintage.agent")
BACKOFF_MAX = 6
"""A silent machine is asked at least every so many intervals."""
_JITTER = 0.2
_TICKS = 20
"""The beat is kept to this part of an interval."""

Heard = Callable[[str, Snapshot], None]


class Poller:
    """Polls machines, each on its own beat. Intervals are of elapsed time: a stepped wall clock does not shift them.

    Args:
        sessions: the machines.
        clock: the time that the beat goes by.
        poll_s: seconds between polls of one machine.
        heard: called with each answer, and with each silence.
        seed: makes the spread of beats reproducible.
    """

    def __init__(self, sessions: Sessions, clock: Clock, poll_s: float, heard: Heard, seed: int = 0) -> None:
        self._sessions, self._clock, self._poll_s, self._heard = sessions, clock, poll_s, heard
        self._random = Random(seed)  # noqa: S311  spreads load, guards nothing
        self._due: list[tuple[float, str]] = []
        self._known: set[str] = set()
        self._silences: dict[str, int] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until cancelled; polls under way are cancelled with it."""
        try:
            while True:
                self._start_due()
                self._running = {task for task in self._running if not task.done()}
                await self._clock.sleep(self._poll_s / _TICKS)
        finally:
            for task in self._running:
                task.cancel()
            if self._running:
                await asyncio.wait(self._running)

    async def once(self) -> None:
        """Poll every machine once, at once."""
        async with asyncio.TaskGroup() as polls:
            for asset in self._sessions.assets:
                polls.create_task(self._poll(asset))

    def _start_due(self) -> None:
        now_s = self._clock.elapsed_s()
        for asset in self._sessions.assets.keys() - self._known:
            self._known.add(asset)
            heapq.heappush(self._due, (now_s, asset))
        while self._due and self._due[0][0] <= now_s:
            due_s, asset = heapq.heappop(self._due)
            if asset not in self._sessions.assets:
                self._known.discard(asset)
                self._silences.pop(asset, None)
                continue
            self._running.add(asyncio.create_task(self._poll_on_beat(asset, due_s)))

    async def _poll_on_beat(self, asset: str, due_s: float) -> None:
        if asset not in self._silences:  # its first time: now, and from then on at a beat of its own
            due_s -= self._random.random() * self._poll_s
        try:
            await self._poll(asset)
        finally:
            heapq.heappush(self._due, (self._next(asset, due_s), asset))

    async def _poll(self, asset: str) -> None:
        """Poll one machine. A driver that fails on it is told as its silence: the other machines are polled on."""
        said = await contained(self._sessions.poll(asset))
        if isinstance(said, BaseException):
            LOG.error("the driver of %s failed: %s", asset, in_words(said), exc_info=said)
            reason = {"": f"its driver failed: {in_words(said)}"}
            said = Snapshot(at_us=self._clock.now_us(), values={"state": "offline"}, unknown=reason)
        self._silences[asset] = self._silences.get(asset, 0) + 1 if said.state == "offline" else 0
        self._heard(asset, said)

    def _next(self, asset: str, due_s: float) -> float:
        """The next beat that is not over yet; for a silent machine a jittered while that doubles each time."""
        now_s, silences = self._clock.elapsed_s(), self._silences.get(asset, 0)
        if silences > 1:
            factor: int = min(1 << min(silences - 1, 10), BACKOFF_MAX)
            return now_s + self._poll_s * factor * self._random.uniform(1 - _JITTER, 1 + _JITTER)
        return due_s + self._poll_s * max(1, math.ceil((now_s - due_s) / self._poll_s))
