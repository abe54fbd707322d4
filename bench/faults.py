"""Faults at a site: the agent is killed, headquarters is away, the disk fills up, the clock is stepped.

1. An agent, started by its command, polls 20 virtual machines and uploads to a headquarters that listens; the site's
   time runs 60 times as fast. It is killed with SIGKILL 50 times at random instants, while curtailments of the whole
   site begin and end.
2. Headquarters goes away for an hour of the site's time, then comes back.
3. On a real file system of 3 MB that is filled to its last byte, the writer and the outbox go on (skipped where no
   file system can be mounted).
4. The wall clock is stepped back and forth by up to a day between flushes.

After each: every sample that the site acknowledged lies at headquarters once, every fact is in the journal once, and no
machine is left asleep that should run.

Run: python -m bench.faults [--kills N] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.faults_store import START_US, Tally, full_disk, stepped
from bench.measure import Row, report
from mintage.cli.site_desk import SiteDesk
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Ask, Full
from mintage.fleet.curtail.states import OVER
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import load_site
from mintage.fleet.telemetry.layout import sample_files
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.outbox import Outbox
from mintage.fleet.uplink.receiver import receiver
from mintage.fleet.uplink.tokens import load_tokens, new_token
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.house import open_journal
from mintage.state.db import StateDb
from mintage.units.clock import ScaledClock, SystemClock, write_clock
from mintage.wire.serve import serving

ROOT = Path(__file__).parents[1]
KILLS, SEED, MACHINES, SPEED = 50, 3, 20, 60.0
BLOCK = "127.123.0"
SETTLE_S, CALM_S = 240.0, 20.0
"""Longest and shortest wait until all is well again."""


class Ground:
    """A site with virtual machines, its agent as a process, and a headquarters that listens.

    Args:
        folder: where everything lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = ScaledClock.starting(START_US, SPEED)
        write_clock(self.clock, folder / "clock.json")
        spec = FleetSpec(network=f"{BLOCK}.0/24", count=MACHINES, mix="A15-194", seed=SEED)
        self.fleet = build_fleet(spec, self.clock)
        self.hq_db = StateDb(folder / "hq" / "received.db")
        self.journal = open_journal(folder / "hq" / "books.db")
        self.telemetry = ParquetStore(folder / "hq" / "telemetry")
        self.token = new_token(folder / "hq" / "sites.toml", "alder")
        inbox = Inbox(self.hq_db, self.journal, self.telemetry, SystemClock())
        self.application = receiver(inbox, load_tokens(folder / "hq" / "sites.toml"))
        self.port = 0

    def describe(self) -> None:
        """Write the site's file."""
        (self.folder / "alder.toml").write_text(
            f'name = "alder"\nregion = "canada"\nranges = ["{BLOCK}.1-{BLOCK}.{MACHINES}"]\napproval_above = 1000\n'
            f'[agent]\npoll_s = 30\nslow_s = 60\nrescan_s = 3600\nflush_s = 60\nlisten = "{BLOCK}.250:4100"\n'
            f'[headquarters]\nurl = "http://127.0.0.1:{self.port}"\n'
        )

    @asynccontextmanager
    async def headquarters(self) -> AsyncIterator[None]:
        """Headquarters listens, at the same port each time."""
        async with serving(self.application, "127.0.0.1", self.port) as port:
            self.port = port
            self.describe()
            yield

    async def agent(self) -> asyncio.subprocess.Process:
        """Start the site's agent."""
        place = ("--site", "alder.toml", "--data", "sites", "--clock", "clock.json", "--db", "site.db")
        log = (self.folder / "agent.log").open("ab")
        with log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "mintage.cli.main", "agent", *place),
                cwd=self.folder,
                env={**os.environ, "MINTAGE_SITE_TOKEN": self.token},
                stdout=log,
                stderr=log,
            )

    def desk(self) -> SiteDesk:
        """The site as a command sees it."""
        db = StateDb(self.folder / "sites" / "alder" / "agent.db")
        return SiteDesk(site=load_site(self.folder / "alder.toml"), db=db, latest=SqliteLatest(db), clock=self.clock)

    def close(self) -> None:
        """Close headquarters' files."""
        self.hq_db.close()
        self.journal.close()
        self.telemetry.close()

    async def settle(self) -> int:
        """Wait until curtailments are over, machines run and nothing waits; how many machines do not run."""
        desk, began = self.desk(), time.monotonic()
        box = Outbox(desk.db, self.folder / "sites" / "alder" / "outbox", "alder", self.clock)
        try:
            while time.monotonic() - began < SETTLE_S:
                await asyncio.sleep(0.5)
                for machine in self.fleet.machines:
                    machine.advance()
                asleep = sum(machine.state != "work" for machine in self.fleet.machines)
                over = all(event.state in OVER for event in service.events(desk, who="bench"))
                calm = time.monotonic() - began > CALM_S
                if calm and over and not asleep and box.waiting().parcels <= 1:
                    return 0
            return asleep
        finally:
            desk.db.close()

    def compare(self, asleep: int) -> Tally:
        """What the site acknowledged beside what headquarters has, sample by sample."""
        site = self.folder / "sites" / "alder"
        db = StateDb(site / "agent.db")
        keys = {key for (key,) in db.rows("SELECT key FROM outbox_fact")}
        held = b"\n".join(body for (body,) in db.rows("SELECT body FROM outbox WHERE kind = 'facts'"))
        db.close()
        ours, theirs = sample_paths(site / "telemetry"), sample_paths(self.folder / "hq" / "telemetry")
        waiting = [str(path) for path in (site / "outbox").glob("*.parquet")]
        count, lost, beyond, twice = self._compared(ours, theirs + waiting)
        booked = Counter(stored.fact.key for stored in self.journal.facts())
        missing = [key for key in keys if booked[key] != 1 and key.encode() not in held]
        return Tally(
            acknowledged=count,
            lost=lost,
            doubled=beyond + twice,
            facts_wrong=len(missing) + len(set(booked) - keys),
            asleep=asleep,
        )

    def _compared(self, ours: list[str], theirs: list[str]) -> tuple[int, int, int, int]:
        """Samples of the site, those that headquarters lacks, those that it has beyond, and those that it has twice."""
        with self.telemetry.duck.session() as session:
            session.execute(
                "CREATE TEMP TABLE ours AS SELECT * FROM read_parquet($1, hive_partitioning = false)", [ours]
            )
            session.execute(
                "CREATE TEMP TABLE theirs AS SELECT * FROM read_parquet($1, hive_partitioning = false)", [theirs]
            )
            told = [
                session.execute(query).fetchone()
                for query in (
                    "SELECT count(*) FROM ours",
                    "SELECT count(*) FROM (FROM ours EXCEPT ALL FROM theirs)",
                    "SELECT count(*) FROM (FROM theirs EXCEPT ALL FROM ours)",
                    "SELECT count(*) - count(DISTINCT (asset, at_s)) FROM theirs",
                )
            ]
        count, lost, beyond, twice = (int(row[0]) for row in told if row is not None)
        return count, lost, beyond, twice


