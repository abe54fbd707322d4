"""Ties figures of a sentence together: growth to its level, a base to its level, a share to its whole."""

import re

from mintage.disclosure import periods
from mintage.disclosure.context import Context
from mintage.disclosure.figures import Figure
from mintage.disclosure.metrics import Mention, catalogue, measures_by_id
from mintage.disclosure.when import NOW, When
from mintage.disclosure.words import words

_COUNTABLE = frozenset({"bitcoin", "blocks", "machines", "ads", "shares"})
_SURE = 0.6
_PERCENT_MEASURES = frozenset({"percent", "points"})


def link(context: Context, figures: list[Figure], whens: list[When], reporting: str, segment: str | None) -> None:
    """Give growth, differences, bases and shares their metric, partner and base period; in place.

    `segment` is the part of the business that the paragraphs before spoke of last.
    """
    for figure in figures:
        same = [other for other in figures if other.sentence == figure.sentence and other is not figure]
        if figure.role == "base":
            _link_base(figure, same, figures, reporting)
    for figure in figures:
        same = [other for other in figures if other.sentence == figure.sentence and other is not figure]
        if figure.role in {"growth", "difference"}:
            _link_change(context, figure, same, figures, whens, reporting)
        elif figure.role == "share":
            _link_share(context, figure, same, segment)
        elif figure.role == "level":
            _link_outlook(context, figure, reporting)


def comparison_base(period: str, compared: str | None) -> str:
    """Return the period with which `period` is compared: a year, quarter or month before, else the one before."""
    if compared == "yoy":
        return periods.year_ago(period)
    if compared == "qoq" and periods.kind(period) == "date":
        return periods.end(periods.shift(periods.quarter_of(periods.end(period)), -1)).isoformat()
    if compared == "mom" and periods.kind(period) == "quarter":
        return periods.shift(periods.month_of(periods.end(period)), -1)
    if periods.kind(period) == "date":
        return periods.end(periods.shift(periods.quarter_of(periods.end(period)), -1)).isoformat()
    return periods.shift(period, -1)


def _level_for(figure: Figure, same: list[Figure]) -> Figure | None:
    """Return the level of the same kind to which a base belongs: the one before it, else the one after it."""
    levels = [
        other for other in same
        if other.role == "level" and other.metric and _alike(other, figure) and _possible(other, figure)
    ]  # fmt: skip
    before = [other for other in levels if other.end <= figure.start]
    return before[-1] if before else levels[0] if levels else None


def _alike(one: Figure, two: Figure) -> bool:
    kinds = {one.kind, two.kind}
    return len(kinds) == 1 or ("count" in kinds and bool(kinds & _COUNTABLE))


def _possible(level: Figure, figure: Figure) -> bool:
    """Say whether a figure is small enough for a level's measure: $9 million is nobody's loss per share."""
    ceiling = measures_by_id()[level.measure].ceiling if level.measure else None
    return ceiling is None or figure.value is None or abs(figure.value) <= ceiling


def _take(figure: Figure, level: Figure) -> None:
    figure.metric, figure.measure = level.metric, level.measure
    figure.nature, figure.scope = level.nature, level.scope
    if figure.kind == "count" and level.unit:
        figure.unit, figure.kind = level.unit, level.kind


def _link_base(figure: Figure, same: list[Figure], figures: list[Figure], reporting: str) -> None:
    level = _level_for(figure, same)
    if level is not None and (level.end <= figure.start or figure.confidence < _SURE):
        _take(figure, level)
        figure.confidence = min(figure.confidence, level.confidence)
        one_sided = level.measure in {"operating_income", "net_income", "net_income.per_ads"}
        if one_sided and level.factor < 0 < figure.factor:
            figure.factor, figure.core, figure.loose = -figure.factor, -figure.core, -figure.loose
    if figure.period_stated:
        return
    earlier = [
        f for f in figures if f.role == "base" and f.period_stated and f.end <= figure.start and f.kind == figure.kind
    ]
    compared = next((other.compared for other in same if other.compared), None)
    if earlier and figure.nature == "stock" and compared is None:
        figure.period = earlier[-1].period
        return
    period = level.period if level and level.period and level.period != NOW else reporting
    figure.period = comparison_base(period, compared)


def _link_change(
    context: Context, figure: Figure, same: list[Figure], figures: list[Figure], whens: list[When], reporting: str
) -> None:
    level = _changed_level(context, figure, same)
    if level is None and figure.metric is None:
        named = _named_measure(context, figure)
        if named is not None:
            figure.measure = named.id
            figure.metric = _metric_with_segment(context, figure, named)
            figure.nature = measures_by_id()[named.id].nature
        else:
            level = _earlier_level(context, figure, figures)
    if level is not None:
        _take(figure, level)
        figure.partner, figure.period, figure.confidence = level.id, level.period, level.confidence
    if figure.period is None or figure.period == NOW:
        figure.period = reporting
    base = _base_figure(figure, same, level)
    than = _period_after(context, figure, whens)
    if base is None and figure.compared is None and than is not None:
        figure.base_period, figure.base_stated = than, True
        return
    figure.base_period = (
        base.period if base and figure.compared is None else comparison_base(figure.period, figure.compared)
    )
    figure.base_stated = base is not None or figure.compared is not None


def _period_after(context: Context, figure: Figure, whens: list[When]) -> str | None:
    """Return the period right after a change that it is measured from ("40% more than a year ago")."""
    for when in whens:
        gap = context.blanked[figure.end : when.start] if when.start >= figure.end else None
        if gap is not None and re.fullmatch(
            r"\s*(?:\w+\s+)?(?:than|from|over|against|versus|since|compared (?:with|to))\s+(?:in |the |that of )*", gap
        ):
            return when.period if when.period != NOW else None
    return None


