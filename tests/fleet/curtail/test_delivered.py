"""What is counted, by whom, and what the proof is worth."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Fixed, Full, Manner, Restore
from mintage.fleet.curtail.proof import FOLDER, read
from mintage.fleet.energy.readings import SCHEMA
from mintage.fleet.facts_site import Curtailed
from mintage.fleet.sites import Meter, Site
from mintage.journal.fact import decode_fact, encode_fact
from mintage.units.errors import InputError
from tests.fleet.curtail.ground import NOON_US, Ground, a_site, ground
from tests.loopback import block

PUE = 1.05


def metered_site() -> Site:
    """A site with a meter of its supply."""
    return msgspec.structs.replace(a_site(), meter=(Meter(name="supply", address="127.0.0.9:5020", profile="virtual"),))


async def live_metered(site: Ground, seconds: float, broken: tuple[int, int] = (0, 0)) -> None:
    """Let time pass; once a minute the meter says what the machines really draw, but for some minutes since noon."""
    site.db.define(SCHEMA)
    for _ in range(round(seconds / 10)):
        await site.live(10)
        minute, rest = divmod(site.clock.now_us() - NOON_US, 60_000_000)
        if not rest and not broken[0] <= minute < broken[1]:
            watts = site.fleet.power_w() * PUE
            row = ("supply", site.clock.now_us(), watts, None, "good", None, None)
            site.db.execute("INSERT OR IGNORE INTO meter_reading VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def test_meters_count_first_and_machines_where_they_are_silent(tmp_path: Path) -> None:
    """The meter's minutes hold the cooling too; while it is silent machines count; the fact names the weaker one."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=4, mix="A15-194", site=metered_site()) as site:
            await live_metered(site, 360)
            event = site.start(Full())
            await live_metered(site, 840, broken=(10, 14))
            service.restore(site.context, event.id, who="ann", reason="done")
            await live_metered(site, 600)
            found = site.event(event.id)
            assert found.recorded
            proof = msgspec.json.decode(read(tmp_path, found))
            by = {row["at"][14:16]: (row["counted_by"], row["delivered_w"]) for row in proof["minutes"]}
            machines_w = sum(machine["planned_w"] for machine in proof["machines"])
            assert by["08"] == ("meters", pytest.approx(machines_w * PUE, rel=0.01))
            assert by["11"] == ("machines", pytest.approx(machines_w, rel=0.01))
            (fact,) = site.facts.all.values()
            assert isinstance(fact.data, Curtailed)
            assert fact.data.counted_by == "machines"
            assert fact.data.delivered_w == pytest.approx(machines_w, rel=0.1)
            total_wh = sum((row["delivered_w"] or 0) * row["seconds"] / 3600 for row in proof["minutes"])
            assert fact.data.delivered_wh == pytest.approx(total_wh, abs=10)

    asyncio.run(scenario())


