"""Disclosure at the desk: what is kept, what the view says of each figure, and who may do what."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.desk import disclosure as desk
from mintage.desk.company import Company
from mintage.desk.disclosure_view import show
from mintage.desk.tieouts import TieOutRow
from mintage.people.caller import Forbidden
from mintage.people.facts import Acted
from mintage.units.errors import InputError, LimitError
from tests.desk.kept import CHEN, CORA, THEO, VERA, WAIT_S, open_company

HOSTILE = "<script>alert(1)</script>"
TEXT = f"""Ada Poe - Chief Executive Officer
Revenue in the second quarter of 2025 was $100.2 million. {HOSTILE}
2025 年第二季營收為 1.002 億美元。

Adjusted EBITDA was $38 million in the first quarter of 2025.
2025 年第一季調整後 EBITDA 為 3,800 萬美元。

=We expect =cmd to grow by 7 somethings.
我們預期成長。
"""


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    found = open_company(tmp_path_factory.mktemp("disclosure"), example_db)
    yield found
    found.close()


@pytest.fixture(scope="module")
def row(company: Company) -> TieOutRow:
    """The text, tied out by Chen."""
    started = desk.start(company, CHEN, desk.NewText(text=TEXT, period="2025Q2", title="Q2"), "r-1")
    assert company.jobs.wait(started.job, WAIT_S).state == "done"
    return next(one for one in desk.listing(company, CHEN).tieouts if one.id == started.id)


def acts(company: Company) -> list[tuple[str, str, str]]:
    found = [stored.fact for stored in company.journal.facts(kind=Acted.kind)]
    return [(fact.data.action, fact.data.subject, fact.data.detail) for fact in found if isinstance(fact.data, Acted)]


def test_the_row_counts_verdicts(row: TieOutRow) -> None:
    """Figures are counted once each, periods not at all."""
    assert (row.title, row.period, row.state, row.asked_by) == ("Q2", "2025Q2", "done", "chen")
    assert row.figures == sum(row.verdicts.values()) == 3
    assert row.verdicts["ties"] == 1
    assert row.verdicts["contradicts"] == 1


def test_figures_say_what_was_expected_and_where_from(company: Company, row: TieOutRow) -> None:
    """A figure that contradicts the books leads to the trace of the KPI, with the value that would tie."""
    answer = show(company, CHEN, row.id)
    wrong = next(one for one in answer.figures if one.verdict == "contradicts")
    assert (wrong.text, wrong.metric, wrong.period) == ("$38 million", "ebitda.adjusted", "2025Q1")
    assert wrong.zh == "調整後 EBITDA"
    assert wrong.against[0].href == "/trace/kpi/ebitda.adjusted?period=2025Q1"
    assert wrong.against[0].expected.startswith("-37,653,703")


def test_figures_are_marked_in_both_languages(company: Company, row: TieOutRow) -> None:
    """The pieces of a paragraph put together are its text, and the same figure lies over its place in each language."""
    answer = show(company, CHEN, row.id)
    first = answer.paragraphs[0]
    assert "".join(piece.text for piece in first.en) == TEXT.splitlines()[1]
    assert first.speaker == "Ada Poe"
    number = next(one.number for one in answer.figures if one.metric == "revenue.total")
    assert [piece.text for piece in first.en if number in piece.figures] == ["$100.2 million"]
    assert [piece.text for piece in first.zh or () if number in piece.figures] == ["1.002 億美元"]
    assert f"f{number}" in [anchor for piece in first.en for anchor in piece.anchors]


def test_filters_leave_figures_and_their_paragraphs(company: Company, row: TieOutRow) -> None:
    """By verdict and by metric; a verdict that is none is refused."""
    by_verdict = show(company, VERA, row.id, verdict="contradicts")
    assert [one.text for one in by_verdict.figures] == ["$38 million"]
    assert len(by_verdict.paragraphs) == 1
    assert [one.text for one in show(company, VERA, row.id, metric="revenue.total").figures] == ["$100.2 million"]
    with pytest.raises(InputError) as caught:
        show(company, VERA, row.id, verdict="nice")
    assert caught.value.field == "verdict"


def test_exports_are_whole_and_harmless(company: Company, row: TieOutRow) -> None:
    """CSV has no cell that a spreadsheet would run; the page carries no markup of the text; JSON is the report."""
    _, text = desk.figures_csv(company, row.id)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [one["verdict"] for one in rows].count("contradicts") == 1
    assert not any(cell[:1] in "=@" for one in rows for cell in one.values() if cell)
    _, page = desk.html(company, row.id)
    assert HOSTILE.encode() not in page
    assert b"&lt;script&gt;" in page
    _, report = desk.report(company, row.id)
    assert report["summary"]["contradicts"] == 1


def test_the_audit_names_title_and_hash_and_no_fact_has_the_text(company: Company, row: TieOutRow) -> None:
    """Who tied out what is on the record; the text itself is not."""
    told = [detail for action, subject, detail in acts(company) if (action, subject) == ("disclosure.tied-out", "Q2")]
    assert any(row.sha256 in detail for detail in told)
    assert not any(b"somethings" in stored.body for stored in company.journal.raw())


def test_the_same_text_again_is_compared(company: Company, row: TieOutRow) -> None:
    """A second tie-out knows the first; nothing changed where nothing did, and an edited text shows what did."""
    again = desk.again(company, CORA, row.id, "r-2")
    company.jobs.wait(again.job, WAIT_S)
    answer = show(company, CORA, again.id, against=row.id)
    assert [one.id for one in answer.earlier] == [row.id]
    assert answer.against == row.id
    assert answer.changes == []
    edited = TEXT.replace("$38 million", "a loss of $37.7 million").replace("為 3,800 萬", "虧損 3,770 萬")
    third = desk.start(company, CHEN, desk.NewText(text=edited, period="2025Q2", title="Q2"), "r-3")
    company.jobs.wait(third.job, WAIT_S)
    changes = show(company, CHEN, third.id, against=row.id).changes
    assert {(one.before, one.now) for one in changes} == {("contradicts", ""), ("", "ties")}


def test_whoever_gave_it_or_keeps_the_books_may_delete(company: Company) -> None:
    """Others may not, and what is deleted is gone; its job is cancelled."""
    started = desk.start(company, CHEN, desk.NewText(text="Revenue was $1.", period="2025Q2", title="gone"), "r-4")
    with pytest.raises(Forbidden):
        desk.delete(company, VERA, started.id, "r-5")
    assert not show(company, VERA, started.id).may_delete
    desk.delete(company, CORA, started.id, "r-6")
    with pytest.raises(InputError, match="no tie-out"):
        show(company, CHEN, started.id)
    assert company.jobs.wait(started.job, WAIT_S).over
    assert ("disclosure.deleted", "gone") in [one[:2] for one in acts(company)]


@pytest.mark.parametrize(
    ("text", "period", "title", "field"),
    [
        ("", "2025Q2", "", "text"),
        ("a\0b", "2025Q2", "", "text"),
        ("Revenue was $1.", "next year", "", "period"),
        ("Revenue was $1.", "2025Q2", "x" * 121, "title"),
    ],
)
def test_what_is_no_text_is_refused(company: Company, text: str, period: str, title: str, field: str) -> None:
    """Nothing is kept, and the error names the field."""
    kept = len(desk.listing(company, CHEN).tieouts)
    with pytest.raises(InputError) as caught:
        desk.start(company, CHEN, desk.NewText(text=text, period=period, title=title), "r-7")
    assert caught.value.field == field
    assert len(desk.listing(company, CHEN).tieouts) == kept


def test_a_text_that_is_too_large_is_refused(company: Company) -> None:
    """The limit is stated."""
    with pytest.raises(LimitError, match="500,000 bytes"):
        desk.start(company, CHEN, desk.NewText(text="a" * (desk.TEXT_BYTES_MAX + 1), period="2025Q2"), "r-8")


def test_what_is_asked_of_nothing_is_not_there(company: Company) -> None:
    """Ids that are none, and exports of what is not done."""
    for ask in (desk.html, desk.report, desk.figures_csv):
        with pytest.raises(InputError) as caught:
            ask(company, "t-none")
        assert caught.value.field == "id"
    assert THEO.may("disclosure.run") is False
