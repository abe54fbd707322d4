"""The steps of a reconciled day with figures and facts, as pages tell them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from mintage.desk.figure import Figure, trace_fact, unknown
from mintage.journal.fact import Fact
from mintage.mining.reconcile import Step, Verdict

_UNITS: dict[str, tuple[str, int, int]] = {
    "difficulty": ("diff-1 shares", 0, 0),
    "sat": ("BTC", -8, 8),
    "Wh": ("kWh", -3, 1),
    "cent": ("USD", -2, 2),
}
"""Minor unit to the unit that is printed, the power of ten between them, and decimals."""
_OF_STEP: dict[str, tuple[str, ...]] = {
    "work-expected": ("fleet.day-worked",),
    "work-machines": ("fleet.day-worked",),
    "work-pool": ("mining.pool-day-stated",),
    "credit-expected": ("mining.pool-day-stated",),
    "credit-gross": ("mining.pool-day-stated",),
    "fee": ("mining.pool-day-stated",),
    "credit-net": ("mining.pool-day-stated",),
    "booked": ("mining.earned", "mining.earned-reduced"),
    "payout": ("mining.payout",),
    "chain": ("mining.payout",),
    "energy-machines": ("fleet.day-worked",),
    "energy-metered": ("fleet.day-worked",),
    "power-cost": ("mining.power-billed", "mining.power-corrected"),
}
"""Kinds of the facts that a step's amount comes from."""


class FactLink(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a day rests on.

    Attributes:
        key: its key.
        kind: its kind.
        date: accounting date.
        at_us: instant.
        actor: who wrote it.
        grade: how well it is known.
        trace: its page.
    """

    key: str
    kind: str
    date: date
    at_us: int
    actor: str
    grade: str
    trace: str


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step.

    Attributes:
        id: its id, a key of `mintage.daily.booked.STEPS`.
        pool: pool that it is about; "" where it is about the site.
        part: part of the way: work, credit, payment or energy.
        amount: what was found.
        against: what it should be, by the step before; None where it is held against nothing.
        difference: amount less against; None where it is held against nothing.
        tolerance: largest difference that passes.
        verdict: ok, beyond or unknown.
        reason: why it is unknown, or what a reader must know.
        facts: the facts that it comes from.
    """

    id: str
    pool: str
    part: Literal["work", "credit", "payment", "energy"]
    amount: Figure
    against: Figure | None
    difference: Figure | None
    tolerance: Figure | None
    verdict: Verdict
    reason: str
    facts: tuple[FactLink, ...] = ()


def steps_of(steps: Iterable[Step], facts: Sequence[Fact]) -> tuple[StepRow, ...]:
    """Steps with their facts."""
    return tuple(_step(step, facts) for step in steps)


def _step(step: Step, facts: Sequence[Fact]) -> StepRow:
    kinds = _OF_STEP[step.id]
    own = [
        fact for fact in facts if fact.kind in kinds and (not step.pool or getattr(fact.data, "pool", "") == step.pool)
    ]
    trace = trace_fact(own[-1].key) if own and step.amount is not None else ""
    return StepRow(
        id=step.id,
        pool=step.pool,
        part=_part(step.id),
        amount=_figure(step, step.amount, trace) or unknown(step.reason, _UNITS[step.unit][0]),
        against=_figure(step, step.against),
        difference=_figure(step, step.difference),
        tolerance=_figure(step, step.tolerance),
        verdict=step.verdict,
        reason=step.reason,
        facts=tuple(link_of(fact) for fact in own),
    )


def _part(id_: str) -> Literal["work", "credit", "payment", "energy"]:
    if id_.startswith("work-"):
        return "work"
    if id_ in ("payout", "chain"):
        return "payment"
    return "energy" if id_.startswith(("energy-", "power-")) else "credit"


def _figure(step: Step, amount: int | None, trace: str = "") -> Figure | None:
    if amount is None:
        return None
    unit, power, digits = _UNITS[step.unit]
    return Figure(value=Decimal(amount).scaleb(power), unit=unit, digits=digits, trace=trace)


def link_of(fact: Fact) -> FactLink:
    """A fact as pages lead to it."""
    return FactLink(
        key=fact.key,
        kind=fact.kind,
        date=fact.date,
        at_us=fact.at,
        actor=fact.actor,
        grade=fact.grade,
        trace=trace_fact(fact.key),
    )
