"""A site's peaks: the power that demand charges bill, the grid's peaks, and what both mean for what to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from mintage.fleet.energy.readings import Interval
from mintage.fleet.energy.sheet import decimal_of
from mintage.fleet.energy.tariff import Tariff, chance_of
from mintage.fleet.energy.terms import CoincidentPeak, DemandCharge
from mintage.units import parse_instant

_US_PER_MINUTE = 60_000_000
PeakKey = tuple[str, str]
"""Name of a demand charge and a month, "2025-06"."""


def peak_kw(
    tariff: Tariff, charge: DemandCharge, intervals: Iterable[Interval], month: str
) -> tuple[Fraction | None, str]:
    """The highest mean power of an interval within a month and a charge's window, kW, or None with the reason."""
    best = Fraction(0)
    for interval in intervals:
        clock = tariff.wall(interval.start_us)
        counted = any(window.holds(clock.date.month, clock.day, clock.minute) for window in charge.when)
        if month_of(clock.date) != month or not counted:
            continue
        if interval.wh is None:
            return None, interval.reason or "energy of an interval is unknown."
        best = max(best, Fraction(interval.wh * 60, 1000 * tariff.file.interval_minutes))
    return best, ""


def billed_kw(
    tariff: Tariff,
    charge: DemandCharge,
    month: str,
    intervals: Iterable[Interval],
    past_kw: Mapping[PeakKey, Decimal],
) -> tuple[Fraction, str]:
    """Power that a demand charge bills: the month's own peak, the ratchet's share of earlier ones, or the minimum."""
    own_kw, reason = peak_kw(tariff, charge, intervals, month)
    most_kw = max(own_kw or Fraction(0), Fraction(charge.minimum_kw))
    for before in _months_before(month, charge.ratchet_months) if charge.ratchet_pct else ():
        past = past_kw.get((charge.name, before))
        if past is None:
            reason = reason or f"the peak of {before} is not known, which the ratchet needs."
        else:
            most_kw = max(most_kw, Fraction(past * charge.ratchet_pct) / 100)
    return most_kw, reason


def coincident_kw(intervals: Iterable[Interval], settled: Sequence[str]) -> tuple[Decimal | None, str]:
    """The site's mean power in the grid's settled peaks, kW to a thousandth, or None with the reason.

    Args:
        intervals: the site's energy in the season that the peaks are of.
        settled: ends of the intervals that peaked, ISO 8601.

    Raises:
        InputError: an end is no instant.
    """
    by_end = {interval.end_us: interval for interval in intervals}
    total = Fraction(0)
    for text in settled:
        found = by_end.get(parse_instant(text))
        if found is None or found.wh is None:
            return None, f"the energy of the interval that ends {text} is unknown."
        total += Fraction(found.wh * 3_600_000, found.end_us - found.start_us)
    if not settled:
        return None, "no peak is settled."
    return decimal_of(total / len(settled), 3), ""


def peak_weights(tariff: Tariff, charge: CoincidentPeak, starts_us: Sequence[int]) -> list[float]:
    """What each interval weighs in a coincident-peak charge, for `mintage.fleet.energy.merit.Peaks`.

    Args:
        tariff: the tariff.
        charge: its charge.
        starts_us: first instants of intervals.

    Raises:
        InputError: a settled end is no instant.

    Source: 1/n for a settled peak, nothing beside it; before that, the chance of being one of n, over n.
    """
    if charge.settled:
        ends = {parse_instant(text) for text in charge.settled}
        length_us = tariff.file.interval_minutes * _US_PER_MINUTE
        return [1 / charge.peaks if start + length_us in ends else 0.0 for start in starts_us]
    return [float(chance_of(charge, tariff.wall(start))) / charge.peaks for start in starts_us]


def demand_window(tariff: Tariff, charge: DemandCharge, starts_us: Sequence[int]) -> list[bool]:
    """Which intervals count for a demand charge, for `mintage.fleet.energy.merit.Demand`."""
    clocks = [tariff.wall(start) for start in starts_us]
    return [any(window.holds(clock.date.month, clock.day, clock.minute) for window in charge.when) for clock in clocks]


def _months_before(month: str, count: int) -> list[str]:
    year, number = map(int, month.split("-"))
    index = year * 12 + number - 1
    return [f"{(index - back) // 12}-{(index - back) % 12 + 1:02d}" for back in range(1, count + 1)]


def month_of(day: date) -> str:
    """A day's month, "2025-06"."""
    return f"{day.year}-{day.month:02d}"
