"""Makes a figure of a quantity and what was understood about it."""

import re
from fractions import Fraction

from mintage.disclosure import periods
from mintage.disclosure.context import Context
from mintage.disclosure.dating import Dated
from mintage.disclosure.figures import Figure, format_number
from mintage.disclosure.interval import Interval
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.roles import RoleReading
from mintage.disclosure.subjects import Subject
from mintage.disclosure.when import When
from mintage.disclosure.words import words

_SIGNED = frozenset(
    {"gross_profit", "operating_income", "net_income", "net_income.per_ads", "ebitda", "ebitda.adjusted"}
)
_QUOTE_BEFORE, _QUOTE_AFTER = 48, 32


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


def make_figure(
    context: Context, quantity: Quantity, role: RoleReading, subject: Subject | None, dated: Dated
) -> Figure:
    """Return the figure of a quantity, its place in the document still to be filled in."""
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
        truncated=quantity.truncated, in_words=quantity.in_words, confidence=subject.confidence if subject else 1.0,
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
    if mention is None:
        named = re.findall(r"\b(?:loss|income|profit|earnings)\b", context.text[max(0, start - 60) : start])
        return bool(named) and named[-1] == "loss"
    said = context.text[mention.start : mention.end]
    return pattern is not None and re.search(pattern, said, re.IGNORECASE) is not None


def period_figure(when: When, text: str) -> Figure:
    """Return the figure of a period or date."""
    return Figure(
        id="", paragraph=0, line=0, start=when.start, end=when.end, speaker="", quote="",
        text=text[when.start : when.end], shown=when.period, value=None, low=None, high=None,
        core=Interval.point(0), loose=Interval.point(0), unit=periods.kind(when.period), kind="period",
        role="period", period=when.period, part=when.part,
    )  # fmt: skip
