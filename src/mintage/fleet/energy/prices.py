"""Series of power prices from CSV files: each price has its interval, and what is not there is unknown."""

from __future__ import annotations

import csv
import gzip
import zlib
from bisect import bisect_right
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from mintage.fleet.energy.windows import instant_us, zone_of
from mintage.units import parse_number
from mintage.units.errors import AmountError, InputError, LimitError

BYTES_MAX = 64 * 2**20
"""Largest file that is read, unpacked: five-minute prices of ten years."""
_MINUTE_US = 60_000_000


class SeriesSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the prices of an index are.

    Attributes:
        name: what energy components call it.
        file: a CSV file with a header, beside the tariff; ".gz" may be packed.
        column: column of the prices, USD/MWh.
        time: column of the times.
        at: whether a time is the end or the start of its interval.
        minutes: length of an interval.
        zone: zone of times that carry no offset.
        wall_time: "exact" repeats the hour in autumn and leaves one out in spring; "forced-96" files have 96 quarters
            every day: their hour that never was is left out, and the repeated hour is unknown.
    """

    name: str
    file: str
    column: str
    time: str
    at: Literal["end", "start"] = "end"
    minutes: int = 15
    zone: str = "UTC"
    wall_time: Literal["exact", "forced-96"] = "exact"


class PriceSeries(msgspec.Struct, frozen=True):
    """Prices by interval.

    Attributes:
        name: its name.
        minutes: length of an interval.
        starts_us: first instants of intervals, ascending.
        prices: USD/MWh of each.
    """

    name: str
    minutes: int
    starts_us: list[int]
    prices: list[Decimal]

    def at(self, at_us: int) -> tuple[Decimal | None, str]:
        """The price of the interval that an instant lies in, or None with the reason."""
        index = bisect_right(self.starts_us, at_us) - 1
        if index < 0 or at_us >= self.starts_us[index] + self.minutes * _MINUTE_US:
            return None, f"{self.name} has no price for that interval."
        return self.prices[index], ""


def read_series(spec: SeriesSpec, folder: Path) -> PriceSeries:
    """Read the prices of an index.

    Raises:
        LimitError: the file is too large.
        InputError: it is not there or no CSV, a cell is empty or no number, a time cannot be, or two rows are of one
            interval.
    """
    path = folder / spec.file
    zone = zone_of(spec.zone)
    found: dict[int, Decimal] = {}
    for line, row in _rows(path, (spec.time, spec.column)):
        try:
            start_us = _start_us(row[spec.time].strip(), spec, zone, found)
            if start_us is None:
                continue
            price = parse_number(row[spec.column])
        except (AmountError, InputError) as error:
            field = spec.column if isinstance(error, AmountError) else spec.time
            raise error.at(file=str(path), line=line, field=field) from None
        if start_us in found:
            raise InputError(
                f"two rows are of the interval of {row[spec.time]}.",
                file=str(path),
                line=line,
                field=spec.time,
                remedy="Keep one row per interval.",
            )
        found[start_us] = price
    starts = sorted(found)
    _refuse_overlaps(starts, spec, path)
    return PriceSeries(spec.name, spec.minutes, starts, [found[start] for start in starts])


def _start_us(text: str, spec: SeriesSpec, zone: ZoneInfo, found: dict[int, Decimal]) -> int | None:
    """First instant of the interval that a time names; None for an hour that never was in a file forced to 96."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"'{text}' is no time.", remedy="Write 2025-06-30T23:45:00Z or local time.") from error
    length_us = spec.minutes * _MINUTE_US
    if when.tzinfo is not None:
        return instant_us(when) - (length_us if spec.at == "end" else 0)
    # The wall clock of the interval's start decides, for 02:00 ends the interval that began at 01:45.
    local = when - timedelta(minutes=spec.minutes if spec.at == "end" else 0)
    first, second = (instant_us(local.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if second < first:
        if spec.wall_time == "forced-96":
            return None
        raise InputError(f"{text} never was in {spec.zone}.", remedy='Set wall_time = "forced-96", or add offsets.')
    return second if first in found and second != first and spec.wall_time == "exact" else first


def _refuse_overlaps(starts: list[int], spec: SeriesSpec, path: Path) -> None:
    for before, after in pairwise(starts):
        if after - before < spec.minutes * _MINUTE_US:
            raise InputError(
                f"intervals of {spec.name} are shorter than {spec.minutes} minutes.",
                file=str(path),
                field="minutes",
                remedy="State the length of its intervals.",
            )


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    file = str(path)
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            unpacker = zlib.decompressobj(wbits=31)
            raw = unpacker.decompress(raw, BYTES_MAX + 1)
        if len(raw) > BYTES_MAX:
            raise LimitError(f"larger than {BYTES_MAX} bytes.", file=file, remedy="Split it by year.")
        text = raw.decode("utf-8-sig")
    except (OSError, gzip.BadGzipFile) as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", file=file, remedy="Check the path.") from error
    except (UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"is no CSV in UTF-8: {error}.", file=file) from error
    table = csv.DictReader(text.splitlines(), strict=True)
    for column in columns:
        if column not in (table.fieldnames or ()):
            known = ", ".join(table.fieldnames or ())
            raise InputError(f"has no column '{column}'.", file=file, line=1, field=column, remedy=f"It has: {known}.")
    try:
        return [(table.line_num, _whole(row, table.line_num, file)) for row in table]
    except csv.Error as error:
        raise InputError(f"is no CSV: {error}.", file=file, line=table.line_num) from error


def _whole(row: dict[str, str], line: int, file: str) -> dict[str, str]:
    if None in row or None in row.values():
        raise InputError(
            "has another number of cells than the header.", file=file, line=line, remedy="The file may be cut off."
        )
    return row
