"""Statements, rollforward and KPIs as terminal tables."""

from __future__ import annotations

from collections.abc import Sequence
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
    reasons = {cell.reason for row in statement.rows for cell in (row.now,) if cell.value is None and cell.reason}
    for reason in sorted(reasons):
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
                    format_amount(figures[0], "BTC"),
                    format_amount(figures[1], "USD"),
                    format_amount(figures[2], "USD"),
                )
            )
    print_table(
        f"Bitcoin rollforward, {found.period}", ("", "column", "bitcoin", "cost basis", "fair value"), rows, left=2
    )
    print(f"Realised on disposals: gains {format_amount(found.realised_gains, 'USD')}, ", end="")
    print(f"losses {format_amount(found.realised_losses, 'USD')}, ", end="")
    print(f"to date {format_amount(found.realised_cumulative, 'USD')}\n")
    restricted = [
        (
            item.holder,
            "kept" if item.control_kept else "given up",
            format_amount(item.sats, "BTC"),
            "unknown" if item.cost is None else format_amount(item.cost, "USD"),
            format_amount(item.fair_value, "USD"),
            format_amount(item.loan, "USD"),
            item.release + (f", due {item.due}" if item.due else ""),
        )
        for item in found.restricted
    ]
    columns = ("holder", "control", "bitcoin", "cost basis", "fair value", "loan", "lapses when")
    print_table("Restricted bitcoin", columns, restricted, left=2)


def print_kpis(title: str, found: Sequence[KpiValue]) -> None:
    """KPIs with both names and the printed value."""
    rows = [(item.id, item.en, item.zh, item.shown(), item.source) for item in found]
    print_table(title, ("id", "name", "名稱", "value", "source"), rows, left=3)
