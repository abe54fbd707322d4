"""What the rooms' commands read from the command line, and how they state quantities.

JSON states USD, BTC and TH/s as exact decimal strings, an unknown as null beside its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Any

from cyclopts import Parameter, Token

from mintage.units import commodity, parse_number, parse_period

UNKNOWN = "unknown"
_WIDE = Context(prec=100)
"""Rounding must not fail on a number that somebody typed."""


def _number(_hint: Any, tokens: Sequence[Token]) -> Decimal:
    return parse_number(tokens[0].value)


def _day(_hint: Any, tokens: Sequence[Token]) -> date:
    return parse_period(tokens[0].value).end


Number = Annotated[Decimal, Parameter(converter=_number)]
"""An exact decimal number, with or without thousands separators."""
Day = Annotated[date, Parameter(converter=_day)]
"""A day, or a period that means its last day."""


def units(minor: int, id_: str) -> Decimal:
    """Minor units of a commodity in its printed unit: cents as USD, sats as BTC, GH/s as TH/s."""
    return Decimal(minor).scaleb(-commodity(id_).scale)


def usd(cents: int) -> Decimal:
    """Cents as USD."""
    return units(cents, "USD")


def btc(sats: int) -> Decimal:
    """Satoshis as BTC."""
    return units(sats, "BTC")


def ths(ghs: int) -> Decimal:
    """GH/s as TH/s."""
    return units(ghs, "HASHRATE")


def rounded(value: Decimal, digits: int = 2) -> Decimal:
    """A ratio rounded half up, for print."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)


def shown(value: Decimal | int | None, digits: int | None = None) -> str:
    """A number as tables print it, or "unknown".

    Args:
        value: the number, None where it is unknown.
        digits: decimals to round to; by default all that it has.
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value if digits is None else rounded(value, digits):,f}"


def dated(title: str, day: date | None) -> str:
    """A title with the day that it is as of."""
    return f"{title}, end of {day}" if day else f"{title}, now"
