"""Amounts in another currency than the books': the right number with the wrong sign, or a conversion."""

from collections.abc import Iterator

from mintage.disclosure.checks.compare import outcome_of, shown_value
from mintage.disclosure.checks.evidence import Evidence, Finding, is_level
from mintage.disclosure.figures import Figure
from mintage.disclosure.when import NOW


def check_currency(evidence: Evidence) -> Iterator[Finding]:
    """Find amounts that are right but for their currency, and lone ones that no amount of the books' goes with."""
    for figure in evidence.figures:
        if not figure.foreign or not is_level(figure) or figure.period in {None, NOW}:
            continue
        known = evidence.known(figure.metric or "", figure.period or "")
        if known is not None and outcome_of(figure, known) in {"ties", "edge"}:
            expected = shown_value(figure, known, spoken=False).replace(figure.unit, "USD")
            note = f"The number is right in USD ({known.source}), but '{figure.text.strip()}' is in {figure.unit}."
            others = (known.figure,) if known.figure else ()
            yield Finding(figure.id, "books", figure.metric or "", expected, "contradicts", note, others)
        elif not _converted(evidence, figure):
            note = (
                f"It is in {figure.unit}, while the books and the text are in USD and no USD amount stands beside it."
            )
            yield Finding(figure.id, "figure", "currency", "an amount in USD", "ambiguous", note)


def _converted(evidence: Evidence, figure: Figure) -> bool:
    """Say whether an amount of the books' currency for the same metric stands in the same sentence."""
    return any(
        other.metric == figure.metric and not other.foreign and other.period == figure.period
        and (other.paragraph, other.sentence) == (figure.paragraph, figure.sentence) and other is not figure
        for other in evidence.figures
    )  # fmt: skip
