"""What all charts draw with: text whose width is known beforehand, round axes, and fills told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from unicodedata import east_asian_width

import msgspec

from mintage.report.html import Html, el, join

FONT = 15
"""Font size of labels in a chart, in its own units; charts are drawn at about the size they are read."""
FILLS = 5
_WIDE = {"W", "F", "A"}
_NARROW_LETTERS = frozenset("iljtfrI.,:;'|()[] ")


class Frame(msgspec.Struct, frozen=True):
    """The room that a chart has: one drawing for wide screens and paper, one for telephones.

    Attributes:
        name: its class in the style sheet.
        width: in units of the drawing.
        label: width of the column of labels left of the bars; 0 puts labels above them.
    """

    name: str
    width: int
    label: int


FRAMES = (Frame("wide", 860, 310), Frame("narrow", 350, 0))


def text_width(words: str, size: float = FONT, *, bold: bool = False) -> float:
    """Width of a text in a sans-serif font, rather too wide than too narrow."""
    return size * (1.1 if bold else 1) * sum(_letter(letter) for letter in words)


def _letter(letter: str) -> float:
    if east_asian_width(letter) in _WIDE and ord(letter) > 0x2E7F:
        return 1.0
    if letter in _NARROW_LETTERS:
        return 0.36
    return 0.8 if letter.isupper() or letter in "mw%−+" else 0.61


def fit(words: str, width: float, size: float = FONT) -> list[str]:
    """A text broken into lines that fit; Chinese may break anywhere, other words at spaces."""
    lines, line = list[str](), ""
    for piece in _pieces(words):
        if line and text_width((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(words: str) -> list[str]:
    pieces = [""]
    for letter in words:
        pieces[-1] += letter
        if letter == " " or ord(letter) > 0x2E7F:
            pieces.append("")
    return [piece for piece in pieces if piece]


def label(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> Html:
    """A line of text with its baseline at y."""
    return el("text", words, x=x, y=y, class_=kind or None, text_anchor=None if anchor == "start" else anchor)


def drawing(frame: Frame, height: float, title: str, parts: Sequence[Html]) -> Html:
    """A chart in one frame."""
    return el(
        "svg",
        join(parts),
        class_=f"chart {frame.name}",
        viewBox=f"0 0 {frame.width} {ceil(height)}",
        role="img",
        aria_label=title,
    )


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round values that cover a range, about `count` steps of 1, 2, 2.5 or 5 times a power of ten."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** floor(log10(span / count))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * count >= span)
    first, last = floor(low / step), ceil(high / step)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def pattern_defs() -> Html:
    """The fills, once for all charts of a page: plain, slanted, dotted, barred, crossed."""
    shapes = (
        "",
        '<path d="M-2 2l4-4M0 10L10 0M8 12l4-4"/>',
        '<circle cx="3" cy="3" r="1.5"/><circle cx="8" cy="8" r="1.5"/>',
        '<path d="M0 3H10M0 8H10"/>',
        '<path d="M0 0L10 10M10 0L0 10"/>',
    )
    patterns = [
        el(
            "pattern",
            el("rect", width=10, height=10, class_=f"fill{index}"),
            el("g", Html(shape), class_="mark"),
            id=f"fill{index}",
            width=10,
            height=10,
            patternUnits="userSpaceOnUse",
        )
        for index, shape in enumerate(shapes)
    ]
    return el("svg", el("defs", *patterns), class_="defs", width=0, height=0, aria_hidden="true")


def swatch(index: int | None) -> Html:
    """A small square in one of the fills, or empty with a broken edge, for legends."""
    fill, kind = ("none", "edge undivided") if index is None else (f"url(#fill{index})", "edge")
    square = el("rect", x=0.5, y=0.5, width=15, height=15, fill=fill, class_=kind)
    return el("svg", square, class_="swatch", viewBox="0 0 16 16", width=16, height=16, aria_hidden="true")
