"""Power of sites as pages tell it: figures with their ways, unknowns with reasons, acts by those who may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mintage.desk import energy, energy_course, energy_curtail
from mintage.desk.energy_ask import Curtail, End, Release, TellPrice
from mintage.desk.energy_curtail import wish_of
from mintage.desk.energy_heat import site_heat
from mintage.desk.energy_open import energy_desk
from mintage.desk.energy_tariff import site_tariff
from mintage.desk.here import Missing
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Full
from mintage.fleet.curtail.rules import Rule, Rules
from mintage.fleet.curtail.wish import Wish
from mintage.fleet.energy.readings import site_energy, site_intervals
from mintage.people.caller import Caller, Forbidden
from mintage.people.facts import Acted
from mintage.units.errors import InputError
from tests.desk.powerhouse import ADA, ELSEWHERE, LEAD, MINUTE_US, OP, SALES, VIEWER, Powerhouse, powerhouse
from tests.fleet.curtail.ground import NOON_US
from tests.loopback import block

DAY_US = 86_400_000_000
KW6 = Wish(kind="fixed", kw=6, for_min=30)


def lived(folder: Path, check: Callable[[Powerhouse], Awaitable[None]], **more: int) -> None:
    """Run a check in a powerhouse of its own."""

    async def live() -> None:
        async with powerhouse(folder, block("curtail", 6), **more) as made:
            await check(made)

    asyncio.run(live())


def acted(made: Powerhouse) -> list[tuple[str, str, str]]:
    """What the journal says of acts: who did what at which site."""
    found = [stored.fact for stored in made.company.journal.facts(Acted.kind)]
    return [(fact.actor, fact.data.action, fact.data.site) for fact in found if isinstance(fact.data, Acted)]


def test_what_a_site_draws_is_told_by_meters_beside_machines(tmp_path: Path) -> None:
    """Load, overhead and feeder come from the meter where it was read just now, else from machines times PUE."""

    async def check(made: Powerhouse) -> None:
        before = energy.site_energy(made.company, VIEWER, "alder").now
        assert before is not None
        load = before.load
        assert (load.by, load.count, load.silent) == ("machines", 8, 0)
        assert load.metered.reason == "meter supply was never read."
        assert load.overhead.value is None
        assert load.power.value is not None
        assert load.machines.value is not None
        assert abs(load.power.value - load.machines.value * Decimal("1.05")) < Decimal("0.01")
        made.steady(31_000, NOON_US - 4 * MINUTE_US, NOON_US, every_min=1)
        after = energy.site_energy(made.company, VIEWER, "alder").now
        assert after is not None
        assert (after.load.by, after.load.power.value) == ("meters", Decimal("31.000"))
        assert after.load.overhead.value == Decimal("31.000") - load.machines.value
        (feeder,) = after.load.feeders
        assert (feeder.by, feeder.machines, feeder.limit.value) == ("machines", 8, Decimal(60))

    lived(tmp_path, check)


def test_breakeven_stands_against_the_price_that_holds_now(tmp_path: Path) -> None:
    """Each model that is there pays or loses by the tariff's price, and by a price told in its place, with its heat."""

    async def check(made: Powerhouse) -> None:
        now = energy.site_energy(made.company, OP, "alder").now
        assert now is not None
        assert now.worths.power.value == Decimal("43.70")  # 41 USD with 1.5 % of losses and 5 % of tax
        assert (now.worths.power_by, now.worths.hashprice_by) == ("tariff alder-power-large-load", "journal")
        assert {row.model: row.machines for row in now.breakevens} == {"15-194": 4, "1246-83": 4}
        assert all(row.pays for row in now.breakevens)
        for row in now.breakevens:
            assert row.with_heat.value is not None
            assert row.breakeven.value is not None
            assert row.with_heat.value - row.breakeven.value == pytest.approx(Decimal("15.76"), abs=Decimal("0.01"))
        energy_curtail.tell_price(made.company, OP, "alder", TellPrice(price_usd_mwh=80), request="r-1")
        told = energy.site_energy(made.company, OP, "alder").now
        assert told is not None
        assert (told.worths.power.value, told.worths.power_by) == (Decimal("80.00"), "op")
        assert {row.model for row in told.breakevens if row.pays} == {"15-194"}
        assert len(told.hours) == 24
        assert ("op", "energy.price", "alder") in acted(made)

    lived(tmp_path, check)


