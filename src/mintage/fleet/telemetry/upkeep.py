"""Upkeep of telemetry: many small files become one sorted file a day, rollups are made, the disk budget is kept.

Every step can be cut off at any instant and is made again by the next round: a new file is whole before those that it
stands for are removed, and what is left over is recognised by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from mintage.fleet.telemetry.duck import QUICK, THOROUGH, copy, names
from mintage.fleet.telemetry.layout import (
    DAY_S,
    Kind,
    SampleFile,
    begin_of,
    day_of,
    days,
    merged_name,
    partition,
    remove,
    rollup_files,
    sample_files,
    sites,
    write_whole,
)
from mintage.fleet.telemetry.parquet import ParquetStore, newest_files
from mintage.fleet.telemetry.queries import SORTED, newest_sql
from mintage.fleet.telemetry.rollup import HOUR_S, roll_up
from mintage.fleet.telemetry.schema import columns

GRACE_S = 600
"""Seconds after the end of an hour or a day for which samples of it may still come."""
UPKEEP_S = 900.0
"""Seconds from one round to the next."""
MERGE_FILES = 60
"""So many flushes of the running day are merged into one file."""


class Upkept(msgspec.Struct, frozen=True):
    """What a round of upkeep did.

    Attributes:
        closed: days of sites that are merged and rolled up anew.
        removed: partitions that gave way to the disk budget, such as "samples 2026-01-05 alder".
        size: bytes in use afterwards.
        over: bytes above the budget that nothing could give way for.
    """

    closed: tuple[tuple[date, str], ...]
    removed: tuple[str, ...]
    size: int
    over: int


def upkeep(store: ParquetStore, now_s: int, budget: int) -> Upkept:
    """Make one round.

    Args:
        store: the telemetry.
        now_s: seconds since 1970.
        budget: bytes that it may take. Samples give way first, oldest first, then machines by 5 minutes; hours, sites
            by 5 minutes and everything of the running day stay.

    Raises:
        StoreError: a file cannot be read or written, as on a full disk; nothing was lost.
    """
    with store.tending:
        return _upkeep(store, now_s, budget)


def _upkeep(store: ParquetStore, now_s: int, budget: int) -> Upkept:
    closed = []
    for day in days(store.root, "samples"):
        for site in sites(store.root, "samples", day):
            if now_s < begin_of(day) + DAY_S + GRACE_S:
                _tend_today(store, day, site, now_s)
            elif _close(store, day, site):
                closed.append((day, site))
    for site in {name for day in days(store.root, "samples") for name in sites(store.root, "samples", day)}:
        _note_newest(store, site)
    removed, size = _fit(store.root, day_of(now_s), budget)
    return Upkept(tuple(closed), tuple(removed), size, max(0, size - budget))


def size_of(root: Path) -> int:
    """Bytes of all telemetry files."""
    return sum(path.stat().st_size for path in root.rglob("*.parquet"))


def _tend_today(store: ParquetStore, day: date, site: str, now_s: int) -> None:
    """Roll up the hours that are over, and merge flushes when they are many."""
    folder = partition(store.root, "samples", day, site)
    rolled, _ = rollup_files(partition(store.root, "sites-5", day, site))
    for hour in range(24):
        if f"h-{hour:02}" not in rolled and "day" not in rolled:
            if now_s < begin_of(day) + (hour + 1) * HOUR_S + GRACE_S:
                break
            roll_up(store.duck, store.root, day, site, hour)
    valid, covered = sample_files(folder)
    remove(item.path for item in covered)
    flushes = [item for item in valid if not item.merged]
    if len(flushes) >= MERGE_FILES:
        _merge(store, folder, flushes, level=QUICK)


def _close(store: ParquetStore, day: date, site: str) -> bool:
    """Roll up and merge a day that is over, or to which samples came late; whether there was anything to do."""
    folder = partition(store.root, "samples", day, site)
    valid, covered = sample_files(folder)
    remove(item.path for item in covered)
    rolled, _ = rollup_files(partition(store.root, "hours", day, site))
    known = rolled["day"][0] if "day" in rolled else -1
    if known < max(item.last for item in valid):
        roll_up(store.duck, store.root, day, site)
    elif len(valid) == 1 and valid[0].merged:
        return False
    _merge(store, folder, valid, level=THOROUGH)
    return True


def _merge(store: ParquetStore, folder: Path, files: Sequence[SampleFile], level: int) -> None:
    target = folder / merged_name(files[0].first, max(item.last for item in files))
    values = {"files": names([item.path for item in files])}

    def write(path: Path) -> None:
        with store.duck.session() as session:
            copy(session, SORTED, values, path, level=level)

    if [item.path for item in files] != [target]:
        write_whole(target, write)
        remove(item.path for item in files if item.path != target)


def _note_newest(store: ParquetStore, site: str) -> None:
    """Keep the newest sample of each machine in a file of its own."""
    files, number = newest_files(store.root, site)
    folder = store.root / "latest" / f"site={site}"
    target = folder / f"latest-{number:015}.parquet"
    if target.exists():
        return
    query = newest_sql([item.name for item in columns()[2:]])

    def write(path: Path) -> None:
        with store.duck.session() as session:
            copy(session, query, {"files": names(files)}, path)

    write_whole(target, write)
    remove(path for path in folder.glob("latest-*.parquet") if path != target)


def _fit(root: Path, today: date, budget: int) -> tuple[list[str], int]:
    """Let the oldest days give way until the rest fits; what went, and the bytes that are left."""
    removed, size = [], size_of(root)
    giving: tuple[Kind, ...] = ("samples", "minutes-5")
    for kind in giving:
        for day in days(root, kind):
            for site in sites(root, kind, day):
                if size <= budget or day >= today:
                    break
                paths = list(partition(root, kind, day, site).glob("*.parquet"))
                size -= sum(path.stat().st_size for path in paths)
                remove(paths)
                removed.append(f"{kind} {day} {site}")
    return removed, size
