"""What an agent of a site is made of: the one place that knows every part."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from mintage.fleet.agent.agent import Agent
from mintage.fleet.agent.api import serve
from mintage.fleet.alerts.watch import watch
from mintage.fleet.context import Context, Part
from mintage.fleet.control.worker import work
from mintage.fleet.curtail.part import run as curtail
from mintage.fleet.curtail.service import kept_asleep
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.energy.meters import read_meters
from mintage.fleet.latest import Machine
from mintage.fleet.sites import Site
from mintage.fleet.telemetry.writer import Writer
from mintage.fleet.uplink.envelope import Uplink
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.outbox import Outbox
from mintage.fleet.uplink.upload import send_some, uploading
from mintage.fleet.uplink.ways import HttpsUplink, LocalUplink
from mintage.journal.store import Journal
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import InputError, WireError

LOG = logging.getLogger("mintage.agent")


def outbox(folder: Path, site: Site, db: StateDb, clock: Clock) -> Outbox:
    """The outbox of a site."""
    return Outbox(db, folder / "outbox", site.name, clock)


def compose(site: Site, folder: Path, clock: Clock, db: StateDb, journal: Journal) -> Agent:
    """The agent of a site with all its parts.

    Args:
        site: the site's description.
        folder: where its files are.
        clock: the time that it goes by.
        db: its state file.
        journal: takes its facts where the site names no headquarters.

    Raises:
        InputError: a driver of another package cannot be loaded.
    """
    box = outbox(folder, site, db, clock)
    way = _Way(site, db, journal, clock, box)
    written = _Written(Writer(folder, site.name, clock, site.agent.flush_s, box), box, way)
    parts: dict[str, Part] = {
        "telemetry": written.writer.run,
        "uplink": way.upload,
        "meters": read_meters,
        "alerts": partial(watch, kept_asleep=kept_asleep),
        "control": work,
        "curtail": curtail,
        "api": serve,
    }
    return Agent(site, folder, clock, db, box, drivers(), parts=parts, outlet=written)


class _Way:
    """The way to headquarters, opened anew each time: settings may be put right while the agent runs."""

    def __init__(self, site: Site, db: StateDb, journal: Journal, clock: Clock, box: Outbox) -> None:
        self._site, self._db, self._journal, self._clock, self._box = site, db, journal, clock, box

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Uplink]:
        """The uplink, closed at the end."""
        name, agent, headquarters = self._site.name, self._box.agent, self._site.headquarters
        uplink: Uplink
        if headquarters is None:
            uplink = LocalUplink(name, agent, Inbox(self._db, self._journal, None, self._clock))
        else:
            uplink = HttpsUplink(name, agent, headquarters)
        try:
            yield uplink
        finally:
            await uplink.close()

    async def upload(self, context: Context) -> None:
        """Upload until cancelled; a part of the agent."""
        async with self.open() as uplink:
            await uploading(self._box, uplink)(context)


class _Written:
    """The outlet of the agent: telemetry files, and the outbox."""

    def __init__(self, writer: Writer, box: Outbox, way: _Way) -> None:
        self.writer, self._box, self._way = writer, box, way

    def hear(self, machines: Sequence[Machine]) -> None:
        """See `Outlet.hear`."""
        self.writer.add(machines)

    async def deliver(self) -> None:
        """See `Outlet.deliver`; what headquarters does not take now waits in the outbox."""
        await self.writer.flush()
        try:
            async with self._way.open() as uplink:
                while await send_some(self._box, uplink):
                    pass
        except (InputError, WireError) as error:
            LOG.warning("headquarters: %s", error)
