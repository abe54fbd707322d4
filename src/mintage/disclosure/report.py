"""The result of a tie-out: each figure with its verdict, in the forms that shells and pages need."""

from collections import Counter
from typing import Any

import msgspec

from mintage.disclosure import periods
from mintage.disclosure.checks.evidence import Finding, Outcome
from mintage.disclosure.document import Document
from mintage.disclosure.figures import Figure, format_number
from mintage.disclosure.language.notes import LanguageNote
from mintage.disclosure.when import NOW

VERDICTS: tuple[Outcome, ...] = ("ties", "edge", "contradicts", "ambiguous", "unchecked")


class Checked(msgspec.Struct, frozen=True):
    """A figure with its verdict, the findings (those that decided first), and one paragraph that explains."""

    figure: Figure
    verdict: Outcome
    findings: tuple[Finding, ...]
    note: str


class Report(msgspec.Struct, frozen=True):
    """A tied-out text. `language` is empty where the text has no translation."""

    document: Document
    period: str
    figures: tuple[Checked, ...]
    language: tuple[LanguageNote, ...] = ()

    def count(self, verdict: Outcome) -> int:
        """Return how many figures have a verdict."""
        return sum(1 for checked in self.figures if checked.verdict == verdict)


def report_json(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values with stable keys."""
    return {
        "figures": [_figure_json(checked) for checked in report.figures],
        "language": [_note_json(note) for note in report.language],
        "summary": summary(report),
    }


def summary(report: Report) -> dict[str, Any]:
    """Return the counts of a report."""
    measured = [checked for checked in report.figures if checked.figure.role != "period"]
    return {
        "file": report.document.name,
        "period": report.period,
        "figures": len(report.figures),
        "periods": len(report.figures) - len(measured),
        **{verdict: report.count(verdict) for verdict in VERDICTS},
        "language": len(report.language),
        "language_by_kind": dict(sorted(Counter(note.kind for note in report.language).items())),
    }


def _note_json(note: LanguageNote) -> dict[str, Any]:
    return {name: getattr(note, name) for name in ("line", "kind", "source", "target", "suggest", "zh_line", "why")}


def _figure_json(checked: Checked) -> dict[str, Any]:
    figure = checked.figure
    low, high = _bounds(figure)
    against: list[dict[str, str]] = []
    for found in checked.findings:
        entry = {"kind": found.kind, "ref": found.ref, "expected": found.expected}
        if entry not in against:
            against.append(entry)
    return {
        "line": figure.line,
        "speaker": figure.speaker,
        "quote": figure.quote,
        "metric": figure.metric_shown,
        "value": figure.shown,
        "low": low,
        "high": high,
        "unit": figure.unit,
        "period": None if figure.period == NOW else figure.period,
        "qualifier": figure.qualifier,
        "verdict": checked.verdict,
        "against": against,
        "note": checked.note,
    }


def _bounds(figure: Figure) -> tuple[str, str]:
    if figure.low is None or figure.high is None:
        if figure.shown == NOW:
            return NOW, NOW
        first, last = periods.bounds(figure.shown)
        return first.isoformat(), last.isoformat()
    return format_number(figure.low), format_number(figure.high)


def summary_rows(report: Report) -> list[tuple[str, str, str, str, str, str]]:
    """Return (line, speaker, figure, metric, verdict, note) of every figure that is not a mere period.

    Contradictions come first, then what ties at the edge or is ambiguous, then the rest, each in text order.
    """
    order = {"contradicts": 0, "ambiguous": 1, "edge": 2, "ties": 3, "unchecked": 4}
    rows = sorted(
        (checked for checked in report.figures if checked.figure.role != "period"),
        key=lambda checked: (order[checked.verdict], checked.figure.line, checked.figure.start),
    )
    return [
        (
            str(checked.figure.line),
            checked.figure.speaker,
            checked.figure.text.strip(),
            checked.figure.metric_shown or "",
            checked.verdict,
            checked.note,
        )
        for checked in rows
    ]
