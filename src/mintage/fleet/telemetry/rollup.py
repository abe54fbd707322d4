"""Intervals told from samples: machines by 5 minutes and by the hour, a site by 5 minutes.

Each field's rule is in its row of `fields.toml`. A mean is that of the samples in which the reading is known. A counter
that a machine resets is told by the sum of its rises: a lower value than before began at zero; the first value that was
ever seen says nothing. A rise belongs to the interval in which it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from mintage.fleet.telemetry.duck import QUICK, THOROUGH, Duck, copy, names
from mintage.fleet.telemetry.layout import (
    DAY_S,
    ROLLUPS,
    Kind,
    begin_of,
    partition,
    remove,
    rollup_files,
    rollup_name,
    sample_files,
    write_whole,
)
from mintage.fleet.telemetry.queries import ASSETS, rollup_sql, site_sql

HOUR_S, MINUTES_5_S = 3600, 300
WIDTHS_S: dict[Kind, int] = {"minutes-5": MINUTES_5_S, "hours": HOUR_S}
CHUNK_ROWS = 4_000_000
"""Rows that are worked on at a time: memory stays bounded however many machines there are."""


def chunks(session: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Ranges of assets that hold about `CHUNK_ROWS` samples each."""
    counted = session.execute(ASSETS, {"files": names(files)}).fetchall()
    low, rows = "", 0
    for asset, count in counted:
        low = low or asset
        rows += count
        if rows >= CHUNK_ROWS:
            yield low, asset
            low, rows = "", 0
    if low:
        yield low, counted[-1][0]


def roll_up(duck: Duck, root: Path, day: date, site: str, hour: int | None = None) -> int:
    """Roll up a site's day, or one hour of it, from its samples; the number up to which it knows of files.

    Raises:
        StoreError: a file cannot be read or written; the former rollup stays.
    """
    start_s = begin_of(day) + (hour or 0) * HOUR_S
    end_s = start_s + (DAY_S if hour is None else HOUR_S)
    valid, _ = sample_files(partition(root, "samples", day, site))
    before, _ = sample_files(partition(root, "samples", day - timedelta(days=1), site))
    number = max(item.last for item in valid)
    files = [item.path for item in (*before, *valid)] if not hour else [item.path for item in valid]
    values = {
        "files": names(files),
        "since_s": start_s - (DAY_S if hour is None else HOUR_S),
        "start_s": start_s,
        "end_s": end_s,
    }
    part = rollup_name("day" if hour is None else f"h-{hour:02}", number)
    level = THOROUGH if hour is None else QUICK
    with duck.session() as session:
        ranges = list(chunks(session, [item.path for item in valid]))
        for kind, width_s in WIDTHS_S.items():
            for low, high in ranges:
                verb = "INSERT INTO rolled" if low != ranges[0][0] else "CREATE TEMP TABLE rolled AS"
                session.execute(f"{verb} {rollup_sql(width_s)}", {**values, "low": low, "high": high})
            told: dict[Kind, str] = {kind: "SELECT * FROM rolled ORDER BY asset, at_s"}
            if kind == "minutes-5":
                told["sites-5"] = site_sql("rolled")
            for name, query in told.items():
                _write(session, query, partition(root, name, day, site) / part, level)
            session.execute("DROP TABLE rolled")
    for kind in ROLLUPS:
        remove(rollup_files(partition(root, kind, day, site))[1])
    return number


def _write(session: duckdb.DuckDBPyConnection, query: str, target: Path, level: int) -> None:
    write_whole(target, lambda path: copy(session, query, {}, path, level=level))
