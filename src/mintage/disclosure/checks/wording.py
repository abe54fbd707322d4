"""The words around figures: up or down, flat, record, and what is counted."""

import functools
import itertools
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mintage.disclosure import periods
from mintage.disclosure.checks.evidence import Evidence, Finding, Known, Outcome, from_figure, is_level
from mintage.disclosure.document import Document
from mintage.disclosure.figures import Figure
from mintage.disclosure.lexicon import read_table
from mintage.disclosure.linking import comparison_base
from mintage.disclosure.metrics import catalogue, find_measures
from mintage.disclosure.sentences import sentences
from mintage.disclosure.when import NOW
from mintage.disclosure.words import words

_REACH_AFTER = 70


@functools.cache
def _table() -> dict[str, Any]:
    return read_table("events.toml")


@functools.cache
def _pattern(group: str, name: str) -> re.Pattern[str]:
    return re.compile(_table()[group][name], re.IGNORECASE)


def check_wording(evidence: Evidence, document: Document) -> Iterator[Finding]:
    """Check direction, "flat", "record" and counts in the words beside each figure."""
    for figure in evidence.figures:
        text = document.paragraphs[figure.paragraph].en
        if is_level(figure) and figure.role == "base":
            yield from _from_base(evidence, figure, text)
        elif is_level(figure) and figure.role == "level":
            yield from _direction(evidence, figure, text)
            yield from _flat(evidence, figure, text)
            yield from _record(figure, text)
        elif figure.unit == "quarters" and figure.value is not None:
            yield from _quarters(evidence, figure, text)
            yield from _trend(evidence, figure, text)
        elif figure.unit == "anniversary":
            yield from _anniversary(evidence, figure, text)
        elif figure.kind == "things" and figure.value is not None and 2 <= figure.value <= 5:
            yield from _counted(figure, text, _same_speaker_after(document, figure))


def _sentence(figure: Figure, text: str) -> tuple[int, int]:
    return sentences(text)[figure.sentence]


def _before(evidence: Evidence, figure: Figure) -> Known | None:
    """Return the level before: the base in the same sentence, else the period before."""
    if figure.metric is None or figure.period in {None, NOW}:
        return None
    for other in evidence.figures:
        same = (other.paragraph, other.sentence) == (figure.paragraph, figure.sentence)
        if same and other.role == "base" and other.metric == figure.metric:
            return from_figure(other)
    changes = [
        other for other in evidence.figures
        if other.role in {"growth", "difference"} and other.partner == figure.id and other.base_period
    ]  # fmt: skip
    base = changes[0].base_period if changes else None
    return evidence.known(figure.metric, base or comparison_base(figure.period or "", None))


def _direction(evidence: Evidence, figure: Figure, text: str) -> Iterator[Finding]:
    """Check the verb that leads to a figure ("rose to", "narrowed to") against the level before."""
    start, _ = _sentence(figure, text)
    left = re.split(r"[,;:]| and ", text[max(start, figure.start - 60) : figure.start])[-1]
    if not re.search(r"\b(?:to|at)\s+(?:\w+\s+){0,3}$", left):
        return
    up, down = _pattern("direction", "up").search(left), _pattern("direction", "down").search(left)
    if (up is None) == (down is None):
        return
    before = _before(evidence, figure)
    if before is None:
        return
    narrowed = figure.factor < 0 and before.interval.high <= 0
    rising = (up is not None) != narrowed
    wrong = figure.core.high < before.interval.low if rising else figure.core.low > before.interval.high
    if wrong:
        word = " ".join(match[0] for match in (up, down) if match)
        note = f"'{word}' is the wrong way: it was {before.source} before."
        yield Finding(figure.id, "arithmetic", before.source, before.source, "contradicts", note,
                      (before.figure,) if before.figure else (), wording=True)  # fmt: skip


