"""Charts as data: what the browser draws, and the same rows as a table.

Values come in exact; the drawing gets them as floats, which is what a pixel is worth, and the table prints them as
they are. The browser's side is `web/js/chart-option.js`; drawings that need no script are in `drawings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from markupsafe import Markup

from mintage.console.chart_spec import Axis, Kind, Line, Mark, Series, Spec, Value
from mintage.console.formats import DASH, Formats, iso

__all__ = [
    "Axis",
    "Line",
    "Mark",
    "Spec",
    "Value",
    "bars",
    "dots",
    "fan",
    "script_json",
    "time_series",
    "waterfall",
]
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def time_series(
    formats: Formats,
    at: Sequence[date] | Sequence[int],
    lines: Sequence[Line],
    y: Axis | Sequence[Axis],
    *,
    marks: Sequence[Mark] = (),
    at_name: str = "",
) -> Spec:
    """Lines, areas, steps or bars over time.

    Args:
        formats: the reader's language.
        at: days, or instants in microseconds since 1970 UTC.
        lines: the series.
        y: the axis, or the left and the right one.
        marks: lines across, such as the hashprice between a bull and a bear market.
        at_name: the table's head over the times.
    """
    axes = (y,) if isinstance(y, Axis) else tuple(y)
    clock = bool(at) and not isinstance(at[0], date)
    places = [place.isoformat() if isinstance(place, date) else iso(place) for place in at]
    shown = [formats.date(place) if isinstance(place, date) else formats.instant(place) for place in at]
    x = Axis(name=at_name, kind="time", clock=clock, values=places)
    return _of_lines(formats, "series", x, shown, lines, axes, marks)


def bars(
    formats: Formats,
    names: Sequence[str],
    lines: Sequence[Line],
    y: Axis | Sequence[Axis],
    *,
    names_name: str = "",
    marks: Sequence[Mark] = (),
    hrefs: Sequence[str] = (),
) -> Spec:
    """Bars beside or upon each other (give them the same `stack`), one group per name; lines may lie over them.

    Args:
        formats: the reader's language.
        names: what each group stands for.
        lines: the series; those without a kind are drawn as they say.
        y: the axis, or the left and the right one.
        names_name: the table's head over the names.
        marks: lines across.
        hrefs: where a click on each group leads.
    """
    axes = (y,) if isinstance(y, Axis) else tuple(y)
    x = Axis(name=names_name, kind="category", values=list(names))
    return _of_lines(formats, "series", x, list(names), lines, axes, marks, list(hrefs))


def fan(
    formats: Formats,
    at: Sequence[date],
    percentiles: Mapping[str, Sequence[Value]],
    y: Axis,
    *,
    actual: Line | None = None,
    at_name: str = "",
    marks: Sequence[Mark] = (),
) -> Spec:
    """What may come: the median as a line, the space between percentiles as bands.

    Args:
        formats: the reader's language.
        at: ends of the periods.
        percentiles: values by "P10", "P50", "P90" and, if there are any, "P25", "P75".
        y: the axis.
        actual: what came, or what was planned before.
        at_name: the table's head over the times.
        marks: lines across.
    """
    x = Axis(name=at_name, kind="time", values=[day.isoformat() for day in at])
    series: list[Series] = []
    for low, high, shade in (("P10", "P90", 0.16), ("P25", "P75", 0.26)):
        if low in percentiles and high in percentiles:
            band = Series(
                name=f"{low}–{high}",
                kind="band",
                tone="accent",
                shade=shade,
                low=_floats(percentiles[low]),
                high=_floats(percentiles[high]),
            )
            series.append(band)
    series.append(Series(name="P50", values=_floats(percentiles["P50"]), tone="accent"))
    columns = [(name, percentiles[name]) for name in sorted(percentiles, key=lambda name: int(name[1:]))]
    if actual is not None:
        series.append(Series(name=actual.name, values=_floats(actual.values), tone=actual.tone or "text"))
        columns.append((actual.name, actual.values))
    rows = _rows(
        formats, [formats.date(day) for day in at], [values for _, values in columns], [y.digits] * len(columns)
    )
    head = (at_name, *(f"{name} ({y.unit})" if y.unit else name for name, _ in columns))
    return _done(formats, "fan", x, (y,), series, marks, head, rows)


def waterfall(
    formats: Formats,
    steps: Sequence[tuple[str, Value, bool]],
    y: Axis,
    *,
    names_name: str = "",
    hrefs: Sequence[str] = (),
) -> Spec:
    """How one amount becomes another.

    Args:
        formats: the reader's language.
        steps: name, amount, and whether the amount is a level rather than a change.
        y: the axis.
        names_name: the table's head over the names.
        hrefs: where a click on each step leads.
    """
    level = 0.0
    ends: list[tuple[float, float]] = []
    tones: list[str] = []
    for _, amount, is_level in steps:
        step = _float(amount) or 0.0
        before, level = (0.0, step) if is_level else (level, level + step)
        ends.append((min(before, level), max(before, level)))
        tones.append("accent" if is_level else "good" if step >= 0 else "bad")
    names = [name for name, _, _ in steps]
    amounts = [amount for _, amount, _ in steps]
    parts = [_above_and_below(low, high) for low, high in ends]
    common: dict[str, Any] = {"kind": "bar", "stack": "steps", "tones": tones, "hrefs": list(hrefs)}
    series = [
        Series(name="", kind="bar", values=[under for under, _, _ in parts], stack="steps"),
        Series(name=y.name, values=[up for _, up, _ in parts], shown=_floats(amounts), **common),
        Series(name="", values=[down for _, _, down in parts], **common),
    ]
    x = Axis(name=names_name, kind="category", values=names)
    rows = _rows(formats, names, [amounts], [y.digits])
    return _done(formats, "waterfall", x, (y,), series, (), (names_name, y.title()), rows)


def dots(formats: Formats, groups: Mapping[str, Sequence[tuple[Value, Value, str]]], x: Axis, y: Axis) -> Spec:
    """Points by two measures.

    Args:
        formats: the reader's language.
        groups: points as x, y and name, by the group that they belong to.
        x: the axis along the bottom.
        y: the axis at the side.
    """
    series = [
        Series(name=name, kind="dots", values=[[_float(a), _float(b)] for a, b, _ in points])
        for name, points in groups.items()
    ]
    rows = [
        (label, name, formats.number(a, x.digits), formats.number(b, y.digits))
        for name, points in groups.items()
        for a, b, label in points
    ]
    head = ("", "", x.title(), y.title())
    return _done(formats, "dots", x, (y,), series, (), head, tuple(rows))


def script_json(spec: Spec | Any) -> Markup:
    """JSON that may stand in a script element: nothing in it can end the element or begin another."""
    plain = spec.drawing() if isinstance(spec, Spec) else spec
    return Markup(msgspec.json.encode(plain).decode().translate(_ESCAPES))  # noqa: S704 the line above is the escape


def _of_lines(
    formats: Formats,
    kind: Kind,
    x: Axis,
    shown: list[str],
    lines: Sequence[Line],
    axes: tuple[Axis, ...],
    marks: Sequence[Mark],
    hrefs: list[str] | None = None,
) -> Spec:
    series = [
        Series(
            name=line.name,
            kind=line.kind,
            values=_floats(line.values),
            stack=line.stack,
            axis=line.axis,
            tone=line.tone,
            hrefs=hrefs or [],
        )
        for line in lines
    ]
    rows = _rows(formats, shown, [line.values for line in lines], [axes[line.axis].digits for line in lines])
    units = [axes[line.axis].unit for line in lines]
    head = (x.name, *(f"{line.name} ({unit})" if unit else line.name for line, unit in zip(lines, units, strict=True)))
    return _done(formats, kind, x, axes, series, marks, head, rows)


def _done(
    formats: Formats,
    kind: Kind,
    x: Axis,
    y: tuple[Axis, ...],
    series: Sequence[Series],
    marks: Sequence[Mark],
    head: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
) -> Spec:
    names = formats.enumerated(one.name for one in series if one.name)
    ends = f"{rows[0][0]} – {rows[-1][0]}" if rows else DASH
    summary = f"{names} ({y[0].unit}): {ends}" if y[0].unit else f"{names}: {ends}"
    return Spec(kind=kind, x=x, y=y, series=tuple(series), marks=tuple(marks), summary=summary, head=head, rows=rows)


def _above_and_below(low: float, high: float) -> tuple[float, float, float]:
    """A bar that hangs in the air, as the bars that stack from zero: what is not seen, then what is above and below."""
    if low >= 0:
        return low, high - low, 0.0
    if high <= 0:
        return high, 0.0, low - high
    return 0.0, high, low


def _rows(
    formats: Formats, shown: Sequence[str], columns: Sequence[Sequence[Value]], digits: Sequence[int]
) -> tuple[tuple[str, ...], ...]:
    told = [[formats.number(value, places) for value in column] for column, places in zip(columns, digits, strict=True)]
    return tuple(zip(shown, *told, strict=True))


def _floats(values: Sequence[Value]) -> list[float | None]:
    return [_float(value) for value in values]


def _float(value: Value) -> float | None:
    return None if value is None else float(value)
