"""Actions and alerts on virtual machines that speak the makers' protocol, through the real driver."""

from __future__ import annotations

import asyncio
import faulthandler
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from mintage.fleet.agent.agent import Agent
from mintage.fleet.alerts import service as alerts
from mintage.fleet.alerts.engine import Engine
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.context import Context
from mintage.fleet.control import service
from mintage.fleet.control.worker import Worker
from mintage.fleet.drivers.port import Action, PoolSetting, Reboot, SetMode, SetPools, Sleep, Wake
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.latest import Machine
from mintage.fleet.sites import AlertSettings, Feeder, Hall, PoolAccount, Rack, Site
from mintage.fleet.virtual.build import ACCOUNT, POOLS, FleetSpec, build_fleet
from mintage.fleet.virtual.faults import Fault
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from tests.fleet.plant import NOON_US, Ledger
from tests.loopback import block

COUNT = 6
DEADLINE_S = 60
NEW_POOL = "stratum+tcp://127.0.0.9:3333"


class Outlet:
    """Nobody keeps telemetry here."""

    def hear(self, machines: Sequence[Machine]) -> None:
        """Take polls."""

    async def deliver(self) -> None:
        """Send them."""


class Wire:
    """A site of virtual machines, whose agent polls when the test says so."""

    def __init__(self, folder: Path, net: str, fleet: VirtualFleet, clock: StepClock) -> None:
        self.fleet, self.clock, self.net = fleet, clock, net
        self.site = Site(
            name="alder",
            region="canada",
            ranges=(f"{net}.0/28",),
            feeder=(Feeder(name="f", limit_kw=500),),
            hall=(Hall(name="h", feeder="f"),),
            rack=(Rack(name="r", hall="h", addresses=(f"{net}.0/28",)),),
            pool=(
                PoolAccount(
                    name="p",
                    adapter="virtual",
                    url="http://x",
                    account=ACCOUNT,
                    stratum=(*POOLS, NEW_POOL),
                    workers=(f"{ACCOUNT}.*",),
                ),
            ),
        )
        self.agent = Agent(
            self.site, folder, clock, StateDb(folder / "agent.db"), Ledger(), drivers(), parts={}, outlet=Outlet()
        )
        self.worker = Worker(self.context)
        self.engine = Engine(
            self.context.db, "alder", load_rules(), AlertSettings(), site=self.site, poll_s=self.site.agent.poll_s
        )

    @property
    def context(self) -> Context:
        """What the parts of the agent work on."""
        return self.agent.context

    async def live(self, seconds: float, every_s: float = 60) -> None:
        """Let time pass, with polls, judgement and work in each round."""
        for _ in range(round(seconds / every_s)):
            await self.clock.advance(every_s)
            await self.agent.once()
            await self.worker.round()
            self.engine.round(self.clock.now_us(), self.context.latest.all())

    async def do(self, action: Action, scope: str = "all", for_s: float = 1800) -> dict[str, int]:
        """Ask for an action and let time pass; how many machines stand where."""
        id_ = service.request(self.context, who="me", action=action, scope=scope, reason="test").id
        await self.worker.round()
        await self.live(for_s)
        return service.show(self.context.db, id_)[0].counts

    def states(self) -> set[str]:
        """What the machines do."""
        return {machine.state for machine in self.context.latest.all()}


@asynccontextmanager
async def wired(
    folder: Path, number: int, *, mix: str = "A15-194=0.5,Q=0.5", count: int = COUNT
) -> AsyncIterator[Wire]:
    net, clock = block("alerts", number), StepClock(NOON_US)
    spec = FleetSpec(network=f"{net}.0/28", count=count, mix=mix, uptime_s=86_400)
    async with build_fleet(spec, clock) as fleet:
        wire = Wire(folder, net, fleet, clock)
        try:
            await wire.agent.once()
            yield wire
        finally:
            wire.context.db.close()


def ended(scenario: Coroutine[Any, Any, None]) -> None:
    """Run a scenario, which ends in time with everything that it opened.

    The deadline is outside all it waits for, closing too. What holds up the loop itself prints its stack and ends.
    """

    async def within() -> None:
        await asyncio.wait_for(scenario, DEADLINE_S)

    faulthandler.dump_traceback_later(2 * DEADLINE_S, exit=True)
    try:
        asyncio.run(within())
    finally:
        faulthandler.cancel_dump_traceback_later()


