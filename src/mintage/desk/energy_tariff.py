"""A site's tariff: what of it applies now, what a day cost by the hour, and the month's bill so far with its peak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from mintage.desk.company import Company
from mintage.desk.energy import hour_rows, tariff_of
from mintage.desk.energy_answer import HourRow
from mintage.desk.energy_open import energy_desk
from mintage.desk.energy_terms import Term, terms_of
from mintage.desk.figure import Figure, unknown, usd
from mintage.desk.production import day_within_time
from mintage.desk.sites import SiteDesk
from mintage.fleet.energy.bill import cost, day_cost, hourly_cost
from mintage.fleet.energy.peaks import billed_kw, peak_kw
from mintage.fleet.energy.readings import Interval, site_intervals
from mintage.fleet.energy.sheet import Row, decimal_of
from mintage.fleet.energy.tariff import Tariff
from mintage.fleet.energy.terms import Version
from mintage.fleet.energy.windows import midnight_us, zone_of
from mintage.people.caller import Caller
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

_UTC = zone_of("UTC")


class HourBill(msgspec.Struct, frozen=True, kw_only=True):
    """One hour's energy and its cost.

    Attributes:
        start_us: first instant.
        energy: energy metered.
        cost: its cost, demand and monthly charges apart.
        usd_mwh: cost over energy.
    """

    start_us: int
    energy: Figure
    cost: Figure
    usd_mwh: Figure


class BillRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a bill.

    Attributes:
        name: row of the tariff, with its band or part.
        kind: energy, demand, coincident, monthly or tax.
        quantity: how much.
        amount: USD.
    """

    name: str
    kind: str
    quantity: Figure
    amount: Figure


class Peak(msgspec.Struct, frozen=True, kw_only=True):
    """The month's highest power that a demand charge counts.

    Attributes:
        name: the charge.
        peak: highest mean power of an interval so far.
        billed: power that is billed: the peak, an earlier month's share of it, or the minimum.
        usd_kw: charge.
    """

    name: str
    peak: Figure
    billed: Figure
    usd_kw: Figure


class SiteTariff(msgspec.Struct, frozen=True, kw_only=True):
    """A site's tariff and what it made of the meters' readings.

    Attributes:
        site: the site.
        name: the tariff; "" where there is none.
        why_not: why there is none.
        zone: zone of its wall clock.
        now_us: the site's time.
        clock: the same on the tariff's wall clock.
        since: first day of the version in force; None where none is.
        until: day on which it no longer applies; None where open.
        losses: energy that is billed on top of what is metered.
        tax: tax on rows that are taxed.
        terms: prices and charges.
        gaps: days that no version covers.
        prices: what one more MWh costs in each hour of the day.
        day: UTC day of the hours.
        hours: the day's hours.
        day_rows: rows of the day's bill.
        day_cost: its sum.
        left_out: demand charges that only the month's bill settles.
        month: month of the bill, "2025-07".
        bill: rows of the month's bill so far.
        bill_sum: its sum; what is known of it where a row is unknown.
        peaks: the month's peaks.
        before: the day before.
        after: the day after; None where that has not begun.
    """

    site: str
    name: str = ""
    why_not: str = ""
    zone: str = ""
    now_us: int
    clock: str = ""
    since: date | None = None
    until: date | None = None
    losses: Figure | None = None
    tax: Figure | None = None
    terms: tuple[Term, ...] = ()
    gaps: tuple[str, ...] = ()
    prices: tuple[HourRow, ...] = ()
    day: date
    hours: tuple[HourBill, ...] = ()
    day_rows: tuple[BillRow, ...] = ()
    day_cost: Figure | None = None
    left_out: tuple[str, ...] = ()
    month: str = ""
    bill: tuple[BillRow, ...] = ()
    bill_sum: Figure | None = None
    peaks: tuple[Peak, ...] = ()
    before: date
    after: date | None


def site_tariff(company: Company, caller: Caller, site: str, *, day: date | None = None) -> SiteTariff:
    """A site's tariff, a day's cost by the hour, and the month's bill so far.

    Args:
        company: the company.
        caller: who asks.
        site: the site.
        day: UTC day; yesterday where None, the last whole one.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: its state is not here.
        InputError: the day has not begun.
    """
    caller.insist("energy.read", site)
    desk = energy_desk(company, caller, site)
    now_us = desk.clock.now_us()
    today = utc_date(now_us)
    asked = day_within_time(day) if day else today - timedelta(days=1)
    if asked > today:
        raise InputError(f"{asked} has not begun.", field="day", remedy="Ask for a day that has begun.")
    after = asked + timedelta(days=1) if asked < today else None
    try:
        return _tariff(desk, tariff_of(desk), asked, after)
    except InputError as error:
        before = asked - timedelta(days=1)
        return SiteTariff(site=site, why_not=error.problem, now_us=now_us, day=asked, before=before, after=after)


