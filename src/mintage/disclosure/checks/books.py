"""Figures against the books' KPIs."""

from collections.abc import Iterator

from mintage.disclosure.checks.compare import finding
from mintage.disclosure.checks.evidence import Evidence, Finding, is_level, within_period
from mintage.disclosure.when import NOW


def check_books(evidence: Evidence) -> Iterator[Finding]:
    """Compare every level with the KPI of its metric and period."""
    for figure in evidence.figures:
        if (
            not is_level(figure)
            or figure.foreign
            or within_period(figure)
            or figure.metric is None
            or figure.period in {None, NOW}
        ):
            continue
        booked = evidence.in_books(figure.metric, figure.period or "")
        if booked is not None:
            ref = booked.source.removeprefix("books ")
            yield finding(figure, "books", ref, booked, f"The books say for {ref}")
