"""Amounts: what is read is exact to the last unit, what cannot be is refused, and printing loses nothing."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mintage.units import Amount, commodity, commodity_table, format_amount, parse_amount, parse_number, to_units
from mintage.units.amount import ALIASES, DIGITS_MAX, UNITS_MAX
from mintage.units.errors import AmountError

IDS = sorted(id_.replace("*", "a1") for id_ in commodity_table())
UNITS = st.integers(-UNITS_MAX, UNITS_MAX)
DIGITS = st.text("0123456789", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "expect", "units", "id_"),
    [
        ("1.25 BTC", None, 125_000_000, "BTC"),
        ("USD 41,000,000.00", None, 4_100_000_000, "USD"),
        ("6.4 EH/s", "HASHRATE", 6_400_000_000, "HASHRATE"),
        ("8.15 EH/s", None, 8_150_000_000, "HASHRATE"),
        ("1 GH/s", None, 1, "HASHRATE"),
        ("1 sat", None, 1, "BTC"),
        ("1_000 sats", None, 1000, "BTC"),
        ("2.5 MWh", None, 2_500_000, "ENERGY"),
        ("1 Wh", None, 1, "ENERGY"),
        ("$5", "USD", 500, "USD"),
        ("-$5.10", None, -510, "USD"),
        ("US$1,000", None, 100_000, "USD"),
        ("US$ -0.01", None, -1, "USD"),
        ("12", "USD", 1200, "USD"),
        ("+7 USD", None, 700, "USD"),
        ("5 machines", "MACHINE.a15-194", 5, "MACHINE.a15-194"),
        ("5 preferred shares", "PREF.a1", 5, "PREF.a1"),
        ("3 MACHINE.a15-194", None, 3, "MACHINE.a15-194"),
        ("0.000001 USDC", None, 1, "USDC"),
        ("  1.50   USD ", None, 150, "USD"),
    ],
)
def test_an_amount_is_read_in_minor_units(text: str, expect: str | None, units: int, id_: str) -> None:
    """Numbers with units before or behind, aliases, separators and signs."""
    assert parse_amount(text, expect) == Amount(units, id_)


@pytest.mark.parametrize(
    ("text", "expect", "says"),
    [
        ("1.25", None, "has no unit"),
        ("5 BTC", "USD", "in BTC, but USD is wanted"),
        ("1 kWh", "HASHRATE", "but TH/s is wanted"),
        ("0.005 USD", None, "finer than the smallest unit"),
        ("0.5 sat", None, "finer than the smallest unit"),
        ("1.5 machines", "MACHINE.a1", "finer than the smallest unit"),
        ("5 DOGE", None, "'DOGE' is not a commodity"),
        ("5 5 BTC", None, "is not a commodity"),
        ("BTC", None, "not one number with a unit"),
        ("", "USD", "not one number with a unit"),
        ("1e3 USD", None, "not one number with a unit"),
        ("nan USD", None, "not one number with a unit"),
        ("1,00 USD", None, "not one number with a unit"),
        ("1.000,00 USD", None, "not one number with a unit"),
        ("１２ USD", None, "not one number with a unit"),
        ("--5 USD", None, "not one number with a unit"),
        (f"{UNITS_MAX + 1} sat", None, "too large to store"),
        ("1" + "0" * 28 + " USD", None, "29 digits is too long"),
        ("1." + "0" * 28 + "1 USD", None, "30 digits is too long"),
    ],
)
def test_what_is_not_exact_or_not_clear_is_refused(text: str, expect: str | None, says: str) -> None:
    """No guess is made: not at units, at separators of other countries, at exponents or at lost digits."""
    with pytest.raises(AmountError, match=says.replace("(", r"\(")):
        parse_amount(text, expect)


@pytest.mark.parametrize("id_", IDS)
@given(units=UNITS)
@example(units=UNITS_MAX)
@example(units=-UNITS_MAX)
def test_printing_and_reading_an_amount_is_the_identity(id_: str, units: int) -> None:
    """What is printed reads back as the same minor units, with the unit said and with the unit expected."""
    text = format_amount(units, id_)
    assert parse_amount(text, id_) == Amount(units, id_)
    number = text.removesuffix(commodity(id_).unit).strip()
    assert parse_amount(number, id_).units == units
    assert str(Amount(units, id_)) == text


@pytest.mark.parametrize("unit", sorted(ALIASES))
@given(sign=st.sampled_from(["", "-", "+"]), whole=DIGITS, fraction=DIGITS)
@example(sign="", whole="1", fraction="0" * 33 + "1")
@example(sign="-", whole="0", fraction="00000001")
def test_no_digit_is_ever_lost(unit: str, sign: str, whole: str, fraction: str) -> None:
    """An accepted amount equals the written number exactly, in rational arithmetic; otherwise it is refused."""
    id_, exponent = ALIASES[unit]
    exact = Fraction(f"{sign}{whole}.{fraction}") * Fraction(10) ** (exponent + commodity(id_).scale)
    fits = exact.denominator == 1 and abs(exact) <= UNITS_MAX and len(whole + fraction) <= DIGITS_MAX
    try:
        found = parse_amount(f"{sign}{whole}.{fraction} {unit}")
    except AmountError:
        assert not fits
    else:
        assert fits
        assert found == Amount(int(exact), id_)


@given(sign=st.sampled_from(["", "-", "+"]), whole=DIGITS, fraction=st.one_of(st.just(""), DIGITS))
def test_a_number_is_read_exactly_whatever_the_decimal_context(sign: str, whole: str, fraction: str) -> None:
    """A price keeps every digit, even where a caller works with few digits; too many are refused."""
    text = f"{sign}{whole}.{fraction}" if fraction else sign + whole
    with localcontext(prec=3):
        try:
            found = parse_number(text)
        except AmountError:
            assert len(whole + fraction) > DIGITS_MAX
            return
    assert Fraction(found) == Fraction(text)
    assert -found.as_tuple().exponent == len(fraction)  # type: ignore[operator]  # a finite number's is an integer


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is an amount or an AmountError."""
    for expect in (None, "USD", "MACHINE.a1"):
        try:
            found = parse_amount(text, expect)
        except AmountError:
            continue
        assert abs(found.units) <= UNITS_MAX


@pytest.mark.parametrize(("value", "units"), [("1.10", 110), ("-0.01", -1), ("1E+2", 10_000), ("0", 0)])
def test_a_decimal_becomes_minor_units(value: str, units: int) -> None:
    """A computed decimal in the printed unit becomes cents."""
    assert to_units(Decimal(value), "USD") == units


@pytest.mark.parametrize("value", ["0.001", "1E+40"])
def test_a_decimal_that_does_not_fit_is_refused(value: str) -> None:
    """Neither finer than a cent nor larger than the store."""
    with pytest.raises(AmountError):
        to_units(Decimal(value), "USD")
