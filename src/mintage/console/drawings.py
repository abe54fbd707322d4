"""Small drawings that the server makes by itself: sparklines, bullets and halls of machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec
from markupsafe import Markup

from mintage.console.formats import Formats

Value = Decimal | int | float | None
_WIDTH, _HEIGHT = 100.0, 24.0


class Zone(msgspec.Struct, frozen=True):
    """A stretch of a bullet's ground.

    Attributes:
        until: where it ends.
        tone: what it means: "good", "warn" or "bad".
    """

    until: Value
    tone: str


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One machine, rack or tank of a hall's plan.

    Attributes:
        x: left edge, in places.
        y: upper edge, in places.
        shade: class of its colour: "s1" to "s7" of the sequence, "d1" to "d7" where colours part, or "s-unknown".
        label: what is told when it is pointed at.
        href: where a click leads.
        w: width, in places.
        h: height, in places.
    """

    x: float
    y: float
    shade: str
    label: str
    href: str = ""
    w: float = 1.0
    h: float = 1.0


class Shade(msgspec.Struct, frozen=True):
    """One entry of a legend: class of the colour, and what it stands for."""

    shade: str
    label: str


class Hall(msgspec.Struct, frozen=True, kw_only=True):
    """A hall's plan, drawn as one path per colour, so that ten thousand machines are a few elements.

    Attributes:
        width: places across.
        height: places down.
        paths: outline of all cells of a colour, by the colour's class.
        cells: what the script reads: x, y, w, h, label, href.
        legend: the colours.
    """

    width: float
    height: float
    paths: tuple[tuple[str, str], ...]
    cells: list[tuple[float, float, float, float, str, str]]
    legend: tuple[Shade, ...]


