"""Statements and KPIs of a period as rows: each figure on a line of its own, with the reason where it is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import msgspec

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.kpis import definitions, kpi_table
from mintage.books.layout import Statement
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.journal.store import Journal
from mintage.units import Period, parse_period
from mintage.units.errors import InputError

Cell = str | int | Decimal | None
Cells = tuple[Cell, ...]
STATEMENTS: dict[str, Callable[[View, Period], Statement]] = {
    "income": income_statement,
    "balance": balance_sheet,
    "cash": cash_flow,
    "cash-direct": cash_flow_direct,
    "cash-indirect": cash_flow_indirect,
    "bridge": ebitda_bridge,
}
COLUMNS = ("now", "before", "year_before")
"""Figures of a statement's row: the period's, those of the period before, and those of the year before."""


class Span(msgspec.Struct, frozen=True):
    """Accounting dates from the first to the last; open where None."""

    start: date | None = None
    end: date | None = None

    def period(self) -> Period:
        """The period that it is.

        Raises:
            InputError: it is no year, quarter, month or day.
        """
        if self.start is not None and self.end is not None:
            day = self.start
            names = (f"{day:%Y}", f"{day:%Y}Q{(day.month + 2) // 3}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}")
            for period in map(parse_period, names):
                if (period.start, period.end) == (self.start, self.end):
                    return period
        raise InputError(
            "statements and KPIs are of a period.", field="period", remedy="Name a year, quarter, month or day: 2025Q2."
        )


def kpi_rows(journal: Journal, span: Span) -> Iterator[Cells]:
    """Each KPI of the period, with its definition, and its source or the reason why it is unknown."""
    for item in kpi_table(View(journal), span.period()):
        known = definitions()[item.id]
        yield (
            item.period,
            item.id,
            item.en,
            item.zh,
            known.definition,
            known.version,
            item.value,
            item.unit,
            item.digits,
            item.source,
            item.reason or None,
            item.printed,
        )


def statement_rows(journal: Journal, span: Span) -> Iterator[Cells]:
    """Each figure of each row of each statement on a line of its own."""
    view, period = View(journal), span.period()
    for compute in STATEMENTS.values():
        found = compute(view, period)
        names = dict(zip(COLUMNS, (found.period, found.before, found.year_before), strict=True))
        for place, row in enumerate(found.rows, 1):
            for column in COLUMNS:
                figure = getattr(row, column)
                heading = row.kind == "heading"
                yield (
                    found.id,
                    found.en,
                    found.zh,
                    place,
                    row.id,
                    row.en,
                    row.zh,
                    row.kind,
                    row.level,
                    names[column],
                    column,
                    figure.value,
                    row.unit,
                    None if heading else figure.source,
                    None if heading else figure.reason or None,
                )
