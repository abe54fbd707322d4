"""Amounts in another currency than the books': the right number with the wrong sign, or a conversion."""

from collections.abc import Iterator

from mintage.disclosure.checks.compare import outcome_of, shown_value
from mintage.disclosure.checks.evidence import Evidence, Finding, from_figure, is_level
from mintage.disclosure.figures import Figure
from mintage.disclosure.when import NOW

_BESIDE = 4
_OWN_CURRENCY_MIN = 3


def check_currency(evidence: Evidence) -> Iterator[Finding]:
    """Find amounts that are right but for their currency, and lone ones that no amount of the books' goes with."""
    converting = _text_currencies(evidence)
    for figure in evidence.figures:
        if not figure.foreign or not is_level(figure) or figure.period in {None, NOW}:
            continue
        metric, period = figure.metric or "", figure.period or ""
        booked = evidence.in_books(metric, period)
        candidates = [
            *([booked] if booked else []),
            *(from_figure(other) for other in evidence.in_text(metric, period)),
        ]
        known = next((one for one in candidates if outcome_of(figure, one) in {"ties", "edge"}), None)
        if known is not None:
            expected = shown_value(figure, known, spoken=False).replace(figure.unit, "USD")
            note = f"The number is right in USD ({known.source}), but '{figure.text.strip()}' is in {figure.unit}."
            others = (known.figure,) if known.figure else ()
            yield Finding(figure.id, "books", metric, expected, "contradicts", note, others)
        elif not _converted(evidence, figure) and figure.unit not in converting:
            note = (
                f"It is in {figure.unit}, while the books and the text are in USD and no USD amount stands beside it."
            )
            yield Finding(figure.id, "figure", "currency", "an amount in USD", "ambiguous", note)


def _text_currencies(evidence: Evidence) -> set[str]:
    """Return the currencies that the text itself is kept in, for it converts them again and again."""
    converted = [figure.unit for figure in evidence.figures if figure.foreign and _converted(evidence, figure)]
    return {unit for unit in converted if converted.count(unit) >= _OWN_CURRENCY_MIN}


def _converted(evidence: Evidence, figure: Figure) -> bool:
    """Say whether an amount of the books' currency stands right beside it ("RMB 36.0 million (US$5.0 million)")."""
    return any(
        not other.foreign and other.kind == "money" and other.paragraph == figure.paragraph
        and (0 <= other.start - figure.end <= _BESIDE or 0 <= figure.start - other.end <= _BESIDE)
        for other in evidence.figures
    )  # fmt: skip
