"""What a plan may not pass: a source's limit, what one person may touch alone, and what nobody can see."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.curtail import service, signals
from mintage.fleet.curtail.asks import Ask, Breakeven, Cap, Full, Manner, Restore
from mintage.fleet.curtail.rules import Rules, Source
from mintage.fleet.readings import Snapshot
from mintage.fleet.sites import User
from mintage.units.errors import InputError
from mintage.units.instant import format_instant
from tests.fleet.curtail.ground import Ground, a_site, ground, name
from tests.loopback import block

AT_ONCE = Manner(restore=Restore(every_s=0))
USERS = (User(name="bob", roles=("operator",)), User(name="lead", roles=("approver", "operator")))
RULES = Rules(manner=AT_ONCE, source=(Source(name="grid", kw_max=9),))


def signal(site: Ground, seq: int, **more: object) -> bytes:
    """A signal of the grid, now."""
    words = {"source": "grid", "seq": seq, "at": format_instant(site.clock.now_us()), "say": "shed", **more}
    return msgspec.json.encode(words)


def full(*numbers: int) -> Ask:
    """Some machines to be shed."""
    return Ask(shed=Full(), reason="test", scope=f"asset={','.join(map(name, numbers))}", manner=AT_ONCE)


def test_a_source_sheds_no_more_than_its_limit_whatever_it_says(tmp_path: Path) -> None:
    """A cap and everything in scope are weighed like a figure; what comes to be there later is not taken either."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 3), count=6, mix="A15-194") as site:
            service.set_rules(site.context, RULES, who="ann")
            asks: tuple[dict[str, object], ...] = ({"kw": 10}, {"full": True}, {"cap_kw": 1})
            for seq, more in enumerate(asks, 1):
                with pytest.raises(InputError, match="may ask for"):
                    signals.heed(site.context, signal(site, seq, **more), who="grid")
            site.wires.cut.update(name(number) for number in range(2, 6))
            await site.live(400)
            heeded = signals.heed(site.context, signal(site, 9, full=True), who="grid")
            site.wires.cut.clear()
            await site.live(300)
            assert len(site.asleep()) == 2
            assert "stops at 9 kW" in site.event(heeded.event).words

    asyncio.run(scenario())


def test_a_large_curtailment_cannot_be_cut_into_small_ones(tmp_path: Path) -> None:
    """What one person sheds adds up; somebody else's does not; a site without users asks for a second name too."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 4), count=6, site=a_site(users=USERS)) as site:
            asked = [service.start(site.context, full(*pair), who="bob") for pair in ((0, 1), (2, 3))]
            assert [event.state for event in asked] == ["pending", "preview"]
            assert service.start(site.context, full(4, 5), who="lead").state == "pending"
            await site.live(900, step_s=60)
            assert site.asleep() == {name(0), name(1), name(4), name(5)}
            later = service.start(site.context, full(2, 3), who="bob")
            assert later.state == "preview", "what he still holds counts, also after ten minutes"
        alone = msgspec.structs.replace(a_site(), approval_above=3)
        async with ground(tmp_path / "alone", block("curtail", 5), count=4, site=alone) as site:
            assert service.start(site.context, Ask(shed=Full(), reason="x"), who="me").state == "preview"

    asyncio.run(scenario())


def test_a_curtailment_that_nobody_approved_stops_growing_at_the_limit(tmp_path: Path) -> None:
    """Begun with no machine, a price told by the same person later takes three machines; approved, it takes all."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=6, site=a_site(users=USERS)) as site:
            service.tell_price(site.context, "price_usd_mwh", 1.0, who="bob")
            service.tell_price(site.context, "hashprice_usd_ph_day", 60.0, who="bob")
            event = service.start(site.context, Ask(shed=Breakeven(), reason="x", manner=AT_ONCE), who="bob")
            await site.live(30)
            assert not site.asleep()
            service.tell_price(site.context, "price_usd_mwh", 5000.0, who="bob")
            await site.live(200)
            assert len(site.asleep()) == 3
            detail = service.event(site.context, event.id, who="bob")
            assert "a second person must approve" in detail.event.words
            large = service.start(site.context, Ask(shed=Full(), reason="x", manner=AT_ONCE), who="bob")
            assert service.approve(site.context, large.id, who="lead").approved_by == "lead"
            await site.live(120)
            assert len(site.asleep()) == 6

    asyncio.run(scenario())


