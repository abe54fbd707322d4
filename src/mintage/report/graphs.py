"""The charts of the report: which figures go into them, and what stands there where they are unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from mintage.books.figures import to_decimal
from mintage.books.kpis import KpiValue
from mintage.books.layout import Row, Statement
from mintage.books.prices import closing_price
from mintage.books.view import DAY, View
from mintage.mining.facts import Earned
from mintage.report.bars import Bar, Step, stacked, waterfall
from mintage.report.html import Html, el, join
from mintage.report.keys import trio
from mintage.report.layout import layout
from mintage.report.lines import Series, daily
from mintage.report.svg import swatch
from mintage.report.tables import row, short, table
from mintage.report.words import Words, number, signed
from mintage.treasury.service import SATS_PER_BITCOIN, STATES, holdings
from mintage.units import Period

MILLION = Decimal(1_000_000)


def figure(title: str, *parts: Html) -> Html:
    """A chart under its title."""
    return el("figure", el("figcaption", title), *parts)


def revenue_chart(words: Words, view: View, period: Period) -> Html:
    """Revenue by source, in this period, the one before and the year before."""
    title = words("chart.revenue")
    parts = [trio(view, id_, period) for id_ in layout().revenue]
    total = trio(view, "revenue.total", period)
    bars = [
        _revenue_bar(words, getattr(total, name), [getattr(part, name) for part in parts])
        for name in ("year_before", "before", "now")
    ]
    return figure(title, stacked(title, [words.name(part.now) for part in parts], bars, words("undivided")))


def _revenue_bar(words: Words, total: KpiValue, parts: Sequence[KpiValue]) -> Bar:
    if total.value is None:
        return Bar(name=short(words, total.period), parts=(), whole=None, shown=words("unknown"))
    return Bar(
        name=short(words, total.period),
        parts=tuple(None if part.value is None else float(part.value / MILLION) for part in parts),
        whole=float(total.value / MILLION),
        shown=number(total.value / MILLION, 1),
    )


def statement_waterfall(words: Words, statement: Statement, title: str, totals: Sequence[str]) -> Html:
    """A statement as a waterfall; rows at zero are left out.

    Args:
        words: the language.
        statement: whose rows lead from the first total to the last.
        title: above the chart.
        totals: ids of the rows that stand on zero.
    """
    rows = [item for item in statement.rows if item.kind != "heading"]
    missing = next((item for item in rows if item.now.cents is None), None)
    if missing is not None:
        return figure(title, el("p", words("chart.unknown", reason=words.reason(missing.now.reason)), class_="unknown"))
    steps = [_step(words, item, total=item.id in totals) for item in rows if item.now.cents or item.id in totals]
    used = {"totals": True, "rises": any(s.value > 0 for s in steps if not s.total)}
    used["falls"] = any(s.value < 0 for s in steps if not s.total)
    fills = {"totals": 0, "rises": 2, "falls": 1}
    legend = el("p", *(el("span", swatch(fills[name]), words(name)) for name in used if used[name]), class_="legend")
    remark = [el("p", words("zero_rows"), class_="remark")] if len(steps) < len(rows) else []
    return figure(title, legend, waterfall(words("chart.table_below", title=title), steps), *remark)


def _step(words: Words, item: Row, *, total: bool) -> Step:
    value = Decimal(item.now.cents or 0) / 100 / MILLION
    shown = number(value, 1) if total else signed(to_decimal(Fraction(value), 1))
    return Step(name=words.name(item), value=float(value), total=total, shown=shown)


def daily_chart(words: Words, view: View, period: Period) -> Html:
    """Bitcoin mined on each day, and the day's closing price; the figures in a table behind it."""
    title = words("chart.daily")
    days = [period.start + timedelta(days=offset) for offset in range(period.days)]
    mined: dict[date, int] = {}
    for fact in view.facts(Earned.kind):
        if isinstance(fact.data, Earned) and fact.date in period:
            mined[fact.date] = mined.get(fact.date, 0) + fact.data.sats
    prices = [closing_price(view, day) for day in days]
    closes = [None if isinstance(price, str) else price.price for price in prices]
    coins = [Decimal(mined[day]) / SATS_PER_BITCOIN if day in mined else None for day in days]
    heads = (words("chart.mined"), words("chart.price"))
    series = [
        Series(name=name, values=tuple(None if value is None else float(value) for value in values), digits=digits)
        for name, values, digits in ((heads[0], coins, 2), (heads[1], closes, 0))
    ]
    named = {day: words.month(day) for day in days if day.day == 1 or day == days[0]}
    rows = [
        row(day.isoformat(), (_known(words, coin, 8), _known(words, close, 2)))
        for day, coin, close in zip(days, coins, closes, strict=True)
    ]
    data = el("details", el("summary", words("chart.data")), table(title, (words("day.head"), *heads), rows))
    gaps = [el("p", words("gaps"), class_="remark")] if None in coins or None in closes else []
    return figure(title, daily(title, days, named, series), *gaps, data)


def _known(words: Words, value: Decimal | None, digits: int) -> str:
    return words("unknown") if value is None else number(value, digits)


def states_chart(words: Words, view: View, period: Period) -> Html:
    """Bitcoin owned by where it is, at the start and at the end of the period."""
    title = words("chart.states")
    ends = (period.start - DAY, period.end)
    held = {day: holdings(view.journal, day) for day in ends if not view.stock_gap(day)}
    states = [name for name in STATES if name != "deposits" and any(found[name].sats for found in held.values())]
    bars, rows = [], []
    for day in ends:
        name = words.day(day)
        if day not in held:
            bars.append(Bar(name=name, parts=(), whole=None, shown=words("unknown")))
            rows.append(row(name, [words.reason(view.stock_gap(day))] + [""] * len(states)))
            continue
        amounts = [Decimal(held[day][state].sats) / SATS_PER_BITCOIN for state in states]
        whole = sum(amounts, Decimal(0))
        parts = tuple(float(amount) for amount in amounts)
        bars.append(Bar(name=name, parts=parts, whole=float(whole), shown=number(whole, 1)))
        rows.append(row(name, [number(amount, 8) for amount in (*amounts, whole)]))
    labels = [words(f"state.{state}") for state in states]
    heads = (words("day.head"), *labels, words("column.total"))
    data = el("details", el("summary", words("chart.data")), table(title, heads, rows))
    return figure(title, join([stacked(title, labels, bars, words("undivided")), data]))
