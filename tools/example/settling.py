"""What balances: payments of suppliers and accruals, and the figures that bring cash to the published balances."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tools.example.capital import CAPITAL_NOTE
from tools.example.company import BANK, BANK_US, OPENING, QUARTERS, Company, require, span
from tools.example.overhead import VAT_INPUT
from tools.example.plugs import INVENTORY_USD_CENTS
from tools.example.sheet import FactFile, add, split, units, usd
from tools.example.sites import SITES

CASH = {"opening": 96_488_000_00, "2025Q1": 99_862_000_00, "2025Q2": 65_904_000_00}
"""Published at 2024-12-31 and 2025-06-30; "about 100 million" at 2025-03-31."""
PAID_OPERATIONS = {"2025Q1": 84_000_000_00, "2025Q2": 62_310_000_00}
"""The second quarter's 62 million is stated; the first is assumed."""
PAYABLES = {"2025Q1": 19_400_000_00, "2025Q2": 29_958_000_00}
"""Published at 2025-06-30, assumed at 2025-03-31."""
OPENING_PAYABLES_SUM = 13_975_000_00
OPENING_PAYABLES = {  # USD thousand; what is left of the published sum is owed for materials
    "awash-utility": 1_390,
    "caprock-hosting": 520,
    "joint:caprock-hosting": 340,
    "allegheny-basin-power": 148,
    "northlake-hosting": 166,
    "balqash-hosting": 560,
    "joint:kinta-hosting": 370,
    "psu-castor": 2_600,
    "jadeport-packaging": 1_750,
    "penang-assembly": 620,
    "huizhou-assembly": 640,
    "oceanline-freight": 180,
    "service-partners": 61,
}
OPENING_ACCRUED = {"payroll": 9_400, "overhead": 8_900, "warranty": 2_300}
PREPAID_WAFERS, PREPAID_VAT, PREPAID_DEPOSITARY = 60_000, 14_000, 4_100
PREPAYMENTS = {"opening": 90_874_000_00, "2025Q2": 167_862_000_00}
OTHER_PREPAID_Q1 = (("2025-01-30", 2_100), ("2025-02-27", 1_950), ("2025-03-27", 1_800))
ATM = (("2025-01-15", 7_900_000, 40), ("2025-01-29", 6_800_000, 34), ("2025-02-12", 5_600_000, 26))
"""At-the-market sales until 20 February: day, ADS, share of the proceeds, which balance the first quarter's cash."""


def opening_other(company: Company) -> None:
    """Cash, prepayments, property, payables, accruals and equity when the ledger began; the rest of the sheet."""
    target = company.sheet.file(
        "opening/balances.csv",
        "Other balances of 2024-12-31.",
        grade="stated",
        source="balance sheet of 2024-12-31, as published",
        note="Asset lines as published; liabilities but for payables and loans are assumed.",
    )

    def balance(account: str, cents: int, grade: str | None = "assumed", note: str | None = None) -> None:
        key = f"opening:{account}"
        add(target, "books.opening-balance", key, OPENING, account=account, amount=usd(cents), grade=grade, note=note)

    us_cash = 10_000_000_00
    balance(f"assets:cash:{BANK}", CASH["opening"] - us_cash, "derived", "USD 96,488 thousand in all is published.")
    balance(f"assets:cash:{BANK_US}", us_cash, note="The split over banks is assumed.")
    parts = {
        "assets:prepaid:wafers:northstrait-foundry": PREPAID_WAFERS * 1000_00,
        "assets:prepaid:vat:cn": PREPAID_VAT * 1000_00 * 2 // 3,
        "assets:prepaid:vat:my": PREPAID_VAT * 1000_00 - PREPAID_VAT * 1000_00 * 2 // 3,
        "assets:prepaid:depositary:harbourgate-depositary": PREPAID_DEPOSITARY * 1000_00,
    }
    parts["assets:prepaid:other:advances"] = PREPAYMENTS["opening"] - sum(parts.values())
    for account, cents in parts.items():
        balance(account, cents, note="USD 90,874 thousand of prepayments in all is published.")
    note = "Property and equipment of USD 40,163 thousand in all is published; machines at sites stand in fleet.csv."
    balance("assets:property:other", _other_property(company), "derived", note)
    balance("assets:intangible:design-licences", 901_000_00, None)
    balance("assets:right-of-use:offices", 3_495_000_00, None)
    note = "Total assets less the published lines."
    balance("assets:other:deposits", 3_553_000_00, "derived", note)
    _opening_payables(company, balance)
    for purpose, thousand in OPENING_ACCRUED.items():
        balance(f"liabilities:accrued:{purpose}", -thousand * 1000_00)
    balance("liabilities:lease:offices", -3_310_000_00)


