"""The real call, figure by figure, against a table compiled by reading it."""

import csv
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from mintage.disclosure.report import Checked, Report
from mintage.disclosure.service import tie_out_file

from .views import CALL, FileMarket, public_books

pytestmark = pytest.mark.skipif(not CALL.exists(), reason="../shared is not beside this checkout")

TRUTH = Path(__file__).parent / "call_truth.csv"


@cache
def _report() -> Report:
    return tie_out_file(CALL, "2025Q2", public_books(), FileMarket())


def _truth() -> list[dict[str, str]]:
    with TRUTH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _short(checked: Checked) -> tuple[str, str, str, str]:
    figure = checked.figure
    return str(figure.line), figure.shown, figure.unit, figure.metric_shown or ""


def test_at_least_95_percent_of_the_figures_are_found_with_unit_and_metric() -> None:
    """Of every number-like token of the call, 95% are read with the right value, unit and metric."""
    found = Counter(_short(checked) for checked in _report().figures)
    wanted = Counter((row["line"], row["value"], row["unit"], row["metric"]) for row in _truth())
    missed = wanted - found
    assert missed.total() <= 0.05 * wanted.total(), sorted(missed)


def test_hardly_anything_is_read_as_a_figure_that_is_none() -> None:
    """What is found beside the table (names such as A15, enumerations) stays below 3%."""
    found = Counter(_short(checked)[:2] for checked in _report().figures)
    wanted = Counter((row["line"], row["value"]) for row in _truth())
    assert (found - wanted).total() <= 0.03 * wanted.total(), sorted(found - wanted)


def test_every_contradiction_is_found() -> None:
    """Each figure that contradicts the books, the market, another speaker or itself is named."""
    found = {_short(checked) for checked in _report().figures if checked.verdict == "contradicts"}
    wanted = {
        (row["line"], row["value"], row["unit"], row["metric"]) for row in _truth() if row["verdict"] == "contradicts"
    }
    assert wanted <= found, wanted - found


def test_at_most_three_contradictions_are_false() -> None:
    """No bare false alarm: at most three figures are called contradictions that are none."""
    wanted = {(row["line"], row["value"]) for row in _truth() if row["verdict"] == "contradicts"}
    false = [_short(c) for c in _report().figures if c.verdict == "contradicts" and _short(c)[:2] not in wanted]
    assert len(false) <= 3, false


def test_verdicts_agree_with_the_reading() -> None:
    """At least 95% of the verdicts are those of the table; the rest differ by less than a contradiction."""
    verdicts = {_short(checked): checked.verdict for checked in _report().figures}
    wrong = [
        (row, verdicts.get((row["line"], row["value"], row["unit"], row["metric"])))
        for row in _truth()
        if verdicts.get((row["line"], row["value"], row["unit"], row["metric"])) != row["verdict"]
    ]
    assert len(wrong) <= 0.05 * len(_truth()), wrong


def test_every_verdict_explains_itself() -> None:
    """A contradiction says with what, by how much and what would tie; nothing is left without a reason."""
    for checked in _report().figures:
        assert checked.note
        if checked.verdict == "contradicts":
            assert any(found.outcome == "contradicts" and found.expected for found in checked.findings)


def test_without_books_the_text_still_checks_itself() -> None:
    """With neither books nor market the speakers' contradictions are found all the same."""
    report = tie_out_file(CALL, "2025Q2")
    found = {(c.figure.line, c.figure.shown) for c in report.figures if c.verdict == "contradicts"}
    assert {(28, "13"), (54, "39"), (54, "3.66"), (98, "3.67"), (98, "28000000")} <= found
    assert len(found) <= 8


def test_the_call_is_tied_out_in_two_seconds() -> None:
    """One tie-out of the whole call, with its translation, takes at most two seconds of CPU."""
    start = time.process_time()
    tie_out_file(CALL, "2025Q2", public_books(), FileMarket())
    assert time.process_time() - start <= 2
