"""A site's day, from a pool on a socket to facts in the journal: once, exactly, and corrected by differences."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from mintage.daily.gather import machine_day
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.sites import Feeder
from mintage.house import memory_journal
from mintage.journal.core import PeriodLocked, Reversal
from mintage.journal.fact import Fact, decode_fact, encode_fact
from mintage.market.facts import PriceObserved
from mintage.mining.facts import (
    Earned,
    EarnedReduced,
    EnergyCorrected,
    EnergyMetered,
    Payout,
    PoolDayStated,
    PowerBilled,
    PowerCorrected,
)
from mintage.mining.reconcile import Step, Tolerances
from mintage.mining.service import earned, problems
from mintage.mining.virtual.faults import PoolFault
from mintage.units import day_end_instant, parse_period
from tests.daily.world import DAY, ENERGY_WH, NEXT, WORK, FlatPower, World, world

POOL, COLD = "assets:bitcoin:pool:north", "assets:bitcoin:free:cold"


def _step(steps: tuple[Step, ...], id_: str) -> Step:
    return next(step for step in steps if step.id == id_)


def _net(made: World, day: date = DAY) -> int:
    return made.pool.book.accounts["acme"].statements[day].net_sats


async def _day(made: World) -> None:
    """A day on which every source speaks."""
    made.observe(DAY)
    made.worked(DAY)
    await made.mine()


def test_a_day_closes_into_earned_paid_and_power() -> None:
    """All agree: every step is ok but the payout's of the next morning, and the books hold what the pool credited."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            report = await made.run()
            steps = report.reconciliation.steps
            assert report.reconciliation.verdict == "ok"
            assert (_step(steps, "work-pool").amount, _step(steps, "work-pool").difference) == (WORK, 0)
            assert _step(steps, "credit-net").amount == _net(made)
            assert _step(steps, "power-cost").amount == ENERGY_WH * 105 // 100 * 5 // 1000
            assert report.recorded == (
                "pool-day:2025-07-01:alder:north",
                "earned:2025-07-01:alder:north",
                "power:2025-07-01:alder",
            )
            assert report.closed
            balances = made.journal.balances()
            assert balances[POOL, "BTC"] == _net(made)
            assert balances["memo:energy:alder", "ENERGY"] == ENERGY_WH * 105 // 100
            stored = made.journal.fact("earned:2025-07-01:alder:north")
            assert stored is not None
            assert stored.fact.evidence is not None
            assert stored.fact.evidence.source.endswith("/api/v1/accounts/acme/days")
            assert problems(made.journal, parse_period("2025-07")) == []

    asyncio.run(live())


def test_the_payout_is_recorded_on_the_day_on_which_it_arrived() -> None:
    """The next day's run finds the payout on chain, to the satoshi, and moves lots and value to the wallet."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            await made.run()
            made.observe(NEXT)
            made.worked(NEXT)
            await made.mine()
            report = await made.run(NEXT)
            steps = report.reconciliation.steps
            assert (_step(steps, "payout").amount, _step(steps, "chain").difference) == (_net(made), 0)
            (paid,) = [stored.fact for stored in made.journal.facts(Payout.kind)]
            assert isinstance(paid.data, Payout)
            assert (paid.date, paid.data.sats) == (NEXT, _net(made))
            assert made.journal.balances()[COLD, "BTC"] == _net(made)
            assert made.journal.balances()[POOL, "BTC"] == _net(made, NEXT)

    asyncio.run(live())


def test_running_a_day_again_adds_nothing() -> None:
    """However often a day is closed, the journal's head stays where the first time left it."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            await made.run()
            made.observe(NEXT)
            await made.mine()
            await made.run()
            head = made.journal.head()
            for _ in range(3):
                report = await made.run()
                assert report.recorded == ()
                assert report.closed
            assert made.journal.head() == head

    asyncio.run(live())


