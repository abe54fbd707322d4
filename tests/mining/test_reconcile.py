"""A reconciled day: what agrees is ok, each discrepancy shows at its own step, and silence is never agreement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mintage.market.series import Reading
from mintage.mining.drivers.port import PoolDay, PoolPayout
from mintage.mining.production import fpps_credit
from mintage.mining.reconcile import TITLES, Reconciliation, Step, Tolerances, reconcile
from mintage.mining.reconcile_inputs import Amount, DayInputs, MachineDay, PoolSide

DAY = date(2025, 7, 1)
DIFFICULTY, REWARD, FEE = Decimal(116_958_512_019_762), Decimal(314_500_000), Decimal("0.5")


def _inputs(work: int = 4_000_000_000_000) -> DayInputs:
    """A day on which everything agrees: about 200 PH/s at one pool that pays at once."""
    credit = fpps_credit(work, DIFFICULTY, REWARD, FEE)
    stated = PoolDay(
        pool="virtual",
        account="acme",
        day=DAY,
        net_sats=credit.net_sats,
        gross_sats=credit.gross_sats,
        fee_sats=credit.fee_sats,
        accepted_diff=work,
    )
    paid = PoolPayout(pool="virtual", account="acme", txid="ab" * 32, sats=credit.net_sats, at_us=0)
    side = PoolSide(
        name="north", scheme="FPPS", fee_pct=FEE, day=stated, payouts=(paid,), chain=Amount(credit.net_sats)
    )
    machines = MachineDay(
        expected_diff=Amount(work),
        accepted_diff=Amount(work),
        energy=Amount(100_000_000),
        metered=Amount(105_000_000),
    )
    return DayInputs(
        site="alder",
        day=DAY,
        machines=machines,
        pools=(side,),
        difficulty=Reading(DIFFICULTY),
        reward_sats=Reading(REWARD),
        power_cost=Amount(525_000),
        pue=Decimal("1.05"),
    )


def _with_pool(inputs: DayInputs, **changed: object) -> DayInputs:
    return replace(inputs, pools=(replace(inputs.pools[0], **changed),))


def _with_day(inputs: DayInputs, **changed: object) -> DayInputs:
    day = inputs.pools[0].day
    assert day is not None
    return _with_pool(inputs, day=replace(day, **changed))


def _step(found: Reconciliation, id_: str) -> Step:
    return next(step for step in found.steps if step.id == id_)


def _beyond(found: Reconciliation) -> set[str]:
    return {step.id for step in found.steps if step.verdict == "beyond"}


@given(st.integers(0, 10**16))
def test_a_day_on_which_all_agree_is_ok_at_every_step(work: int) -> None:
    """Whatever the work, sources that agree leave no step beyond its tolerance and none unknown."""
    found = reconcile(_inputs(work))
    assert found.verdict == "ok"
    assert [step.id for step in found.steps] == list(TITLES)
    assert all(step.difference is None or abs(step.difference) <= (step.tolerance or 0) for step in found.steps)


@given(st.sampled_from(["accepted_diff", "gross_sats", "fee_sats", "net_sats"]), st.sampled_from([-10, -5, 5, 10]))
def test_a_figure_of_the_pool_that_is_off_shows_at_its_step(field: str, pct: int) -> None:
    """A pool whose work, credit, fee or net is off by some per cent is beyond the tolerance where it is off."""
    inputs = _inputs()
    day = inputs.pools[0].day
    found = reconcile(_with_day(inputs, **{field: getattr(day, field) * (100 + pct) // 100}))
    step = {"accepted_diff": "work-pool", "gross_sats": "credit-gross", "fee_sats": "fee", "net_sats": "credit-net"}
    assert step[field] in _beyond(found)
    assert found.verdict == "beyond"


def test_a_wrong_fee_is_the_fee_and_nothing_else() -> None:
    """A pool that keeps 4 % instead of 0.5 % is told at the fee; its arithmetic and the work are right."""
    credit = fpps_credit(4_000_000_000_000, DIFFICULTY, REWARD, Decimal(4))
    found = reconcile(_with_day(_inputs(), fee_sats=credit.fee_sats, net_sats=credit.net_sats))
    assert _beyond(found) == {"fee"}
    fee = _step(found, "fee")
    assert fee.amount is not None
    assert fee.difference is not None
    assert fee.amount - fee.difference == fpps_credit(4_000_000_000_000, DIFFICULTY, REWARD, FEE).fee_sats


def test_a_missing_satoshi_on_chain_is_beyond_the_tolerance() -> None:
    """What arrives must be what was paid, exactly."""
    inputs = _inputs()
    paid = inputs.pools[0].chain.value or 0
    found = reconcile(_with_pool(inputs, chain=Amount(paid - 1)))
    assert _beyond(found) == {"chain"}
    assert _step(found, "chain").difference == -1


def test_a_pool_without_a_statement_makes_its_steps_unknown_not_zero() -> None:
    """No statement: work, credit and fee are unknown with the pool's reason; machines and energy stand."""
    found = reconcile(_with_pool(_inputs(), day=None, reason="north has no statement."))
    unknown = {step.id for step in found.steps if step.verdict == "unknown"}
    assert unknown == {"work-pool", "credit-expected", "credit-gross", "fee", "credit-net"}
    assert all(step.amount is None and "no statement" in step.reason for step in found.steps if step.id in unknown)
    assert found.verdict == "unknown"


