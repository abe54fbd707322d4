"""What the pages of production and their JSON twins tell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from mintage.daily.booked import Status
from mintage.desk.figure import Figure

Choice = Literal["", "differs", "open", "agrees"]


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One site's day.

    Attributes:
        site: the site.
        day: day in UTC.
        status: differs, open or agrees.
        why: the step that differs, or what is not known.
        earned: BTC booked as earned.
        value: at what value.
        expected: BTC that the hash rate should have earned, before any pool's fee.
        gap: earned over expected, less one.
        hashrate: mean hash rate.
        uptime: part of the machines' time for which they hashed.
        href: page of the day.
    """

    site: str
    day: date
    status: Status
    why: str
    earned: Figure
    value: Figure
    expected: Figure
    gap: Figure
    hashrate: Figure
    uptime: Figure
    href: str


class SiteTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A site's period.

    Attributes:
        site: the site; "" for all.
        earned: BTC booked as earned.
        value: at what value.
        expected: BTC expected over the days for which that is known and something was earned.
        gap: earned over expected on those days, less one.
        uptime: mean of the days that know it.
        days: days of which the journal tells.
        differs: days that differ.
        open: days that are open.
        agrees: days that agree.
        href: page of the site.
    """

    site: str
    earned: Figure
    value: Figure
    expected: Figure
    gap: Figure
    uptime: Figure
    days: int
    differs: int
    open: int
    agrees: int
    href: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One day or month of the chart.

    Attributes:
        name: the day or month.
        start: its first day.
        days: days in it of which the journal tells.
        earned: BTC a day by site.
        expected: BTC a day that the hash rate should have earned; None where a day of it is unknown.
    """

    name: str
    start: date
    days: int
    earned: dict[str, Decimal]
    expected: Decimal | None


class Production(msgspec.Struct, frozen=True, kw_only=True):
    """A period's production.

    Attributes:
        period: the period.
        before: the period before it.
        after: the period after it; "" where that has not begun.
        site: the one site that is asked about; "" for all.
        total: all sites together.
        sites: each site.
        columns: the chart, by day or month.
        trend: the twelve months up to the period's end, without what was expected.
        by: whether columns are days or months.
        rows: days, differences first, then what is open, the latest first.
        shown: rows that fit the choice.
        status: the choice: days of one status, or all.
        next: where the next rows begin; 0 where there are none.
        last: the last day of which the journal tells; None where it tells of none.
        months: months with production, the latest first.
        why_empty: why there is nothing to show.
    """

    period: str
    before: str
    after: str
    site: str
    total: SiteTotal
    sites: tuple[SiteTotal, ...]
    columns: tuple[Column, ...]
    trend: tuple[Column, ...]
    by: Literal["day", "month"]
    rows: tuple[DayRow, ...]
    shown: int
    status: Choice
    next: int
    last: date | None
    months: tuple[str, ...]
    why_empty: str = ""
