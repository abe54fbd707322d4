"""What kinds of facts and their fields are called and mean, in both languages.

English is what the declarations themselves say; Traditional Chinese stands in a table by the same words, so that what
is declared anew or otherwise is found to be missing by a test, and is shown in English until it is told.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec


class KindWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind in Traditional Chinese.

    Attributes:
        name: what it is called.
        says: what a fact of it says.
    """

    name: str
    says: str


class WordsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table.

    Attributes:
        spelt: words of English names that are written in their own way.
        kind: kinds by name.
        field: names of fields.
        meaning: meanings of fields, by what the declaration says.
    """

    spelt: dict[str, str]
    kind: dict[str, KindWords]
    field: dict[str, str]
    meaning: dict[str, str]


@cache
def words() -> WordsTable:
    """The table of words."""
    text = resources.files("mintage.desk").joinpath("data", "facts.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), WordsTable)


def kind_name(kind: str) -> tuple[str, str]:
    """What a kind is called in English and in Traditional Chinese."""
    plain = english(kind.partition(".")[2] or kind)
    found = words().kind.get(kind)
    return plain, found.name if found else plain


def kind_meaning(kind: str, meaning: str) -> str:
    """What a fact of a kind says, in Traditional Chinese."""
    found = words().kind.get(kind)
    return found.says if found else meaning


def field_name(name: str) -> tuple[str, str]:
    """What a field is called in English and in Traditional Chinese."""
    plain = english(name)
    return plain, words().field.get(name, plain)


def field_meaning(meaning: str) -> str:
    """What a field means, in Traditional Chinese."""
    return words().meaning.get(meaning, meaning)


def english(name: str) -> str:
    """A declared name as people write it: "from_wallet" is "From wallet"."""
    parts = [words().spelt.get(part, part) for part in name.replace("-", "_").split("_")]
    text = " ".join(parts)
    return text[:1].upper() + text[1:]
