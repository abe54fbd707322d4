"""Production day by day, from the journal alone: what pools credited beside what the machines' work should have earned.

Nothing here asks a pool: that is the job of `reconcile_job.py`, which somebody starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from mintage.books.view import View
from mintage.daily.booked import BookedDay, DayBook, Status
from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, measured, ratio, trace_account, trace_fact, unknown, usd
from mintage.desk.production_answer import Choice, Column, DayRow, Production, SiteTotal
from mintage.mining.facts import Earned, EarnedReduced
from mintage.people.caller import Caller
from mintage.units import Period, parse_period
from mintage.units.errors import InputError

DAYS_MAX = 366
FIRST, LAST = date(2009, 1, 1), date(2099, 12, 31)
"""Days that can be asked about."""
ROWS_MAX = 500
DAILY_DAYS = 62
"""Longer periods are drawn by month."""
RANK: dict[Status, int] = {"differs": 0, "open": 1, "agrees": 2}


def production(
    company: Company,
    caller: Caller,
    *,
    period: str = "",
    site: str = "",
    status: Choice = "",
    after: int = 0,
    limit: int = 100,
) -> Production:
    """A period's production, day by day, differences first.

    Args:
        company: the company.
        caller: who asks; only his or her sites are told.
        period: year, quarter, month or day; the last month with production where "".
        site: one site.
        status: days of one status only.
        after: rows to skip.
        limit: rows to tell.

    Raises:
        Forbidden: the caller may not see the one site.
        InputError: the period is none, or longer than a year.
    """
    if site:
        caller.insist("production.read", site)
    view = company.view()
    earned = earned_days(view)
    asked = {name for name, _ in earned if site in ("", name)}
    seen = {name for name in asked if caller.may("production.read", name)}
    mine = {slot for slot in earned if slot[0] in seen}
    last = max((day for _, day in mine), default=None)
    span = _span(period, last or company.today())
    days = [day for day in _days(company, view, span, site) if caller.may("production.read", day.site)]
    ordered = sorted(days, key=lambda item: (RANK[item.status], -item.day.toordinal(), item.site))
    chosen = [item for item in ordered if status in ("", item.status)]
    rows = chosen[after : after + min(limit, ROWS_MAX)]
    by_site: dict[str, list[BookedDay]] = defaultdict(list)
    for item in days:
        by_site[item.site].append(item)
    later = following(span)
    return Production(
        period=span.name,
        before=span.before().name,
        after=later.name if later.start <= company.today() else "",
        site=site,
        total=_total("", days, span),
        sites=tuple(_total(name, of, span) for name, of in sorted(by_site.items())),
        columns=_columns(days, span),
        trend=_trend(earned, mine, span),
        by="day" if span.days <= DAILY_DAYS else "month",
        rows=tuple(row_of(item) for item in rows),
        shown=len(chosen),
        status=status,
        next=after + len(rows) if after + len(rows) < len(chosen) else 0,
        last=last,
        months=tuple(
            sorted({f"{year}-{month:02}" for year, month in {(day.year, day.month) for _, day in mine}}, reverse=True)
        ),
        why_empty="" if days else _why_empty(site, span, last),
    )


def earned_days(view: View) -> dict[tuple[str, date], int]:
    """Satoshis booked as earned by site and accounting date."""

    def read() -> dict[tuple[str, date], int]:
        found: dict[tuple[str, date], int] = defaultdict(int)
        for kind, sign in ((Earned, 1), (EarnedReduced, -1)):
            for fact in view.facts(kind.kind):
                if isinstance(fact.data, Earned | EarnedReduced):
                    found[fact.data.site, fact.date] += sign * fact.data.sats
        return dict(found)

    return view.once(("earned by site and day",), read)


def row_of(item: BookedDay) -> DayRow:
    """A booked day as a row."""
    keys = [fact.key for fact in item.facts if isinstance(fact.data, Earned)]
    day = item.day.isoformat()
    trace = trace_fact(keys[0]) if len(keys) == 1 else trace_account(f"income:mining:{item.site}", "USD", day, day)
    nothing = "nothing is booked as earned."
    hashrate = item.expected.hashrate_ghs
    rate = unknown(item.expected.how, "TH/s") if hashrate is None else _ths(hashrate, _of(item.expected.window))
    return DayRow(
        site=item.site,
        day=item.day,
        status=item.status,
        why=item.why,
        earned=unknown(nothing, "BTC") if item.earned_sats is None else btc(item.earned_sats, trace),
        value=unknown(nothing, "USD") if item.value_cents is None else usd(item.value_cents, trace),
        expected=_expected(item),
        gap=_gap([item]),
        hashrate=rate,
        uptime=_uptime([item]),
        href=f"/production/{item.site}?day={day}",
    )


def _of(window: str) -> str:
    return f"the hash rate of {window}." if window else ""


def _ths(hashrate_ghs: int, reason: str) -> Figure:
    return Figure(value=Decimal(hashrate_ghs) / 1000, unit="TH/s", digits=0, reason=reason)


def _expected(item: BookedDay) -> Figure:
    expected = item.expected
    if expected.sats is None:
        return unknown(expected.how, "BTC")
    notes = " ".join(filter(None, (_of(expected.window), expected.how)))
    return Figure(value=Decimal(expected.sats).scaleb(-8), unit="BTC", digits=8, reason=notes)


def _gap(days: Iterable[BookedDay]) -> Figure:
    """What was earned over what was expected, on days that know both."""
    known = [(item.earned_sats, item.expected.sats) for item in days if item.earned_sats is not None]
    pairs = [(earned, expected) for earned, expected in known if expected]
    if not pairs:
        return unknown("no day knows both what was earned and what was expected.", "%")
    earned, expected = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return ratio(Fraction(earned - expected, expected) * 100, "%", 2)


def _uptime(days: Sequence[BookedDay]) -> Figure:
    known = [item.uptime for item in days if item.uptime is not None]
    if not known:
        return unknown("no agent recorded for how long the machines hashed.", "%")
    return measured(sum(known) / len(known) * 100, "%", 1)


def _total(site: str, days: Sequence[BookedDay], span: Period) -> SiteTotal:
    start, end = span.start.isoformat(), span.end.isoformat()
    earned = [item.earned_sats for item in days if item.earned_sats is not None]
    value = sum(item.value_cents or 0 for item in days)
    nothing = f"nothing is booked as earned in {span}."
    expected = [item for item in days if item.expected.sats is not None and item.earned_sats is not None]
    href = f"/production/{site}?period={span}" if site else f"/production?period={span}"
    sats = btc(sum(earned), href if site else trace_account("world:pools", "BTC", start, end))
    return SiteTotal(
        site=site,
        earned=sats if earned else unknown(nothing, "BTC"),
        value=usd(value, trace_account(f"income:mining:{site or '*'}", "USD", start, end))
        if earned
        else unknown(nothing, "USD"),
        expected=Figure(
            value=Decimal(sum(item.expected.sats or 0 for item in expected)).scaleb(-8), unit="BTC", digits=8
        )
        if expected
        else unknown(days[0].expected.how if days else nothing, "BTC"),
        gap=_gap(days),
        uptime=_uptime(days),
        days=len(days),
        differs=sum(item.status == "differs" for item in days),
        open=sum(item.status == "open" for item in days),
        agrees=sum(item.status == "agrees" for item in days),
        href=href,
    )


def _columns(days: Sequence[BookedDay], span: Period) -> tuple[Column, ...]:
    """Earned and expected BTC a day, by day or by month."""
    groups: dict[str, list[BookedDay]] = defaultdict(list)
    for item in days:
        groups[item.day.isoformat() if span.days <= DAILY_DAYS else item.day.strftime("%Y-%m")].append(item)
    return tuple(_column(name, groups[name]) for name in sorted(groups))


def _column(name: str, days: Sequence[BookedDay]) -> Column:
    count = len({item.day for item in days})
    earned: dict[str, int] = defaultdict(int)
    for item in days:
        earned[item.site] += item.earned_sats or 0
    # A site that earned and of which nobody knows the hash rate leaves the whole expectation unknown.
    lacking = any(item.expected.sats is None and item.earned_sats for item in days)
    expected = sum(item.expected.sats or 0 for item in days)
    return Column(
        name=name,
        start=parse_period(name).start,
        days=count,
        earned={site: _btc_day(sats, count) for site, sats in sorted(earned.items())},
        expected=None if lacking else _btc_day(expected, count),
    )


def _trend(earned: Mapping[tuple[str, date], int], mine: set[tuple[str, date]], span: Period) -> tuple[Column, ...]:
    """Earned BTC a day in the twelve months up to the end of a period."""
    last = parse_period(span.end.strftime("%Y-%m"))
    begins = date(span.end.year - (span.end.month < 12), span.end.month % 12 + 1, 1)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    days: dict[str, set[date]] = defaultdict(set)
    for site, day in mine:
        if begins <= day <= last.end:
            name = day.strftime("%Y-%m")
            found[name][site] += earned[site, day]
            days[name].add(day)
    return tuple(
        Column(
            name=name,
            start=parse_period(name).start,
            days=len(days[name]),
            earned={site: _btc_day(sats, len(days[name])) for site, sats in sorted(found[name].items())},
            expected=None,
        )
        for name in sorted(found)
    )


def _btc_day(sats: int, days: int) -> Decimal:
    return (Decimal(sats).scaleb(-8) / days).quantize(Decimal("0.00000001"))


def _days(company: Company, view: View, span: Period, site: str) -> list[BookedDay]:
    described = {name: desk.site for name, desk in company.sites.all().items()}
    key = ("booked", span.start, span.end, site, tuple(sorted(described)))
    return view.once(key, lambda: DayBook(view, described).days(span.start, span.end, (site,) if site else None))


def within_time(span: Period, field: str = "period") -> Period:
    """A period, if there was bitcoin in it and it can be counted on from.

    Raises:
        InputError: it lies before the first block, or beyond any plan.
    """
    if span.start < FIRST or span.end > LAST:
        raise InputError(
            f"{span} lies outside {FIRST.year} to {LAST.year}.", field=field, remedy="Ask for a time of bitcoin."
        )
    return span


def day_within_time(day: date) -> date:
    """A day, if it lies within the same bounds.

    Raises:
        InputError: it does not.
    """
    return within_time(Period(day, day, day.isoformat()), "day").start


def _span(name: str, last: date) -> Period:
    span = within_time(parse_period(name or last.strftime("%Y-%m")))
    if span.days > DAYS_MAX:
        raise InputError(f"{name} is longer than a year.", field="period", remedy="Ask for a year or less.")
    return span


def following(span: Period) -> Period:
    """The period of the same kind just after."""
    first = date.fromordinal(span.end.toordinal() + 1)
    if "Q" in span.name:
        return parse_period(f"{first.year}Q{(first.month + 2) // 3}")
    return parse_period(first.strftime({4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d"}[len(span.name)]))


def _why_empty(site: str, span: Period, last: date | None) -> str:
    if last is None:
        return "nothing is booked as mined yet."
    return f"nothing is booked as mined {f'at {site} ' if site else ''}in {span}; the last day is {last}."
