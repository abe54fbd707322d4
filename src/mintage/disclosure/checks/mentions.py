"""Figures against other figures of the same text that state the same thing."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

from mintage.disclosure.checks.compare import finding, plain, unit_shown
from mintage.disclosure.checks.evidence import Evidence, Finding, from_figure
from mintage.disclosure.figures import Figure
from mintage.disclosure.metrics import measures_by_id

_OPEN = frozenset({"over", "under", "nearly", "approximately", "truncated", "vague", "range"})


def check_mentions(evidence: Evidence) -> Iterator[Finding]:
    """Compare every two figures of the same metric and period, levels and rates of change alike."""
    for group in [*evidence.groups(), *_changes(evidence)]:
        for one, two in itertools.combinations(group, 2):
            if _other_end(one, two):
                continue
            found = (_compare(one, two), _compare(two, one))
            if not (_sited(one) and {one_way.outcome for one_way in found} & {"contradicts", "ambiguous"}):
                yield from found


def _sited(figure: Figure) -> bool:
    """Say whether a text tells such a measure of one site and then of another."""
    return figure.measure is not None and measures_by_id()[figure.measure].sited


def _changes(evidence: Evidence) -> list[list[Figure]]:
    groups: dict[tuple[str | None, ...], list[Figure]] = {}
    for figure in evidence.figures:
        if figure.role in {"growth", "difference", "share"} and figure.metric:
            name = (figure.role, figure.metric, figure.whole, figure.period, figure.base_period)
            groups.setdefault(name, []).append(figure)
    return list(groups.values())


def _other_end(one: Figure, two: Figure) -> bool:
    """Say whether two figures are the low end of a range and the high end of one."""
    ranges = one.qualifier == two.qualifier == "range"
    return ranges and (one.value == one.low) != (two.value == two.low)


def _compare(figure: Figure, other: Figure) -> Finding:
    who = f"{other.speaker} says" if other.speaker else "The text says"
    what = f"{who} on line {other.line} '{other.text.strip()}'"
    if figure.qualifier == other.qualifier == "range":
        same = figure.core == other.core
        note = f"{what}: the same range." if same else f"{what}: another range."
        return Finding(figure.id, "figure", other.id, other.shown, "ties" if same else "contradicts", note, (other.id,))
    exact = figure.qualifier not in _OPEN and other.qualifier not in _OPEN
    if (
        exact
        and Fraction(figure.step) * abs(figure.factor) == Fraction(other.step) * abs(other.factor)
        and figure.core != other.core
    ):
        gap = abs(figure.in_unit(from_figure(figure).point - from_figure(other).point))
        note = f"{what}: both are printed to the same digit, so one is off by {plain(gap, figure)}{unit_shown(figure)}."
        expected = f"{plain(figure.in_unit(from_figure(other).point), figure)}{unit_shown(figure)}"
        return Finding(figure.id, "figure", other.id, expected, "contradicts", note, (other.id,))
    if figure.core.meets(other.core) and figure.qualifier != "truncated":
        expected = f"{other.shown} {other.unit}".strip()
        return Finding(figure.id, "figure", other.id, expected, "ties", f"{what}: it agrees.", (other.id,))
    return finding(figure, "figure", other.id, from_figure(other), what, others=(other.id,))