def _from_base(evidence: Evidence, figure: Figure, text: str) -> Iterator[Finding]:
    """Check "up from $10.50" against the level that it is compared with."""
    match = re.search(r"\b(?P<way>up|down)\s+from\s+(?:\w+\s+){0,3}$", text[max(0, figure.start - 45) : figure.start])
    if match is None:
        return
    levels = [
        other for other in evidence.figures
        if other.role == "level" and other.metric == figure.metric and other.end <= figure.start
        and (other.paragraph, other.sentence) == (figure.paragraph, figure.sentence)
    ]  # fmt: skip
    if not levels:
        return
    level, sign = levels[-1], 1 if match["way"] == "up" else -1
    size_now, size_before = (sorted((abs(f.core.low), abs(f.core.high))) for f in (level, figure))
    wrong = size_now[1] < size_before[0] if sign > 0 else size_now[0] > size_before[1]
    if wrong:
        note = f"'{match['way']} from' is the wrong way: '{level.text.strip()}' is {'less' if sign > 0 else 'more'}."
        other_way = "down from" if sign > 0 else "up from"
        yield Finding(figure.id, "figure", level.id, other_way, "contradicts", note, (level.id,), wording=True)


def _flat(evidence: Evidence, figure: Figure, text: str) -> Iterator[Finding]:
    _, end = _sentence(figure, text)
    after = text[figure.end : min(end, figure.end + _REACH_AFTER)]
    match = _pattern("direction", "flat").search(after)
    before = _before(evidence, figure)
    if match is None or before is None or before.interval.low <= 0 <= before.interval.high:
        return
    change = figure.core / before.interval
    limit = Fraction(Decimal(_table()["direction"]["flat_percent"])) / 100
    if change.low <= 1 + limit and change.high >= 1 - limit:
        note = f"'{match[0].strip(' ,')}' holds: it was {before.source} before."
        yield Finding(figure.id, "arithmetic", before.source, before.source, "ties", note, wording=True)
        return
    low, high = (float(100 * (end_ - 1)) for end_ in (change.low, change.high))
    note = (
        f"'{match[0].strip(' ,')}' does not hold: against {before.source} it is a change of {low:.1f}% to {high:.1f}%."
    )
    yield Finding(figure.id, "arithmetic", before.source, f"{before.source} if flat", "contradicts", note, wording=True)


def _record(figure: Figure, text: str) -> Iterator[Finding]:
    _, end = _sentence(figure, text)
    match = _pattern("direction", "record").search(text, figure.end, end)
    if match and match.start() - figure.end < 90:
        note = f"'{match[0]}': a record was never reached before, 'first time since' says that it was."
        yield Finding(
            figure.id, "arithmetic", "wording", "either a record or the best since", "ambiguous", note, wording=True
        )


def _quarters(evidence: Evidence, figure: Figure, text: str) -> Iterator[Finding]:
    """Count the quarters of "the past 10 quarters since Q3 2022"."""
    named = [
        other for other in evidence.figures
        if other.role == "period" and (other.paragraph, other.sentence) == (figure.paragraph, figure.sentence)
        and 0 < other.start - figure.end < 25 and other.unit == "quarter"
    ]  # fmt: skip
    if not named or not words().span_before.search(text[figure.end : named[0].start]):
        return
    reporting = periods.quarter_of(periods.end(evidence.reporting))
    steps = periods.distance(named[0].shown, reporting)
    counts = {steps - 1: "between the two", steps: "with the reported one", steps + 1: "with both"}
    stated = int(figure.value or 0)
    ref, note = named[0].id, f"From {named[0].shown} to {reporting} lie "
    if stated in counts:
        note += f"{stated} quarters, counted {counts[stated]}."
        yield Finding(figure.id, "figure", ref, f"{stated} quarters", "ties", note, wording=True)
        return
    note += f"{steps - 1} quarters between the two, {steps + 1} with both."
    yield Finding(figure.id, "figure", ref, f"{steps - 1} to {steps + 1} quarters", "contradicts", note, wording=True)