def _tariff(desk: SiteDesk, tariff: Tariff, day: date, after: date | None) -> SiteTariff:
    now_us, wall = desk.clock.now_us(), tariff.wall(desk.clock.now_us())
    version = tariff.version(wall.date)
    minutes = tariff.file.interval_minutes
    first_us, last_us = midnight_us(day, _UTC), midnight_us(day + timedelta(days=1), _UTC)
    intervals = site_intervals(desk.db, desk.site, first_us, min(last_us, _floor(now_us, minutes)), minutes)
    hours, billed = hourly_cost(tariff, intervals), day_cost(tariff, intervals)
    month = tariff.wall(first_us).date.replace(day=1)
    held = _month(desk, tariff, month, now_us)
    bill = cost(tariff, held)
    known = usd(bill.known_cents) if not bill.reason else _noted(usd(bill.known_cents), bill.reason)
    return SiteTariff(
        site=desk.site.name,
        name=tariff.name,
        zone=tariff.file.zone,
        now_us=now_us,
        clock=f"{wall.date} {wall.minute // 60:02d}:{wall.minute % 60:02d}",
        since=version.first if version else None,
        until=version.until if version else None,
        losses=Figure(value=version.losses_pct, unit="%", digits=1) if version else None,
        tax=Figure(value=version.tax_pct, unit="%", digits=1) if version else None,
        terms=tuple(terms_of(tariff, version, wall, now_us)) if version else (),
        gaps=tuple(tariff.gaps()),
        prices=hour_rows(tariff, day),
        day=day,
        hours=tuple(
            HourBill(
                start_us=hour.start_us,
                energy=_kwh(hour.wh, hour.reason),
                cost=unknown(hour.reason, "USD") if hour.cents is None else usd(hour.cents),
                usd_mwh=Figure(value=hour.usd_mwh, unit="USD/MWh", digits=2, reason=hour.reason)
                if hour.usd_mwh is not None or hour.reason
                else unknown("nothing was used.", "USD/MWh"),
            )
            for hour in hours
        ),
        day_rows=tuple(_bill_row(row) for row in billed.rows),
        day_cost=unknown(billed.reason, "USD") if billed.cents is None else usd(billed.cents),
        left_out=billed.left_out,
        month=month.strftime("%Y-%m"),
        bill=tuple(_bill_row(row) for row in bill.rows),
        bill_sum=known,
        peaks=tuple(_peaks(tariff, version, month, held)) if version else (),
        before=day - timedelta(days=1),
        after=after,
    )


def _month(desk: SiteDesk, tariff: Tariff, month: date, now_us: int) -> list[Interval]:
    """The month's intervals on the tariff's wall clock, as far as they have passed."""
    after = (month + timedelta(days=31)).replace(day=1)
    minutes = tariff.file.interval_minutes
    last_us = min(midnight_us(after, tariff.zone), _floor(now_us, minutes))
    return site_intervals(desk.db, desk.site, midnight_us(month, tariff.zone), last_us, minutes)


def _floor(at_us: int, minutes: int) -> int:
    return at_us - at_us % (minutes * 60_000_000)


def _noted(figure: Figure, reason: str) -> Figure:
    return msgspec.structs.replace(figure, reason=f"known so far; unknown is {reason}")


def _kwh(wh: int | None, reason: str) -> Figure:
    if wh is None:
        return unknown(reason or "its energy is unknown.", "kWh")
    return Figure(value=Decimal(wh).scaleb(-3), unit="kWh", digits=1)


def _bill_row(row: Row) -> BillRow:
    quantity = unknown(row.reason, row.unit)
    if row.quantity is not None:
        quantity = Figure(value=row.quantity, unit=row.unit, digits=2 if row.unit == "USD" else 3)
    amount = unknown(row.reason, "USD") if row.cents is None else usd(row.cents)
    return BillRow(name=row.name, kind=row.kind, quantity=quantity, amount=amount)


def _peaks(tariff: Tariff, version: Version, month: date, held: Iterable[Interval]) -> Iterator[Peak]:
    intervals, name = list(held), month.strftime("%Y-%m")
    for charge in version.demand:
        peak, reason = peak_kw(tariff, charge, intervals, name)
        billed, why = billed_kw(tariff, charge, name, intervals, {})
        yield Peak(
            name=charge.name,
            peak=unknown(reason, "kW") if peak is None else Figure(value=decimal_of(peak, 1), unit="kW", digits=1),
            billed=Figure(value=None if why else decimal_of(billed, 1), unit="kW", digits=1, reason=why),
            usd_kw=Figure(value=charge.usd_kw, unit="USD/kW", digits=2),
        )
