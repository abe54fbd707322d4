"""Bars that lie: stacked parts of a whole, and a waterfall from one total to the next."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mintage.report.html import Html, el, join
from mintage.report.svg import FONT, FRAMES, Frame, block, drawing, fit, label, swatch, text_width

LINE = 19.0
BAR = 26.0
GAP = 14.0
"""Heights of a line of text, a bar, and the room between bars."""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One stacked bar.

    Attributes:
        name: beside it.
        parts: value of each series; None where it is unknown.
        whole: what the parts add up to; None where it is unknown, and then no bar is drawn.
        shown: the whole as text, or "unknown".
    """

    name: str
    parts: tuple[float | None, ...]
    whole: float | None
    shown: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a waterfall.

    Attributes:
        name: beside it.
        value: its total, or the change that it makes.
        total: whether it stands on zero.
        shown: the value as text.
    """

    name: str
    value: float
    total: bool
    shown: str


class Plot(msgspec.Struct, frozen=True):
    """Where values lie in a frame: `low` at `left`, `high` at `right`."""

    low: float
    high: float
    left: float
    right: float

    def x(self, value: float) -> float:
        """The place of a value."""
        span = (self.high - self.low) or 1.0
        return self.left + (value - self.low) / span * (self.right - self.left)


def stacked(title: str, series: Sequence[str], bars: Sequence[Bar], undivided: str) -> Html:
    """Stacked bars with a legend.

    Args:
        title: for those who cannot see it.
        series: names of the parts.
        bars: from top to bottom; values are not negative.
        undivided: what a rest is called whose parts are unknown.
    """
    legend = [el("span", swatch(n), name) for n, name in enumerate(series)]
    if any(bar.whole is not None and None in bar.parts for bar in bars):
        legend.append(el("span", swatch(None), undivided))
    return join([el("p", *legend, class_="legend"), *(_stacked(frame, title, bars) for frame in FRAMES)])


def _stacked(frame: Frame, title: str, bars: Sequence[Bar]) -> Html:
    wholes = [bar.whole or 0.0 for bar in bars]
    room = max(text_width(bar.shown, bold=True) for bar in bars)
    column = min(frame.label, 30 + max(text_width(bar.name) for bar in bars))
    plot = Plot(0, max(wholes) or 1.0, column, frame.width - room - 10)
    parts, y = [], 2.0
    for bar in bars:
        if not frame.label:
            parts.append(label(0, y + FONT, bar.name))
            y += LINE + 3
        else:
            parts.append(label(0, y + BAR / 2 + 5, bar.name))
        parts += _bar(plot, bar, y)
        y += BAR + GAP
    return drawing(frame, y, title, parts)


def _bar(plot: Plot, bar: Bar, y: float) -> list[Html]:
    baseline = y + BAR / 2 + 5
    if bar.whole is None:
        return [label(plot.left, baseline, bar.shown, "unknown")]
    drawn, at = [], 0.0
    for index, value in enumerate(bar.parts):
        if value:
            drawn.append(_rect(plot, at, at + value, y, index))
            at += value
    if None in bar.parts and at < bar.whole:
        drawn.append(_rect(plot, at, bar.whole, y, None))
    return [*drawn, label(plot.x(bar.whole) + 8, baseline, bar.shown, "strong")]


def _rect(plot: Plot, start: float, end: float, y: float, fill: int | None) -> Html:
    left, right = sorted((plot.x(start), plot.x(end)))
    return block(left, y, max(right - left, 1.0), BAR, fill)


def waterfall(title: str, steps: Sequence[Step]) -> Html:
    """Totals standing on zero, with the changes between them hanging from where the last one ended."""
    return join([_waterfall(frame, title, steps) for frame in FRAMES])


def _waterfall(frame: Frame, title: str, steps: Sequence[Step]) -> Html:
    spans, at = list[tuple[float, float]](), 0.0
    for step in steps:
        start = 0.0 if step.total else at
        at = step.value if step.total else at + step.value
        spans.append((start, at))
    ends = [0.0, *(end for _, end in spans)]
    room = max(text_width(step.shown, bold=step.total) for step in steps) + 10
    # A value stands right of its bar, or left of it where it is negative: both sides need room for it.
    left = frame.label + (room if min(ends) < 0 else 0)
    plot = Plot(min(ends), max(ends), left, frame.width - room)
    joints, parts, y, joint = list[Html](), list[Html](), 2.0, -1.0
    for step, (start, end) in zip(steps, spans, strict=True):
        lines = fit(step.name, (frame.label or frame.width) - 12)
        kind = "strong" if step.total else ""
        if frame.label:
            top = y + BAR / 2 + 5 - LINE * (len(lines) - 1) / 2
            parts += [label(0, top + LINE * n, line, kind) for n, line in enumerate(lines)]
            height = max(BAR, LINE * len(lines))
            bar_y = y + (height - BAR) / 2
        else:
            parts += [label(0, y + FONT + LINE * n, line, kind) for n, line in enumerate(lines)]
            bar_y = y + LINE * len(lines) + 4
            height = bar_y - y + BAR
        if joint >= 0:
            tied = plot.x(0 if step.total and start != end else start)
            begin = plot.x(spans[steps.index(step) - 1][1])
            if abs(tied - begin) < 0.5 or step.total:
                joints.append(el("path", d=f"M{begin:.1f} {joint:.1f}V{bar_y:.1f}", class_="joint"))
        parts.append(_rect(plot, start, end, bar_y, _fill(step)))
        parts.append(_value(plot, step, (start, end), bar_y))
        joint = bar_y + BAR
        y += height + (8 if frame.label else GAP)
    zero = el("path", d=f"M{plot.x(0):.1f} 0V{y:.1f}", class_="axis")
    return drawing(frame, y, title, [zero, *joints, *parts])


def _fill(step: Step) -> int:
    """Totals are plain, rises dotted, falls slanted."""
    if step.total:
        return 0
    return 2 if step.value > 0 else 1


def _value(plot: Plot, step: Step, span: tuple[float, float], y: float) -> Html:
    kind = "strong" if step.total else ""
    if step.value < 0 and min(span) < 0:
        return label(plot.x(min(span)) - 6, y + BAR / 2 + 5, step.shown, kind, "end")
    return label(plot.x(max(span)) + 6, y + BAR / 2 + 5, step.shown, kind)
