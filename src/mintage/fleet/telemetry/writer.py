"""The writer: takes what machines said, and leaves it as Parquet files in the store and in the outbox.

A sample is safe once its file is renamed into place. Before that it is in memory: a crash loses what was heard since
the last flush, which nobody was told to be safe. A number is reserved in the outbox before its file is written, so that
a crash between the two is noticed and made good.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from mintage.fleet.context import Context
from mintage.fleet.latest import Machine
from mintage.fleet.telemetry.day import record_days
from mintage.fleet.telemetry.layout import day_of, flush_name
from mintage.fleet.telemetry.parquet import ParquetStore, placed
from mintage.fleet.telemetry.queue import Queue
from mintage.fleet.telemetry.schema import Sample
from mintage.fleet.telemetry.upkeep import UPKEEP_S, upkeep
from mintage.units.clock import Clock
from mintage.units.errors import StoreError

LOG = logging.getLogger(__name__)
SAMPLES_MAX = 2_000_000
"""Samples that wait in memory at most while they cannot be written; older ones are lost first, and counted."""


class Writer:
    """Writes the telemetry of one site.

    Args:
        folder: the site's folder; telemetry is kept under it.
        site: the site's name.
        clock: the time that it goes by.
        flush_s: seconds of samples in one file.
        queue: numbers files and sends them on.
    """

    def __init__(self, folder: Path, site: str, clock: Clock, flush_s: float, queue: Queue) -> None:
        self.store = ParquetStore(folder / "telemetry")
        self.lost = 0
        self._site, self._clock, self._flush_s, self._queue = site, clock, flush_s, queue
        self._waiting: list[Sample] = []
        self._writing = asyncio.Lock()

    def add(self, machines: Iterable[Machine]) -> None:
        """Take what machines said; each snapshot once."""
        self._waiting += [
            Sample(machine.asset, machine.snapshot) for machine in machines if machine.snapshot is not None
        ]

    async def run(self, context: Context) -> None:
        """Write at every interval, and keep the store tidy; the `Part` of the agent.

        Raises:
            StoreError: the disk is full. Samples stay in memory until it has room, up to a limit.
        """
        await self.recover()
        tended_s, tending = self._clock.elapsed_s(), asyncio.create_task(asyncio.sleep(0))
        try:
            while True:
                await self._clock.sleep(self._flush_s)
                await self.flush()
                if tending.done():
                    tending.result()
                    if self._clock.elapsed_s() - tended_s >= UPKEEP_S:
                        tended_s = self._clock.elapsed_s()
                        tending = asyncio.create_task(self.tend(context))
        finally:
            tending.cancel()
            await asyncio.shield(self.flush())

    async def flush(self) -> int:
        """Write everything that waits; how many samples were written.

        Raises:
            StoreError: they cannot be written; they wait for the next time.
        """
        async with self._writing:
            taken, self._waiting = self._waiting, []
            days: dict[date, list[Sample]] = {}
            for sample in taken:
                days.setdefault(day_of(sample.snapshot.at_us // 1_000_000), []).append(sample)
            written = 0
            try:
                while days:
                    day = min(days)
                    await self._write(days[day])
                    written += len(days.pop(day))
            finally:
                self._keep([sample for samples in days.values() for sample in samples])
            return written

    async def recover(self) -> None:
        """Finish what a crash left between a number and its file."""
        root = self.store.root / "samples"
        for number in self._queue.unfinished():
            found = next(root.glob(f"day=*/site={self._site}/{flush_name(number)}"), None)
            if found is None:
                self._queue.give_up(number)
            else:
                day = date.fromisoformat(found.parent.parent.name.removeprefix("day="))
                self._queue.fill(await asyncio.to_thread(placed, found, day, number, 0))
        self._queue.sweep()
        for leftover in root.glob("day=*/site=*/.*.part"):
            leftover.unlink(missing_ok=True)

    async def tend(self, context: Context) -> None:
        """Make a round of upkeep, and tell the days that are over."""
        budget = int(context.site.agent.disk_budget_gb * 10**9)
        # Flushes go on meanwhile: a round looks at the files that were there when it began.
        done = await asyncio.to_thread(upkeep, self.store, self._clock.now_us() // 1_000_000, budget)
        for text in done.removed:
            LOG.info("gave way to the disk budget: %s", text)
        if done.over:
            LOG.warning("telemetry is %d bytes above its budget, and nothing more can give way", done.over)
        await record_days(context, self.store, [day for day, site in done.closed if site == self._site])

    async def _write(self, samples: Sequence[Sample]) -> None:
        number = self._queue.reserve()
        try:
            self._queue.fill(await asyncio.to_thread(self.store.put, self._site, number, samples))
        except StoreError:
            self._queue.give_up(number)
            raise

    def _keep(self, samples: list[Sample]) -> None:
        """Put samples back that could not be written, before those that came meanwhile."""
        if not samples:
            return
        self._waiting = samples + self._waiting
        surplus = len(self._waiting) - SAMPLES_MAX
        if surplus > 0:
            del self._waiting[:surplus]
            self.lost += surplus
            LOG.error("%d samples are lost: they could not be written, and memory for them is used up", surplus)
