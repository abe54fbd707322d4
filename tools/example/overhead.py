"""Operating expenses, taxes, capital, and other balances that are not about machines or bitcoin."""

from __future__ import annotations

from datetime import date

from tools.example.company import BANK, QUARTERS, Company, month_end, span
from tools.example.plugs import PROPERTY_USD_CENTS
from tools.example.sheet import FactFile, Row, add, split, usd

FUNCTIONS = {  # USD thousand by quarter: payroll, share-based, depreciation, tape-out, CNY payroll, other
    ("rd", "2025Q1"): (9_300, 1_600, 300, 3_150, 1_500, 1_197),
    ("sm", "2025Q1"): (1_450, 300, 50, 0, 0, 600),
    ("ga", "2025Q1"): (7_500, 4_100, 500, 0, 1_650, 4_801),
    ("rd", "2025Q2"): (8_600, 1_350, 320, 2_900, 1_550, 1_027),
    ("sm", "2025Q2"): (1_600, 250, 50, 0, 0, 1_000),
    ("ga", "2025Q2"): (6_700, 2_985, 530, 0, 1_600, 3_666),
}
AMORTIZATION = ("design-licences", 106)
RESTRUCTURING = (("2025-04-30", 620), ("2025-05-31", 540), ("2025-06-30", 640))
CNY_RATE = {1: "0.1372", 2: "0.1374", 3: "0.1379", 4: "0.1373", 5: "0.1388", 6: "0.1394"}
WARRANTY = {"2025Q1": 300, "2025Q2": 360}
INTEREST_RECEIVED = {"2025Q1": 304, "2025Q2": 262}
TAX_PAID = {"2025Q1": 48, "2025Q2": 96}
OTHER_EXPENSE = {"2025Q1": 290, "2025Q2": 687}
VAT_INPUT = 1_850
VAT_REFUNDED = (
    ("2025-02-26", "cn", 3_200),
    ("2025-04-24", "cn", 2_310),
    ("2025-05-28", "my", 2_080),
    ("2025-06-25", "cn", 2_630),
)
VAT_PAID = ("2025-01-22", "my", 120)
PROPERTY = (("2025-01-23", 1_900), ("2025-03-12", 2_150), ("2025-04-16", 3_100), ("2025-05-14", 3_400))


def write_overhead(company: Company) -> None:
    """Everything but what balances cash, which `settling` writes."""
    for quarter in QUARTERS:
        for (function, name), thousands in FUNCTIONS.items():
            if name == quarter:
                _function(company, quarter, function, thousands)
        _quarter(company, quarter)
    for text, thousand in RESTRUCTURING:
        _expense(company, date.fromisoformat(text), "restructuring", "severance", thousand * 1000_00, "payroll")
    _tax_and_property(company)


def _file(company: Company, day: date, name: str = "overhead.csv", title: str = "Overhead") -> FactFile:
    return company.file(
        day,
        name,
        title,
        grade="assumed",
        source="payroll, invoices and bank statements",
        note="Operating expenses in all are stated or derived; functions, kinds and months are assumed.",
    )


def _month_ends(quarter: str) -> list[date]:
    first, _ = span(quarter)
    return [month_end(first.replace(month=first.month + n)) for n in range(3)]


def _expense(company: Company, day: date, function: str, expense: str, cents: int, purpose: str) -> None:
    fields = {"function": function, "expense": expense, "purpose": purpose, "amount": usd(cents)}
    add(_file(company, day), "books.expense-accrued", f"{function}:{expense}:{day:%Y-%m}", day, **fields)


