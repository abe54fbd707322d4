"""Numbers, units, qualifiers and printed precision in English text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.disclosure.quantities import find_quantities
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.when import find_periods


def _read(text: str) -> list[Quantity]:
    return find_quantities(text, [(when.start, when.end) for when in find_periods(text, "2025Q2")])


@pytest.mark.parametrize(
    ("text", "value", "unit", "low", "high"),
    [
        ("EBITDA was $1.68 million", "1680000", "USD", "1675000", "1685000"),
        ("a loss of $0.03 per ADS", "0.03", "USD/ADS", "0.025", "0.035"),
        ("US$0.046/kWh", "0.046", "USD/kWh", "0.0455", "0.0465"),
        ("4.6 cents per kilowatt-hour", "0.046", "USD/kWh", "0.0455", "0.0465"),
        ("RMB 36.0 million", "36000000", "CNY", "35950000", "36050000"),
        ("1,484 Bitcoins", "1484", "BTC", "1483.5", "1484.5"),
        ("8.15 extra hash per second", "8.15", "EH/s", "8.145", "8.155"),
        ("6.4 million terahashes", "6400000", "TH/s", "6350000", "6450000"),
        ("$11.10 per terahash per second", "11.10", "USD/TH/s", "11.095", "11.105"),
        ("$11.10 terahash", "11.10", "USD/TH/s", "11.095", "11.105"),
        ("$58 per petahash per day", "58", "USD/PH/s/day", "57.5", "58.5"),
        ("21.0 J/TH", "21.0", "J/TH", "20.95", "21.05"),
        ("$81,731 per bitcoin", "81731", "USD/BTC", "81730.5", "81731.5"),
        ("all-in cost of (15.8)c/kWh", "-0.158", "USD/kWh", "-0.1585", "-0.1575"),
        ("817,000 shares", "817000", "shares", "816999.5", "817000.5"),
        ("about 40%", "40", "%", "38", "42"),
        ("approximately 13,000 units", "13000", "machines", "12500", "13500"),
        ("over 1,480 bitcoins", "1480", "BTC", "1480", "Infinity"),
        ("up to $30 million", "30000000", "USD", "-Infinity", "30000000"),
        ("nearly $120,000", "120000", "USD", "115000", "120000"),
        ("1,500 (inaudible) Bitcoins", "1500", "BTC", "1500", "1600"),
        ("three different cooling options", "3", "options", "2.5", "3.5"),
        ("over a decade", "10", "years", "10", "Infinity"),
        ("the first anniversary", "1", "anniversary", "1", "1"),
    ],
)
def test_a_quantity_is_read_with_its_unit_and_printed_precision(
    text: str, value: str, unit: str, low: str, high: str
) -> None:
    """Value, unit and the interval of what the print can stand for, by the stated rules."""
    (quantity,) = _read(text)
    assert (quantity.value, quantity.unit) == (Decimal(value), unit)
    assert (quantity.low, quantity.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "our A15 and A-16 series", "the Form 20-F", "Series A1 preferred", "one of the few companies",
        "Forge 16 has left the packaging house", "call us at +1 555 010 7788", "no one knows", "SHA-256 machines",
        "see www.example.com/2025", "at 8:00 a.m. in Singapore", "24/7 service",
    ],
)  # fmt: skip
def test_names_and_idioms_are_no_figures(text: str) -> None:
    """Model names, forms, telephone numbers, times and idioms hold no quantity."""
    assert _read(text) == []


def test_both_ends_of_a_range_carry_the_range() -> None:
    """A range gives two figures, each with its own value and the interval of both; the scale is shared."""
    low, high = _read("revenue of $125-145 million")
    assert (low.value, high.value) == (Decimal(125_000_000), Decimal(145_000_000))
    assert (low.low, low.high, low.qualifier) == (low.value, high.value, "range")


def test_a_rise_is_no_range() -> None:
    """From one to another, after a verb of change gives two levels, and the bare one takes the other's unit."""
    first, second = _read("hash rate rose from 6.6 to 8.15 exahash per second")
    assert (first.qualifier, first.unit, second.unit) == (None, "EH/s", "EH/s")


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=0, max_value=3))
def test_the_printed_interval_holds_every_number_that_rounds_to_it(units: int, places: int) -> None:
    """Whatever is printed with n decimals stands for all that rounds to it: half a step to each side."""
    value = Decimal(units).scaleb(-places)
    (quantity,) = _read(f"revenue of ${value:,f} in all")
    half = Decimal(1).scaleb(-places) / 2
    assert (quantity.low, quantity.high) == (value - half, value + half)
