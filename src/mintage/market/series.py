"""Daily series with explicit gaps: each day has a value, or is unknown for a stated reason.

A mean, low or high over a span with a gap in it is unknown too: it never quietly means "of the days we have".
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from mintage.units import parse_date, parse_number
from mintage.units.errors import AmountError, InputError, LimitError

BYTES_MAX = 16 * 2**20
"""Largest file that is read: 40 bytes a day for a thousand years."""


class Reading(msgspec.Struct, frozen=True):
    """A value, or why there is none.

    Attributes:
        value: the value in the unit of its series, or None where it is unknown.
        reason: why it is unknown; "" where it is known.
        day: the day that it is of, where it is of one day.
    """

    value: Decimal | None
    reason: str = ""
    day: date | None = None

    def require(self) -> Decimal:
        """The value.

        Raises:
            InputError: it is unknown; says why.
        """
        if self.value is None:
            raise InputError(f"unknown: {self.reason}", remedy="Add the missing observation to the series.")
        return self.value


class DailySeries(msgspec.Struct, frozen=True):
    """One value per day, in UTC.

    Attributes:
        name: what it is of and from whom, for messages.
        unit: unit of its values, such as "USD/BTC".
        readings: day to value or reason; a day that is not there is unknown because nothing was observed.
    """

    name: str
    unit: str
    readings: dict[date, Reading]

    @property
    def first(self) -> date | None:
        """First day with a reading, or None in an empty series."""
        return min(self.readings, default=None)

    @property
    def last(self) -> date | None:
        """Last day with a reading, or None in an empty series."""
        return max(self.readings, default=None)

    def on(self, day: date) -> Reading:
        """The value of one day."""
        return self.readings.get(day) or Reading(None, f"{self.name} has no value for {day}.", day)

    def mean(self, start: date, end: date) -> Reading:
        """Arithmetic mean of the days from start to end, both included."""
        return self._over(start, end, lambda known: Reading(sum((v for _, v in known), Decimal(0)) / len(known)))

    def low(self, start: date, end: date) -> Reading:
        """Lowest value of the span, with the first day that had it."""
        return self._over(start, end, lambda known: _reading(min(known, key=lambda pair: pair[1])))

    def high(self, start: date, end: date) -> Reading:
        """Highest value of the span, with the first day that had it."""
        return self._over(start, end, lambda known: _reading(max(known, key=lambda pair: pair[1])))

    def gaps(self, start: date, end: date) -> list[Reading]:
        """The unknown days of a span, each with its reason."""
        return [reading for day in _days(start, end) if (reading := self.on(day)).value is None]

    def _over(self, start: date, end: date, told: Callable[[list[tuple[date, Decimal]]], Reading]) -> Reading:
        if start > end:
            return Reading(None, f"the span from {start} to {end} holds no day.")
        readings = [self.on(day) for day in _days(start, end)]
        known = [(reading.day, reading.value) for reading in readings if reading.day and reading.value is not None]
        missing = len(readings) - len(known)
        if missing:
            first = next(reading for reading in readings if reading.value is None)
            return Reading(None, f"{missing} of {len(readings)} days are unknown; {first.reason}")
        return told(known)


def series(name: str, unit: str, values: Iterable[tuple[date, Decimal]]) -> DailySeries:
    """A series of known values.

    Raises:
        InputError: a day has two values that differ.
    """
    readings: dict[date, Reading] = {}
    for day, value in values:
        if readings.setdefault(day, Reading(value, "", day)).value != value:
            raise InputError(f"{name} has two values for {day}: {readings[day].value} and {value}.")
    return DailySeries(name, unit, readings)


def read_series(path: Path, unit: str, *, value_column: str = "close", date_column: str = "date") -> DailySeries:
    """Read a CSV file with a header, one row per day. An empty value is a gap, whose reason names the row.

    Args:
        path: UTF-8 file, at most 16 MiB.
        unit: unit of the values, such as "USD/BTC".
        value_column: header of the column with the values.
        date_column: header of the column with the days, as YYYY-MM-DD.

    Raises:
        LimitError: the file is too large.
        InputError: it cannot be read, is not UTF-8, lacks a column, or a row is short, no date, no number or a
            repetition; says the file, the line and the column.
    """
    file = str(path)
    readings: dict[date, Reading] = {}
    for line, row in _rows(path, (date_column, value_column)):
        try:
            day = parse_date(row[date_column].strip())
        except InputError as error:
            raise error.at(file=file, line=line, field=date_column) from None
        if day in readings:
            raise InputError(
                f"{day} is there twice.", remedy="Keep one row per day.", file=file, line=line, field=date_column
            )
        text = row[value_column].strip()
        try:
            value = parse_number(text) if text else None
        except AmountError as error:
            raise error.at(file=file, line=line, field=value_column) from None
        reason = "" if text else f"'{value_column}' is empty in line {line} of {path.name}, for {day}."
        readings[day] = Reading(value, reason, day)
    return DailySeries(f"{value_column} of {path.name}", unit, readings)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    file = str(path)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise LimitError(f"larger than {BYTES_MAX} bytes.", remedy="Split it by year.", file=file)
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", remedy="Check the path.", file=file) from error
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 at byte {error.start}.", remedy="Save it as UTF-8.", file=file) from error
    table = csv.reader(text.splitlines(), strict=True)
    header: list[str] | None = None
    try:
        for cells in table:
            line = table.line_num
            if header is None:
                header = _header(cells, columns, file)
            elif len(cells) != len(header):
                raise InputError(
                    f"has {len(cells)} cells where the header has {len(header)}.",
                    remedy="The file may be cut off; fetch it again.",
                    file=file,
                    line=line,
                )
            else:
                yield line, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}.", remedy="Check the quotes.", file=file, line=table.line_num) from error
    if header is None:
        raise InputError("is empty.", remedy="Its first line must name the columns.", file=file)


def _header(cells: list[str], columns: tuple[str, ...], file: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    for column in columns:
        if column not in header:
            raise InputError(
                f"has no column '{column}'.", remedy=f"It has: {', '.join(header)}.", file=file, line=1, field=column
            )
    return header


def _days(start: date, end: date) -> Iterator[date]:
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def _reading(pair: tuple[date, Decimal]) -> Reading:
    return Reading(pair[1], "", pair[0])
