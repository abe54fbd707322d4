"""Self-mining: daily pool earnings, payouts, measured hash rate, energy, bills of hosts and suppliers, joint shares."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

from tools.example.bills import write_bills
from tools.example.company import (
    CALL_DAY,
    MONTHS,
    OPENING,
    Company,
    days,
    draw,
    month_end,
    sats,
    value_cents,
)
from tools.example.market import PRICE_SOURCE
from tools.example.sheet import add, btc, split, ths, usd
from tools.example.sites import SITES

OPERATING_EHS = {  # measured on the last day of the month, in the order of SITES; totals of May and June are stated
    "2024-12-31": ("0.82", "0", "0.24", "0.27", "2.35", "0.55", "0.64"),
    "2025-01-31": ("0.82", "0", "0.26", "0.30", "2.45", "0.56", "0.63"),
    "2025-02-28": ("0.80", "0", "0.33", "0.36", "2.55", "0.62", "0.63"),
    "2025-03-31": ("0.80", "0", "0.42", "0.40", "2.75", "0.66", "0.62"),
    "2025-04-30": ("0.81", "0.45", "0.49", "0.54", "2.90", "0.66", "0.60"),
    "2025-05-31": ("0.82", "1.05", "0.54", "0.68", "3.00", "0.66", "0.52"),
    "2025-06-30": ("0.80", "1.10", "0.52", "0.66", "2.85", "0.64", "0"),
    "2025-07-31": ("0.81", "1.20", "0.53", "0.67", "3.05", "0.64", "0"),
    "2025-08-13": ("0.81", "1.20", "0.53", "0.67", "3.05", "0.64", "0"),
}
MINED_BTC = {  # quarters (259, 284) and May (109) are stated; the other months are assumed
    "2025-01": "92.7",
    "2025-02": "83.6",
    "2025-03": "83.1",
    "2025-04": "87.1",
    "2025-05": "109.0",
    "2025-06": "87.7",
    "2025-07": "89.1",
    "2025-08": "37.6",
}
NOTES = {
    True: "Totals of the quarter and of May are stated; the split over months, days and sites is assumed. Real closes.",
    False: "Assumed; the holdings at the end of July are stated. Each day at its real close.",
}
OPENING_POOL_SATS = {"plinth-pool": sats("1.62"), "grainfield-pool": sats("2.04")}


def write_mining(company: Company) -> dict[tuple[str, str], int]:
    """All facts of mining but payments. Returns mined value in cents by site and month."""
    operating = _operating_by_day()
    mined = _earnings(company, operating)
    _payouts(company, mined)
    _measurements(company)
    value: dict[tuple[str, str], int] = defaultdict(int)
    for (day, site), amount in mined.items():
        value[site, f"{day:%Y-%m}"] += company.value(amount, day)
    for month in MONTHS[:7]:
        write_bills(company, month, operating, value)
    return value


def _operating_by_day() -> dict[tuple[date, str], Fraction]:
    """Operating hash rate in TH/s by day and site: straight lines between month-ends."""
    ends = [date.fromisoformat(day) for day in OPERATING_EHS]
    found: dict[tuple[date, str], Fraction] = {}
    for first, last in pairwise(ends):
        before, after = OPERATING_EHS[first.isoformat()], OPERATING_EHS[last.isoformat()]
        for day in days(first + timedelta(days=1), last):
            part = Fraction((day - first).days, (last - first).days)
            for site, low, high in zip(SITES, before, after, strict=True):
                found[day, site] = 1_000_000 * (Fraction(low) + (Fraction(high) - Fraction(low)) * part)
    return found


def _earnings(company: Company, operating: dict[tuple[date, str], Fraction]) -> dict[tuple[date, str], int]:
    """A month's bitcoin, spread over days and sites by hash rate and difficulty, with a pool's daily luck."""
    chance = draw("luck")
    mined: dict[tuple[date, str], int] = {}
    for month in MONTHS:
        slots = [(day, site) for day in days(month, month_end(month)) for site in SITES if operating[day, site]]
        luck = {day: Fraction(round(1000 * chance.gauss(1, 0.015)), 1000) for day in days(month, month_end(month))}
        weights = [operating[slot] * luck[slot[0]] / company.market.difficulty(slot[0]) for slot in slots]
        parts = split(sats(MINED_BTC[f"{month:%Y-%m}"]), weights)
        mined |= dict(zip(slots, parts, strict=True))
        target = company.file(
            month,
            "pool-earnings.csv",
            "What the pools credited, by day and site",
            kind="mining.earned",
            grade="derived" if month < MONTHS[6] else "assumed",
            source=f"pool statements, {month:%B %Y}",
            note=NOTES[month < MONTHS[6]],
            price_source=PRICE_SOURCE,
            price_hour="24",
        )
        for (day, site), amount in zip(slots, parts, strict=True):
            price = company.market.closes[day]
            worth = usd(value_cents(amount, price))
            fields = {"site": site, "pool": SITES[site].pool, "sats": btc(amount), "value": worth, "price": str(price)}
            add(target, "mining.earned", f"earned:{day}:{site}", day, **fields)
    return mined


def _payouts(company: Company, mined: dict[tuple[date, str], int]) -> None:
    """Every Monday each pool pays what it credited through Sunday; at a quarter's end its balance is remeasured."""
    at_pool = {p: [amount, company.value(amount, OPENING)] for p, amount in OPENING_POOL_SATS.items()}
    for day in days(MONTHS[0], CALL_DAY):
        for pool, (held, carrying) in at_pool.items():
            if day.weekday() == 0 and held:
                target = company.file(
                    day,
                    "payouts.csv",
                    "What the pools paid on chain",
                    kind="mining.payout",
                    grade="assumed",
                    source="wallet ops, watch-only",
                    note="Assumed: weekly payouts of all that was credited; the transaction ids are invented.",
                )
                key = f"payout:{day}:{pool}"
                fields = {"pool": pool, "wallet": "ops", "sats": btc(held), "txid": txid(key), "value": usd(carrying)}
                add(target, "mining.payout", key, day, at=f"{day}T06:00:00Z", **fields)
                at_pool[pool] = [0, 0]
            today = [(s, amount) for (d, s), amount in mined.items() if d == day and SITES[s].pool == pool]
            at_pool[pool][0] += sum(amount for _, amount in today)
            at_pool[pool][1] += sum(company.value(amount, day) for _, amount in today)
            if (day.month, day.day) in {(3, 31), (6, 30)}:
                at_pool[pool][1] = company.value(at_pool[pool][0], day)


def _measurements(company: Company) -> None:
    for end, rates in OPERATING_EHS.items():
        day = date.fromisoformat(end)
        stated = end in {"2025-05-31", "2025-06-30"}
        folder = "opening" if day == OPENING else f"{day:%Y-%m}"
        target = company.sheet.file(
            f"{folder}/measurements.csv",
            f"Operating hash rate and efficiency of the sites, {day}.",
            grade="derived" if stated else "assumed",
            source="fleet telemetry",
            note="The split over sites is assumed" + ("; their sum is stated." if stated else ", and so is their sum."),
        )
        for site, rate in zip(SITES, rates, strict=True):
            fields = {"site": site, "region": SITES[site].region, "window": end}
            hashrate = ths(Fraction(rate) * 1_000_000)
            add(target, "fleet.hashrate-measured", f"operating:{end}:{site}", day, **fields, hashrate=hashrate)
            if rate != "0":
                efficiency = SITES[site].efficiency
                add(
                    target,
                    "fleet.efficiency-measured",
                    f"efficiency:{end}:{site}",
                    day,
                    **fields,
                    joules_per_th=efficiency,
                )


def txid(key: str) -> str:
    """An invented transaction id."""
    return sha256(f"invented {key}".encode()).hexdigest()
