"""What energy cost: the rows of a bill, exact to the cent, by month, by hour and by day.

Amounts are exact fractions of a cent until the end. Then the bill is rounded half up, and its rows are rounded so that
they sum to it: each down, and the cents that are left to the rows with the largest remainders. What cannot be known (a
gap in a meter, a price that is missing, a peak that is not settled) is a row without an amount, with its reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.fleet.energy.peaks import PeakKey, billed_kw, month_of
from mintage.fleet.energy.readings import Interval
from mintage.fleet.energy.sheet import Bill, Entry, Row, Sheet, apportion, decimal_of
from mintage.fleet.energy.tariff import Tariff, band_of
from mintage.fleet.energy.terms import BlockAndIndex, DemandCharge, Energy, Fixed, Indexed, TimeOfUse, Version
from mintage.fleet.energy.windows import Wall, midnight_us
from mintage.units.errors import InputError

_US_PER_MINUTE = 60_000_000
_Held = Sequence[tuple[Interval, Version | None, Wall]]


class HourCost(msgspec.Struct, frozen=True, kw_only=True):
    """One hour's energy and its cost, demand and monthly charges apart.

    Attributes:
        start_us: first instant.
        wh: energy, Wh; None where unknown.
        cents: cost, cents; None where unknown.
        usd_mwh: cost per energy metered, USD/MWh, to a hundredth; None where unknown or nothing was used.
        reason: why it is unknown.
    """

    start_us: int
    wh: int | None
    cents: int | None
    usd_mwh: Decimal | None
    reason: str = ""


class DayCost(msgspec.Struct, frozen=True, kw_only=True):
    """What a day's energy cost.

    Attributes:
        cents: energy, the day's part of monthly charges, tax, and demand where earlier intervals are given; None where
            part of it is unknown.
        rows: its rows.
        reason: why it is unknown.
        left_out: demand charges that only the month's bill settles.
    """

    cents: int | None
    rows: tuple[Row, ...]
    reason: str = ""
    left_out: tuple[str, ...] = ()


def cost(tariff: Tariff, intervals: Sequence[Interval], past_peaks_kw: Mapping[PeakKey, Decimal] | None = None) -> Bill:
    """The bill of intervals; demand and monthly charges of every month that they touch, in full.

    Where a tariff changes within a month, its demand and monthly charges are those of the month's end. Demand is billed
    on metered power, energy with losses.

    Args:
        tariff: the tariff.
        intervals: energy by the tariff's intervals, ascending, without gaps; unknown energy is None.
        past_peaks_kw: peaks of earlier months, which a ratchet needs.

    Raises:
        InputError: intervals are not the tariff's, or a price file cannot be read.
    """
    sheet = Sheet()
    for month, held in _bymonth_of(tariff, intervals).items():
        _energy(sheet, tariff, held)
        version = held[-1][1]
        if version is None:
            continue
        for charge in version.demand:
            kw, reason = billed_kw(tariff, charge, month, intervals, past_peaks_kw or {})
            _demand(sheet, charge, month, kw, reason)
        _monthly(sheet, version, month, Fraction(1))
        sheet.tax(month, version.tax_pct)
    return sheet.bill()


def hourly_cost(tariff: Tariff, intervals: Sequence[Interval]) -> list[HourCost]:
    """Energy and its cost by the hour, with losses and tax; hours that are known sum to their sum rounded half up.

    Args:
        tariff: the tariff.
        intervals: as in `cost`.

    Raises:
        InputError: as in `cost`.
    """
    _bymonth_of(tariff, intervals)  # refuses what is not the tariff's
    hours: dict[int, list[Interval]] = defaultdict(list)
    for interval in intervals:
        hours[interval.start_us - interval.start_us % (60 * _US_PER_MINUTE)].append(interval)
    sums = [_hour(tariff, held) for held in hours.values()]
    shares = iter(apportion([cents for cents, reason in sums if not reason]))
    found = []
    for (start_us, held), (exact, reason) in zip(hours.items(), sums, strict=True):
        wh = None if any(item.wh is None for item in held) else sum(item.wh or 0 for item in held)
        rate = decimal_of(exact * 10_000 / wh, 2) if wh and not reason else None
        cents = None if reason else next(shares)
        found.append(HourCost(start_us=start_us, wh=wh, cents=cents, usd_mwh=rate, reason=reason))
    return found


def day_cost(
    tariff: Tariff,
    energies: Sequence[Interval],
    earlier: Sequence[Interval] | None = None,
    past_peaks_kw: Mapping[PeakKey, Decimal] | None = None,
) -> DayCost:
    """What one day's energy cost.

    Monthly and coincident-peak charges count by time: a month's days sum to the month. Demand is the month's: with the
    month's earlier intervals given, the day bears what it added to the month's peak; without them it is left out.

    Args:
        tariff: the tariff.
        energies: the day's intervals, as in `cost`.
        earlier: the same month's intervals before the day.
        past_peaks_kw: peaks of earlier months, which a ratchet needs.

    Raises:
        InputError: as in `cost`.
    """
    sheet, left_out, past = Sheet(), list[str](), past_peaks_kw or {}
    for month, held in _bymonth_of(tariff, energies).items():
        _energy(sheet, tariff, held)
        version = held[-1][1]
        if version is None:
            continue
        length_us = len(held) * tariff.file.interval_minutes * _US_PER_MINUTE
        _monthly(sheet, version, month, Fraction(length_us, _month_us(tariff, month)))
        for charge in version.demand:
            if earlier is None:
                left_out.append(charge.name)
                continue
            before_kw, why = billed_kw(tariff, charge, month, earlier, past) if earlier else (Fraction(0), "")
            after_kw, reason = billed_kw(tariff, charge, month, (*earlier, *energies), past)
            _demand(sheet, charge, month, after_kw - before_kw, why or reason)
        sheet.tax(month, version.tax_pct)
    bill = sheet.bill()
    return DayCost(cents=bill.cents, rows=bill.rows, reason=bill.reason, left_out=tuple(dict.fromkeys(left_out)))


def _bymonth_of(
    tariff: Tariff, intervals: Sequence[Interval]
) -> dict[str, list[tuple[Interval, Version | None, Wall]]]:
    """Intervals by calendar month of the tariff's zone, each with what applies to it.

    Raises:
        InputError: they are not the tariff's intervals, or not one after the other.
    """
    length_us = tariff.file.interval_minutes * _US_PER_MINUTE
    months: dict[str, list[tuple[Interval, Version | None, Wall]]] = defaultdict(list)
    reached = None
    for interval in intervals:
        if interval.end_us - interval.start_us != length_us or interval.start_us % length_us:
            raise InputError(
                f"an interval is not one of the tariff's {tariff.file.interval_minutes} minutes.",
                field="intervals",
                remedy="Ask the meters for intervals of that length.",
            )
        if reached is not None and interval.start_us != reached:
            raise InputError(
                "intervals overlap or leave a gap.", field="intervals", remedy="Give unknown ones as such."
            )
        reached = interval.end_us
        clock = tariff.wall(interval.start_us)
        months[month_of(clock.date)].append((interval, tariff.version(clock.date), clock))
    return months


def _hour(tariff: Tariff, intervals: Sequence[Interval]) -> tuple[Fraction, str]:
    """Exact cents of intervals' energy with tax, or the reason why they are unknown."""
    sheet = Sheet()
    for month, held in _bymonth_of(tariff, intervals).items():
        _energy(sheet, tariff, held)
        version = held[-1][1]
        if version is not None:
            sheet.tax(month, version.tax_pct)
    return sheet.exact()


