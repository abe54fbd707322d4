"""The report's words in one language: labels, units, periods, reasons, numbers."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import Literal, Protocol, get_args

from mintage.books.kpis import definitions
from mintage.units import Period
from mintage.units.errors import InputError

Language = Literal["en", "zh-Hant"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
MINUS = "−"
_PART = re.compile(r"([a-z_]+(?:\.[a-z_]+)*): (.*)")


class Named(Protocol):
    """What carries its name in both languages."""

    @property
    def en(self) -> str:
        """Name in English."""

    @property
    def zh(self) -> str:
        """Name in Traditional Chinese."""


def resource(name: str) -> str:
    """A data file of the report."""
    return resources.files("mintage.report").joinpath("data", name).read_text("utf-8")


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, dict[str, str]]] = tomllib.loads(resource("words.toml"))
    return found[name]


@cache
def _reasons() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(english), row["zh"]) for english, row in _table("reason").items())


class Words:
    """Everything that the report says, in one language.

    Args:
        language: "en" or "zh-Hant".

    Raises:
        InputError: there is no such language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise InputError(f"there is no report in '{language}'.", remedy=f"Languages: {', '.join(LANGUAGES)}.")
        self.language = language
        self.column = "zh" if language == "zh-Hant" else "en"

    def __call__(self, id_: str, **values: object) -> str:
        """A label, with values put in."""
        return _table("label")[id_][self.column].format(**values)

    def name(self, item: Named) -> str:
        """The name of a row or KPI."""
        return item.zh if self.column == "zh" else item.en

    def unit(self, unit: str) -> str:
        """A unit as it is printed."""
        row = _table("unit").get(unit)
        return row[self.column] if row else unit

    def reason(self, reason: str) -> str:
        """Why a figure is unknown; what the table cannot say in Chinese stays English."""
        part = _PART.fullmatch(reason)
        if part and part[1] in definitions():
            deeper = _PART.fullmatch(part[2])
            told = self.reason(part[2])
            # Of "a needs b, b needs c" only the last helps, and what the ledger does not reach it does not for any.
            if part[2].startswith("the ledger ") or (deeper and deeper[1] in definitions()):
                return told
            return self.name(definitions()[part[1]]) + (": " if self.column == "en" else "：") + told
        if self.column == "zh":
            for pattern, chinese in _reasons():
                match = pattern.fullmatch(reason.rstrip("."))
                if match:
                    return chinese.format(**match.groupdict())
        return reason

    def period(self, period: Period) -> str:
        """A period in words: "Second quarter of 2025"."""
        year, rest = period.name[:4], period.name[4:]
        if rest.startswith("Q"):
            return self("quarter", ordinal=self(f"ordinal.{rest[1]}"), year=year)
        if len(rest) == 3:
            return self("month", month=self.month(period.start), year=year)
        return self("year", year=year) if not rest else self.day(period.start)

    def month(self, day: date) -> str:
        """The name of a day's month."""
        return self(f"month.{day.month}")

    def day(self, day: date) -> str:
        """A date in words."""
        return self("day", day=day.day, month=self.month(day), year=day.year)

    def growth(self, percent: Decimal | None) -> str:
        """A growth rate with its sign, "" where there is none."""
        return "" if percent is None else f"{signed(percent)}%"


def number(value: Decimal, digits: int) -> str:
    """A number with thousands separators and a true minus sign."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,f}"


def signed(value: Decimal) -> str:
    """A number as it is, with "+" or a true minus sign."""
    return f"{MINUS if value < 0 else '+' if value > 0 else ''}{abs(value):,f}"


def accounting(value: Decimal, digits: int) -> str:
    """A number as statements print it: negative ones in brackets, nothing as a dash."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if not rounded:
        return "–" if not value else f"{abs(rounded):,f}"
    return f"({abs(rounded):,f})" if rounded < 0 else f"{rounded:,f}"
