"""How customers pay: deposits set off on delivery, the rest when due, and some in bitcoin."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tools.example.company import BANK, BANK_US, CALL_DAY, OPENING, QUARTERS, Company, quarter_of, require, sats, span
from tools.example.mining import txid
from tools.example.sheet import FactFile, add, btc, split, usd

CASH_FROM_SALES = {"2025Q1": 61_300_000_00, "2025Q2": 66_120_000_00}
"""Money from customers: the second quarter's 66 million is stated, the first is assumed."""
RECEIVABLES = {"2025Q1": 2_265_000_00, "2025Q2": 3_924_000_00}
"""Receivables at quarter-ends: the second is published, the first assumed."""
OPENING_RECEIVABLES = {"mekong-digital": 812_000_00, "fjordline-hash": 702_000_00}
OPENING_DEPOSITS = {
    "mekong-digital": 5_600_000_00,
    "saffron-mining": 4_700_000_00,
    "taiga-hash": 4_200_000_00,
    "karakum-power": 3_500_000_00,
    "bluestem-compute": 3_400_000_00,
    "palmetto-digital": 1_600_000_00,
}
OPENING_DEPOSITS_BTC = {"karakum-power": sats("62.74"), "taiga-hash": sats("48.00")}
DEPOSIT_WALLET = "customers"
PREPAID_PCT = 88
"""Share of a prepaid delivery that deposits pay; the rest falls due 21 days later."""
HOME_SHOP = "hearth-shop"
BTC_DEPOSITED = ("taiga-hash", date(2025, 2, 18), sats("5.00"))
BTC_PAID = ("saffron-mining", date(2025, 5, 27), sats("6.00"))
BTC_APPLIED = ("karakum-power", date(2025, 6, 26), sats("17.49"))


@dataclass(frozen=True)
class Invoice:
    """What a customer owes for a delivery, and whether deposits pay the greater part of it."""

    day: date
    customer: str
    cents: int
    prepaid: bool


@dataclass
class Due:
    """What a customer will pay on a day, for a delivery since."""

    day: date
    customer: str
    cents: int
    since: date


def settle(company: Company, invoices: list[Invoice]) -> None:
    """Write everything that customers pay."""
    applied = _apply_deposits(company, invoices)
    dues = [Due(date(2025, 1, 14), name, cents, OPENING) for name, cents in OPENING_RECEIVABLES.items()]
    for invoice in invoices:
        rest = invoice.cents - (_set_off(invoice) if invoice.prepaid else 0)
        due = invoice.day + timedelta(days=7 if invoice.customer == HOME_SHOP else 21)
        dues.append(Due(due, invoice.customer, rest, invoice.day))
    for customer, day, cents in _bitcoin(company):
        _reduce(dues, customer, day, cents)
    for quarter in QUARTERS:
        _meet(dues, span(quarter)[1], RECEIVABLES[quarter])
    _payments(company, dues)
    _deposits(company, dues, applied)


def _file(company: Company, day: date) -> FactFile:
    return company.file(
        day,
        "receipts.csv",
        "Deposits and payments of customers",
        grade="derived",
        source="bank statements",
        note="The second quarter's USD 66 million is stated; customers, days and the first quarter are assumed.",
    )


def _set_off(invoice: Invoice) -> int:
    return invoice.cents * PREPAID_PCT // 100


def _apply_deposits(company: Company, invoices: list[Invoice]) -> dict[tuple[date, str], int]:
    applied: dict[tuple[date, str], int] = defaultdict(int)
    for invoice in invoices:
        if invoice.prepaid:
            applied[invoice.day, invoice.customer] += _set_off(invoice)
    for (day, customer), cents in applied.items():
        key = f"deposit-applied:{day}:{customer}"
        add(_file(company, day), "sales.deposit-applied", key, day, customer=customer, amount=usd(cents))
    return dict(applied)


def _bitcoin(company: Company) -> list[tuple[str, date, int]]:
    """Bitcoin deposited, paid and applied. Returns what reduces a customer's debt."""
    note = "Assumed: customers' bitcoin at the day's close; the transaction ids are invented."
    customer, day, amount = BTC_DEPOSITED
    key = f"deposit-btc:{day}:{customer}"
    fields = {
        "customer": customer,
        "wallet": DEPOSIT_WALLET,
        "sats": btc(amount),
        "value": usd(company.value(amount, day)),
    }
    target = _file(company, day)
    add(target, "sales.deposit-received-btc", key, day, **fields, txid=txid(key), grade="assumed", note=note)
    customer, day, amount = BTC_PAID
    key, paid = f"paid-btc:{day}:{customer}", company.value(amount, day)
    fields = {"customer": customer, "wallet": "ops", "sats": btc(amount), "value": usd(paid), "txid": txid(key)}
    add(_file(company, day), "sales.payment-received-btc", key, day, **fields, grade="assumed", note=note)
    found = [(customer, day, paid)]
    customer, day, amount = BTC_APPLIED
    last_close = company.market.closes[span("2025Q1")[1]]
    held = OPENING_DEPOSITS_BTC[customer]
    carrying = _share(company.value(held, span("2025Q1")[1]), amount, held)
    value = company.value(amount, day)
    fields = {"customer": customer, "from_wallet": DEPOSIT_WALLET, "wallet": "ops", "sats": btc(amount)}
    amounts = {"carrying": usd(carrying), "value": usd(value)}
    key = f"deposit-applied-btc:{day}:{customer}"
    more = f" Carried at the close of March, {last_close}."
    add(
        _file(company, day),
        "sales.deposit-applied-btc",
        key,
        day,
        **fields,
        **amounts,
        grade="assumed",
        note=note + more,
    )
    return [*found, (customer, day, value)]


