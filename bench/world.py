"""A large company to serve: sites with many machines in their state files, and a journal with many postings."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from bench.board import SITES, START_US, Drawn, put
from bench.intake import write_files
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER
from mintage.house import open_journal
from mintage.journal.intake import import_files
from mintage.state.db import StateDb
from mintage.units import parse_instant
from mintage.units.clock import ScaledClock, write_clock

NOW = "2025-06-20T12:00:00Z"
"""The company's time: within its last quarter."""
RACK = 50
_PLACES = {"alder": ("30.3", "-97.7"), "birch": ("49.2", "-123.1"), "cedar": ("9.0", "38.7")}


class World:
    """What `mintage serve` needs, in one folder.

    Args:
        folder: an empty folder.
        machines: how many, over three sites.
        postings: how many; the prices of the example company beside them.
        example: folder of the example company's facts.
    """

    def __init__(self, folder: Path, machines: int, postings: int, example: Path) -> None:
        self.db, self.data, self.state = folder / "company.db", folder / "sites", folder / "console.db"
        self.clock = folder / SITE_CLOCK
        self._drawn, self._count = Drawn(machines), machines
        self._stores: dict[str, SqliteLatest] = {}
        self._dbs: list[StateDb] = []
        self._journal(folder / "facts", postings, example / "market")
        self._sites()
        write_clock(ScaledClock.starting(parse_instant(NOW), 1.0), self.clock)

    @property
    def arguments(self) -> list[str]:
        """Options of `mintage serve`."""
        options = {"--db": self.db, "--data": self.data, "--state": self.state, "--clock": self.clock}
        return [str(word) for option in options.items() for word in option]

    def change(self, numbers: list[int], at_us: int) -> list[str]:
        """Let some machines say something new, as their agents write it; their assets."""
        changed = [self._drawn.machine(number, at_us) for number in numbers]
        put(self._stores, changed)
        return [machine.asset for machine in changed]

    def close(self) -> None:
        """Close the state files."""
        for db in self._dbs:
            db.close()

    def _journal(self, facts: Path, postings: int, market: Path) -> None:
        facts.mkdir()
        write_files(facts, postings)
        journal = open_journal(self.db)
        import_files(journal, [market, facts], actor="bench")
        journal.close()

    def _sites(self) -> None:
        for site in SITES:
            folder = self.data / site
            folder.mkdir(parents=True)
            path = folder / "site.toml"
            path.write_text(self._described(site), "utf-8")
            (folder / SITE_POINTER).write_text(f"{path}\n", "utf-8")
            db = StateDb(folder / "agent.db")
            self._dbs.append(db)
            self._stores[site] = SqliteLatest(db)
        for first in range(0, self._count, 5_000):
            numbers = range(first, min(first + 5_000, self._count))
            put(self._stores, [self._drawn.machine(number, START_US) for number in numbers])

    def _described(self, site: str) -> str:
        """The site's file: halls and racks as `bench.board` places its machines."""
        latitude, longitude = _PLACES[site]
        lines = [
            f'name = "{site}"\nregion = "americas"\nranges = ["10.0.0.0/16"]\n',
            f'latitude = "{latitude}"\nlongitude = "{longitude}"\n',
            '[[feeder]]\nname = "main"\nlimit_kw = 900000\n',
        ]
        halls = (self._count - 1) // 10_000 + 1
        lines += [f'[[hall]]\nname = "hall-{number + 1}"\nfeeder = "main"\n' for number in range(halls)]
        for rack in range((self._count - 1) // RACK + 1):
            first, last = rack * RACK, rack * RACK + RACK - 1
            low, high = (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in (first, last))
            hall = first // 10_000 + 1
            lines.append(f'[[rack]]\nname = "r{rack + 1}"\nhall = "hall-{hall}"\naddresses = ["{low}-{high}"]\n')
        return "".join(lines)


class Chatter:
    """Machines that go on saying new things: so many a second, from a thread of its own.

    Args:
        world: whose machines.
        numbers: which machines.
        per_s: changes a second.
    """

    def __init__(self, world: World, numbers: list[int], per_s: int) -> None:
        self._world, self._numbers, self._per_s = world, numbers, per_s
        self._stop = threading.Event()
        self.said = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Fall silent."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        step_s, at = 0.1, 0
        share = max(1, round(self._per_s * step_s))
        due_s = time.monotonic()
        while not self._stop.is_set():
            numbers = [self._numbers[(at + n) % len(self._numbers)] for n in range(share)]
            at += share
            self._world.change(numbers, time.time_ns() // 1_000)
            self.said += share
            due_s += step_s
            self._stop.wait(max(0.0, due_s - time.monotonic()))
