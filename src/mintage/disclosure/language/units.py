"""The units table: what Chinese writes behind a number, right and wrong."""

import re
from decimal import Decimal
from functools import cache

import msgspec

from mintage.disclosure.language.han import han_pattern, load_table


class Wrong(msgspec.Struct, frozen=True):
    """A rendering that loses the unit, and why."""

    zh: str
    why: str


class Unit(msgspec.Struct, frozen=True):
    """A unit: `factor` of its `base`; `print` is how Chinese should write it."""

    id: str
    print: str
    base: str = ""
    factor: str = "1"
    keep: bool = False
    zh: tuple[str, ...] = ()
    zh_before: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()

    @property
    def scale(self) -> Decimal:
        """How much of the base unit one of this unit is."""
        return Decimal(self.factor)


class Classifier(msgspec.Struct, frozen=True):
    """A Chinese measure word, what it counts, and the English nouns that call for it."""

    zh: str
    counts: str
    en: str


class _Tables(msgspec.Struct, frozen=True):
    unit: tuple[Unit, ...]
    per: tuple[Unit, ...]
    classifier: tuple[Classifier, ...]


class Suffix(msgspec.Struct, frozen=True):
    """A unit read at a place in Chinese text, ending at `end`; `wrong` says what is lost, if anything."""

    unit: Unit
    end: int
    wrong: str | None = None


@cache
def tables() -> _Tables:
    """Return the tables of `language_units.toml`."""
    return msgspec.convert(load_table("language_units.toml"), _Tables)


@cache
def unit(id_: str) -> Unit:
    """Return the unit with this id; one that Chinese has no row for stands for itself."""
    found = next((u for u in tables().unit if u.id == id_), None)
    return found or Unit(id=id_, print=id_, base=id_)


@cache
def per_unit(id_: str) -> Unit | None:
    """Return what a price is counted per, by id."""
    return next((u for u in tables().per if u.id == id_), None)


_LINK = r"\s?[個的]{0,2}\s?"


@cache
def _behind() -> tuple[tuple[re.Pattern[str], Unit, str | None], ...]:
    rows: list[tuple[re.Pattern[str], Unit, str | None]] = []
    for row in tables().unit:
        rows.extend((han_pattern(rf"\s?(?:{p})"), row, None) for p in row.zh)
        rows.extend((han_pattern(rf"{_LINK}(?:{w.zh})"), row, w.why) for w in row.wrong)
    return tuple(rows)


@cache
def _before() -> tuple[tuple[re.Pattern[str], Unit], ...]:
    return tuple((han_pattern(rf"(?:{p})$"), row) for row in tables().unit for p in row.zh_before)


def unit_behind(folded: str, at: int) -> Suffix | None:
    """Return the unit that stands at `at` of folded text: the longest reading."""
    found: list[Suffix] = []
    for pattern, row, why in _behind():
        match = pattern.match(folded, at)
        if match and match.end() > at:
            found.append(Suffix(row, match.end(), why))
    return max(found, key=lambda s: s.end, default=None)


def unit_before(folded: str, at: int) -> tuple[Unit, int] | None:
    """Return the unit that ends at `at` of folded text and where it starts."""
    found: list[tuple[Unit, int]] = []
    for pattern, row in _before():
        match = pattern.search(folded, max(0, at - 8), at)
        if match:
            found.append((row, match.start()))
    return min(found, key=lambda f: f[1], default=None)
