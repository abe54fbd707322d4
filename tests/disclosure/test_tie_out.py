"""What the tie-out says of short texts, clean and with errors planted."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from mintage.disclosure.document import parse_document
from mintage.disclosure.ports import DayQuote, KpiValue, Series
from mintage.disclosure.report import Checked, Report, report_json, summary_rows
from mintage.disclosure.service import tie_out, tie_out_file
from mintage.units.errors import InputError, LimitError

from .views import TableBooks

SAMPLES = Path(__file__).parent / "samples"
CLEAN = (
    ("release.txt", "2025Q2"), ("monthly-table.txt", "2025-04"), ("monthly-bullets.txt", "2026-01"),
    ("hosting-update.txt", "2025-09"), ("quarter-call.txt", "2025Q3"), ("income-table.txt", "2025Q2"),
)  # fmt: skip
BOOKS = TableBooks(
    {
        ("revenue.total", "2025Q2"): ("100213000", "USD", ""),
        ("revenue.total", "2024Q2"): ("71862000", "USD", ""),
        ("bitcoin.owned", "2025Q2"): ("1483.5", "BTC", ""),
        ("bitcoin.owned", "2025Q1"): ("1408", "BTC", ""),
        ("ebitda.adjusted", "2025Q1"): ("-38000000", "USD", ""),
        ("hashrate.installed", "2025Q2"): ("8.15", "EH/s", ""),
        ("revenue.mining", "2025Q2"): ("28100000", "USD", ""),
        ("bitcoin.mined", "2025Q2"): ("284", "BTC", ""),
        ("bitcoin.mined", "2025Q1"): ("259", "BTC", ""),
    }
)


def _report(text: str, books: TableBooks | None = None, period: str = "2025Q2") -> Report:
    return tie_out(parse_document(text.encode()), period, books)


def _of(report: Report, text: str) -> Checked:
    (checked,) = [one for one in report.figures if one.figure.text.strip() == text]
    return checked


@pytest.mark.parametrize(("name", "period"), CLEAN)
def test_a_clean_text_of_another_miner_has_no_contradiction(name: str, period: str) -> None:
    """Releases, updates, tables and calls that tie give no false alarm, with no books at hand."""
    report = tie_out_file(SAMPLES / name, period)
    wrong = [
        (c.figure.line, c.figure.text, c.note) for c in report.figures if c.verdict in {"contradicts", "ambiguous"}
    ]
    assert wrong == []
    assert sum(c.verdict in {"ties", "edge"} for c in report.figures) >= 5


@pytest.mark.parametrize(
    ("name", "period", "right", "wrong"),
    [
        ("release.txt", "2025Q2", "other revenue came to $0.5 million", "other revenue came to $5.0 million"),
        ("release.txt", "2025Q2", "Gross profit was $17.8 million", "Gross profit was $18.7 million"),
        ("release.txt", "2025Q2", "131 more than 1,976", "113 more than 1,976"),
        ("release.txt", "2025Q2", "up 11.4% from 289", "down 11.4% from 289"),
        ("release.txt", "2025Q2", "Operating loss narrowed", "Operating loss widened"),
        ("release.txt", "2025Q2", "8.3 EH/s was in operation", "10.3 EH/s was in operation"),
        ("monthly-table.txt", "2025-04", "| 463 | 533", "| 436 | 533"),
        ("monthly-table.txt", "2025-04", "Red Mesa | 14.9 EH/s", "Red Mesa | 19.4 EH/s"),
        ("monthly-table.txt", "2025-04", "$38.8 million | -", "$83.8 million | -"),
        ("monthly-table.txt", "2025-04", "| -3% | 229%", "| 3% | 229%"),
        ("monthly-bullets.txt", "2026-01", "produced: 16.01", "produced: 18.01"),
        ("monthly-bullets.txt", "2026-01", "sold: 550.00", "sold: 505.00"),
        ("hosting-update.txt", "2025-09", "hosting 12.5 EH/s", "hosting 15.2 EH/s"),
        ("hosting-update.txt", "2025-09", "12% more than the 657", "12% more than the 557"),
        ("quarter-call.txt", "2025Q3", "total credits of $16.5 million", "total credits of $15.6 million"),
        ("quarter-call.txt", "2025Q3", "Gross margin was 34.6%", "Gross margin was 36.4%"),
        ("quarter-call.txt", "2025Q3", "$1.1 billion", "$1.1 million"),
        ("income-table.txt", "2025Q2", "57,490", "57,940"),
    ],
)
def test_an_error_in_a_text_of_another_miner_is_found_without_books(
    name: str, period: str, right: str, wrong: str
) -> None:
    """A wrong digit, scale, sign or order of digits shows in the arithmetic of the text itself."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    assert text.count(right) == 1
    report = _report(text.replace(right, wrong), period=period)
    assert any(c.verdict in {"contradicts", "ambiguous"} for c in report.figures)