def sample_paths(root: Path) -> list[str]:
    """The files of samples that count."""
    folders = (root / "samples").glob("day=*/site=*")
    return [str(item.path) for folder in folders for item in sample_files(folder)[0]]


async def killed(ground: Ground, kills: int, draw: random.Random) -> tuple[Tally, int, int]:
    """Kill the agent so often; what is wrong afterwards, and how many curtailments and files there were."""
    asked = 0
    for number in range(kills):
        agent = await ground.agent()
        await asyncio.sleep(2 + draw.random() * 2)
        if number % 8 == 4:
            desk = ground.desk()
            until_us = ground.clock.now_us() + 480 * 1_000_000
            service.start(desk, Ask(shed=Full(), reason="bench", until_us=until_us), who="bench")
            desk.db.close()
            asked += 1
            await asyncio.sleep(draw.random())
        if agent.returncode is not None:
            raise SystemExit(f"the agent ended by itself; see {ground.folder / 'agent.log'}")
        agent.kill()
        await agent.wait()
    agent = await ground.agent()
    asleep = await ground.settle()
    agent.send_signal(signal.SIGTERM)
    await agent.wait()
    return ground.compare(asleep), kills, asked


async def played(folder: Path, kills: int, seed: int) -> list[Row]:
    """The faults that need an agent."""
    ground, draw = Ground(folder), random.Random(seed)
    async with ground.fleet:
        async with ground.headquarters():
            tally, done, asked = await killed(ground, kills, draw)
            rows = [
                Row(what="agent killed", value=done, unit="times"),
                Row(what="agent killed: curtailments of all machines meanwhile", value=asked, unit="events"),
                *tally.rows("agent killed"),
            ]
        agent = await ground.agent()
        await asyncio.sleep(3600 / SPEED)
        away = len(list((ground.folder / "sites" / "alder" / "outbox").glob("*.parquet")))
        async with ground.headquarters():
            asleep = await ground.settle()
            agent.send_signal(signal.SIGTERM)
            await agent.wait()
            rows += [
                Row(what="headquarters away for an hour: files that waited", value=away, unit="files"),
                *ground.compare(asleep).rows("headquarters away"),
            ]
    ground.close()
    return rows


def main() -> int:
    """Play the faults and print what is wrong afterwards; exit 1 when anything is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        rows = [
            *asyncio.run(stepped(Path(scratch, "stepped"), options.seed)),
            *full_disk(Path(scratch, "full")),
            *asyncio.run(played(Path(scratch, "played"), options.kills, options.seed)),
        ]
    return report(f"Faults at a site, seed {options.seed}", rows)


if __name__ == "__main__":
    sys.exit(main())
