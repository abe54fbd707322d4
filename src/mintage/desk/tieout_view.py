"""A tie-out as the desk shows it: figures, notes, and the text cut into pieces that say what lies over them.

Made once from the report, by the numbers that the report's own page gives, and kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from mintage.books.kpis import definitions
from mintage.desk.figure import trace_kpi
from mintage.disclosure.checks.evidence import Finding, Outcome
from mintage.disclosure.language.counterparts import Counterpart, counterparts
from mintage.disclosure.language.notes import Kind, LanguageNote
from mintage.disclosure.page.labels import Numbered, numbered
from mintage.disclosure.page.marks import cut, end_of
from mintage.disclosure.page.parts import grouped
from mintage.disclosure.report import Checked, Report

_OF = re.compile(r"([\w.-]+) (\d{4}(?:Q[1-4]|-\d{2}(?:-\d{2})?)?)")
_PERIOD_REF = re.compile(r"L(\d+)\.\d+")


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of a text.

    Attributes:
        text: its words.
        figures: numbers of the figures that lie over it.
        notes: numbers of the language notes that lie over it.
        anchors: what begins here: "f12" for a figure, "m3" for a note.
    """

    text: str
    figures: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()
    anchors: tuple[str, ...] = ()


class ParagraphView(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph in both languages.

    Attributes:
        line: its line in the file.
        speaker: who says it, "" where nobody is named.
        en: the English.
        zh: the translation; None where there is none.
        zh_line: the translation's line.
        figures: numbers of its figures.
        notes: numbers of its language notes.
    """

    line: int
    speaker: str
    en: tuple[Piece, ...]
    zh: tuple[Piece, ...] | None
    zh_line: int | None
    figures: tuple[int, ...]
    notes: tuple[int, ...]


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure was compared with.

    Attributes:
        kind: "books", "figure", "arithmetic" or "market".
        ref: the KPI and period, figure, relation or series.
        en: what that is in English, "" where it has no name.
        zh: what that is in Traditional Chinese.
        period: the period that it is of, "" where it is of none.
        expected: the value that would tie, in the figure's unit.
        outcome: how it went.
        note: one sentence on what was compared.
        href: address of the page that walks to its evidence, "" where there is none.
        figure: number of the figure that it is, 0 where it is none.
        line: line on which it stands in the text, 0 where it is elsewhere.
    """

    kind: str
    ref: str
    en: str
    zh: str
    period: str
    expected: str
    outcome: Outcome
    note: str
    href: str
    figure: int
    line: int


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its verdict.

    Attributes:
        number: its number in reading order.
        line: its line in the file.
        speaker: who says it.
        quote: the figure with the words around it.
        text: the figure as printed.
        metric: id of what is measured, with what the figure says of it; "" where nothing was recognised.
        en: the metric's name in English, "" where it has none.
        zh: the metric's name in Traditional Chinese.
        value: the value as reports write it.
        unit: its unit.
        period: the period that it belongs to, "" where that is not known.
        verdict: how it stands.
        note: why.
        against: what it was compared with, what decided first.
        others: numbers of the figures that were checked with it.
    """

    number: int
    line: int
    speaker: str
    quote: str
    text: str
    metric: str
    en: str
    zh: str
    value: str
    unit: str
    period: str
    verdict: Outcome
    note: str
    against: tuple[Against, ...]
    others: tuple[int, ...]


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A loss or change of meaning in the translation.

    Attributes:
        number: its number in reading order.
        line: line of the English.
        zh_line: line of the translation.
        kind: what sort.
        source: the English words, "" where it says nothing.
        target: the Chinese words, "" where it says nothing.
        suggest: the right wording, "" where none is offered.
        why: why.
    """

    number: int
    line: int
    zh_line: int
    kind: Kind
    source: str
    target: str
    suggest: str
    why: str


class TieOutView(msgspec.Struct, frozen=True, kw_only=True):
    """A text tied out.

    Attributes:
        paragraphs: the text.
        figures: its figures, in reading order; periods have no number and are left out.
        notes: what the translation lost.
    """

    paragraphs: tuple[ParagraphView, ...]
    figures: tuple[FigureView, ...]
    notes: tuple[NoteView, ...]


class _Over(msgspec.Struct, frozen=True, kw_only=True):
    """A figure or a note over `[start, end)` of a text."""

    start: int
    end: int
    figure: int = 0
    note: int = 0
    anchor: str = ""


def view_of(report: Report) -> TieOutView:
    """The report as the desk shows it."""
    page = numbered(report)
    pairs: dict[int, list[Counterpart]] = {}
    for pair in counterparts(report.document, report.period):
        pairs.setdefault(pair.paragraph, []).append(pair)
    return TieOutView(
        paragraphs=tuple(
            _paragraph(page, index, pairs.get(index, [])) for index in range(len(report.document.paragraphs))
        ),
        figures=tuple(_figure(page, number, checked) for number, checked in page.figures.values()),
        notes=tuple(_note(number, note) for number, note in page.notes),
    )


def _paragraph(page: Numbered, index: int, pairs: Sequence[Counterpart]) -> ParagraphView:
    paragraph = page.report.document.paragraphs[index]
    own = [(number, one) for number, one in page.figures.values() if one.figure.paragraph == index]
    notes = page.notes_of(index)
    english = [
        *(_Over(start=one.figure.start, end=one.figure.end, figure=n, anchor=f"f{n}") for n, one in own),
        *_notes_over(paragraph.en, notes, english=True),
    ]
    chinese = None
    if paragraph.zh is not None:
        over = [*_figures_in_chinese(own, pairs), *_notes_over(paragraph.zh, notes, english=False)]
        chinese = tuple(_pieces(paragraph.zh, over))
    return ParagraphView(
        line=paragraph.line,
        speaker=paragraph.speaker,
        en=tuple(_pieces(paragraph.en, english)),
        zh=chinese,
        zh_line=paragraph.zh_line,
        figures=tuple(number for number, _ in own),
        notes=tuple(number for number, _ in notes),
    )


def _figures_in_chinese(own: Sequence[tuple[int, Checked]], pairs: Sequence[Counterpart]) -> Iterator[_Over]:
    """The places of the figures in the translation, where the comparison of the languages found them."""
    for number, one in own:
        figure = one.figure
        for pair in pairs:
            if pair.start < figure.end and figure.start < pair.end:
                yield _Over(start=pair.zh_start, end=pair.zh_end, figure=number)
                break


def _notes_over(text: str, notes: Sequence[tuple[int, LanguageNote]], *, english: bool) -> Iterator[_Over]:
    for number, note in notes:
        start, words = (note.start, note.source) if english else (note.zh_start, note.target)
        if start is not None:
            first = english or note.start is None
            yield _Over(start=start, end=end_of(text, start, words), note=number, anchor=f"m{number}" if first else "")


def _pieces(text: str, over: Sequence[_Over]) -> Iterator[Piece]:
    for start, end, marks in cut(text, over):
        if start == end:
            continue
        yield Piece(
            text=text[start:end],
            figures=tuple(mark.figure for mark in marks if mark.figure),
            notes=tuple(mark.note for mark in marks if mark.note),
            anchors=tuple(mark.anchor for mark in marks if mark.anchor and mark.start == start),
        )


def _figure(page: Numbered, number: int, checked: Checked) -> FigureView:
    figure = checked.figure
    known = definitions().get(figure.metric or "")
    return FigureView(
        number=number,
        line=figure.line,
        speaker=figure.speaker,
        quote=figure.quote,
        text=figure.text.strip(),
        metric=figure.metric_shown or "",
        en=known.en if known else "",
        zh=known.zh if known else "",
        value=figure.shown,
        unit=figure.unit,
        period=figure.period or "",
        verdict=checked.verdict,
        note=checked.note,
        against=_against(page, checked.findings),
        others=tuple(page.figures[id_][0] for id_ in page.checked_with.get(figure.id, ())),
    )


def _against(page: Numbered, findings: Sequence[Finding]) -> tuple[Against, ...]:
    found: dict[tuple[str, str, str], Against] = {}
    for one in findings:
        other, period = page.figures.get(one.ref), _PERIOD_REF.fullmatch(one.ref)
        of = _OF.fullmatch(one.ref)
        known = definitions().get(of[1]) if of else None
        found.setdefault(
            (one.kind, one.ref, one.expected),
            Against(
                kind=one.kind,
                ref=one.ref,
                en=known.en if known else "",
                zh=known.zh if known else "",
                period=of[2] if of and known else "",
                expected=grouped(one.expected),
                outcome=one.outcome,
                note=one.note,
                href=trace_kpi(of[1], of[2]) if of and known and one.kind == "books" else "",
                figure=other[0] if other else 0,
                line=int(period[1]) if period else 0,
            ),
        )
    return tuple(found.values())


def _note(number: int, note: LanguageNote) -> NoteView:
    return NoteView(
        number=number,
        line=note.line,
        zh_line=note.zh_line,
        kind=note.kind,
        source=note.source,
        target=note.target,
        suggest=note.suggest or "",
        why=note.why,
    )
