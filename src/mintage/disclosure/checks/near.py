"""Figures without a metric that are almost, but not quite, a figure said elsewhere: a slip, or another thing."""

from collections.abc import Iterator

from mintage.disclosure.checks.evidence import Evidence, Finding, is_level
from mintage.disclosure.figures import Figure

_DIGITS_MIN = 3
_BARE = frozenset({"hashrate", "bitcoin"})


def check_near(evidence: Evidence) -> Iterator[Finding]:
    """Find numbers that differ from one said elsewhere by a single digit or by a power of ten."""
    sure = [f for f in evidence.figures if is_level(f) and f.metric and f.confidence > 0.6 and f.table is None]
    for figure in evidence.figures:
        if figure.metric is not None or figure.value is None or figure.conditional or figure.in_words:
            continue
        if figure.kind in {"percent", "points", "time", "things", "ordinal", "multiple"} or figure.foreign:
            continue
        if any(other.shown == figure.shown for other in sure):
            continue
        near = next((other for other in sure if _comparable(figure, other) and _slip(figure.shown, other.shown)), None)
        if near is not None:
            where = f"'{near.text.strip()}' on line {near.line} ({near.metric_shown})"
            note = f"It is almost {where}: a slip, or another thing?"
            expected = f"{near.shown} {near.unit}".strip()
            yield Finding(figure.id, "figure", near.id, expected, "ambiguous", note, (near.id,))


def _comparable(figure: Figure, other: Figure) -> bool:
    if figure.kind == "count":
        return other.kind in _BARE
    if figure.kind == "money":
        return other.kind == "money" or other.kind.startswith("price")
    return figure.kind == other.kind


def _slip(one: str, two: str) -> bool:
    """Say whether two numbers differ in one digit, or only in where the point stands."""
    digits_one, digits_two = one.replace(".", "").strip("0-"), two.replace(".", "").strip("0-")
    if min(len(digits_one), len(digits_two)) < _DIGITS_MIN:
        return False
    if digits_one == digits_two:
        return True
    same_shape = len(one) == len(two) and one.find(".") == two.find(".")
    return same_shape and sum(a != b for a, b in zip(one, two, strict=True)) == 1
