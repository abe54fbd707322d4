"""Wafers and chips: commitments, prepayments, receipts, and the sorting of chips into bins."""

from __future__ import annotations

from datetime import date

from tools.example.company import BANK, Company, quarter_of
from tools.example.sheet import FactFile, Row, add, usd

FOUNDRY, WAFER, WAFER_SITE, CHIP_SITE = "northstrait-foundry", "q15", "penang", "penang"
PACKAGER = "jadeport-packaging"
WAFER_PREPAID = {  # the second quarter sums to the stated 41 million; the first is assumed
    "2025-01-14": 36_700_000_00,
    "2025-02-12": 36_300_000_00,
    "2025-03-13": 38_900_000_00,
    "2025-04-11": 13_900_000_00,
    "2025-05-15": 14_800_000_00,
    "2025-06-12": 12_450_000_00,
}
COMMITTED = 236_000_000_00
WAFER_COST, PACKAGING_COST = 8_420_00, 1_345_00
WAFERS_RECEIVED = {  # twice a month
    "2025-01": (740, 760),
    "2025-02": (770, 790),
    "2025-03": (850, 905),
    "2025-04": (960, 980),
    "2025-05": (1_010, 1_020),
    "2025-06": (960, 940),
}
WAFERS_SORTED = {
    "2025-01": (720, 720),
    "2025-02": (740, 740),
    "2025-03": (820, 840),
    "2025-04": (970, 990),
    "2025-05": (1_010, 1_020),
    "2025-06": (970, 960),
}
CHIPS_PER_WAFER = (("q15-b1", 3_520, 10), ("q15-b2", 480, 8))


def goods_file(company: Company, day: date, name: str, title: str, source: str, **more: str) -> FactFile:
    """A month's file about wafers, chips, materials or machines."""
    note = more.pop("note", "Assumed: only the totals of the statements are public.")
    return company.file(day, name, title, grade="assumed", source=source, note=note, **more)


def write_silicon(company: Company) -> None:
    """All facts from the prepayment of wafers to sorted chips."""
    for text, cents in WAFER_PREPAID.items():
        day = date.fromisoformat(text)
        stated = quarter_of(day) == "2025Q2"
        target = goods_file(company, day, "wafers.csv", "Wafers paid for and received", "foundry statements")
        note = "The quarter's sum of USD 41 million is stated; its split over months is assumed." if stated else None
        fields = {"foundry": FOUNDRY, "bank": BANK, "amount": usd(cents), "commitment": usd(cents)}
        grade = "derived" if stated else None
        add(target, "silicon.wafers-prepaid", f"wafers-prepaid:{day}", day, **fields, grade=grade, note=note)
        company.pay(day, "paid.wafers", cents)
    for month, (first, second) in WAFERS_RECEIVED.items():
        for number, (day_of, wafers) in enumerate(((6, first), (20, second)), 1):
            day = date.fromisoformat(f"{month}-{day_of:02d}")
            target = goods_file(company, day, "wafers.csv", "Wafers paid for and received", "foundry statements")
            receipt: Row = {"foundry": FOUNDRY, "wafer": WAFER, "site": WAFER_SITE, "wafers": wafers}
            key = f"wafers-received:{month}:{number}"
            add(target, "silicon.wafers-received", key, day, **receipt, cost=usd(wafers * WAFER_COST))
    for month, pair in WAFERS_SORTED.items():
        for number, (day_of, wafers) in enumerate(((9, pair[0]), (23, pair[1])), 1):
            _sort(company, date.fromisoformat(f"{month}-{day_of:02d}"), number, wafers)


def _sort(company: Company, day: date, number: int, wafers: int) -> None:
    target = goods_file(company, day, "chips.toml", "Wafers diced, packaged, tested and sorted", "test house reports")
    bins = [{"chip": chip, "chips": wafers * each, "weight": weight} for chip, each, weight in CHIPS_PER_WAFER]
    fields = {"wafer": WAFER, "wafer_site": WAFER_SITE, "wafers": wafers, "site": CHIP_SITE}
    cost = wafers * PACKAGING_COST
    key = f"chips-sorted:{day:%Y-%m}:{number}"
    add(target, "silicon.chips-sorted", key, day, **fields, packaging_cost=usd(cost), creditor=PACKAGER, bins=bins)
    company.owe(day, PACKAGER, cost)
