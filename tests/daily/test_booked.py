"""Days from the journal alone: the same verdicts as asking the sources, and nothing made up where it is silent."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

from mintage.books.view import View
from mintage.daily.booked import BookedDay, DayBook
from mintage.fleet.facts import HashrateMeasured
from mintage.fleet.facts_site import DayWorked
from mintage.mining.facts import Earned, EarnedReduced, PoolDayStated
from mintage.mining.virtual.faults import PoolFault
from tests.daily.world import DAY, NEXT, World, world


def booked(made: World, day: date = DAY, *, described: bool = True) -> BookedDay:
    """The site's day as the journal tells it."""
    return DayBook(View(made.journal), {"alder": made.site} if described else {}).day("alder", day)


def verdicts(day: BookedDay) -> dict[str, str]:
    """Verdict of each step."""
    return {step.id: step.verdict for step in day.reconciliation.steps}


async def mined(made: World) -> None:
    """A day that was worked, observed, stated, paid and closed."""
    made.observe(DAY)
    made.observe(NEXT)
    await made.mine(2)
    made.worked(DAY)
    await made.run()


def test_a_closed_day_tells_from_the_journal_what_the_sources_told() -> None:
    """Each step that sources gave has the same amount and verdict again, and what is booked is what was credited."""

    async def live() -> None:
        async with world() as made:
            await mined(made)
            asked = (await made.run()).reconciliation
            told = booked(made)
            # Payouts of the day are those of its date in the journal; the pool pays the day after.
            before = {
                step.id: (step.amount, step.verdict) for step in asked.steps if step.id not in ("payout", "chain")
            }
            after = {step.id: (step.amount, step.verdict) for step in told.reconciliation.steps}
            assert {name: after[name] for name in before} == before
            assert after["booked"] == (after["credit-net"][0], "ok")
            assert (told.status, told.why) == ("agrees", "")
            assert told.expected.sats is not None
            assert told.earned_sats is not None
            assert {fact.kind for fact in told.facts} >= {"fleet.day-worked", "mining.pool-day-stated", "mining.earned"}

    asyncio.run(live())


def test_a_pool_that_keeps_too_much_makes_the_day_differ() -> None:
    """A fee beyond its tolerance is a difference, named by its step."""

    async def live() -> None:
        async with world(PoolFault(kind="wrong-fee", day=DAY)) as made:
            await mined(made)
            told = booked(made)
            assert told.status == "differs"
            assert verdicts(told)["fee"] == "beyond"

    asyncio.run(live())


def test_what_is_booked_and_not_stated_is_a_difference() -> None:
    """A satoshi booked beyond the statement, and taken back again, opens and closes the difference."""

    async def live() -> None:
        async with world() as made:
            await mined(made)
            more = Earned(
                site="alder", pool="north", sats=1, value=0, price=Decimal(100_000), price_source="index", price_hour=24
            )
            made.note("earned:2025-07-01:alder:north:extra", more)
            assert verdicts(booked(made))["booked"] == "beyond"
            back = EarnedReduced(
                site="alder", pool="north", sats=1, value=0, price=Decimal(100_000), price_source="index", price_hour=24
            )
            made.note("earned:2025-07-01:alder:north:back", back, NEXT)
            assert verdicts(booked(made))["booked"] == "ok"

    asyncio.run(live())


def test_what_only_a_description_tells_is_unknown_without_it() -> None:
    """Without the site's file neither the agreed fee nor the PUE is guessed, and the day stays open."""

    async def live() -> None:
        async with world() as made:
            await mined(made)
            told = booked(made, described=False)
            steps = {step.id: step for step in told.reconciliation.steps}
            assert (steps["fee"].against, steps["fee"].verdict) == (None, "unknown")
            assert steps["energy-metered"].against is None
            assert (told.status, told.why) == ("open", "the fee agreed with the pool is not known here.")

    asyncio.run(live())


def test_a_day_of_credits_alone_is_open_with_a_reason() -> None:
    """Where no agent recorded work, the expectation comes from the last hash rate measured, and says so."""

    async def live() -> None:
        async with world() as made:
            made.note("rate", HashrateMeasured(site="alder", region="canada", hashrate=200_000_000, window="2025-06"))
            made.note("stated", PoolDayStated(site="alder", pool="north", account="a", net_sats=5, revision=1))
            told = booked(made)
            assert told.status == "open"
            assert "recorded nothing" in told.why
            assert (told.expected.hashrate_ghs, told.expected.window) == (200_000_000, "2025-06")
            assert told.expected.how == "without block fees, which were not observed."
            assert (told.earned_sats, told.uptime) == (None, None)

    asyncio.run(live())


def test_a_day_recorded_late_stands_under_its_own_day() -> None:
    """Work that headquarters heard of later has a later accounting date; it is its own day's, in lists too."""

    async def live() -> None:
        async with world() as made:
            late = DayWorked(
                site="alder",
                region="canada",
                accepted_diff=1,
                rejected_diff=0,
                expected_diff=1,
                hashrate=1,
                machine_energy=1,
                machines=1,
                covered_s=86_400,
                machine_s=43_200,
                day=DAY,
            )
            made.note("late", late, NEXT)
            book = DayBook(View(made.journal), {"alder": made.site})
            assert [(item.site, item.day, item.uptime) for item in book.days(DAY, DAY)] == [("alder", DAY, 0.5)]
            assert book.days(NEXT, NEXT) == []
            assert book.days(DAY, DAY, sites=()) == []

    asyncio.run(live())
