"""Forms of figures, periods and tables that the publications of other miners use."""

from decimal import Decimal

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
    assert (quantity.value, quantity.unit) == (Decimal(shown), unit)


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


MONTHLY = """Bitcoin Production and Operations Updates for July 2025 | |||
Metric | July 2025 1 | June 2025 1 | July 2024 | Month/Month | Year/Year |
Bitcoin Mined Cedar Flat | 240 | 200 | 160 | 20 % | 50 % |
Bitcoin Mined Pine Bluff2 | 70 | 50 | 0 | 40 % | N/A |
Deployed Hash Rate - Cedar Flat 2 | 14.5 EH/s | 14.5 EH/s | 10.0 EH/s | 0 % | 45 % |
Deployed Hash Rate - Pine Bluff 2,3 | 4.5 EH/s | 4.0 EH/s | - | 13 % | N/A |
Deployed Hash Rate - Total 2 | 19.0 EH/s | 18.5 EH/s | 10.0 EH/s | 3 % | 90 % |
"""


def test_rows_with_note_marks_belong_to_their_sites() -> None:
    """Digits that lead to notes do not hide a row's site, and rows that share a measure are parts of it."""
    report = _report(MONTHLY, "2025-07")
    assert _bad(report) == []
    read = _read(report)
    assert ("hashrate.installed.pine-bluff", "4", "2025-06") in read
    assert ("hashrate.installed", "19", "2025-07") in read
    assert ("bitcoin.mined.cedar-flat", "240", "2025-07") in read


def test_a_wrong_site_is_found_against_the_total() -> None:
    """A digit changed in a site's row no longer adds up."""
    assert _bad(_report(MONTHLY.replace("| 4.5 EH/s", "| 5.4 EH/s"), "2025-07"))


BALANCE = """CONSOLIDATED BALANCE SHEETS
As of December 31, 2024 and June 30, 2025
(all amounts in thousands, except share data)
      Note   2024    2025
             US$     US$
ASSETS
Current assets:
Cash   2(c)   41,200    38,900
Accounts receivable, net      1,510    3,920
Inventories   4   60,300    71,100
Cryptocurrency receivable, current   7   20,500    25,300
Non-current assets:
Cryptocurrency receivable, non-current   7   9,050    12,280
Total assets      210,100    244,700
"""


def test_a_balance_sheet_is_read_with_dates_scale_and_currency() -> None:
    """Notes are no amounts; years stand for the dates above; thousands and dollars come from the lines above."""
    read = _read(_report(BALANCE, "2025Q2"))
    assert ("cash", "41200000", "2024-12-31") in read
    assert ("receivables", "3920000", "2025-06-30") in read
    assert ("crypto_receivable.noncurrent", "12280000", "2025-06-30") in read
    assert ("assets.total", "244700000", "2025-06-30") in read
    assert not [row for row in read if row[1] in {"2", "4", "7"}]


def test_years_of_an_income_statement_are_its_quarters() -> None:
    """Columns headed by years under "three months ended" are quarters, not years."""
    text = (
        "For the three months ended June 30,\n(in thousands of US dollars)\n   2024   2025\n"
        "Total revenue   31,400   40,200\nGross profit   4,100   6,000\n"
    )
    assert ("revenue.total", "40200000", "2025Q2") in _read(_report(text, "2025Q2"))


CLEAN = {
    "a goal is no level": (
        "2025-03",
        ("Our energized hash rate is 6.6 EH/s and expected to increase to about 8.7 EH/s, toward our goal of 16 EH/s."),
    ),
    "a year to date is no month": (
        "2025-06",
        "In June, the company produced 189 BTC. It holds 905 BTC, with a total of 1,557 BTC produced year-to-date.",
    ),
    "a period goes on": (
        "2025-09",
        (
            "The average operating hash rate was 44.85 EH/s. We had deployed 50 EH/s by the end of August "
            "2025, with an average operating hash rate of 43.74 EH/s."
        ),
    ),
    "a loss after a profit": (
        "2025Q2",
        (
            "Adjusted EBITDA decreased to a loss of $85.1 million, compared to a gain of $36 million in the prior-year "
            "period."
        ),
    ),
    "a loss per share is never millions": (
        "2025Q2",
        (
            "Net loss was $200 million or $0.72 loss per diluted share, compared to a net loss of $9 million or $0.07 "
            "loss per diluted share in Q2 2024."
        ),
    ),
    "a value beside cash": (
        "2025Q2",
        "We have $128 M in cash, 12,538 BTC on the balance sheet (fair value ~$382 M), and $65.5 M raised.",
    ),
    "a text in another currency": (
        "2025Q3",
        (
            "Revenue was RMB90.0 million (US$12.6 million), compared to RMB80.0 million in the second quarter of 2025. "
            "Gross profit was RMB9.0 million (US$1.3 million). Net income was RMB4.0 million (US$0.6 million)."
        ),
    ),
    "gross profit in other words": (
        "2025Q1",
        "Hosting revenue was $29.3 million. Hosting revenue, net of hosting costs, was $9.3 million.",
    ),
    "a sale": ("2025-07", "We sold 400 BTC for approximately $40.5 million, averaging $101,230 per bitcoin."),
    "two sites": ("2025Q2", "Our 100 MW site in the north is on test. A 175 MW site in the south is being built."),
    "a cause": (
        "2025Q1",
        "Net income reached $210.7 million, driven by gains from obligations totaling $143.8 million.",
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_ways_of_speaking_that_are_no_contradiction(name: str) -> None:
    """What other miners say in true sentences raises no contradiction."""
    period, text = CLEAN[name]
    assert [c for c in _report(text, period).figures if c.verdict == "contradicts"] == []


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Bitcoin mined was 189. The company produced 198 BTC in June.", "2025-06"),
        ("We mined 310 BTC, a daily average of 11.3 BTC.", "2025-07"),
        ("We sold 400 BTC for approximately $44.5 million, averaging $101,230 per bitcoin.", "2025-07"),
        ("The sale of 300 bitcoin brought proceeds of $2.4 billion, at an average of $80,100 per BTC.", "2025-07"),
        ("Revenue was RMB90.0 million (US$12.6 million). Revenue of US$16.2 million was a record.", "2025Q3"),
    ],
)
def test_errors_beside_them_are_found(text: str, period: str) -> None:
    """The same forms with a slip in them contradict."""
    assert _bad(_report(text, period))
