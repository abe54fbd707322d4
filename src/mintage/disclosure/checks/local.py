"""Arithmetic told in one breath: "3.66 of 8.15 is 45%", "$5.7 million on 13,000 units is $440 a unit", "together"."""

import re
from collections.abc import Iterator
from fractions import Fraction

from mintage.disclosure.checks.compare import finding
from mintage.disclosure.checks.evidence import Evidence, Finding, Known, from_figure
from mintage.disclosure.document import Document
from mintage.disclosure.figures import Figure
from mintage.disclosure.interval import Interval
from mintage.disclosure.words import words

_COUNTED = {
    "price_machine": "machines",
    "price_bitcoin": "bitcoin",
    "price_hashrate": "hashrate",
    "price_ads": "ads",
    "price_share": "shares",
}
_SUM_MIN = 2


def check_local(evidence: Evidence, document: Document) -> Iterator[Finding]:
    """Recompute shares, prices per unit and sums from the figures named right before them."""
    sentences: dict[tuple[int, int], list[Figure]] = {}
    for figure in evidence.figures:
        if figure.value is not None and figure.table is None:
            sentences.setdefault((figure.paragraph, figure.sentence), []).append(figure)
    for (paragraph, sentence), figures in sentences.items():
        text = document.paragraphs[paragraph].en
        for position, figure in enumerate(figures):
            before = figures[:position]
            if figure.kind == "percent":
                yield from _share(figure, before, text)
            elif figure.kind in _COUNTED or (figure.kind == "money" and figure.metric is None):
                yield from _per_unit(figure, before, text)
            if words().together.search(text[max(0, figure.start - 60) : figure.start]):
                yield from _sum(figure, sentences.get((paragraph, sentence - 1), []))


def _share(figure: Figure, before: list[Figure], text: str) -> Iterator[Finding]:
    """Check "A of B is P%"."""
    if len(before) < 2:
        return
    part, whole = before[-2:]
    joined = words().ratio_of.match(text[part.end : whole.start]) is not None
    same = part.unit == whole.unit or not re.search(r"[A-Za-z%$]", whole.text)
    if not joined or not same or not words().ratio_gives.search(text[whole.end : figure.start]):
        return
    if _printed(whole).low <= 0:
        return
    interval = (_printed(part) / _printed(whole)).scaled(100)
    point = 100 * Fraction(part.value or 0) / Fraction(whole.value or 1)
    what = f"{part.text.strip()} of {whole.text.strip()} is"
    yield finding(figure, "arithmetic", f"{part.id} of {whole.id}", Known(interval, point, "share"), what)


def _printed(figure: Figure) -> Interval:
    """Return what a figure says in the unit that it was printed with."""
    return _size(figure).scaled(1 / abs(figure.factor))


def _per_unit(figure: Figure, before: list[Figure], text: str) -> Iterator[Finding]:
    """Check "A on B is C per unit", with A money and B what is counted."""
    counted = _COUNTED.get(figure.kind)
    if not before or not words().ratio_gives.search(text[before[-1].end : figure.start]):
        return
    money = [other for other in before if other.kind == "money"]
    things = [other for other in before if other.kind == counted or (counted is None and other.kind == "bitcoin")]
    if len(money) != 1 or len(things) != 1 or _size(things[0]).low <= 0:
        return
    interval = _size(money[0]) / _size(things[0])
    point = Fraction(money[0].value or 0) / Fraction(things[0].value or 1)
    what = f"{money[0].text.strip()} over {things[0].text.strip()} is"
    ref = f"{money[0].id} over {things[0].id}"
    yield finding(figure, "arithmetic", ref, Known(interval, point, "price"), what)


def _sum(figure: Figure, listed: list[Figure]) -> Iterator[Finding]:
    """Check "together that is S" against the figures of the sentence before."""
    parts = [other for other in listed if other.kind == figure.kind and other.role in {"level", "other"}]
    if len(parts) < _SUM_MIN:
        return
    total = sum((from_figure(part).interval for part in parts), Interval.point(0))
    point = sum((from_figure(part).point for part in parts), Fraction(0))
    names = ", ".join(part.text.strip() for part in parts)
    others = tuple(part.id for part in parts)
    expected = Known(total, point, "sum")
    yield finding(figure, "arithmetic", f"sum of {len(parts)} figures", expected, f"{names} add up to", others=others)


def _size(figure: Figure) -> Interval:
    """Return what a figure says in its own unit's base, without the sign that a loss would give it."""
    return -figure.loose if figure.factor < 0 else figure.loose
