"""The agent at work on virtual machines: adopts, follows, controls, restarts, stops."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.agent.agent import Agent
from mintage.fleet.agent.supervise import part_states
from mintage.fleet.context import Context, Part
from mintage.fleet.drivers.port import Reboot, Sleep
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.facts_site import DuplicateClaimed, MachineChanged
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import Site
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.faults import Fault
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.state.db import StateDb
from mintage.units.clock import StepClock, SystemClock
from tests.fleet.agent.site import NOON_US, Facts, small_site
from tests.loopback import block

COUNT = 6
BOOT_S = 1200.0
"""Within this time a machine has booted and hashes."""


class Ears:
    """An outlet that keeps what it hears, and tells a test when it has heard enough."""

    def __init__(self) -> None:
        self.heard: list[Machine] = []
        self.delivered = 0
        self._waits: list[tuple[Callable[[list[Machine]], bool], asyncio.Event]] = []

    def hear(self, machines: Sequence[Machine]) -> None:
        self.heard += machines
        for enough, event in self._waits:
            if enough(self.heard):
                event.set()

    async def deliver(self) -> None:
        self.delivered += 1

    async def until(self, enough: Callable[[list[Machine]], bool]) -> None:
        """Wait until enough was heard; ten seconds at most."""
        event = asyncio.Event()
        self._waits.append((enough, event))
        self.hear([])
        async with asyncio.timeout(10):
            await event.wait()


class Ground:
    """A site with virtual machines and whatever agents a test starts on it."""

    def __init__(self, folder: Path, net: str, fleet: VirtualFleet, time: StepClock, site: Site) -> None:
        self.folder, self.net, self.fleet, self.time, self.site = folder, net, fleet, time, site
        self.facts, self.ears = Facts(), Ears()
        self.db = StateDb(folder / "agent.db")

    def agent(self, parts: dict[str, Part] | None = None) -> Agent:
        """A new agent on what the last one left."""
        return Agent(
            self.site,
            self.folder,
            SystemClock(),
            StateDb(self.folder / "agent.db"),
            self.facts,
            drivers(),
            parts=parts or {},
            outlet=self.ears,
        )

    def machines(self) -> dict[str, Machine]:
        """What another process reads of the site, by address."""
        return {machine.place.address: machine for machine in SqliteLatest(self.db).all()}

    async def strike(self, **fault: object) -> None:
        """Let a fault happen, and wait until machines have rebooted from it."""
        self.fleet.strike(msgspec.convert(fault, Fault))
        await self.time.advance(BOOT_S)

    def at(self, number: int) -> str:
        """The address with a number."""
        return f"{self.net}.{number}"


@asynccontextmanager
async def ground(folder: Path, number: int, more: str = "") -> AsyncIterator[Ground]:
    net = block("agent", number)
    spec = FleetSpec(network=f"{net}.0/26", count=COUNT, mix="A15-194=0.5,Q=0.5", uptime_s=86_400)
    site = small_site(folder, net, more)
    time = StepClock(NOON_US)
    async with build_fleet(spec, time) as fleet:
        yield Ground(folder, net, fleet, time, site)


def quick(site: Site, **agent: float) -> Site:
    """The site with a quicker agent."""
    return msgspec.structs.replace(site, agent=msgspec.structs.replace(site.agent, **agent))


def but_chips(machine: Machine) -> Machine:
    """A machine without what its chips say, which others see as of its last slow round."""
    replace = msgspec.structs.replace
    assert machine.snapshot is not None
    boards = tuple(
        replace(board, chips_c_text=b"", chips_mv_text=b"", chips_work_text=b"") for board in machine.snapshot.boards
    )
    return replace(machine, snapshot=replace(machine.snapshot, boards=boards))


def test_one_round_finds_adopts_and_reads_everybody(tmp_path: Path) -> None:
    """Every machine has an id, a place and full readings; another process reads the same; the facts are told."""

    async def scenario() -> None:
        async with ground(tmp_path, 0) as here:
            tally = await here.agent().once()
            assert tally.machines == COUNT
            found = here.machines()
            assert set(found) == {machine.address for machine in here.fleet.machines}
            assert {machine.state for machine in found.values()} == {"hashing"}
            first = found[here.at(1)]
            assert (first.place.rack, first.place.slot, first.place.feeder) == ("r1", 1, "main")
            assert first.snapshot is not None
            assert first.snapshot.number("power_in_w") is not None
            assert here.facts.kinds() == ["fleet.machine-adopted"] * COUNT
            assert len(here.ears.heard) == COUNT
            assert here.ears.delivered == 1

    asyncio.run(scenario())


def test_machines_keep_their_ids_when_they_move_are_repaired_or_cut_off(tmp_path: Path) -> None:
    """A changed IP, a new control board and a power cut: three machines, the same three ids, each change told."""

    async def scenario() -> None:
        async with ground(tmp_path, 1) as here:
            await here.agent().once()
            before = {address: machine.asset for address, machine in here.machines().items()}
            await here.strike(kind="moved", machines=(here.at(1),), to=here.at(30))
            await here.strike(kind="control-board", machines=(here.at(2),))
            await here.strike(kind="power-cut", machines=(here.at(3),))
            await here.agent().once()
            after = here.machines()
            assert after[here.at(30)].asset == before[here.at(1)]
            assert after[here.at(2)].asset == before[here.at(2)]
            cut = after[here.at(3)]
            assert (cut.asset, cut.state) == (before[here.at(3)], "offline")
            assert cut.seen_us is not None
            assert cut.snapshot is not None
            assert cut.seen_us < cut.snapshot.at_us
            told = [fact.data for fact in here.facts.all.values() if isinstance(fact.data, MachineChanged)]
            assert {(change.what, change.known_by) for change in told} >= {("address", "dna"), ("dna", "address")}
            assert len(after) == COUNT

    asyncio.run(scenario())


def test_a_machine_that_claims_anothers_dna_is_contained_and_visible(tmp_path: Path) -> None:
    """The claim is a fact and stands among the claimant's problems; the owner is polled on as before."""

    async def scenario() -> None:
        async with ground(tmp_path, 2) as here:
            await here.agent().once()
            owner, victim = here.machines()[here.at(1)], here.machines()[here.at(2)]
            await here.strike(kind="control-board", machines=(here.at(2),), dna=owner.identity.dna)
            await here.agent().once()
            after = here.machines()
            assert (after[here.at(1)].asset, after[here.at(1)].identity) == (owner.asset, owner.identity)
            liar = after[here.at(2)]
            assert liar.asset == victim.asset
            assert liar.snapshot is not None
            assert f"claims the dna of {owner.asset}" in liar.snapshot.problems
            claims = [fact.data for fact in here.facts.all.values() if isinstance(fact.data, DuplicateClaimed)]
            assert [(claim.asset, claim.address) for claim in claims] == [(owner.asset, here.at(2))]

    asyncio.run(scenario())


