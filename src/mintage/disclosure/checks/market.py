"""Prices against the market's daily series."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from mintage.disclosure import periods
from mintage.disclosure.checks.compare import finding, plain, shown_value
from mintage.disclosure.checks.evidence import Evidence, Finding, Known, is_level
from mintage.disclosure.document import Document
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.ports import DayQuote, Series
from mintage.disclosure.when import NOW
from mintage.disclosure.words import words

_SERIES = ("bitcoin.price", "hashprice", "network.hashrate")
_SPOKEN_WITHIN_DAYS = 14
_START_DAYS = 10
_LOOK_AHEAD_DAYS = 75


def check_market(evidence: Evidence, document: Document) -> Iterator[Finding]:
    """Compare prices with the market on their day, or with the low or high of their period."""
    market = evidence.market
    if market is None:
        return
    spoken = _spoken_after(evidence)
    for figure in evidence.figures:
        if not is_level(figure) or figure.metric not in _SERIES or figure.period is None:
            continue
        first, last = _window(figure, spoken)
        extreme = _extreme(figure, document.paragraphs[figure.paragraph].en)
        reach = periods.bounds(evidence.reporting)[0] if extreme else first
        series = market.series(figure.metric, min(first, reach), last)
        if series is None or not series.days:
            continue
        inside = tuple(day for day in series.days if first <= day.day <= last)
        if inside:
            yield _compare(evidence, figure, series, inside, extreme)
    yield from _mined_value(evidence)


def _spoken_after(evidence: Evidence) -> date:
    """Return the latest day that the text names after its period ends: it was spoken on it or soon after."""
    end = periods.end(evidence.reporting)
    limit = end + timedelta(days=_LOOK_AHEAD_DAYS)
    days = [periods.end(f.period) for f in evidence.figures if f.unit == "date" and f.period]
    return max([day for day in days if end <= day <= limit], default=end)


def _window(figure: Figure, spoken: date) -> tuple[date, date]:
    if figure.period == NOW:
        return spoken, spoken + timedelta(days=_SPOKEN_WITHIN_DAYS)
    first, last = periods.bounds(figure.period or "")
    span = (last - first).days + 1
    if figure.part == "start":
        return first, first
    if figure.part == "early":
        return first, first + timedelta(days=span // 3)
    if figure.part == "mid":
        return first + timedelta(days=span // 3), last - timedelta(days=span // 3)
    if figure.part == "late":
        return last - timedelta(days=span // 3), last
    return (last, last) if figure.part == "end" else (first, last)


def _extreme(figure: Figure, text: str) -> str | None:
    left = text[max(0, figure.start - 45) : figure.start]
    if words().high.search(left):
        return "high"
    return "low" if words().low.search(left) else None


def _compare(
    evidence: Evidence, figure: Figure, series: Series, inside: tuple[DayQuote, ...], extreme: str | None
) -> Finding:
    name = f"{series.id} ({series.source})"
    if extreme == "high":
        day = max(inside, key=lambda quote: quote.high)
        known = _known(figure, min(day.close, day.high), day.high, day)
        found = finding(figure, "market", series.id, known, f"The highest of {name} was on {day.day}")
        return _elsewhere(evidence, figure, found, "high")
    if extreme == "low":
        day = min(inside, key=lambda quote: quote.low)
        known = _known(figure, day.low, max(day.close, day.low), day)
        return finding(figure, "market", series.id, known, f"The lowest of {name} was on {day.day}")
    if len(inside) == 1 or figure.nature == "stock":
        day = inside[-1] if figure.part != "start" else inside[0]
        known = Known(Interval.of(day.low, day.high), Fraction(day.close), name)
        found = finding(figure, "market", series.id, known, f"{name} on {day.day}")
        if figure.part == "start":
            return _start(evidence, figure, series, found)
        return found
    low, high = min(q.low for q in inside), max(q.high for q in inside)
    known = Known(Interval.of(low, high), _inside(figure, low, high), name)
    return finding(figure, "market", series.id, known, f"{name} between {inside[0].day} and {inside[-1].day}")


def _known(figure: Figure, low: Decimal, high: Decimal, day: DayQuote) -> Known:
    """Return an extreme between the day's close and its furthest quote: either may be meant."""
    return Known(Interval.of(low, high), _inside(figure, low, high), str(day.day))


def _inside(figure: Figure, low: Decimal, high: Decimal) -> Fraction:
    """Return the value of a range that stands nearest to the figure's own."""
    value = Fraction(figure.value or 0) * figure.factor
    return min(max(value, Fraction(low)), Fraction(high))


def _start(evidence: Evidence, figure: Figure, series: Series, found: Finding) -> Finding:
    """Read "at the start of the quarter" as its first days where the first day itself does not tie."""
    if found.outcome in {"ties", "edge"} or evidence.market is None:
        return found
    first, _ = periods.bounds(figure.period or "")
    days = evidence.market.series(series.id, first, first + timedelta(days=_START_DAYS))
    if days is None or not days.days:
        return found
    low = min(days.days, key=lambda quote: quote.low)
    if not figure.loose.meets(Interval.of(low.low, max(quote.high for quote in days.days))):
        return found
    note = f"{found.note} It was as low as {plain(Fraction(low.low), figure)} on {low.day}, if that is meant."
    return Finding(found.figure, "market", found.ref, found.expected, "ambiguous", note)


def _elsewhere(evidence: Evidence, figure: Figure, found: Finding, extreme: str) -> Finding:
    """Say on which day a missed extreme was reached, if it was."""
    if found.outcome != "contradicts" or evidence.market is None or extreme != "high":
        return found
    end = periods.end(evidence.reporting)
    series = evidence.market.series(found.ref, end, end + timedelta(days=_LOOK_AHEAD_DAYS))
    reached = next((q for q in series.days if Fraction(q.high) >= figure.core.low), None) if series else None
    if reached is None:
        return found
    note = f"{found.note} It was first reached on {reached.day}."
    return Finding(found.figure, "market", found.ref, found.expected, "contradicts", note)


def _mined_value(evidence: Evidence) -> Iterator[Finding]:
    """Check that mining revenue is bitcoin mined at some price of the period."""
    if evidence.market is None:
        return
    for figure in evidence.figures:
        if (
            figure.metric not in {"revenue.mining", "bitcoin.mined"}
            or not is_level(figure)
            or figure.period in {None, NOW}
        ):
            continue
        period = figure.period or ""
        other_name = "bitcoin.mined" if figure.metric == "revenue.mining" else "revenue.mining"
        other = evidence.known(other_name, period)
        series = evidence.market.series("bitcoin.price", *periods.bounds(period))
        if other is None or series is None or not series.days:
            continue
        prices = Interval.of(min(q.low for q in series.days), max(q.high for q in series.days))
        mean = sum((Fraction(q.close) for q in series.days), Fraction(0)) / len(series.days)
        if figure.metric == "revenue.mining":
            expected = Known(other.interval * prices, other.point * mean, "mined value")
        else:
            expected = Known(other.interval / prices, other.point / mean, "mined value")
        if figure.loose.meets(expected.interval):
            continue
        note = (
            f"{other.source} at the prices of {period} gives {shown_value(figure, expected)}, "
            f"so '{figure.text.strip()}' is out of reach."
        )
        yield Finding(figure.id, "market", "bitcoin.price", shown_value(figure, expected), "contradicts", note,
                      (other.figure,) if other.figure else ())  # fmt: skip