def test_two_curtailments_do_not_count_the_same_power(tmp_path: Path) -> None:
    """One meter sees both: what the second sheds is not delivered by the first."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=4, mix="A15-194", site=metered_site()) as site:
            await live_metered(site, 360)
            first = site.start(Fixed(3))
            await live_metered(site, 300)
            alone = service.event(site.context, first.id, who="ann").minutes[-2]
            second = site.start(Full())
            await live_metered(site, 600)
            both = service.event(site.context, first.id, who="ann").minutes[-2]
            other = service.event(site.context, second.id, who="ann").minutes[-2]
            assert alone.counted_by == both.counted_by == other.counted_by == "meters"
            assert alone.delivered_w is not None
            assert both.delivered_w is not None
            assert other.delivered_w is not None
            machine_w = alone.delivered_w / PUE
            assert both.delivered_w == pytest.approx(alone.delivered_w, abs=machine_w * 0.2)
            assert other.delivered_w == pytest.approx(3 * alone.delivered_w, abs=machine_w * 0.2)

    asyncio.run(scenario())


def test_two_curtailments_claim_no_more_than_the_meter_shows(tmp_path: Path) -> None:
    """Minute by minute, the energy that overlapping curtailments claim adds up to the metered reduction."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=4, mix="A15-194", site=metered_site()) as site:
            await live_metered(site, 360)
            first = site.start(Fixed(3))
            await live_metered(site, 250)
            second = site.start(Full(), manner=Manner(restore=Restore(), hold_max_s=300))
            await live_metered(site, 900)
            base_w = site.event(first.id).baselines["meters"]
            both = [service.event(site.context, event.id, who="ann").minutes for event in (first, second)]
            ws = [
                {row.minute_us // 60_000_000: (row.delivered_w or 0) * row.seconds for row in minutes}
                for minutes in both
            ]
            drawn = {row.minute_us // 60_000_000: row.power_w for row in both[1]}
            shared = [minute for minute in ws[1] if both[1][0].counted_by == "meters"]
            assert len(shared) > 5
            for minute in shared:
                assert ws[0][minute] + ws[1][minute] <= (base_w - (drawn[minute] or 0)) * 60 + 1
            assert any("2 curtailments shed" in row.reason for row in both[0])

    asyncio.run(scenario())


def test_minutes_between_readings_far_apart_say_so(tmp_path: Path) -> None:
    """While the agent was away the meter counted on: its mean is shown as spread, and the log tells of the absence."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=2, site=metered_site()) as site:
            site.db.define(SCHEMA)

            def read_meter(wh: int) -> None:
                row = ("supply", site.clock.now_us(), 7000.0, wh, "good", wh, 0)
                site.db.execute("INSERT OR REPLACE INTO meter_reading VALUES (?, ?, ?, ?, ?, ?, ?)", row)

            read_meter(0)
            await site.live(60)
            event = site.start(Full(), manner=Manner(restore=Restore(), hold_max_s=7200))
            read_meter(100)
            await site.live(60)
            read_meter(200)
            await site.clock.advance(600)
            await site.kill()
            await site.live(10)
            await site.clock.advance(50)
            read_meter(800)
            detail = service.event(site.context, event.id, who="ann")
            spread = [
                row for row in detail.minutes if "spread evenly between readings of 12:02 and 12:13" in row.reason
            ]
            assert len(spread) >= 9
            assert {row.counted_by for row in spread} == {"meters"}
            assert any(note.what == "went on after 10 min away" for note in detail.log)

    asyncio.run(scenario())


def test_minutes_of_an_agent_that_was_away_are_gaps(tmp_path: Path) -> None:
    """Nobody counted while the agent was away: gaps with a reason, and not zero and not the last figure."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=2) as site:
            event = site.start(Full(), manner=Manner(restore=Restore(), hold_max_s=1800))
            await site.live(300)
            await site.clock.advance(900)
            await site.kill()
            await site.live(1200)
            proof = msgspec.json.decode(read(tmp_path, site.event(event.id)))
            gaps = [row for row in proof["minutes"] if row["delivered_w"] is None]
            assert len(gaps) == len(proof["gaps"])
            assert 11 <= len(gaps) <= 15
            assert all("no machine was read" in gap["reason"] for gap in proof["gaps"])

    asyncio.run(scenario())


def test_a_changed_proof_is_found_out(tmp_path: Path) -> None:
    """The fact holds the document's hash: one changed figure shows; the page for people stands beside it."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=2) as site:
            event = site.start(Full(), manner=Manner(restore=Restore(), hold_max_s=120))
            await site.live(400)
            found = site.event(event.id)
            (fact,) = site.facts.all.values()
            assert fact.evidence is not None
            assert fact.evidence.sha256 == found.proof
            assert decode_fact(encode_fact(fact)) == fact
            page = (tmp_path / FOLDER / f"{event.id}.html").read_text()
            assert event.id in page
            assert "<script" not in page
            proof = msgspec.json.decode(read(tmp_path, found))
            first = proof["minutes"][0]["at"]
            assert f">{first[11:16]}</text>" in page
            assert " kW</text>" in page
            assert f"<td>{first[11:19]}<" in page
            assert first not in page.split("</dl>")[-1]
            assert first[:10] in page
            path = tmp_path / FOLDER / f"{event.id}.json"
            path.write_text(path.read_text().replace('"machines"', '"maschines"', 1))
            with pytest.raises(InputError, match="was changed after it was written"):
                read(tmp_path, found)
            path.unlink()
            with pytest.raises(InputError, match="cannot be read"):
                read(tmp_path, found)

    asyncio.run(scenario())


def test_words_of_strangers_are_only_text_on_the_page(tmp_path: Path) -> None:
    """A reason with markup in it does not become markup."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 7), count=1) as site:
            manner = Manner(restore=Restore(), hold_max_s=60)
            ask = msgspec.structs.replace(site.start(Full(), manner=manner).ask, reason="<img src=x onerror=alert(1)>")
            event = service.start(site.context, ask, who="ann")
            await site.live(300)
            page = (tmp_path / FOLDER / f"{event.id}.html").read_text()
            assert "<img" not in page
            assert "&lt;img" in page

    asyncio.run(scenario())
