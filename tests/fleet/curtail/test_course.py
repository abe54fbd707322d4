"""The whole way of a curtailment on real sockets: begin, shed, confirm, hold, restore."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Fixed, Full, Manner, Restore
from mintage.fleet.curtail.proof import read
from mintage.fleet.facts_site import Curtailed
from tests.fleet.curtail.ground import ground, name
from tests.loopback import block


def test_fixed_shed_is_held_proven_and_restored(tmp_path: Path) -> None:
    """5 kW asked: the two worst machines sleep, readings confirm it, all run again at the end, and the fact says so."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail")) as site:
            event = site.start(Fixed(5))
            assert site.event(event.id).state == "pending"
            await site.live(60)
            held = site.event(event.id)
            assert held.state == "held"
            assert held.reached_us is not None
            assert len(site.asleep()) == 2
            assert site.asleep() < {name(4), name(5), name(6), name(7)}, "the A1246 are the worst"
            assert set(site.states(event.id).values()) == {"confirmed"}
            await site.live(600)
            assert len(site.wires.told) == 2, "nobody is told twice"
            service.restore(site.context, event.id, who="ann", reason="prices fell")
            await site.live(180)
            assert site.event(event.id).state == "ended"
            assert not site.asleep()
            (fact,) = site.facts.all.values()
            assert isinstance(fact.data, Curtailed)
            assert fact.data.asked_w == 5000
            assert 5000 < fact.data.delivered_w < 9000
            assert fact.data.counted_by == "machines"
            assert fact.data.not_restored == 0
            raw = read(tmp_path, site.event(event.id))
            proof = msgspec.json.decode(raw)
            assert sum(row["delivered_w"] or 0 for row in proof["minutes"]) > 5000 * 9
            assert not proof["gaps"]

    asyncio.run(scenario())


def test_machines_come_back_in_steps(tmp_path: Path) -> None:
    """Two machines every minute, the best first: nobody is woken before its step."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 1)) as site:
            manner = Manner(restore=Restore(machines=2, every_s=60))
            event = site.start(Full(), manner=manner)
            await site.live(60)
            assert len(site.asleep()) == 8
            service.restore(site.context, event.id, who="ann", reason="done")
            woken = []
            for _ in range(5):
                await site.live(60)
                woken.append({asset for asset, what in site.wires.told if what == "Wake"})
            assert [len(step) for step in woken] == [2, 4, 6, 8, 8]
            assert woken[1] == {name(0), name(1), name(2), name(3)}, "the A15 earn most per joule"
            await site.live(180)
            assert site.event(event.id).state == "ended"
            assert not site.asleep()

    asyncio.run(scenario())


@pytest.mark.parametrize(("mix", "kw"), [("Q", 1), ("A15-194", 1)])
def test_lower_modes_instead_of_sleep(tmp_path: Path, mix: str, kw: int) -> None:
    """Where a lower mode gives up less, machines work on in it, also those that must restart for it, and get back."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 5), count=4, mix=mix) as site:
            before = [machine.settings.mode for machine in site.fleet.machines]
            full_w = site.fleet.power_w()
            manner = Manner(lower_modes=True, restore=Restore())
            event = site.start(Fixed(kw), manner=manner)
            await site.live(400)
            assert site.event(event.id).state == "held"
            assert set(site.states(event.id).values()) == {"confirmed"}
            assert not site.asleep()
            assert site.fleet.power_w() < full_w - kw * 900
            assert any(machine.settings.mode != mode for machine, mode in zip(site.fleet.machines, before, strict=True))
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(600)
            assert site.event(event.id).state == "ended"
            assert [machine.settings.mode for machine in site.fleet.machines] == before
            assert site.fleet.power_w() > full_w * 0.98

    asyncio.run(scenario())
