"""The writer and the day: from what machines said to files, parcels and the fact of a day."""

from __future__ import annotations

import asyncio
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from mintage.fleet.context import Context, Hands
from mintage.fleet.drivers.port import Identity
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import MemoryLatest
from mintage.fleet.readings import Board
from mintage.fleet.sites import AgentSettings, Site
from mintage.fleet.telemetry import writer as writing
from mintage.fleet.telemetry.day import day_worked, record_days, work_of
from mintage.fleet.telemetry.layout import flush_name, partition
from mintage.fleet.telemetry.memory import MemoryStore
from mintage.fleet.telemetry.schema import Sample
from mintage.fleet.telemetry.writer import Writer
from mintage.fleet.uplink.outbox import Outbox
from mintage.journal.fact import Fact, decode_fact
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import StoreError
from tests.fleet.telemetry.telling import MONDAY_S, files, minutes, sample

SITE = Site(name="alder", region="canada", ranges=("127.0.0.1",), agent=AgentSettings(poll_s=60, flush_s=600))
MONDAY = date(2026, 1, 5)
IDENTITY = Identity(driver="avalon", make="Canaan", model="15-194", name="Avalon A15-194")


def machines(samples: Iterable[Sample]) -> list[Machine]:
    """Machines that say so."""
    return [
        Machine(asset=asset, site="alder", identity=IDENTITY, place=Place(address="127.0.0.1"), snapshot=snapshot)
        for asset, snapshot in samples
    ]


class Desk:
    """A writer with everything that it works on."""

    def __init__(self, folder: Path, start_s: int = MONDAY_S) -> None:
        self.clock = StepClock(start_s * 1_000_000)
        self.db = StateDb(folder / "agent.db")
        self.outbox = Outbox(self.db, folder / "outbox", "alder", self.clock)
        self.writer = Writer(folder, "alder", self.clock, 600, self.outbox)
        self.context = Context(
            site=SITE,
            folder=folder,
            clock=self.clock,
            db=self.db,
            latest=MemoryLatest(),
            hands=cast("Hands", None),
            recorder=self.outbox,
        )

    def facts(self) -> list[Fact]:
        """Facts that wait for headquarters."""
        batch = self.outbox.next_batch(500, 1 << 25)
        return [decode_fact(line) for item in batch if item.kind == "facts" for line in item.body.splitlines()]

    def close(self) -> None:
        """Close its files."""
        self.db.close()
        self.writer.store.close()


@contextmanager
def desk(folder: Path, start_s: int = MONDAY_S) -> Iterator[Desk]:
    """A writer, closed at the end."""
    opened = Desk(folder, start_s)
    try:
        yield opened
    finally:
        opened.close()


def test_flush_writes_one_file_a_day_and_queues_it(tmp_path: Path) -> None:
    """Samples around midnight lie in the partitions of their days, and each file waits for headquarters."""
    told = [sample("m-a", MONDAY_S - 60, power_in_w=1), sample("m-a", MONDAY_S + 60, power_in_w=2)]
    with desk(tmp_path) as at:
        at.writer.add(machines(told))
        at.writer.add([Machine(asset="m-b", site="alder", identity=IDENTITY, place=Place(address="127.0.0.2"))])
        assert asyncio.run(at.writer.flush()) == 2
        assert asyncio.run(at.writer.flush()) == 0
        days = [path.split("/")[1] for path in files(tmp_path / "telemetry")]
        assert days == ["day=2026-01-04", "day=2026-01-05"]
        assert at.outbox.waiting().parcels == 2
        assert all(parcel.intact for parcel in at.outbox.next_batch(10, 1 << 25))


def test_run_flushes_at_its_interval_and_at_the_end(tmp_path: Path) -> None:
    """What was heard is written every interval; an orderly end writes the rest."""

    async def run() -> None:
        with desk(tmp_path) as at:
            task = asyncio.create_task(at.writer.run(at.context))
            at.writer.add(machines([sample("m-a", MONDAY_S, power_in_w=1)]))
            await at.clock.advance(601)
            while at.outbox.waiting().parcels == 0:
                await asyncio.sleep(0)
            at.writer.add(machines([sample("m-a", MONDAY_S + 601, power_in_w=1)]))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while at.outbox.waiting().parcels == 1:
                await asyncio.sleep(0)
            assert len(files(tmp_path / "telemetry")) == 2

    asyncio.run(run())


def test_full_disk_keeps_samples_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples that cannot be written are written when there is room; above the limit the oldest are lost, counted."""
    with desk(tmp_path) as at:
        (tmp_path / "telemetry").write_text("a file where a folder is needed")
        at.writer.add(machines([sample("m-a", MONDAY_S + second, power_in_w=second) for second in range(5)]))
        with pytest.raises(StoreError, match="telemetry"):
            asyncio.run(at.writer.flush())
        assert at.outbox.unfinished() == []
        monkeypatch.setattr(writing, "WAITING_BYTES_MAX", 1700)
        with pytest.raises(StoreError):
            asyncio.run(at.writer.flush())
        assert at.writer.lost == 2
        (tmp_path / "telemetry").unlink()
        assert asyncio.run(at.writer.flush()) == 3
        told = at.writer.store.machine_series("alder", "m-a", ["power_in_w"], MONDAY_S, MONDAY_S + 9)
        assert told.columns["power_in_w"].tolist() == [2, 3, 4]


def test_memory_of_a_writer_is_bounded_while_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples that come while none is written take so many bytes and no more, whatever machines say at length."""
    monkeypatch.setattr(writing, "WAITING_BYTES_MAX", 200_000)
    with desk(tmp_path) as at:
        tracemalloc.start()
        for second in range(1500):
            said = sample("m-a", MONDAY_S + second, power_in_w=second, mode="x" * 100)
            chips = Board(number=0, chips_c_text=b"80 " * 10_000)
            at.writer.add(machines([Sample(said.asset, replace(said.snapshot, boards=(chips,)))]))
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert held < 2_000_000
        assert at.writer.lost > 1000
        kept = 1500 - at.writer.lost
        assert asyncio.run(at.writer.flush()) == kept
        told = at.writer.store.machine_series("alder", "m-a", ["power_in_w"], MONDAY_S, MONDAY_S + 1500)
        assert told.columns["power_in_w"].tolist() == list(range(1500 - kept, 1500))


