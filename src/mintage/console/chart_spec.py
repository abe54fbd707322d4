"""What a chart is made of, as data: its axes, series and lines across, and the same rows as a table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import msgspec

Value = Decimal | int | float | None
"""A value of a chart; None where it is unknown, which is a gap and never zero."""
Kind = Literal["series", "fan", "waterfall", "dots"]
SeriesKind = Literal["line", "area", "step", "bar", "band", "dots"]


class Axis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One axis.

    Attributes:
        name: what is measured.
        unit: in what unit.
        kind: how its places are told.
        digits: decimals of its values.
        zero: whether it begins at zero.
        clock: whether its instants have a time of day worth telling.
        values: days, instants or names along it.
    """

    name: str = ""
    unit: str = ""
    kind: Literal["time", "category", "value"] = msgspec.field(default="value")
    digits: int = 0
    zero: bool = True
    clock: bool = False
    values: list[str] = []

    def title(self) -> str:
        """Name and unit, as a table's head has them."""
        return f"{self.name} ({self.unit})" if self.unit and self.name else self.name or self.unit


class Series(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One series.

    Attributes:
        name: what the legend calls it; "" for what only holds others up.
        kind: how it is drawn.
        values: one per place on the x axis.
        shown: what is told of each place, where that is not what is drawn.
        low: lower edge of a band.
        high: upper edge of a band.
        stack: series with the same word stand upon each other.
        axis: which y axis it is measured by.
        tone: a colour with a meaning; the next of the palette where empty.
        tones: such a colour for each place.
        hrefs: where a click on each place leads.
        shade: how dense a band is.
    """

    name: str
    kind: SeriesKind = msgspec.field(default="line")
    values: list[Any] = []
    shown: list[float | None] = []
    low: list[float | None] = []
    high: list[float | None] = []
    stack: str = ""
    axis: int = 0
    tone: str = ""
    tones: list[str] = []
    hrefs: list[str] = []
    shade: float = 0.0


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line across the chart.

    Attributes:
        name: what it marks.
        value: where it lies on its axis.
        axis: the axis that it crosses.
        tone: colour.
    """

    name: str
    value: float | str
    axis: Literal["x", "y"] = msgspec.field(default="y")
    tone: str = "warn"


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A chart.

    Attributes:
        kind: what sort of chart.
        x: the axis along the bottom.
        y: the axes at the sides.
        series: what is drawn.
        marks: lines across.
        summary: the chart in one sentence, for those who do not see it.
        head: the table's heads.
        rows: the table's rows, as text.
    """

    kind: Kind
    x: Axis
    y: tuple[Axis, ...]
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    summary: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def drawing(self) -> dict[str, Any]:
        """What the browser needs: everything but the table."""
        whole: dict[str, Any] = msgspec.to_builtins(self)
        return {name: value for name, value in whole.items() if name not in ("head", "rows")}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A series as pages give it.

    Attributes:
        name: what the legend calls it.
        values: one per place on the x axis.
        kind: how it is drawn.
        stack: series with the same word stand upon each other.
        axis: 0 for the left axis, 1 for the right.
        tone: "good", "warn", "bad" or "accent" where its colour has a meaning.
    """

    name: str
    values: Sequence[Value]
    kind: Literal["line", "area", "step", "bar", "dots"] = msgspec.field(default="line")
    stack: str = ""
    axis: int = 0
    tone: str = ""
