"""Instants, accounting dates and periods.

An instant is an integer of microseconds since 1970-01-01 UTC; an accounting date is a `datetime.date`.
A period is a name: "2025" (year), "2025Q2" (quarter), "2025-06" (month) or "2025-06-30" (one day).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from mintage.units.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Years are those that a company's books can speak of: a slip such as 0206-06-30 is refused, and no sum overflows.
_YEAR = "(?:19|20|21)[0-9]{2}"
_TWO = "[0-9][0-9]"
_DATE = re.compile(f"{_YEAR}-{_TWO}-{_TWO}")
_INSTANT = re.compile(rf"{_DATE.pattern}[T ]{_TWO}:{_TWO}(:{_TWO}(\.[0-9]{{1,6}})?)?(Z|[+-]{_TWO}:{_TWO})?")
_PERIOD = re.compile(f"({_YEAR})(?:Q([1-4])|-({_TWO})(?:-({_TWO}))?)?")


def parse_instant(text: str) -> int:
    """Microseconds since the epoch of an ISO 8601 instant that carries its offset ("2025-06-30T23:59:59Z").

    Raises:
        InputError: it is not ISO 8601, or has no offset.
    """
    try:
        # fromisoformat alone would take week dates, and would drop digits below the microsecond.
        moment = datetime.fromisoformat(text if _INSTANT.fullmatch(text) else "")
    except ValueError as error:
        raise InputError(f"'{text}' is not an instant.", remedy="Write 2025-06-30T23:59:59Z.") from error
    if moment.tzinfo is None:
        raise InputError(f"'{text}' has no time zone.", remedy="Add Z for UTC or an offset such as +08:00.")
    return (moment - _EPOCH) // _MICROSECOND


def format_instant(instant_us: int) -> str:
    """ISO 8601 in UTC, with microseconds only where there are any."""
    return (_EPOCH + timedelta(microseconds=instant_us)).isoformat().replace("+00:00", "Z")


def utc_date(instant_us: int) -> date:
    """The UTC day that an instant lies in."""
    return (_EPOCH + timedelta(microseconds=instant_us)).date()


@lru_cache(maxsize=4096)
def day_end_instant(day: date) -> int:
    """The last second of a UTC day, used where only a date is known."""
    return (datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC) - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date:
    """A calendar date.

    Raises:
        InputError: it is not written as YYYY-MM-DD, or not in the years from 1900 to 2199.
    """
    try:
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError as error:
        raise InputError(f"'{text}' is not a date.", remedy="Write it as YYYY-MM-DD.") from error


class Period(msgspec.Struct, frozen=True, order=True):
    """A named span of accounting dates, both ends included."""

    start: date
    end: date
    name: str

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> int:
        """Number of days in it."""
        return (self.end - self.start).days + 1

    def before(self) -> Period:
        """The period of the same kind just before."""
        last = self.start - timedelta(days=1)
        if "Q" in self.name:
            return parse_period(f"{last.year}Q{(last.month + 2) // 3}")
        shape = {4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d"}[len(self.name)]
        return parse_period(last.strftime(shape))

    def year_before(self) -> Period:
        """The same period one year earlier."""
        return parse_period(f"{int(self.name[:4]) - 1}{self.name[4:]}")

    def months(self) -> tuple[Period, ...]:
        """The calendar months that it spans."""
        found = []
        day = self.start.replace(day=1)
        while day <= self.end:
            month = parse_period(day.strftime("%Y-%m"))
            found.append(month)
            day = month.end + timedelta(days=1)
        return tuple(found)


def parse_period(name: str) -> Period:
    """Read a period's name.

    Raises:
        InputError: it is none of the four forms, or no such month or day exists.
    """
    match = _PERIOD.fullmatch(name)
    if not match:
        raise InputError(f"'{name}' is not a period.", remedy="Write 2025, 2025Q2, 2025-06 or 2025-06-30.")
    year, quarter, month, day = (int(part) if part else 0 for part in match.groups())
    if day:
        only = parse_date(name)
        return Period(only, only, name)
    if not quarter and not month and "-" not in name:
        return Period(date(year, 1, 1), date(year, 12, 31), name)
    first, last = (quarter * 3 - 2, quarter * 3) if quarter else (month, month)
    if not 1 <= first <= 12:
        raise InputError(f"'{name}' names no month.", remedy="Months run from 01 to 12.")
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]), name)
