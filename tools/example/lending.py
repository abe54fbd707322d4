"""Loans secured by bitcoin, interest, and options written."""

from __future__ import annotations

from datetime import date

from tools.example.company import BANK, OPENING, Company
from tools.example.sheet import FactFile, add, usd

LOANS = {  # rate, margin call and liquidation LTV in percent, due
    "harborlight-lending": ("8.90", "70", "80", "2026-03-31"),
    "stonebridge-bank": ("8.40", "65", "75", "2025-12-31"),
    "quillon-credit": ("9.40", "70", "82", "2026-12-31"),
}
OPENING_LOANS = (
    ("current", "harborlight-lending", 12_658_000_00),
    ("current", "stonebridge-bank", 4_000_000_00),
    ("noncurrent", "quillon-credit", 12_000_000_00),
)
DRAWN = (
    (date(2025, 2, 21), "harborlight-lending", "current", 2_000_000_00),
    (date(2025, 4, 10), "harborlight-lending", "current", 6_000_000_00),
    (date(2025, 5, 22), "quillon-credit", "noncurrent", 3_000_000_00),
    (date(2025, 6, 6), "stonebridge-bank", "current", 1_000_000_00),
)
REPAID = ((date(2025, 6, 17), "harborlight-lending", "current", 1_693_000_00),)
INTEREST_PAID = (
    (date(2025, 1, 6), "harborlight-lending", 281_000_00),
    (date(2025, 1, 6), "stonebridge-bank", 84_000_00),
    (date(2025, 1, 6), "quillon-credit", 282_000_00),
    (date(2025, 4, 4), "harborlight-lending", 296_300_00),
    (date(2025, 4, 4), "stonebridge-bank", 82_800_00),
    (date(2025, 4, 4), "quillon-credit", 278_100_00),
)
OPTION = ("btc-c120k-2025-06-27", 10, date(2025, 5, 12), date(2025, 6, 27), 214_000_00)


def write_loans(company: Company) -> None:
    """Terms and opening principal, what was drawn, repaid and paid as interest, and the options."""
    _terms(company)
    _loans(company)
    _option(company)


def treasury_file(company: Company, day: date) -> FactFile:
    """A month's file of the treasury."""
    return company.file(
        day,
        "treasury.toml",
        "Bitcoin sold, paid, moved, pledged and lent; loans and options",
        grade="assumed",
        source="wallets (watch-only), lenders' and brokers' statements",
        note="Month-end holdings and the balance sheet's lines are stated; the single moves are assumed.",
    )


def _terms(company: Company) -> None:
    target = company.sheet.file(
        "opening/loans.toml",
        "Loans secured by bitcoin on 2024-12-31: terms, principal, accrued interest.",
        grade="assumed",
        source="loan agreements",
        note="The current part of USD 16,658 thousand is published; lenders and terms are assumed.",
    )
    for lender, (rate, call, liquidation, due) in LOANS.items():
        fields = {"rate_pct": rate, "margin_call_ltv_pct": call, "liquidation_ltv_pct": liquidation, "due": due}
        key = f"loan-agreed:{lender}"
        add(target, "treasury.loan-agreed", key, OPENING, lender=lender, **fields, cure_hours=48)
    for term, lender, cents in OPENING_LOANS:
        account = f"liabilities:loan:{term}:{lender}"
        add(target, "books.opening-balance", f"opening:{account}", OPENING, account=account, amount=usd(-cents))
    for _, lender, cents in INTEREST_PAID[:3]:
        account = f"liabilities:interest:{lender}"
        add(target, "books.opening-balance", f"opening:{account}", OPENING, account=account, amount=usd(-cents))


def _loans(company: Company) -> None:
    for day, lender, term, cents in DRAWN:
        fields = {"lender": lender, "term": term, "bank": BANK, "amount": usd(cents)}
        add(treasury_file(company, day), "treasury.loan-drawn", f"drawn:{day}:{lender}", day, **fields)
        company.pay(day, "financing.loans", -cents)
    for day, lender, term, cents in REPAID:
        fields = {"lender": lender, "term": term, "bank": BANK, "amount": usd(cents)}
        add(treasury_file(company, day), "treasury.loan-repaid", f"repaid:{day}:{lender}", day, **fields)
        company.pay(day, "financing.loans", cents)
    for day, lender, cents in INTEREST_PAID:
        fields = {"lender": lender, "bank": BANK, "amount": usd(cents)}
        add(treasury_file(company, day), "treasury.interest-paid", f"interest:{day}:{lender}", day, **fields)
        company.pay(day, "paid.interest", cents)


def _option(company: Company) -> None:
    series, contracts, written, expired, premium = OPTION
    fields = {"series": series, "contracts": contracts, "bank": BANK}
    add(
        treasury_file(company, written),
        "treasury.option-written",
        f"option:{series}",
        written,
        **fields,
        premium=usd(premium),
    )
    company.pay(written, "investing.options", -premium)
    key = f"option-expired:{series}"
    note = "Assumed: calls at a strike of 120,000 dollars, above the close of the last day: worthless."
    add(treasury_file(company, expired), "treasury.option-settled", key, expired, **fields, amount=usd(0), note=note)
    fields = {"series": series, "change": usd(-premium)}
    add(treasury_file(company, expired), "treasury.option-remeasured", f"option-ended:{series}", expired, **fields)
