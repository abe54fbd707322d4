"""Figures with fewer decimals than they have: the first row of a page tells how much, its tables how much exactly."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from mintage.desk.figure import Figure

LARGE = Decimal(100_000)
"""From so many of a unit on, nobody reads its decimals in a headline."""


def rounded(figure: Figure, digits: int) -> Figure:
    """The same figure, printed with no more than so many decimals."""
    return msgspec.structs.replace(figure, digits=min(digits, figure.digits))


def brief(figure: Figure) -> Figure:
    """The same figure, printed without decimals where it is large, with at most four where it is not."""
    large = figure.value is not None and abs(figure.value) >= LARGE
    return rounded(figure, 0 if large else 4)


ROUNDING: dict[str, Callable[..., Figure]] = {"rounded": rounded, "brief": brief}
"""What templates call."""
