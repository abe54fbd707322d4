"""Crashes, clocks and silence: no machine is left asleep that should run, and none is told without record."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mintage.fleet.control import service as control
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Fixed, Full, Manner, Restore
from mintage.fleet.drivers.port import Action, Result, Sleep
from tests.fleet.curtail.ground import Ground, ground, name
from tests.loopback import block

TICKS = 60
"""Rounds that the scenario below takes from the ask to the fact."""


async def _through(site: Ground, kill_at: int) -> set[str]:
    """Shed everything for two minutes and bring it back; the agent is killed after one of the rounds."""
    manner = Manner(restore=Restore(machines=2, every_s=20), hold_max_s=120)
    event = site.start(Full(), manner=manner)
    seen: set[str] = set()
    for tick in range(TICKS):
        await site.clock.advance(10)
        await site.poll()
        site.engine.round()
        state = site.event(event.id).state
        seen.add(state)
        if tick == kill_at:
            await site.kill()  # what machines were being told is lost
        await site.engine.dispatch.idle()
    assert site.event(event.id).state == "ended"
    assert not site.asleep()
    assert len(site.facts.all) == 1
    return seen


@pytest.mark.parametrize("kill_at", [0, 1, 2, 3, 8, 12, 13, 14, 15, 16, 18, 20, 25, 30, 40])
def test_killed_after_any_round_the_agent_goes_on(tmp_path: Path, kill_at: int) -> None:
    """Killed in any state, between telling and hearing, the next agent brings every machine back and tells it once."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 2), count=4) as site:
            seen = await _through(site, kill_at)
            assert seen >= {"shedding", "held", "restoring", "ended"}

    asyncio.run(scenario())


def test_away_beyond_its_end_it_restores_at_once(tmp_path: Path) -> None:
    """An agent that was away until after the longest hold wakes the machines in its first round."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 3), count=3) as site:
            event = site.start(Full(), manner=Manner(hold_max_s=600, restore=Restore()))
            await site.live(60)
            assert len(site.asleep()) == 3
            await site.clock.advance(86_400)
            await site.kill()
            await site.live(120)
            assert site.event(event.id).state == "ended"
            assert not site.asleep()

    asyncio.run(scenario())


def test_clock_stepped_back_does_not_prolong_the_hold(tmp_path: Path) -> None:
    """The wall clock goes back two hours while machines sleep: they still wake after the ten minutes asked for."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 4), count=3) as site:
            event = site.start(Full(), manner=Manner(hold_max_s=600, restore=Restore()))
            await site.live(60)
            site.clock.step(-7200)
            await site.live(400)
            assert site.event(event.id).state == "held"
            await site.live(300)
            assert site.event(event.id).state == "ended"
            assert not site.asleep()

    asyncio.run(scenario())


def test_a_machine_that_wakes_is_shed_again_but_not_for_ever(tmp_path: Path) -> None:
    """A machine that runs again by itself is shed anew as often as allowed, then left alone, and all that is told."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 5), count=2) as site:
            event = site.start(Full(), manner=Manner(drifts_max=2, restore=Restore()))
            await site.live(60)
            for _ in range(4):
                site.fleet.machines[0].wake()
                await site.live(200)
            assert site.wires.times(name(0), "Sleep") == 3
            assert site.states(event.id)[name(0)] == "drifted"
            log = [note.what for note in service.event(site.context, event.id, who="ann").log]
            assert sum("shed anew (time" in what for what in log) == 2
            assert any("left alone" in what for what in log)
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(120)
            assert site.event(event.id).state == "ended"

    asyncio.run(scenario())


def test_refused_and_silent_machines_are_replaced_and_named(tmp_path: Path) -> None:
    """Where a machine does not answer, the next in order is shed instead; afterwards the silent one is made sure of."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=6, mix="1246-83") as site:
            manner = Manner(tries_max=2, confirm_s=30, restore=Restore())
            event = site.start(Fixed(3), manner=manner)
            await site.clock.advance(1)
            first = next(iter(site.states(event.id)), None)
            assert first is None
            plan = service.preview(site.context, site.event(event.id).ask, who="ann")
            silent = plan.choices[0].candidate.asset
            site.wires.cut.add(silent)
            await site.live(200)
            held = site.event(event.id)
            assert held.state == "held"
            assert held.reached_us is not None
            states = site.states(event.id)
            assert states[silent] == "silent"
            assert "confirmed" in states.values()
            site.wires.cut.clear()
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(200)
            assert site.event(event.id).state == "ended"
            assert not site.asleep()

    asyncio.run(scenario())


