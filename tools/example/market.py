"""Daily closes of bitcoin and difficulty epochs: real ones, carried over into the example's own files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from example.sheet import Sheet, add

START, END = date(2024, 12, 31), date(2025, 8, 13)
PRICES, DIFFICULTY = "market/prices.csv", "market/difficulty.csv"
PRICE_SOURCE = "brk-daily"


@dataclass(frozen=True)
class Market:
    """Closes by day (USD per bitcoin) and epochs (first day, height, bits)."""

    closes: dict[date, Decimal]
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
        return Market(_raw_closes(prices), _raw_epochs(epochs))
    closes = {date.fromisoformat(row["day"]): Decimal(row["price"]) for row in _rows(example / PRICES)}
    found = [(date.fromisoformat(r["day"]), int(r["height"]), r["bits"]) for r in _rows(example / DIFFICULTY)]
    return Market(closes, found)


def write_market(sheet: Sheet, market: Market) -> None:
    """The series as facts."""
    target = sheet.file(
        PRICES,
        "Daily closes of bitcoin in USD, real ones, carried over from a public series (bitcoinresearchkit/brk).",
        kind="market.price-observed",
        grade="recorded",
        source="brk-daily",
        hour="24",
    )
    for day, price in market.closes.items():
        add(target, "market.price-observed", f"price:{day}", day, day=day.isoformat(), price=str(price))
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


def _raw_closes(path: Path) -> dict[date, Decimal]:
    days = ((date.fromisoformat(row["date"]), row["close"]) for row in _rows(path))
    return {day: Decimal(close) for day, close in days if START <= day <= END}


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
