"""What a plan assumes: a table of numbers, each with its unit, source and grade, and what the user says instead."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from mintage.units import parse_number
from mintage.units.errors import InputError

SAID, SAID_ZH = "Said for this plan.", "本計畫所設定。"


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        id: "room.name".
        value: exact, in `unit`.
        unit: the only unit that is accepted.
        grade: how well it is known.
        source: where it comes from.
        meaning: one sentence for the docs.
        source_zh: where it comes from, in Traditional Chinese; "" where that was found in English only.
        meaning_zh: the sentence in Traditional Chinese.
        low: least value allowed.
        high: greatest value allowed, or None.
    """

    id: str
    value: Decimal
    unit: str
    grade: Literal["stated", "derived", "assumed"]
    source: str
    meaning: str
    source_zh: str = ""
    meaning_zh: str = ""
    low: Decimal = Decimal(0)
    high: Decimal | None = None


@cache
def default_assumptions() -> dict[str, Assumption]:
    """The table as shipped, by id."""
    text = resources.files("mintage.plan").joinpath("data/assumptions.toml").read_text("utf-8")
    return {id_: msgspec.convert({"id": id_, **row}, Assumption) for id_, row in tomllib.loads(text).items()}


class Assumptions:
    """The table with what a user says instead.

    Args:
        overrides: id to "number unit" or a bare number, which is then in the row's unit.

    Raises:
        InputError: an id is unknown, a unit is another, or a number is none or out of bounds.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self.rows = dict(default_assumptions())
        for id_, text in (overrides or {}).items():
            self.rows[id_] = _replaced(self.row(id_), text)
        self.said = {id_: f"{self.rows[id_].value} {self.rows[id_].unit}" for id_ in overrides or {}}
        self._numbers = {id_: float(row.value) for id_, row in self.rows.items()}

    def observed(self, found: Mapping[str, tuple[str, str]]) -> Assumptions:
        """The same with observed values, each with its source, where nothing was said.

        Raises:
            InputError: an observed value is out of bounds.
        """
        merged = Assumptions(self.said)
        for id_, (text, source) in found.items():
            if id_ not in self.said:
                row = msgspec.structs.replace(
                    _replaced(self.row(id_), text), grade="stated", source=source, source_zh=""
                )
                merged.rows[id_], merged._numbers[id_] = row, float(row.value)
        return merged

    def row(self, id_: str) -> Assumption:
        """The row with this id.

        Raises:
            InputError: there is none.
        """
        found = self.rows.get(id_)
        if found is None:
            near = get_close_matches(id_, self.rows, n=3)
            hint = f"Did you mean {' or '.join(near)}?" if near else "`mintage plan assumptions` lists them."
            raise InputError(f"'{id_}' is not an assumption.", remedy=hint, field=id_)
        return found

    def number(self, id_: str) -> float:
        """Its value as a float, in the row's unit: plans reckon in floats and round at the end."""
        return self._numbers[id_]

    def units(self, id_: str, scale: int) -> int:
        """Its value in whole minor units, `10**-scale` of the row's unit each, rounded half up."""
        return int(self.rows[id_].value.scaleb(scale) + Decimal("0.5"))


def _replaced(row: Assumption, text: str) -> Assumption:
    number, _, unit = str(text).strip().partition(" ")
    if unit.strip() not in {"", row.unit}:
        raise InputError(
            f"{row.id} is in {row.unit}, not in {unit.strip()}.",
            remedy=f"Write '{row.value} {row.unit}'.",
            field=row.id,
        )
    try:
        value = parse_number(number)
    except InputError as error:
        raise error.at(field=row.id) from error
    if value < row.low or (row.high is not None and value > row.high):
        bounds = f"at least {row.low}" + (f" and at most {row.high}" if row.high is not None else "")
        raise InputError(f"{row.id} is {value}, but must be {bounds} {row.unit}.", field=row.id)
    return msgspec.structs.replace(row, value=value, grade="assumed", source=SAID, source_zh=SAID_ZH)
