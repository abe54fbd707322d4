"""The use case: tie a text out to the books, to itself and to the market."""

from pathlib import Path

from mintage.disclosure import periods
from mintage.disclosure.checks.books import check_books
from mintage.disclosure.checks.changes import check_changes
from mintage.disclosure.checks.currency import check_currency
from mintage.disclosure.checks.evidence import Evidence, Finding, Outcome
from mintage.disclosure.checks.local import check_local
from mintage.disclosure.checks.market import check_market
from mintage.disclosure.checks.mentions import check_mentions
from mintage.disclosure.checks.near import check_near
from mintage.disclosure.checks.places import check_places
from mintage.disclosure.checks.relations import check_relations
from mintage.disclosure.checks.wording import check_wording
from mintage.disclosure.document import Document, read_document
from mintage.disclosure.figures import Figure
from mintage.disclosure.language.compare import compare
from mintage.disclosure.ports import BooksView, MarketView
from mintage.disclosure.reading import read_figures
from mintage.disclosure.report import Checked, Report, report_json, summary_rows
from mintage.disclosure.verdicts import judge, reason_unchecked

__all__ = ["Report", "check_figures", "report_json", "summary_rows", "tie_out", "tie_out_file"]

_NOTES_MAX = 3


def tie_out_file(path: Path, period: str, books: BooksView | None = None, market: MarketView | None = None) -> Report:
    """Read the text at `path` and tie it out; `period` is the period it reports on ("2025Q2").

    Raises:
        InputError: the file cannot be read as a text, or `period` is not a period.
    """
    periods.kind(period)
    return tie_out(read_document(path), period, books, market)


def tie_out(
    document: Document, period: str, books: BooksView | None = None, market: MarketView | None = None
) -> Report:
    """Find every figure of a document and check each against the books, the text itself and the market.

    Raises:
        InputError: `period` is not the id of a period.
    """
    return Report(document, period, check_figures(document, period, books, market), compare(document, period))


def check_figures(
    document: Document, period: str, books: BooksView | None = None, market: MarketView | None = None
) -> tuple[Checked, ...]:
    """Find and check the figures alone, without the comparison of languages.

    Raises:
        InputError: `period` is not the id of a period.
    """
    figures = read_figures(document, period)
    evidence = Evidence(figures, period, books, market)
    findings = [
        *check_books(evidence),
        *check_currency(evidence),
        *check_mentions(evidence),
        *check_changes(evidence),
        *check_relations(evidence),
        *check_places(evidence),
        *check_local(evidence, document),
        *check_near(evidence),
        *check_wording(evidence, document),
        *check_market(evidence, document),
    ]
    verdicts = judge(evidence, findings)
    return tuple(_checked(figure, *verdicts[figure.id], evidence) for figure in figures)


def _checked(figure: Figure, verdict: Outcome, findings: tuple[Finding, ...], evidence: Evidence) -> Checked:
    told = [one.note for one in findings if one.outcome == verdict][:_NOTES_MAX]
    if verdict == "ambiguous" and not told:
        told = [f"Either it is not {figure.metric}, or it is wrong."]
        told += [one.note for one in findings if one.outcome == "contradicts"][:_NOTES_MAX]
    if verdict in {"ties", "edge"}:
        told += [one.note for one in findings if one.outcome in {"contradicts", "ambiguous"}][:1]
    if not told:
        told = [reason_unchecked(figure, evidence)]
    notes = [*dict.fromkeys(told), *([figure.note[0].upper() + figure.note[1:] + "."] if figure.note else [])]
    return Checked(figure, verdict, findings, " ".join(notes))
