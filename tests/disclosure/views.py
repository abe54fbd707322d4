"""Books and markets for the tests: public figures of one quarter, and the daily series beside the checkout."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from mintage.disclosure.ports import DayQuote, KpiValue, Series

SHARED = Path(__file__).parents[3] / "shared"
CALL = SHARED / "seed" / "call-2025Q2-en-zh.txt"
PUBLIC = Path(__file__).parent / "public_kpis.csv"


class TableBooks:
    """Books that are a table of (id, period) -> value as printed with its half step of rounding."""

    def __init__(self, rows: dict[tuple[str, str], tuple[str, str, str]]) -> None:
        self.rows = rows

    def kpi(self, id: str, period: str) -> KpiValue:  # noqa: A002 - the port's name
        """Return a value of the table, or an unknown."""
        row = self.rows.get((id, period))
        if row is None:
            return KpiValue(id, period, None, "", "never published for this period")
        value, unit, half = Decimal(row[0]), row[1], Decimal(row[2] or "0")
        return KpiValue(id, period, value, unit, None, value - half, value + half)


def public_books() -> TableBooks:
    """Return the figures of the example company that are public, each with its printed precision."""
    with PUBLIC.open(encoding="utf-8", newline="") as file:
        return TableBooks(
            {(r["id"], r["period"]): (r["value"], r["unit"], r["half_step"]) for r in csv.DictReader(file)}
        )


class FileMarket:
    """Daily prices and hashprice read from the data beside the checkout."""

    def series(self, id: str, start: date, end: date) -> Series | None:  # noqa: A002 - the port's name
        """Return the days of a series; hashprice lies between the subsidy alone and 3% of fees on top."""
        known = _series().get(id)
        if known is None:
            return None
        return Series(id, known.unit, tuple(day for day in known.days if start <= day.day <= end), known.source)


@cache
def _series() -> dict[str, Series]:
    prices, hashprices = [], []
    with (SHARED / "data" / "btc_usd_daily_brk.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["date"] >= "2024":
                day = date.fromisoformat(row["date"])
                prices.append(DayQuote(day, Decimal(row["low"]), Decimal(row["high"]), Decimal(row["close"])))
    with (SHARED / "data" / "hashprice_daily_derived.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["date"] >= "2024":
                low = Decimal(row["hashprice_subsidy_only_usd_ph_day"])
                hashprices.append(DayQuote(date.fromisoformat(row["date"]), low, low * Decimal("1.03"), low))
    return {
        "bitcoin.price": Series("bitcoin.price", "USD/BTC", tuple(prices), "daily prices"),
        "hashprice": Series("hashprice", "USD/PH/s/day", tuple(hashprices), "difficulty and daily prices"),
    }