def test_what_would_be_recorded_is_told_without_recording() -> None:
    """A run that is not to record names the same facts and leaves the journal alone."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            head = made.journal.head()
            told = await made.run(record=False)
            assert made.journal.head() == head
            assert not told.closed
            assert told.pending == (await made.run()).recorded

    asyncio.run(live())


@pytest.mark.parametrize(("change_pct", "kind"), [(-2, EarnedReduced), (3, Earned)])
def test_a_late_correction_is_a_fact_of_the_difference(change_pct: int, kind: type[Earned | EarnedReduced]) -> None:
    """A pool that restates a day adds a fact under a key of its own; what was recorded stays, the sum is right."""

    async def live() -> None:
        fault = PoolFault(kind="late-correction", day=DAY, change_pct=Decimal(change_pct), after_days=1)
        async with world(fault) as made:
            await _day(made)
            await made.run()
            first = _net(made)
            made.observe(NEXT)
            made.worked(NEXT)
            await made.mine()
            await made.run(NEXT)
            report = await made.run()
            assert report.recorded == ("pool-day:2025-07-01:alder:north:2", "earned:2025-07-01:alder:north:2")
            corrected = made.journal.fact("earned:2025-07-01:alder:north:2")
            assert corrected is not None
            assert isinstance(corrected.fact.data, kind)
            assert corrected.fact.data.sats == abs(_net(made) - first)
            credited = -made.journal.balances()["world:pools", "BTC"]
            assert credited == _net(made) + _net(made, NEXT)
            assert (await made.run()).recorded == ()
            assert problems(made.journal, parse_period("2025-07")) == []
            (one, two) = [stored.fact.data for stored in made.journal.facts(PoolDayStated.kind, DAY, DAY)]
            assert isinstance(one, PoolDayStated)
            assert isinstance(two, PoolDayStated)
            assert (one.revision, one.net_sats, two.revision, two.net_sats) == (1, first, 2, _net(made))

    asyncio.run(live())


def test_without_a_price_the_day_stays_open_and_says_why() -> None:
    """Bitcoin without a price is not earned at zero: the day closes when the price is there."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY, price=None)
            made.worked(DAY)
            await made.mine()
            report = await made.run()
            assert not report.closed
            assert any("the price of index at hour 24 UTC is not known" in why for why in report.missing)
            assert made.journal.fact("earned:2025-07-01:alder:north") is None
            made.note("price-late", PriceObserved(day=DAY, source="index", hour=24, price=Decimal(100_000)))
            again = await made.run()
            assert again.closed
            assert again.recorded == ("earned:2025-07-01:alder:north",)

    asyncio.run(live())


def test_a_pool_that_leaves_the_day_out_leaves_it_open() -> None:
    """A missing statement is unknown with its reason; nothing is earned, power is still recorded."""

    async def live() -> None:
        async with world(PoolFault(kind="missing-day", day=DAY)) as made:
            await _day(made)
            report = await made.run()
            assert report.reconciliation.verdict == "unknown"
            assert report.missing == ("earned at north: north has no statement for 2025-07-01.",)
            assert report.recorded == ("power:2025-07-01:alder",)

    asyncio.run(live())


def test_a_pool_that_changes_its_form_is_named_and_nothing_of_it_is_used() -> None:
    """A changed form makes the pool's steps unknown, with field and expectation; the machines' side stands."""

    async def live() -> None:
        async with world(PoolFault(kind="changed-form", day=DAY)) as made:
            await _day(made)
            report = await made.run()
            step = _step(report.reconciliation.steps, "credit-net")
            assert step.amount is None
            assert "field 'days' should be a list of rows" in step.reason
            assert _step(report.reconciliation.steps, "work-machines").verdict == "ok"
            assert made.journal.fact("earned:2025-07-01:alder:north") is None

    asyncio.run(live())


def test_a_wrong_fee_is_beyond_and_still_recorded_as_credited() -> None:
    """The books hold what the pool credited; the fee is told as beyond its tolerance."""

    async def live() -> None:
        async with world(PoolFault(kind="wrong-fee", day=DAY, fee_pct=Decimal(4))) as made:
            await _day(made)
            report = await made.run()
            beyond = [step.id for step in report.reconciliation.steps if step.verdict == "beyond"]
            assert beyond == ["fee"]
            assert made.journal.balances()[POOL, "BTC"] == _net(made)

    asyncio.run(live())


def test_stolen_hash_shows_between_machines_and_pool() -> None:
    """Machines that work for somebody else count work that our pool does not."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY)
            made.pool.credit_work("acme.r1", WORK * 9 // 10, 0, made.clock.now_us())
            made.pool.credit_work("thief.r1", WORK // 10, 0, made.clock.now_us())
            await made.clock.advance(86_400)
            step = _step((await made.run()).reconciliation.steps, "work-pool")
            assert (step.verdict, step.difference) == ("beyond", -WORK // 10)

    asyncio.run(live())


def test_a_payout_that_waits_is_unknown_and_recorded_when_it_is_in_a_block() -> None:
    """A transaction that is in no block is not money yet; a later run of the same days finds it."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            await made.run()
            made.chain.held_back = True
            made.observe(NEXT)
            made.worked(NEXT)
            await made.mine()
            waiting = await made.run(NEXT)
            assert "is not in a block yet" in _step(waiting.reconciliation.steps, "chain").reason
            assert list(made.journal.facts(Payout.kind)) == []
            made.chain.held_back = False
            found = await made.run(NEXT)
            assert len(found.recorded) == 1
            assert _step(found.reconciliation.steps, "chain").verdict == "ok"

    asyncio.run(live())


