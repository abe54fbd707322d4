"""The books as pages and API tell them: statements with comparatives, KPIs, and what became of each period."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import msgspec

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.cells import StatementId
from mintage.books.figures import Growth
from mintage.books.kpis import definitions, kpi
from mintage.books.layout import Kind, Row, Statement
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.figure import Figure, of_cell, of_kpi
from mintage.desk.ledger_words import definition_in_chinese
from mintage.desk.periods import PeriodList, PeriodRow, period_list, period_row
from mintage.units import Period
from mintage.units.errors import InputError

MAKERS: dict[StatementId, Callable[[View, Period], Statement]] = {
    "income": income_statement,
    "balance": balance_sheet,
    "cash_flow": cash_flow,
    "cash_flow_direct": cash_flow_direct,
    "cash_flow_indirect": cash_flow_indirect,
    "bridge": ebitda_bridge,
}
HIGHLIGHTS = (
    "revenue.total",
    "gross_profit.total",
    "net_income",
    "ebitda.adjusted",
    "cash",
    "bitcoin.owned",
)


class StatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a statement.

    Attributes:
        id: its id.
        en: name in English.
        zh: name in Traditional Chinese.
        kind: heading, line, sum or ratio.
        level: indent.
        now: the period's figure.
        before: that of the period before.
        year_before: that of the year before.
        growth_before: growth from the period before, percent.
        growth_year: growth from the year before, percent.
    """

    id: str
    en: str
    zh: str
    kind: Kind
    level: int
    now: Figure
    before: Figure
    year_before: Figure
    growth_before: Figure
    growth_year: Figure


class StatementAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of a period with its comparatives.

    Attributes:
        id: which one.
        en: name in English.
        zh: name in Traditional Chinese.
        period: the period and what became of it.
        before: name of the period before.
        year_before: name of the period of the year before.
        rows: its rows.
        unit: unit of its amounts.
    """

    id: StatementId
    en: str
    zh: str
    period: PeriodRow
    before: str
    year_before: str
    rows: tuple[StatementRow, ...]
    unit: str = "USD"


class KpiRow(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI with its comparatives.

    Attributes:
        id: its id.
        en: name in English.
        zh: name in Traditional Chinese.
        definition: what it counts, in English.
        definition_zh: the same in Traditional Chinese.
        version: of the definition.
        now: in the period.
        before: in the period before.
        year_before: a year before.
    """

    id: str
    en: str
    zh: str
    definition: str
    definition_zh: str
    version: int
    now: Figure
    before: Figure
    year_before: Figure


class KpiTable(msgspec.Struct, frozen=True, kw_only=True):
    """All KPIs of a period.

    Attributes:
        period: the period.
        before: name of the period before.
        year_before: name of the period of the year before.
        rows: in the order of the table.
    """

    period: PeriodRow
    before: str
    year_before: str
    rows: tuple[KpiRow, ...]


class BooksHome(msgspec.Struct, frozen=True, kw_only=True):
    """The books at a glance.

    Attributes:
        period: the period that is looked at.
        periods: all of the ledger.
        highlights: what a reader looks for first.
    """

    period: PeriodRow
    periods: PeriodList
    highlights: tuple[KpiRow, ...]


def home(company: Company, period: Period) -> BooksHome:
    """The books at a glance."""
    rows = tuple(kpi_row(company.view(), id_, period) for id_ in HIGHLIGHTS)
    return BooksHome(period=period_row(company, period), periods=period_list(company), highlights=rows)


def statement_id(name: str) -> StatementId:
    """A statement by the name that addresses use.

    Raises:
        InputError: there is no such statement.
    """
    id_ = name.replace("-", "_")
    for known in MAKERS:
        if known == id_:
            return known
    raise InputError(
        f"'{name[:40]}' is no statement.", remedy=f"There are {', '.join(slug(id_) for id_ in MAKERS)}.", field="id"
    )


def slug(id_: str) -> str:
    """How addresses write a statement's id."""
    return id_.replace("_", "-")


def statement(company: Company, id_: StatementId, period: Period) -> StatementAnswer:
    """A statement with its comparatives; each figure leads to what it is made of.

    Raises:
        CheckFailed: the balance sheet does not foot.
    """
    sheet = MAKERS[id_](company.view(), period)
    return StatementAnswer(
        id=id_,
        en=sheet.en,
        zh=sheet.zh,
        period=period_row(company, period),
        before=sheet.before,
        year_before=sheet.year_before,
        rows=tuple(_row(sheet, id_, row) for row in sheet.rows),
    )


def trace_cell(id_: str, row: str, period: str) -> str:
    """Address of what a cell is made of."""
    return f"/books/cell?{urlencode({'statement': slug(id_), 'row': row, 'period': period})}"


def _row(sheet: Statement, id_: StatementId, row: Row) -> StatementRow:
    cells = ((row.now, sheet.period), (row.before, sheet.before), (row.year_before, sheet.year_before))
    digits = {"USD": 2, "USD/ADS": 4}.get(row.unit, 0)
    figures = [
        of_cell(cell, row.unit, digits, trace_cell(id_, row.id, name) if cell.value is not None else "")
        for cell, name in cells
    ]
    return StatementRow(
        id=row.id,
        en=row.en,
        zh=row.zh,
        kind=row.kind,
        level=row.level,
        now=figures[0],
        before=figures[1],
        year_before=figures[2],
        growth_before=_growth(row.growth_before),
        growth_year=_growth(row.growth_year),
    )


def _growth(found: Growth) -> Figure:
    return Figure(value=found.percent, unit="%", digits=1, reason=found.reason)


def kpis(company: Company, period: Period) -> KpiTable:
    """All KPIs of a period with those of the period before and of the year before."""
    view = company.view()
    return KpiTable(
        period=period_row(company, period),
        before=period.before().name,
        year_before=period.year_before().name,
        rows=tuple(kpi_row(view, id_, period) for id_ in definitions()),
    )


def kpi_row(view: View, id_: str, period: Period) -> KpiRow:
    """A KPI with its comparatives."""
    told = definitions()[id_]
    now, before, year = (of_kpi(kpi(view, id_, span)) for span in (period, period.before(), period.year_before()))
    return KpiRow(
        id=id_,
        en=told.en,
        zh=told.zh,
        definition=told.definition,
        definition_zh=definition_in_chinese(told.definition),
        version=told.version,
        now=now,
        before=before,
        year_before=year,
    )
