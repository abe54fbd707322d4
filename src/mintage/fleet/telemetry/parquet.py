"""The telemetry store on Parquet files, asked through DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mintage.fleet.telemetry.duck import Duck, copy, names
from mintage.fleet.telemetry.layout import (
    DAY_S,
    Kind,
    day_of,
    days,
    flush_name,
    partition,
    rollup_files,
    sample_files,
    sites,
    write_whole,
)
from mintage.fleet.telemetry.queries import (
    INSTANTS,
    SITE,
    machine_sql,
    newest_sql,
    rollup_sql,
    samples_sql,
    site_sql,
    work_sql,
    worst_sql,
)
from mintage.fleet.telemetry.rollup import HOUR_S, MINUTES_5_S, chunks
from mintage.fleet.telemetry.schema import Frame, Sample, column, decode, encode
from mintage.fleet.telemetry.store import SITE_COLUMNS, Placed, Resolution, Work
from mintage.units.errors import InputError, StoreError

T = TypeVar("T")


class ParquetStore:
    """The `TelemetryStore` port on a folder of Parquet files; several processes may read it, one writes each site.

    Args:
        root: the folder; see `mintage.fleet.telemetry.layout`.
        memory_mb: memory that queries and merges may use.
        threads: threads that they may use.
    """

    def __init__(self, root: Path, *, memory_mb: int = 2048, threads: int = 2) -> None:
        self.root = root
        self.tending = threading.Lock()
        """Held by a round of upkeep: two at once would write the same files."""
        self.duck = Duck(root / ".scratch", memory_mb, threads)

    def close(self) -> None:
        """Give its memory back."""
        self.duck.close()

    def put(self, site: str, number: int, samples: Sequence[Sample]) -> Placed:
        """See `TelemetryStore.put`."""
        seconds = [sample.snapshot.at_us // 1_000_000 for sample in samples]
        if not seconds or day_of(min(seconds)) != day_of(max(seconds)):
            raise InputError("samples of one UTC day are expected.", field="samples")
        day = day_of(seconds[0])
        path = partition(self.root, "samples", day, site) / flush_name(number)
        if not path.exists():
            stored = encode(samples)

            def write(target: Path) -> None:
                with self.duck.session() as session:
                    session.register("told", stored)
                    copy(session, samples_sql("told"), {}, target)

            write_whole(path, write)
        return placed(path, day, number, len(samples))

    def latest(self, site: str | None, fields: Sequence[str]) -> Frame:
        """See `TelemetryStore.latest`."""

        def files() -> list[Path]:
            return [path for name in self._sites(site) for path in newest_files(self.root, name)[0]]

        return self._frame(files, newest_sql(fields), {}, ("asset", "at_s", *fields))

    def site_series(self, site: str, start_s: int, end_s: int) -> Frame:
        """See `TelemetryStore.site_series`."""
        start_s, end_s = start_s // MINUTES_5_S * MINUTES_5_S, -(-end_s // MINUTES_5_S) * MINUTES_5_S
        values = {"start_s": start_s, "end_s": end_s}
        rolled = self._frame(lambda: self._rolled("sites-5", site, start_s, end_s), SITE, values, SITE_COLUMNS)
        if len(rolled):
            start_s = int(rolled.columns["at_s"][-1]) + MINUTES_5_S
        if start_s >= end_s:
            return rolled
        # What is not rolled up yet is told from its samples.
        since_s = start_s - HOUR_S
        every = {"low": "", "high": "~", "since_s": since_s, "start_s": start_s, "end_s": end_s}
        query = site_sql(f"({rollup_sql(MINUTES_5_S)})")
        tail = self._frame(lambda: self._sampled(site, since_s, end_s), query, every, SITE_COLUMNS)
        return tail if not len(rolled) else rolled if not len(tail) else _joined(rolled, tail)

    def worst(self, site: str | None, measure: str, start_s: int, end_s: int, count: int) -> Frame:
        """See `TelemetryStore.worst`."""
        values = {"start_s": start_s // HOUR_S * HOUR_S, "end_s": end_s, "count": count}

        def files() -> list[Path]:
            return [path for name in self._sites(site) for path in self._rolled("hours", name, start_s, end_s)]

        return self._frame(files, worst_sql(measure), values, ("asset", "value"))

    def machine_series(
        self, site: str, asset: str, fields: Sequence[str], start_s: int, end_s: int, resolution: Resolution = "samples"
    ) -> Frame:
        """See `TelemetryStore.machine_series`."""

        def files() -> list[Path]:
            if resolution == "samples":
                return self._sampled(site, start_s, end_s)
            return self._rolled(resolution, site, start_s, end_s)

        values = {"asset": asset, "start_s": start_s, "end_s": end_s}
        return self._frame(files, machine_sql(fields), values, ("at_s", *fields))

    def work(self, site: str, start_s: int, end_s: int, gap_s: int) -> Work:
        """See `TelemetryStore.work`."""
        return _again(lambda: self._work(self._sampled(site, start_s - DAY_S, end_s), start_s, end_s, gap_s))

    def _work(self, files: Sequence[Path], start_s: int, end_s: int, gap_s: int) -> Work:
        if not files:
            return Work()
        values = {"files": names(files), "start_s": start_s, "end_s": end_s, "gap_s": gap_s}
        with self.duck.session() as session:
            parts = [
                session.execute(work_sql(), {**values, "since_s": start_s - DAY_S, "low": low, "high": high}).fetchone()
                for low, high in list(chunks(session, files))
            ]
            instants = session.execute(INSTANTS, values).fetchnumpy()["at_s"]
        accepted, rejected, stale, rate_s, energy, machines, machine_s = (
            None if all(value is None for value in values) else sum(value for value in values if value is not None)
            for values in zip(*[part for part in parts if part is not None], strict=True)
        )
        return Work(
            accepted_diff=accepted,
            rejected_diff=None if rejected is None and stale is None else (rejected or 0) + (stale or 0),
            hashes=None if rate_s is None else rate_s * round(column("hashrate_ths").step * 1e12),
            energy_ws=energy,
            machines=machines or 0,
            covered_s=_covered_s(instants, start_s, end_s, gap_s),
            machine_s=machine_s or 0,
        )

    # --- files ---------------------------------------------------------------------------------------------

    def _sites(self, site: str | None) -> list[str]:
        if site is not None:
            return [site]
        return sorted({name for day in days(self.root, "samples") for name in sites(self.root, "samples", day)})

    def _sampled(self, site: str, start_s: int, end_s: int) -> list[Path]:
        folders = self._folders("samples", site, start_s, end_s)
        return [item.path for folder in folders for item in sample_files(folder)[0]]

    def _rolled(self, kind: Kind, site: str, start_s: int, end_s: int) -> list[Path]:
        folders = self._folders(kind, site, start_s, end_s)
        return [path for folder in folders for _, path in rollup_files(folder)[0].values()]

    def _folders(self, kind: Kind, site: str, start_s: int, end_s: int) -> list[Path]:
        first, last = day_of(start_s), day_of(end_s - 1)
        return [partition(self.root, kind, day, site) for day in days(self.root, kind) if first <= day <= last]

    def _frame(
        self, files: Callable[[], list[Path]], query: str, values: Mapping[str, Any], told: Sequence[str]
    ) -> Frame:
        def ask() -> Frame:
            paths = files()
            if not paths:
                return Frame({name: np.ma.masked_array(np.empty(0, dtype=np.int64)) for name in told})
            answer = self.duck.columns(query, {**values, "files": names(paths)})
            return Frame({name: decode(name, answer[name]) for name in told})

        return _again(ask)


def newest_files(root: Path, site: str) -> tuple[list[Path], int]:
    """Files that together hold the newest sample of each machine of a site, and the highest number among them."""
    known = max((root / "latest" / f"site={site}").glob("latest-*.parquet"), default=None)
    number = int(known.stem.removeprefix("latest-")) if known else -1
    folders = [partition(root, "samples", day, site) for day in days(root, "samples")]
    newer = [item for folder in folders for item in sample_files(folder)[0] if item.last > number]
    paths = [*([known] if known else []), *(item.path for item in newer)]
    return paths, max([number, *(item.last for item in newer)])


def placed(path: Path, day: date, number: int, rows: int) -> Placed:
    """What lies at a place, as it lies there."""
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        return Placed(day, number, rows, path, digest, path.stat().st_size)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}.") from error


def _joined(first: Frame, second: Frame) -> Frame:
    """Two answers after each other; a column without unknowns may come as a plain array."""
    joined = {}
    for name, early in first.columns.items():
        late = second.columns[name]
        mask = np.concatenate([np.ma.getmaskarray(early), np.ma.getmaskarray(late)])
        joined[name] = np.ma.masked_array(np.concatenate([np.ma.getdata(early), np.ma.getdata(late)]), mask=mask)
    return Frame(joined)


def _covered_s(seconds: Any, start_s: int, end_s: int, gap_s: int) -> int:
    """Seconds of an interval for which any sample stands, from the sorted instants of all samples."""
    if not len(seconds):
        return 0
    instants = np.asarray(seconds, dtype=np.int64)
    until = np.minimum(np.append(instants[1:], end_s), instants + gap_s)
    return int(np.maximum(np.minimum(until, end_s) - np.maximum(instants, start_s), 0).sum())


def _again(ask: Callable[[], T]) -> T:
    """Ask; once more where files were merged between the listing and the reading."""
    try:
        return ask()
    except FileNotFoundError:
        pass
    try:
        return ask()
    except FileNotFoundError as error:
        raise StoreError(f"telemetry cannot be read: {error}") from error
