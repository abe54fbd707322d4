"""One site's day, from the work of its machines to the satoshis on chain: each step beside the one before.

Nothing is fetched here: what the sources say, or why they are silent, comes in; steps with amounts, differences,
tolerances and verdicts come out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from mintage.mining.drivers.port import PoolDay
from mintage.mining.production import Credit, fpps_credit
from mintage.mining.reconcile_inputs import DAY_S, Amount, DayInputs, PoolSide

Verdict = Literal["ok", "beyond", "unknown"]
Unit = Literal["difficulty", "sat", "Wh", "cent"]
EXPECTATION_OWED = {"FPPS", "as stated"}
"""Schemes under which a pool owes the expectation of each share."""
TITLES = {
    "work-expected": "work by hash rate",
    "work-machines": "work, machines",
    "work-pool": "work, pools",
    "credit-expected": "FPPS credit owed",
    "credit-gross": "credit before fee",
    "fee": "pool's fee",
    "credit-net": "credit",
    "payout": "paid out",
    "chain": "on chain",
    "energy-machines": "energy, machines",
    "energy-metered": "energy, meters",
    "power-cost": "cost of power",
}
"""The steps in the order of the day, as tables name them."""
_FEE_UNSAID = "the fee agreed with the pool is not known here."


class Tolerances(msgspec.Struct, frozen=True, kw_only=True):
    """Largest differences that pass, per cent of what a step should be.

    Attributes:
        machines_pct: machines' accepted work against their hash rate, which they show as a mean of some minutes: luck
            of shares, rejects, short outages; wider by the part of the day without samples.
        work_pct: pool's work against machines': shares in flight at midnight.
        credit_pct: pool's credit against FPPS: how the pool averages fees and difficulty over the day.
        fee_pct: fee kept against fee agreed, per cent of the fee.
        energy_pct: meters against machines times PUE: the machines' own power readings are coarse; wider likewise.
        energy_times: meters off by more than so many times that are not posted as power until somebody looked: pumps,
            offices and machines that nobody reads are within, a wrong scale or ratio is not. None accepts any.
        covered_pct: samples must cover this much of the day for the machines' side to be held against others.
    """

    machines_pct: Decimal = Decimal(5)
    work_pct: Decimal = Decimal("1.5")
    credit_pct: Decimal = Decimal("0.5")
    fee_pct: Decimal = Decimal(1)
    energy_pct: Decimal = Decimal(6)
    energy_times: Decimal | None = Decimal(5)
    covered_pct: Decimal = Decimal(95)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the day.

    Attributes:
        id: its name, a key of `TITLES`.
        pool: pool that it is about; "" where it is about the site.
        unit: unit of its figures.
        amount: what was found; None where it is unknown.
        against: what it should be, by the step before; None where there is nothing to hold it against.
        difference: amount less against.
        tolerance: largest difference that passes.
        verdict: "ok", "beyond" the tolerance, or "unknown".
        reason: why it is unknown, or what must be known to read it.
    """

    id: str
    unit: Unit
    amount: int | None
    pool: str = ""
    against: int | None = None
    difference: int | None = None
    tolerance: int | None = None
    verdict: Verdict
    reason: str = ""


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A reconciled day.

    Attributes:
        site: the site.
        day: day in UTC.
        steps: in the order of the day.
    """

    site: str
    day: date
    steps: tuple[Step, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its steps: beyond, then unknown, then ok."""
        verdicts = {step.verdict for step in self.steps}
        return "beyond" if "beyond" in verdicts else "unknown" if "unknown" in verdicts else "ok"


def reconcile(inputs: DayInputs, tolerances: Tolerances | None = None) -> Reconciliation:
    """Hold each step of a day against the one before.

    Args:
        inputs: what the sources say.
        tolerances: largest differences that pass.
    """
    allowed = tolerances or Tolerances()
    steps = [*_work(inputs, allowed)]
    for pool in inputs.pools:
        steps += _credit(inputs, pool, allowed)
        steps += _payment(pool)
    steps += _energy(inputs, allowed)
    return Reconciliation(site=inputs.site, day=inputs.day, steps=tuple(steps))


def _work(inputs: DayInputs, allowed: Tolerances) -> Iterator[Step]:
    machines, doubt = inputs.machines, _doubt(inputs, allowed)
    implied_pct = allowed.machines_pct + _unseen_pct(inputs)  # counters go on where samples are missing
    yield _step("work-expected", "difficulty", machines.expected_diff)
    yield _step("work-machines", "difficulty", machines.accepted_diff, machines.expected_diff, implied_pct, doubt=doubt)
    yield _step(
        "work-pool", "difficulty", _counted(inputs.pools), machines.accepted_diff, allowed.work_pct, doubt=doubt
    )


def _unseen_pct(inputs: DayInputs) -> Decimal:
    """Per cent of the day for which there are no samples."""
    return 100 - Decimal(inputs.machines.covered_s) * 100 / DAY_S


def _doubt(inputs: DayInputs, allowed: Tolerances) -> str:
    """Why the machines' side cannot be held against others, where too many samples are missing."""
    covered_pct = 100 - _unseen_pct(inputs)
    return f"samples cover {covered_pct:.1f}% of the day." if covered_pct < allowed.covered_pct else ""