def test_a_curtailment_is_previewed_asked_for_confirmed_restored_and_proved(tmp_path: Path) -> None:
    """Its course is told live; when it is over its proof is the document that was hashed, and a change shows."""

    async def check(made: Powerhouse) -> None:
        plan = energy_curtail.preview(made.company, OP, "alder", KW6)
        assert (plan.machines, plan.needs_approval, plan.may_act) == (2, False, True)
        assert made.ground.engine is not None
        assert energy_curtail.curtailments(made.company, OP, "alder").open == ()
        event = energy_curtail.start(made.company, OP, "alder", Curtail(wish=KW6, reason="grid"), request="r-1")
        waits = energy_course.course(made.company, OP, "alder", event.id)
        assert (waits.event.state, waits.confirmed.reason, waits.minutes) == ("pending", "it has not begun.", ())
        await made.live(150)
        held = energy_course.course(made.company, OP, "alder", event.id)
        assert (held.event.state, held.states, held.share) == ("held", {"confirmed": 2}, 1.0)
        assert held.confirmed.value is not None
        assert held.confirmed.value >= 6
        assert [row.counted_by for row in held.minutes][:2] == ["machines", "machines"]
        assert {row.href for row in held.targets} == {f"/fleet/alder/{row.asset}" for row in held.targets}
        assert b"not over yet" in energy_course.proof_document(made.company, OP, "alder", event.id)
        energy_curtail.end(made.company, OP, "alder", event.id, End(how="restore", reason="over"), request="r-2")
        await made.live(500)
        over = energy_course.course(made.company, OP, "alder", event.id)
        assert (over.event.state, over.proof.unchanged) == ("ended", True)
        page = energy_course.proof_page(made.company, OP, "alder", event.id).decode()
        assert event.id in page
        assert "限電事件" in page
        (made.folder / "proofs" / f"{event.id}.json").write_text("{}")
        changed = energy_course.course(made.company, OP, "alder", event.id)
        assert changed.proof.unchanged is False
        assert "was changed" in changed.proof.problem
        with pytest.raises(InputError, match="was changed"):
            energy_course.proof_document(made.company, OP, "alder", event.id)
        assert {("op", "energy.curtail", "alder"), ("op", "energy.restore", "alder")} <= set(acted(made))

    lived(tmp_path, check)


def test_a_large_curtailment_waits_for_a_second_person(tmp_path: Path) -> None:
    """Above the site's number of machines nobody begins alone, or approves his or her own."""

    async def check(made: Powerhouse) -> None:
        wish = Wish(kind="full")
        assert energy_curtail.preview(made.company, OP, "alder", wish).needs_approval
        event = energy_curtail.start(made.company, OP, "alder", Curtail(wish=wish, reason="storm"), request="r-1")
        assert (event.state, event.may_approve) == ("preview", False)
        (row,) = energy_curtail.curtailments(made.company, LEAD, "alder").open
        assert row.may_approve
        with pytest.raises(InputError, match="nobody approves his or her own"):
            energy_curtail.approve(made.company, OP, "alder", event.id, request="r-2")
        with pytest.raises(Forbidden):
            energy_curtail.approve(made.company, VIEWER, "alder", event.id, request="r-3")
        assert made.ground.asleep() == set()
        assert energy_curtail.approve(made.company, LEAD, "alder", event.id, request="r-4").state == "pending"
        await made.live(120)
        assert len(made.ground.asleep()) == 8
        held = energy_curtail.release(
            made.company, OP, "alder", Release(assets=("m-000000000000",), reason="heat"), request="r-5"
        )
        assert held == {"m-000000000000": event.id}

    lived(tmp_path, check, approval_above=3)