def test_a_pool_that_states_only_its_net_is_held_to_the_net_that_is_owed() -> None:
    """Silence on gross and fee is unknown with the reason; the net credit is still held against FPPS."""
    silent = {"gross_sats": "it states net only.", "fee_sats": "it states net only."}
    inputs = _with_day(_inputs(), gross_sats=None, fee_sats=None, silent=silent)
    found = reconcile(inputs)
    assert _step(found, "fee").reason == "it states net only."
    assert _step(found, "credit-net").verdict == "ok"
    short = _with_day(inputs, net_sats=(inputs.pools[0].chain.value or 0) * 97 // 100)
    assert _beyond(reconcile(short)) == {"credit-net"}


def test_work_known_by_hash_rate_alone_is_used_and_said() -> None:
    """Where a pool states a mean hash rate, its work follows from that, and the step says so."""
    inputs = _with_day(_inputs(), accepted_diff=None, hashrate_ths=Decimal(198_842))
    step = _step(reconcile(inputs), "work-pool")
    assert step.verdict == "ok"
    assert "mean hash rate" in step.reason


@pytest.mark.parametrize("missing", ["difficulty", "reward_sats"])
def test_an_unknown_network_leaves_the_expectation_unknown(missing: str) -> None:
    """Without difficulty or fees nothing is expected, and the pool's own arithmetic is all that is checked."""
    found = reconcile(replace(_inputs(), **{missing: Reading(None, "not observed.")}))
    assert _step(found, "credit-expected").reason == "not observed."
    assert _step(found, "credit-gross").verdict == "unknown"
    assert _step(found, "credit-net").verdict == "ok"


def test_a_pool_that_pays_by_luck_owes_no_expectation() -> None:
    """Under TIDES the expectation of a share is not owed, so a lucky or unlucky day is not a finding."""
    found = reconcile(_with_pool(_inputs(), scheme="TIDES"))
    assert "TIDES" in _step(found, "credit-expected").reason
    assert _beyond(found) == set()


def test_a_day_half_sampled_blames_nobody() -> None:
    """Where samples cover half of the day, a difference from the pool is unknown, not beyond."""
    inputs = _inputs()
    half = replace(
        inputs.machines, accepted_diff=Amount(2_000_000_000_000), energy=Amount(50_000_000), covered_s=43_200
    )
    found = reconcile(replace(inputs, machines=half))
    assert _beyond(found) == set()
    assert _step(found, "work-pool").reason == "samples cover 50.0% of the day."
    assert _step(found, "energy-metered").verdict == "unknown"


def test_a_few_samples_that_are_missing_widen_what_follows_from_samples() -> None:
    """Counters go on through a gap of 4 % of the day that the mean hash rate misses; work counted by both does not."""
    inputs = _inputs()
    gappy = replace(inputs.machines, expected_diff=Amount(3_800_000_000_000), covered_s=82_944)
    found = reconcile(replace(inputs, machines=gappy))
    assert _step(found, "work-machines").verdict == "ok"
    assert _step(found, "work-pool").tolerance == 60_000_000_000
    assert _beyond(reconcile(replace(inputs, machines=replace(gappy, covered_s=86_400)))) == {"work-machines"}


def test_without_the_agents_record_the_machines_side_is_unknown() -> None:
    """No record of the machines: their steps are unknown, and the pool's credit is still checked."""
    found = reconcile(replace(_inputs(), machines=MachineDay.unknown("the agent recorded nothing.")))
    assert {step.id for step in found.steps if step.verdict == "unknown"} == {
        "work-expected",
        "work-machines",
        "work-pool",
        "energy-machines",
        "energy-metered",
    }
    assert _step(found, "credit-gross").verdict == "ok"


def test_two_pools_are_added_for_the_work_and_told_apart_for_the_money() -> None:
    """Machines split between pools are held against the sum; one silent pool makes the sum unknown, by name."""
    inputs = _inputs()
    both = replace(inputs, pools=(inputs.pools[0], replace(inputs.pools[0], name="south")))
    double = replace(both, machines=replace(inputs.machines, accepted_diff=Amount(8_000_000_000_000)))
    found = reconcile(double, Tolerances(machines_pct=Decimal(200)))
    assert _step(found, "work-pool").verdict == "ok"
    assert [step.pool for step in found.steps if step.id == "credit-net"] == ["north", "south"]
    silent = replace(double, pools=(double.pools[0], replace(double.pools[1], day=None, reason="it is away.")))
    assert _step(reconcile(silent), "work-pool").reason == "south: it is away."


def test_meters_far_from_the_machines_are_a_finding() -> None:
    """Meters that count a tenth more than machines times PUE are beyond the tolerance."""
    inputs = _inputs()
    found = reconcile(replace(inputs, machines=replace(inputs.machines, metered=Amount(116_000_000))))
    assert _beyond(found) == {"energy-metered"}
