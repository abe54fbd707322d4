"""Preferred shares, ADS, their repurchase, and what the depositary bank pays."""

from __future__ import annotations

from datetime import date

from tools.example.company import BANK, OPENING, Company
from tools.example.sheet import FactFile, Row, add, usd

DEPOSITARY = ("harbourgate-depositary", "2025-05-08", 4_020)
PREFERRED_REMEASURED = (  # series, day, USD thousand, event. The second quarter's 8 and 9 million are stated
    ("a", "2025-02-14", 3_980, "converted"),
    ("a", "2025-03-31", 3_120, "remaining"),
    ("a1", "2025-03-31", 23_520, "remaining"),
    ("a1", "2025-04-23", 2_310, "converted"),
    ("a1", "2025-05-21", 3_060, "converted"),
    ("a1", "2025-06-18", 2_590, "converted"),
    ("a", "2025-06-30", 1_480, "remaining"),
    ("a1", "2025-06-30", 7_560, "remaining"),
    ("a1", "2025-07-24", 2_100, "converted"),
)
CONVERTED = (  # series, day, shares, fair value in USD thousand, ADS
    ("a", "2025-02-14", 62_000, 31_400, 19_600_000),
    ("a1", "2025-04-23", 14_000, 19_700, 27_400_000),
    ("a1", "2025-05-21", 15_500, 21_900, 31_000_000),
    ("a1", "2025-06-18", 13_000, 18_600, 27_100_000),
    ("a1", "2025-07-24", 57_500, 80_940, 109_600_000),
)
PREFERRED_OPENING = ("a", 125_000, 34_000)
PREFERRED_ISSUED = ("a1", "2025-03-04", 100_000, 100_000, 1_600)
ADS_OPENING, ADS_VESTED = 304_000_000, (("2025-03-20", 1_150_000), ("2025-06-20", 1_240_000))
CAPITAL_NOTE = "Assumed: days, numbers of shares and the first quarter's fair values were not published."
REPURCHASE_PREPAID = ("redwick-securities", "2025-06-03", 5_000)
REPURCHASED = (
    ("2025-07-09", 880_000, 574),
    ("2025-07-21", 1_040_000, 712),
    ("2025-07-30", 910_000, 606),
    ("2025-08-11", 772_000, 512),
)


def write_capital(company: Company) -> None:
    """All facts about capital but the sales of ADS that balance the first quarter's cash."""

    def target(day: date) -> FactFile:
        return company.file(
            day,
            "capital.csv",
            "Preferred shares, ADS, repurchases, the depositary bank",
            grade="assumed",
            source="share register and brokers' statements",
            note=CAPITAL_NOTE,
        )

    fields: Row
    note = "USD 8 million on converted and 9 million on remaining shares are stated; days and series are assumed."
    for series, text, thousand, event in PREFERRED_REMEASURED:
        day = date.fromisoformat(text)
        stated = "2025-04-01" <= text <= "2025-06-30"
        grade, why = ("derived", note) if stated else (None, None)
        fields = {"series": series, "change": usd(thousand * 1000_00), "event": event}
        key = f"preferred-remeasured:{day}:{series}"
        at = f"{day}T08:00:00Z"
        add(target(day), "capital.preferred-remeasured", key, day, at=at, **fields, grade=grade, note=why)
    for series, text, shares, thousand, ads in CONVERTED:
        day = date.fromisoformat(text)
        fields = {"series": series, "shares": shares, "fair_value": usd(thousand * 1000_00), "ads": ads}
        key = f"preferred-converted:{day}:{series}"
        add(target(day), "capital.preferred-converted", key, day, at=f"{day}T09:00:00Z", **fields)
    series, text, shares, proceeds, cost = PREFERRED_ISSUED
    day = date.fromisoformat(text)
    fields = {"series": series, "shares": shares, "bank": BANK}
    amounts = {"proceeds": usd(proceeds * 1000_00), "cost": usd(cost * 1000_00)}
    note = "USD 100 million in March 2025 is stated; the cost of issuing is assumed."
    key = f"preferred-issued:{day}"
    add(target(day), "capital.preferred-issued", key, day, **fields, **amounts, grade="stated", note=note)
    company.pay(day, "financing.preferred", (cost - proceeds) * 1000_00)
    for text, ads in ADS_VESTED:
        day = date.fromisoformat(text)
        add(target(day), "capital.ads-vested", f"ads-vested:{day}", day, ads=ads)
    broker, text, thousand = REPURCHASE_PREPAID
    day = date.fromisoformat(text)
    fields = {"broker": broker, "bank": BANK, "amount": usd(thousand * 1000_00)}
    note = "USD 5 million prepaid in the second quarter is stated."
    add(
        target(day), "capital.repurchase-prepaid", f"repurchase-prepaid:{day}", day, **fields, grade="stated", note=note
    )
    company.pay(day, "paid.repurchase", thousand * 1000_00)
    note = "About 3.6 million ADS for about USD 2.4 million by 13 August 2025 is stated; days are assumed."
    for text, ads, thousand in REPURCHASED:
        day = date.fromisoformat(text)
        fields = {"broker": broker, "ads": ads, "cost": usd(thousand * 1000_00)}
        add(target(day), "capital.ads-repurchased", f"repurchased:{day}", day, **fields, grade="derived", note=note)
    depositary, text, thousand = DEPOSITARY
    day = date.fromisoformat(text)
    fields = {"depositary": depositary, "bank": BANK, "amount": usd(thousand * 1000_00)}
    note = "USD 4 million from the depositary bank is stated; that it was due before 2025 is assumed."
    add(target(day), "capital.depositary-received", f"depositary:{day}", day, **fields, grade="derived", note=note)
    company.pay(day, "received.depositary", -thousand * 1000_00)


def opening_capital(company: Company) -> int:
    """ADS and preferred shares when the ledger began. Returns the preferred shares' fair value in cents."""
    target = company.sheet.file(
        "opening/capital.csv",
        "Shares outstanding and the fair value of preferred shares on 2024-12-31.",
        grade="assumed",
        source="share register of 2024-12-31",
        note="Liabilities and equity of that day were not published line by line.",
    )
    series, shares, thousand = PREFERRED_OPENING
    account = f"liabilities:preferred:{series}"
    key = f"opening:{account}"
    add(target, "books.opening-balance", key, OPENING, account=account, amount=usd(-thousand * 1000_00))
    for account, commodity, units in (
        (f"memo:preferred:{series}", f"PREF.{series}", shares),
        ("memo:ads", "ADS", ADS_OPENING),
    ):
        fields = {"account": account, "commodity": commodity, "units": units}
        add(target, "books.opening-memo", f"opening:{account}", OPENING, **fields)
    return thousand * 1000_00