@pytest.mark.parametrize("who", [VIEWER, ELSEWHERE, SALES])
def test_only_who_may_act_at_the_site_acts(tmp_path: Path, who: Caller) -> None:
    """Whoever lacks the right at this very site changes nothing, whichever act it is."""

    async def check(made: Powerhouse) -> None:
        company = made.company
        acts: list[Callable[[], object]] = [
            lambda: energy_curtail.start(company, who, "alder", Curtail(wish=KW6, reason="x"), request="r"),
            lambda: energy_curtail.approve(company, who, "alder", "c-1", request="r"),
            lambda: energy_curtail.end(company, who, "alder", "c-1", End(how="abort", reason="x"), request="r"),
            lambda: energy_curtail.release(company, who, "alder", Release(assets=("m",), reason="x"), request="r"),
            lambda: energy_curtail.resume(company, who, "alder", "rule", request="r"),
            lambda: energy_curtail.tell_price(company, who, "alder", TellPrice(price_usd_mwh=1), request="r"),
        ]
        for act in acts:
            with pytest.raises(Forbidden):
                act()
        if who is not VIEWER:
            with pytest.raises(Forbidden):
                energy.site_energy(company, who, "alder")
        assert acted(made) == []

    lived(tmp_path, check, count=1)


def test_a_rule_that_somebody_stopped_rests_until_it_is_resumed(tmp_path: Path) -> None:
    """Who stopped it is told, and resuming it puts it in force again."""

    async def check(made: Powerhouse) -> None:
        rules = Rules(rule=(Rule(name="peak", shed=Full(), reason="coincident peak"),))
        service.set_rules(energy_desk(made.company, ADA, "alder"), rules, who="ada")
        made.ground.engine.round()
        await made.live(60)
        (event,) = energy_curtail.curtailments(made.company, OP, "alder").open
        energy_curtail.end(made.company, OP, "alder", event.id, End(how="restore", reason="enough"), request="r-1")
        (row,) = energy_curtail.curtailments(made.company, OP, "alder").rules
        assert (row.name, row.paused_by) == ("peak", "op")
        (resumed,) = energy_curtail.resume(made.company, OP, "alder", "peak", request="r-2")
        assert resumed.paused_by == ""

    lived(tmp_path, check)


def test_a_tariff_tells_what_applies_what_a_day_cost_and_the_bill_so_far(tmp_path: Path) -> None:
    """Hours sum to the day's energy rows, the month's peak is the highest quarter, and gaps stay unknown."""

    async def check(made: Powerhouse) -> None:
        first_us = NOON_US - 5 * DAY_US
        made.steady(20_000, first_us, NOON_US)
        told = site_tariff(made.company, VIEWER, "alder")
        assert (told.day, told.zone, told.clock) == (date(2026, 1, 4), "America/Toronto", "2026-01-05 07:00")
        assert {term.band for term in told.terms if term.part == "energy" and term.now} == {"rest"}
        assert [hour.energy.value for hour in told.hours] == [Decimal("20.000")] * 24
        by_hour = sum(hour.cost.value or 0 for hour in told.hours)
        rows = {row.name: row.amount.value or 0 for row in told.day_rows}
        taxed = (rows["energy peak"] + rows["energy rest"]) * Decimal("1.05")
        assert abs(by_hour - taxed) < Decimal("0.02")
        assert (told.peaks[0].peak.value, told.peaks[0].billed.value) == (Decimal("20.0"), Decimal("20.0"))
        assert told.month == "2026-01"
        assert told.bill_sum is not None
        assert told.bill_sum.reason == ""
        unread = site_tariff(made.company, VIEWER, "alder", day=date(2025, 12, 20))
        assert all(hour.energy.value is None and hour.energy.reason for hour in unread.hours)
        assert unread.day_cost is not None
        assert unread.day_cost.value is None
        with pytest.raises(InputError, match="has not begun"):
            site_tariff(made.company, VIEWER, "alder", day=date(2026, 1, 6))

    lived(tmp_path, check, count=1)


