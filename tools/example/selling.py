"""Orders, deliveries, deposits and payments of customers, in money and in bitcoin."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tools.example.chain import MODELS
from tools.example.company import QUARTERS, Company, days, draw, quarter_of, span
from tools.example.receipts import HOME_SHOP, Invoice, settle
from tools.example.sheet import FactFile, add, split, ths, usd

THS = {"f14-150": Fraction(150)} | {name: Fraction(model.ths) for name, model in MODELS.items()}


class Sale(NamedTuple):
    """Machines of one model sold in a quarter: units, and price per TH (industrial) or unit (home) before scaling."""

    model: str
    units: int
    price: str


INDUSTRIAL = {
    "2025Q1": (Sale("f15-185", 19_000, "8.85"), Sale("f15i-261", 2_000, "8.90"), Sale("f14-150", 9_697, "7.60")),
    "2025Q2": (Sale("f15-185", 25_000, "9.35"), Sale("f15i-261", 3_000, "9.20"), Sale("f14-150", 4_957, "7.25")),
}
HOME = {
    "2025Q1": (Sale("hearth-nano", 5_500, "160"), Sale("hearth-mini", 420, "700"), Sale("hearth-q", 80, "1010")),
    "2025Q2": (Sale("hearth-nano", 8_700, "185"), Sale("hearth-mini", 2_900, "760"), Sale("hearth-q", 1_420, "1350")),
}
REVENUE = {  # cents by line and quarter. Stated or derived within printed precision; see README of the example
    ("industrial", "2025Q1"): 46_905_000_00,
    ("home", "2025Q1"): 1_251_000_00,
    ("parts", "2025Q1"): 10_104_000_00,
    ("industrial", "2025Q2"): 55_892_000_00,
    ("home", "2025Q2"): 5_743_000_00,
    ("parts", "2025Q2"): 9_880_000_00,
    ("service", "2025Q1"): 240_000_00,
    ("service", "2025Q2"): 605_000_00,
}
PARTS_COST_PCT = {"2025Q1": 87, "2025Q2": 84}
SERVICE_COST = {"2025Q1": 96_000_00, "2025Q2": 104_000_00}
CUSTOMERS = {  # region, share of industrial deliveries, of which machines leave which plant
    "mekong-digital": ("asia", 22, "huizhou"),
    "saffron-mining": ("asia", 19, "penang"),
    "taiga-hash": ("asia", 17, "huizhou"),
    "karakum-power": ("asia", 14, "penang"),
    "bluestem-compute": ("americas", 12, "penang"),
    "fjordline-hash": ("europe", 10, "huizhou"),
    "palmetto-digital": ("americas", 6, "penang"),
}
CREDIT_CUSTOMER = "fjordline-hash"
PAYS_IN_BITCOIN = (("saffron-mining", 5), ("karakum-power", 6))
"""Customers and months of the second quarter whose deliveries no deposit in money pays."""


class Delivery(NamedTuple):
    """One delivery of machines to one customer."""

    day: date
    customer: str
    line: str
    region: str
    plant: str
    model: str
    units: int
    revenue: int


def plan_deliveries() -> list[Delivery]:
    """All deliveries of machines in both quarters, in order of days."""
    found = [item for quarter in QUARTERS for item in _industrial(quarter) + _home(quarter)]
    return sorted(found, key=lambda item: (item.day, item.customer, item.model))


def _weeks(quarter: str, weekday: int) -> list[date]:
    first, last = span(quarter)
    return [day for day in days(first + timedelta(days=4), last - timedelta(days=2)) if day.weekday() == weekday]


def _industrial(quarter: str) -> list[Delivery]:
    chance = draw(f"industrial {quarter}")
    slots = []
    for sale in INDUSTRIAL[quarter]:
        for number, day in enumerate(_weeks(quarter, 3)):
            for order, (customer, (region, share, plant)) in enumerate(CUSTOMERS.items()):
                here = "huizhou" if sale.model != "f15-185" else plant
                if sale.model != "f15-185" and (number + order) % (4 if sale.model == "f15i-261" else 3):
                    continue
                if (number + order) % 2 and share < 12:
                    continue
                weight = share * (90 + 2 * number + chance.randrange(30))
                slots.append((sale, day, customer, region, here, weight))
    return _share_out(quarter, "industrial", slots)


def _home(quarter: str) -> list[Delivery]:
    chance = draw(f"home {quarter}")
    slots = [
        (sale, day, HOME_SHOP, region, "huizhou", share * (80 + 4 * number + chance.randrange(30)))
        for sale in HOME[quarter]
        for number, day in enumerate(_weeks(quarter, 1))
        for region, share in (("americas", 6), ("europe", 3))
    ]
    return _share_out(quarter, "home", slots)


def _share_out(quarter: str, line: str, slots: list[tuple[Sale, date, str, str, str, int]]) -> list[Delivery]:
    """Units by weight within each model; revenue by price, scaled so that the quarter's line is met to the cent."""
    found = []
    for model in dict.fromkeys(slot[0] for slot in slots):
        mine = [slot for slot in slots if slot[0] == model]
        units = split(model.units, [slot[5] for slot in mine])
        found += [(slot, count) for slot, count in zip(mine, units, strict=True) if count]
    per = {slot[0]: Fraction(slot[0].price) * (THS[slot[0].model] if line == "industrial" else 1) for slot, _ in found}
    revenue = split(REVENUE[line, quarter], [count * per[slot[0]] for slot, count in found])
    return [
        Delivery(slot[1], slot[2], line, slot[3], slot[4], slot[0].model, count, cents)
        for (slot, count), cents in zip(found, revenue, strict=True)
    ]


