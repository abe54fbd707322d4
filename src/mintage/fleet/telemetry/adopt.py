"""Taking a file of samples from somebody else: looked at before it is put in its place.

The place comes from the site that was authenticated and from the instants inside; nothing that was sent names a path.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from mintage.fleet.telemetry.layout import day_of, flush_name, partition, write_whole
from mintage.fleet.telemetry.parquet import ParquetStore, placed
from mintage.fleet.telemetry.queries import CONTENTS, TYPES
from mintage.fleet.telemetry.schema import TEXT_MAX, columns
from mintage.fleet.telemetry.store import Placed
from mintage.units.errors import InputError, StoreError

ROWS_MAX = 5_000_000
"""Samples in one file."""
_SECONDS = range(
    int(datetime(2009, 1, 3, tzinfo=UTC).timestamp()),  # no machine hashed before
    int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()),
)


def adopt(store: ParquetStore, site: str, number: int, body: bytes) -> Placed:
    """Put a file of samples in its place; the same one again changes nothing.

    Raises:
        InputError: it is no file of samples of one day; nothing was changed.
        StoreError: it cannot be written; nothing was changed.
    """
    incoming = store.root / ".incoming" / f"{site}-{number:015}.parquet"
    write_whole(incoming, lambda path: _write(path, body))
    try:
        day, rows = _examined(store, incoming)
        path = partition(store.root, "samples", day, site) / flush_name(number)
        write_whole(path, lambda temporary: _move(incoming, temporary))
    finally:
        incoming.unlink(missing_ok=True)
    return placed(path, day, number, rows)


def _write(path: Path, body: bytes) -> None:
    path.write_bytes(body)


def _move(incoming: Path, temporary: Path) -> None:
    incoming.replace(temporary)


def _examined(store: ParquetStore, path: Path) -> tuple[date, int]:
    """Day and number of samples of a file that may be anything."""
    problem = "this is no file of samples: {}."
    try:
        told = dict(store.duck.rows(TYPES, {"files": [str(path)]}))
        known = {item.name: item.sql for item in columns()}
        if any(known.get(name) != kind for name, kind in told.items()):
            raise InputError(problem.format("its columns are not those of telemetry"))
        if not {"asset", "at_s"} <= set(told):
            raise InputError(problem.format("it does not say which machine and when"))
        rows, named, timed, first_s, last_s, longest = store.duck.rows(CONTENTS, {"files": [str(path)]})[0]
    except (StoreError, FileNotFoundError) as error:
        raise InputError(problem.format(f"it cannot be read ({error})")) from error
    if not 0 < rows <= ROWS_MAX or rows != named or rows != timed or longest > TEXT_MAX:
        raise InputError(problem.format("samples without machine or time, none, or too many"))
    if first_s not in _SECONDS or last_s not in _SECONDS or day_of(first_s) != day_of(last_s):
        raise InputError(problem.format("its samples are not of one day"))
    return day_of(first_s), int(rows)
