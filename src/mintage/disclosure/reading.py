"""Reads a document into figures: every number with its metric, role, period and precision."""

import re

from mintage.disclosure import periods
from mintage.disclosure.building import make_figure, period_figure, quote
from mintage.disclosure.dating import date_figure
from mintage.disclosure.document import Document, Paragraph
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.linking import link
from mintage.disclosure.quantities import blank, find_quantities
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.roles import RoleReading, role_of
from mintage.disclosure.sentences import sentence_of, sentences
from mintage.disclosure.subjects import Context, Subject, subject_of
from mintage.disclosure.tables import read_tables
from mintage.disclosure.when import When, find_periods


def read_figures(document: Document, reporting: str) -> list[Figure]:
    """Return every figure of the document's English text, in order.

    Raises:
        InputError: `reporting` is not the id of a period.
    """
    periods.kind(reporting)
    figures: list[Figure] = []
    in_tables = read_tables(document, reporting)
    for index, paragraph in enumerate(document.paragraphs):
        if index in in_tables:
            figures.extend(in_tables[index])
        else:
            figures.extend(_paragraph(paragraph, index, reporting, _last_segment(figures, paragraph.speaker)))
    return figures


def _last_segment(figures: list[Figure], speaker: str) -> str | None:
    """Return the segment of the last figure that the same person said of one."""
    return next((f.segment for f in reversed(figures) if f.speaker == speaker and f.segment), None)


def _paragraph(paragraph: Paragraph, index: int, reporting: str, segment: str | None) -> list[Figure]:
    text = paragraph.en
    whens = find_periods(text, reporting)
    hidden = [(when.start, when.end) for when in whens]
    quantities = find_quantities(text, hidden)
    spans = sentences(text)
    context = Context.of(text, blank(text, hidden), spans, quantities)
    figures = [*_amounts(context, whens, reporting), *(period_figure(when, text) for when in whens if when.explicit)]
    figures.sort(key=lambda figure: figure.start)
    for number, figure in enumerate(figures, start=1):
        figure.id = f"L{paragraph.line}.{number}"
        figure.paragraph = index
        figure.line = paragraph.line_at(figure.start)
        figure.speaker = paragraph.speaker
        figure.sentence = sentence_of(spans, figure.start)
        figure.quote = quote(text, figure.start, figure.end, spans[figure.sentence])
    link(context, figures, reporting, segment)
    return figures


def _amounts(context: Context, whens: list[When], reporting: str) -> list[Figure]:
    result: list[Figure] = []
    previous: Subject | None = None
    quantities = context.quantities
    main: dict[int, Subject] = {}
    for position, quantity in enumerate(quantities):
        number = sentence_of(context.spans, quantity.start)
        sentence = context.spans[number]
        following = quantities[position + 1] if position + 1 < len(quantities) else None
        role = role_of(context, quantity, following, sentence)
        if result and result[-1].role == "difference" and quantity.qualifier in {"over", "under"}:
            gap = context.text[result[-1].end : quantity.start]
            if re.fullmatch(r"\s*(?:\w+ )?(?:more|higher|lower|less|fewer) than\s*", gap):
                _unqualify(quantity)
                role = RoleReading("base")
        subject = None
        if role.role not in {"other", "growth", "share"}:
            shared = main.get(number) if role.role == "base" else None
            subject = shared if shared and _same_kind(shared, quantity) else subject_of(context, quantity, previous)
        nature = subject.measure.nature if subject else "flow"
        dated = date_figure(context, quantity, whens, sentence, reporting, nature=nature, tied=role.role == "base")
        result.append(make_figure(context, quantity, role, subject, dated))
        if subject is not None:
            previous = subject
            if role.role == "level":
                main[number] = subject
    return result


def _same_kind(subject: Subject, quantity: Quantity) -> bool:
    return quantity.kind in subject.measure.kinds or quantity.kind == "count"


def _unqualify(quantity: Quantity) -> None:
    """Take back an "over" that belongs to the difference before ("76 more than 1,408")."""
    half = quantity.step / 2
    quantity.low, quantity.high = quantity.value - half, quantity.value + half
    quantity.core = quantity.loose = Interval.of(quantity.low, quantity.high).scaled(quantity.factor)
    quantity.qualifier = quantity.qualifier_start = None