def _counted(pools: tuple[PoolSide, ...]) -> Amount:
    """Work that all pools counted; unknown where one of them does not say."""
    if not pools:
        return Amount(None, "the site has no pool.")
    total, notes = 0, []
    for pool in pools:
        work, how = pool.day.work() if pool.day else (None, pool.reason)
        if work is None:
            return Amount(None, f"{pool.name}: {how}")
        total += work
        if how != "accepted shares":
            notes.append(f"{pool.name}: {how}")
    return Amount(total, "; ".join(notes))


def _credit(inputs: DayInputs, pool: PoolSide, allowed: Tolerances) -> Iterator[Step]:
    day, name = pool.day, pool.name
    owed, why = _owed(inputs, pool)
    expected = Amount(owed.gross_sats if owed else None, why)
    gross = _stated(day, "gross_sats", pool.reason)
    fee = _stated(day, "fee_sats", pool.reason)
    net = _stated(day, "net_sats", pool.reason)
    base = gross if gross.value is not None else expected
    yield _step("credit-expected", "sat", expected, pool=name)
    yield _step("credit-gross", "sat", gross, expected, allowed.credit_pct, 1, pool=name)
    agreed = Amount(None, base.reason if pool.fee_pct is not None else _FEE_UNSAID)
    if base.value is not None and pool.fee_pct is not None:
        agreed = Amount(base.value - _part(base.value, 100 - pool.fee_pct))
    yield _step("fee", "sat", fee, agreed, allowed.fee_pct, 1, pool=name)
    if gross.value is not None and fee.value is not None:
        yield _step("credit-net", "sat", net, Amount(gross.value - fee.value), Decimal(0), 1, pool=name)
    else:
        owed_net = Amount(owed.net_sats if owed else None, why)
        if pool.fee_pct is None:
            owed_net = Amount(None, _FEE_UNSAID)
        yield _step("credit-net", "sat", net, owed_net, allowed.credit_pct, 1, pool=name)


def _owed(inputs: DayInputs, pool: PoolSide) -> tuple[Credit | None, str]:
    """The credit that FPPS owes for the work that the pool counted."""
    if pool.day is None:
        return None, pool.reason
    if pool.scheme not in EXPECTATION_OWED:
        return None, f"{pool.scheme} does not owe the expectation of each share."
    work, how = pool.day.work()
    if work is None:
        return None, how
    for reading in (inputs.difficulty, inputs.reward_sats):
        if reading.value is None:
            return None, reading.reason
    notes = [how] if how != "accepted shares" else []
    notes += [reading.reason for reading in (inputs.difficulty, inputs.reward_sats) if reading.reason]
    fee_pct = pool.fee_pct if pool.fee_pct is not None else Decimal(0)
    credit = fpps_credit(work, inputs.difficulty.require(), inputs.reward_sats.require(), fee_pct)
    return credit, "; ".join(notes)


def _stated(day: PoolDay | None, field: str, reason: str) -> Amount:
    if day is None:
        return Amount(None, reason)
    return Amount(getattr(day, field), day.silent.get(field, ""))


def _payment(pool: PoolSide) -> Iterator[Step]:
    paid = Amount(None, pool.payouts_reason)
    if pool.payouts is not None:
        paid = Amount(sum(item.sats for item in pool.payouts))
    yield _step("payout", "sat", paid, pool=pool.name)
    yield _step("chain", "sat", pool.chain, paid, Decimal(0), pool=pool.name)


def _energy(inputs: DayInputs, allowed: Tolerances) -> Iterator[Step]:
    machines, against = inputs.machines, Amount(None, inputs.machines.energy.reason)
    if inputs.pue is None:
        against = Amount(None, "the PUE of the site is not known here.")
    elif machines.energy.value is not None:
        against = Amount(_part(machines.energy.value, 100 * inputs.pue))
    yield _step("energy-machines", "Wh", machines.energy)
    energy_pct, doubt = allowed.energy_pct + _unseen_pct(inputs), _doubt(inputs, allowed)
    yield _step("energy-metered", "Wh", machines.metered, against, energy_pct, doubt=doubt)
    yield _step("power-cost", "cent", inputs.power_cost)


def _step(
    id_: str,
    unit: Unit,
    amount: Amount,
    against: Amount | None = None,
    tolerance_pct: Decimal = Decimal(0),
    least: int = 0,
    *,
    pool: str = "",
    doubt: str = "",
) -> Step:
    """A step; where it is held against something, the tolerance is a part of that, and at least `least`."""
    reason = amount.reason
    if amount.value is None or against is None:
        verdict: Verdict = "unknown" if amount.value is None else "ok"
        return Step(id=id_, pool=pool, unit=unit, amount=amount.value, verdict=verdict, reason=reason)
    if against.value is None:
        reason = reason or against.reason
        return Step(id=id_, pool=pool, unit=unit, amount=amount.value, verdict="unknown", reason=reason)
    tolerance = max(_part(against.value, tolerance_pct), least)
    difference = amount.value - against.value
    passed: Verdict = "ok" if abs(difference) <= tolerance else "unknown" if doubt else "beyond"
    return Step(
        id=id_,
        pool=pool,
        unit=unit,
        amount=amount.value,
        against=against.value,
        difference=difference,
        tolerance=tolerance,
        verdict=passed,
        reason=doubt if passed == "unknown" else reason,
    )


def _part(amount: int, pct: Decimal) -> int:
    return int((amount * pct / 100).to_integral_value(ROUND_HALF_UP))
