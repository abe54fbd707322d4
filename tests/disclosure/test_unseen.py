"""Forms of figures, periods and tables that the publications of other miners use."""

import pytest

from mintage.disclosure.document import parse_document
from mintage.disclosure.quantities import find_quantities
from mintage.disclosure.report import Report
from mintage.disclosure.service import tie_out
from mintage.disclosure.when import find_periods

from .views import TableBooks


def _report(text: str, period: str, books: TableBooks | None = None) -> Report:
    return tie_out(parse_document(text.encode()), period, books)


def _bad(report: Report) -> list[tuple[str, str]]:
    return [(c.figure.text, c.note) for c in report.figures if c.verdict in {"contradicts", "ambiguous"}]


def _read(report: Report) -> list[tuple[str | None, str, str | None]]:
    return [(c.figure.metric, c.figure.shown, c.figure.period) for c in report.figures if c.figure.value is not None]


@pytest.mark.parametrize(
    ("text", "shown", "unit"),
    [
        ("Revenues of RMB41.5 million", "41500000", "CNY"),
        ("sold 2.4 million Thash/s", "2400000", "TH/s"),
        ("cash of $128 M, and", "128000000", "USD"),
        ("halls of 650,000 square feet", "650000", "sq ft"),
        ("- 1,204 bitcoin held", "1204", "BTC"),
        ("Cost of - $3 million", "-3000000", "USD"),
    ],
)
def test_figures_are_read_as_releases_print_them(text: str, shown: str, unit: str) -> None:
    """Codes that touch the number, a scale letter set apart, areas, and the dash of a list are understood."""
    (quantity,) = find_quantities(text, [])
    assert (quantity.value, quantity.unit) == (int(shown), unit)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("the same period of 2021", "2021Q3"),
        ("the corresponding period in 2020", "2020Q3"),
        ("year-to-date", "2022"),
    ],
)
def test_a_period_like_this_one_keeps_its_length(text: str, period: str) -> None:
    """The same period of another year is a quarter where the text reports on a quarter."""
    assert [when.period for when in find_periods(text, "2022Q3")] == [period]


def test_a_footnote_mark_is_no_figure() -> None:
    """A number in square brackets right behind a word only leads to a note."""
    assert find_quantities("rose in August[1] and later[12].", []) == []


def test_parts_of_the_business_are_not_its_whole() -> None:
    """Hosting, cloud and adjusted figures stand beside totals without a false alarm."""
    text = (
        "Total revenue was $114.8 million, of which self-mining revenue was $46.9 million, cloud hash rate revenue "
        "was $16.3 million and hosting revenue was $25.2 million. Net loss was $40.4 million, compared to a net loss "
        "of $15.6 million in the corresponding period of 2022. Adjusted profit was $2.3 million, compared to "
        "$3.6 million in the corresponding period of 2022."
    )
    report = _report(text, "2023Q2")
    assert _bad(report) == []
    assert ("revenue.hosting", "25200000", "2023Q2") in _read(report)
    assert ("net_income", "15600000", "2022Q2") in _read(report)
    assert ("net_income.adjusted", "2300000", "2023Q2") in _read(report)
