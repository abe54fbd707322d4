"""Lines and flows of the chain, read from warm books: one figure each, with the way to its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from mintage.books.kpis import kpi
from mintage.books.view import DAY, View, account_pattern
from mintage.desk.chain_answer import Flow, Line, Place, Role
from mintage.desk.chain_table import (
    BalanceSource,
    FactsSource,
    KpiSource,
    LineRow,
    LinkRow,
    MovesSource,
    PlacesRow,
    Source,
    scale_of,
)
from mintage.desk.figure import Figure, of_kpi, trace_account, unknown
from mintage.journal.store import Balances
from mintage.mining.facts import JointContractSet
from mintage.units import Period, parse_period

CREDIT_DAYS = 14
"""How far back the last day with anything is looked for."""


class Spans(msgspec.Struct, frozen=True, kw_only=True):
    """The spans of time that lines are told for.

    Attributes:
        on: the day.
        quarter: its quarter up to the day.
        before: the quarter before.
        month: the last whole month.
        month_before: the month before that.
    """

    on: date
    quarter: Period
    before: Period
    month: Period
    month_before: Period

    @property
    def day(self) -> Period:
        """The day alone."""
        return parse_period(self.on.isoformat())


def spans_of(on: date) -> Spans:
    """The spans of time as seen on a day."""
    whole = parse_period(f"{on.year}Q{(on.month + 2) // 3}")
    this = parse_period(on.strftime("%Y-%m"))
    month = this if on == this.end else this.before()
    return Spans(
        on=on,
        quarter=msgspec.structs.replace(whole, end=on),
        before=whole.before(),
        month=month,
        month_before=month.before(),
    )


def line(view: View, row: LineRow, spans: Spans) -> Line:
    """A line with its figure now and before."""
    now, before = _spans(view, row.role, row.source, spans)
    return Line(
        id=row.id,
        en=row.en,
        zh=row.zh,
        role=row.role,
        of=now.name,
        now=figure(view, row.source, now, row.role, row.unit, row.digits),
        before_of=before.name,
        before=figure(view, row.source, before, row.role, row.unit, row.digits),
        head=row.head,
        quiet=row.quiet,
        apart=row.apart,
    )


def flow(view: View, row: LinkRow, spans: Spans) -> Flow:
    """What flows between two stages, now and before."""

    def of(period: Period) -> Figure:
        found = figure(view, row.read, period, "flow", "USD", 2)
        trace = trace_account(row.evidence, "USD", period.start.isoformat(), period.end.isoformat())
        return found if found.trace else msgspec.structs.replace(found, trace=trace)

    return Flow(
        id=row.id,
        source=row.source,
        target=row.target,
        en=row.en,
        zh=row.zh,
        now=of(spans.quarter),
        before=of(spans.before),
    )


def _spans(view: View, role: Role, source: Source, spans: Spans) -> tuple[Period, Period]:
    match role:
        case "stock":
            return spans.day, parse_period(spans.before.end.isoformat())
        case "flow":
            return spans.quarter, spans.before
        case "month":
            return spans.month, spans.month_before
        case "day":
            last = last_day(view, source, spans.on)
            return parse_period(last.isoformat()), parse_period((last - DAY).isoformat())


def last_day(view: View, source: Source, on: date) -> date:
    """The last day of the past fortnight on which a balance changed; the day itself where it did not change at all."""
    if not isinstance(source, BalanceSource):
        return on
    for back in range(CREDIT_DAYS):
        day = on - back * DAY
        if total(view.flow(day, day), source.account, source.commodity):
            return day
    return on


def figure(view: View, source: Source, period: Period, role: Role, unit: str, digits: int) -> Figure:
    """The figure of a source for a period: what stands at its end, or what happened in it."""
    if isinstance(source, KpiSource):
        return _of_kpi(view, source.id, period)
    gap = view.stock_gap(period.end) if role == "stock" else view.flow_gap(period)
    if gap:
        return unknown(gap, unit)
    minor, trace = _amount(view, source, period, role)
    return Figure(value=Decimal(minor).scaleb(-scale_of(unit)), unit=unit, digits=digits, trace=trace)


def _of_kpi(view: View, id_: str, period: Period) -> Figure:
    found = of_kpi(kpi(view, id_, period))
    # That nothing is booked later yet is true of every day that is not over, and is no doubt about the figure.
    return found if found.value is None else msgspec.structs.replace(found, reason="")


def _amount(view: View, source: Source, period: Period, role: Role) -> tuple[int, str]:
    start, end = period.start.isoformat(), period.end.isoformat()
    match source:
        case BalanceSource():
            held = view.stock(period.end) if role == "stock" else view.flow(period.start, period.end)
            trace = trace_account(source.account, source.commodity, "" if role == "stock" else start, end)
            return source.sign * total(held, source.account, source.commodity), trace
        case FactsSource():
            asked = urlencode({"kind": source.kinds[0], "start": start, "end": end})
            found = (
                getattr(fact.data, source.field)
                for kind in source.kinds
                for fact in view.facts_within(kind, period.start, period.end)
            )
            return sum(found), f"/journal?{asked}" if len(source.kinds) == 1 else ""
        case MovesSource():
            return source.sign * _moved(view, source, period.start, period.end), ""
        case KpiSource():
            raise AssertionError("a KPI answers for itself")


def _moved(view: View, source: MovesSource, start: date, end: date) -> int:
    """Cents that came or left with the lots that facts of a kind moved."""
    return sum(
        row.move.cost
        for row in view.moves(source.commodity)
        if row.fact_kind == source.fact and start <= row.date <= end and row.move.cost * source.sign > 0
    )


def total(balances: Balances, account: str, commodity: str) -> int:
    """The sum over accounts and commodities that fit patterns."""
    return sum(amount for _, _, amount in fitting(balances, account, commodity))


def fitting(balances: Balances, account: str, commodity: str) -> Iterable[tuple[str, str, int]]:
    """Account, commodity and amount of the balances that fit patterns."""
    # Most accounts are told apart by their beginning, which is much cheaper to look at than a pattern.
    first = account.partition("*")[0]
    fits, counts = account_pattern(account), account_pattern(commodity)
    for (name, id_), amount in balances.items():
        if name.startswith(first) and fits(name) and counts(id_):
            yield name, id_, amount


def places(view: View, row: PlacesRow, on: date) -> tuple[Place, ...]:
    """What is where, the largest first."""
    found: dict[str, int] = {}
    accounts: dict[str, str] = {}
    for account, _, amount in fitting(view.stock(on), row.account, row.commodity):
        name = account.rpartition(":")[2]
        accounts[name] = account
        found[name] = found.get(name, 0) + amount
    joint = {fact.data.site for fact in view.facts(JointContractSet.kind) if isinstance(fact.data, JointContractSet)}
    return tuple(
        Place(
            name=name,
            figure=Figure(
                value=Decimal(minor).scaleb(-scale_of(row.unit)),
                unit=row.unit,
                trace=trace_account(accounts[name], row.commodity, end=on.isoformat()),
            ),
            note="joint" if name in joint else "",
        )
        for name, minor in sorted(found.items(), key=lambda item: -item[1])
        if minor
    )
