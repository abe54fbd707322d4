"""Samples for tests of telemetry: a small site whose machines are silent, reset and go mad at times."""

from __future__ import annotations

import random
from pathlib import Path

from mintage.fleet.readings import Snapshot, Value
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.schema import Sample

MONDAY_S = 1_767_571_200
"""2026-01-05, 00:00 UTC."""


def sample(asset: str, at_s: float, **values: Value) -> Sample:
    """One sample; readings that are None are unknown."""
    told = {name: value for name, value in values.items() if value is not None}
    return Sample(asset, Snapshot(at_us=round(at_s * 1_000_000), values=told))


def minutes(draw: random.Random, start_s: int, count: int, machines: int = 6, every_s: int = 60) -> list[Sample]:
    """Some minutes of some machines, with every kind of trouble."""
    told = []
    for number in range(machines):
        counter = draw.randrange(10**6)
        for tick in range(count):
            at_s = start_s + tick * every_s + number
            counter = draw.randrange(1000) if draw.random() < 0.03 else counter + draw.randrange(5000)
            if draw.random() < 0.05:
                told.append(
                    Sample(
                        f"m-{number:012x}",
                        Snapshot(at_us=at_s * 1_000_000, values={"state": "offline"}, unknown={"": "no answer in 3 s"}),
                    )
                )
                continue
            told.append(
                sample(
                    f"m-{number:012x}",
                    at_s,
                    hashrate_ths=round(draw.gauss(190, 3), 1),
                    hashrate_expected_ths=None if number == 1 else 195.0,
                    power_in_w=None if draw.random() < 0.1 else draw.randrange(3500, 3700),
                    chip_max_c=draw.randrange(70, 95),
                    inlet_c=draw.randrange(18, 25),
                    fan_min_rpm=draw.randrange(3000, 6000, 10),
                    error_pct=round(draw.random() * 2, 2),
                    mode=draw.choice(["normal", "performance"]),
                    state="hashing",
                    accepted_diff=counter if tick % 3 == 0 else None,
                    rejected_diff=counter // 300 if tick % 3 == 0 and number else None,
                    firmware="24102401_25462b2",
                )
            )
    return told


def files(root: Path) -> list[str]:
    """All files of a store, by their paths under it."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.parquet"))


def opened(root: Path) -> ParquetStore:
    """A store with little memory, as tests need no more."""
    return ParquetStore(root, memory_mb=256, threads=1)