def test_intervals_that_are_read_at_once_are_those_read_one_by_one(tmp_path: Path) -> None:
    """Over good readings and a gap alike, each interval has the energy and the reason that it has alone."""

    async def check(made: Powerhouse) -> None:
        start_us, db, site = NOON_US - DAY_US // 8, made.ground.db, made.ground.site
        made.steady(20_000, start_us, start_us + 30 * MINUTE_US, every_min=7)
        made.steady(20_000, start_us + 120 * MINUTE_US, NOON_US, every_min=7)
        spans = [(start_us + n * 15 * MINUTE_US, start_us + (n + 1) * 15 * MINUTE_US) for n in range(12)]
        alone = [site_energy(db, site, first, last) for first, last in spans]
        found = site_intervals(db, site, start_us, NOON_US, 15)
        assert [(item.wh, item.reason) for item in found] == [(item.wh, item.reason) for item in alone]
        assert {item.wh is None for item in found} == {True, False}

    lived(tmp_path, check, count=1)


def test_heat_is_booked_under_contracts_and_worked_out_by_the_weather(tmp_path: Path) -> None:
    """What was sold leads to its facts; a day without meter and weather is unknown, with the weather it is not."""

    async def check(made: Powerhouse) -> None:
        made.steady(20_000, NOON_US - 3 * DAY_US, NOON_US)
        told = site_heat(made.company, VIEWER, "alder")
        assert [(row.day, row.value.value, row.value.trace) for row in told.sold] == [
            (date(2026, 1, 4), Decimal("24.80"), "/journal/fact?key=f6"),
            (date(2026, 1, 3), Decimal("22.75"), "/journal/fact?key=f7"),
        ]
        assert told.total.value == Decimal("2.300000")
        assert told.days[0].sold.value is None
        warm = site_heat(made.company, VIEWER, "alder", outdoor=Decimal(-4))
        assert warm.days[0].sold.value == Decimal("0.365713")  # 80 % of what machines used, within the demand
        bare = site_heat(made.company, VIEWER, "birch")
        assert (bare.contracts, bare.total.value) == ((), None)
        assert bare.why_not

    lived(tmp_path, check, count=1)


def test_a_site_without_an_agent_here_has_what_the_journal_knows(tmp_path: Path) -> None:
    """Bills and metered energy stand with their postings; everything of now is unknown, with the reason."""

    async def check(made: Powerhouse) -> None:
        told = energy.energy(made.company, VIEWER)
        rows = {row.site: row for row in told.sites}
        assert (told.period, set(rows)) == ("2025-12", {"alder", "birch"})
        birch, alder = rows["birch"], rows["alder"]
        assert (birch.load.value, birch.load.reason) == (None, "its agent keeps no state on this machine.")
        assert (birch.month.by, birch.month.usd_mwh.value) == ("hosting", Decimal("60.00"))
        assert birch.month.power.reason == "the host buys the power: it is in hosting."
        assert (alder.month.by, alder.month.usd_mwh.value) == ("power", Decimal("50.00"))
        assert alder.month.credits.value == Decimal("40.00")
        assert "memo%3Aenergy%3Aalder" in alder.month.energy.trace
        assert told.total.energy.value == Decimal("28.000000")
        site = energy.site_energy(made.company, VIEWER, "birch")
        assert site.now is None
        assert [month.period for month in site.months] == ["2025-12"]
        with pytest.raises(Missing):
            energy.site_energy(made.company, VIEWER, "nowhere")
        mine = energy.energy(made.company, ELSEWHERE)
        assert [row.site for row in mine.sites] == ["birch"]
        assert mine.total.energy.value == Decimal("8.000000")

    lived(tmp_path, check, count=1)


def test_fields_of_a_form_become_a_wish_or_a_plain_refusal() -> None:
    """Empty fields are not said; what is no number, no whole number or no kind is refused with its field."""
    wish = wish_of({"kind": "cap", "kw": "1,200", "feeder": "main", "for_min": "", "lower_modes": "yes", "scope": " "})
    assert wish == Wish(kind="cap", kw=1200, feeder="main", lower_modes=True)
    assert msgspec.json.decode(msgspec.json.encode(wish), type=Wish) == wish
    for field, text in (("kw", "12.5"), ("kw", "many"), ("price_usd_mwh", "nan"), ("kind", "magic")):
        with pytest.raises(InputError) as refused:
            wish_of({field: text})
        assert refused.value.field == field
