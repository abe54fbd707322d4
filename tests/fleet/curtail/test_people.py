"""People and overlapping curtailments: nobody is locked out, and a machine wakes when the last one lets go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mintage.fleet.control import service as control
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Ask, Fixed, Full, Manner, Restore
from mintage.fleet.drivers.port import Sleep, Wake
from mintage.fleet.sites import User
from mintage.units.errors import InputError
from tests.fleet.curtail.ground import a_site, ground, name
from tests.loopback import block


def test_a_machine_held_twice_wakes_when_both_end(tmp_path: Path) -> None:
    """A full curtailment over a fixed one: the end of the first wakes nobody, the end of the second wakes all."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail"), count=4) as site:
            first = site.start(Fixed(3))
            await site.live(60)
            assert len(site.asleep()) == 1
            second = site.start(Full())
            await site.live(60)
            assert len(site.asleep()) == 4
            service.restore(site.context, first.id, who="ann", reason="done")
            await site.live(60)
            assert site.event(first.id).state == "ended"
            assert len(site.asleep()) == 4
            assert set(site.states(first.id).values()) == {"released"}
            service.restore(site.context, second.id, who="ann", reason="done")
            await site.live(180)
            assert site.event(second.id).state == "ended"
            assert not site.asleep()

    asyncio.run(scenario())


@pytest.mark.parametrize("what", ["cancel", "abort", "restore"])
@pytest.mark.parametrize("after_s", [0, 5, 60])
def test_it_can_be_ended_at_any_time(tmp_path: Path, what: str, after_s: int) -> None:
    """Before it began, while it sheds and while it holds: each way out leads to machines that run."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 1), count=2) as site:
            event = site.start(Full())
            if after_s:
                await site.clock.advance(1)
                site.engine.round()
                await site.live(after_s, step_s=5)
            end = {"cancel": service.cancel, "abort": service.abort, "restore": service.restore}[what]
            end(site.context, event.id, who="ann", reason="changed my mind")
            await site.live(200)
            over = {"cancel": "cancelled", "abort": "aborted", "restore": "ended"}[what]
            assert site.event(event.id).state == ("cancelled" if not after_s else over)
            assert not site.asleep()
            with pytest.raises(InputError, match="is over"):
                service.abort(site.context, event.id, who="ann", reason="again")

    asyncio.run(scenario())


def test_abort_wakes_all_at_once_or_leaves_them(tmp_path: Path) -> None:
    """Abort does not wait for steps; with leave it touches no machine and says which ones are left."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 2), count=4) as site:
            slow = Manner(restore=Restore(machines=1, every_s=3600))
            event = site.start(Full(), manner=slow)
            await site.live(60)
            service.abort(site.context, event.id, who="ann", reason="fire drill")
            await site.live(120)
            assert site.event(event.id).state == "aborted"
            assert not site.asleep()
            event = site.start(Full(), manner=slow)
            await site.live(60)
            service.abort(site.context, event.id, who="ann", reason="technician inside", leave=True)
            await site.live(60)
            assert site.event(event.id).state == "aborted"
            assert len(site.asleep()) == 4
            assert set(site.states(event.id).values()) == {"released"}

    asyncio.run(scenario())


def test_an_operator_takes_a_machine_out(tmp_path: Path) -> None:
    """Released, a machine wakes at once although two curtailments hold it, and neither takes it again."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 3), count=3) as site:
            first, second = site.start(Full()), site.start(Full())
            await site.live(60)
            assert service.held(site.context).keys() == {name(0), name(1), name(2)}
            service.release(site.context, [name(1)], who="ann", reason="customer needs heat")
            await site.live(300)
            assert site.asleep() == {name(0), name(2)}
            assert {site.event(first.id).state, site.event(second.id).state} == {"held"}
            log = [note.what for note in service.event(site.context, first.id, who="ann").log]
            assert any("customer needs heat" in what for what in log)

    asyncio.run(scenario())


def test_what_people_do_by_hand_counts(tmp_path: Path) -> None:
    """Woken through `mintage control`, a machine is let go; put to sleep by hand, it is not woken at the end."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 3), count=3) as site:
            event = site.start(Full())
            await site.live(60)
            for action, number in ((Wake(), 0), (Sleep(), 1)):
                control.request(site.context, who="ann", action=action, scope=f"asset={name(number)}", reason="service")
            await site.live(300)
            assert site.asleep() == {name(1), name(2)}
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(200)
            assert site.asleep() == {name(1)}
            assert site.event(event.id).state == "ended"
            log = [note.what for note in service.event(site.context, event.id, who="ann").log]
            assert any("let go" in what for what in log)
            assert any("will not be woken" in what for what in log)

    asyncio.run(scenario())


def test_roles_and_a_second_person(tmp_path: Path) -> None:
    """A viewer starts nothing; above the site's size somebody else approves; an approver not his or her own."""

    async def scenario() -> None:
        users = (
            User(name="vic", roles=("viewer",)),
            User(name="ann", roles=("operator", "approver")),
            User(name="bob", roles=("approver",)),
        )
        async with ground(tmp_path, block("curtail", 4), count=5, site=a_site(users=users)) as site:
            ask = Ask(shed=Full(), reason="test", manner=Manner(restore=Restore()))
            with pytest.raises(InputError, match="vic may not act"):
                service.start(site.context, ask, who="vic")
            event = service.start(site.context, ask, who="ann")
            await site.live(60)
            assert site.event(event.id).state == "preview"
            assert not site.asleep()
            with pytest.raises(InputError, match="nobody approves his or her own"):
                service.approve(site.context, event.id, who="ann")
            service.approve(site.context, event.id, who="bob")
            await site.live(60)
            assert len(site.asleep()) == 5
            small = service.start(site.context, Ask(shed=Fixed(1), reason="x"), who="ann")
            assert small.state == "pending", "few machines need nobody else"

    asyncio.run(scenario())


def test_restore_waits_for_room_on_the_feeder(tmp_path: Path) -> None:
    """While the feeder is full no machine comes back; when there is room they do."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 5), count=4, mix="A15-194", site=a_site(limit_kw=12)) as site:
            event = site.start(Full())
            await site.live(60)
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(200)
            found = site.event(event.id)
            assert found.state == "restoring"
            assert len(site.asleep()) == 1, "12 kW carry three of them"
            assert "room on their feeder" in found.words
            site.fleet.machines[0].sleep()
            site.fleet.machines[1].sleep()
            await site.live(200)
            assert site.event(event.id).state == "ended"

    asyncio.run(scenario())
