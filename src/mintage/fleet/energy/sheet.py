"""Rows of a bill: exact while they are added up, whole cents that sum to the bill in the end."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal

import msgspec

Kind = Literal["energy", "demand", "coincident", "monthly", "tax"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a bill.

    Attributes:
        name: row of the tariff, with its band or part.
        kind: what it is for.
        month: calendar month of the tariff's zone, "2025-06".
        quantity: how much, in `unit`; None where unknown.
        unit: MWh, kW, month or USD (of a tax).
        cents: amount in cents; None where unknown.
        reason: why it is unknown.
    """

    name: str
    kind: Kind
    month: str
    quantity: Decimal | None
    unit: str
    cents: int | None
    reason: str = ""


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill.

    Attributes:
        rows: its rows; those with an amount sum to `known_cents`.
        cents: the whole amount; None where a row is unknown.
        known_cents: what is known of it.
        reason: why it is unknown.
    """

    rows: tuple[Row, ...]
    cents: int | None
    known_cents: int
    reason: str = ""


class Entry(msgspec.Struct):
    """A row in the making.

    Attributes:
        name: row of the tariff, with its band or part.
        kind: what it is for.
        month: calendar month, "2025-06".
        unit: unit of the quantity.
        taxed: whether tax is due on it.
        quantity: how much, exact.
        cents: amount in cents, exact.
        reason: why it is unknown.
    """

    name: str
    kind: Kind
    month: str
    unit: str
    taxed: bool
    quantity: Fraction = Fraction(0)
    cents: Fraction = Fraction(0)
    reason: str = ""


class Sheet:
    """Rows in the making, in the order in which they came; one row per name and month."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}

    def add(self, entry: Entry) -> None:
        """Add to a row of the same name and month."""
        row = self._entries.setdefault((entry.name, entry.month), entry)
        if row is not entry:
            row.quantity += entry.quantity
            row.cents += entry.cents
            row.reason = row.reason or entry.reason

    def tax(self, month: str, rate_pct: Decimal) -> None:
        """Add the tax of a month, where there is one."""
        if not rate_pct:
            return
        taxed = [row for row in self._entries.values() if row.month == month and row.taxed]
        reason = next((row.reason for row in taxed if row.reason), "")
        base = sum((row.cents for row in taxed), Fraction(0))
        cents = base * Fraction(rate_pct) / 100
        self.add(Entry("tax", "tax", month, "USD", taxed=False, quantity=base / 100, cents=cents, reason=reason))

    def exact(self) -> tuple[Fraction, str]:
        """The sum in cents, and why it is unknown where a row is."""
        entries = self._entries.values()
        reason = next((entry.reason for entry in entries if entry.reason), "")
        return sum((entry.cents for entry in entries), Fraction(0)), reason

    def bill(self) -> Bill:
        """Round, so that the rows sum to the bill."""
        entries = list(self._entries.values())
        shares = iter(apportion([entry.cents for entry in entries if not entry.reason]))
        rows = tuple(
            Row(
                name=entry.name,
                kind=entry.kind,
                month=entry.month,
                quantity=None if entry.reason else decimal_of(entry.quantity, 6),
                unit=entry.unit,
                cents=None if entry.reason else next(shares),
                reason=entry.reason,
            )
            for entry in entries
        )
        known = sum(row.cents for row in rows if row.cents is not None)
        reason = next((f"{row.name}: {row.reason}" for row in rows if row.reason), "")
        return Bill(rows=rows, cents=None if reason else known, known_cents=known, reason=reason)


def apportion(amounts: Sequence[Fraction]) -> list[int]:
    """Whole cents that sum to the sum rounded half up, each within a cent of its amount.

    Source: largest remainders (Hamilton's method); equal remainders go to the earlier row.
    """
    whole = [floor(amount) for amount in amounts]
    left = floor(sum(amounts, Fraction(0)) + Fraction(1, 2)) - sum(whole)
    by_remainder = sorted(range(len(amounts)), key=lambda number: whole[number] - amounts[number])
    for number in by_remainder[:left]:
        whole[number] += 1
    return whole


def decimal_of(value: Fraction, digits: int) -> Decimal:
    """A fraction rounded half up to so many decimals."""
    scaled = floor(value * 10**digits + Fraction(1, 2))
    return Decimal(scaled).scaleb(-digits)