class Heat(msgspec.Struct, frozen=True, kw_only=True):
    """A table whose cells are coloured by their values.

    Attributes:
        head: heads of the columns, that over the rows' names first.
        rows: name, then words and colour's class of each cell.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def sparkline(
    values: Sequence[Value], label: str, *, area: bool = True, low: Value = None, high: Value = None
) -> Markup:
    """A line without axes; a gap where a value is unknown.

    Args:
        values: evenly spaced.
        label: what it shows, for those who do not see it.
        area: whether the space below is tinted.
        low: value at the bottom; the least where None.
        high: value at the top; the greatest where None.
    """
    known = [float(value) for value in values if value is not None]
    least = float(low) if low is not None else min(known, default=0.0)
    most = float(high) if high is not None else max(known, default=1.0)
    span = (most - least) or 1.0
    step = _WIDTH / max(1, len(values) - 1)
    runs: list[list[str]] = [[]]
    edges: list[tuple[float, float]] = []
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        if not runs[-1]:
            edges.append((at * step, at * step))
        edges[-1] = (edges[-1][0], at * step)
        runs[-1].append(f"{at * step:.1f},{_HEIGHT - (float(value) - least) / span * _HEIGHT:.1f}")
    drawn = [run for run in runs if run]
    line = "".join(f"M{' L'.join(run if len(run) > 1 else run * 2)}" for run in drawn)
    below = "".join(
        f"M{first:.1f},{_HEIGHT:.0f} L{' L'.join(run)} L{last:.1f},{_HEIGHT:.0f}Z"
        for run, (first, last) in zip(drawn, edges, strict=True)
    )
    shade = Markup('<path class="area" d="{}"/>').format(below) if area else Markup()
    return _svg("spark", 24, label, shade + Markup('<path d="{}"/>').format(line))


def bullet(
    value: Value, label: str, *, most: Value, target: Value = None, zones: Iterable[Zone] = (), tone: str = ""
) -> Markup:
    """A bar against its scale, with zones behind it and a mark at the target.

    Args:
        value: how far the bar goes; no bar where it is unknown.
        label: what it shows, for those who do not see it.
        most: end of the scale.
        target: where the mark stands.
        zones: stretches of the ground, ascending.
        tone: meaning of the bar's colour.
    """
    scale = 100.0 / (float(most or 1) or 1.0)
    drawn = _rect("ground", 0, 100, 0, 16)
    begin = 0.0
    for zone in zones:
        end = _within(float(zone.until or 0) * scale)
        drawn += _rect(f"zone-{zone.tone}", begin, end - begin, 0, 16)
        begin = end
    if value is not None:
        drawn += _rect(f"value is-{tone}" if tone else "value", 0, _within(float(value) * scale), 5, 6)
    if target is not None:
        drawn += _rect("target", min(99.0, _within(float(target) * scale)), 1, 1, 14)
    return _svg("bullet", 16, label, drawn)


def share(value: Value, label: str = "") -> Markup:
    """A small bar for a share of one, in a table's cell beside its figure.

    Args:
        value: the share; no bar where it is unknown.
        label: what it shows; "" where the figure beside it says so.
    """
    return _svg("share", 6, label, _rect("", 0, 0 if value is None else _within(float(value) * 100), 0, 6))


def hall(cells: Sequence[Cell], legend: Sequence[Shade], *, gap: float = 0.12) -> Hall:
    """A hall's plan.

    Args:
        cells: machines, racks or tanks by their places.
        legend: what the colours stand for.
        gap: space between neighbours, in places.
    """
    outlines: dict[str, list[str]] = {}
    for cell in cells:
        w, h = cell.w - gap, cell.h - gap
        outlines.setdefault(cell.shade, []).append(
            f"M{_told(cell.x)} {_told(cell.y)}h{_told(w)}v{_told(h)}h{_told(-w)}z"
        )
    return Hall(
        width=max((cell.x + cell.w for cell in cells), default=1.0),
        height=max((cell.y + cell.h for cell in cells), default=1.0),
        paths=tuple((shade, "".join(parts)) for shade, parts in sorted(outlines.items())),
        cells=[(cell.x, cell.y, cell.w - gap, cell.h - gap, cell.label, cell.href) for cell in cells],
        legend=tuple(legend),
    )


def heat(
    formats: Formats,
    across: Sequence[str],
    down: Sequence[str],
    values: Sequence[Sequence[Value]],
    limits: Sequence[float],
    *,
    digits: int = 0,
    down_name: str = "",
    diverging: bool = False,
) -> Heat:
    """A table of values in colours, such as a day's hours by site.

    Args:
        formats: the reader's language.
        across: heads of the columns.
        down: names of the rows.
        values: rows of values.
        limits: bounds between the colours, ascending, at most six.
        digits: decimals to print.
        down_name: the head over the rows' names.
        diverging: whether the colours part at a middle.
    """
    rows = tuple(
        (name, tuple((formats.number(value, digits), shade_of(value, limits, diverging=diverging)) for value in line))
        for name, line in zip(down, values, strict=True)
    )
    return Heat(head=(down_name, *across), rows=rows)


def shade_of(value: Value, limits: Sequence[float], *, diverging: bool = False) -> str:
    """Class of the colour for a value among limits (ascending, one less than colours); "s-unknown" without a value."""
    if value is None:
        return "s-unknown"
    steps = sum(float(value) >= limit for limit in limits)
    number = 1 + round(steps * 6 / max(1, len(limits)))
    return f"{'d' if diverging else 's'}{number}"


def _svg(kind: str, height: int, label: str, drawn: Markup) -> Markup:
    """A drawing of 100 units across that stretches with its place."""
    says = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="{}" viewBox="0 0 100 {}" preserveAspectRatio="none" {}>{}</svg>').format(
        kind, height, says, drawn
    )


def _rect(kind: str, x: float, width: float, y: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, _told(x), _told(y), _told(width), _told(height)
    )


def _within(percent: float) -> float:
    return _between(percent, 0.0, 100.0)


def _between(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def _told(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
