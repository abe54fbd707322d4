"""The words of figures, read from `data/lexicon.toml` and compiled once."""

import functools
import re
import tomllib
from decimal import Decimal
from importlib import resources
from typing import Any

import msgspec


class Unit(msgspec.Struct, frozen=True):
    """A unit, its kind, and the factor that turns it into the base unit of its kind."""

    id: str
    kind: str
    factor: Decimal


class Vague(msgspec.Struct, frozen=True):
    """Words that hide a number, such as "a decade"."""

    pattern: re.Pattern[str]
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str


class Qualifier(msgspec.Struct, frozen=True):
    """How exactly a figure is meant: "over", "under", "nearly" or "approximately"."""

    bound: str
    before: re.Pattern[str]
    after: re.Pattern[str] | None


class Lexicon(msgspec.Struct, frozen=True):
    """All tables of the lexicon. Patterns of units match at the place where the number ends."""

    currency: tuple[tuple[str, re.Pattern[str]], ...]
    currency_after: tuple[tuple[str, re.Pattern[str]], ...]
    scale: dict[str, Decimal]
    scale_letter: dict[str, Decimal]
    units: tuple[tuple[Unit, re.Pattern[str], bool], ...]
    per: tuple[tuple[Unit, re.Pattern[str], bool], ...]
    qualifiers: tuple[Qualifier, ...]
    vague: tuple[Vague, ...]
    number_words: dict[str, int]
    ordinal_words: dict[str, int]
    ordinal: re.Pattern[str]
    hidden: re.Pattern[str]
    inaudible: re.Pattern[str]
    round_share: Decimal
    loose_share: Decimal

    def unit(self, unit_id: str) -> Unit | None:
        """Return the unit of that id, or None for a noun that is counted."""
        return _units_by_id().get(unit_id)


def read_table(name: str) -> dict[str, Any]:
    """Return a TOML table that stands in this package's `data` folder."""
    text = resources.files("mintage.disclosure").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def lexicon() -> Lexicon:
    """Return the lexicon; read on first use."""
    raw = read_table("lexicon.toml")
    words = raw["words"]
    nouns = "|".join(words["ordinal_nouns"])
    hidden = [*raw["names"]["patterns"], *(rf"\b(?:{idiom})" for idiom in raw["names"]["idioms"])]
    hidden.append(raw["names"]["footnote"])
    return Lexicon(
        currency=tuple((code, _ending(patterns)) for code, patterns in raw["currency"].items()),
        currency_after=tuple((code, _starting(patterns)) for code, patterns in raw["currency_after"].items()),
        scale={word: Decimal(factor) for word, factor in raw["scale"].items()},
        scale_letter={letter: Decimal(factor) for letter, factor in raw["scale_letter"].items()},
        units=_unit_patterns(raw["unit"], r"\s*-?\s*"),
        per=_unit_patterns(raw["per"], ""),
        qualifiers=tuple(_qualifier(entry) for entry in raw["qualifier"]),
        vague=tuple(_vague(entry) for entry in raw["vague"]),
        number_words=words["numbers"],
        ordinal_words=words["ordinals"],
        ordinal=re.compile(rf"\b(?P<word>{'|'.join(words['ordinals'])})[ -](?P<noun>{nouns})\b", re.IGNORECASE),
        hidden=re.compile("|".join(f"(?:{pattern})" for pattern in hidden), re.IGNORECASE),
        inaudible=re.compile(rf"\s*{raw['names']['inaudible']}", re.IGNORECASE),
        round_share=Decimal(raw["intervals"]["round_share"]),
        loose_share=Decimal(raw["intervals"]["loose_share"]),
    )


@functools.cache
def _units_by_id() -> dict[str, Unit]:
    return {unit.id: unit for unit, _, _ in lexicon().units}


def _starting(patterns: list[str], lead: str = r"\s*-?\s*") -> re.Pattern[str]:
    return re.compile(rf"{lead}(?:{'|'.join(patterns)})", re.IGNORECASE)


def _ending(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(patterns)})\s*\(?$")


def _unit_patterns(entries: list[dict[str, Any]], lead: str) -> tuple[tuple[Unit, re.Pattern[str], bool], ...]:
    """Return (unit, pattern, damaged); a damaged pattern is what speech recognition makes of the unit."""
    result = []
    for entry in entries:
        unit = Unit(entry["id"], entry["kind"], Decimal(entry["factor"]))
        result.append((unit, _starting(entry["patterns"], lead), False))
        if "damaged" in entry:
            result.append((unit, _starting(entry["damaged"], lead), True))
    return tuple(result)


def _qualifier(entry: dict[str, Any]) -> Qualifier:
    after = _starting(entry["after"], r"[\s-]*") if entry["after"] else None
    before = re.compile(rf"(?<![\w-])(?:{'|'.join(entry['before'])})[\s-]*$", re.IGNORECASE)
    return Qualifier(entry["bound"], before, after)


def _vague(entry: dict[str, str]) -> Vague:
    pattern = re.compile(rf"\b(?:{entry['pattern']})\b", re.IGNORECASE)
    return Vague(pattern, Decimal(entry["value"]), Decimal(entry["low"]), Decimal(entry["high"]), entry["unit"])