def test_where_nobody_looks_at_the_chain_it_is_unknown() -> None:
    """Without a wallet to watch, arrival is unknown with that reason, not zero."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            made.watched = False
            step = _step((await made.run()).reconciliation.steps, "chain")
            assert (step.amount, step.reason) == (None, "no wallet is watched.")

    asyncio.run(live())


def test_a_payout_before_its_credit_is_told_not_forced() -> None:
    """A payout of bitcoin that the books do not hold at the pool says what to record first, and follows then."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            made.observe(NEXT)
            made.worked(NEXT)
            await made.clock.advance(86_400)
            early = await made.run(NEXT)  # the first day was not closed: its bitcoin is not at the pool
            assert [text for text in early.missing if text.startswith("payout ") and "mining.earned" in text]
            await made.run()
            assert (await made.run(NEXT)).closed
            assert made.journal.balances()[COLD, "BTC"] == _net(made)

    asyncio.run(live())


def test_power_is_corrected_by_the_difference() -> None:
    """A later record of the agent's changes energy and cost by a fact of the difference, up or down."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            await made.run()
            made.worked(DAY, number=2, metered=ENERGY_WH)
            report = await made.run()
            assert report.recorded == ("power:2025-07-01:alder:2",)
            assert made.journal.balances()["memo:energy:alder", "ENERGY"] == ENERGY_WH
            cents = made.journal.balances()["expenses:cost:mining:power:alder", "USD"]
            assert cents == ENERGY_WH * 5 // 1000
            kinds = [stored.fact.kind for stored in made.journal.facts() if stored.fact.key.startswith("power:")]
            assert kinds == [PowerBilled.kind, PowerCorrected.kind]
            assert (await made.run()).recorded == ()

    asyncio.run(live())


def test_without_a_tariff_the_energy_is_counted_and_the_cost_is_unknown() -> None:
    """Where the host buys the power, energy is metered without a cost, and corrected likewise."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            made.site, made.power = replace(made.site, tariff=""), None
            report = await made.run()
            assert "energy:2025-07-01:alder" in report.recorded
            assert "no tariff" in _step(report.reconciliation.steps, "power-cost").reason
            made.worked(DAY, number=2, metered=ENERGY_WH)
            assert (await made.run()).recorded == ("energy:2025-07-01:alder:2",)
            kinds = [stored.fact.kind for stored in made.journal.facts() if stored.fact.key.startswith("energy:")]
            assert kinds == [EnergyMetered.kind, EnergyCorrected.kind]
            assert made.journal.balances()["memo:energy:alder", "ENERGY"] == ENERGY_WH

    asyncio.run(live())