def test_a_machine_that_does_not_come_back_is_tried_on(tmp_path: Path) -> None:
    """Cut off while restoring, a machine is counted as not restored; when it is back it is woken all the same."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=2) as site:
            event = site.start(Full(), manner=Manner(tries_max=1, confirm_s=30, restore=Restore()))
            await site.live(60)
            site.wires.cut.add(name(1))
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(400)
            over = site.event(event.id)
            assert over.state == "ended"
            (fact,) = site.facts.all.values()
            assert fact.data.not_restored == 1  # type: ignore[attr-defined]  # a Curtailed
            assert site.asleep() == {name(1)}
            site.wires.cut.clear()
            await site.live(900, step_s=30)
            assert not site.asleep()
            assert site.states(event.id)[name(1)] == "restored"

    asyncio.run(scenario())


def test_a_machine_that_is_gone_is_not_told_for_ever(tmp_path: Path) -> None:
    """After a day of trying it is told when it answers again, and then it wakes; put to sleep by hand, it never is."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=3) as site:
            event = site.start(Full(), manner=Manner(tries_max=1, confirm_s=30, restore=Restore()))
            await site.live(60)
            site.wires.cut |= {name(1), name(2)}
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(400)
            site.wires.cut.remove(name(2))
            control.request(site.context, who="ann", action=Sleep(), scope=f"asset={name(2)}", reason="fan is out")
            await site.live(600, step_s=30)
            assert site.states(event.id)[name(2)] == "released"
            await site.live(90_000, step_s=3000)
            told = len(site.wires.told)
            await site.live(9_000, step_s=3000)
            assert len(site.wires.told) == told
            site.wires.cut.clear()
            await site.live(900, step_s=30)
            assert site.asleep() == {name(2)}
            assert site.states(event.id)[name(1)] == "restored"
            log = [note.what for note in service.event(site.context, event.id, who="ann").log]
            assert sum("told to wake when it answers" in what for what in log) == 1
            assert any("answers again" in what for what in log)


def test_a_machine_that_answers_and_does_not_wake_is_told_so_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back after more than a day, it says no to every wake: after some times it is left to a technician."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=1) as site:
            event = site.start(Full(), manner=Manner(tries_max=1, confirm_s=30, restore=Restore()))
            await site.live(60)
            act, deaf = site.wires.act, True

            async def silent(asset: str, action: Action) -> Result:
                site.wires.told.append((asset, type(action).__name__))
                return Result("refused", "no") if deaf else await act(asset, action)

            monkeypatch.setattr(site.wires, "act", silent)
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(400)
            await site.live(87_000, step_s=3000)
            await site.live(20_000, step_s=300)
            assert site.states(event.id)[name(0)] == "released"
            told = len(site.wires.told)
            await site.live(6_000, step_s=300)
            assert len(site.wires.told) == told

    asyncio.run(scenario())

    asyncio.run(scenario())


def test_rebooted_machine_is_shed_again(tmp_path: Path) -> None:
    """A machine that restarts by itself while it is held, as after a power cut, does not stay awake."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 0), count=2) as site:
            event = site.start(Full())
            await site.live(60)
            site.fleet.machines[0].reboot("power-on")
            await site.live(600)
            assert site.states(event.id)[name(0)] == "confirmed"
            assert name(0) in site.asleep()

    asyncio.run(scenario())