def _trend(evidence: Evidence, figure: Figure, text: str) -> Iterator[Finding]:
    """Check "in the last three quarters, our ASP is increasing" on the values of those quarters."""
    start, end = _sentence(figure, text)
    if not _pattern("count", "span").search(text, start, figure.start):
        return
    mention = next((m for m in find_measures(text) if figure.end <= m.start and m.end <= end and m.strong), None)
    if mention is None:
        return
    after = text[mention.end : end]
    up, down = _pattern("direction", "up").search(after), _pattern("direction", "down").search(after)
    if (up is None) == (down is None):
        return
    metric = catalogue().metric(mention.id, None)
    reporting = periods.quarter_of(periods.end(evidence.reporting))
    steps = range(1 - int(figure.value or 0), 1)
    values = [evidence.known(metric, periods.shift(reporting, step)) for step in steps]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < 2:
        return
    sign = 1 if up else -1
    holds = all(sign * (later.point - earlier.point) > 0 for earlier, later in itertools.pairwise(known))
    way = "rises" if up else "falls"
    verb = way if holds else f"does not {way[:-1]}"
    note = f"{metric} {verb} from quarter to quarter: {'; '.join(value.source for value in known)}."
    outcome: Outcome = "ties" if holds else "contradicts"
    yield Finding(figure.id, "arithmetic", metric, f"{metric} that {way}", outcome, note, wording=True)


def _anniversary(evidence: Evidence, figure: Figure, text: str) -> Iterator[Finding]:
    start, end = _sentence(figure, text)
    for event in _table()["event"]:
        if not re.search(event["pattern"], text[start:end], re.IGNORECASE):
            continue
        years = int(figure.value or 0)
        first, last = periods.bounds(evidence.reporting)
        days = [date.fromisoformat(day) for day in event["dates"]]
        past = [day for day in days if day <= last]
        if not past:
            return
        falls = past[-1].replace(year=past[-1].year + years)
        ok = first <= falls <= last
        note = f"The last {event['id']} was on {past[-1]}; {years} year(s) later is {falls}."
        yield Finding(figure.id, "market", event["id"], str(falls), "ties" if ok else "contradicts", note, wording=True)


def _list_sizes(words_after: str) -> set[int]:
    """Return how many things a list may name, with "and" as a joint of the list or of one of its things."""
    plain = re.sub(r",\s+(?:which|who|that|where|while)\b[^,]*", "", words_after)
    commas = [part for part in re.split(r",\s+(?:and\s+)?", plain) if part.strip()]
    joints = [part for part in re.split(r",\s+(?:and\s+)?|\s+and\s+", plain) if part.strip()]
    return {len(commas), len(joints)}


def _same_speaker_after(document: Document, figure: Figure) -> str:
    """Return the next paragraph if the same person goes on speaking."""
    following = document.paragraphs[figure.paragraph + 1 : figure.paragraph + 2]
    return " ".join(paragraph.en for paragraph in following if paragraph.speaker == figure.speaker)


def _counted(figure: Figure, text: str, after: str) -> Iterator[Finding]:
    """Count what follows "three ways: first ... second ... third" or "three factors: a, b, and c"."""
    _, end = _sentence(figure, text)
    stated = int(figure.value or 0)
    rest = f"{text[figure.end :]} {after}"
    found = [bool(re.search(p, rest, re.IGNORECASE)) for p in _table()["count"]["enumerators"]]
    listed, how = (found.index(False) if False in found else len(found)), "named one by one"
    if listed < 2:
        colon = re.match(r"[^.:;]{0,30}:\s*(?P<list>.+)", text[figure.end : end])
        if colon is None:
            return
        counts, how = _list_sizes(colon["list"]), "listed after the colon"
        listed = stated if stated in counts else max(counts)
    if listed == stated:
        yield Finding(figure.id, "figure", "count", str(listed), "ties", f"{listed} are {how}.", wording=True)
    else:
        outcome: Outcome = "contradicts" if how == "named one by one" and listed > stated else "ambiguous"
        yield Finding(figure.id, "figure", "count", str(listed), outcome, f"{listed} are {how}.", wording=True)
