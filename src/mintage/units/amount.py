"""Amounts: a whole number of minor units with its commodity, read and written exactly."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

import msgspec

from mintage.units.commodities import commodity, commodity_table
from mintage.units.errors import AmountError

# Other printed units of a commodity: (commodity id, power of ten: how many of its printed unit one of these is).
ALIASES: dict[str, tuple[str, int]] = {
    "sat": ("BTC", -8),
    "sats": ("BTC", -8),
    "US$": ("USD", 0),
    "$": ("USD", 0),
    "GH/s": ("HASHRATE", -3),
    "TH/s": ("HASHRATE", 0),
    "PH/s": ("HASHRATE", 3),
    "EH/s": ("HASHRATE", 6),
    "Wh": ("ENERGY", -3),
    "kWh": ("ENERGY", 0),
    "MWh": ("ENERGY", 3),
    "GWh": ("ENERGY", 6),
}
UNITS_MAX = 2**53 - 1  # a thousand such amounts add up within SQLite's 64 bits, and JSON holds each exactly
DIGITS_MAX = 28  # what decimal arithmetic keeps; more could be lost on the way
_NUMBER = re.compile(r"([+-]?)([0-9]{1,3}(?:[,_][0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")


class Amount(msgspec.Struct, frozen=True, gc=False):
    """A whole number of minor units of one commodity."""

    units: int
    commodity: str

    def __str__(self) -> str:
        return format_amount(self.units, self.commodity)


def parse_number(text: str) -> Decimal:
    """Read a decimal number, with or without thousands separators.

    Raises:
        AmountError: it is not a plain decimal number, or has more than 28 digits.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise AmountError(f"'{text}' is not a number.", remedy="Write it like 1234.50 or 1,234.50.")
    sign, digits, decimals = _digits(match)
    return Decimal(f"{sign}{digits}E-{decimals}") if decimals else Decimal(sign + digits)


def _digits(match: re.Match[str]) -> tuple[str, str, int]:
    """Sign, all digits without separators, and how many of them are decimals."""
    sign, whole, fraction = match.groups("")
    digits = whole.replace(",", "").replace("_", "") + fraction
    if len(digits) > DIGITS_MAX:
        raise AmountError(f"a number of {len(digits)} digits is too long.", remedy=f"Give at most {DIGITS_MAX} digits.")
    return sign, digits, len(fraction)


def to_units(value: Decimal, id_: str) -> int:
    """Minor units of a printed value.

    Raises:
        AmountError: the value has more digits than the commodity holds, or is too large to store.
    """
    scale = commodity(id_).scale
    scaled = value.scaleb(scale)
    units = int(scaled)
    if units != scaled:
        raise _too_fine(value, id_, scale)
    if abs(units) > UNITS_MAX:
        raise _too_large(value, id_)
    return units


def parse_amount(text: str, expect: str | None = None) -> Amount:
    """Read "1.2 BTC", "USD 41,000,000.00", "6.4 EH/s", or a bare number where the unit is expected.

    Args:
        text: what was written.
        expect: the commodity that it must be of; a bare number is then in its printed unit.

    Raises:
        AmountError: no unit, an unknown one, another one than expected, or too many digits.
    """
    first, _, rest = text.strip().partition(" ")
    match, unit = _NUMBER.fullmatch(first), rest.strip()
    if match is None:
        match, unit = _number_behind(text)
    if unit:
        id_, exponent = _unit(unit, expect)
    elif expect is None:
        raise AmountError(f"'{text}' has no unit.", remedy="Write it like '1.25 BTC'.")
    else:
        id_, exponent = expect, 0
    if expect is not None and id_ != expect:
        wanted = commodity(expect).unit
        raise AmountError(f"'{text}' is in {unit}, but {wanted} is wanted.", remedy=f"Give it in {wanted}.")
    return Amount(_minor_units(match, id_, exponent), id_)


def _number_behind(text: str) -> tuple[re.Match[str], str]:
    """The number and unit of "USD 5.00", "$5.00", "-$5.00" or "US$5.00"."""
    words = text.replace("US$", "US$ ").split()
    if len(words) == 1 and words[0].startswith(("$", "-$")):
        words = ["$", words[0].replace("$", "", 1)]
    match = _NUMBER.fullmatch(words[-1]) if len(words) > 1 else None
    if match is None:
        raise AmountError(f"'{text}' is not one number with a unit.", remedy="Write it like '1.25 BTC'.")
    return match, " ".join(words[:-1])


def _minor_units(match: re.Match[str], id_: str, exponent: int) -> int:
    """Whole minor units of a number whose unit is 10**exponent of the commodity's printed unit."""
    sign, digits, decimals = _digits(match)
    scale = commodity(id_).scale
    shift = scale + exponent - decimals
    units, lost = divmod(int(digits + "0" * shift), int("1" + "0" * -shift))
    if lost:
        raise _too_fine(match[0], id_, scale)
    if units > UNITS_MAX:
        raise _too_large(match[0], id_)
    return -units if sign == "-" else units


def _too_fine(value: object, id_: str, scale: int) -> AmountError:
    return AmountError(
        f"{value} is finer than the smallest unit of {id_} (10^-{scale}).",
        remedy="Round it where the source says how, then give the rounded amount.",
    )


def _too_large(value: object, id_: str) -> AmountError:
    return AmountError(
        f"{value} {id_} is too large to store.",
        remedy="Check the unit: the limit is 2^53 - 1 of its smallest unit, so that sums stay below 2^63.",
    )


@cache
def _unit(unit: str, expect: str | None) -> tuple[str, int]:
    if unit in ALIASES:
        return ALIASES[unit]
    if expect is not None and unit == commodity(expect).unit:
        return expect, 0
    for entry in commodity_table().values():
        if unit == entry.unit and not entry.id.endswith("*"):
            return entry.id, 0
    if unit.endswith("*"):
        raise AmountError(f"'{unit}' is a family.", remedy="Name its member, such as MACHINE.a15-194.")
    return commodity(unit).id, 0


def format_amount(units: int, id_: str) -> str:
    """Print minor units exactly, with thousands separators and the unit: "1,234.50 USD"."""
    entry = commodity(id_)
    return f"{Decimal(units).scaleb(-entry.scale):,.{entry.scale}f} {entry.unit}"
