"""A machine's telemetry as charts ask for it: at the resolution that suits the time looked at, up to now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mintage.desk.company import Company
from mintage.fleet.board.columns import columns
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.schema import Frame, column
from mintage.fleet.telemetry.store import Resolution
from mintage.people.caller import Caller
from mintage.units.errors import InputError

DRAWN = (
    "hashrate_ths",
    "hashrate_expected_ths",
    "power_in_w",
    "inlet_c",
    "outlet_c",
    "chip_avg_c",
    "chip_max_c",
    "fan_duty_pct",
    "fan_min_rpm",
    "error_pct",
    "frequency_mhz",
)
"""What is told where nobody asks for other fields."""
FIELDS_MAX = 16
HOUR_S, DAY_S = 3600, 86_400
SPANS: dict[str, int] = {"1h": HOUR_S, "6h": 6 * HOUR_S, "24h": DAY_S, "7d": 7 * DAY_S, "30d": 30 * DAY_S}
"""Spans of time that pages offer."""
WIDTH_S: dict[Resolution, int] = {"samples": 0, "minutes-5": 300, "hours": HOUR_S}
SAMPLES_S_MAX, MINUTES_S_MAX = 6 * HOUR_S, 4 * DAY_S
"""Spans up to which samples are told one by one, and by 5 minutes."""
RANGE_S_MAX = 400 * DAY_S


class SeriesField(msgspec.Struct, frozen=True, kw_only=True):
    """One reading over time.

    Attributes:
        name: the reading.
        en: label in English.
        zh: label in Traditional Chinese.
        unit: its unit.
        values: one for each instant; None where unknown.
    """

    name: str
    en: str
    zh: str
    unit: str
    values: list[float | None]


class SeriesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A machine over time.

    Attributes:
        site: its site.
        asset: the machine.
        start_s: first second asked for, since 1970.
        end_s: first second after.
        resolution: samples one by one, by 5 minutes or by hours.
        at_s: instants, or beginnings of intervals.
        fields: the readings.
        reason: why there is nothing, "" where there is something.
    """

    site: str
    asset: str
    start_s: int
    end_s: int
    resolution: Resolution
    at_s: list[int]
    fields: list[SeriesField]
    reason: str


def telemetry_of(company: Company, site: str) -> ParquetStore | None:
    """The telemetry of a site: its own where its agent is here, else what it uploaded; None where there is none."""
    desk = company.sites.all().get(site)
    uploads = company.settings.headquarters
    roots = [desk.folder / "telemetry"] if desk else []
    roots += [uploads / "telemetry"] if uploads else []
    return next((_store(root) for root in roots if root.is_dir()), None)


def series(
    company: Company,
    caller: Caller,
    site: str,
    asset: str,
    *,
    start_s: int | None = None,
    end_s: int | None = None,
    span: str = "24h",
    names: Sequence[str] = (),
) -> SeriesAnswer:
    """A machine over time.

    Args:
        company: the company.
        caller: who asks.
        site: the machine's site.
        asset: the machine.
        start_s: first second, since 1970; `span` before the end where None.
        end_s: first second after; now where None.
        span: 1h, 6h, 24h, 7d or 30d.
        names: readings; those of the charts where empty.

    Raises:
        Forbidden: the caller may not see the site.
        InputError: a reading, the span or the range cannot be.
    """
    caller.insist("fleet.read", site)
    if span not in SPANS:
        raise InputError(f"'{span[:20]}' is no span.", field="span", remedy=f"Choose {', '.join(SPANS)}.")
    desk = company.sites.all().get(site)
    now_s = (desk.clock if desk else company.clock).now_us() // 1_000_000
    end = now_s + 1 if end_s is None else end_s
    start = end - SPANS[span] if start_s is None else start_s
    if not 0 <= start < end <= start + RANGE_S_MAX:
        raise InputError("the range ends before it begins, or is longer than 400 days.", field="end_s")
    wanted = tuple(column(name).name for name in names[:FIELDS_MAX]) or DRAWN
    numeric = [name for name in wanted if columns()[name].kind == "number"]
    resolution = _resolution(end - start)
    store = telemetry_of(company, site)
    frame = _joined(store, site, asset, numeric, start, end, resolution) if store and numeric else None
    at_s = frame.columns["at_s"].tolist() if frame else []
    reason = "" if at_s else "there is no telemetry of it in this time" if store else "no telemetry of its site is here"
    return SeriesAnswer(
        site=site,
        asset=asset,
        start_s=start,
        end_s=end,
        resolution=resolution,
        at_s=at_s,
        fields=[_field(name, frame) for name in numeric],
        reason=reason,
    )


@lru_cache(maxsize=64)
def _store(root: Path) -> ParquetStore:
    return ParquetStore(root, memory_mb=512)


def _resolution(span_s: int) -> Resolution:
    if span_s <= SAMPLES_S_MAX:
        return "samples"
    return "minutes-5" if span_s <= MINUTES_S_MAX else "hours"


def _joined(
    store: ParquetStore, site: str, asset: str, names: Sequence[str], start_s: int, end_s: int, resolution: Resolution
) -> Frame:
    """What is rolled up, and behind it what is not yet, worked out from its samples."""
    width_s = WIDTH_S[resolution]
    if not width_s:
        return store.machine_series(site, asset, names, start_s, end_s)
    start_s = start_s // width_s * width_s
    rolled = store.machine_series(site, asset, names, start_s, end_s, resolution)
    since_s = int(rolled.columns["at_s"][-1]) + width_s if len(rolled) else start_s
    if since_s >= end_s:
        return rolled
    tail = store.machine_series(site, asset, names, since_s, end_s)
    if not len(tail):
        return rolled
    begins = np.asarray(tail.columns["at_s"]) // width_s * width_s
    windows, place = np.unique(begins, return_inverse=True)
    joined: dict[str, Any] = {"at_s": np.concatenate([np.asarray(rolled.columns["at_s"]), windows])}
    for name in names:
        means = _means(np.ma.filled(np.ma.asarray(tail.columns[name], dtype=float), np.nan), place, len(windows))
        early: Any = np.ma.filled(np.ma.asarray(rolled.columns[name], dtype=float), np.nan)
        joined[name] = np.ma.masked_invalid(np.concatenate([early, means]))
    return Frame(joined)


def _means(values: Any, place: Any, count: int) -> Any:
    known = ~np.isnan(values)
    sums = np.bincount(place[known], values[known], minlength=count)
    numbers = np.bincount(place[known], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(numbers > 0, sums / numbers, np.nan)


def _field(name: str, frame: Frame | None) -> SeriesField:
    item = columns()[name]
    told = frame.columns[name].tolist() if frame else []
    values = [None if value is None else round(float(value), item.digits) for value in told]
    return SeriesField(name=name, en=item.en, zh=item.zh, unit=item.unit, values=values)