def test_a_running_agent_polls_on_sees_newcomers_and_ends_in_good_order(tmp_path: Path) -> None:
    """Everybody is heard again and again, a machine that comes later is adopted, and stop keeps the last word."""

    async def scenario() -> None:
        async with ground(tmp_path, 3) as here:
            here.site = quick(here.site, poll_s=0.2, rescan_s=0.5)
            here.fleet.strike(Fault(kind="power-cut", machines=(here.at(6),), for_s=1))
            stop = asyncio.Event()
            agent = here.agent()
            running = asyncio.create_task(agent.run(stop))
            await here.ears.until(lambda heard: len(heard) > 5 * COUNT)
            assert len({machine.asset for machine in here.ears.heard}) == COUNT - 1
            await here.time.advance(BOOT_S)
            await here.ears.until(lambda heard: len({machine.asset for machine in heard}) == COUNT)
            stop.set()
            async with asyncio.timeout(5):
                await running
            assert {part.state for part in part_states(here.db)} == {"stopped"}
            last = {machine.asset: but_chips(machine) for machine in here.ears.heard}
            assert {machine.asset: but_chips(machine) for machine in here.machines().values()} == last

    asyncio.run(scenario())


def test_a_search_that_asks_nobody_is_not_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where all of a site's addresses answer as known machines, the log tells the first search and no more."""

    async def scenario() -> None:
        async with ground(tmp_path, 3) as here:
            everybody = tuple(machine.address for machine in here.fleet.machines)
            here.site = msgspec.structs.replace(quick(here.site, poll_s=0.1, rescan_s=0.2), ranges=everybody)
            stop = asyncio.Event()
            running = asyncio.create_task(here.agent().run(stop))
            await here.ears.until(lambda heard: len(heard) > 12 * COUNT)
            stop.set()
            await running
            assert str(await here.agent().once()) == "no address was searched: machines known already answer at all"

    with caplog.at_level("INFO", logger="mintage.agent"):
        asyncio.run(scenario())
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("search:")]
    assert len(told) == 1
    assert f"{COUNT} addresses: {COUNT} machines" in told[0]


