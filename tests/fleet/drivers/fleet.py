"""Virtual machines with sessions on them, on a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from mintage.fleet.drivers.avalon.session import AvalonSession
from mintage.fleet.drivers.port import Identity, Target
from mintage.fleet.drivers.registry import driver_named, identify
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.faults import Fault
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.units.clock import StepClock
from tests.loopback import block

NOW_US = 1_795_305_600_000_000
DAY_S = 86_400.0


class Bench:
    """Some virtual machines, all of one model, and a session with each.

    Attributes:
        clock: time that all live by.
        fleet: the machines.
        identities: who they said they are.
        sessions: a session with each.
    """

    def __init__(self, clock: StepClock, fleet: VirtualFleet, identities: list[Identity]) -> None:
        self.clock, self.fleet, self.identities = clock, fleet, identities
        driver = driver_named("avalon")
        self.sessions = [
            driver.session(Target(machine.address), identity, clock)
            for machine, identity in zip(fleet.machines, identities, strict=True)
        ]

    @property
    def one(self) -> AvalonSession:
        """The first session."""
        session = self.sessions[0]
        assert isinstance(session, AvalonSession)
        return session

    def strike(self, **fault: object) -> None:
        """Let a fault happen to the first machine."""
        self.fleet.strike(msgspec.convert({"machines": [self.fleet.machines[0].address], **fault}, Fault))


@asynccontextmanager
async def bench(model: str, count: int = 1) -> AsyncIterator[Bench]:
    """Machines of a model after a day of work, found and identified."""
    clock = StepClock(NOW_US)
    spec = FleetSpec(network=f"{block('drivers')}.0/24", count=count, mix=model, uptime_s=DAY_S)
    async with build_fleet(spec, clock) as fleet:
        found = [await identify(Target(machine.address), 2.0) for machine in fleet.machines]
        identities = [identity for identity in found if identity]
        assert len(identities) == count
        yield Bench(clock, fleet, identities)
