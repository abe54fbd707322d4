"""What is known about each metric and period, from the books and from the text itself."""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from mintage.disclosure import periods
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.lexicon import lexicon
from mintage.disclosure.metrics import catalogue, measures_by_id
from mintage.disclosure.ports import BooksView, MarketView
from mintage.disclosure.when import NOW

Outcome = Literal["ties", "edge", "contradicts", "ambiguous", "unchecked"]
Kind = Literal["books", "figure", "arithmetic", "market"]


class Finding(msgspec.Struct, frozen=True):
    """One check of one figure.

    Attributes:
        figure: id of the figure that was checked.
        kind: what it was checked against.
        ref: the KPI and period, figure, relation or series.
        expected: the value that would tie, in the figure's unit.
        outcome: how it went.
        note: one sentence on what was compared and by how much it differs.
        others: ids of the figures that share the check, and so may be the wrong ones.
        wording: the check is about the words around the figure ("flat", "three ways"), not its value.
    """

    figure: str
    kind: Kind
    ref: str
    expected: str
    outcome: Outcome
    note: str
    others: tuple[str, ...] = ()
    wording: bool = False


class Known(msgspec.Struct, frozen=True):
    """A value in base units: what it can be, its likeliest point, and where it comes from."""

    interval: Interval
    point: Fraction
    source: str
    figure: str | None = None


class Evidence:
    """All figures of a text with the books and the market beside them."""

    def __init__(
        self, figures: list[Figure], reporting: str, books: BooksView | None, market: MarketView | None
    ) -> None:
        self.figures = figures
        self.by_id = {figure.id: figure for figure in figures}
        self.reporting = reporting
        self.books = books
        self.market = market
        self.reasons: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, str], Known | None] = {}
        self._levels: dict[tuple[str, str], list[Figure]] = {}
        for figure in figures:
            if (
                is_level(figure)
                and figure.metric
                and figure.period
                and not within_period(figure)
                and not figure.foreign
            ):
                self._levels.setdefault((figure.metric, key(figure.metric, figure.period)), []).append(figure)

    def groups(self) -> list[list[Figure]]:
        """Return the figures that state the same metric for the same period, in the order of the text."""
        return list(self._levels.values())

    def in_books(self, metric: str, period: str) -> Known | None:
        """Return what the books say, or None; then `reasons` tells why."""
        if self.books is None or period == NOW:
            return None
        cached = (metric, key(metric, period))
        if cached not in self._known:
            self._known[cached] = self._ask(metric, period)
        return self._known[cached]

    def _ask(self, metric: str, period: str) -> Known | None:
        books = self.books
        if books is None:
            return None
        for name in _names(metric, period):
            answer = books.kpi(metric, name)
            if answer.value is None:
                self.reasons.setdefault((metric, key(metric, period)), answer.reason or "the books do not say")
                continue
            unit = lexicon().unit(answer.unit)
            factor = unit.factor if unit else Decimal(1)
            low = answer.value if answer.low is None else answer.low
            high = answer.value if answer.high is None else answer.high
            point = Fraction(answer.value) * Fraction(factor)
            return Known(Interval.of(low, high).scaled(factor), point, f"books {metric} {name}")
        return None

    def in_text(self, metric: str, period: str, excluded: str | None = None) -> list[Figure]:
        """Return the levels that the text states for a metric and period, the most exact first."""
        stated = [f for f in self._levels.get((metric, key(metric, period)), []) if f.id != excluded]
        return sorted(stated, key=lambda f: (f.qualifier in {"over", "under", "range"}, f.core.high - f.core.low))

    def known(self, metric: str, period: str, excluded: str | None = None) -> Known | None:
        """Return the best value for a metric and period: from the books, else from another figure."""
        booked = self.in_books(metric, period)
        if booked is not None:
            return booked
        stated = self.in_text(metric, period, excluded)
        return from_figure(stated[0]) if stated else None


def is_level(figure: Figure) -> bool:
    """Say whether a figure states a metric's value for a period, outside an "if"."""
    return figure.role in {"level", "base"} and not figure.conditional and figure.metric is not None


def within_period(figure: Figure) -> bool:
    """Say whether a figure is of some days in a period, not of the period or its end ("early in the quarter")."""
    return figure.part in {"early", "mid", "late", "start"}


def from_figure(figure: Figure) -> Known:
    """Return what a figure says as a known value."""
    value = Fraction(figure.value or 0) * figure.factor
    interval = figure.loose
    point = value if figure.qualifier not in {"over", "under", "nearly", "range", "truncated"} else interval.middle
    return Known(interval, point, f"{figure.text.strip()} on line {figure.line}", figure.id)


def nature_of(metric: str) -> str:
    """Return "flow", "stock" or "rate" for a metric."""
    parts = metric.removeprefix("guidance.").split(".")
    for size in range(len(parts), 0, -1):
        name = ".".join(parts[:size])
        measure = measures_by_id().get(name) or measures_by_id().get(_measure_of().get(name, ""))
        if measure is not None:
            return measure.nature
    return "flow"


def _measure_of() -> dict[str, str]:
    return {metric: measure for (measure, _), metric in catalogue().table.items()}


def key(metric: str, period: str) -> str:
    """Return what a period comes to for a metric: the last day for a balance, the period itself otherwise."""
    if period == NOW or nature_of(metric) != "stock":
        return period
    return periods.end(period).isoformat()


def _names(metric: str, period: str) -> list[str]:
    """Return the period ids under which the books may hold a value."""
    if nature_of(metric) != "stock":
        return [period]
    day = periods.end(period)
    names = [period] if periods.kind(period) != "date" else []
    for name in (periods.quarter_of(day), periods.month_of(day)):
        if periods.end(name) == day and name not in names:
            names.append(name)
    return [*names, *([day.isoformat()] if day.isoformat() not in names else [])]
