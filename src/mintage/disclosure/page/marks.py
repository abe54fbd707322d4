"""A paragraph's text as HTML: figures underlined by verdict, language notes marked, everything escaped."""

import itertools
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Protocol, TypeVar

import msgspec

from mintage.disclosure.language import LanguageNote
from mintage.disclosure.page.labels import Numbered, note_tag


class Mark(msgspec.Struct, frozen=True):
    """A stretch `[start, end)` to mark with CSS classes; `anchor` is its id, `tag` the HTML label behind it."""

    start: int
    end: int
    classes: str
    anchor: str = ""
    tag: str = ""


class Stretch(Protocol):
    """Something that covers `[start, end)` of a text."""

    @property
    def start(self) -> int: ...  # noqa: D102 - what the class says
    @property
    def end(self) -> int: ...  # noqa: D102 - what the class says


M = TypeVar("M", bound=Stretch)


def cut(text: str, marks: Sequence[M]) -> Iterator[tuple[int, int, list[M]]]:
    """Yield the stretches of a text in order, each with the marks that lie over the whole of it."""
    cuts = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    for start, end in itertools.pairwise(cuts):
        yield start, end, [m for m in marks if m.start <= start and end <= m.end]


def marked(text: str, marks: Sequence[Mark]) -> str:
    """Return `text` escaped with its marks; marks may overlap, each cut where another begins or ends."""
    pieces: list[str] = []
    for start, end, over in cut(text, marks):
        inside = escape(text[start:end])
        for mark in over:
            anchor = f' id="{mark.anchor}"' if mark.anchor and mark.start == start else ""
            inside = f'<span class="{mark.classes}"{anchor}>{inside}</span>'
        pieces.append(inside)
        pieces.extend(mark.tag for mark in over if mark.end == end)
    return "".join(pieces)


def figure_marks(numbered: Numbered, paragraph: int) -> list[Mark]:
    """Return the marks of the figures of a paragraph, by its index in the document."""
    marks = []
    for checked in numbered.report.figures:
        figure = checked.figure
        if figure.paragraph != paragraph:
            continue
        if figure.id not in numbered.figures:
            marks.append(Mark(figure.start, figure.end, "f period"))
            continue
        number, _ = numbered.figures[figure.id]
        tag = numbered.tag(figure.id, to="c")
        marks.append(Mark(figure.start, figure.end, f"f {checked.verdict}", f"f{number}", tag))
    return marks


def note_marks(text: str, notes: Sequence[tuple[int, LanguageNote]], *, english: bool) -> list[Mark]:
    """Return the marks of language notes in one of the two texts."""
    marks: list[Mark] = []
    for number, note in notes:
        start, words = (note.start, note.source) if english else (note.zh_start, note.target)
        if start is None:
            continue
        first = english or note.start is None
        anchor = f"m{number}" if first else f"z{number}"
        marks.append(Mark(start, end_of(text, start, words), "m", anchor, note_tag(number, note, to="n")))
    return marks


def end_of(text: str, start: int, words: str) -> int:
    """Return where the words end that begin at `start`; the text may break its lines within them."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()))
    match = pattern.match(text, start)
    return match.end() if match else start