def test_machines_sleep_wake_and_reboot_and_their_telemetry_bears_it_out(tmp_path: Path) -> None:
    """Each make and model does it in its own way; the result is confirmed, and nothing of it is an alert."""

    async def scenario() -> None:
        async with wired(tmp_path, 0) as wire:
            assert await wire.do(Sleep()) == {"done": COUNT}
            assert wire.states() == {"asleep"}
            assert await wire.do(Wake()) == {"done": COUNT}
            assert wire.states() == {"hashing"}
            assert await wire.do(Reboot()) == {"done": COUNT}
            assert [alerts.line(alert) for alert in alerts.open_alerts(wire.context.db)] == []

    ended(scenario())


def test_a_mode_that_a_model_does_not_know_is_its_own_answer(tmp_path: Path) -> None:
    """Home machines take eco; the others say why not, and are not asked again."""

    async def scenario() -> None:
        async with wired(tmp_path, 1) as wire:
            counts = await wire.do(SetMode("eco"), for_s=120)
            assert counts.get("done") == sum(m.identity.model == "Q" for m in wire.context.latest.all())
            assert sum(counts.values()) == COUNT
            assert set(counts) <= {"done", "unsupported", "refused"}

    ended(scenario())


def test_a_change_of_pools_reaches_the_machines(tmp_path: Path) -> None:
    """After a reboot they work for the new pool under their own names, and no alert of wrong pools stands."""

    async def scenario() -> None:
        async with wired(tmp_path, 2) as wire:
            pools = SetPools((PoolSetting(NEW_POOL, f"{ACCOUNT}.{{host}}"),))
            counts = await wire.do(pools, for_s=60)
            assert counts == {"done": COUNT}
            assert await wire.do(Reboot()) == {"done": COUNT}
            await wire.live(600)
            for machine in wire.context.latest.all():
                assert machine.snapshot is not None
                assert machine.snapshot.pools[0].url == NEW_POOL
                assert machine.snapshot.pools[0].worker == f"{ACCOUNT}.{machine.place.address.replace('.', 'x')}"
            assert alerts.open_alerts(wire.context.db) == []

    ended(scenario())


AILMENTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("dead-board", {"kind": "dead-board", "number": 1}),
    ("fan", {"kind": "dead-fan", "number": 0}),
    ("psu", {"kind": "psu", "bits": 2048}),
    ("pool", {"kind": "wrong-pool"}),
    ("reboot-loop", {"kind": "reboot-loop", "every_s": 600.0}),
    ("offline", {"kind": "power-cut"}),
    ("frozen", {"kind": "frozen"}),
    ("reboot-loop", {"kind": "overheat", "factor": 4.0}),
)
"""Rules, and the faults that they are for, on machines from the first on. A machine that overheats restarts."""


def test_what_ails_virtual_machines_is_found_by_the_rule_for_it(tmp_path: Path) -> None:
    """Each fault opens its alert, at its machine."""

    async def scenario() -> None:
        async with wired(tmp_path, 3, mix="A15-194", count=len(AILMENTS) + 1) as wire:
            await wire.live(600)
            for number, (_, fault) in enumerate(AILMENTS, 1):
                wire.fleet.strike(msgspec.convert({**fault, "machines": [f"{wire.net}.{number}"]}, Fault))
            await wire.live(4800)
            found = {
                (alert.rule, machine.place.address.rpartition(".")[2])
                for alert in alerts.open_alerts(wire.context.db)
                for member in alert.members
                for machine in wire.context.latest.all()
                if machine.asset == member.subject.key
            }
            assert found >= {(rule, str(number)) for number, (rule, _) in enumerate(AILMENTS, 1)}

    ended(scenario())


def test_a_machine_that_claims_anothers_identity_is_an_alert(tmp_path: Path) -> None:
    """A control board with the DNA of a machine that answers too is told, at the one that claims it."""

    async def scenario() -> None:
        async with wired(tmp_path, 4) as wire:
            first = wire.fleet.machines[0]
            owner = next(m for m in wire.context.latest.all() if m.place.address == first.address)
            clone = {"kind": "control-board", "machines": [f"{wire.net}.2"], "dna": owner.identity.dna}
            wire.fleet.strike(msgspec.convert(clone, Fault))
            await wire.live(1800)
            found = {
                (alert.rule, member.subject.label.split(" ")[1])
                for alert in alerts.open_alerts(wire.context.db)
                for member in alert.members
            }
            assert ("double", f"({wire.net}.2,") in found

    ended(scenario())
