"""Figures against arithmetic between metrics, read from `data/relations.toml`."""

import functools
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.disclosure import periods
from mintage.disclosure.checks.compare import finding
from mintage.disclosure.checks.evidence import Evidence, Finding, Known, is_level, nature_of
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.lexicon import read_table
from mintage.disclosure.when import NOW


class Relation(msgspec.Struct, frozen=True):
    """`target` = sum of `plus` less sum of `minus`, or product of `times` and `factor`; see the data file."""

    target: str
    words: str
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    factor: Decimal = Decimal(1)
    rise: str = ""
    held: str = ""
    slack: Decimal = Decimal(0)
    soft: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms that must be known."""
        return (*self.plus, *self.minus, *self.times)


class Order(msgspec.Struct, frozen=True):
    """`less` cannot be more than `more`."""

    less: str
    more: str
    words: str
    soft: bool = False


class _Raw(msgspec.Struct, frozen=True):
    relation: tuple[Relation, ...]
    order: tuple[Order, ...]


@functools.cache
def _tables() -> _Raw:
    return msgspec.convert(read_table("relations.toml"), _Raw, strict=False)


def check_relations(evidence: Evidence) -> Iterator[Finding]:
    """Solve every relation for each of its figures in every period of the text."""
    for period in _periods(evidence):
        for relation in _tables().relation:
            if relation.rise:
                yield from _rise(evidence, relation, period)
            else:
                yield from _solve(evidence, relation, period)
        for order in _tables().order:
            yield from _ordered(evidence, order, period)


def _periods(evidence: Evidence) -> list[str]:
    """Return the reporting period and every period of a figure, a balance's date as the period it ends."""
    found = {evidence.reporting}
    kind = periods.kind(evidence.reporting)
    for figure in evidence.figures:
        if not is_level(figure) or figure.period in {None, NOW}:
            continue
        period = figure.period or ""
        if periods.kind(period) == "date":
            last = periods.end(period)
            period = periods.quarter_of(last) if kind == "quarter" else periods.month_of(last)
            if periods.end(period) != last:
                continue
        found.add(period)
    return sorted(found)


def _term(term: str, period: str) -> tuple[str, str]:
    name, _, when = term.partition("@")
    return name, periods.shift(period, -1) if when == "previous" else period


def _known(evidence: Evidence, term: str, period: str, excluded: str | None) -> Known | None:
    if term == "@days":
        days = Fraction(periods.days(period))
        return Known(Interval(days, days), days, f"{periods.days(period)} days")
    return evidence.known(*_term(term, period), excluded=excluded)


def _stated(evidence: Evidence, term: str, period: str) -> list[Figure]:
    if term.startswith("@"):
        return []
    return [f for f in evidence.in_text(*_term(term, period)) if f.qualifier != "truncated"]


def _solve(evidence: Evidence, relation: Relation, period: str) -> Iterator[Finding]:
    members = (relation.target, *relation.terms, *relation.optional)
    for solved in members:
        for figure in _stated(evidence, solved, period):
            values = {term: _known(evidence, term, period, figure.id) for term in members if term != solved}
            needed = [term for term in (relation.target, *relation.terms) if term != solved]
            if any(values[term] is None for term in needed):
                continue
            given = {term: known for term, known in values.items() if known is not None}
            open_end = any(term not in given for term in relation.optional if term != solved)
            expected = _sum(relation, solved, given) if not relation.times else _product(relation, solved, given)
            if expected is None:
                continue
            yield from _judge(figure, relation, solved, period, expected, given, open_end=open_end)


def _judge(
    figure: Figure,
    relation: Relation,
    solved: str,
    period: str,
    expected: Known,
    given: dict[str, Known],
    *,
    open_end: bool,
) -> Iterator[Finding]:
    others = tuple(known.figure for known in given.values() if known.figure)
    what = f"{relation.words[0].upper()}{relation.words[1:]} ({'; '.join(known.source for known in given.values())})"
    ref = f"{relation.target} {period}"
    found = finding(figure, "arithmetic", ref, expected, what, others=others, soft=relation.soft)
    if open_end and not relation.soft:
        target = solved == relation.target
        low, high = figure.loose.low > expected.interval.high, figure.loose.high < expected.interval.low
        if found.outcome != "ties" and not (high if target else low):
            return
    yield found


def _sum(relation: Relation, solved: str, given: dict[str, Known]) -> Known | None:
    zero = Interval.point(0)
    signs = {**dict.fromkeys((*relation.plus, *relation.optional), 1), **dict.fromkeys(relation.minus, -1)}
    total, point = zero, Fraction(0)
    for term, sign in signs.items():
        if term in given:
            total = total + given[term].interval if sign > 0 else total - given[term].interval
            point += sign * given[term].point
    if solved == relation.target:
        return Known(total, point, relation.words)
    whole = given[relation.target]
    rest = Known(whole.interval - total, whole.point - point, relation.words)
    return rest if signs[solved] > 0 else Known(-rest.interval, -rest.point, relation.words)


def _product(relation: Relation, solved: str, given: dict[str, Known]) -> Known | None:
    product, point = Interval.point(relation.factor), Fraction(relation.factor)
    for term in relation.times:
        if term in given:
            product, point = product * given[term].interval, point * given[term].point
    if solved == relation.target:
        return Known(product, point, relation.words)
    if product.low <= 0 <= product.high:
        return None
    whole = given[relation.target]
    return Known(whole.interval / product, whole.point / point, relation.words)


def _rise(evidence: Evidence, relation: Relation, period: str) -> Iterator[Finding]:
    """Check a gain against the rise of a price times the least and the most that was held."""
    before = periods.shift(period, -1)
    for figure in _stated(evidence, relation.target, period):
        values = [evidence.known(name, when) for name in (relation.rise, relation.held) for when in (period, before)]
        prices, held = values[:2], values[2:]
        if any(value is None for value in values):
            continue
        now, then = (value for value in prices if value is not None)
        amounts = [value for value in held if value is not None]
        rise = now.interval - then.interval
        least, most = min(a.interval.low for a in amounts), max(a.interval.high for a in amounts)
        mean = sum((a.point for a in amounts), Fraction(0)) / 2
        wide = Interval.of(1 - relation.slack, 1 + relation.slack)
        expected = Known(rise * Interval(least, most) * wide, (now.point - then.point) * mean, relation.words)
        others = tuple(value.figure for value in values if value is not None and value.figure)
        what = f"{relation.words[0].upper()}{relation.words[1:]} ({now.source}; {then.source}; {amounts[0].source})"
        yield finding(figure, "arithmetic", f"{relation.target} {period}", expected, what, others=others, soft=True)


def _ordered(evidence: Evidence, order: Order, period: str) -> Iterator[Finding]:
    for name, other, upwards in ((order.less, order.more, True), (order.more, order.less, False)):
        for figure in _stated(evidence, name, period):
            limit = evidence.known(other, period, excluded=figure.id)
            if limit is None or nature_of(name) == "rate":
                continue
            broken = figure.core.low > limit.interval.high if upwards else figure.core.high < limit.interval.low
            if not broken:
                continue
            others = (limit.figure,) if limit.figure else ()
            what = f"{order.words[0].upper()}{order.words[1:]} ({limit.source})"
            yield finding(
                figure,
                "arithmetic",
                f"{other} {period}",
                limit,
                what,
                others=others,
                soft=order.soft,
            )