@pytest.mark.parametrize("who", ["ANN", " ann ", "ann\u200b", "\uff41nn"])
def test_another_spelling_or_the_same_login_is_no_second_person(tmp_path: Path, who: str) -> None:
    """Nobody approves his or her own curtailment under a name that reads the same, or from the same login."""

    async def scenario() -> None:
        alone = msgspec.structs.replace(a_site(), approval_above=0)
        async with ground(tmp_path, block("curtail", 7), count=1, site=alone) as site:
            event = service.start(site.context, Ask(shed=Full(), reason="x"), who="ann", login="operator")
            with pytest.raises(InputError, match="his or her own"):
                service.approve(site.context, event.id, who=who)
            with pytest.raises(InputError, match="login operator"):
                service.approve(site.context, event.id, who="bob", login="operator")
            assert service.approve(site.context, event.id, who="bob", login="lead").state == "pending"

    asyncio.run(scenario())


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\nb", "\u001b]0;x\u0007", "\u202eback"])
def test_a_reason_is_one_short_line_of_plain_text(tmp_path: Path, reason: str) -> None:
    """For the ask and for everything that ends it; what is refused leaves nothing behind."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=1) as site:
            with pytest.raises(InputError, match="reason"):
                service.start(site.context, Ask(shed=Full(), reason=reason), who="ann")
            assert service.events(site.context, who="ann") == []
            event = site.start(Full())
            for end in (service.restore, service.cancel, service.abort):
                with pytest.raises(InputError, match="reason"):
                    end(site.context, event.id, who="ann", reason=reason)

    asyncio.run(scenario())


def test_a_dead_switch_wakes_nobody_under_a_cap(tmp_path: Path) -> None:
    """The machines that run are not heard any more: they count with what they may draw, and nobody else is woken."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 2), count=8) as site:
            site.start(Cap(16), manner=AT_ONCE)
            await site.live(200)
            asleep = site.asleep()
            assert asleep
            for asset in site.wires.sessions.keys() - asleep:
                machine = site.latest.get(asset)
                assert machine is not None
                silent = Snapshot(at_us=site.clock.now_us(), values={"state": "offline"}, unknown={"": "no answer"})
                site.latest.put([msgspec.structs.replace(machine, snapshot=silent)])
                site.wires.cut.add(asset)
            await site.live(900)
            assert site.asleep() == asleep
            assert site.fleet.power_w() < 16_000

    asyncio.run(scenario())


def test_machines_that_are_not_heard_keep_their_room_on_the_feeder(tmp_path: Path) -> None:
    """12 kW carry three of four machines: while two run unheard, only one of the other two comes back."""

    async def scenario() -> None:
        site_of = a_site(limit_kw=12)
        async with ground(tmp_path, block("curtail", 1), count=4, mix="A15-194", site=site_of) as site:
            event = service.start(site.context, full(0, 1), who="ann")
            await site.live(60)
            for asset in (name(2), name(3)):
                machine = site.latest.get(asset)
                assert machine is not None
                silent = Snapshot(at_us=site.clock.now_us(), values={"state": "offline"}, unknown={"": "no answer"})
                site.latest.put([msgspec.structs.replace(machine, snapshot=silent)])
                site.wires.cut.add(asset)
            service.restore(site.context, event.id, who="ann", reason="done")
            await site.live(900)
            assert len(site.asleep()) == 1

    asyncio.run(scenario())
