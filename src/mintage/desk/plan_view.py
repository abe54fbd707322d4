"""A kept plan as it is looked at: fans by month, what is likely, and the difference to another plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from mintage.books.kpis import definitions
from mintage.desk.figure import Figure
from mintage.desk.jobs import Job
from mintage.desk.plan_job import Planned
from mintage.desk.plans import PlanRow
from mintage.plan.assumptions import Assumption, default_assumptions
from mintage.plan.result import Measure, PlanResult, Spread
from mintage.units import commodity, parse_period

DIGITS = {"USD": 0, "BTC": 2, "HASHRATE": 0}
RANGE = (25, 75)
"""Percentiles between which an outlook may be given: half of the futures lie within."""


class Fan(msgspec.Struct, frozen=True, kw_only=True):
    """One measure by month.

    Attributes:
        id: the KPI's id.
        en: name in English.
        zh: name in Traditional Chinese.
        unit: unit of the values.
        digits: decimals to print.
        p10: what one future in ten falls below.
        p50: median.
        p90: what one future in ten exceeds.
    """

    id: str
    en: str
    zh: str
    unit: str
    digits: int
    p10: tuple[Decimal, ...]
    p50: tuple[Decimal, ...]
    p90: tuple[Decimal, ...]


class Futures(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of a plan.

    Attributes:
        months: names of the months.
        ends: their last days.
        fans: measures by month.
        cash_short: share of the futures whose cash is below zero at each month's end, all bitcoin sold.
        notes: what a reader should know.
    """

    months: tuple[str, ...]
    ends: tuple[date, ...]
    fans: tuple[Fan, ...]
    cash_short: tuple[float, ...]
    notes: tuple[str, ...]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A range for the coming quarter, which half of the futures lie within.

    Attributes:
        id: the KPI's id.
        en: name in English.
        zh: name in Traditional Chinese.
        start: name of the first month.
        end: name of the last month.
        low: lower end.
        mid: median.
        high: upper end.
    """

    id: str
    en: str
    zh: str
    start: str
    end: str
    low: Figure
    mid: Figure
    high: Figure


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of this plan beside another.

    Attributes:
        id: the KPI's id.
        en: name in English.
        zh: name in Traditional Chinese.
        start: name of the first month that both cover.
        end: name of the last one; a balance is at its end, a flow the sum of all.
        then: the other plan's median.
        now: this plan's median.
        change: by how much they differ.
        reaching: percent of this plan's futures that reach the other's median; of its own, 50 do.
    """

    id: str
    en: str
    zh: str
    start: str
    end: str
    then: Figure
    now: Figure
    change: Figure
    reaching: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One assumption of a plan.

    Attributes:
        assumption: as the plan was lived by it.
        shipped: the value that comes with Mintage.
        then: the other plan's value; None where none is compared.
        changed: whether it was said for this plan.
    """

    assumption: Assumption
    shipped: Decimal
    then: Decimal | None
    changed: bool


class KeptPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A kept plan's medians, for whoever is held against it.

    Attributes:
        row: the plan.
        months: names of the months.
        p50: KPI to month to median.
    """

    row: PlanRow
    months: tuple[str, ...]
    p50: dict[str, dict[str, Figure]]


class PlanPage(msgspec.Struct, frozen=True, kw_only=True):
    """One plan.

    Attributes:
        row: the plan's place among those that are kept.
        progress: the job, while nothing came out of it.
        futures: what came out; None while nothing has.
        outlook: ranges for the coming quarter.
        other: the plan that it is compared with; None where it is compared with none.
        other_futures: what came out of that one.
        differences: of what both cover.
        short_then: the other's share of futures that are short of cash in the worst month.
        short_now: this plan's.
        rows: every assumption.
        others: plans that it can be compared with.
        may_run: whether the reader may run plans and choose the baseline.
        may_delete: whether the reader may delete it.
    """

    row: PlanRow
    progress: Job | None
    futures: Futures | None
    outlook: list[Outlook]
    other: PlanRow | None
    other_futures: Futures | None
    differences: list[Difference]
    short_then: float | None
    short_now: float | None
    rows: list[Row]
    others: list[PlanRow]
    may_run: bool
    may_delete: bool


