"""Ranges: two quantities that together say one interval ("$125 million to $145 million", "one, two weeks")."""

import itertools
import re
from decimal import Decimal

from mintage.disclosure.interval import Interval
from mintage.disclosure.quantity import Quantity

_RANGE_JOIN = re.compile(r"\s*(?:to|[-–—]|,|or)\s*(?:like |about |around |maybe )?", re.IGNORECASE)
_RANGE_AND = re.compile(r"\s*and\s*", re.IGNORECASE)
_RANGE_LEAD = re.compile(
    r"\b(?:range of|between|range from|ranging from)\s*(?:like |about |approximately )?$", re.IGNORECASE
)
_RISE = re.compile(
    r"\b(?:r[io]s\w+|increas\w+|gr[eo]w\w*|up|expand\w*|improv\w*|declin\w*|decreas\w*|down|f[ae]ll\w*|dropp?\w*|"
    r"narrow\w*|went|moved|jump\w*|surg\w*|climb\w*|reduc\w*|cut)\b[^.;]*\bfrom\b[^.;]*$",
    re.IGNORECASE,
)


def join_ranges(text: str, found: list[Quantity]) -> None:
    """Mark the two ends of each range and give the first end the scale and unit of the second."""
    for first, second in itertools.pairwise(found):
        between = text[first.end : second.qualifier_start or second.start]
        lead = _RANGE_LEAD.search(text[max(0, first.start - 40) : first.start]) is not None
        joined = _RANGE_JOIN.fullmatch(between) or (lead and _RANGE_AND.fullmatch(between))
        comma = between.strip() in {",", "or"}
        if joined and not comma and second.kind == "count" and first.measured == "money":
            lend_unit(second, first)
        bare = first.kind == "count" or (first.unit == second.unit and not comma)
        if not joined or not (bare or (comma and first.in_words and second.in_words)) or first.value >= second.value:
            continue
        if not lead and _RISE.search(text[max(0, first.start - 80) : first.start]):
            if first.kind == "count":
                lend_unit(first, second)
            continue
        if between.strip() in {",", "or"} and second.kind != "time":
            continue
        _make_range(first, second)


def lend_unit(bare: Quantity, lender: Quantity) -> None:
    """Give a number printed without a unit the unit of another one beside it."""
    bare.unit, bare.kind = lender.unit, lender.kind
    bare.core, bare.loose = bare.core.scaled(lender.factor), bare.loose.scaled(lender.factor)
    bare.factor = lender.factor
    bare.note = f"unit {lender.unit} taken from the figure beside it"


def _make_range(first: Quantity, second: Quantity) -> None:
    same_unit = first.unit == second.unit
    scale = Decimal(1)
    if first.step <= 1 < second.step and (first.value * 100 < second.value or not same_unit):
        # "$125-145 million": the first end borrows the scale that is printed once.
        while first.value * scale * 10 <= second.value and second.step >= scale * 10:
            scale *= 10
    low, high = first.value * scale, second.value
    core = Interval.of(low, high).scaled(second.factor)
    for end, value in ((first, low), (second, high)):
        end.value, end.unit, end.kind, end.factor = value, second.unit, second.kind, second.factor
        end.low, end.high, end.core, end.loose = low, high, core, core
        end.qualifier, end.range_end = "range", True
