"""The agent of one site: it finds machines, polls them, keeps their latest state, and runs the parts that act on it.

Everything that must outlive a crash is in the site's state file before anybody is told that it happened, so a new
agent goes on where the last one stood.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from mintage.fleet.agent.finding import Finder
from mintage.fleet.agent.polling import Poller
from mintage.fleet.agent.sessions import Sessions
from mintage.fleet.agent.supervise import Supervisor
from mintage.fleet.asset_store import Asset
from mintage.fleet.context import Context, Part, Recorder
from mintage.fleet.discovery import Tally
from mintage.fleet.drivers.port import Driver, Identity, Session, Target
from mintage.fleet.drivers.registry import open_session
from mintage.fleet.identity import Register
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.places import Places
from mintage.fleet.readings import Snapshot
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.clock import Clock

LOG = logging.getLogger("mintage.agent")
FLUSH_S = 1.0
"""Answers are kept at least this often, and at least four times an interval of polls."""
_BUSY = 4
"""Keeping answers may take at most one part in so many of the time."""


class Outlet(Protocol):
    """Where what machines said goes, beside the latest state."""

    def hear(self, machines: Sequence[Machine]) -> None:
        """Take machines that were polled, each poll once."""
        ...

    async def deliver(self) -> None:
        """Write and send what was taken, at the end of a single round; a running agent has a part for that."""
        ...


class Agent:
    """The agent; `run` it, or let it work `once`.

    Args:
        site: the site's description.
        folder: where its files are.
        clock: the time that it goes by.
        db: its state file.
        recorder: takes facts.
        drivers: makes of machines to look for.
        parts: what it runs besides, by name.
        outlet: takes what machines said.
    """

    def __init__(
        self,
        site: Site,
        folder: Path,
        clock: Clock,
        db: StateDb,
        recorder: Recorder,
        drivers: Sequence[Driver],
        *,
        parts: Mapping[str, Part],
        outlet: Outlet,
    ) -> None:
        self._site, self._clock, self._parts, self._outlet = site, clock, parts, outlet
        self._sessions = Sessions(self._open, clock, site.agent.concurrency)
        self._register = Register(db, site, clock, recorder)
        self._places = Places(site)
        self._latest = SqliteLatest(db)
        self._last = {machine.asset: machine for machine in self._latest.all()}
        self._fresh: dict[str, Snapshot] = {}
        self._returned: set[str] = set()
        self._finder = Finder(site, drivers, self._register, self._sessions, self._answers)
        self._poller = Poller(self._sessions, clock, site.agent.poll_s, self._heard, seed=random.getrandbits(32))
        self._supervisor = Supervisor(db, clock)
        self.context = Context(
            site=site,
            folder=folder,
            clock=clock,
            db=db,
            latest=self._latest,
            hands=self._sessions,
            recorder=recorder,
        )
        self._finder.take_register()

    async def once(self) -> Tally:
        """Find machines and poll each one once.

        Raises:
            StoreError: the state file cannot be written.
        """
        tally = await self._finder.search()
        self._tell_register()
        await self._poller.once()
        self._keep()
        await self._outlet.deliver()
        return tally

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then let every part end and keep what was heard."""
        own: dict[str, Callable[[], Awaitable[None]]] = {
            "finding": self._find,
            "polling": self._poller.run,
            "keeping": self._keep_on,
        }
        parts = {name: _bound(part, self.context) for name, part in self._parts.items()}
        ears, others = self._started(own), self._started(parts)
        try:
            await stop.wait()
        finally:
            await _end(ears)
            try:
                self._keep()  # before the others end, so that the last word is written too
            finally:
                await _end(others)

    def _started(self, parts: Mapping[str, Callable[[], Awaitable[None]]]) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self._supervisor.run(name, work)) for name, work in parts.items()]

    def _open(self, target: Target, identity: Identity) -> Session:
        return open_session(target, identity, self._clock, self._site.agent.slow_s)

    def _answers(self, asset: str) -> bool:
        """Whether a machine answered its last poll."""
        snapshot = self._fresh.get(asset) or (self._last[asset].snapshot if asset in self._last else None)
        return snapshot is not None and snapshot.state != "offline"

    def _heard(self, asset: str, snapshot: Snapshot) -> None:
        if snapshot.state != "offline" and asset in self._last and not self._answers(asset):
            self._returned.add(asset)
        self._fresh[asset] = snapshot

    async def _find(self) -> None:
        """Search at once and at every interval; between, ask those who came back whether they are who they were."""
        while True:
            began_s = self._clock.elapsed_s()
            tally = await self._finder.search()
            self._tell_register()
            if tally.total:  # nothing where every address of the site has answered just now
                LOG.info("search: %s", tally)
            while self._clock.elapsed_s() - began_s < self._site.agent.rescan_s:
                await self._clock.sleep(min(self._site.agent.poll_s, self._site.agent.rescan_s))
                returned, self._returned = sorted(self._returned), set()
                await self._finder.ask_again(returned)
                self._finder.take_register()
                self._tell_register()

    def _tell_register(self) -> None:
        """Show machines that nobody polled yet, and say so where one is polled no more: another has its address."""
        new = []
        for asset in self._register.all():
            if asset.asset not in self._last and asset.asset not in self._fresh:
                new.append(self._machine(asset, None))
            elif not asset.here and self._answers(asset.asset):
                self._fresh[asset.asset] = Snapshot(
                    at_us=self._clock.now_us(),
                    values={"state": "offline"},
                    unknown={"": "another machine answers at its address"},
                )
        self._last.update({machine.asset: machine for machine in new})
        if new:
            self._latest.put(new)

    async def _keep_on(self) -> None:
        while True:
            began_s = self._clock.elapsed_s()
            self._keep()
            took_s = self._clock.elapsed_s() - began_s
            await self._clock.sleep(max(min(FLUSH_S, self._site.agent.poll_s / 4), took_s * _BUSY))

    def _keep(self) -> None:
        """Hand over what was heard since the last time, in one transaction."""
        fresh, self._fresh = self._fresh, {}
        known = self._register.by_id() if fresh else {}
        machines = [self._machine(known[name], snapshot) for name, snapshot in fresh.items()]
        self._last.update({machine.asset: machine for machine in machines})
        if machines:
            self._outlet.hear(machines)
            self._latest.put(machines)

    def _machine(self, asset: Asset, snapshot: Snapshot | None) -> Machine:
        before = self._last.get(asset.asset)
        heard = snapshot is not None and snapshot.state != "offline"
        if snapshot and asset.contested:
            snapshot = msgspec.structs.replace(snapshot, problems=(*snapshot.problems, asset.contested))
        return Machine(
            asset=asset.asset,
            site=self._site.name,
            identity=asset.identity,
            place=self._places.of(asset.address),
            serial=asset.serial,
            snapshot=snapshot,
            seen_us=snapshot.at_us if snapshot and heard else before.seen_us if before else None,
        )


def _bound(part: Part, context: Context) -> Callable[[], Awaitable[None]]:
    return lambda: part(context)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
