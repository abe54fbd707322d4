"""Reads a document into figures: every number with its metric, role, period and precision."""

import re

from mintage.disclosure import periods
from mintage.disclosure.building import make_figure, period_figure, quote
from mintage.disclosure.context import Context, find_brands
from mintage.disclosure.dating import date_figure
from mintage.disclosure.document import Document, Paragraph
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.linking import link
from mintage.disclosure.quantities import blank, find_quantities
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.ranges import lend_unit
from mintage.disclosure.repetition import adopt_repetitions
from mintage.disclosure.roles import RoleReading, role_of
from mintage.disclosure.sentences import sentence_of, sentences
from mintage.disclosure.subjects import Subject, accepts, subject_of
from mintage.disclosure.tables import read_tables
from mintage.disclosure.when import When, find_periods
from mintage.disclosure.words import words

_PHYSICAL = frozenset({"hashrate", "efficiency", "power", "energy", "bitcoin", "machines"})


def read_figures(document: Document, reporting: str) -> list[Figure]:
    """Return every figure of the document's English text, in order.

    Raises:
        InputError: `reporting` is not the id of a period.
    """
    periods.kind(reporting)
    figures: list[Figure] = []
    in_tables = read_tables(document, reporting)
    brands = find_brands(document)
    for index, paragraph in enumerate(document.paragraphs):
        if index in in_tables:
            figures.extend(in_tables[index])
            continue
        whens = find_periods(paragraph.en, reporting)
        hidden = [(when.start, when.end) for when in whens]
        quantities = find_quantities(paragraph.en, hidden)
        spans = sentences(paragraph.en)
        context = Context.of(paragraph.en, blank(paragraph.en, hidden), spans, quantities, brands)
        found = _paragraph(context, whens, paragraph, index, reporting)
        link(context, found, whens, reporting, _last_segment(figures, paragraph.speaker))
        figures.extend(found)
    adopt_repetitions(figures)
    return figures


def _last_segment(figures: list[Figure], speaker: str) -> str | None:
    """Return the segment of the last figure that the same person said of one."""
    return next((f.segment for f in reversed(figures) if f.speaker == speaker and f.segment), None)


def _paragraph(context: Context, whens: list[When], paragraph: Paragraph, index: int, reporting: str) -> list[Figure]:
    text, spans = paragraph.en, context.spans
    figures = [*_amounts(context, whens, reporting), *(period_figure(when, text) for when in whens if when.explicit)]
    figures.sort(key=lambda figure: figure.start)
    for number, figure in enumerate(figures, start=1):
        figure.id = f"L{paragraph.line}.{number}"
        figure.paragraph = index
        figure.line = paragraph.line_at(figure.start)
        figure.speaker = paragraph.speaker
        figure.sentence = sentence_of(spans, figure.start)
        figure.quote = quote(text, figure.start, figure.end, spans[figure.sentence])
    return figures


def _amounts(context: Context, whens: list[When], reporting: str) -> list[Figure]:
    result: list[Figure] = []
    said: list[tuple[int, Quantity, Subject]] = []
    for position, quantity in enumerate(context.quantities):
        if quantity.step < 1:
            _borrow_unit(context, quantity, position)
    for position, quantity in enumerate(context.quantities):
        number = sentence_of(context.spans, quantity.start)
        sentence = context.spans[number]
        following = context.quantities[position + 1] if position + 1 < len(context.quantities) else None
        role = role_of(context, quantity, following, sentence)
        if result and result[-1].role == "base" and _is_apposed(context, result[-1], quantity):
            role = RoleReading("base")
        if result and _is_base_of_difference(context, result[-1], quantity):
            _unqualify(quantity)
            role = RoleReading("base")
        if role.role == "base":
            _borrow_unit(context, quantity, position)
        subject = None if role.role in {"other", "growth", "share"} else _subject(context, quantity, role, number, said)
        nature = subject.measure.nature if subject else "flow"
        dated = date_figure(context, quantity, whens, sentence, reporting, nature=nature, tied=role.role == "base")
        result.append(make_figure(context, quantity, role, subject, dated))
        if subject is not None:
            said.append((number if role.role == "level" else -1, quantity, subject))
    return result


def _subject(
    context: Context, quantity: Quantity, role: RoleReading, sentence: int, said: list[tuple[int, Quantity, Subject]]
) -> Subject | None:
    """Return a figure's subject: a base shares that of its level, a row of like figures that of the row before."""
    like = [subject for _, _, subject in said if accepts(subject.measure, quantity)]
    previous = like[-1] if like else said[-1][2] if said else None
    own = subject_of(context, quantity, previous)
    if role.role == "base":
        levels = [
            (other, subject) for number, other, subject in said if number == sentence and _same_kind(subject, quantity)
        ]
        named = own is not None and own.mention is not None and own.mention.strong
        if levels and not (named and own and own.mention and own.mention.start > levels[-1][0].end):
            return levels[-1][1]
    before = [
        subject for number, other, subject in said if number == sentence - 1 and other.measured == quantity.measured
    ]
    start, end = context.spans[sentence]
    row = [q for q in context.quantities if start <= q.start < end and q.measured == quantity.measured]
    alone = not any(start <= mention.start < end for mention in context.measures)
    if alone and len(row) == len(before) >= 2:
        return before[row.index(quantity)]
    if own is not None and previous is not None and own.metric == previous.metric and _is_part(context, quantity):
        return None
    told_here = own is not None and own.mention is not None and own.mention.start >= start
    if own is not None and not told_here and words().together.search(context.text, start, quantity.start):
        return None
    return own


def _is_part(context: Context, quantity: Quantity) -> bool:
    """Say whether a figure is only a part of the one before ("of which 808 MW", "they include $1.8 million")."""
    start = quantity.start if quantity.qualifier_start is None else quantity.qualifier_start
    return re.search(r"\b(?:includ(?:e|es|ed|ing)|of which)\s+$", context.text[max(0, start - 20) : start]) is not None


def _same_kind(subject: Subject, quantity: Quantity) -> bool:
    return quantity.measured in subject.measure.kinds or (
        quantity.kind == "count" and "money" not in subject.measure.kinds
    )


def _borrow_unit(context: Context, quantity: Quantity, position: int) -> None:
    """Give a bare number the unit of the last physical figure before it."""
    if quantity.kind != "count" or quantity.in_words:
        return
    lenders = [other for other in reversed(context.quantities[:position]) if other.kind in _PHYSICAL]
    if lenders:
        lend_unit(quantity, lenders[0])


def _is_apposed(context: Context, figure: Figure, quantity: Quantity) -> bool:
    """Say whether a quantity says the figure before in other terms ("$9.8 million, or $0.05 per share")."""
    return re.fullmatch(r",?\s+or\s+(?:about\s+)?", context.text[figure.end : quantity.start]) is not None


def _is_base_of_difference(context: Context, figure: Figure, quantity: Quantity) -> bool:
    """Say whether a quantity follows "76 more than"."""
    gap = context.text[figure.end : quantity.start]
    than = re.fullmatch(r"\s*(?:\w+ )?(?:more|higher|lower|less|fewer) than\s*", gap)
    return figure.role == "difference" and quantity.qualifier in {"over", "under"} and than is not None


def _unqualify(quantity: Quantity) -> None:
    """Take back an "over" that belongs to the difference before ("76 more than 1,408")."""
    half = quantity.step / 2
    quantity.low, quantity.high = quantity.value - half, quantity.value + half
    quantity.core = quantity.loose = Interval.of(quantity.low, quantity.high).scaled(quantity.factor)
    quantity.qualifier = quantity.qualifier_start = None
