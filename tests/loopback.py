"""Loopback addresses for tests: each test process and area of tests has blocks of its own, as ports are fixed."""

from __future__ import annotations

import os

AREAS = (
    "virtual",
    "drivers",
    "agent",
    "telemetry",
    "alerts",
    "curtail",
    "energy",
    "mining",
    "site",
    "uplink",
    "console",
)


def block(area: str, number: int = 0) -> str:
    """The first three octets of a /24 that is this test process's own: "127.21.3".

    Args:
        area: which tests ask.
        number: which of the area's eight blocks, from 0.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"127.{20 + AREAS.index(area)}.{worker * 8 + number}"
