"""The contract of `TelemetryStore`, held by every adapter and at every stage of upkeep."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.readings import Snapshot, Value, fields
from mintage.fleet.telemetry.memory import MemoryStore
from mintage.fleet.telemetry.schema import Frame, Sample, columns, decode, encode
from mintage.fleet.telemetry.store import MEASURES, TelemetryStore, Work
from mintage.fleet.telemetry.upkeep import upkeep
from mintage.units.errors import InputError
from tests.fleet.telemetry.telling import MONDAY_S, minutes, opened, sample

BUDGET = 10**9
DAY_S = 86_400


@pytest.fixture(params=["memory", "parquet"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TelemetryStore]:
    """Each adapter, empty."""
    if request.param == "memory":
        yield MemoryStore()
        return
    parquet = opened(tmp_path)
    yield parquet
    parquet.close()


def rows(frame: Frame) -> list[dict[str, object]]:
    """Rows with floats cut to nine digits, so that two ways of adding up agree."""
    return [
        {name: float(f"{value:.9g}") if isinstance(value, float) else value for name, value in row.items()}
        for row in frame.rows()
    ]


def test_what_was_put_is_told_again(store: TelemetryStore) -> None:
    """Known readings come back at their resolution, unknown ones as unknown, in order of time."""
    store.put("alder", 2, [sample("m-b", MONDAY_S + 60, hashrate_ths=190.26, state="hashing", pool_url="礦池")])
    store.put("alder", 1, [sample("m-b", MONDAY_S, power_in_w=3600), sample("m-a", MONDAY_S, power_in_w=1)])
    told = store.machine_series("alder", "m-b", ["hashrate_ths", "power_in_w", "pool_url"], MONDAY_S, MONDAY_S + 61)
    assert told.rows() == [
        {"at_s": MONDAY_S, "hashrate_ths": None, "power_in_w": 3600, "pool_url": None},
        {"at_s": MONDAY_S + 60, "hashrate_ths": 190.3, "power_in_w": None, "pool_url": "礦池"},
    ]


def test_same_number_is_kept_once(store: TelemetryStore) -> None:
    """A file that is put again after a crash does not double its samples."""
    for _ in range(2):
        store.put("alder", 7, [sample("m-a", MONDAY_S, power_in_w=3600)])
    assert len(store.machine_series("alder", "m-a", ["power_in_w"], MONDAY_S, MONDAY_S + 60)) == 1


def test_latest_is_the_newest_sample_even_where_it_knows_less(store: TelemetryStore) -> None:
    """A machine that fell silent shows no hash rate of before."""
    store.put("alder", 1, [sample("m-a", MONDAY_S, hashrate_ths=190.0, state="hashing")])
    store.put("alder", 2, [sample("m-a", MONDAY_S + 60, state="offline")])
    store.put("birch", 1, [sample("m-c", MONDAY_S, hashrate_ths=100.0)])
    assert store.latest("alder", ["hashrate_ths", "state"]).rows() == [
        {"asset": "m-a", "at_s": MONDAY_S + 60, "hashrate_ths": None, "state": "offline"}
    ]
    assert [row["asset"] for row in store.latest(None, []).rows()] == ["m-a", "m-c"]


def test_nothing_is_known_of_an_empty_store(store: TelemetryStore) -> None:
    """Questions to an empty store have empty answers, not errors."""
    end_s = MONDAY_S + DAY_S
    assert not len(store.latest(None, ["state"]))
    assert not len(store.site_series("alder", MONDAY_S, end_s))
    assert not len(store.worst("alder", "chip_max_c", MONDAY_S, end_s, 5))
    assert not len(store.machine_series("alder", "m-a", ["state"], MONDAY_S, end_s))
    assert store.work("alder", MONDAY_S, end_s, 300) == Work()


@pytest.mark.parametrize(
    ("samples", "why"),
    [([], "one UTC day"), ([sample("m-a", MONDAY_S - 1), sample("m-a", MONDAY_S)], "one UTC day")],
)
def test_a_file_holds_one_day(store: TelemetryStore, samples: list[Sample], why: str) -> None:
    """Samples of two days, or none, are refused."""
    with pytest.raises(InputError, match=why):
        store.put("alder", 1, samples)


def test_unknown_names_are_refused(store: TelemetryStore) -> None:
    """A field or measure that is not in the table is an error that names the known ones, and never reaches SQL."""
    store.put("alder", 1, [sample("m-a", MONDAY_S, power_in_w=3600)])
    with pytest.raises(InputError, match="hashrate_ths"):
        store.latest("alder", ["power_in_w; DROP TABLE x"])
    with pytest.raises(InputError, match="efficiency_j_th"):
        store.worst("alder", "1) --", MONDAY_S, MONDAY_S + 60, 3)
    assert not len(store.machine_series("alder", "m-a' OR 'a'='a", ["power_in_w"], MONDAY_S, MONDAY_S + 60))


def test_counter_that_restarts_is_told_by_its_rises(store: TelemetryStore) -> None:
    """Work after a restart counts from zero, the very first value says nothing, and gaps do not lose work."""
    counters = [(0, 500), (60, 700), (120, None), (180, 100), (240, 160), (4000, 1160)]
    store.put("alder", 1, [sample("m-a", MONDAY_S + at, accepted_diff=value, state="idle") for at, value in counters])
    work = store.work("alder", MONDAY_S, MONDAY_S + DAY_S, 300)
    assert work.accepted_diff == 200 + 100 + 60 + 1000
    assert work.rejected_diff is None
    assert work.hashes is None


def test_energy_is_counted_only_where_somebody_looked(store: TelemetryStore) -> None:
    """A sample stands until the next one, for the gap's limit at most, and only inside the interval."""
    store.put("alder", 1, [sample("m-a", MONDAY_S - 30, power_in_w=1000)])
    store.put("alder", 2, [sample("m-a", MONDAY_S + 60, power_in_w=2000), sample("m-a", MONDAY_S + 1000, power_in_w=1)])
    work = store.work("alder", MONDAY_S, MONDAY_S + 1100, 300)
    assert work.energy_ws == 1000 * 60 + 2000 * 300 + 1 * 100
    assert work.covered_s == 60 + 300 + 100


