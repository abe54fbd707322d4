"""Columns of the board: readings from `fields.toml`, and what stands beside them in `columns.toml`."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from mintage.fleet.readings import fields
from mintage.units.errors import InputError

Kind = Literal["text", "word", "number"]


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column.

    Attributes:
        name: its name; that of the field where it holds a reading.
        kind: text, word (few different ones, all of them ours) or number.
        unit: unit in words, "" where there is none.
        digits: decimals to show.
        en: label in English.
        zh: label in Traditional Chinese.
    """

    name: str
    kind: Kind
    unit: str
    digits: int
    en: str
    zh: str


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    column: tuple[Column, ...]


@cache
def columns() -> dict[str, Column]:
    """All columns by name, our own first, then the readings in their order."""
    raw = files("mintage.fleet.board").joinpath("columns.toml").read_bytes()
    own = {item.name: item for item in msgspec.toml.decode(raw, type=_Table).column}
    read = {
        field.name: Column(
            name=field.name,
            kind="text" if field.kind == "text" else "number",
            unit=field.unit,
            digits=max(0, -math.floor(math.log10(field.step))),
            en=field.en,
            zh=field.zh,
        )
        for field in fields()
    }
    return own | {name: item for name, item in read.items() if name not in own}


@cache
def readings(kind: Kind) -> tuple[str, ...]:
    """Names of the readings of one kind; the state is a word of ours."""
    names = [field.name for field in fields()]
    return tuple(name for name in names if columns()[name].kind == kind)


def column(name: str) -> Column:
    """A column by name.

    Raises:
        InputError: there is none.
    """
    found = columns().get(name)
    if found is None:
        raise InputError(
            f"'{name}' is no column of the board.", field=name, remedy=f"Known are: {', '.join(columns())}."
        )
    return found
