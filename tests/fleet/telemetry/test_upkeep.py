"""Upkeep of telemetry: restart-safe at every step, and within its budget."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mintage.fleet.readings import fields
from mintage.fleet.telemetry import rollup, upkeep
from mintage.fleet.telemetry.layout import SampleFile, merged_name, partition, sample_files
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.units.errors import StoreError
from tests.fleet.telemetry.telling import MONDAY_S, files, minutes, opened, sample

DAY_S, BUDGET = 86_400, 10**9
MONDAY = date(2026, 1, 5)
NAMES = [item.name for item in fields()]


def answers(store: ParquetStore) -> list[object]:
    """What pages would show."""
    end_s = MONDAY_S + DAY_S
    return [
        store.latest("alder", NAMES).rows(),
        store.site_series("alder", MONDAY_S, end_s).rows(),
        store.machine_series("alder", "m-000000000002", NAMES, MONDAY_S, end_s).rows(),
        store.work("alder", MONDAY_S, end_s, 300),
    ]


def filled(root: Path, flushes: int = 6) -> ParquetStore:
    """A store with some hours of Monday."""
    store, draw = opened(root), random.Random(7)
    for number in range(flushes):
        store.put("alder", number + 1, minutes(draw, MONDAY_S + 1800 * number, 30, machines=4))
    return store


class Killed(BaseException):
    """Stands for a kill: nothing in the program may handle it."""


@pytest.mark.parametrize("step", range(1, 9))
def test_upkeep_cut_off_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Whatever step was the last one, pages show the same, and the next round finishes the work."""
    store = filled(tmp_path)
    before, count = answers(store), 0

    def cut(function: Callable[..., object]) -> Callable[..., object]:
        def stand_in(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                raise Killed
            return function(*arguments, **options)

        return stand_in

    with monkeypatch.context() as patched:
        for module in (upkeep, rollup):
            patched.setattr(module, "remove", cut(module.remove))
            patched.setattr(module, "write_whole", cut(module.write_whole))
        with pytest.raises(Killed):
            upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    assert answers(store) == before
    upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    assert answers(store) == before
    assert files(tmp_path) == [
        "hours/day=2026-01-05/site=alder/day-000000000000006.parquet",
        "latest/site=alder/latest-000000000000006.parquet",
        "minutes-5/day=2026-01-05/site=alder/day-000000000000006.parquet",
        "samples/day=2026-01-05/site=alder/c-000000000000001-000000000000006.parquet",
        "sites-5/day=2026-01-05/site=alder/day-000000000000006.parquet",
    ]
    store.close()


def test_files_left_over_are_not_counted_twice(tmp_path: Path) -> None:
    """A merged file stands for its parts even while they are still there."""
    store = filled(tmp_path / "store")
    before = answers(store)
    shutil.copytree(tmp_path / "store" / "samples", tmp_path / "kept")
    upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    shutil.copytree(tmp_path / "kept", tmp_path / "store" / "samples", dirs_exist_ok=True)
    assert answers(store) == before
    upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    valid, covered = sample_files(partition(store.root, "samples", MONDAY, "alder"))
    assert ([item.path.name for item in valid], covered) == ([merged_name(1, 6)], [])
    store.close()


def test_wide_files_stand_for_narrow_ones(tmp_path: Path) -> None:
    """Of files whose numbers overlap, each sample is counted through one."""
    for name in ("f-{0:015}", "c-{0:015}-{2:015}", "c-{0:015}-{4:015}", "f-{4:015}", "f-{5:015}", "c-{5:015}-{5:015}"):
        (tmp_path / f"{name.format(*range(6))}.parquet").touch()
    (tmp_path / "notes.parquet").touch()
    valid, covered = sample_files(tmp_path)
    assert [(item.first, item.last, item.merged) for item in valid] == [(0, 4, True), (5, 5, True)]
    assert len(covered) == 4
    assert valid == sorted(valid)
    assert isinstance(valid[0], SampleFile)


def test_many_flushes_of_the_running_day_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of flushes does not end in thousands of files to open."""
    monkeypatch.setattr(upkeep, "MERGE_FILES", 3)
    store = filled(tmp_path, flushes=4)
    before = answers(store)
    upkeep.upkeep(store, MONDAY_S + 7200, BUDGET)
    assert [path for path in files(tmp_path) if path.startswith("samples")] == [
        f"samples/day=2026-01-05/site=alder/{merged_name(1, 4)}"
    ]
    assert answers(store) == before
    store.close()


def test_disk_budget_takes_samples_first_and_leaves_hours(tmp_path: Path) -> None:
    """Old samples give way, then old five minutes; hours and the running day stay, and an overrun is told."""
    store = opened(tmp_path)
    for day in range(3):
        start_s = MONDAY_S + day * DAY_S
        store.put("alder", day + 1, minutes(random.Random(day), start_s, 60, machines=4))
    now_s = MONDAY_S + 2 * DAY_S + 7200
    whole = upkeep.upkeep(store, now_s, BUDGET)
    assert (whole.removed, whole.over) == ((), 0)
    tight = upkeep.upkeep(store, now_s, whole.size - 1)
    assert tight.removed == ("samples 2026-01-05 alder",)
    assert tight.size < whole.size
    least = upkeep.upkeep(store, now_s, 1)
    assert least.removed == ("samples 2026-01-06 alder", "minutes-5 2026-01-05 alder", "minutes-5 2026-01-06 alder")
    assert least.over == least.size - 1
    left = {path.split("/")[0] + path.split("/")[1] for path in files(tmp_path)}
    assert {"hoursday=2026-01-05", "sites-5day=2026-01-05", "samplesday=2026-01-07"} <= left
    assert len(store.worst("alder", "chip_max_c", MONDAY_S, now_s, 10)) == 4
    assert len(store.site_series("alder", MONDAY_S, MONDAY_S + 7200)) == 12
    assert len(store.latest("alder", [])) == 4
    store.close()


def test_unwritable_store_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up during a merge is an error, leaves no half file, and the merge succeeds later."""
    store = filled(tmp_path)
    before = answers(store)

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "copy", full)
        with pytest.raises(StoreError, match="No space left"):
            upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    assert not list(tmp_path.rglob("*.part"))
    assert answers(store) == before
    upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    assert answers(store) == before
    store.close()


def test_a_field_that_older_files_lack_is_unknown_there(tmp_path: Path) -> None:
    """Files written before a field was added are read and merged beside newer ones."""
    store = opened(tmp_path)
    store.put("alder", 1, [sample("m-a", MONDAY_S, power_in_w=3600, firmware="a")])
    path = next(tmp_path.rglob("f-*.parquet"))
    old = path.with_name("old")
    with store.duck.session() as session:
        session.execute(f"COPY (SELECT * EXCLUDE (firmware) FROM read_parquet('{path}')) TO '{old}' (FORMAT parquet)")
    old.replace(path)
    store.put("alder", 2, [sample("m-a", MONDAY_S + 60, power_in_w=3600, firmware="b")])
    for _ in range(2):
        told = store.machine_series("alder", "m-a", ["firmware"], MONDAY_S, MONDAY_S + 100)
        assert told.columns["firmware"].tolist() == [None, "b"]
        upkeep.upkeep(store, MONDAY_S + 2 * DAY_S, BUDGET)
    store.close()


def test_damaged_file_is_named(tmp_path: Path) -> None:
    """A file that the disk damaged is an error with its path, not a silent gap."""
    store = filled(tmp_path, flushes=1)
    path = next(tmp_path.rglob("f-*.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StoreError, match=path.name):
        store.latest("alder", ["state"])
    store.close()
