"""The writer: takes what machines said, and leaves it as Parquet files in the store and in the outbox.

A sample is safe once its file is renamed into place. Before that it is in memory: a crash loses what was heard since
the last flush, which nobody was told to be safe. A number is reserved in the outbox before its file is written, so that
a crash between the two is noticed and made good.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from mintage.fleet.context import Context
from mintage.fleet.latest import Machine
from mintage.fleet.readings import Snapshot
from mintage.fleet.telemetry.day import record_days
from mintage.fleet.telemetry.layout import day_of, flush_name
from mintage.fleet.telemetry.parquet import ParquetStore, placed
from mintage.fleet.telemetry.queue import Queue
from mintage.fleet.telemetry.schema import Sample
from mintage.fleet.telemetry.upkeep import UPKEEP_S, upkeep
from mintage.units.clock import Clock
from mintage.units.errors import StoreError

LOG = logging.getLogger(__name__)
WAITING_BYTES_MAX = 512 << 20
"""Memory for samples that cannot be written yet, about; older ones are lost first, and counted."""
_SAMPLE_BYTES, _READING_BYTES = 500, 45
"""A sample without its readings, and one reading in its dictionary, both rounded up as measured on 64-bit Python."""


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
        self._waiting: deque[Sample] = deque()
        self._held_bytes = 0
        self._writing = asyncio.Lock()

    def add(self, machines: Iterable[Machine]) -> None:
        """Take what machines said; each snapshot once.

        Only what telemetry keeps is held: the texts of chips are most of a snapshot.
        """
        for machine in machines:
            if machine.snapshot is not None:
                sample = Sample(machine.asset, _kept(machine.snapshot))
                self._waiting.append(sample)
                self._held_bytes += _bytes(sample)
        self._shed()

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
            taken, self._waiting = self._waiting, deque()
            days: dict[date, list[Sample]] = {}
            for sample in taken:
                days.setdefault(day_of(sample.snapshot.at_us // 1_000_000), []).append(sample)
            written = 0
            try:
                while days:
                    day = min(days)
                    await self._write(days[day])
                    self._held_bytes -= sum(map(_bytes, days[day]))
                    written += len(days.pop(day))
            finally:
                # What could not be written goes back, before what came meanwhile.
                self._waiting.extendleft(sample for day in sorted(days, reverse=True) for sample in reversed(days[day]))
                self._shed()
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
        self._queue.prune()
        await record_days(context, self.store, [day for day, site in done.closed if site == self._site])

    async def _write(self, samples: Sequence[Sample]) -> None:
        number = self._queue.reserve()
        try:
            self._queue.fill(await asyncio.to_thread(self.store.put, self._site, number, samples))
        except StoreError:
            self._queue.give_up(number)
            raise

    def _shed(self) -> None:
        """Let go of the oldest samples above the limit on memory."""
        before = self.lost
        while self._held_bytes > WAITING_BYTES_MAX and self._waiting:
            self._held_bytes -= _bytes(self._waiting.popleft())
            self.lost += 1
        # Told with every thousandth: a full disk loses samples with each poll.
        if self.lost // 1000 > before // 1000 or self.lost > before == 0:
            LOG.error("%d samples are lost: they could not be written, and memory for them is used up", self.lost)


def _kept(snapshot: Snapshot) -> Snapshot:
    """What telemetry keeps of a snapshot."""
    silence = {"": reason} if (reason := snapshot.unknown.get("")) else {}
    return Snapshot(
        at_us=snapshot.at_us,
        values=snapshot.values,
        unknown=silence,
        problems=snapshot.problems,
        doubts=snapshot.doubts,
    )


def _bytes(sample: Sample) -> int:
    """Memory that a sample takes, about."""
    snapshot = sample.snapshot
    texts = sum(len(value) for value in snapshot.values.values() if isinstance(value, str))
    texts += sum(map(len, (*snapshot.problems, *snapshot.doubts)))
    return _SAMPLE_BYTES + _READING_BYTES * len(snapshot.values) + texts
