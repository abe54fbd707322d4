"""Telemetry: how fast samples are taken in, how fast pages are answered, and how much disk a day takes.

1. The real writer takes in a minute of 100,000 machines: built snapshots to a file that is safely on the disk and in
   the outbox.
2. One day of 10,000 machines at one sample a minute (14.4 million samples) is drawn with the noise of real machines
   (`bench.samples`), put down as hourly files and closed by the real upkeep (merged, rolled up). Then the four
   questions of fleet pages are asked; what is told is the median of seven askings by a store that is already open.
   `make soak` asks a day of 100,000 machines (144 million samples): the closed day ten times over under other names.
3. A day of 250 machines at one sample in 10 s, drawn in the same way and closed, is projected to 5,000 machines and 30
   days: samples and all rollups, every field, nothing thinned.
4. Beside it a day of four virtual machines, read through the Avalon driver: they are steadier than real ones.

Run: python -m bench.telemetry [--machines N]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.measure import Row, report, rss_peak_mb
from bench.samples import Herd, herds
from mintage.fleet.drivers.avalon.client import Line
from mintage.fleet.drivers.avalon.identity import identity_of
from mintage.fleet.drivers.avalon.replies import document
from mintage.fleet.drivers.avalon.session import VERSION, AvalonSession
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine, Place
from mintage.fleet.readings import Snapshot
from mintage.fleet.telemetry.duck import copy
from mintage.fleet.telemetry.layout import DAY_S, begin_of, day_of, flush_name, merged_name, partition, write_whole
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.queries import samples_sql
from mintage.fleet.telemetry.schema import Sample, decode
from mintage.fleet.telemetry.upkeep import size_of, upkeep
from mintage.fleet.telemetry.writer import Writer
from mintage.fleet.uplink.outbox import Outbox
from mintage.fleet.virtual.answer import answer
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.machine import Machine as VirtualMachine
from mintage.state.db import StateDb
from mintage.units.clock import StepClock

MACHINES = 10_000
INGESTED = 100_000
START_S = 1_767_571_200
SITE = "alder"
PAGE_S = 0.3
SITE_MACHINES, SITE_POLL_S, SITE_DAYS, SITE_GB = 5000, 10, 30, 8.0
DRAWN, VIRTUAL = 250, 4
BUDGET = 1 << 50
COPY_OF = "SELECT * REPLACE ('m-#' || asset[3:] AS asset) FROM read_parquet($files, hive_partitioning = false)"


def ingest(folder: Path) -> list[Row]:
    """A minute of 100,000 machines through the real writer, three times over."""
    herd = Herd(INGESTED, START_S, 60, 60)
    clock = StepClock(START_S * 1_000_000)
    db = StateDb(folder / "agent.db")
    writer = Writer(folder, SITE, clock, 60, Outbox(db, folder / "outbox", SITE, clock))
    identity = Identity(driver="avalon", make="Canaan", model="15-194", name="Avalon A15-194")
    walls, cpus = [], []
    for minute in range(3):
        machines = [_machine(item, identity) for item in _snapshots(herd, minute)]
        wall, cpu = time.perf_counter(), time.process_time()
        writer.add(machines)
        written = asyncio.run(writer.flush())
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        assert written == INGESTED
    db.close()
    writer.store.close()
    rate = INGESTED / median(walls) * 60
    return [
        Row(what="samples a minute that one writer can take", value=rate, unit="1/min", limit=INGESTED, at_least=True),
        Row(what="a minute of 100,000 samples, on the disk", value=median(cpus), unit="cpu s", wall_s=median(walls)),
    ]


def _snapshots(herd: Herd, minute: int) -> list[Sample]:
    stored = herd.ticks(minute, 1)
    told = {name: decode(name, values).tolist() for name, values in stored.items() if name not in ("asset", "at_s")}
    for name in ("problems", "doubts", "silence"):
        told.pop(name)
    rows = zip(*told.values(), strict=True)
    return [
        Sample(
            asset,
            Snapshot(at_us=at * 10**6, values={k: v for k, v in zip(told, row, strict=True) if v is not None}),
        )
        for asset, at, row in zip(stored["asset"], stored["at_s"].tolist(), rows, strict=True)
    ]


def _machine(sample: Sample, identity: Identity) -> Machine:
    return Machine(
        asset=sample.asset, site=SITE, identity=identity, place=Place(address="127.0.0.1"), snapshot=sample.snapshot
    )


def draw_day(store: ParquetStore, machines: int, every_s: int) -> int:
    """Put down a day as hourly files; how many samples."""
    number, polls = 0, 3600 // every_s
    folder = partition(store.root, "samples", day_of(START_S), SITE)
    for herd in herds(machines, START_S, every_s, 60):
        for hour in range(24):
            number += 1
            stored = herd.ticks(hour * polls, polls)

            def write(path: Path, stored: dict[str, object] = stored) -> None:
                with store.duck.session() as session:
                    session.register("told", stored)
                    copy(session, samples_sql("told"), {}, path)

            write_whole(folder / flush_name(number), write)
    return machines * polls * 24


def multiply(store: ParquetStore, times: int) -> None:
    """Put so many copies of a closed day beside it under other names of machines.

    Samples lie in as many files, hours and latest state in one; the site by 5 minutes has as many rows as before, and
    nobody asks machines by 5 minutes here.
    """
    (samples,) = (store.root / "samples").rglob("*.parquet")
    rest = [*(store.root / "hours").rglob("*.parquet"), *(store.root / "latest").rglob("*.parquet")]
    with store.duck.session() as session:
        copies = [COPY_OF.replace("#", f"{number:x}") for number in range(times)]
        for number, one in enumerate(copies, 1):
            target = samples.with_name(merged_name(number * 1000, number * 1000 + 999))
            copy(session, one, {"files": [str(samples)]}, target)
        samples.unlink()
        for path in rest:
            larger = path.with_name("larger")
            copy(session, " UNION ALL ".join(copies), {"files": [str(path)]}, larger)
            larger.replace(path.with_name(path.name.replace("latest-0", "latest-9")))
            if "latest" in path.name:
                path.unlink()


def a_day(folder: Path, machines: int) -> list[Row]:
    """A day of many machines: closing it, asking it, its size."""
    store = ParquetStore(folder)
    start = time.perf_counter()
    drawn = min(machines, MACHINES)
    samples = draw_day(store, drawn, 60)
    print(f"(drew {samples:,} samples in {time.perf_counter() - start:.0f} s)", flush=True)
    wall, cpu = time.perf_counter(), time.process_time()
    upkeep(store, START_S + 2 * DAY_S, BUDGET)
    closing = Row(
        what=f"closing a day of {drawn:,} machines: merged, rolled up, compressed",
        value=time.process_time() - cpu,
        unit="cpu s",
        wall_s=time.perf_counter() - wall,
    )
    size = size_of(folder) * machines / drawn
    if machines > drawn:
        multiply(store, machines // drawn)
        samples *= machines // drawn
    store.close()
    store = ParquetStore(folder)
    end_s = START_S + DAY_S
    asset = store.worst(SITE, "chip_max_c", START_S, end_s, machines // 2).rows()[-1]["asset"]
    page = ["hashrate_ths", "power_in_w", "chip_max_c", "inlet_c", "state", "mode"]
    questions: dict[str, tuple[Callable[[], object], int]] = {
        "latest state of every machine, 6 fields": (lambda: store.latest(None, page), machines),
        "the site at 5 minutes over 24 h": (lambda: store.site_series(SITE, START_S, end_s), 288),
        "worst 100 of the day by J/TH": (lambda: store.worst(None, "efficiency_j_th", START_S, end_s, 100), 100),
        "one machine over 24 h, 6 fields": (
            lambda: store.machine_series(SITE, str(asset), page, START_S, end_s),
            24 * 60,
        ),
    }
    rows = [closing]
    for what, (ask, count) in questions.items():
        walls = []
        for _ in range(7):
            start = time.perf_counter()
            told = ask()
            walls.append(time.perf_counter() - start)
            assert len(told) == count, f"{what}: {len(told)} rows instead of {count}"  # type: ignore[arg-type]
        rows.append(Row(what=f"{what} ({samples / 1e6:.0f} M)", value=median(walls), unit="wall s", limit=PAGE_S))
        print(f"({what}: first {walls[0]:.3f} s, slowest after it {max(walls[1:]):.3f} s)", flush=True)
    rows.append(Row(what=f"disk of that day, {machines:,} machines a minute", value=size / 1e6, unit="MB"))
    store.close()
    return rows


def projected(folder: Path) -> list[Row]:
    """What 5,000 machines at 10 s take in 30 days, from a day that is drawn and from one of virtual machines."""
    store = ParquetStore(folder / "drawn")
    samples = draw_day(store, DRAWN, SITE_POLL_S)
    upkeep(store, START_S + 2 * DAY_S, BUDGET)
    total = SITE_MACHINES * DAY_S // SITE_POLL_S * SITE_DAYS
    per_sample = {kind: size_of(store.root / kind) / samples for kind in ("samples", "minutes-5", "hours", "sites-5")}
    store.close()
    virtual = ParquetStore(folder / "virtual")
    played = asyncio.run(play_day(virtual))
    upkeep(virtual, START_S + 2 * DAY_S, BUDGET)
    steady = size_of(virtual.root / "samples") / played
    virtual.close()
    return [
        Row(what="bytes of a sample, all fields", value=per_sample["samples"], unit="B"),
        Row(what="bytes of a sample, rollups added", value=sum(per_sample.values()), unit="B"),
        Row(
            what="5,000 machines, 10 s, 30 days, with rollups",
            value=sum(per_sample.values()) * total / 1e9,
            unit="GB",
            limit=SITE_GB,
        ),
        Row(what="bytes of a sample of a steady virtual machine", value=steady, unit="B"),
    ]


class _Wire(Line):
    """A line that ends in a virtual machine of this process."""

    def __init__(self, machine: VirtualMachine) -> None:
        super().__init__(machine.address, 4028)
        self._machine = machine

    async def ask(self, message: bytes, deadline_s: float = 0, bytes_max: int = 0) -> bytes:
        """What the machine answers."""
        del deadline_s, bytes_max
        return answer(self._machine, message)


async def play_day(store: ParquetStore) -> int:
    """A day of virtual machines through the Avalon driver; how many samples."""
    clock = StepClock(START_S * 1_000_000)
    fleet = build_fleet(FleetSpec(network="127.0.1.0/24", count=VIRTUAL, mix="A15-194=0.75,A16-282=0.25"), clock)
    sessions = []
    for host in fleet.hosts.values():
        line = _Wire(host.machine)
        identity = identity_of(document(await line.ask(VERSION)))
        assert identity is not None
        sessions.append((host.machine.address, AvalonSession(line, identity, clock, 60.0)))
    told: list[Sample] = []
    for tick in range(DAY_S // SITE_POLL_S):
        fleet.ambient_c = 22 + 5 * ((tick * SITE_POLL_S / DAY_S) % 1)
        told += [Sample(f"m-{address}", await session.poll()) for address, session in sessions]
        await clock.advance(SITE_POLL_S)
    assert begin_of(day_of(START_S)) == START_S
    store.put(SITE, 1, told)
    return len(told)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=MACHINES, help="machines of the day that is asked")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        rows = [
            *ingest(Path(scratch, "site")),
            *projected(Path(scratch, "projected")),
            *a_day(Path(scratch, "day"), options.machines),
        ]
    rows.append(Row(what="peak memory of it all", value=rss_peak_mb(), unit="MB"))
    return report(f"Telemetry: a day of {options.machines:,} machines, one sample a minute", rows)


if __name__ == "__main__":
    sys.exit(main())
