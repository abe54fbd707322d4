"""Figures as they are printed: a value with where it comes from, growth rates, exact rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

Source = Literal["books", "reported", "unknown"]
GROWTH_DIGITS = 2
"""Decimals of a growth rate in percent."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a statement.

    Attributes:
        value: in the printed unit, or None where it is unknown.
        cents: the same in whole cents, where the unit is USD.
        source: computed from the books, reported before the ledger began, or unknown.
        reason: why it is unknown, the document that reported it, or that the period is not over in the books.
    """

    value: Decimal | None = None
    cents: int | None = None
    source: Source = "unknown"
    reason: str = ""


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """A growth rate in percent, or the reason why there is none."""

    percent: Decimal | None = None
    reason: str = ""


def to_decimal(value: Fraction | int, digits: int) -> Decimal:
    """Round an exact ratio to so many decimals, half away from zero."""
    scaled = abs(Fraction(value)) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-digits)


def usd_cell(cents: int, reason: str = "") -> Cell:
    """A figure of the books in USD."""
    return Cell(value=Decimal(cents).scaleb(-2), cents=cents, source="books", reason=reason)


def ratio_cell(value: Fraction, digits: int, reason: str = "") -> Cell:
    """A ratio from the books, rounded to so many decimals."""
    return Cell(value=to_decimal(value, digits), source="books", reason=reason)


def unknown_cell(reason: str) -> Cell:
    """No figure, and why."""
    return Cell(reason=reason)


def growth(now: Cell, base: Cell, *, normal: int = 1) -> Growth:
    """Growth from `base` to `now` in percent, exact before rounding to `GROWTH_DIGITS`.

    Args:
        now: the later figure.
        base: the earlier one.
        normal: -1 for rows whose usual sign is minus (costs), so that more cost is growth.

    Returns:
        The rate; unknown where a figure is, or where the base is zero or of the unusual sign: a rate from there
        says nothing.
    """
    if now.value is None:
        return Growth(reason="the figure itself is unknown")
    if base.value is None:
        return Growth(reason="the earlier figure is unknown")
    start, end = Fraction(base.value) * normal, Fraction(now.value) * normal
    if start <= 0:
        return Growth(reason="the earlier figure is zero or negative")
    return Growth(percent=to_decimal((end - start) / start * 100, GROWTH_DIGITS))
