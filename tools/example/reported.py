"""Figures published for times before the ledger begins, kept for comparison."""

from __future__ import annotations

from tools.example.company import OPENING
from tools.example.sheet import Sheet, add

COMPARATIVES = (  # KPI id, period, value, unit, grade, note
    (
        "revenue.total",
        "2024Q2",
        "71851000",
        "USD",
        "derived",
        "71.9 million published; 40 per cent growth to 2025Q2 stated.",
    ),
    (
        "revenue.products",
        "2024Q2",
        "61380000",
        "USD",
        "derived",
        "About 61.9 million by subtraction; growth of 17 per cent stated.",
    ),
    ("revenue.mining", "2024Q2", "9310000", "USD", "derived", "9.3 million published; growth of 202 per cent stated."),
    ("operating_income", "2024Q2", "-46600000", "USD", "stated", "Operating loss of 46.6 million."),
    ("hashrate.sold", "2024Q2", "6249900", "TH/s", "derived", "6.2 EH/s published; growth of 3.0 per cent stated."),
    ("bitcoin.mined", "2024Q2", "141", "BTC", "derived", "From growth of 101 per cent to 284."),
    ("revenue.total", "2024Q4", "88800000", "USD", "stated", "88.8 million."),
    ("revenue.products", "2024Q4", "73500000", "USD", "stated", "73.5 million."),
    ("revenue.mining", "2024Q4", "15300000", "USD", "stated", "15.3 million."),
    ("gross_profit.total", "2024Q4", "-6400000", "USD", "stated", "Gross loss of 6.4 million."),
    ("hashrate.sold", "2024Q4", "9100000", "TH/s", "derived", "About 9.1 EH/s."),
    ("asp", "2024Q4", "8.1", "USD/TH/s", "derived", "About 8.1 dollars per TH/s."),
)


def write_reported(sheet: Sheet) -> None:
    """The comparatives as facts."""
    target = sheet.file(
        "opening/comparatives.csv",
        "Figures published for times before 2025.",
        kind="books.kpi-reported",
        source="results as published",
        document="quarterly results as published",
    )
    for id_, period, value, unit, grade, note in COMPARATIVES:
        fields = {"id": id_, "period": period, "value": value, "unit": unit, "grade": grade, "note": note}
        add(target, "books.kpi-reported", f"reported:{period}:{id_}", OPENING, **fields)
