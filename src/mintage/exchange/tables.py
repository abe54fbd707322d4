"""The journal and what follows from it as tables of exact rows, for spreadsheets and analysts.

Amounts come as whole minor units, as exact decimals in the printed unit, and with that unit in a column of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.kpis import definitions, kpi_table
from mintage.books.layout import Statement
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.exchange.posted import FACTS_BETWEEN_STEPS, Progress, natural, scale_of
from mintage.journal.chart import default_chart
from mintage.journal.store import Journal
from mintage.units import Period, commodity, format_instant, parse_period
from mintage.units.errors import InputError

Cell = str | int | Decimal | None
Cells = tuple[Cell, ...]
Type = Literal["text", "integer", "decimal", "date", "instant"]
"""A date is written YYYY-MM-DD; an instant ISO 8601 in UTC; a decimal as its exact digits."""
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


class Table(msgspec.Struct, frozen=True):
    """A table.

    Attributes:
        columns: names and types of its columns.
        rows: its rows, one after another.
    """

    columns: dict[str, Type]
    rows: Callable[[Journal, Span], Iterator[Cells]]


def told(rows: Iterator[Cells], progress: Progress | None) -> Iterator[Cells]:
    """Rows as they are; tells now and then how many there were."""
    for number, row in enumerate(rows, 1):
        yield row
        if progress and number % FACTS_BETWEEN_STEPS == 0:
            progress(number, None)


def _amount(units: int, id_: str) -> Cells:
    return units, natural(units, scale_of(id_)), commodity(id_).unit


def _facts(journal: Journal, span: Span) -> Iterator[Cells]:
    for stored in journal.facts(start=span.start, end=span.end):
        fact, evidence = stored.fact, stored.fact.evidence
        shown = (
            (None,) * 5
            if evidence is None
            else (evidence.source, evidence.sha256, evidence.row, evidence.txid, evidence.note)
        )
        yield (
            stored.seq,
            fact.key,
            fact.kind,
            fact.date.isoformat(),
            format_instant(fact.at),
            fact.actor,
            fact.grade,
            *shown,
            _JSON.encode(fact.data).decode(),
            stored.hash.hex(),
        )


def _postings(journal: Journal, span: Span) -> Iterator[Cells]:
    for row in journal.postings(start=span.start, end=span.end):
        yield (
            row.seq,
            row.key,
            row.kind,
            row.date.isoformat(),
            row.account,
            row.commodity,
            *_amount(row.amount, row.commodity),
        )


def _lots(journal: Journal, span: Span) -> Iterator[Cells]:
    """Open lots at the end of the last day."""
    for state in journal.lot_states("*", span.end):
        lot = state.lot
        yield (
            lot.id,
            lot.commodity,
            lot.kind,
            format_instant(lot.acquired_at),
            lot.order,
            state.account,
            *_amount(state.units, lot.commodity),
            state.cost,
            natural(state.cost, 2),
        )


def _moves(journal: Journal, span: Span) -> Iterator[Cells]:
    for row in journal.moves("*", span.start, span.end):
        move, id_ = row.move, row.lot.commodity
        yield (
            row.seq,
            row.key,
            row.fact_kind,
            row.date.isoformat(),
            move.lot,
            move.account,
            move.kind or None,
            id_,
            *_amount(move.units, id_),
            move.cost,
            natural(move.cost, 2),
            move.cost_to or None,
            move.value,
            natural(move.value, 2),
        )


def _balances(journal: Journal, span: Span) -> Iterator[Cells]:
    for (account, id_), amount in sorted(journal.balances(span.start, span.end).items()):
        yield account, id_, *_amount(amount, id_)


def _accounts(journal: Journal, span: Span) -> Iterator[Cells]:
    """Accounts that were posted to, with what the chart says of them."""
    counted: dict[str, list[Any]] = {}
    for row in journal.postings(start=span.start, end=span.end):
        known = counted.setdefault(row.account, [0, row.date, row.date])
        known[0] += 1
        known[1], known[2] = min(known[1], row.date), max(known[2], row.date)
    chart = default_chart()
    for account, (count, first, last) in sorted(counted.items()):
        entry = chart.entry(account)
        yield (
            account,
            entry.pattern,
            entry.type,
            entry.line or None,
            entry.flow or None,
            entry.meaning,
            count,
            first.isoformat(),
            last.isoformat(),
        )


def _commodities(journal: Journal, span: Span) -> Iterator[Cells]:
    """Commodities that were posted, with what the table says of them."""
    used = {row.commodity for row in journal.postings(start=span.start, end=span.end)}
    for id_ in sorted(used):
        entry = commodity(id_)
        yield id_, entry.unit, entry.scale, entry.carrying, entry.meaning


def _kpis(journal: Journal, span: Span) -> Iterator[Cells]:
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


def _statements(journal: Journal, span: Span) -> Iterator[Cells]:
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


_JSON = msgspec.json.Encoder(decimal_format="string")
_AMOUNT: dict[str, Type] = {"amount_minor": "integer", "amount": "decimal", "unit": "text"}
_FACT: dict[str, Type] = {"seq": "integer", "key": "text", "kind": "text", "date": "date"}
_COST: dict[str, Type] = {"cost_cents": "integer", "cost_usd": "decimal"}


def _columns(names: str, type_: Type = "text") -> dict[str, Type]:
    return dict.fromkeys(names.split(), type_)


TABLES: dict[str, Table] = {
    "facts": Table(
        {
            **_FACT,
            "at": "instant",
            **_columns("actor grade source sha256"),
            "row": "integer",
            **_columns("txid note data hash"),
        },
        _facts,
    ),
    "postings": Table({**_FACT, **_columns("account commodity"), **_AMOUNT}, _postings),
    "lots": Table(
        {
            **_columns("lot commodity kind"),
            "acquired_at": "instant",
            "seq": "integer",
            "account": "text",
            **_AMOUNT,
            **_COST,
        },
        _lots,
    ),
    "moves": Table(
        {
            **_FACT,
            **_columns("lot account move commodity"),
            **_AMOUNT,
            **_COST,
            "cost_to": "text",
            "value_cents": "integer",
            "value_usd": "decimal",
        },
        _moves,
    ),
    "balances": Table({**_columns("account commodity"), **_AMOUNT}, _balances),
    "accounts": Table(
        {
            **_columns("account pattern type line flow meaning"),
            "postings": "integer",
            "first": "date",
            "last": "date",
        },
        _accounts,
    ),
    "commodities": Table(
        {**_columns("commodity unit"), "scale": "integer", **_columns("carrying meaning")}, _commodities
    ),
    "kpis": Table(
        {
            **_columns("period kpi en zh definition"),
            "version": "integer",
            "value": "decimal",
            "unit": "text",
            "digits": "integer",
            **_columns("source reason printed"),
        },
        _kpis,
    ),
    "statements": Table(
        {
            **_columns("statement statement_en statement_zh"),
            "place": "integer",
            **_columns("row en zh kind"),
            "level": "integer",
            **_columns("period column"),
            "value": "decimal",
            **_columns("unit source reason"),
        },
        _statements,
    ),
}
