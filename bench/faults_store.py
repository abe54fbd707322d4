"""Faults of disk and clock, in one process: what a site says reaches headquarters whatever becomes of them.

The writer, the outbox, the way to headquarters on this machine and its inbox are the real ones. Run by `bench.faults`;
with two folders as arguments it fills the disk of the first one.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Row
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine, Place
from mintage.fleet.readings import Snapshot
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.writer import Writer
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.outbox import Outbox
from mintage.fleet.uplink.upload import send_some
from mintage.fleet.uplink.ways import LocalUplink
from mintage.house import memory_journal
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import StoreError

ROOT = Path(__file__).parents[1]
START_US = 1_767_600_000_000_000
DISK = "3m"
MOUNTED = 'mount -t tmpfs -o size="$1" tmpfs "$2" || exit 99; shift 2; exec "$@"'


@dataclass
class Tally:
    """What was found wrong after a fault.

    Attributes:
        acknowledged: samples that the site has safely on its disk.
        lost: of them, samples that neither headquarters nor the outbox has.
        doubled: samples that headquarters has beyond those of the site, or twice.
        facts_wrong: facts that are missing or doubled.
        asleep: machines that do not run and should.
    """

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    facts_wrong: int = 0
    asleep: int = 0

    def rows(self, fault: str) -> list[Row]:
        """The figures as rows."""
        return [
            Row(what=f"{fault}: samples acknowledged", value=self.acknowledged, unit=""),
            Row(what=f"{fault}: of them lost", value=self.lost, unit="", limit=0),
            Row(what=f"{fault}: samples doubled", value=self.doubled, unit="", limit=0),
            Row(what=f"{fault}: facts lost or doubled", value=self.facts_wrong, unit="facts", limit=0),
            Row(what=f"{fault}: machines left asleep", value=self.asleep, unit="", limit=0),
        ]


class Half:
    """A writer with its outbox on one file system and a headquarters on another, in this process."""

    def __init__(self, site: Path, hq: Path) -> None:
        self.clock = StepClock(START_US)
        self.db = StateDb(site / "agent.db")
        self.outbox = Outbox(self.db, site / "outbox", "alder", self.clock)
        self.writer = Writer(site, "alder", self.clock, 60, self.outbox)
        self.telemetry = ParquetStore(hq / "telemetry", memory_mb=256)
        self.inbox = Inbox(StateDb(hq / "received.db"), memory_journal(), self.telemetry, self.clock)
        self.told: Counter[tuple[str, int, int]] = Counter()

    def hear(self, number: int) -> None:
        """Some machines say something that nobody said before."""
        identity = Identity(driver="bench", make="none", model="none", name="none")
        for machine in range(200):
            asset, at_us, value = f"m-{machine:012x}", self.clock.now_us() + number, number * 1000 + machine
            snapshot = Snapshot(at_us=at_us, values={"power_in_w": value, "state": "hashing"})
            place = Place(address="127.0.0.1")
            self.writer.add([Machine(asset=asset, site="alder", identity=identity, place=place, snapshot=snapshot)])
            self.told[(asset, at_us // 1_000_000, value)] += 1

    async def send(self) -> None:
        """Upload everything that waits."""
        uplink = LocalUplink("alder", self.outbox.agent, self.inbox)
        while await send_some(self.outbox, uplink):
            pass

    def compare(self) -> Tally:
        """What was said beside what headquarters has."""
        files = [str(path) for path in (self.telemetry.root / "samples").rglob("*.parquet")]
        query = "SELECT asset, at_s, power_in_w FROM read_parquet($files, hive_partitioning = false)"
        have = Counter(self.telemetry.duck.rows(query, {"files": files}))
        return Tally(acknowledged=have.total(), lost=(self.told - have).total(), doubled=(have - self.told).total())


async def on_a_full_disk(disk: Path, hq: Path) -> dict[str, int]:
    """Fill the disk to its last byte again and again while machines go on talking."""
    half, refused = Half(disk / "site", hq), 0
    for number in range(20):
        half.hear(number)
        if number % 3 == 1:
            with (disk / "filler").open("wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(bytes(1 << 14))
                except OSError:
                    pass
                try:
                    while filler.write(b"x"):
                        pass
                except OSError:
                    pass
        try:
            await half.writer.flush()
        except StoreError:
            refused += 1
            (disk / "filler").unlink(missing_ok=True)
            await half.writer.recover()
        (disk / "filler").unlink(missing_ok=True)
        await half.send()
        half.clock.step(60)
    await half.writer.flush()
    await half.send()
    tally = half.compare()
    return {"refused": refused, "lost": tally.lost, "doubled": tally.doubled}


def full_disk(folder: Path) -> list[Row]:
    """The same on a file system of its own, in a process of its own."""
    unshare, disk = shutil.which("unshare"), folder / "disk"
    disk.mkdir(parents=True)
    if unshare is None:
        return [Row(what="disk full: not tried, there is no unshare", value=0, unit="")]
    command = [sys.executable, "-m", "bench.faults_store", str(disk), str(folder / "hq")]
    done = subprocess.run(
        [unshare, "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh", DISK, disk, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 99:
        return [Row(what="disk full: not tried, nothing can be mounted here", value=0, unit="")]
    if done.returncode:
        raise SystemExit(f"disk full: {done.stderr}")
    told = json.loads(done.stdout)
    return [
        Row(what="disk full: flushes that found no room", value=told["refused"], unit="times", limit=1, at_least=True),
        Row(what="disk full: samples lost", value=told["lost"], unit="", limit=0),
        Row(what="disk full: samples doubled", value=told["doubled"], unit="", limit=0),
    ]


async def stepped(folder: Path, seed: int) -> list[Row]:
    """Step the wall clock between flushes."""
    half, draw = Half(folder / "site", folder / "hq"), random.Random(seed)
    for number in range(60):
        half.hear(number)
        await half.writer.flush()
        await half.send()
        half.clock.step(draw.choice([60, 60, -3600, 3600, -86_400, 86_400, draw.uniform(-100, 100)]))
    tally = half.compare()
    return [
        Row(what="clock stepped: samples lost", value=tally.lost, unit="", limit=0),
        Row(what="clock stepped: samples doubled", value=tally.doubled, unit="", limit=0),
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(on_a_full_disk(Path(sys.argv[1]), Path(sys.argv[2])))))