def _function(company: Company, quarter: str, function: str, thousands: tuple[int, ...]) -> None:
    payroll, shares, depreciation, tape_out, yuan, other = (
        split(thousand * 1000_00, [33, 33, 34]) for thousand in thousands
    )
    for number, day in enumerate(_month_ends(quarter)):
        month = f"{day:%Y-%m}"
        _expense(company, day, function, "payroll", payroll[number], "payroll")
        _expense(company, day, function, "other", other[number], "overhead")
        target = _file(company, day)
        fields = {"function": function, "amount": usd(shares[number])}
        add(target, "books.share-based-compensation", f"{function}:share-based:{month}", day, **fields)
        fields = {"function": function, "amount": usd(depreciation[number])}
        add(target, "books.other-depreciation", f"{function}:depreciation:{month}", day, **fields)
        if tape_out[number]:
            early = day.replace(day=19)
            fields = {"function": function, "expense": "tape-out", "bank": BANK, "amount": usd(tape_out[number])}
            add(target, "books.expense-paid", f"{function}:tape-out:{month}", early, **fields)
            company.pay(early, "paid.operations", tape_out[number])
        if yuan[number]:
            _yuan(company, function, day.replace(day=27), yuan[number])


def _yuan(company: Company, function: str, day: date, about: int) -> None:
    """Payroll in China: yuan bought and paid out on one day at one rate, so that no yuan is left."""
    rate = CNY_RATE[day.month]
    fen = about * 10_000 // int(rate.replace("0.", "")) // 10_000 * 10_000
    cost = (2 * fen * int(rate.replace("0.", "")) + 10_000) // 20_000
    target = _file(company, day)
    fields = {"bank_usd": BANK, "bank": "pearl-delta-cny", "currency": "CNY", "units": fen, "cost": usd(cost)}
    add(target, "treasury.currency-bought", f"{function}:yuan:{day}", day, at=f"{day}T02:00:00Z", **fields)
    fields = {"function": function, "expense": "payroll", "bank": "pearl-delta-cny", "currency": "CNY"}
    amounts = {"units": fen, "rate": rate, "amount": usd(cost)}
    add(
        target,
        "books.foreign-expense-paid",
        f"{function}:payroll-cny:{day}",
        day,
        at=f"{day}T04:00:00Z",
        **fields,
        **amounts,
    )
    company.pay(day, "paid.operations", cost)


