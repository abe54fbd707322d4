"""What all charts draw with: text whose width is known beforehand, round axes, and fills told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from unicodedata import east_asian_width

import msgspec

from mintage.report.html import Html, el, join

FONT = 15
"""Font size of labels in a chart, in its own units; charts are drawn at about the size they are read."""
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


def block(left: float, top: float, width: float, height: float, fill: int | None) -> Html:
    """A filled piece of a bar.

    The marks of a fill are drawn one by one: a pattern of SVG becomes a picture of megabytes where a page is printed.

    Args:
        left: of its four sides.
        top: likewise.
        width: not negative.
        height: not negative.
        fill: 0 plain, 1 slanted, 2 dotted, 3 barred, 4 crossed; None is empty with a broken edge.
    """
    kind = "edge undivided" if fill is None else f"edge fill{fill}"
    rect = el("rect", x=left, y=top, width=width, height=height, class_=kind)
    marks = _marks(fill, left, top, width, height) if fill and width >= 3 else ""
    return join([rect, el("path", d=marks, class_="dots" if fill == 2 else "mark")] if marks else [rect])


def _marks(fill: int, left: float, top: float, width: float, height: float) -> str:
    """Path data of the marks of a fill, cut off at its sides."""
    if fill == 2:
        rows = [top + height * part for part in (0.3, 0.7)]
        places = [(left + 4 + 5 * n, rows[n % 2]) for n in range(int((width - 6) // 5) + 1)]
        return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places)
    if fill == 3:
        return "".join(f"M{left:.1f} {top + height * part:.1f}h{width:.1f}" for part in (0.25, 0.5, 0.75))
    found, start = [], left - height + 4
    while start < left + width:
        a, b = max(start, left), min(start + height, left + width)
        low, high = top + height - (a - start), top + height - (b - start)
        found.append(f"M{a:.1f} {low:.1f}L{b:.1f} {high:.1f}")
        if fill == 4:
            found.append(f"M{a:.1f} {2 * top + height - low:.1f}L{b:.1f} {2 * top + height - high:.1f}")
        start += 9
    return "".join(found)


def swatch(fill: int | None) -> Html:
    """A small square in one of the fills, for legends."""
    return el(
        "svg",
        block(0.5, 0.5, 15, 15, fill),
        class_="swatch",
        viewBox="0 0 16 16",
        width=16,
        height=16,
        aria_hidden="true",
    )
