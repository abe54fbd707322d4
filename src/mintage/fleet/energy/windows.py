"""Times of a tariff: months, days and hours in the tariff's zone, exact over changes of daylight saving time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from mintage.units.errors import InputError

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
DAY_MINUTES = 1440
_HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When something applies, by the wall clock of the tariff's zone.

    Attributes:
        months: months of the year, 1 to 12.
        days: days of the week, and "holiday" for the tariff's holidays, which are no other day.
        hours: spans such as "07:00-21:00"; one that ends before it begins runs over midnight.
    """

    months: tuple[int, ...] = tuple(range(1, 13))
    days: tuple[Day, ...] = DAYS
    hours: tuple[str, ...] = ("00:00-24:00",)

    def minutes(self) -> tuple[tuple[int, int], ...]:
        """Spans of minutes of a day, the end excluded.

        Raises:
            InputError: a span or a month cannot be.
        """
        if not all(1 <= month <= 12 for month in self.months):
            raise InputError("months run from 1 to 12.", field="months")
        return _spans(self.hours)

    def holds(self, month: int, day: Day, minute: int) -> bool:
        """Whether a minute of such a day in such a month is in it."""
        return (
            month in self.months and day in self.days and any(first <= minute < last for first, last in self.minutes())
        )


@cache
def _spans(hours: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for text in hours:
        match = _HOURS.fullmatch(text)
        if match is None:
            raise InputError(f"'{text}' is no span of hours.", field="hours", remedy="Write 07:00-21:00.")
        first_h, first_m, last_h, last_m = map(int, match.groups())
        first, last = first_h * 60 + first_m, last_h * 60 + last_m
        if first == last or max(first, last) > DAY_MINUTES:
            raise InputError(f"'{text}' holds no time of a day.", field="hours", remedy="Write 07:00-21:00.")
        spans += [(first, last)] if first < last else [(first, DAY_MINUTES), (0, last)]
    return tuple(span for span in spans if span[0] < span[1])


class Wall(msgspec.Struct, frozen=True):
    """An instant on the wall clock of a zone.

    Attributes:
        date: local date.
        day: kind of day.
        minute: minute of the local day.
    """

    date: date
    day: Day
    minute: int


def zone_of(name: str) -> ZoneInfo:
    """A time zone.

    Raises:
        InputError: the zone is not known.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"'{name}' is no time zone.", field="zone", remedy="Write one such as America/Chicago or UTC."
        ) from error


def moment(at_us: int) -> datetime:
    """An instant as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def instant_us(when: datetime) -> int:
    """Microseconds since 1970 of a datetime that knows its zone."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def midnight_us(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day."""
    return instant_us(datetime(day.year, day.month, day.day, tzinfo=zone))


def wall(at_us: int, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> Wall:
    """An instant on the wall clock of a zone."""
    local = moment(at_us).astimezone(zone)
    day = "holiday" if local.date() in holidays else DAYS[local.weekday()]
    return Wall(local.date(), day, local.hour * 60 + local.minute)
