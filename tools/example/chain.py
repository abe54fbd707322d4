"""From wafer to finished machine: prepayments, receipts, chips, materials, builds, freight, duty."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from tools.example.company import (
    BANK_US,
    MONTHS,
    OPENING,
    Company,
    month_end,
)
from tools.example.sheet import Row, add, split, usd
from tools.example.silicon import (
    CHIP_SITE,
    COMMITTED,
    FOUNDRY,
    WAFER,
    WAFER_SITE,
    goods_file,
    write_silicon,
)


class Order(NamedTuple):
    """A work order; its name stands in the key where plant and model do not say enough."""

    day: date
    plant: str
    model: str
    units: int
    name: str = ""


class Model(NamedTuple):
    """A machine model as built: TH/s, chip, chips, materials and conversion in USD per unit."""

    ths: str
    chip: str
    chips: int
    materials: str
    conversion: str


MODELS = {
    "f15-185": Model("185", "q15-b1", 480, "296.00", "61.00"),
    "f15i-261": Model("261", "q15-b2", 680, "652.00", "128.00"),
    "hearth-nano": Model("6", "q15-b2", 12, "59.50", "15.50"),
    "hearth-mini": Model("37.5", "q15-b2", 96, "266.00", "46.00"),
    "hearth-q": Model("90", "q15-b2", 160, "446.00", "72.00"),
}
EXPORT = "penang-export"
"""Bonded part of the plant in Malaysia: what is built there goes to America, and bears its freight and duty."""
SUPPLIERS = {
    "penang": "psu-castor",
    EXPORT: "psu-castor",
    "huizhou": "pcb-meridian",
    "lubbock": "lone-prairie-metal",
}
ASSEMBLERS = {
    "penang": "penang-assembly",
    EXPORT: "penang-assembly",
    "huizhou": "huizhou-assembly",
    "lubbock": "lubbock-labor",
}
CARRIER = "oceanline-freight"
OPENING_STOCK = {  # plant, model: units, cost per unit in cents
    ("penang", "f15-185"): (7_600, 1_636_00),
    ("huizhou", "f15-185"): (5_900, 1_636_00),
    ("lubbock", "f15-185"): (2_300, 1_742_00),
    ("huizhou", "f15i-261"): (640, 2_210_00),
    ("huizhou", "f14-150"): (14_800, 1_230_00),
    ("huizhou", "hearth-nano"): (3_300, 98_00),
    ("huizhou", "hearth-mini"): (240, 505_00),
    ("huizhou", "hearth-q"): (60, 905_00),
}
CLOSING_STOCK = {
    ("penang", "f15-185"): 9_400,
    ("huizhou", "f15-185"): 7_800,
    ("lubbock", "f15-185"): 2_100,
    ("huizhou", "f15i-261"): 900,
    ("huizhou", "hearth-nano"): 4_100,
    ("huizhou", "hearth-mini"): 1_500,
    ("huizhou", "hearth-q"): 800,
}
OPENING_WAFERS, OPENING_WAFER_COST = 1_380, 8_400_00
OPENING_CHIPS = {"q15-b1": (6_300_000, "2.520"), "q15-b2": (1_400_000, "2.020")}
OPENING_INVENTORIES = 94_620_000_00
OPENING_MATERIALS = {"penang": 8_900_000_00, EXPORT: 3_000_000_00, "lubbock": 2_050_000_00}
"""Huizhou has what is left of the published total."""
CLOSING_MATERIALS = {"penang": 13_700_000_00, EXPORT: 4_200_000_00, "huizhou": 16_350_000_00, "lubbock": 4_000_000_00}
OPENING_RESERVE = 3_900_000_00
SHIPPED_TO_US = {  # machines built in Malaysia for American sites: day, units
    "2025-01-17": 1_500,
    "2025-02-20": 1_700,
    "2025-03-20": 2_600,
    "2025-04-17": 4_000,
    "2025-05-16": 1_400,
    "2025-06-13": 1_500,
}
DUTY_PCT = {
    "2025-01": "2.6",
    "2025-02": "2.6",
    "2025-03": "2.6",
    "2025-04": "12.6",
    "2025-05": "12.6",
    "2025-06": "12.6",
}
WRITE_DOWNS = {
    "2025-03": (("finished", 2_050_000_00), ("materials", 1_160_000_00)),
    "2025-06": (("finished", 430_000_00), ("materials", 255_000_00)),
}
DRAWBACK = ("2025-06-20", "build:2025-05-16:lubbock-bound", 310_000_00)


def write_chain(
    company: Company, demand: list[tuple[str, str, date, int]], parts_used: dict[tuple[str, str], int]
) -> None:
    """All facts from wafer prepayment to finished machine.

    Args:
        company: where they go.
        demand: machines that leave plants: plant, model, day, units.
        parts_used: materials that other deliveries use, in cents by plant and month.
    """
    write_silicon(company)
    used = _builds(company, demand)
    _to_america(company, used)
    for (plant, month), cents in parts_used.items():
        used[plant, month] += cents
    _materials(company, used)
    for month, items in WRITE_DOWNS.items():
        day = month_end(date.fromisoformat(f"{month}-01"))
        target = goods_file(
            company, day, "write-downs.csv", "Inventory written down to net realisable value", "inventory review"
        )
        for goods, cents in items:
            key = f"write-down:{month}:{goods}"
            add(target, "factory.inventory-written-down", key, day, goods=goods, amount=usd(cents))


def _halves() -> list[tuple[date, date]]:
    spans = []
    for month in MONTHS[:6]:
        spans += [(month, month.replace(day=15)), (month.replace(day=16), month_end(month))]
    return spans


def _builds(company: Company, demand: list[tuple[str, str, date, int]]) -> dict[tuple[str, str], int]:
    """Build at the start of each half month what it needs and what moves the stock to its goal."""
    used: dict[tuple[str, str], int] = defaultdict(int)
    serials: dict[str, int] = defaultdict(lambda: 100_000)
    for (plant, model), goal in CLOSING_STOCK.items():
        opening = OPENING_STOCK[plant, model][0]
        shipped_in = sum(SHIPPED_TO_US.values()) if plant == "lubbock" else 0
        need = [sum(u for p, m, d, u in demand if (p, m) == (plant, model) and a <= d <= b) for a, b in _halves()]
        build = goal + sum(need) - opening - shipped_in
        stocks = [(a, n, c) for (a, _), n, c in zip(_halves(), need, _even(build, need, plant), strict=True)]
        for day, _, units in stocks:
            if units:
                _build(company, Order(day, plant, model, units), serials, used)
    return used


def _even(build: int, need: list[int], plant: str) -> list[int]:
    if plant == "lubbock":  # the American plant builds from May on
        return [0] * 8 + split(build, [2, 3, 4, 5])
    return split(build, [4 * n + sum(need) // len(need) for n in need])


def _build(company: Company, order: Order, serials: dict[str, int], used: dict[tuple[str, str], int]) -> None:
    """One work order: chips, materials and conversion become machines with serial numbers."""
    day, plant, model, units, name = order
    maker = MODELS[model]
    materials, conversion = (units * int(text.replace(".", "")) for text in (maker.materials, maker.conversion))
    first = serials[model]
    serials[model] += units
    prefix = model.replace("-", "").upper()
    target = goods_file(company, day, "builds.csv", "Machines built", "work orders", kind="factory.machines-built")
    fields: Row = {
        "plant": plant,
        "model": model,
        "units": units,
        "serial_first": f"{prefix}{plant[0].upper()}{first:07d}",
        "serial_last": f"{prefix}{plant[0].upper()}{first + units - 1:07d}",
        "chip": maker.chip,
        "chip_site": CHIP_SITE,
        "chips": units * maker.chips,
        "materials_cost": usd(materials),
        "conversion_cost": usd(conversion),
        "creditor": ASSEMBLERS[plant],
    }
    key = f"build:{day}:{name or f'{plant}:{model}'}"
    add(target, "factory.machines-built", key, day, **fields)
    company.owe(day, ASSEMBLERS[plant], conversion)
    used[plant, f"{day:%Y-%m}"] += materials


def _to_america(company: Company, used: dict[tuple[str, str], int]) -> None:
    """Machines for America: built in Penang on their own work order, shipped, with freight and duty on arrival."""
    serials = {"f15-185": 500_000}
    for text, units in SHIPPED_TO_US.items():
        day = date.fromisoformat(text)
        _build(company, Order(day, EXPORT, "f15-185", units, "lubbock-bound"), serials, used)
        origin = f"build:{day}:lubbock-bound"
        landed = day + timedelta(days=2)
        target = goods_file(
            company,
            day,
            "freight-and-duty.csv",
            "Freight, duty and drawback of machines for America",
            "entry summaries and freight bills",
        )
        fields = {"model": "f15-185", "units": units, "from_plant": EXPORT, "to_plant": "lubbock"}
        add(target, "factory.machines-shipped", f"shipped:{day}:lubbock", landed, **fields)
        freight = units * 11_40
        add(
            target,
            "factory.freight-billed",
            f"freight:{day}:lubbock",
            landed,
            origin=origin,
            creditor=CARRIER,
            amount=usd(freight),
        )
        company.owe(landed, CARRIER, freight)
        rate = DUTY_PCT[f"{day:%Y-%m}"]
        duty = units * 1_350_00 * int(rate.replace(".", "")) // 1000
        fields = {"origin": origin, "country": "us", "bank": BANK_US, "amount": usd(duty)}
        customs = {"hs_code": "8543.70.98.60", "rate_pct": rate, "country_of_origin": "malaysia"}
        note = "2.6 per cent, and the 10 per cent of April 2025 on top; USD 1,350 a machine for customs is assumed."
        add(target, "factory.duty-assessed", f"duty:{day}:us", landed, **fields, **customs, note=note)
        company.pay(landed, "paid.operations", duty)
    text, origin, cents = DRAWBACK
    day = date.fromisoformat(text)
    target = goods_file(
        company,
        day,
        "freight-and-duty.csv",
        "Freight, duty and drawback of machines for America",
        "entry summaries and freight bills",
    )
    fields = {"origin": origin, "country": "us", "amount": usd(cents)}
    add(target, "factory.drawback-claimed", "drawback:2025-06:us", day, **fields)


def _materials(company: Company, used: dict[tuple[str, str], int]) -> None:
    """Materials are bought a month at a time: what the month uses, and what moves the stock to its goal."""
    for plant, creditor in SUPPLIERS.items():
        growth = split(CLOSING_MATERIALS[plant] - opening_materials()[plant], [1] * 6)
        for month, more in zip(MONTHS[:6], growth, strict=True):
            whole = used[plant, f"{month:%Y-%m}"] + more
            for number, cents in enumerate(split(whole, [3, 2]), 1):
                day = month.replace(day=(2, 17)[number - 1])
                target = goods_file(company, day, "materials.csv", "Materials bought on credit", "supplier invoices")
                key = f"materials:{day:%Y-%m}:{plant}:{number}"
                fields = {"plant": plant, "creditor": creditor, "amount": usd(cents)}
                add(target, "factory.materials-purchased", key, day, **fields)
                company.owe(day, creditor, cents)


def opening_materials() -> dict[str, int]:
    """Materials by plant when the ledger began, in cents; the last plant has what the published total leaves."""
    known = OPENING_WAFERS * OPENING_WAFER_COST + sum(OPENING_MATERIALS.values()) - OPENING_RESERVE
    known += sum(units * int(each.replace(".", "")) // 10 for units, each in OPENING_CHIPS.values())
    known += sum(units * each for units, each in OPENING_STOCK.values())
    return {**OPENING_MATERIALS, "huizhou": OPENING_INVENTORIES - known}


def opening_stock(company: Company) -> None:
    """Inventories when the ledger began."""
    target = company.sheet.file(
        "opening/inventories.csv",
        "Wafers, chips, materials and machines in stock on 2024-12-31.",
        grade="assumed",
        source="stock count of 2024-12-31",
        note="Inventories of USD 94,620 thousand are published; what they consist of is assumed.",
    )

    def goods(account: str, commodity: str, units: int, cents: int, how: str) -> None:
        key = f"opening:goods:{commodity.lower()}:{account.rpartition(':')[2]}"
        fields = {"account": account, "commodity": commodity, "units": units, "cost": usd(cents), "lot_kind": how}
        add(target, "books.opening-goods", key, OPENING, at="2024-12-20T00:00:00Z", **fields)

    stock = f"assets:inventory:wafers:{WAFER_SITE}"
    goods(stock, f"WAFER.{WAFER}", OPENING_WAFERS, OPENING_WAFERS * OPENING_WAFER_COST, "received")
    for chip, (units, each) in OPENING_CHIPS.items():
        cents = units * int(each.replace(".", "")) // 10
        goods(f"assets:inventory:chips:{CHIP_SITE}", f"CHIP.{chip}", units, cents, "sorted")
    for (plant, model), (units, cents) in OPENING_STOCK.items():
        goods(f"assets:inventory:finished:{plant}", f"MACHINE.{model}", units, units * cents, "built")
    for plant, cents in opening_materials().items():
        account = f"assets:inventory:materials:{plant}"
        add(target, "books.opening-balance", f"opening:{account}", OPENING, account=account, amount=usd(cents))
    account = f"memo:commitments:{FOUNDRY}"
    fields = {"account": account, "commodity": "USD", "units": COMMITTED}
    note = "Firm commitment to buy wafers, assumed."
    add(target, "books.opening-memo", f"opening:{account}", OPENING, **fields, note=note)
    account = "assets:inventory:reserve:finished"
    add(target, "books.opening-balance", f"opening:{account}", OPENING, account=account, amount=usd(-OPENING_RESERVE))
