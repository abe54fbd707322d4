"""Columns of telemetry, made from the table of readings, and the way of samples into and out of them.

A numeric reading is stored as a whole number of its field's `step`, so that neighbouring samples differ by little and
pack into a few bits; an unknown reading is NULL. Each file says its steps in its key-value metadata.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from mintage.fleet.readings import Snapshot, Value, fields
from mintage.units.errors import InputError

VERSION = 1
TEXT_MAX = 500
_EXACT_MAX = 2.0**53
"""Whole numbers up to here are exact in floating point; a machine that tells more is not believed."""

Array = npt.NDArray[Any]
Rollup = Literal["key", "mean", "max", "min", "last", "sum-of-rises"]


class Sample(NamedTuple):
    """What a machine said at one instant.

    Attributes:
        asset: our id of the machine.
        snapshot: what it said.
    """

    asset: str
    snapshot: Snapshot


class Column(msgspec.Struct, frozen=True):
    """One column.

    Attributes:
        name: its name; that of the field where it holds a reading.
        sql: its type.
        step: a stored number times this is the reading.
        rollup: how an interval is told from its samples.
    """

    name: str
    sql: Literal["BIGINT", "VARCHAR"]
    step: float
    rollup: Rollup


class Frame(msgspec.Struct, frozen=True):
    """The answer to a query: equally long columns in units of the readings; a masked element is unknown.

    Attributes:
        columns: values by name.
    """

    columns: dict[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def rows(self) -> list[dict[str, Value]]:
        """The same, row by row, with None for what is unknown."""
        names = list(self.columns)
        lists = [column.tolist() for column in self.columns.values()]
        return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


@cache
def columns() -> tuple[Column, ...]:
    """All columns, in the order in which they are stored."""
    readings = [
        Column(field.name, "VARCHAR" if field.kind == "text" else "BIGINT", field.step, field.rollup)
        for field in fields()
    ]
    return (
        Column("asset", "VARCHAR", 1, "key"),
        Column("at_s", "BIGINT", 1, "key"),
        *readings,
        Column("problems", "VARCHAR", 1, "last"),
        Column("doubts", "VARCHAR", 1, "last"),
        Column("silence", "VARCHAR", 1, "last"),
    )


@cache
def column(name: str) -> Column:
    """A column by name.

    Raises:
        InputError: there is none.
    """
    for item in columns():
        if item.name == name:
            return item
    raise InputError(
        f"'{name}' is not in the telemetry.",
        field=name,
        remedy=f"Known are: {', '.join(item.name for item in columns())}.",
    )


def steps() -> str:
    """Steps of all numeric columns that are not 1, for the metadata of a file: "hashrate_ths=0.1 ..."."""
    return " ".join(f"{item.name}={item.step:g}" for item in columns() if item.step != 1)


def encode(samples: Sequence[Sample]) -> dict[str, Array]:
    """Samples as stored columns: masked whole numbers, or texts with None where unknown."""
    snapshots = [sample.snapshot for sample in samples]
    encoded: dict[str, Array] = {
        "asset": np.array([_text(sample.asset) for sample in samples], dtype=object),
        "at_s": np.array([snapshot.at_us // 1_000_000 for snapshot in snapshots], dtype=np.int64),
    }
    for item in columns()[2:-3]:
        told = [snapshot.values.get(item.name) for snapshot in snapshots]
        encoded[item.name] = _texts(told) if item.sql == "VARCHAR" else _numbers(told, item.step)
    encoded["problems"] = _texts("; ".join(snapshot.problems) or None for snapshot in snapshots)
    encoded["doubts"] = _texts("; ".join(snapshot.doubts) or None for snapshot in snapshots)
    encoded["silence"] = _texts(snapshot.unknown.get("") or None for snapshot in snapshots)
    return encoded


def decode(name: str, stored: Any) -> Any:
    """A stored column in the unit of its reading; a column that is no reading stays as it is."""
    known = next((item for item in columns() if item.name == name), None)
    if known is None or known.step == 1 or known.sql == "VARCHAR":
        return stored
    return np.round(stored * known.step, max(0, -math.floor(math.log10(known.step))))


def _numbers(told: Sequence[Value], step: float) -> Array:
    """Whole numbers of steps; masked where unknown, not a number, or too large to be believed."""
    try:
        raw = np.array([np.nan if type(value) is str or value is None else value for value in told], dtype=np.float64)
    except OverflowError:  # a whole number beyond any float
        raw = np.array([_number(value) for value in told], dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(raw / step)
        unknown = ~(np.abs(scaled) <= _EXACT_MAX)
    scaled[unknown] = 0
    masked: Array = np.ma.masked_array(scaled.astype(np.int64), mask=unknown)
    return masked


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) <= _EXACT_MAX else np.nan


def _texts(told: Iterable[Value]) -> Array:
    return np.array([None if value is None else _text(str(value)) for value in told], dtype=object)


def _text(text: str) -> str:
    """At most `TEXT_MAX` characters that can be written as UTF-8; what a machine says may be anything."""
    return text[:TEXT_MAX] if text.isascii() else text[:TEXT_MAX].encode("utf-8", "replace").decode("utf-8")
