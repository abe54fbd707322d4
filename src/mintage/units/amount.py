"""Amounts: a whole number of minor units with its commodity, read and written exactly."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import msgspec

from mintage.units.commodities import commodity, commodity_table
from mintage.units.errors import AmountError

# Other printed units of a commodity: (commodity id, how many of its printed unit one of these is).
ALIASES: dict[str, tuple[str, Decimal]] = {
    "sat": ("BTC", Decimal("0.00000001")),
    "sats": ("BTC", Decimal("0.00000001")),
    "US$": ("USD", Decimal(1)),
    "$": ("USD", Decimal(1)),
    "GH/s": ("HASHRATE", Decimal("0.001")),
    "TH/s": ("HASHRATE", Decimal(1)),
    "PH/s": ("HASHRATE", Decimal(1000)),
    "EH/s": ("HASHRATE", Decimal(1_000_000)),
    "Wh": ("ENERGY", Decimal("0.001")),
    "kWh": ("ENERGY", Decimal(1)),
    "MWh": ("ENERGY", Decimal(1000)),
    "GWh": ("ENERGY", Decimal(1_000_000)),
}
UNITS_MAX = 2**63 - 1
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


class Amount(msgspec.Struct, frozen=True, gc=False):
    """A whole number of minor units of one commodity."""

    units: int
    commodity: str

    def __str__(self) -> str:
        return format_amount(self.units, self.commodity)


def parse_number(text: str) -> Decimal:
    """Read a decimal number, with or without thousands separators.

    Raises:
        AmountError: it is not a plain decimal number.
    """
    cleaned = text.strip().replace("_", "")
    if not _NUMBER.fullmatch(cleaned):
        raise AmountError(f"'{text}' is not a number.", remedy="Write it like 1234.50 or 1,234.50.")
    try:
        return Decimal(cleaned.replace(",", ""))
    except InvalidOperation as error:
        raise AmountError(f"'{text}' is not a number.") from error


def to_units(value: Decimal, id_: str) -> int:
    """Minor units of a printed value.

    Raises:
        AmountError: the value has more digits than the commodity holds, or is too large to store.
    """
    scale = commodity(id_).scale
    scaled = value.scaleb(scale)
    units = int(scaled)
    if units != scaled:
        raise AmountError(
            f"{value} is finer than the smallest unit of {id_} (10^-{scale}).",
            remedy="Round it where the source says how, then give the rounded amount.",
        )
    if abs(units) > UNITS_MAX:
        raise AmountError(f"{value} {id_} is too large to store.")
    return units


def parse_amount(text: str, expect: str | None = None) -> Amount:
    """Read "1.2 BTC", "USD 41,000,000.00", "6.4 EH/s", or a bare number where the unit is expected.

    Args:
        text: what was written.
        expect: the commodity that it must be of; a bare number is then in its printed unit.

    Raises:
        AmountError: no unit, an unknown one, another one than expected, or too many digits.
    """
    words = text.replace("US$", "US$ ").split()
    if len(words) == 1 and words[0].startswith(("$", "-$")):
        words = ["$", words[0].replace("$", "")]
    numbers = [word for word in words if _NUMBER.fullmatch(word.replace("_", ""))]
    unit = " ".join(word for word in words if word not in numbers)
    if len(numbers) != 1:
        raise AmountError(f"'{text}' is not one number with a unit.", remedy="Write it like '1.25 BTC'.")
    value = parse_number(numbers[0])
    if not unit:
        if expect is None:
            raise AmountError(f"'{text}' has no unit.", remedy="Write it like '1.25 BTC'.")
        return Amount(to_units(value, expect), expect)
    id_, factor = _unit(unit, expect)
    if expect is not None and id_ != expect:
        wanted = commodity(expect).unit
        raise AmountError(f"'{text}' is in {unit}, but {wanted} is wanted.", remedy=f"Give it in {wanted}.")
    return Amount(to_units(value * factor, id_), id_)


def _unit(unit: str, expect: str | None) -> tuple[str, Decimal]:
    if unit in ALIASES:
        return ALIASES[unit]
    if expect is not None and unit == commodity(expect).unit:
        return expect, Decimal(1)
    for entry in commodity_table().values():
        if unit == entry.unit and not entry.id.endswith("*"):
            return entry.id, Decimal(1)
    return commodity(unit).id, Decimal(1)


def format_amount(units: int, id_: str) -> str:
    """Print minor units exactly, with thousands separators and the unit: "1,234.50 USD"."""
    entry = commodity(id_)
    return f"{Decimal(units).scaleb(-entry.scale):,.{entry.scale}f} {entry.unit}"
