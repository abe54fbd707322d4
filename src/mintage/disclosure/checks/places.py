"""Figures of one place or site against those of the whole company, and shares of different wholes."""

import functools
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.disclosure.checks.compare import finding, shown_value
from mintage.disclosure.checks.evidence import Evidence, Finding, Known, from_figure, is_level, nature_of
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.lexicon import read_table
from mintage.disclosure.metrics import catalogue

_ADDITIVE = frozenset({"hashrate", "bitcoin", "machines", "money", "power", "energy", "blocks"})


class Follows(msgspec.Struct, frozen=True):
    """A flow of a place is about its share of a capacity, within `times_max`."""

    flow: str
    capacity: str
    times_max: Decimal
    words: str


@functools.cache
def _follows() -> tuple[Follows, ...]:
    return msgspec.convert(read_table("relations.toml")["follows"], tuple[Follows, ...], strict=False)


def check_places(evidence: Evidence) -> Iterator[Finding]:
    """Hold every part against its whole, and every share against the same share of another whole."""
    for figure in evidence.figures:
        if is_level(figure) and figure.scope and figure.metric and figure.period:
            yield from _part(evidence, figure)
    yield from _sites(evidence)
    yield from _shares(evidence)


def _part(evidence: Evidence, figure: Figure) -> Iterator[Finding]:
    metric, period = figure.metric or "", figure.period or ""
    whole_name = metric.removesuffix(f".{figure.scope}")
    whole = evidence.known(whole_name, period)
    if whole is None or nature_of(metric) == "rate":
        return
    others = (whole.figure,) if whole.figure else ()
    expected = shown_value(figure, whole)
    if figure.core.low > whole.interval.high:
        note = f"A part cannot be more than the whole: {whole.source} is {expected}."
        yield Finding(
            figure.id, "arithmetic", f"{whole_name} {period}", f"at most {expected}", "contradicts", note, others
        )
        return
    share = _capacity_share(evidence, figure, whole_name)
    if share is not None:
        yield from _against_capacity(figure, whole, whole_name, share)
    elif figure.core.meets(whole.interval) and figure.table is None:
        note = (
            f"The figure of {figure.scope} equals that of the whole ({whole.source}): one place, or the total misnamed?"
        )
        yield Finding(
            figure.id, "arithmetic", f"{whole_name} {period}", f"at most {expected}", "ambiguous", note, others
        )


def _sites(evidence: Evidence) -> Iterator[Finding]:
    """Add up the sites that a table lists, and compare their sum with its total."""
    tables: dict[tuple[int, str, str], list[Figure]] = {}
    for figure in evidence.figures:
        if figure.table is not None and is_level(figure) and figure.scope and figure.metric and figure.period:
            whole = figure.metric.removesuffix(f".{figure.scope}")
            tables.setdefault((figure.table, whole, figure.period), []).append(figure)
    for (table, whole, period), sites in tables.items():
        totals = [f for f in evidence.in_text(whole, period) if f.table == table]
        if not totals or totals[0].kind not in _ADDITIVE:
            continue
        total = sum((from_figure(site).interval for site in sites), Interval.point(0))
        point = sum((from_figure(site).point for site in sites), Fraction(0))
        what = f"The sites on lines {', '.join(str(site.line) for site in sites)} add up to"
        others = tuple(site.id for site in sites)
        yield finding(totals[0], "arithmetic", f"{whole} {period}", Known(total, point, "sum"), what, others=others)
        for site in sites:
            rest = Known(from_figure(totals[0]).interval - total + from_figure(site).interval,
                         from_figure(totals[0]).point - point + from_figure(site).point, "rest")  # fmt: skip
            who = tuple(other for other in (*others, totals[0].id) if other != site.id)
            yield finding(
                site, "arithmetic", f"{whole} {period}", rest, "The total less the other sites is", others=who
            )


def _capacity_share(evidence: Evidence, figure: Figure, whole_name: str) -> tuple[Follows, Known, Known] | None:
    for rule in _follows():
        if rule.flow != whole_name:
            continue
        period = figure.period or ""
        part = evidence.known(f"{rule.capacity}.{figure.scope}", period)
        whole = evidence.known(rule.capacity, period)
        if part and whole and whole.interval.low > 0:
            return rule, part, whole
    return None


def _against_capacity(
    figure: Figure, whole: Known, whole_name: str, share: tuple[Follows, Known, Known]
) -> Iterator[Finding]:
    rule, part, capacity = share
    ratio = part.point / capacity.point
    likely = Known((part.interval / capacity.interval) * whole.interval, ratio * whole.point, rule.words)
    too_much = (
        figure.core.low
        > likely.interval.high * rule.times_max.as_integer_ratio()[0] / rule.times_max.as_integer_ratio()[1]
    )
    if not too_much:
        return
    others = tuple(known.figure for known in (whole, part) if known.figure)
    note = (
        f"{rule.words[0].upper()}{rule.words[1:]}: {part.source} of {capacity.source} is {float(100 * ratio):.0f}%, "
        f"which would make about {shown_value(figure, likely)}; this is what the whole company made ({whole.source})."
    )
    ref = f"{whole_name} {figure.period}"
    yield Finding(figure.id, "arithmetic", ref, f"about {shown_value(figure, likely)}", "contradicts", note, others)


def _shares(evidence: Evidence) -> Iterator[Finding]:
    """Find the same percentage said of the same place, but of different wholes."""
    shares = [f for f in evidence.figures if f.role == "share" and f.scope and f.whole]
    for one in shares:
        for two in shares:
            if one is two or one.whole == two.whole or one.period != two.period or not one.core.meets(two.core):
                continue
            if not _overlap(one.scope or "", two.scope or ""):
                continue
            note = (
                f"Line {two.line} says {two.text.strip()} of {two.whole} for {two.scope}, here it is {one.whole} for "
                f"{one.scope}: both hold only if the shares happen to be equal."
            )
            expected = f"{two.text.strip()} of {two.whole}"
            yield Finding(one.id, "figure", two.id, expected, "ambiguous", note, (two.id,))


def _overlap(one: str, two: str) -> bool:
    inside = {part.id: part.contains for part in catalogue().scopes}
    return one == two or two in inside.get(one, ()) or one in inside.get(two, ())
