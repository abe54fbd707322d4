"""Statements, rollforward and KPIs as terminal tables."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mintage.books.figures import Cell, Growth, to_decimal
from mintage.books.kpis import KpiValue
from mintage.books.layout import Row, Statement
from mintage.books.rollforward import Rollforward
from mintage.cli.show import plain, print_table, styled
from mintage.units import format_amount

if TYPE_CHECKING:
    from rich.text import Text


def amount(cell: Cell, unit: str) -> str:
    """A figure as printed: thousands of USD, or the unit itself; "unknown" where it is."""
    if cell.value is None:
        return "unknown"
    if unit == "USD" and cell.cents is not None:
        return f"{to_decimal(Fraction(cell.cents, 100_000), 0):,}"
    return f"{cell.value:,}"


def change(growth: Growth) -> str:
    """A growth rate, or a dash where there is none."""
    return "–" if growth.percent is None else f"{growth.percent:+,.1f}%"


def print_statement(statement: Statement) -> None:
    """A statement in thousands of USD, with comparatives and growth."""
    title = f"{statement.en} · {statement.zh}, {statement.period} (USD thousand unless said)"
    columns = ("", statement.period, statement.before, "Δ", statement.year_before, "Δ")
    print_table(title, columns, [_cells(row) for row in statement.rows])
    gaps = {row.now.reason for row in statement.rows if row.kind != "heading" and row.now.value is None}
    for reason in sorted(gaps):
        print(f"unknown: {reason}")


def _cells(row: Row) -> Sequence[Text | str]:
    label = "  " * row.level + row.en + ("" if row.unit == "USD" or row.kind == "heading" else f" ({row.unit})")
    if row.kind == "heading":
        return (styled(label, "bold"), "", "", "", "", "")
    cells = (
        amount(row.now, row.unit),
        amount(row.before, row.unit),
        change(row.growth_before),
        amount(row.year_before, row.unit),
        change(row.growth_year),
    )
    style = "bold" if row.kind == "sum" else ""
    return (styled(label, style), *(styled(cell, style) for cell in cells))


def usd(cents: int) -> str:
    """Whole dollars and cents, without the unit."""
    return f"{Decimal(cents).scaleb(-2):,}"


def bitcoin(sats: int) -> str:
    """Bitcoin to the satoshi, without the unit."""
    return f"{Decimal(sats).scaleb(-8):,.8f}"


def print_rollforward(found: Rollforward) -> None:
    """The rollforward in bitcoin, cost basis and fair value, and what is restricted."""
    rows = []
    for row in found.rows:
        bold = "bold" if row.section in {"opening", "closing"} else ""
        for column in found.columns:
            figures = row.units[column], row.cost[column], row.fair_value[column]
            if column != "owned" and not any(figures):
                continue
            rows.append(
                (
                    styled(f"{row.en} · {row.zh}" if column == found.columns[0] else f"{row.en}", bold),
                    plain(column),
                    bitcoin(figures[0]),
                    usd(figures[1]),
                    usd(figures[2]),
                )
            )
    print_table(
        f"Bitcoin rollforward, {found.period}",
        ("", "column", "bitcoin", "cost basis, USD", "fair value, USD"),
        rows,
        left=2,
    )
    print(f"Realised on disposals: gains {format_amount(found.realised_gains, 'USD')}, ", end="")
    print(f"losses {format_amount(found.realised_losses, 'USD')}, ", end="")
    print(f"to date {format_amount(found.realised_cumulative, 'USD')}\n")
    restricted = [
        (
            item.holder,
            "kept" if item.control_kept else "given up",
            bitcoin(item.sats),
            usd(item.fair_value),
            usd(item.loan),
            item.release + (f", due {item.due}" if item.due else ""),
        )
        for item in found.restricted
    ]
    columns = ("holder", "control", "bitcoin", "fair value, USD", "loan, USD", "lapses when")
    print_table("Restricted bitcoin", columns, restricted, left=2)


def print_kpis(title: str, found: Sequence[KpiValue]) -> None:
    """KPIs with both names and the printed value; what is unknown stands below, by reason."""
    known = [item for item in found if item.value is not None]
    rows = [(item.id, item.shown(), item.en, item.zh, "" if item.source == "books" else item.source) for item in known]
    print_table(title, ("id", "value", "name", "名稱", ""), rows)
    reasons: dict[str, list[str]] = {}
    for item in found:
        if item.value is None:
            reasons.setdefault(item.reason, []).append(item.id)
    for reason, ids in reasons.items():
        print(f"unknown ({reason}): {', '.join(ids)}\n")