def test_parts_see_the_site_and_a_failing_one_does_not_stop_the_polls(tmp_path: Path) -> None:
    """A part acts through the agent's hands and records facts; another one fails and is told."""

    async def scenario() -> None:
        async with ground(tmp_path, 4) as here:
            here.site = quick(here.site, poll_s=0.2)
            await here.agent().once()
            (asset,) = [machine.asset for address, machine in here.machines().items() if address == here.at(1)]
            results = []

            async def sleeper(context: Context) -> None:
                results.append(await context.hands.act(asset, Sleep()))
                results.append(await context.hands.act("m-nobody", Reboot()))

            async def broken(_context: Context) -> None:
                raise ZeroDivisionError

            stop = asyncio.Event()
            running = asyncio.create_task(here.agent({"sleeper": sleeper, "broken": broken}).run(stop))
            await here.ears.until(lambda heard: len(heard) > 6 * COUNT)
            parts = {part.part: part.state for part in part_states(here.db)}
            stop.set()
            await running
            assert [result.outcome for result in results] == ["done", "silent"]
            assert (parts["sleeper"], parts["broken"], parts["polling"]) == ("ended", "failed", "running")

    asyncio.run(scenario())


def test_a_new_agent_goes_on_where_the_last_one_stood(tmp_path: Path) -> None:
    """It knows every machine before it has searched, and tells nothing twice."""

    async def scenario() -> None:
        async with ground(tmp_path, 5) as here:
            await here.agent().once()
            told = dict(here.facts.all)
            here.site = quick(here.site, poll_s=0.2, rescan_s=3600)
            stop = asyncio.Event()
            heard = len(here.ears.heard)
            running = asyncio.create_task(here.agent().run(stop))
            await here.ears.until(lambda machines: len(machines) >= heard + 2 * COUNT)
            stop.set()
            await running
            assert here.facts.all == told
            assert len(here.machines()) == COUNT

    asyncio.run(scenario())


def test_a_machine_displaced_by_another_is_told_as_gone(tmp_path: Path) -> None:
    """Another model answers at the address: the old machine's last words are no longer shown as its state."""

    async def scenario() -> None:
        async with ground(tmp_path, 6) as here:
            await here.agent().once()
            old = here.machines()[here.at(1)]
            await here.strike(kind="power-cut", machines=(here.at(1),))
            await here.strike(kind="moved", machines=(here.at(COUNT),), to=here.at(1))
            await here.agent().once()
            by_asset = {machine.asset: machine for machine in here.machines().values()} | {
                machine.asset: machine for machine in SqliteLatest(here.db).all()
            }
            gone = by_asset[old.asset]
            assert gone.state == "offline"
            assert gone.snapshot is not None
            assert gone.snapshot.unknown[""] == "another machine answers at its address"
            assert sum(machine.state == "hashing" for machine in by_asset.values()) == COUNT - 1

    asyncio.run(scenario())


def test_the_state_file_is_the_only_thing_that_grows(tmp_path: Path) -> None:
    """Polling itself leaves no files behind."""

    async def scenario() -> None:
        async with ground(tmp_path, 7) as here:
            await here.agent().once()
            files = set(os.listdir(tmp_path))
            await here.agent().once()
            assert set(os.listdir(tmp_path)) == files

    asyncio.run(scenario())