@pytest.mark.parametrize(
    ("text", "figure", "verdict"),
    [
        ("Total revenue was $100.2 million.", "$100.2 million", "ties"),
        ("Total revenue was $100.3 million.", "$100.3 million", "contradicts"),
        ("Total revenue was $100.2 billion.", "$100.2 billion", "contradicts"),
        ("Total revenue was RMB 100.2 million.", "RMB 100.2 million", "contradicts"),
        ("Total revenue was over $100 million.", "$100 million", "ties"),
        ("Total revenue was over $101 million.", "$101 million", "contradicts"),
        ("Total revenue was $100.2 million, up 39% year-over-year.", "39%", "ties"),
        ("Total revenue was $100.2 million, up 40% year-over-year.", "40%", "contradicts"),
        ("Total revenue was $100.2 million, down 39% year-over-year.", "39%", "contradicts"),
        ("At the end of June we owned 1,484 bitcoins.", "1,484 bitcoins", "edge"),
        ("At the end of March we owned 1,484 bitcoins.", "1,484 bitcoins", "contradicts"),
        ("Adjusted EBITDA was a loss of $38 million in the first quarter.", "$38 million", "ties"),
        ("Adjusted EBITDA was a profit of $38 million in the first quarter.", "$38 million", "contradicts"),
        ("Installed hash rate was 8.15 extra hash per second.", "8.15 extra hash per second", "ties"),
        ("Installed hash rate was 8.15 PH/s.", "8.15 PH/s", "contradicts"),
        ("We mined $28.1 million of mining revenue.", "$28.1 million", "ties"),
        ("Our lawyers moved to a house with 28 rooms.", "28 rooms", "unchecked"),
    ],
)
def test_a_figure_is_held_against_the_books_within_its_print(text: str, figure: str, verdict: str) -> None:
    """Each verdict follows from the printed precision: the right value ties, one step off does not."""
    assert _of(_report(text, BOOKS), figure).verdict == verdict


def test_growth_consistent_within_the_precision_of_its_levels_is_no_contradiction() -> None:
    """284 over 259 is 9.65%, yet both are rounded, so 9.4% is at the edge and not wrong."""
    report = _report("We mined 284 bitcoins, up about 9.4% from 259 bitcoins in the previous quarter.")
    assert _of(report, "9.4%").verdict == "edge"


def test_two_speakers_who_disagree_are_both_named_without_books() -> None:
    """With nothing to decide between them, each figure points at the other."""
    text = "Ada Pike - CEO\nGross margin was 13%.\nBo Lin - CFO\nGross margin was 39%.\n"
    one, two = _of(_report(text), "13%"), _of(_report(text), "39%")
    assert (one.verdict, two.verdict) == ("contradicts", "contradicts")
    assert one.findings[0].ref == two.figure.id
    assert "39%" in one.note
    assert "Bo Lin" in one.note


def test_the_books_decide_between_speakers() -> None:
    """The figure that the books confirm ties, and only the other one contradicts."""
    text = "Ada Pike - CEO\nMining revenue was $28.1 million.\nBo Lin - CFO\nMining revenue was $21.8 million.\n"
    report = _report(text, BOOKS)
    assert (_of(report, "$28.1 million").verdict, _of(report, "$21.8 million").verdict) == ("ties", "contradicts")


def test_a_cut_off_figure_is_ambiguous() -> None:
    """A number cut off after 1,500 may be the start of 1,511: one reading ties, the other does not."""
    text = "By end of July our bitcoin treasury reached 1,500 (inaudible) Bitcoins. On July 31 we held 1,511 bitcoins."
    checked = _of(_report(text), "1,500 (inaudible) Bitcoins")
    assert checked.verdict == "ambiguous"
    assert "lost words" in checked.note


def test_flat_is_checked_against_the_quarter_before() -> None:
    """A word of direction is a claim too: 36 after 38.2 is not flat."""
    books = TableBooks(
        {("opex.total", "2025Q1"): ("38200000", "USD", ""), ("opex.total", "2025Q2"): ("36000000", "USD", "")}
    )
    assert (
        _of(_report("Operating expenses were $36 million, remaining flat sequentially.", books), "$36 million").verdict
        == "contradicts"
    )


def test_things_announced_are_counted() -> None:
    """Three ways of which only two are told do not tie; three do."""
    told = "We do it in three ways: first, we buy. Second, we mine. And third, we earn."
    assert _of(_report(told), "three ways").verdict == "ties"
    assert _of(_report("We do it in three ways: we buy, and we mine."), "three ways").verdict == "ambiguous"