def _energy(sheet: Sheet, tariff: Tariff, held: _Held) -> None:
    """Add intervals' energy rows."""
    for interval, version, clock in held:
        month = month_of(clock.date)
        if version is None:
            reason = f"no version of tariff {tariff.name} covers {clock.date}."
            sheet.add(Entry("energy", "energy", month, "MWh", taxed=False, reason=reason))
            continue
        reason = "" if interval.wh is not None else interval.reason or "the energy of an interval is unknown."
        wh = Fraction(interval.wh or 0) * (1 + Fraction(version.losses_pct) / 100)
        for component in version.energy:
            for name, part_wh, usd_mwh, why in _parts(tariff, component, interval, clock, wh):
                cents, mwh = part_wh * usd_mwh / 10_000, part_wh / 10**6
                sheet.add(Entry(name, "energy", month, "MWh", component.taxed, mwh, cents, reason or why))


def _parts(
    tariff: Tariff, component: Energy, interval: Interval, clock: Wall, wh: Fraction
) -> list[tuple[str, Fraction, Fraction, str]]:
    """Rows of one component for an interval: name, Wh, USD/MWh and why the price is unknown."""
    if isinstance(component, Fixed):
        return [(component.name, wh, Fraction(component.usd_mwh), "")]
    if isinstance(component, TimeOfUse):
        band = band_of(component, clock)
        return [(f"{component.name} {band.name}", wh, Fraction(band.usd_mwh), "")]
    index, why = tariff.series(component.series).at(interval.start_us)
    price = Fraction(index or 0)
    if isinstance(component, Indexed):
        return [(component.name, wh, price * Fraction(component.factor) + Fraction(component.adder_usd_mwh), why)]
    return _block(component, tariff.file.interval_minutes, wh, price, why)


def _block(
    component: BlockAndIndex, minutes: int, wh: Fraction, price: Fraction, why: str
) -> list[tuple[str, Fraction, Fraction, str]]:
    """The block is always due; beyond it the index is, and what is left of it is sold back where the terms say so."""
    block_wh = Fraction(component.block_mw) * 10**6 * minutes / 60
    beyond = wh - block_wh
    rows = [(f"{component.name} block", block_wh, Fraction(component.block_usd_mwh), "")]
    if beyond > 0:
        rows.append((f"{component.name} index", beyond, price + Fraction(component.adder_usd_mwh), why))
    elif beyond < 0 and component.resale:
        rows.append((f"{component.name} resold", beyond, price - Fraction(component.resale_fee_usd_mwh), why))
    return rows


def _demand(sheet: Sheet, charge: DemandCharge, month: str, kw: Fraction, reason: str) -> None:
    cents = kw * Fraction(charge.usd_kw) * 100
    sheet.add(Entry(charge.name, "demand", month, "kW", charge.taxed, kw, cents, reason))


def _monthly(sheet: Sheet, version: Version, month: str, part: Fraction) -> None:
    """Add a part of a month's charges that do not depend on what is used in it."""
    for row in version.monthly:
        cents = Fraction(row.usd_month) * 100 * part
        sheet.add(Entry(row.name, "monthly", month, "month", row.taxed, part, cents))
    for peak in version.coincident:
        kw = Fraction(peak.billed_kw or 0)
        reason = "" if peak.billed_kw is not None else "the mean power in the grid's peaks is not stated."
        cents = kw * Fraction(peak.usd_kw_year) / 12 * 100 * part
        sheet.add(Entry(peak.name, "coincident", month, "kW", peak.taxed, kw, cents, reason))


def _month_us(tariff: Tariff, month: str) -> int:
    """Length of a month in the tariff's zone, microseconds; an hour more or less where clocks change."""
    year, number = map(int, month.split("-"))
    after = date(year + number // 12, number % 12 + 1, 1)
    return midnight_us(after, tariff.zone) - midnight_us(date(year, number, 1), tariff.zone)