def _changed_level(context: Context, figure: Figure, same: list[Figure]) -> Figure | None:
    """Return the level whose change a figure states: "up 40%" after it, or "surged 202% to" before it."""
    candidates = [
        other for other in same if other.role == "level" and other.metric and other.kind not in _PERCENT_MEASURES
    ]
    if figure.role == "difference":
        candidates = [other for other in candidates if _alike(other, figure)]
    after = [other for other in candidates if other.start >= figure.end]
    for other in after[:1]:
        gap = context.text[figure.end : other.start]
        if re.search(r"\bto\b", gap) and not re.search(r"[,;]", gap):
            return other
    before = [other for other in candidates if other.end <= figure.start]
    exact = [other for other in before if other.qualifier not in {"over", "under"}]
    if before and exact and exact[-1].metric == before[-1].metric:
        before = exact
    if before:
        renamed = [m for m in context.measures if before[-1].end <= m.start and m.end <= figure.start and m.strong]
        if not renamed or any(m.id == before[-1].measure for m in renamed):
            return before[-1]
        return None
    if after and not _named_measure(context, figure):
        return after[0]
    return None


def _named_measure(context: Context, figure: Figure) -> Mention | None:
    """Return the nearest measure named before a change in its own sentence."""
    start, _ = context.spans[figure.sentence]
    named = [m for m in context.measures if start <= m.start and m.end <= figure.start and m.strong]
    named = [m for m in named if not measures_by_id()[m.id].kinds <= _PERCENT_MEASURES]
    return named[-1] if named else None


def _metric_with_segment(context: Context, figure: Figure, named: Mention) -> str:
    known = catalogue().segments_of(named.id)
    start, _ = context.spans[figure.sentence]
    near = [part for part in context.segments if part.id in known and start <= part.start and part.end <= figure.start]
    return catalogue().metric(named.id, near[-1].id if near else None)


def _earlier_level(context: Context, figure: Figure, figures: list[Figure]) -> Figure | None:
    """Return the level of the sentence before, to which "this represents a 40% increase" refers."""
    start, _ = context.spans[figure.sentence]
    if not words().pronoun.search(context.text, start, figure.start):
        return None
    earlier = [f for f in figures if f.role == "level" and f.metric and f.sentence == figure.sentence - 1]
    return earlier[-1] if earlier else None


def _base_figure(figure: Figure, same: list[Figure], level: Figure | None) -> Figure | None:
    """Return the base that follows a change ("15% from $24.3 million"), if it is of the same metric."""
    bases = [other for other in same if other.role == "base" and other.metric == figure.metric]
    after = [other for other in bases if 0 <= other.start - figure.end <= 60]
    if after:
        return after[0]
    if level is not None and figure.compared is None:
        return next((other for other in bases if abs(other.start - level.end) <= 90), None)
    return None


def _link_share(context: Context, figure: Figure, same: list[Figure], segment_before: str | None) -> None:
    """Name the whole that follows "of", and the part: a segment, a place or the level just before."""
    start, end = context.spans[figure.sentence]
    whole = next(
        (m for m in context.measures if m.start >= figure.end and m.end <= end and m.start - figure.end < 60), None
    )
    if whole is None:
        figure.role, figure.period = "other", None
        return
    inside = [p for p in context.segments if figure.end <= p.start and p.start <= whole.end + 1]
    segment = inside[-1].id if inside and inside[-1].id in catalogue().segments_of(whole.id) else None
    figure.whole = catalogue().metric(whole.id, segment)
    figure.measure = whole.id
    place = _place(context, figure, (start, end))
    if place:
        figure.metric, figure.scope = f"{figure.whole}.{place}", place
        return
    level = next(
        (o for o in reversed(same) if o.role == "level" and o.metric and o.end <= figure.start and o.kind == "money"),
        None,
    )
    part = _part_before(context, figure, start, whole.id, segment_before)
    if part:
        figure.metric = catalogue().metric(whole.id, part)
    elif level is not None:
        _take(figure, level)
        figure.partner = level.id


def _place(context: Context, figure: Figure, sentence: tuple[int, int]) -> str | None:
    inside = [p for p in context.scopes if sentence[0] <= p.start < sentence[1]]
    before = [p for p in inside if p.end <= figure.start]
    after = [p for p in inside if p.start >= figure.end]
    chosen = before[-1] if before else after[0] if after else None
    return chosen.id if chosen else None


def _part_before(context: Context, figure: Figure, start: int, measure: str, segment_before: str | None) -> str | None:
    known = catalogue().segments_of(measure)
    if words().this_segment.search(context.text, start, figure.start):
        return segment_before if segment_before in known else None
    named = [part for part in context.segments if part.id in known and start <= part.start and part.end <= figure.start]
    return named[-1].id if named else None


def _link_outlook(context: Context, figure: Figure, reporting: str) -> None:
    """Make a figure of a later period in an "expect" sentence, or one that is aimed at, a guidance."""
    start, end = context.spans[figure.sentence]
    if figure.metric is None or figure.period is None or figure.period == NOW:
        return
    later = periods.bounds(figure.period)[0] > periods.end(reporting)
    ranged = figure.qualifier == "range" and figure.nature == "flow"
    aimed = words().ahead_before.search(context.text[max(start, figure.start - 90) : figure.start])
    aimed = aimed or words().ahead_after.search(context.text[figure.end : min(end, figure.end + 60)])
    if aimed or (later and (ranged or words().outlook.search(context.text, start, end))):
        figure.metric = f"guidance.{figure.metric.removesuffix('.total')}"
        figure.period = figure.period if later else None