def test_crash_between_number_and_file_is_made_good(tmp_path: Path) -> None:
    """A number without a file is given up; a file that was not queued is queued; a half file is removed."""
    with desk(tmp_path) as at:
        lost, written = at.outbox.reserve(), at.outbox.reserve()
        at.writer.store.put("alder", written, [sample("m-a", MONDAY_S, power_in_w=1)])
        half = partition(tmp_path / "telemetry", "samples", MONDAY, "alder") / f".{flush_name(lost)}.part"
        half.write_bytes(b"half")
        stray = tmp_path / "outbox" / f"{lost:015}.parquet"
        stray.parent.mkdir()
        stray.write_bytes(b"stray")
    with desk(tmp_path) as at:
        asyncio.run(at.writer.recover())
        assert at.outbox.unfinished() == []
        assert [parcel.seq for parcel in at.outbox.next_batch(10, 1 << 25)] == [written]
        assert not half.exists()
        assert not stray.exists()


def test_day_is_told_once_and_again_when_it_changed(tmp_path: Path) -> None:
    """A day that is over becomes a fact; the same day again is not told; late samples make a second fact."""
    draw = random.Random(3)
    with desk(tmp_path, MONDAY_S + 86_400 + 3600) as at:
        at.writer.add(machines(minutes(draw, MONDAY_S, 60)))
        asyncio.run(at.writer.flush())
        for _ in range(2):
            asyncio.run(at.writer.tend(at.context))
        assert at.context.db.rows("SELECT day FROM day_worked") == [("2026-01-05",)]
        first = at.facts()
        assert [item.key for item in first] == ["fleet.day-worked/alder/2026-01-05"]
        late = minutes(draw, MONDAY_S + 7200, 30)
        at.writer.add(machines(late))
        asyncio.run(at.writer.flush())
        asyncio.run(at.writer.tend(at.context))
        told = at.facts()
        assert [item.key for item in told] == [first[0].key, "fleet.day-worked/alder/2026-01-05/2"]
        data = told[1].data
        assert isinstance(data, DayWorked)
        assert isinstance(first[0].data, DayWorked)
        assert data.covered_s > first[0].data.covered_s
        assert (told[1].date, data.region, data.machines, data.metered_energy) == (MONDAY, "canada", 6, None)
        asyncio.run(at.clock.advance(401 * 86_400))
        asyncio.run(record_days(at.context, at.writer.store, [MONDAY]))
        assert at.context.db.rows("SELECT day FROM day_worked") == []
        assert len(at.facts()) == 2


def test_day_by_hand(tmp_path: Path) -> None:
    """Hashes are hash rate times time; difficulty is hashes over 2^32; energy is power times time."""
    store, db = MemoryStore(), StateDb(tmp_path / "agent.db")
    told = [
        sample("m-a", MONDAY_S + at, hashrate_ths=200.0, power_in_w=3600, accepted_diff=at * 46_000, rejected_diff=7)
        for at in range(0, 3600, 60)
    ]
    store.put("alder", 1, told)
    day, reason = day_worked(work_of(store, SITE, MONDAY), db, SITE, MONDAY)
    assert reason == ""
    assert day is not None
    seconds = 3600 + 300 - 60  # the last sample stands for the gap's limit
    assert (day.covered_s, day.machine_s) == (seconds, seconds)
    assert day.hashrate == 200_000
    assert day.machine_energy == 3600 * seconds // 3600
    assert day.expected_diff == 200 * 10**12 * seconds // 2**32
    assert (day.accepted_diff, day.rejected_diff) == (3540 * 46_000, 0)
    db.close()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "no sample"),
        ({"power_in_w": 5, "accepted_diff": 1}, "hash rate"),
        ({"hashrate_ths": 5.0, "power_in_w": 5}, "counter"),
        ({"hashrate_ths": 5.0, "accepted_diff": 5}, "power"),
    ],
)
def test_a_day_that_nobody_can_tell_has_a_reason(tmp_path: Path, values: dict[str, float], reason: str) -> None:
    """What no machine told is not taken for zero."""
    store, db = MemoryStore(), StateDb(tmp_path / "agent.db")
    if values:
        store.put("alder", 1, [sample("m-a", MONDAY_S + at, **values) for at in (0, 60)])
    told, why = day_worked(work_of(store, SITE, MONDAY), db, SITE, MONDAY)
    assert told is None
    assert reason in why
    db.close()