def parts_used() -> dict[tuple[str, str], int]:
    """Materials that parts sold use up, in cents by plant and month."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for quarter in QUARTERS:
        for day, _, cents in _parts(quarter):
            found["huizhou", f"{day:%Y-%m}"] += _parts_cost(quarter, cents)
    return found


def _parts(quarter: str) -> list[tuple[date, str, int]]:
    chance = draw(f"parts {quarter}")
    slots = [(day, customer) for day in _weeks(quarter, 2)[::2] for customer in list(CUSTOMERS)[:6:2]]
    cents = split(REVENUE["parts", quarter], [80 + chance.randrange(40) for _ in slots])
    return [(day, customer, amount) for (day, customer), amount in zip(slots, cents, strict=True)]


def _parts_cost(quarter: str, cents: int) -> int:
    return cents * PARTS_COST_PCT[quarter] // 100


def write_sales(company: Company, deliveries: list[Delivery]) -> None:
    """Orders, deliveries, and the invoices that they leave to be settled."""
    _orders(company, deliveries)
    invoices: list[Invoice] = []
    for item in deliveries:
        on_credit = item.customer == CREDIT_CUSTOMER or (item.customer, item.day.month) in PAYS_IN_BITCOIN
        prepaid = item.line == "industrial" and not on_credit
        invoices.append(Invoice(item.day, item.customer, item.revenue, prepaid=prepaid))
        _delivery(company, item)
    for quarter in QUARTERS:
        for day, customer, cents in _parts(quarter):
            invoices.append(Invoice(day, customer, cents, prepaid=False))
            target = _file(company, day, "deliveries.csv", "Deliveries of machines and parts")
            fields = {"customer": customer, "region": CUSTOMERS[customer][0], "plant": "huizhou"}
            amounts = {"revenue": usd(cents), "cost": usd(_parts_cost(quarter, cents))}
            add(target, "sales.other-delivered", f"parts:{day}:{customer}", day, **fields, **amounts)
        invoices += _services(company, quarter)
    settle(company, invoices)


def _file(company: Company, day: date, name: str, title: str) -> FactFile:
    return company.file(
        day,
        name,
        title,
        grade="derived",
        source="order book and bank statements",
        note="Quarter totals by line are stated or derived; the split over customers, weeks and models is assumed.",
    )


def _orders(company: Company, deliveries: list[Delivery]) -> None:
    """One order per customer, line and quarter, placed when the quarter begins, for what it delivers."""
    sums: dict[tuple[str, str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for item in deliveries:
        if item.customer != HOME_SHOP:
            held = sums[quarter_of(item.day), item.customer, item.line]
            held[0] += item.units * THS[item.model]
            held[1] += item.revenue
    for (quarter, customer, line), (rate, cents) in sums.items():
        day = span(quarter)[0] + timedelta(days=1)
        target = _file(company, day, "orders.csv", "Orders placed and cancelled")
        fields = {"customer": customer, "order": _order(quarter, customer), "line": line}
        extra = 1_200_000_00 if customer == "palmetto-digital" and quarter == "2025Q2" else 0
        hashrate, amount = ths(rate + extra // 925), usd(int(cents) + extra)
        add(
            target, "sales.order-placed", f"order:{quarter}:{customer}", day, **fields, hashrate=hashrate, amount=amount
        )
        if extra:
            later = date(2025, 4, 22)
            target = _file(company, later, "orders.csv", "Orders placed and cancelled")
            note = "Assumed: part of an American order, cancelled after the tariffs of April 2025."
            gone = {"hashrate": ths(extra // 925), "amount": usd(extra)}
            add(target, "sales.order-cancelled", f"cancelled:{quarter}:{customer}", later, **fields, **gone, note=note)


def _order(quarter: str, customer: str) -> str:
    return f"{quarter.lower()}-{customer}"


def _delivery(company: Company, item: Delivery) -> None:
    target = _file(company, item.day, "deliveries.csv", "Deliveries of machines and parts")
    rate, home = item.units * THS[item.model], item.customer == HOME_SHOP
    fields = {
        "customer": item.customer,
        "order": f"shop-{item.day:%Y-%m}" if home else _order(quarter_of(item.day), item.customer),
        "line": item.line,
        "region": item.region,
        "plant": item.plant,
        "model": item.model,
        "units": item.units,
        "hashrate": ths(rate),
        "revenue": usd(item.revenue),
        "backlog": None if home else usd(item.revenue),
        "backlog_hashrate": None if home else ths(rate),
    }
    key = f"delivered:{item.day}:{item.customer}:{item.model}" + (f":{item.region}" if home else "")
    add(target, "sales.machines-delivered", key, item.day, **fields)


def _services(company: Company, quarter: str) -> list[Invoice]:
    """Repair and software services, no product: entries by hand."""
    first, _ = span(quarter)
    found = []
    revenue, cost = split(REVENUE["service", quarter], [3, 3, 4]), split(SERVICE_COST[quarter], [1, 1, 1])
    for number, (cents, spent) in enumerate(zip(revenue, cost, strict=True)):
        day = date(first.year, first.month + number, 26)
        target = company.file(
            day,
            "services.toml",
            "Repair and software services",
            grade="derived",
            source="service invoices",
            note="Total revenue less products and mining; its kind and split are assumed.",
        )
        customer = "mekong-digital"
        legs = [
            {"account": f"assets:receivable:{customer}", "amount": usd(cents)},
            {"account": "income:other:services", "amount": usd(-cents)},
            {"account": "expenses:cost:other:services", "amount": usd(spent)},
            {"account": "liabilities:payable:service-partners", "amount": usd(-spent)},
        ]
        company.owe(day, "service-partners", spent)
        add(target, "books.entry", f"services:{day:%Y-%m}", day, legs=legs, purpose="services rendered in the month")
        found.append(Invoice(day, customer, cents, prepaid=False))
    return found
