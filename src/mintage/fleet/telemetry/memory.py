"""The telemetry store in memory: a plain reading of the port, for tests and for judging the other adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any

import numpy as np

from mintage.fleet.readings import Value
from mintage.fleet.telemetry.layout import day_of
from mintage.fleet.telemetry.schema import Frame, Sample, column, columns, decode, encode
from mintage.fleet.telemetry.store import SITE_COLUMNS, Measure, Placed, Resolution, Work, measure_of
from mintage.units.errors import InputError

Row = dict[str, Value]
"""Stored values of one sample by column, without the unknown ones."""
_WIDTH_S = {"minutes-5": 300, "hours": 3600}
_COUNTERS = ("accepted_diff", "rejected_diff", "stale_diff")


class MemoryStore:
    """The `TelemetryStore` port on lists; every hour counts as rolled up."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, int], list[Row]] = {}

    def put(self, site: str, number: int, samples: Sequence[Sample]) -> Placed:
        """See `TelemetryStore.put`."""
        days = {day_of(sample.snapshot.at_us // 1_000_000) for sample in samples}
        if len(days) != 1:
            raise InputError("samples of one UTC day are expected.", field="samples")
        stored = {name: np.ma.asarray(values).tolist() for name, values in encode(samples).items()}
        rows = [dict(zip(stored, row, strict=True)) for row in zip(*stored.values(), strict=True)]
        self._files.setdefault((site, number), [{k: v for k, v in row.items() if v is not None} for row in rows])
        return Placed(days.pop(), number, len(samples), None, "", 0)

    def latest(self, site: str | None, fields: Sequence[str]) -> Frame:
        """See `TelemetryStore.latest`."""
        newest = {asset: rows[-1] for asset, rows in self._machines(site)}
        return _frame([newest[asset] for asset in sorted(newest)], ("asset", "at_s", *map(_known, fields)))

    def site_series(self, site: str, start_s: int, end_s: int) -> Frame:
        """See `TelemetryStore.site_series`."""
        windows: dict[int, list[Row]] = {}
        for _, rows in self._machines(site):
            for row in _rolled(rows, 300):
                if start_s // 300 * 300 <= _at(row) < -(-end_s // 300) * 300:
                    windows.setdefault(_at(row), []).append(row)
        return _frame([_site(at_s, windows[at_s]) for at_s in sorted(windows)], SITE_COLUMNS)

    def worst(self, site: str | None, measure: str, start_s: int, end_s: int, count: int) -> Frame:
        """See `TelemetryStore.worst`."""
        item = measure_of(measure)
        ranked: list[tuple[float, str]] = []
        for asset, rows in self._machines(site):
            hours = [row for row in _rolled(rows, 3600) if start_s // 3600 * 3600 <= _at(row) < end_s]
            value = _measured(item, hours)
            if value is not None:
                ranked.append((value, asset))
        sign = -1 if item.worst == "highest" else 1
        ranked.sort(key=lambda pair: (sign * pair[0], pair[1]))
        return _frame([{"asset": asset, "value": value} for value, asset in ranked[:count]], ("asset", "value"))

    def machine_series(
        self, site: str, asset: str, fields: Sequence[str], start_s: int, end_s: int, resolution: Resolution = "samples"
    ) -> Frame:
        """See `TelemetryStore.machine_series`."""
        rows = dict(self._machines(site)).get(asset, [])
        told = rows if resolution == "samples" else _rolled(rows, _WIDTH_S[resolution])
        return _frame([row for row in told if start_s <= _at(row) < end_s], ("at_s", *map(_known, fields)))

    def work(self, site: str, start_s: int, end_s: int, gap_s: int) -> Work:
        """See `TelemetryStore.work`."""
        seconds: set[int] = set()
        sums: dict[str, list[int]] = {name: [] for name in (*_COUNTERS, "hashrate_ths", "power_in_w")}
        machines = machine_s = 0
        for _, rows in self._machines(site):
            hashed, told_s = False, 0
            for row, after in zip(rows, [*map(_at, rows[1:]), end_s], strict=True):
                held = range(max(_at(row), start_s), min(after, _at(row) + gap_s, end_s))
                seconds.update(held)
                for name in ("hashrate_ths", "power_in_w"):
                    if held and name in row:
                        sums[name].append(_whole(row[name]) * len(held))
                told_s += len(held) if "hashrate_ths" in row else 0
                hashed = hashed or bool(held and _whole(row.get("hashrate_ths")))
            machines += hashed
            machine_s += told_s if hashed else 0
            for name in _COUNTERS:
                sums[name] += [rise for at_s, rise in _rises(rows, name) if start_s <= at_s < end_s]
        hashes, energy = _sum(sums["hashrate_ths"]), _sum(sums["power_in_w"])
        return Work(
            accepted_diff=_sum(sums["accepted_diff"]),
            rejected_diff=_sum(sums["rejected_diff"] + sums["stale_diff"]),
            hashes=None if hashes is None else hashes * round(column("hashrate_ths").step * 1e12),
            energy_ws=energy,
            machines=machines,
            covered_s=len(seconds),
            machine_s=machine_s,
        )

    def _machines(self, site: str | None) -> Iterator[tuple[str, list[Row]]]:
        """Samples of each machine by time."""
        machines: dict[str, list[Row]] = {}
        for (of, _), rows in self._files.items():
            if site in (None, of):
                for row in rows:
                    machines.setdefault(str(row["asset"]), []).append(row)
        for asset, rows in machines.items():
            yield asset, sorted(rows, key=_at)


def _rolled(rows: Iterable[Row], width_s: int) -> list[Row]:
    """Intervals of one machine."""
    rows = list(rows)
    rises = {item.name: dict(_rises(rows, item.name)) for item in columns() if item.rollup == "sum-of-rises"}
    windows: dict[int, list[Row]] = {}
    for row in rows:
        windows.setdefault(_at(row) // width_s * width_s, []).append(row)
    told: list[Row] = []
    for start_s, window in windows.items():
        interval: Row = {"at_s": start_s, "asset": window[0]["asset"]}
        for item in columns()[2:]:
            known = [row[item.name] for row in window if item.name in row]
            if item.rollup == "sum-of-rises":
                known = [rises[item.name][_at(row)] for row in window if _at(row) in rises[item.name]]
            if known:
                interval[item.name] = _RULES[item.rollup](known)
        told.append(interval)
    return told


def _rises(rows: Sequence[Row], name: str) -> list[tuple[int, int]]:
    """Instants and rises of a counter; one that fell began at zero."""
    known = [(_at(row), _whole(row[name])) for row in rows if name in row]
    return [(at_s, value - before if value >= before else value) for (_, before), (at_s, value) in pairwise(known)]


def _site(at_s: int, machines: Sequence[Row]) -> Row:
    def known(*names: str) -> list[int]:
        return [_whole(row[name]) for row in machines for name in names if name in row]

    told: dict[str, Any] = {
        "at_s": at_s,
        "machines": len(machines),
        "hashing": sum(row.get("state") == "hashing" for row in machines),
        "hashrate_ths": _sum(known("hashrate_ths")),
        "hashrate_known": len(known("hashrate_ths")),
        "power_in_w": _sum(known("power_in_w")),
        "power_known": len(known("power_in_w")),
        "inlet_c": _mean(known("inlet_c")) if known("inlet_c") else None,
        "chip_max_c": max(known("chip_max_c"), default=None),
        "accepted_diff": _sum(known("accepted_diff")),
        "rejected_diff": _sum(known("rejected_diff", "stale_diff")),
    }
    return {name: value for name, value in told.items() if value is not None}


def _measured(item: Measure, hours: Sequence[Row]) -> float | None:
    def mean(name: str) -> float | None:
        known = [_whole(row[name]) for row in hours if name in row]
        return fmean(known) * column(name).step if known else None

    top, under = mean(item.top), mean(item.under) if item.under else 1.0
    return None if top is None or not under else top / under


def _mean(known: Sequence[Any]) -> int:
    mean = fmean(known)
    return int(np.copysign(np.floor(abs(mean) + 0.5), mean))


_RULES: dict[str, Callable[[list[Any]], Any]] = {
    "mean": _mean,
    "max": max,
    "min": min,
    "last": lambda known: known[-1],
    "sum-of-rises": sum,
}


def _frame(rows: Sequence[Row], told: Sequence[str]) -> Frame:
    answer: dict[str, Any] = {}
    for name in told:
        values = [row.get(name) for row in rows]
        mask = [value is None for value in values]
        texts = any(isinstance(value, str) for value in values)
        filled = [("" if texts else 0) if value is None else value for value in values]
        answer[name] = decode(name, np.ma.masked_array(np.array(filled, dtype=object if texts else None), mask=mask))
    return Frame(answer)


def _at(row: Row) -> int:
    return _whole(row["at_s"])


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _sum(values: Sequence[int]) -> int | None:
    return sum(values) if values else None


def _known(name: str) -> str:
    return column(name).name
