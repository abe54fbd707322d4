"""Recorded replies beside the checkout and derived ones of the driver's own, for tests that read bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mintage.fleet.drivers.avalon import driver
from mintage.fleet.drivers.contract import subject_of

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "avalon_api_samples"


def recorded(name: str) -> bytes:
    """A recorded reply; skips the test where the recordings are not beside the checkout."""
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded replies are not beside the checkout")
    return path.read_bytes()


def telemetry() -> list[bytes]:
    """Telemetry of every fixture, and the recorded ones where they are there."""
    derived = [fixture.folder / "estats.json" for fixture in subject_of(driver).fixtures]
    found = [*derived, *(RECORDED / f"{name}.json" for name in ("avalon_a_stats", "stats", "litestats"))]
    return [path.read_bytes() for path in found if path.exists()]
