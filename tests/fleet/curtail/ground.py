"""A site of virtual machines on real sockets, with a clock that a test moves and an agent that a test may kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from mintage.fleet.context import Context
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Ask, Manner, Restore, Shed
from mintage.fleet.curtail.part import Engine
from mintage.fleet.curtail.states import Event
from mintage.fleet.drivers.port import Action, Identity, Result, Session, Target
from mintage.fleet.drivers.registry import identify, open_session
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import MemoryLatest
from mintage.fleet.sites import Feeder, Hall, Site, User
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units.clock import StepClock

NOON_US = 1_767_614_400_000_000
"""2026-01-05, a Monday, noon UTC."""


class Wires:
    """Sessions with machines by asset id; counts what is told, and can be cut."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.told: list[tuple[str, str]] = []
        self.cut: set[str] = set()

    async def act(self, asset: str, action: Action) -> Result:
        self.told.append((asset, type(action).__name__))
        if asset in self.cut:
            return Result("silent", "no answer in time")
        return await self.sessions[asset].act(action)

    def times(self, asset: str, what: str) -> int:
        """How often a machine was told something."""
        return self.told.count((asset, what))


class Facts:
    """Takes facts, each key once and always with the same content."""

    def __init__(self) -> None:
        self.all: dict[str, Fact] = {}

    def record(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            assert self.all.setdefault(fact.key, fact) == fact


class Ground:
    """The site. A new one on the same folder and fleet is the site after a crash of its agent."""

    def __init__(self, folder: Path, fleet: VirtualFleet, clock: StepClock, site: Site | None = None) -> None:
        self.fleet, self.clock, self.folder = fleet, clock, folder
        self.site = site or a_site()
        self.wires, self.facts, self.latest = Wires(), Facts(), MemoryLatest()
        self.identities: dict[str, Identity] = {}
        self.start_agent()

    def start_agent(self) -> None:
        """An agent with nothing in memory, as after a crash."""
        self.db = StateDb(self.folder / "agent.db")
        self.context = Context(
            site=self.site,
            folder=self.folder,
            clock=self.clock,
            db=self.db,
            latest=self.latest,
            hands=self.wires,
            recorder=self.facts,
        )
        self.engine = Engine(self.context)

    async def kill(self) -> None:
        """End the agent without any farewell, and start another one."""
        await self.engine.dispatch.close()
        self.db.close()
        self.start_agent()

    async def adopt(self) -> None:
        """Identify every machine over its socket."""
        for number, machine in enumerate(self.fleet.machines):
            target = Target(machine.address)
            identity = await identify(target, 5.0)
            assert identity is not None
            asset = name(number)
            self.identities[asset] = identity
            self.wires.sessions[asset] = open_session(target, identity, self.clock, 1e9)
        await self.poll()

    async def poll(self) -> None:
        """Read every machine that is not cut off."""
        reached = [asset for asset in self.wires.sessions if asset not in self.wires.cut]
        snapshots = await asyncio.gather(*(self.wires.sessions[asset].poll() for asset in reached))
        self.latest.put(
            Machine(
                asset=asset,
                site=self.site.name,
                identity=self.identities[asset],
                place=Place(address=self.fleet.machines[number_of(asset)].address, hall="hall-1", feeder="main"),
                snapshot=snapshot,
                seen_us=snapshot.at_us,
            )
            for asset, snapshot in zip(reached, snapshots, strict=True)
        )

    async def live(self, seconds: float, step_s: float = 10.0) -> None:
        """Let time pass: polls and rounds every few seconds."""
        while seconds > 0:
            await self.clock.advance(min(step_s, seconds))
            seconds -= step_s
            await self.poll()
            self.engine.round()
            await self.engine.dispatch.idle()
            self.engine.round()
            await self.engine.dispatch.idle()

    def start(self, shed: Shed, **more: object) -> Event:
        """Ask for a curtailment as an operator of a site without users."""
        manner = more.pop("manner", Manner(restore=Restore(every_s=0)))
        ask = Ask(shed=shed, reason="test", manner=manner, **more)  # type: ignore[arg-type]  # given by each test
        return service.start(self.context, ask, who="ann")

    def event(self, event_id: str) -> Event:
        return service.event(self.context, event_id, who="ann").event

    def states(self, event_id: str) -> dict[str, str]:
        """State of each machine in a curtailment."""
        return {target.asset: target.state for target in service.event(self.context, event_id, who="ann").targets}

    def asleep(self) -> set[str]:
        """Machines that really sleep, whatever anybody believes."""
        found = set()
        for number, machine in enumerate(self.fleet.machines):
            machine.advance()
            if machine.state == "asleep":
                found.add(name(number))
        return found


def name(number: int) -> str:
    """Asset id of a machine by its place in the fleet."""
    return f"m-{number:012x}"


def number_of(asset: str) -> int:
    """Its place in the fleet."""
    return int(asset.removeprefix("m-"), 16)


def a_site(*, users: tuple[User, ...] = (), limit_kw: int = 100_000) -> Site:
    """A site with one feeder; where it names users, more than three machines need a second person."""
    return Site(
        name="alder",
        region="canada",
        ranges=("127.0.0.0/26",),
        user=users,
        approval_above=3 if users else 100,
        feeder=(Feeder(name="main", limit_kw=limit_kw),),
        hall=(Hall(name="hall-1", feeder="main"),),
    )


@asynccontextmanager
async def ground(
    folder: Path, network: str, count: int = 8, mix: str = "A15-194=0.5,1246-83=0.5", site: Site | None = None
) -> AsyncIterator[Ground]:
    """A site whose machines hash."""
    clock = StepClock(NOON_US)
    spec = FleetSpec(network=f"{network}.0/24", count=count, mix=mix, uptime_s=86_400.0)
    async with build_fleet(spec, clock) as fleet:
        made = Ground(folder, fleet, clock, site)
        await made.adopt()
        yield made
        await made.engine.dispatch.close()
        made.db.close()
