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

from mintage.fleet.telemetry.duck import Duck, copy, names
from mintage.fleet.telemetry.layout import (
    DAY_S,
    ROLLUPS,
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
WIDTHS_S = {"minutes-5": MINUTES_5_S, "hours": HOUR_S}
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
    with duck.session() as session:
        ranges = list(chunks(session, [item.path for item in valid]))
        for kind, width_s in WIDTHS_S.items():
            query = rollup_sql(width_s)
            first = True
            for low, high in ranges:
                verb = "CREATE TEMP TABLE rolled AS" if first else "INSERT INTO rolled"
                session.execute(f"{verb} {query}", {**values, "low": low, "high": high})
                first = False
            target = partition(root, "minutes-5" if kind == "minutes-5" else "hours", day, site) / part
            write_whole(target, lambda path: copy(session, "SELECT * FROM rolled ORDER BY asset, at_s", {}, path))
            if kind == "minutes-5":
                target = partition(root, "sites-5", day, site) / part
                write_whole(target, lambda path: copy(session, site_sql("rolled"), {}, path))
            session.execute("DROP TABLE rolled")
    for kind_of in ROLLUPS:
        remove(rollup_files(partition(root, kind_of, day, site))[1])
    return number
