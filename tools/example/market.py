"""Daily closes of bitcoin and difficulty epochs: real ones, carried over into the example's own files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tools.example.sheet import Sheet, add

START, END = date(2024, 12, 31), date(2025, 8, 31)
PRICES, DIFFICULTY = "market/prices.csv", "market/difficulty.csv"
PRICE_SOURCE = "brk-daily"


@dataclass(frozen=True)
class Market:
    """Closes and ranges (low, high) by day, USD per bitcoin, and epochs (first day, height, bits)."""

    closes: dict[date, Decimal]
    ranges: dict[date, tuple[str, str]]
    epochs: list[tuple[date, int, str]]

    def difficulty(self, day: date) -> int:
        """Difficulty of a day, rounded; the epoch in force at its start. Source: target of the compact bits."""
        bits = [bits for first, _, bits in self.epochs if first <= day][-1]
        target = bytes.fromhex(bits)
        exponent, mantissa = target[0], int.from_bytes(target[1:])
        return (0xFFFF << 208) // (mantissa << 8 * (exponent - 3))


def read_market(shared: Path, example: Path) -> Market:
    """Read the raw series where it lies beside the checkout, else what the example carries."""
    prices, epochs = shared / "btc_usd_daily_brk.csv", shared / "btc_difficulty_epochs.csv"
    if prices.exists() and epochs.exists():
        days = {day: row for row in _rows(prices) if START <= (day := date.fromisoformat(row["date"])) <= END}
        closes = {day: Decimal(row["close"]) for day, row in days.items()}
        return Market(closes, {day: (row["low"], row["high"]) for day, row in days.items()}, _raw_epochs(epochs))
    kept = {date.fromisoformat(row["day"]): row for row in _rows(example / PRICES)}
    closes = {day: Decimal(row["price"]) for day, row in kept.items()}
    ranges = {day: (row["low"], row["high"]) for day, row in kept.items()}
    found = [(date.fromisoformat(r["day"]), int(r["height"]), r["bits"]) for r in _rows(example / DIFFICULTY)]
    return Market(closes, ranges, found)


def write_market(sheet: Sheet, market: Market) -> None:
    """The series as facts."""
    target = sheet.file(
        PRICES,
        "Daily prices of bitcoin in USD, real ones, carried over from a public series (bitcoinresearchkit/brk).",
        kind="market.price-observed",
        grade="recorded",
        source="brk-daily",
        hour="24",
    )
    for day, price in market.closes.items():
        low, high = market.ranges[day]
        fields = {"day": day.isoformat(), "price": str(price), "low": low, "high": high}
        add(target, "market.price-observed", f"price:{day}", day, **fields)
    target = sheet.file(
        DIFFICULTY,
        "Difficulty epochs of the bitcoin network, real ones, carried over from Electrum's checkpoints.",
        kind="market.difficulty-observed",
        grade="recorded",
        source="electrum-checkpoints",
    )
    for day, height, bits in market.epochs:
        key = f"difficulty:{height}"
        add(target, "market.difficulty-observed", key, max(day, START), day=day.isoformat(), height=height, bits=bits)


def _raw_epochs(path: Path) -> list[tuple[date, int, str]]:
    found = []
    for row in _rows(path):
        if row["start_time_utc"]:
            day = datetime.fromisoformat(row["start_time_utc"]).date()
            if START - timedelta(days=14) <= day <= END:
                found.append((day, int(row["start_height"]), _bits(row["bits"])))
    return found


def _bits(text: str) -> str:
    return text.lower().zfill(8)


def _rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