def _other_property(company: Company) -> int:
    """Published property and equipment less the machines at sites."""
    machines = sum(
        units(row, "cost") - units(row, "depreciation")
        for row in company.sheet.files["opening/fleet.csv"].rows
        if "depreciation" in row
    )
    return 40_163_000_00 - machines


def _opening_payables(company: Company, balance: Callable[..., None]) -> None:
    owed = {name: thousand * 1000_00 for name, thousand in OPENING_PAYABLES.items()}
    owed["pcb-meridian"] = OPENING_PAYABLES_SUM - sum(owed.values())
    for creditor, cents in owed.items():
        host = creditor.removeprefix("joint:")
        account = f"liabilities:payable:{creditor}" if host == creditor else f"liabilities:joint:{host}"
        balance(account, -cents, note="USD 13,975 thousand of payables in all is published.")
        company.owe(OPENING, creditor, cents)


def write_settling(company: Company) -> None:
    """Payments that follow from all other facts; the last one of a quarter meets its target to the cent."""
    for quarter in QUARTERS:
        _suppliers(company, quarter)
        _other_prepaid(company, quarter)
        _accruals(company, quarter)
        _balance_cash(company, quarter)
    day = span("2025Q2")[1]
    target = _file(company, day)
    if INVENTORY_USD_CENTS:
        fields = {"goods": "materials", "amount": usd(INVENTORY_USD_CENTS)}
        note = "Brings inventories to the published USD 107,952 thousand."
        add(target, "factory.inventory-written-down", "write-down:2025-06:balance", day, **fields, note=note)


def _file(company: Company, day: date) -> FactFile:
    return company.file(
        day,
        "payments.csv",
        "Payments of suppliers and accrued expenses",
        grade="assumed",
        source="bank statements",
        note="Quarter totals are stated, derived or balance the published cash; creditors and days are assumed.",
    )


def _months(quarter: str, day: int) -> list[date]:
    first, _ = span(quarter)
    return [date(first.year, first.month + n, day) for n in range(3)]