def _share(cents: int, part: int, whole: int) -> int:
    return (2 * cents * part + whole) // (2 * whole)


def _reduce(dues: list[Due], customer: str, day: date, cents: int) -> None:
    """Bitcoin pays what falls due next."""
    left = cents
    for due in sorted((d for d in dues if d.customer == customer and d.day >= day), key=lambda d: d.day):
        part = min(left, due.cents)
        due.cents -= part
        left -= part
    require(holds=not left, message=f"{customer} paid more bitcoin than it owes")


def _meet(dues: list[Due], end: date, target: int) -> None:
    """Let just so much be outstanding at a quarter's end: some invoices are paid early, or late."""
    early, late = end - timedelta(days=1), end + timedelta(days=9)
    known = sorted((due for due in dues if due.since <= end), key=lambda due: due.day)
    gap = sum(due.cents for due in known if due.day > end) - target
    for due in [due for due in known if due.day > end] if gap > 0 else [due for due in known[::-1] if due.day <= end]:
        part = min(abs(gap), due.cents)
        if part and (gap > 0 or due.customer != HOME_SHOP):
            due.cents -= part
            dues.append(Due(early if gap > 0 else late, due.customer, part, due.since))
            gap += -part if gap > 0 else part
    require(holds=not gap, message=f"too few invoices to have {target} cents outstanding")


def _payments(company: Company, dues: list[Due]) -> None:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for due in dues:
        sums[due.day, due.customer] += due.cents
    for (day, customer), cents in sorted(sums.items()):
        if cents and day <= CALL_DAY:
            fields = {"customer": customer, "bank": BANK_US if customer == HOME_SHOP else BANK, "amount": usd(cents)}
            add(_file(company, day), "sales.payment-received", f"payment:{day}:{customer}", day, **fields)
            company.pay(day, "received.sales", -cents)


def _deposits(company: Company, dues: list[Due], applied: dict[tuple[date, str], int]) -> None:
    """On the 3rd of each month customers pay ahead for its deliveries; the quarter's money is then what is stated."""
    for quarter in QUARTERS:
        first, last = span(quarter)
        paid = sum(due.cents for due in dues if first <= due.day <= last)
        slots: dict[tuple[date, str], int] = defaultdict(int)
        for (day, customer), cents in applied.items():
            if quarter_of(day) == quarter:
                slots[day.replace(day=3), customer] += cents
        parts = split(CASH_FROM_SALES[quarter] - paid, list(slots.values()))
        for (day, customer), cents in zip(slots, parts, strict=True):
            fields = {"customer": customer, "bank": BANK, "amount": usd(cents)}
            add(_file(company, day), "sales.deposit-received", f"deposit:{day}:{customer}", day, **fields)
            company.pay(day, "received.sales", -cents)


def opening_customers(company: Company) -> int:
    """What customers owed and had paid ahead when the ledger began. Returns the deposits' sum in cents."""
    target = company.sheet.file(
        "opening/customers.csv",
        "Receivables and deposits of customers on 2024-12-31.",
        grade="assumed",
        source="customer ledger of 2024-12-31",
        note="Receivables of USD 1,514 thousand are published; customers and deposits are assumed.",
    )
    for customer, cents in OPENING_RECEIVABLES.items():
        account = f"assets:receivable:{customer}"
        add(target, "books.opening-balance", f"opening:{account}", OPENING, account=account, amount=usd(cents))
    for customer, cents in OPENING_DEPOSITS.items():
        account = f"liabilities:contract:{customer}"
        add(target, "books.opening-balance", f"opening:{account}", OPENING, account=account, amount=usd(-cents))
    for customer, amount in OPENING_DEPOSITS_BTC.items():
        fields = {"customer": customer, "wallet": DEPOSIT_WALLET, "sats": btc(amount)}
        key = f"opening:deposit-btc:{customer}"
        add(target, "books.opening-deposit", key, OPENING, **fields, value=usd(company.value(amount, OPENING)))
    return sum(OPENING_DEPOSITS.values())