def _quarter(company: Company, quarter: str) -> None:
    name, thousand = AMORTIZATION
    ends = _month_ends(quarter)
    for number, day in enumerate(ends):
        target = _file(company, day)
        cents = split(thousand * 1000_00, [1] * 6)[number + 3 * QUARTERS.index(quarter)]
        fields = {"function": "rd", "name": name, "amount": usd(cents)}
        add(target, "books.amortization", f"amortization:{day:%Y-%m}", day, **fields)
        cents = split(WARRANTY[quarter] * 1000_00, [1, 1, 1])[number]
        add(target, "sales.warranty-accrued", f"warranty:{day:%Y-%m}", day, purpose="warranty", amount=usd(cents))
        cents = VAT_INPUT * 1000_00
        parts = (("assets:prepaid:vat:cn", cents * 2 // 3), ("assets:prepaid:vat:my", cents - cents * 2 // 3))
        legs: list[Row] = [{"account": account, "amount": usd(part)} for account, part in parts]
        legs.append({"account": "liabilities:payable:pcb-meridian", "amount": usd(-cents)})
        _entry(company, day, f"input-vat:{day:%Y-%m}", legs, "refundable input tax on the month's purchases")
        company.owe(day, "pcb-meridian", cents)
    day = ends[2].replace(day=20)
    target = _file(company, day)
    fields = {"payer": BANK, "bank": BANK, "amount": usd(INTEREST_RECEIVED[quarter] * 1000_00)}
    add(target, "books.interest-received", f"interest-received:{quarter}", day, **fields)
    company.pay(day, "received.interest", -INTEREST_RECEIVED[quarter] * 1000_00)
    fields = {"country": "sg", "bank": BANK, "amount": usd(TAX_PAID[quarter] * 1000_00)}
    add(target, "books.tax-paid", f"tax:{quarter}", day, **fields)
    company.pay(day, "paid.tax", TAX_PAID[quarter] * 1000_00)
    fields = {"expense": "settlement", "bank": BANK, "amount": usd(OTHER_EXPENSE[quarter] * 1000_00)}
    add(target, "books.other-expense-paid", f"other-expense:{quarter}", day, **fields)
    company.pay(day, "paid.operations", OTHER_EXPENSE[quarter] * 1000_00)
    _leases(company, quarter, ends[2])


def _entry(company: Company, day: date, key: str, legs: list[Row], purpose: str) -> None:
    target = company.file(
        day,
        "entries.toml",
        "Entries by hand",
        grade="assumed",
        source="journal vouchers",
        note="Assumed: no other kind of fact says it.",
    )
    add(target, "books.entry", key, day, legs=legs, purpose=purpose)


def _leases(company: Company, quarter: str, day: date) -> None:
    """Right-of-use assets go from 3,495 to 3,648 thousand, other non-current assets from 3,553 to 3,570."""
    legs: list[Row] = [
        {"account": "expenses:operating:ga:rent", "amount": usd(148_500_00)},
        {"account": "assets:right-of-use:offices", "amount": usd(-148_500_00)},
    ]
    _entry(company, day, f"rent:{quarter}", legs, "right of use consumed in the quarter")
    legs = [
        {"account": "liabilities:lease:offices", "amount": usd(151_000_00)},
        {"account": f"assets:cash:{BANK}", "amount": usd(-151_000_00)},
    ]
    _entry(company, day, f"lease-paid:{quarter}", legs, "rent paid in the quarter")
    company.pay(day, "paid.operations", 151_000_00)
    if quarter == "2025Q2":
        legs = [
            {"account": "assets:right-of-use:offices", "amount": usd(450_000_00)},
            {"account": "liabilities:lease:offices", "amount": usd(-450_000_00)},
        ]
        _entry(company, day, "lease:lubbock", legs, "lease of the plant in Texas begins")
        legs = [
            {"account": "assets:other:deposits", "amount": usd(17_000_00)},
            {"account": f"assets:cash:{BANK}", "amount": usd(-17_000_00)},
        ]
        _entry(company, day, "rent-deposit:lubbock", legs, "rent deposit of the plant in Texas")
        company.pay(day, "investing.other", 17_000_00)
        legs = [
            {"account": "assets:property:other", "amount": usd(PROPERTY_USD_CENTS)},
            {"account": "liabilities:accrued:construction", "amount": usd(-PROPERTY_USD_CENTS)},
        ]
        _entry(company, day, "construction:2025-06", legs, "construction at the sites, done and not billed yet")


def _tax_and_property(company: Company) -> None:
    text, country, thousand = VAT_PAID
    day = date.fromisoformat(text)
    fields = {"country": country, "bank": BANK, "amount": usd(thousand * 1000_00)}
    add(_file(company, day), "factory.vat-paid", f"vat-paid:{day}", day, **fields)
    company.pay(day, "paid.operations", thousand * 1000_00)
    for text, country, thousand in VAT_REFUNDED:
        day = date.fromisoformat(text)
        stated = day.month > 3
        note = "The second quarter's USD 7 million of refunds is stated; the split is assumed." if stated else None
        fields = {"country": country, "bank": BANK, "amount": usd(thousand * 1000_00)}
        grade = "derived" if stated else None
        key = f"vat-refunded:{day}"
        add(_file(company, day), "factory.vat-refunded", key, day, **fields, grade=grade, note=note)
        company.pay(day, "received.vat", -thousand * 1000_00)
    for text, thousand in PROPERTY:
        day = date.fromisoformat(text)
        fields = {"bank": BANK, "amount": usd(thousand * 1000_00)}
        add(_file(company, day), "books.property-bought", f"property:{day}", day, **fields)
        company.pay(day, "investing.property", thousand * 1000_00)
