"""Which period a figure belongs to: the one written beside it, else the one that leads its sentence."""

import re

import msgspec

from mintage.disclosure import periods
from mintage.disclosure.context import Context
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.when import NOW, When
from mintage.disclosure.words import words

_AFTER_MAX = 48
_TO_DATE = re.compile(r"year[- ]to[- ]date|YTD", re.IGNORECASE)
# What lets a period that is tied to one figure hold for the next ("by the end of August, with an average of ...").
_GOES_ON = re.compile(r"\s*,\s+(?:with|\w+ing)\b[^,;]*$")


class Dated(msgspec.Struct, frozen=True):
    """A figure's period, whether the text states it, and where in the period ("start", "late", ...)."""

    period: str
    stated: bool
    part: str | None = None


def date_figure(
    context: Context,
    quantity: Quantity,
    whens: list[When],
    sentence: tuple[int, int],
    reporting: str,
    *,
    nature: str = "flow",
    tied: bool = False,
) -> Dated:
    """Return the period of a quantity; the reporting period where the sentence names none.

    A balance (`nature` "stock") prefers a date that leads its sentence to a nearer longer period.
    With `tied` only a period right beside the quantity counts, as for the earlier level of a comparison.
    """
    usable = [
        when
        for when in whens
        if sentence[0] <= when.start < sentence[1]
        and not words().span_before.search(context.blanked[max(sentence[0], when.start - 40) : when.start])
    ]
    if nature == "flow":
        usable = [when for when in usable if when.period != NOW]
    chosen = _after(context, quantity, usable)
    if chosen is None:
        chosen = (
            _beside(context, quantity, usable) if tied else _before(context, quantity, _dates_first(usable, nature))
        )
    if chosen is None:
        return Dated(reporting, stated=False)
    return Dated(_at(chosen), stated=True, part=chosen.part)


def _dates_first(whens: list[When], nature: str) -> list[When]:
    dates = [when for when in whens if when.period != NOW and periods.kind(when.period) == "date"]
    return dates if nature == "stock" and dates else whens


def _after(context: Context, quantity: Quantity, whens: list[When]) -> When | None:
    """Return a period tied to the figure by a preposition right after it ("$24.3 million in Q1")."""
    following = next((q for q in context.quantities if q.start >= quantity.end), None)
    if following is not None and re.fullmatch(
        r"\s*(?:,|and|,\s*and|,?\s*or|for|at|worth)\s*(?:(?:about|approximately|around|roughly|nearly|over)\s*)?",
        context.text[quantity.end : following.start],
    ):
        return _after(context, following, whens)
    for when in whens:
        if when.start < quantity.end:
            continue
        gap = context.blanked[quantity.end : when.start]
        if _TO_DATE.match(context.text, when.start) and re.fullmatch(r"(?:\s+\w+){0,2}\s*", gap):
            return when
        if len(gap) > _AFTER_MAX or context.between(quantity.end, when.start):
            return None
        if re.search(r"[;:]|\.\s|, (?!I think)|\x1f", gap) or context.text.startswith(("'s", "’s"), when.end):
            return None
        return when if not gap.strip() or words().dated.search(gap) else None
    return None


def _beside(context: Context, quantity: Quantity, whens: list[When]) -> When | None:
    """Return a period within a few words before the figure ("the prior quarter's loss of $38 million")."""
    start = quantity.start if quantity.qualifier_start is None else quantity.qualifier_start
    for when in whens:
        gap = context.blanked[when.end : start]
        if when.end <= start and re.fullmatch(r"(?:.s)?(?:\s+[a-z]+){0,4}\s*", gap):
            return when
    return None


def _before(context: Context, quantity: Quantity, whens: list[When]) -> When | None:
    """Return the nearest period before the figure that is not tied to another figure."""
    for when in reversed([when for when in whens if when.end <= quantity.start]):
        owner = next((q for q in reversed(context.quantities) if q.end <= when.start), None)
        tied = owner is not None and _after(context, owner, [when]) is when
        if tied and owner is not None and not _goes_on(context, owner, when, quantity):
            continue
        return when
    return None


def _goes_on(context: Context, owner: Quantity, when: When, quantity: Quantity) -> bool:
    """Say whether a period tied to one figure holds for the next; that of an earlier level it is compared with not."""
    based = words().base_before.search(context.blanked[max(0, owner.start - 60) : owner.start])
    return not based and _GOES_ON.match(context.blanked[when.end : quantity.start]) is not None


def _at(when: When) -> str:
    """Return the date where the words name the first or last day of a period other than a quarter or year."""
    if when.period == NOW or periods.kind(when.period) == "date":
        return when.period
    if when.part == "end" and periods.kind(when.period) == "month":
        return periods.end(when.period).isoformat()
    return when.period
