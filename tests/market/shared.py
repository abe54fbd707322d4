"""Finds the public data beside the checkout; tests that need it skip where it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"


def shared_file(name: str) -> Path:
    """Path of a file of public data; skips the test where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the checkout")
    return path
