"""The fleet: machines sent to sites, racked, powered, switched off, sent on and retired."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from tools.example.company import OPENING, Company
from tools.example.sheet import FactFile, add, ths, usd
from tools.example.sites import SITES

MODEL_THS = {"f15-185": 185, "f14-150": 150, "f13-118": 118}
ENERGIZED_PCT = 96
"""Share of the racked hash rate that is powered, assumed: the rest waits for transformers and repair."""


class Held(NamedTuple):
    """Machines at a site when the ledger began: model, units, day of purchase, cost and depreciation per unit (USD)."""

    site: str
    model: str
    units: int
    bought: str
    cost: int
    depreciation: int


class Batch(NamedTuple):
    """Machines for own mining: day of leaving the warehouse, day of racking ("" where still on the way), units."""

    plant: str
    site: str
    moved: str
    racked: str
    units: int


HELD = (
    Held("tx-caprock", "f14-150", 6_000, "2023-06-15", 2_560, 1_280),
    Held("pa-stillwater", "f14-150", 1_750, "2023-09-15", 2_560, 1_067),
    Held("mb-northlake", "f13-118", 2_540, "2022-07-15", 3_050, 2_457),
    Held("et-awashvale", "f14-150", 12_000, "2023-03-15", 2_560, 1_493),
    Held("et-awashvale", "f13-118", 6_800, "2022-08-15", 3_050, 2_372),
    Held("my-kinta", "f14-150", 3_900, "2023-07-15", 2_560, 1_209),
    Held("kz-balqash", "f13-118", 6_000, "2022-06-15", 3_050, 2_541),
)
BATCHES = (
    Batch("huizhou", "et-awashvale", "2025-01-06", "2025-01-28", 2_000),
    Batch("huizhou", "et-awashvale", "2025-02-10", "2025-03-04", 2_220),
    Batch("lubbock", "pa-stillwater", "2025-02-03", "2025-02-17", 1_000),
    Batch("lubbock", "mb-northlake", "2025-02-12", "2025-03-03", 800),
    Batch("penang", "my-kinta", "2025-01-20", "2025-02-05", 800),
    Batch("lubbock", "tx-dryfork", "2025-03-24", "2025-04-09", 1_500),
    Batch("lubbock", "tx-dryfork", "2025-04-11", "2025-04-25", 1_800),
    Batch("lubbock", "pa-stillwater", "2025-03-28", "2025-04-15", 900),
    Batch("lubbock", "mb-northlake", "2025-04-08", "2025-04-28", 800),
    Batch("huizhou", "et-awashvale", "2025-03-17", "2025-04-10", 780),
    Batch("lubbock", "tx-dryfork", "2025-04-25", "2025-05-09", 1_700),
    Batch("lubbock", "tx-dryfork", "2025-05-09", "2025-05-23", 1_600),
    Batch("lubbock", "pa-stillwater", "2025-04-30", "2025-05-14", 900),
    Batch("lubbock", "mb-northlake", "2025-05-02", "2025-05-20", 880),
    Batch("penang", "my-kinta", "2025-05-05", "2025-05-19", 660),
    Batch("lubbock", "tx-dryfork", "2025-06-16", "2025-07-14", 1_900),
    Batch("lubbock", "pa-stillwater", "2025-06-23", "2025-07-21", 500),
)
CLOSED_SITE, CLOSED_ON = "kz-balqash", date(2025, 6, 19)
RETIRED, SENT_ON = 3_000, 2_084
LEFT_DEPRECIATION = 2_965
"""Accumulated depreciation per unit (USD) of the machines that left the closed site: 35 months of 36."""
SENT_TO, SENT_RACKED = "et-awashvale", date(2025, 7, 11)


def installed_at_opening() -> dict[str, int]:
    """Racked hash rate by site in TH/s."""
    found: dict[str, int] = defaultdict(int)
    for held in HELD:
        found[held.site] += held.units * MODEL_THS[held.model]
    return dict(found)


def write_fleet(company: Company) -> None:
    """All facts about machines in own mining after the opening."""
    for batch in BATCHES:
        _moved(company, batch)
        if batch.racked:
            _racked(company, batch.site, "f15-185", date.fromisoformat(batch.racked), batch.units)
    _close_site(company)
    _racked(company, SENT_TO, "f13-118", SENT_RACKED, SENT_ON)


def _file(company: Company, day: date) -> FactFile:
    return company.file(
        day,
        "fleet.csv",
        "Machines in own mining",
        grade="assumed",
        source="asset register",
        note="Installed and operating totals at month-ends are stated; the split over sites and days is assumed.",
    )


def _moved(company: Company, batch: Batch) -> None:
    day = date.fromisoformat(batch.moved)
    fields = {"plant": batch.plant, "model": "f15-185", "units": batch.units, "site": batch.site}
    add(_file(company, day), "fleet.machines-moved-to-mining", f"moved:{day}:{batch.site}", day, **fields)


def _racked(company: Company, site: str, model: str, day: date, units: int) -> None:
    rate = units * MODEL_THS[model]
    place = {"site": site, "region": SITES[site].region}
    target, key = _file(company, day), f"{day}:{site}"
    grade = "derived" if place["region"] == "americas" and day < date(2025, 7, 1) else None
    fields = {"model": model, "units": units, "hashrate": ths(rate)}
    add(target, "fleet.machines-installed", f"installed:{key}", day, **place, **fields, grade=grade)
    powered = day + timedelta(days=3)
    hashrate = ths(rate * ENERGIZED_PCT // 100)
    add(_file(company, powered), "fleet.energized", f"energized:{key}", powered, **place, hashrate=hashrate)


def _close_site(company: Company) -> None:
    day, region = CLOSED_ON, SITES[CLOSED_SITE].region
    target, key = _file(company, day), f"{day}:{CLOSED_SITE}"
    place = {"site": CLOSED_SITE, "region": region}
    powered = ths(installed_at_opening()[CLOSED_SITE] * ENERGIZED_PCT // 100)
    note = "The power contract ran out; the site is shut down."
    add(target, "fleet.deenergized", f"deenergized:{key}", day, **place, hashrate=powered, note=note)
    for units, kind, more in ((RETIRED, "retired", {}), (SENT_ON, "uninstalled", {"to_site": SENT_TO})):
        later = day + timedelta(days=5)
        fields = {"model": "f13-118", "units": units, "hashrate": ths(units * MODEL_THS["f13-118"]), **more}
        depreciation = usd(units * LEFT_DEPRECIATION * 100)
        add(
            _file(company, later),
            f"fleet.machines-{kind}",
            f"{kind}:{later}:{CLOSED_SITE}",
            later,
            **place,
            **fields,
            depreciation=depreciation,
        )


def demand() -> list[tuple[str, str, date, int]]:
    """Machines that own mining takes from plants: plant, model, day, units."""
    return [(b.plant, "f15-185", date.fromisoformat(b.moved), b.units) for b in BATCHES]


def opening_fleet(company: Company) -> None:
    """Machines, racked and powered hash rate when the ledger began."""
    target = company.sheet.file(
        "opening/fleet.csv",
        "Machines at the sites and their hash rate on 2024-12-31.",
        grade="assumed",
        source="asset register",
        note="About 5.4 EH/s installed can be derived; models, ages, costs and the split over sites are assumed.",
    )
    for held in HELD:
        fields = {"site": held.site, "model": held.model, "units": held.units}
        cost, depreciation = usd(held.units * held.cost * 100), usd(held.units * held.depreciation * 100)
        key = f"opening:machines:{held.site}:{held.model}"
        at = f"{held.bought}T00:00:00Z"
        add(target, "books.opening-machines", key, OPENING, at=at, **fields, cost=cost, depreciation=depreciation)
    for site, rate in installed_at_opening().items():
        for state, units in (("installed", rate), ("energized", rate * ENERGIZED_PCT // 100)):
            account = f"memo:hashrate:{state}:{SITES[site].region}:{site}"
            key = f"opening:{state}:{site}"
            add(target, "books.opening-memo", key, OPENING, account=account, commodity="HASHRATE", units=units * 1000)
