"""Growth, differences and shares against the levels they are made of."""

from collections.abc import Iterator

from mintage.disclosure.checks.compare import finding
from mintage.disclosure.checks.evidence import Evidence, Finding, Known, Outcome, from_figure
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.linking import comparison_base


def check_changes(evidence: Evidence) -> Iterator[Finding]:
    """Recompute every growth rate, difference and share, from the books and from the text."""
    for figure in evidence.figures:
        if figure.metric is None or figure.period is None:
            continue
        if figure.role in {"growth", "difference"}:
            yield from _change(evidence, figure)
        elif figure.role == "share":
            yield from _share(evidence, figure)


def _change(evidence: Evidence, figure: Figure) -> Iterator[Finding]:
    """Yield the check against the stated base, or, where none is stated, against the base that fits best."""
    period = figure.period or ""
    found = list(_against(evidence, figure, figure.base_period or comparison_base(period, None)))
    if not figure.base_stated:
        found += _against(evidence, figure, comparison_base(period, "yoy"))
        good = [one for one in found if one.outcome in {"ties", "edge"}]
        found = good[:1] or found
    yield from found


def _against(evidence: Evidence, figure: Figure, base_period: str) -> Iterator[Finding]:
    metric, period = figure.metric or "", figure.period or ""
    seen: set[tuple[Interval, Interval]] = set()
    for now, before in _pairs(evidence, figure, base_period):
        if (now.interval, before.interval) in seen:
            continue
        seen.add((now.interval, before.interval))
        expected = _growth(now, before) if figure.role == "growth" else _difference(figure, now, before)
        if expected is None:
            continue
        sign = "against" if figure.role == "growth" else "less"
        others = tuple(known.figure for known in (now, before) if known.figure)
        ref = f"{metric} {period} {sign} {base_period}"
        found = finding(
            figure, "arithmetic", ref, expected, f"{now.source} {sign} {before.source} gives", others=others
        )
        yield found
        yield from _returned(evidence, figure, found)


def _returned(evidence: Evidence, figure: Figure, found: Finding) -> Iterator[Finding]:
    """Tell the levels behind a change what it says of them: support, or a doubt about which of them is wrong."""
    if found.outcome not in {"ties", "contradicts"}:
        return
    outcome: Outcome = "ties" if found.outcome == "ties" else "ambiguous"
    for id_ in found.others:
        level = evidence.by_id[id_]
        what = "agrees" if outcome == "ties" else "does not agree"
        note = f"'{figure.text.strip()}' on line {figure.line} {what} with it: {found.note}"
        yield Finding(id_, "arithmetic", figure.id, level.shown, outcome, note, (figure.id,))


def _pairs(evidence: Evidence, figure: Figure, base_period: str) -> Iterator[tuple[Known, Known]]:
    """Yield pairs of the level and its base: books with books, else text with text or the two mixed."""
    metric, period = figure.metric or "", figure.period or ""
    now, before = evidence.in_books(metric, period), evidence.in_books(metric, base_period)
    if now and before:
        yield now, before
    partner = evidence.by_id.get(figure.partner or "")
    texts = [partner] if partner is not None else evidence.in_text(metric, period)[:1]
    bases = evidence.in_text(metric, base_period)
    near = [base for base in bases if (base.paragraph, base.sentence) == (figure.paragraph, figure.sentence)]
    text_now = from_figure(texts[0]) if texts else None
    text_before = from_figure((near or bases)[0]) if bases else None
    if text_now and text_before:
        yield text_now, text_before
    elif not (now and before):
        one, two = text_now or now, text_before or before
        if one and two:
            yield one, two


def _growth(now: Known, before: Known) -> Known | None:
    """Return growth in percent; of the size of a loss where both are losses."""
    if before.interval.low <= 0 <= before.interval.high or (before.point < 0 < now.point):
        return None
    if before.interval.high < 0:
        now = Known(-now.interval, -now.point, now.source)
        before = Known(-before.interval, -before.point, before.source)
    one = Interval.point(1)
    interval = (now.interval / before.interval - one).scaled(100)
    return Known(interval, 100 * (now.point / before.point - 1), "growth")


def _difference(figure: Figure, now: Known, before: Known) -> Known:
    interval, point = now.interval - before.interval, now.point - before.point
    if figure.factor > 0 and interval.high < 0 and figure.metric and before.interval.high < 0:
        interval, point = -interval, -point
    return Known(interval, point, "difference")


def _share(evidence: Evidence, figure: Figure) -> Iterator[Finding]:
    metric, whole, period = figure.metric or "", figure.whole or "", figure.period or ""
    part_known, whole_known = evidence.known(metric, period), evidence.known(whole, period)
    if part_known is None or whole_known is None or whole_known.interval.low <= 0:
        return
    interval = (part_known.interval / whole_known.interval).scaled(100)
    expected = Known(interval, 100 * part_known.point / whole_known.point, "share")
    others = tuple(known.figure for known in (part_known, whole_known) if known.figure)
    what = f"{part_known.source} of {whole_known.source} is"
    yield finding(figure, "arithmetic", f"{metric} of {whole} {period}", expected, what, others=others)