def names(id_: str) -> tuple[str, str]:
    """A KPI's name in both languages."""
    known = definitions().get(id_)
    return (known.en, known.zh) if known else (id_, "")


def amount(units: int, id_: str, trace: str = "") -> Figure:
    """An amount of a commodity as a figure."""
    told = commodity(id_)
    digits = DIGITS.get(id_, told.scale)
    return Figure(value=Decimal(units).scaleb(-told.scale), unit=told.unit, digits=digits, trace=trace)


def futures(result: PlanResult) -> Futures:
    """What came out of a plan, by month."""
    return Futures(
        months=result.months,
        ends=tuple(parse_period(name).end for name in result.months),
        fans=tuple(_fan(measure) for measure in result.measures),
        cash_short=result.cash_short,
        notes=result.notes,
    )


def _fan(measure: Measure) -> Fan:
    told, (en, zh) = commodity(measure.unit), names(measure.id)
    rows = [tuple(Decimal(n).scaleb(-told.scale) for n in row) for row in (measure.p10, measure.p50, measure.p90)]
    return Fan(
        id=measure.id,
        en=en,
        zh=zh,
        unit=told.unit,
        digits=DIGITS.get(measure.unit, told.scale),
        p10=rows[0],
        p50=rows[1],
        p90=rows[2],
    )


def outlook(result: PlanResult) -> list[Outlook]:
    """Ranges for the coming quarter."""
    first = result.spreads[0].end if result.spreads else ""
    found = []
    for spread in result.spreads:
        if spread.end == first:
            en, zh = names(spread.id)
            low, mid, high = (amount(spread.at(percent), spread.unit) for percent in (RANGE[0], 50, RANGE[1]))
            found.append(
                Outlook(id=spread.id, en=en, zh=zh, start=spread.start, end=spread.end, low=low, mid=mid, high=high)
            )
    return found


def differences(now: PlanResult, then: PlanResult) -> list[Difference]:
    """What both plans cover, beside each other: the coming quarter, and all months where they are the same."""
    old = {(spread.id, spread.start, spread.end): spread for spread in then.spreads}
    return [
        _difference(spread, old[key]) for spread in now.spreads if (key := (spread.id, spread.start, spread.end)) in old
    ]


def _difference(now: Spread, then: Spread) -> Difference:
    en, zh = names(now.id)
    return Difference(
        id=now.id,
        en=en,
        zh=zh,
        start=now.start,
        end=now.end,
        then=amount(then.at(50), now.unit),
        now=amount(now.at(50), now.unit),
        change=amount(now.at(50) - then.at(50), now.unit),
        reaching=now.reaching(then.at(50)),
    )


def rows(planned: Planned | None, row: PlanRow, other: Planned | None) -> list[Row]:
    """Every assumption of a plan, beside another's."""
    shipped = default_assumptions()
    table = planned.assumptions if planned is not None else shipped.values()
    then = {one.id: one.value for one in other.assumptions} if other is not None else {}
    return [
        Row(
            assumption=one,
            shipped=shipped[one.id].value if one.id in shipped else one.value,
            then=then.get(one.id),
            changed=one.id in row.changes,
        )
        for one in table
    ]


def medians(row: PlanRow, result: PlanResult) -> KeptPlan:
    """A plan's medians by measure and month."""
    return KeptPlan(
        row=row,
        months=result.months,
        p50={
            one.id: {
                name: amount(units, one.unit, trace=f"/plan/{row.id}")
                for name, units in zip(result.months, one.p50, strict=True)
            }
            for one in result.measures
        },
    )