def _suppliers(company: Company, quarter: str) -> None:
    """On the 25th suppliers get two fifths of what is owed to them; in the third month what meets the target."""
    hosts = {site.creditor for site in SITES.values()}
    first, second, third = _months(quarter, 25)
    for day in (first, second, third):
        owed = {n: c for n, c in company.owed(day).items() if c > 0 and n not in hosts and not n.startswith("joint:")}
        if day == third:
            whole = sum(company.owed(span(quarter)[1]).values()) - PAYABLES[quarter]
            require(holds=0 < whole <= sum(owed.values()), message=f"{quarter}: {whole} cents to pay of {owed}")
            shares = split(whole, list(owed.values()))
        else:
            shares = [cents * 2 // 5 for cents in owed.values()]
        for (creditor, _), cents in zip(owed.items(), shares, strict=True):
            fields = {"creditor": creditor, "bank": BANK, "amount": usd(cents)}
            add(_file(company, day), "factory.supplier-paid", f"paid:{day}:{creditor}", day, **fields)
            company.owe(day, creditor, -cents)
            company.pay(day, "paid.operations", cents)


def _other_prepaid(company: Company, quarter: str) -> None:
    """Advances to suppliers and deposits at hosts; the last one brings prepayments to the published sum."""
    dues = [(date.fromisoformat(text), thousand * 1000_00) for text, thousand in OTHER_PREPAID_Q1]
    if quarter == "2025Q2":
        whole = PREPAYMENTS["2025Q2"] - _prepayments_without_advances(company)
        dues = list(zip(_months(quarter, 28), split(whole, [3, 3, 2]), strict=True))
    for day, cents in dues:
        target = company.file(
            day,
            "entries.toml",
            "Entries by hand",
            grade="assumed",
            source="journal vouchers",
            note="Assumed: no other kind of fact says it.",
        )
        legs = [
            {"account": "assets:prepaid:other:advances", "amount": usd(cents)},
            {"account": f"assets:cash:{BANK}", "amount": usd(-cents)},
        ]
        purpose = "advances for materials and deposits at hosts"
        add(target, "books.entry", f"advances:{day:%Y-%m}", day, legs=legs, purpose=purpose)
        company.pay(day, "paid.operations", cents)


def _prepayments_without_advances(company: Company) -> int:
    """Prepayments at the end of June but for the advances still to be made, from the facts written so far."""
    whole = PREPAYMENTS["opening"] + sum(thousand * 1000_00 for _, thousand in OTHER_PREPAID_Q1)
    signs = {
        "silicon.wafers-prepaid": ("amount", 1),
        "silicon.wafers-received": ("cost", -1),
        "factory.vat-paid": ("amount", 1),
        "factory.vat-refunded": ("amount", -1),
        "factory.drawback-claimed": ("amount", 1),
        "capital.repurchase-prepaid": ("amount", 1),
        "capital.depositary-received": ("amount", -1),
    }
    for content in company.sheet.files.values():
        for row in content.rows:
            name, sign = signs.get(str(row.get("kind", content.defaults.get("kind"))), ("", 0))
            if sign:
                whole += sign * units(row, name)
            if str(row["key"]).startswith("input-vat:"):
                whole += VAT_INPUT * 1000_00
    return whole


def _accruals(company: Company, quarter: str) -> None:
    """On the 15th accrued payroll and overhead are paid: what production and operations leave of the stated sum."""
    left = PAID_OPERATIONS[quarter] - company.paid(quarter, "paid.operations")
    require(holds=left > 0, message=f"{quarter}: {left} cents are left for accrued expenses")
    for day, cents in zip(_months(quarter, 15), split(left, [10, 10, 11]), strict=True):
        for purpose, part in zip(("payroll", "overhead"), split(cents, [70, 30]), strict=True):
            fields = {"purpose": purpose, "bank": BANK, "amount": usd(part)}
            add(_file(company, day), "books.accrued-paid", f"accrued-paid:{day}:{purpose}", day, **fields)
            company.pay(day, "paid.operations", part)


def _balance_cash(company: Company, quarter: str) -> None:
    first, last = span(quarter)
    before = CASH["opening"] if quarter == "2025Q1" else CASH["2025Q1"]
    change = sum(cents for day, _, cents in company.money if first <= day <= last)
    gap = CASH[quarter] - before - change
    if quarter == "2025Q1":
        require(holds=gap > 0, message=f"at-the-market sales would be {gap} cents")
        for (text, ads, _), cents in zip(ATM, split(gap, [share for _, _, share in ATM]), strict=True):
            day = date.fromisoformat(text)
            target = company.file(
                day,
                "capital.csv",
                "Preferred shares, ADS, repurchases, the depositary bank",
                grade="assumed",
                source="share register and brokers' statements",
                note=CAPITAL_NOTE,
            )
            note = "That ADS were sold at the market until 20 February is stated; the proceeds balance the cash."
            fields = {"ads": ads, "bank": BANK, "proceeds": usd(cents)}
            add(target, "capital.ads-issued", f"ads-issued:{day}", day, **fields, note=note)
            company.pay(day, "financing.shares", -cents)
        return
    require(holds=gap < 0, message=f"property bought would be {-gap} cents")
    day = date(2025, 6, 24)
    note = "Balances the published cash of 2025-06-30."
    fields = {"bank": BANK, "amount": usd(-gap)}
    add(_file(company, day), "books.property-bought", f"property:{day}", day, **fields, note=note)
    company.pay(day, "investing.property", -gap)
