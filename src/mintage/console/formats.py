"""Numbers, units, dates and instants as a reader of one language expects them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, cached_property
from importlib import resources
from typing import Protocol

import msgspec
from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta, get_quarter_names

from mintage.units import parse_period

DASH = "–"
MINUS = "\N{MINUS SIGN}"
_WIDE = Context(prec=100)
"""Rounding must not fail on a large number."""
_TIGHT = frozenset({"%", "°C"})
"""Units that stand at the figure without a space."""


class Shown(Protocol):
    """What can be told as a figure: `mintage.desk.figure.Figure`, or anything with these."""

    @property
    def value(self) -> Decimal | None:
        """The value, None where it is unknown."""

    @property
    def unit(self) -> str:
        """Its unit as printed in English."""

    @property
    def digits(self) -> int:
        """Decimals to print."""


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a unit is told.

    Attributes:
        zh: in Traditional Chinese.
        one: in English after exactly 1, where it differs.
    """

    zh: str
    one: str = ""


@cache
def units() -> dict[str, Unit]:
    """Units that a language tells in words of its own; symbols such as TH/s stand in both as they are."""
    raw = resources.files("mintage.console").joinpath("data/units.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, Unit])


class Formats:
    """How one language writes figures and times.

    Args:
        locale: Babel's name of it, "en" or "zh_Hant".
    """

    def __init__(self, locale: str) -> None:
        self.locale = Locale.parse(locale)

    @cached_property
    def chinese(self) -> bool:
        """Whether this is Chinese."""
        return self.locale.language == "zh"

    def enumerated(self, items: Iterable[object]) -> str:
        """Things one after the other, parted as this language parts them."""
        return ("、" if self.chinese else ", ").join(str(item) for item in items)

    def number(self, value: Decimal | float | None, digits: int | None = None, *, sign: bool = False) -> str:
        """A number with separators; a dash where it is unknown.

        Args:
            value: the number.
            digits: decimals to print; as many as the number has where None.
            sign: whether a plus is written too.
        """
        if value is None:
            return DASH
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        if digits is not None:
            exact = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
        told = f"{exact:,f}"
        if exact.is_zero():
            told = told.removeprefix("-")
        return told.replace("-", MINUS) if exact <= 0 or not sign else f"+{told}"

    def percent(self, share: Decimal | float | None, digits: int = 1, *, sign: bool = False) -> str:
        """A share of one as a percentage."""
        if share is None:
            return DASH
        exact = share if isinstance(share, Decimal) else Decimal(str(share))
        return f"{self.number(exact.scaleb(2, _WIDE), digits, sign=sign)}%"

    def money(self, cents: int | None, digits: int = 2) -> str:
        """Cents as USD."""
        return DASH if cents is None else self.with_unit(Decimal(cents).scaleb(-2), "USD", digits)

    def unit(self, unit: str, value: Decimal | None = None) -> str:
        """A unit in this language; in English the singular after exactly 1."""
        known = units().get(unit)
        if known is None:
            return unit
        return known.zh if self.chinese else (known.one if value == 1 and known.one else unit)

    def with_unit(self, value: Decimal | None, unit: str, digits: int | None = None) -> str:
        """A number and its unit."""
        told = self.number(value, digits)
        if value is None or not unit:
            return told
        return f"{told}{'' if unit in _TIGHT else ' '}{self.unit(unit, value)}"

    def figure(self, figure: Shown) -> str:
        """A figure as plain text; a dash where it is unknown."""
        return self.with_unit(figure.value, figure.unit, figure.digits)

    def date(self, day: date | None) -> str:
        """A calendar day."""
        return DASH if day is None else format_date(day, "medium", locale=self.locale)

    def instant(self, instant_us: int | None, *, seconds: bool = False) -> str:
        """An instant in UTC, on the 24-hour clock, with the name of the zone."""
        if instant_us is None:
            return DASH
        moment = _moment(instant_us)
        return f"{self.date(moment.date())} {self.clock(instant_us, seconds=seconds)} UTC"

    def clock(self, instant_us: int | None, *, seconds: bool = False) -> str:
        """The time of day in UTC."""
        if instant_us is None:
            return DASH
        return format_datetime(_moment(instant_us), "HH:mm:ss" if seconds else "HH:mm", locale=self.locale)

    def ago(self, instant_us: int | None, now_us: int) -> str:
        """How long ago an instant was, or how soon it will be."""
        if instant_us is None:
            return DASH
        gone = timedelta(microseconds=instant_us - now_us)
        return format_timedelta(gone, add_direction=True, threshold=1.2, locale=self.locale)

    def span(self, seconds: float | None) -> str:
        """A length of time."""
        if seconds is None:
            return DASH
        return format_timedelta(timedelta(seconds=float(seconds)), threshold=1.2, locale=self.locale)

    def period(self, name: str) -> str:
        """A period by name: 2025, 2025Q2, 2025-06 or 2025-06-30.

        Raises:
            InputError: it is no period.
        """
        period = parse_period(name)
        if "Q" in name:
            year, _, quarter = name.partition("Q")
            told = get_quarter_names("wide", locale=self.locale)[int(quarter)]
            return f"{year}年{told}" if self.chinese else f"Q{quarter} {year}"
        if len(name) == 4:
            return f"{name}年" if self.chinese else name
        if len(name) == 7:
            return format_date(period.start, "y年M月" if self.chinese else "MMM y", locale=self.locale)
        return self.date(period.start)


def iso(instant_us: int) -> str:
    """An instant as machines read it."""
    return _moment(instant_us).isoformat(timespec="seconds").replace("+00:00", "Z")


def hash_short(text: str, digits: int = 8) -> str:
    """The first digits of a hash or an id, with a sign that there are more."""
    return text if len(text) <= digits + 2 else f"{text[:digits]}…"


def _moment(instant_us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
