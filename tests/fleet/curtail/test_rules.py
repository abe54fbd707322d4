"""Standing rules: windows, prices and caps that shed without anybody asking, and let go again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Breakeven, Cap, Full, Manner, Restore
from mintage.fleet.curtail.follower import standings
from mintage.fleet.curtail.rules import DAYS, Rule, Rules, Window, load_rules, window_end_us
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError
from tests.fleet.curtail.ground import Ground, ground
from tests.loopback import block

EXAMPLE = Path(__file__).parents[3] / "examples" / "curtail.toml"
NOW = Manner(restore=Restore(every_s=0))


def put(site: Ground, *rules: Rule) -> None:
    """Rules in force."""
    service.set_rules(site.context, Rules(manner=NOW, rule=rules), who="ann")


def test_a_schedule_begins_and_ends_by_itself(tmp_path: Path) -> None:
    """From 12:05 to 12:15 all sleep; before and after all run; ended by hand, it rests until it is resumed."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=2) as site:
            window = Window(days=("mon",), start=time(12, 5), end=time(12, 15))
            put(site, Rule(name="noon", shed=Full(), reason="programme", when=(window,)))
            await site.live(240)
            assert not site.asleep()
            await site.live(180)
            assert len(site.asleep()) == 2
            await site.live(600)
            assert not site.asleep()
            (event,) = service.events(site.context, who="ann")
            assert (event.state, event.ask.mode) == ("ended", "schedule")

    asyncio.run(scenario())


def test_breakeven_follows_the_price_with_a_band(tmp_path: Path) -> None:
    """Dear power sheds the worst machines, dearer all, cheap none; a price that nobody tells any more sheds no more."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=4) as site:
            put(site, Rule(name="price", shed=Breakeven(hashprice_usd_ph_day=38.2), reason="price"))
            await site.live(60)
            assert "price of power" in standings(Book(site.db))["price"].problem
            for price, asleep in ((30, 0), (60, 2), (61, 2), (200, 4), (60, 2), (20, 0)):
                service.tell_price(site.context, "price_usd_mwh", price, who="ann")
                await site.live(300)
                assert len(site.asleep()) == asleep, f"at {price} USD/MWh"
            assert {event.state for event in service.events(site.context, who="ann")} == {"ended"}
            service.tell_price(site.context, "price_usd_mwh", 200, who="ann")
            await site.live(60)
            assert len(site.asleep()) == 4
            await site.clock.advance(3700)
            await site.live(600)
            assert len(site.asleep()) == 4, "held until its longest hold after the price was last known"
            await site.live(4 * 3600, step_s=120)
            assert not site.asleep()

    asyncio.run(scenario())


def test_a_cap_holds_the_site_under_its_limit(tmp_path: Path) -> None:
    """Lowered, the cap sheds at once; raised, machines come back as far as they fit; ended by hand, it rests."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=6, mix="A15-194") as site:
            full_kw = site.fleet.power_w() / 1000 * 1.05
            put(site, Rule(name="cap", shed=Cap(kw=14), reason="transformer"))
            await site.live(240)
            assert full_kw > 20
            assert site.fleet.power_w() / 1000 * 1.05 <= 14
            asleep = len(site.asleep())
            (event,) = service.events(site.context, who="ann")
            assert event.state == "held"
            service.restore(site.context, event.id, who="ann", reason="I know better")
            await site.live(300)
            assert not site.asleep()
            assert standings(Book(site.db))["cap"].paused_by == "ann"
            service.resume(site.context, "cap", who="ann")
            await site.live(120)
            assert len(site.asleep()) == asleep

    asyncio.run(scenario())


def test_a_removed_rule_lets_go(tmp_path: Path) -> None:
    """Rules without it bring back what it holds."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=2) as site:
            put(site, Rule(name="all", shed=Full(), reason="test"))
            await site.live(60)
            assert len(site.asleep()) == 2
            put(site)
            await site.live(200)
            assert not site.asleep()

    asyncio.run(scenario())


@given(
    st.integers(0, 6 * 24 * 60),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_windows_by_counting_minutes(minute: int, days: set[str], start: int, end: int) -> None:
    """An instant lies in a window exactly when some beginning on one of its days reaches over it."""
    monday_us = round(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1e6)
    now_us = monday_us + minute * 60_000_000
    length = (end - start) % 1440 or 1440
    begins = [day * 1440 + start for day in range(-1, 8) if DAYS[day % 7] in days]
    ends = [begin + length for begin in begins if begin <= minute < begin + length]
    window = Window(
        days=tuple(days),  # type: ignore[arg-type]  # drawn from DAYS
        start=time(start // 60, start % 60),
        end=time(end // 60, end % 60),
    )
    expected = monday_us + max(ends) * 60_000_000 if ends else None
    assert window_end_us((window,), now_us) == expected


def test_the_example_is_in_order(tmp_path: Path) -> None:
    """The example reads, and slips in it are named with file and field."""
    rules = load_rules(EXAMPLE)
    assert rules.rule
    assert rules.source
    text = EXAMPLE.read_text()
    path = tmp_path / "rules.toml"
    for before, after, problem in (
        ('kind = "full"', 'kind = "fool"', "fool"),
        ('zone = "America/Chicago"', 'zone = "Mars/Olympus"', "no time zone"),
        ('name = "evening-peak"', 'name = "grid-operator"', "used twice"),
        ("drifts_max", "drift_max", "drift_max"),
        ("[manner]", "[manner", "not TOML"),
    ):
        assert before in text
        path.write_text(text.replace(before, after))
        with pytest.raises(InputError, match=problem) as caught:
            load_rules(path)
        assert caught.value.file == str(path)
    with pytest.raises(InputError, match="no such curtailment rules file"):
        load_rules(tmp_path / "none.toml")
    assert msgspec.json.decode(msgspec.json.encode(rules), type=Rules) == rules
    path.write_text(f'{text}\n[mqtt]\nhost = "broker"\ntopic = "grid"\ntrust = "ca.pem"\n')
    mqtt = load_rules(path).mqtt
    assert mqtt is not None
    assert mqtt.trust == str(tmp_path / "ca.pem"), "the agent works in another folder"
