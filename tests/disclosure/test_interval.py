"""Laws of exact interval arithmetic."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mintage.disclosure.interval import Interval

numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
intervals = st.builds(Interval.of, numbers, numbers)
shares = st.fractions(min_value=0, max_value=1, max_denominator=50)


def _inside(interval: Interval, share: Fraction) -> Fraction:
    return interval.low + share * (interval.high - interval.low)


@given(intervals, intervals, shares, shares)
def test_arithmetic_holds_every_result(one: Interval, two: Interval, a: Fraction, b: Fraction) -> None:
    """Whatever two numbers the intervals hold, their sum, difference, product and quotient are held as well."""
    x, y = _inside(one, a), _inside(two, b)
    assert (one + two).holds(x + y)
    assert (one - two).holds(x - y)
    assert (one * two).holds(x * y)
    if not two.holds(Fraction(0)):
        assert (one / two).holds(x / y)


@given(intervals, intervals)
def test_a_gap_is_what_keeps_two_apart(one: Interval, two: Interval) -> None:
    """Two intervals meet exactly where there is no gap between them."""
    assert one.meets(two) == (one.gap(two) == 0)