def test_gap_of_one_machine_is_seen_beside_others(store: TelemetryStore) -> None:
    """Seconds without a hash rate count as a gap of that machine, though others were seen, and though it answered."""
    every = [sample("m-a", MONDAY_S + at, hashrate_ths=200.0) for at in range(0, 600, 60)]
    silent = [sample("m-b", MONDAY_S, hashrate_ths=200.0), sample("m-b", MONDAY_S + 60, state="offline")]
    never = [sample("m-c", MONDAY_S + at, hashrate_ths=0.0) for at in range(0, 600, 60)]
    store.put("alder", 1, [*every, *silent, *never])
    work = store.work("alder", MONDAY_S, MONDAY_S + 600, 300)
    assert (work.machines, work.covered_s, work.machine_s) == (2, 600, 600 + 60)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("stage", ["flushes", "today", "over", "late"])
def test_adapters_agree_at_every_stage(tmp_path: Path, seed: int, stage: str) -> None:
    """Raw flushes, hours rolled up, days merged, and a day merged again after late samples: the same answers."""
    draw = random.Random(seed)
    parquet, memory = opened(tmp_path), MemoryStore()
    blocks = [minutes(draw, MONDAY_S + 1800 * number, 30) for number in range(6)]
    blocks.insert(0, minutes(draw, MONDAY_S - 1800, 30))
    for number, block in enumerate(blocks, 1):
        for store in (parquet, memory):
            if not (stage == "late" and number == 3):
                store.put("alder", number, block)
    now_s = MONDAY_S + (3 * 3600 + 700 if stage == "today" else 2 * DAY_S)
    if stage != "flushes":
        upkeep(parquet, now_s, BUDGET)
    if stage == "late":
        for store in (parquet, memory):
            store.put("alder", 99, blocks[2])
        assert upkeep(parquet, now_s, BUDGET).closed == ((date(2026, 1, 5), "alder"),)
    end_s = MONDAY_S + DAY_S
    names = [item.name for item in fields()]
    asked: list[Callable[[TelemetryStore], object]] = [
        lambda store: rows(store.latest("alder", names)),
        lambda store: rows(store.site_series("alder", MONDAY_S - 900, end_s)),
        lambda store: rows(store.machine_series("alder", "m-000000000001", names, MONDAY_S - 900, end_s)),
        lambda store: store.work("alder", MONDAY_S, end_s, 300),
    ]
    if stage != "flushes":
        asked += [
            lambda store: rows(store.machine_series("alder", "m-000000000002", names, MONDAY_S, end_s, "minutes-5")),
            lambda store: rows(store.machine_series("alder", "m-000000000003", names, MONDAY_S, end_s, "hours")),
            *[lambda store, name=name: rows(store.worst("alder", name, MONDAY_S, end_s, 4)) for name in MEASURES],
        ]
    for question in asked:
        assert question(parquet) == question(memory)
    assert len(parquet.site_series("alder", MONDAY_S, end_s)) == 36
    parquet.close()


ANY = st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=5))


@given(st.dictionaries(st.sampled_from([item.name for item in fields()]), ANY), st.text(max_size=4))
@settings(max_examples=150)
def test_whatever_a_machine_says_can_be_stored(values: dict[str, Value], asset: str) -> None:
    """Lying and hostile values become known readings within half a step, or unknown; they never stop the writer."""
    told = {name: value for name, value in values.items() if value is not None}
    stored: dict[str, Any] = encode([Sample(asset, Snapshot(at_us=0, values=told))])
    assert list(stored) == [item.name for item in columns()]
    for item in columns()[2:-3]:
        raw, kept = values.get(item.name), stored[item.name].tolist()[0]
        if item.sql == "BIGINT" and kept is not None:
            assert isinstance(raw, int | float)
            back: Any = decode(item.name, np.array([kept])).tolist()[0]
            assert abs(back - raw) <= item.step / 2 + 1e-9 * abs(raw)
        if item.sql == "VARCHAR" and kept is not None:
            assert kept.encode() is not None
