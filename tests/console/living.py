"""A small site that lives for the tests of the console: real sockets, a real agent, and a clock that runs fast.

Machines, meter, pool, chain and agent share one thread with a loop of their own; the console is served beside them.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mintage.fleet.agent.compose import compose
from mintage.fleet.agent.lock import only_agent
from mintage.fleet.alerts.service import open_alerts
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER, load_site
from mintage.fleet.virtual.faults import Fault
from mintage.house import open_journal
from mintage.state.db import StateDb
from mintage.units import parse_instant
from mintage.units.clock import FileClock, ScaledClock, write_clock
from mintage.virtual.site import VirtualSite
from tests.loopback import block
from tests.served import TIMEOUT_S, Served

SPEED = 240.0
"""Seconds of the site's time in a second: an alert that must hold five minutes is there after one or two."""
MACHINES = 12
BLOCKS = 8
START = "2025-08-01T09:00:00Z"
SITE = """
name = "alder"
region = "americas"
title = "Alder Creek"
latitude = "44.31"
longitude = "-120.84"
ranges = ["{own}.0/28"]
tariff = "tariff.toml"
price_source = "brk-daily"
approval_above = 2
[[feeder]]
name = "main"
limit_kw = 250
[[hall]]
name = "hall-1"
feeder = "main"
[[rack]]
name = "r1"
hall = "hall-1"
addresses = ["{own}.1-{own}.6"]
[[rack]]
name = "r2"
hall = "hall-1"
addresses = ["{own}.7-{own}.14"]
[[meter]]
name = "supply"
address = "{own}.250:5020"
unit_id = 1
profile = "virtual"
measures = "site"
[[pool]]
name = "virtual-pool"
adapter = "virtual"
url = "http://{own}.201:4180"
account = "lodequarry"
stratum = ["stratum+tcp://{own}.200:4133"]
workers = ["lodequarry.*"]
wallet = "alder-payouts"
address = "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk"
fee_pct = "0.5"
[agent]
poll_s = 60
slow_s = 240
rescan_s = 3600
flush_s = 300
listen = "{own}.203:4100"
[virtual]
machines = {machines}
seed = 1
start = "{start}"
pool_listen = "{own}.201:4180"
chain_listen = "{own}.202:4190"
network_difficulty = "127620086886391.78"
"""
TARIFF = Path(__file__).parents[2] / "examples" / "tariff.toml"


class Living:
    """The site and its agent, alive until closed.

    Args:
        data: folder of sites, as `mintage agent --data` has it.
        db: the journal.

    Attributes:
        folder: where the agent keeps state and telemetry.
        clock: the site's time.
    """

    def __init__(self, data: Path, db: Path) -> None:
        self.folder = data / "alder"
        self.folder.mkdir(parents=True)
        shutil.copyfile(TARIFF, data / "tariff.toml")
        path = data / "alder.toml"
        self._block = _free_block()
        path.write_text(SITE.format(own=self._block, machines=MACHINES, start=START), "utf-8")
        (self.folder / SITE_POINTER).write_text(f"{path}\n", "utf-8")
        began = ScaledClock.starting(parse_instant(START), SPEED)
        write_clock(began, self.folder / SITE_CLOCK)
        self.clock = FileClock(self.folder / SITE_CLOCK, began)
        self._site, self._db = load_site(path), db
        self._changed = threading.Condition()
        self._machines: dict[str, Machine] = {}
        self._alerted: frozenset[str] = frozenset()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._playing: VirtualSite | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def struck(self, slot: int, **fault: Any) -> str:
        """Let a fault happen to a machine, wait until there is an alert of it, and tell its address.

        Args:
            slot: the last part of the machine's address.
            fault: what happens, as `Fault` has it.
        """
        assert self._loop is not None
        assert self._playing is not None
        address = f"{self._block}.{slot}"
        self._loop.call_soon_threadsafe(self._playing.fleet.strike, Fault(machines=(address,), **fault))
        asset = self._machines[address].asset
        self.await_true(lambda: asset in self._alerted)
        return address

    def await_states(self, *states: str) -> None:
        """Wait until every machine is in one of some states."""
        self.await_true(
            lambda: len(self._machines) == MACHINES and all(one.state in states for one in self._machines.values())
        )

    def await_true(self, reached: Callable[[], bool]) -> None:
        """Wait until something holds; it is asked after each of the agent's polls."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._failed or reached(), TIMEOUT_S), self._machines
            assert self._failed is None, self._failed

    def close(self) -> None:
        """End agent and site, in good order."""
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT_S)
        assert not self._thread.is_alive()
        assert self._failed is None, self._failed

    def _work(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:  # noqa: BLE001 whatever it is, the test that waits is told
            with self._changed:
                self._failed = error
                self._changed.notify_all()

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        with contextlib.ExitStack() as stack:
            stack.enter_context(only_agent(self.folder, self._site.name))
            db = StateDb(self.folder / "agent.db")
            stack.callback(db.close)
            journal = open_journal(self._db)
            stack.callback(journal.close)
            async with VirtualSite(self._site, self.clock, self.folder) as self._playing:
                agent = compose(self._site, self.folder, self.clock, db, journal)
                looking = asyncio.create_task(self._look(SqliteLatest(db), db))
                failing = asyncio.create_task(self._playing.failed())
                running = asyncio.create_task(agent.run(self._stop))
                await asyncio.wait((failing, running), return_when=asyncio.FIRST_COMPLETED)
                self._stop.set()
                await running
                for task in (looking, failing):
                    task.cancel()
                found = await asyncio.gather(looking, failing, return_exceptions=True)
                for problem in found:
                    if isinstance(problem, Exception):
                        raise problem

    async def _look(self, latest: SqliteLatest, db: StateDb) -> None:
        """Tell those who wait what the agent knows, after each of its polls."""
        while True:
            with self._changed:
                self._machines = {machine.place.address: machine for machine in latest.all()}
                self._alerted = frozenset(one.subject.key for alert in open_alerts(db) for one in alert.members)
                self._changed.notify_all()
            await self.clock.sleep(self._site.agent.poll_s)


def _free_block() -> str:
    """A block of addresses of this process that nobody listens on: two runs of the tests may go on at once."""
    for number in range(BLOCKS):
        own = block("console", number)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((f"{own}.202", 4190))
                return own
    raise AssertionError("every block of addresses is in use")


@contextlib.contextmanager
def living_company(folder: Path, example_db: Path) -> Iterator[tuple[Living, Served]]:
    """The example company with a living site, served; its business goes by the site's time."""
    db = folder / "company.db"
    shutil.copyfile(example_db, db)
    living = Living(folder / "sites", db)
    try:
        living.await_states("hashing")
        served = Served(folder, db)
        served.company.clock = living.clock
        served.company.open()
        try:
            yield living, served
        finally:
            served.close()
    finally:
        living.close()
