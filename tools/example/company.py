"""What the topics share while the facts are written: the calendar, what is owed, what was paid in money."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tools.example.market import Market
from tools.example.sheet import FactFile, Sheet

BANK, BANK_US = "first-straits", "lone-mesa"
"""The bank that most money moves through, and the one for American customs, payroll and the home shop."""
Q1_START, Q1_END = date(2025, 1, 1), date(2025, 3, 31)
Q2_START, Q2_END = date(2025, 4, 1), date(2025, 6, 30)
OPENING = date(2024, 12, 31)
CALL_DAY = date(2025, 8, 13)
MONTHS = tuple(date(2025, month, 1) for month in range(1, 9))
QUARTERS = ("2025Q1", "2025Q2")


@dataclass
class Company:
    """Sheet, market, and two tallies: payables by day and creditor, money by day and cash-flow line (cents)."""

    sheet: Sheet
    market: Market
    payables: list[tuple[date, str, int]] = field(default_factory=list)
    money: list[tuple[date, str, int]] = field(default_factory=list)
    owed_to_hosts: dict[tuple[str, str], int] = field(default_factory=dict)

    def owe(self, day: date, creditor: str, cents: int) -> None:
        """A bill on credit; negative where it is settled."""
        self.payables.append((day, creditor, cents))

    def owed(self, day: date) -> dict[str, int]:
        """What is owed at the end of a day, by creditor."""
        sums: dict[str, int] = defaultdict(int)
        for when, creditor, cents in self.payables:
            if when <= day:
                sums[creditor] += cents
        return sums

    def pay(self, day: date, flow: str, cents: int) -> None:
        """Money out; negative where it comes in."""
        self.money.append((day, flow, -cents))

    def paid(self, quarter: str, flow: str) -> int:
        """Net money out on a cash-flow line in a quarter."""
        first, last = span(quarter)
        return -sum(cents for day, name, cents in self.money if name == flow and first <= day <= last)

    def value(self, sats: int, day: date) -> int:
        """Fair value in cents at the close of a day, rounded half up."""
        return value_cents(sats, self.market.closes[day])

    def file(self, day: date, name: str, title: str, **defaults: str) -> FactFile:
        """The file of a day's month."""
        return self.sheet.file(f"{day:%Y-%m}/{name}", f"{title}, {day:%B %Y}.", **defaults)


def value_cents(sats: int, price: Decimal) -> int:
    """Satoshis at USD per bitcoin, in cents, rounded half up."""
    numerator, denominator = price.as_integer_ratio()
    return (2 * sats * numerator + denominator * 10**6) // (2 * denominator * 10**6)


def sats(bitcoin: str) -> int:
    """Satoshis of a decimal number of bitcoin."""
    return int(Decimal(bitcoin).scaleb(8))


def span(quarter: str) -> tuple[date, date]:
    """First and last day of one of the two quarters."""
    return (Q1_START, Q1_END) if quarter == "2025Q1" else (Q2_START, Q2_END)


def month_end(month: date) -> date:
    """Last day of a month, or the day before the call in August."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return min(following - timedelta(days=1), CALL_DAY)


def days(first: date, last: date) -> list[date]:
    """All days from first to last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def quarter_of(day: date) -> str:
    """Name of the quarter of a day."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def draw(topic: str) -> Random:
    """A seeded source of small variations, one per topic, so that topics do not disturb each other."""
    return Random(f"lodequarry {topic}")  # noqa: S311  variation for an example, not a secret


def require(*, holds: bool, message: str) -> None:
    """Stop where the tables contradict each other.

    Raises:
        ValueError: they do; says how.
    """
    if not holds:
        raise ValueError(message)