def test_power_without_a_price_or_a_reading_stays_open() -> None:
    """A gap in the tariff, or no record of the machines, leaves power open with its reason; earnings are recorded."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            made.power = FlatPower(None)
            assert (await made.run()).missing == ("power: no version of the tariff covers 2025-07-01.",)
            made.observe(NEXT)
            await made.mine()
            report = await made.run(NEXT)
            assert any("recorded nothing for 2025-07-02" in text for text in report.missing)
            assert "earned:2025-07-02:alder:north" in report.recorded

    asyncio.run(live())


def test_unmetered_energy_is_the_machines_times_pue_and_graded_derived() -> None:
    """Without meters the machines' own energy counts, times PUE, and the fact says that it is derived."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY, metered=None)
            await made.mine()
            report = await made.run()
            assert _step(report.reconciliation.steps, "energy-metered").amount is None
            stored = made.journal.fact("power:2025-07-01:alder")
            assert stored is not None
            assert isinstance(stored.fact.data, PowerBilled)
            assert (stored.fact.grade, stored.fact.data.energy) == ("derived", ENERGY_WH * 105 // 100)

    asyncio.run(live())


def test_a_credit_that_was_imported_by_hand_is_not_earned_twice() -> None:
    """A day that somebody recorded from a paper statement is complete: closing it adds no credit."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            by_hand = earned(
                site="alder", pool="north", sats=_net(made), price=Decimal(100_000), price_source="index", price_hour=24
            )
            made.note("earned:2025-07-01:alder", by_hand)
            report = await made.run()
            assert report.recorded == ("pool-day:2025-07-01:alder:north", "power:2025-07-01:alder")
            assert report.closed

    asyncio.run(live())


def test_a_credit_that_was_reversed_is_recorded_anew_under_its_own_key() -> None:
    """After a reversal the day is worth its credit again; the old key is never taken twice."""

    async def live() -> None:
        async with world() as made:
            await _day(made)
            await made.run()
            made.note("undo", Reversal(of="earned:2025-07-01:alder:north", reason="wrong index"))
            assert (await made.run()).recorded == ("earned:2025-07-01:alder:north:2",)
            assert made.journal.balances()[POOL, "BTC"] == _net(made)

    asyncio.run(live())


def test_a_correction_of_a_closed_period_is_dated_today_and_still_counts_for_its_day() -> None:
    """A closed period takes no more facts: the difference is dated today, and running the day again adds nothing."""

    async def live() -> None:
        fault = PoolFault(kind="late-correction", day=DAY, change_pct=Decimal(3), after_days=1)
        async with world(fault) as made:
            await _day(made)
            await made.run()
            made.note("lock", PeriodLocked(period="2025-07-01"), NEXT)
            await made.mine()
            await made.run()
            late = made.journal.fact("earned:2025-07-01:alder:north:2")
            assert late is not None
            assert late.fact.date == DAY + timedelta(days=2)
            assert (await made.run()).recorded == ()

    asyncio.run(live())


@pytest.mark.parametrize("machine_s", [50 * 86_400, 50 * 43_200])
def test_a_meter_that_slipped_a_thousandfold_posts_nothing_until_it_is_accepted(machine_s: int) -> None:
    """Power far beyond what the machines imply, seen all day or half of it, is told; who believes it says so once."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY, metered=ENERGY_WH * 1000, machine_s=machine_s)
            await made.mine()
            report = await made.run()
            assert not report.closed
            (why,) = report.missing
            assert "counted 90,000,000.000 kWh, the machines times PUE imply 94,500.000 kWh" in why
            assert made.journal.fact("power:2025-07-01:alder") is None
            accepted = await made.run(tolerances=Tolerances(energy_times=None))
            assert accepted.recorded == ("power:2025-07-01:alder",)
            assert (await made.run()).closed

    asyncio.run(live())


def test_a_meter_a_little_beyond_its_tolerance_is_told_and_posted() -> None:
    """Ten per cent between meters and machines is a question, not a slip of scale: the meters are billed."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY, metered=ENERGY_WH * 118 // 100)
            await made.mine()
            report = await made.run()
            assert _step(report.reconciliation.steps, "energy-metered").verdict == "beyond"
            assert report.closed

    asyncio.run(live())


@pytest.mark.parametrize(("limit_kw", "closed"), [(3_938, True), (3_937, False)])
def test_more_energy_than_the_feeders_carry_is_never_posted(*, limit_kw: int, closed: bool) -> None:
    """94,500 kWh in a day are a mean of 3,937.5 kW: feeders that carry less cannot have brought it, whoever accepts."""

    async def live() -> None:
        async with world() as made:
            made.site = replace(made.site, feeder=(Feeder(name="f1", limit_kw=limit_kw),))
            await _day(made)
            report = await made.run(tolerances=Tolerances(energy_times=None))
            assert report.closed is closed
            assert any("more than the feeders can carry" in text for text in report.missing) is not closed

    asyncio.run(live())


def test_time_that_single_machines_did_not_tell_is_missing_from_the_coverage() -> None:
    """A site is seen all day while half of its machines are silent: their lesser work is unknown, not beyond."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY, machine_s=50 * 86_400 // 2, machine_energy=ENERGY_WH // 3)
            await made.mine()
            step = _step((await made.run()).reconciliation.steps, "energy-metered")
            assert (step.verdict, step.reason) == ("unknown", "samples cover 50.0% of the day.")

    asyncio.run(live())


def test_a_fee_that_a_pool_does_not_state_is_unknown_in_its_credit(tmp_path: Path) -> None:
    """No fee stated is not a fee of zero; a stored credit of before reads as it was written."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY)
            (tmp_path / "july.csv").write_text("date,net_btc\n2025-07-01,0.01\n", "utf-8")
            made.site = replace(made.site, pool=(replace(made.site.pool[0], adapter="csv", url=str(tmp_path)),))
            await made.run()
            stored = made.journal.fact("earned:2025-07-01:alder:north")
            assert stored is not None
            assert isinstance(stored.fact.data, Earned)
            assert stored.fact.data.fee_sats is None
            assert decode_fact(encode_fact(stored.fact)) == stored.fact

    asyncio.run(live())


def test_what_machines_did_counts_for_its_day_whenever_headquarters_heard_of_it() -> None:
    """A record that came after its period was closed has a later date; it is of the day that it names, and no other."""
    journal = memory_journal()
    data = DayWorked(
        site="alder",
        region="canada",
        accepted_diff=WORK,
        rejected_diff=0,
        expected_diff=WORK,
        hashrate=1,
        machine_energy=ENERGY_WH,
        machines=1,
        covered_s=86_400,
        day=DAY,
    )
    journal.append([Fact(key="late", at=day_end_instant(DAY), date=NEXT, actor="agent", data=data)])
    assert machine_day(journal, "alder", DAY).accepted_diff.value == WORK
    assert machine_day(journal, "alder", NEXT).accepted_diff.value is None
