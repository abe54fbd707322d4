"""By what a plan is coloured: a table of metrics with their classes, in `metrics.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import numpy as np

from mintage.fleet.board.view import Array, View
from mintage.units.errors import InputError

UNKNOWN, EMPTY = -1, -2
"""Classes of a slot whose machine does not tell, and of one where no machine is known."""


class Metric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a plan shows by colour.

    Attributes:
        id: its name in addresses.
        column: column of the board.
        kind: ramp, split (around class `middle`) or words.
        unit: its unit.
        en: label in English.
        zh: label in Traditional Chinese.
        bounds: what parts the classes of a number.
        middle: of a split, the first class on the good side.
        keys: words that are classes.
        words_en: what each class is called, in English.
        words_zh: in Traditional Chinese.
    """

    id: str
    column: str
    kind: Literal["ramp", "split", "words"]
    unit: str
    en: str
    zh: str
    words_en: tuple[str, ...]
    words_zh: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    middle: int = 0
    keys: tuple[str, ...] = ()

    def classes(self, view: View, rows: Array) -> Array:
        """Class of each of some rows; `UNKNOWN` where the machine does not tell."""
        told = view.columns[self.column][rows]
        if self.kind == "words":
            words = view.words[self.column]
            by_code = np.array([self.keys.index(word) if word in self.keys else UNKNOWN for word in words])
            chosen: Array = by_code[told]
            return chosen
        return np.where(np.isnan(told), UNKNOWN, np.searchsorted(self.bounds, told, side="right"))


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    metric: tuple[Metric, ...]


@cache
def metrics() -> dict[str, Metric]:
    """All metrics by id, in the order of the table."""
    raw = files("mintage.fleet.board").joinpath("metrics.toml").read_bytes()
    return {item.id: item for item in msgspec.toml.decode(raw, type=_Table).metric}


def metric(id_: str) -> Metric:
    """A metric by id.

    Raises:
        InputError: there is none.
    """
    found = metrics().get(id_)
    if found is None:
        raise InputError(
            f"'{id_}' is no metric of a plan.", field="metric", remedy=f"Known are: {', '.join(metrics())}."
        )
    return found
