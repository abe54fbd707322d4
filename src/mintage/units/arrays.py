"""Whole amounts on arrays with one element per path, for the policies of a plan.

A policy reckons in floats and rounds once, before an amount enters a fact; from there on the plan's ledger only adds,
subtracts and shares whole numbers, which floats of 64 bits do exactly below 2**53.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mintage.units.errors import LimitError

PathAmount = Any
"""Minor units on every path: stands in a fact where the books have an int."""
PathNumber = Any
"""A float on every path: a price, a rate, a share."""
WHOLE_MAX = 2.0**53


def whole(values: PathNumber) -> PathAmount:
    """Round half up to whole minor units.

    Raises:
        LimitError: on some path it is no number, or too large for floats to count in ones.
    """
    rounded = np.floor(np.asarray(values, np.float64) + 0.5)
    require_countable(rounded, "an amount")
    return rounded


def require_countable(amount: PathAmount, name: str) -> None:
    """Refuse amounts that floats cannot count in ones.

    Raises:
        LimitError: on some path it is no number, or 2^53 minor units or more.
    """
    if not np.all(np.abs(amount) < WHOLE_MAX):
        raise LimitError(
            f"{name} is no number or exceeds 2^53 minor units on some path of the plan.",
            remedy="Plan fewer months, or with calmer assumptions.",
        )
