"""A line over the days of a period, one panel for each series, gaps left open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import msgspec

from mintage.report.html import Html, el, join
from mintage.report.svg import FONT, FRAMES, Frame, drawing, label, text_width, ticks

PANEL = 190
HEAD = 30
FOOT = 26
"""Heights of a panel, of its title, and of the axis of days."""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the days; None is a gap.

    Attributes:
        name: with its unit.
        values: one for each day.
        digits: decimals of what is printed.
    """

    name: str
    values: tuple[float | None, ...]
    digits: int


def daily(title: str, days: Sequence[date], months: dict[date, str], series: Sequence[Series]) -> Html:
    """Lines over days, one panel below the other on the same days.

    Args:
        title: for those who cannot see it.
        days: in order.
        months: label of each day that gets one.
        series: one for each panel.
    """
    return join([_daily(frame, title, days, months, series) for frame in FRAMES])


def _daily(frame: Frame, title: str, days: Sequence[date], months: dict[date, str], series: Sequence[Series]) -> Html:
    known = [[value for value in item.values if value is not None] for item in series]
    scales = [ticks(min(values), max(values)) if values else [0.0, 1.0] for values in known]
    room = max(text_width(f"{tick:,.{_digits(scale)}f}") for scale in scales for tick in scale)
    left, right = room + 10, frame.width - 8.0
    step = (right - left) / max(len(days) - 1, 1)
    xs = [left + step * n if len(days) > 1 else (left + right) / 2 for n in range(len(days))]
    parts, y = list[Html](), 0.0
    for number, (item, scale) in enumerate(zip(series, scales, strict=True)):
        parts += _panel(item, scale, xs, y, number)
        y += HEAD + PANEL + GAP
    for x, day in zip(xs, days, strict=True):
        if day in months:
            parts.append(el("path", d=f"M{x:.1f} {HEAD}V{y - GAP + 5:.1f}", class_="grid"))
            words = months[day]
            at = min(x, right - text_width(words))
            parts.append(label(at, y - GAP + FONT + 6, words))
    return drawing(frame, y - GAP + FOOT, title, parts)


GAP = 32
"""Room below a panel."""


def _panel(item: Series, scale: list[float], xs: Sequence[float], top: float, number: int) -> list[Html]:
    low, high, digits = scale[0], scale[-1], _digits(scale)
    floor_y = top + HEAD + PANEL

    def y(value: float) -> float:
        return floor_y - (value - low) / (high - low) * PANEL

    parts = [label(0, top + FONT, item.name, "strong")]
    for tick in scale:
        words = f"{tick:,.{digits}f}"
        parts.append(el("path", d=f"M{xs[0]:.1f} {y(tick):.1f}H{xs[-1]:.1f}", class_="grid"))
        parts.append(label(xs[0] - 10, y(tick) + 5, words, anchor="end"))
    points = [(x, value) for x, value in zip(xs, item.values, strict=True)]
    for there, run in groupby(points, key=lambda point: point[1] is not None):
        if there:
            places = [f"{x:.1f} {y(value):.1f}" for x, value in run if value is not None]
            # A day alone between gaps is a line of no length; a round cap makes it a dot.
            parts.append(
                el("path", d="M" + "L".join(places if len(places) > 1 else places * 2), class_=f"line{number}")
            )
    return [*parts, *_extremes(item, [(x, y(v), v) for x, v in points if v is not None], xs)]


def _extremes(item: Series, points: list[tuple[float, float, float]], xs: Sequence[float]) -> list[Html]:
    """The highest and the lowest day, named at the line."""
    if not points:
        return []
    parts = []
    for pick, lift in ((max, -9.0), (min, 19.0)):
        x, y, value = pick(points, key=lambda point: point[2])
        words = f"{value:,.{item.digits}f}"
        half = text_width(words) / 2
        at = min(max(x, xs[0] + half), xs[-1] - half)
        parts += [el("circle", cx=x, cy=y, r=4, class_="peak"), label(at, y + lift, words, "peak", "middle")]
        if max(points, key=lambda point: point[2])[2] == min(points, key=lambda point: point[2])[2]:
            break
    return parts


def _digits(scale: list[float]) -> int:
    """Decimals that every tick needs to be told exactly."""
    return next((digits for digits in range(8) if all(abs(round(t, digits) - t) < 1e-9 * abs(t) for t in scale)), 8)
