"""Exact closed intervals: what a printed figure can stand for, and what follows from several of them."""

from decimal import Decimal
from fractions import Fraction

import msgspec


class Interval(msgspec.Struct, frozen=True):
    """All numbers from `low` to `high`, both included; exact."""

    low: Fraction
    high: Fraction

    @classmethod
    def point(cls, value: Decimal | Fraction | int) -> "Interval":
        """Return the interval that holds `value` alone."""
        exact = Fraction(value)
        return cls(exact, exact)

    @classmethod
    def of(cls, low: Decimal | Fraction | int, high: Decimal | Fraction | int) -> "Interval":
        """Return the interval between two numbers given in either order."""
        one, two = Fraction(low), Fraction(high)
        return cls(min(one, two), max(one, two))

    @property
    def middle(self) -> Fraction:
        """The centre of the interval."""
        return (self.low + self.high) / 2

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def __mul__(self, other: "Interval") -> "Interval":
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def __truediv__(self, other: "Interval") -> "Interval":
        """Divide.

        Raises:
            ZeroDivisionError: `other` holds zero.
        """
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor's interval holds zero")
        return self * Interval(1 / other.high, 1 / other.low)

    def scaled(self, factor: Decimal | Fraction | int) -> "Interval":
        """Return every number multiplied by `factor`."""
        exact = Fraction(factor)
        return Interval.of(self.low * exact, self.high * exact)

    def holds(self, value: Fraction) -> bool:
        """Say whether `value` lies in the interval."""
        return self.low <= value <= self.high

    def meets(self, other: "Interval") -> bool:
        """Say whether the two share a number."""
        return self.low <= other.high and other.low <= self.high

    def gap(self, other: "Interval") -> Fraction:
        """Return how far apart the two are at least; 0 where they meet."""
        return max(Fraction(0), self.low - other.high, other.low - self.high)
