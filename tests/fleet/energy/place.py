"""A site with one meter, for tests of meters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from mintage.fleet.energy.meters import MeterReader
from mintage.fleet.energy.readings import SCHEMA
from mintage.fleet.sites import Feeder, Meter, Site
from mintage.fleet.virtual.meter import MeterFault, VirtualMeter
from mintage.state.db import StateDb
from mintage.units.clock import StepClock

START_US = 1_751_328_000_000_000  # 2025-07-01T00:00:00Z
MINUTE_US = 60_000_000


def site(*meters: Meter) -> Site:
    """A site of 250 kW with these meters."""
    return Site(
        name="alder",
        region="canada",
        ranges=("127.0.10.0/26",),
        feeder=(Feeder(name="main", limit_kw=250),),
        meter=meters,
    )


def meter(address: str, profile: str = "virtual", name: str = "supply", **more: str) -> Meter:
    """A meter at an address."""
    return Meter(name=name, address=address, profile=profile, **more)  # type: ignore[arg-type]  # literals by name


class Minutes:
    """Reads one virtual meter minute by minute into a state in memory."""

    def __init__(self, clock: StepClock, reader: MeterReader, db: StateDb, virtual: VirtualMeter) -> None:
        self.clock, self.reader, self.db, self.virtual = clock, reader, db, virtual
        self.reader_site = site(reader.meter)

    async def read(self, minutes: int = 1) -> str:
        """Let so many minutes pass, with a reading after each; the last quality."""
        quality = ""
        for _ in range(minutes):
            await self.clock.advance(60)
            sample, trouble = await self.reader.read(self.clock)
            quality = self.reader.keep(self.db, sample, trouble)
        return quality


@asynccontextmanager
async def minutes_of(
    address: str, watts: Callable[[], float], faults: Sequence[MeterFault] = (), profile: str = "virtual"
) -> AsyncIterator[Minutes]:
    """A virtual meter and its reader, begun with one good reading at `START_US`."""
    clock = StepClock(START_US)
    db = StateDb(None)
    db.define(SCHEMA)
    described = meter(address, profile)
    reader = MeterReader(site(described), described, timeout_s=0.3)
    async with VirtualMeter(address, clock, watts, faults=faults, profile_name=profile) as virtual:
        sample, trouble = await reader.read(clock)
        reader.keep(db, sample, trouble)
        yield Minutes(clock, reader, db, virtual)
        reader.close()
    db.close()
