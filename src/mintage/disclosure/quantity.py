"""One amount as printed, and what its print can stand for."""

from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.disclosure.interval import Interval
from mintage.disclosure.lexicon import lexicon
from mintage.disclosure.numbers import Number

INFINITY = Decimal("Infinity")


class Quantity(msgspec.Struct):
    """One amount as printed.

    `value`, `low`, `high` are in `unit`; `low`..`high` is what the print can stand for (infinite where the
    qualifier opens it). `core` is the bounded interval in base units with which one can calculate, `loose`
    a wider one that an "approximately" may still mean. `note` says what was read out of damaged speech.
    """

    start: int
    end: int
    value: Decimal
    unit: str
    kind: str
    low: Decimal
    high: Decimal
    core: Interval
    loose: Interval
    factor: Decimal = Decimal(1)
    step: Decimal = Decimal(1)
    qualifier: str | None = None
    qualifier_start: int | None = None
    note: str = ""
    in_words: bool = False
    truncated: bool = False
    range_end: bool = False

    @property
    def measured(self) -> str:
        """The kind without the currency: an amount is money in whichever currency it is printed."""
        return self.kind.partition(" ")[0]


def printed_precision(
    number: Number, qualifier: str | None, *, truncated: bool
) -> tuple[Decimal, Decimal, Interval, Interval]:
    """Return low, high, the interval to calculate with, and the loose one; for the number without its sign."""
    value, half = number.value, number.step / 2
    lex = lexicon()
    rounded = max(half, min(number.round_step / 2, abs(value) * lex.round_share))
    if truncated:
        core = Interval.of(value, value + max(number.round_step, number.step) - number.step / 100)
        return value, value + number.round_step, core, core
    if qualifier == "over":
        core = Interval.of(value, value + number.round_step)
        return value, INFINITY, core, core
    if qualifier == "under":
        core = Interval.of(value - number.round_step, value)
        return -INFINITY, value, core, core
    if qualifier == "nearly":
        core = Interval.of(value - rounded, value)
        return value - rounded, value, core, core
    if qualifier == "approximately":
        wide = max(rounded, abs(value) * lex.loose_share)
        return value - wide, value + wide, _around(value, rounded), _around(value, wide)
    core = _around(value, half)
    return value - half, value + half, core, core


def _around(value: Decimal, half: Decimal) -> Interval:
    return Interval.of(Fraction(value) - Fraction(half), Fraction(value) + Fraction(half))
