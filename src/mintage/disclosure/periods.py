"""Periods by their ids: "2025Q2", "2025H1", "2025", "2025-06", "2025-06-30"; what comes before, where it ends."""

import calendar
import re
from datetime import date, timedelta

from mintage.units.errors import InputError

_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d\d))?)?"
)


def _match(period: str) -> re.Match[str]:
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise InputError(
            f"'{period}' is not a period.",
            field="period",
            remedy="Write a quarter as 2025Q2, a month as 2025-06, a year as 2025 or a date as 2025-06-30.",
        )
    return match


def kind(period: str) -> str:
    """Return "quarter", "half", "year", "month" or "date".

    Raises:
        InputError: `period` is not the id of a period.
    """
    match = _match(period)
    if match["quarter"]:
        return "quarter"
    if match["half"]:
        return "half"
    if match["day"]:
        return "date"
    return "month" if match["month"] else "year"


def bounds(period: str) -> tuple[date, date]:
    """Return the first and last day of a period.

    Raises:
        InputError: `period` is not the id of a period, or names a day that does not exist.
    """
    match = _match(period)
    year = int(match["year"])
    if match["day"]:
        try:
            day = date(year, int(match["month"]), int(match["day"]))
        except ValueError:
            raise InputError(f"'{period}' is not a day of the calendar.", field="period") from None
        return day, day
    first, months = 1, 12
    if match["quarter"]:
        first, months = 3 * int(match["quarter"]) - 2, 3
    elif match["half"]:
        first, months = 6 * int(match["half"]) - 5, 6
    elif match["month"]:
        first, months = int(match["month"]), 1
    last = first + months - 1
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def end(period: str) -> date:
    """Return the last day of a period."""
    return bounds(period)[1]


def days(period: str) -> int:
    """Return how many days a period has."""
    first, last = bounds(period)
    return (last - first).days + 1


def shift(period: str, steps: int) -> str:
    """Return the period of the same kind that lies `steps` later (earlier where negative)."""
    match = _match(period)
    year = int(match["year"])
    if match["quarter"]:
        index = 4 * year + int(match["quarter"]) - 1 + steps
        return f"{index // 4}Q{index % 4 + 1}"
    if match["half"]:
        index = 2 * year + int(match["half"]) - 1 + steps
        return f"{index // 2}H{index % 2 + 1}"
    if match["day"]:
        return (end(period) + timedelta(days=steps)).isoformat()
    if match["month"]:
        index = 12 * year + int(match["month"]) - 1 + steps
        return f"{index // 12}-{index % 12 + 1:02d}"
    return str(year + steps)


def year_ago(period: str) -> str:
    """Return the same period of the year before."""
    match = _match(period)
    if match["day"]:
        day = end(period)
        last = calendar.monthrange(day.year - 1, day.month)[1]
        return date(day.year - 1, day.month, min(day.day, last)).isoformat()
    return f"{int(match['year']) - 1:04d}{period[4:]}"


def month_of(day: date) -> str:
    """Return the month in which a day lies."""
    return f"{day.year}-{day.month:02d}"


def quarter_of(day: date) -> str:
    """Return the quarter in which a day lies."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def same_end(one: str, two: str) -> bool:
    """Say whether two periods end on the same day: all the same to a balance."""
    return one == two or end(one) == end(two)


def distance(earlier: str, later: str) -> int:
    """Return how many steps of their common kind lie from one period to another."""
    (first, _), (second, _) = bounds(earlier), bounds(later)
    months = 12 * (second.year - first.year) + second.month - first.month
    return months // {"quarter": 3, "half": 6, "year": 12, "month": 1, "date": 1}[kind(earlier)]