def test_prices_are_held_against_the_market_of_their_day() -> None:
    """A peak that the daily highs never reached contradicts, and the note says when it was reached."""

    class Market:
        def series(self, id: str, start: date, end: date) -> Series | None:  # noqa: A002 - the port's name
            days = [(date(2025, 5, 22), 109_000, 111_980), (date(2025, 7, 14), 118_900, 123_218)]
            quotes = tuple(
                DayQuote(d, Decimal(lo), Decimal(hi), Decimal(hi - 300)) for d, lo, hi in days if start <= d <= end
            )
            return Series(id, "USD/BTC", quotes, "test") if id == "bitcoin.price" else None

    text = "The price of bitcoin rose to a peak of nearly $120,000 in May."
    report = tie_out(parse_document(text.encode()), "2025Q2", None, Market())
    checked = _of(report, "$120,000")
    assert checked.verdict == "contradicts"
    assert "2025-07-14" in checked.note


def test_the_result_does_not_depend_on_the_run() -> None:
    """The same text gives the same report."""
    once, again = (report_json(tie_out_file(SAMPLES / "release.txt", "2025Q2")) for _ in range(2))
    assert once == again


def test_the_json_has_exactly_the_agreed_keys() -> None:
    """The keys are an interface: others read them."""
    report = report_json(_report("Total revenue was $100.2 million in Q2 2025.", BOOKS))
    assert set(report) == {"figures", "language", "summary"}
    for figure in report["figures"]:
        assert set(figure) == {
            "line", "speaker", "quote", "metric", "value", "low", "high", "unit", "period", "qualifier", "verdict",
            "against", "note",
        }  # fmt: skip
        assert all(set(entry) == {"kind", "ref", "expected"} for entry in figure["against"])
    money = report["figures"][0]
    assert (money["value"], money["low"], money["high"], money["unit"]) == (
        "100200000",
        "100150000",
        "100250000",
        "USD",
    )
    assert money["against"] == [{"kind": "books", "ref": "revenue.total 2025Q2", "expected": "100213000 USD"}]


def test_the_table_leads_with_what_needs_a_reader() -> None:
    """Contradictions come first in the terminal table; mere periods are left out."""
    rows = summary_rows(_report("Total revenue was $100.2 million in Q2. Mining revenue was $21.8 million.", BOOKS))
    assert [row[4] for row in rows] == ["contradicts", "ties"]


def test_an_unknown_of_the_books_is_told_with_its_reason() -> None:
    """What the books do not know is unchecked, and the note carries their reason."""

    class Silent:
        def kpi(self, id: str, period: str) -> KpiValue:  # noqa: A002 - the port's name
            return KpiValue(id, period, None, "", "the meter was not read")

    report = tie_out(parse_document(b"Total revenue was $5 million."), "2025Q2", Silent())
    checked = _of(report, "$5 million")
    assert checked.verdict == "unchecked"
    assert "the meter was not read" in checked.note


def test_a_value_known_only_as_printed_is_an_interval() -> None:
    """A comparative that the books hold to 0.1 million leaves growth within its rounding."""
    books = TableBooks(
        {
            ("revenue.total", "2024Q2"): ("71900000", "USD", "50000"),
            ("revenue.total", "2025Q2"): ("100200000", "USD", "50000"),
        }
    )
    assert _of(_report("Total revenue was $100.2 million, up 40% year-over-year.", books), "40%").verdict == "edge"


def test_bad_input_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """A period that is none, a missing, an empty, a foreign and a huge file each give a clear error."""
    with pytest.raises(InputError, match="is not a period"):
        tie_out_file(SAMPLES / "release.txt", "second quarter")
    with pytest.raises(InputError, match="does not exist"):
        tie_out_file(tmp_path / "none.txt", "2025Q2")
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(InputError, match="holds no text"):
        tie_out_file(tmp_path / "empty.txt", "2025Q2")
    (tmp_path / "big5.txt").write_bytes("營收".encode("big5"))
    with pytest.raises(InputError, match="not UTF-8"):
        tie_out_file(tmp_path / "big5.txt", "2025Q2")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(LimitError, match="200,000,000 bytes"):
        tie_out_file(tmp_path / "huge.txt", "2025Q2")


def test_intervals_of_a_report_are_exact() -> None:
    """No float enters: the interval of a printed tenth is an exact fraction."""
    checked = _of(_report("Total revenue was $0.1 million."), "$0.1 million")
    assert checked.figure.core.low == Fraction(50_000)
