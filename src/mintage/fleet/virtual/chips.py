"""Figures of single chips as text. All machines share a few patterns, so that a fleet's replies cost little to write.

A chip's temperature follows where it sits in the air stream, its voltage runs against its temperature, and its count
of matching works is noise around the mean. A mean of 0 stands for a dead board: all its figures are 0.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache

PATTERNS = 16
_ROWS = 12


@lru_cache(maxsize=1024)
def _offsets(chips: int, pattern: int) -> tuple[int, ...]:
    draw = random.Random(pattern * 1_000_003 + chips)  # noqa: S311  a pattern, not a secret
    raw = [5 * math.sin(math.pi * (n % _ROWS) / _ROWS) + 4 * n / chips + draw.gauss(0, 1.2) for n in range(chips)]
    mean = sum(raw) / chips
    return tuple(round(value - mean) for value in raw)


@lru_cache(maxsize=16_384)
def temperatures(chips: int, pattern: int, mean_c: int) -> tuple[str, int]:
    """PVT_T of one board, and its hottest chip."""
    values = [mean_c + offset if mean_c else 0 for offset in _offsets(chips, pattern)]
    return " ".join(f"{value:3d}" for value in values), max(values)


@lru_cache(maxsize=16_384)
def voltages(chips: int, pattern: int, mean_mv: int) -> str:
    """PVT_V of one board, mV."""
    return " ".join(str(mean_mv - offset if mean_mv else 0) for offset in _offsets(chips, pattern))


@lru_cache(maxsize=16_384)
def works(chips: int, pattern: int, mean: int) -> str:
    """MW of one board: matching works of each chip in the machine's last interval."""
    draw = random.Random(pattern * 7_919 + chips * 31 + mean)  # noqa: S311  a pattern, not a secret
    return " ".join(str(max(round(draw.gauss(mean, math.sqrt(mean))), 1) if mean else 0) for _ in range(chips))
