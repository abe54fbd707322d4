"""Reads a document into figures: every number with its metric, role, period and precision."""

import re
from decimal import Decimal
from fractions import Fraction

from mintage.disclosure import periods
from mintage.disclosure.dating import Dated, date_figure
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
from mintage.disclosure.words import words

_SIGNED = frozenset(
    {"gross_profit", "operating_income", "net_income", "net_income.per_ads", "ebitda", "ebitda.adjusted"}
)
_QUOTE_BEFORE, _QUOTE_AFTER = 48, 32


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
    figures = [*_amounts(context, whens, reporting), *(_period_figure(when, text) for when in whens if when.explicit)]
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


def quote(text: str, start: int, end: int, sentence: tuple[int, int]) -> str:
    """Return the figure with some words of its sentence around it; a part of the text as it stands."""
    first = max(sentence[0], start - _QUOTE_BEFORE)
    if first > sentence[0]:
        gap = text.find(" ", first, start)
        first = gap + 1 if gap >= 0 else start
    last = min(sentence[1], end + _QUOTE_AFTER)
    if last < sentence[1]:
        gap = text.rfind(" ", end, last)
        last = gap if gap >= 0 else end
    return text[first : max(last, end)].strip()


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
        result.append(_figure(context, quantity, role, subject, dated))
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


def _figure(context: Context, quantity: Quantity, role: RoleReading, subject: Subject | None, dated: Dated) -> Figure:
    start = quantity.start
    factor = Fraction(quantity.factor)
    unit, kind, note = quantity.unit, quantity.kind, quantity.note
    if subject is not None and kind in {"money", "count"} and subject.measure.unit and kind not in _plain(subject):
        unit = subject.measure.unit
        note = "; ".join(filter(None, [note, f"unit {unit} understood from the words"]))
    negative = role.direction < 0 or (subject is not None and _is_loss(context, quantity, subject))
    if negative and quantity.value > 0:
        factor = -factor
    core, loose = (-quantity.core, -quantity.loose) if factor < 0 else (quantity.core, quantity.loose)
    return Figure(
        id="", paragraph=0, line=0, start=start, end=quantity.end, speaker="", quote="",
        text=context.text[start : quantity.end],
        shown=format_number(quantity.value), value=quantity.value, low=quantity.low, high=quantity.high,
        core=core, loose=loose, unit=unit, kind=kind, factor=factor, step=quantity.step,
        qualifier=quantity.qualifier, note=note,
        metric=subject.metric if subject else None,
        measure=subject.measure.id if subject else None,
        nature=subject.measure.nature if subject else "flow",
        segment=subject.segment if subject else None,
        scope=subject.scope if subject else None,
        role="other" if subject is None and role.role in {"level", "base"} else role.role,
        period=None if role.role == "other" else dated.period,
        period_stated=dated.stated, part=dated.part, compared=role.compared,
        truncated=quantity.truncated,
        conditional=words().conditional.search(context.text[max(0, start - 90) : start]) is not None,
    )  # fmt: skip


def _plain(subject: Subject) -> frozenset[str]:
    """Return the kinds that need no unit understood: those of a measure whose own unit is money."""
    return frozenset() if subject.measure.unit else frozenset({"money", "count"})


def _is_loss(context: Context, quantity: Quantity, subject: Subject) -> bool:
    if subject.measure.id not in _SIGNED:
        return False
    start = quantity.start if quantity.qualifier_start is None else quantity.qualifier_start
    if words().loss_before.search(context.text[max(0, start - 40) : start]):
        return True
    mention, pattern = subject.mention, subject.measure.negative
    return (
        mention is not None and pattern is not None and bool(pattern.search(context.text[mention.start : mention.end]))
    )


def _period_figure(when: When, text: str) -> Figure:
    return Figure(
        id="", paragraph=0, line=0, start=when.start, end=when.end, speaker="", quote="",
        text=text[when.start : when.end], shown=when.period, value=None, low=None, high=None,
        core=Interval.point(0), loose=Interval.point(0), unit=periods.kind(when.period), kind="period",
        role="period", period=when.period, part=when.part,
    )  # fmt: skip


def format_number(value: Decimal | Fraction, places: int = 6) -> str:
    """Write a number without exponent or needless zeros; a fraction to `places` decimals."""
    if isinstance(value, Fraction):
        value = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-places))
    if not value.is_finite():
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
