"""The journal and what follows from it as tables of exact rows, for spreadsheets and analysts.

Amounts come as whole minor units, as exact decimals in the printed unit, and with that unit in a column of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec

from mintage.exchange.figures import Cells, Span, kpi_rows, statement_rows
from mintage.exchange.posted import FACTS_BETWEEN_STEPS, Progress, natural, scale_of
from mintage.journal.chart import default_chart
from mintage.journal.store import Journal
from mintage.units import commodity, format_instant

Type = Literal["text", "integer", "decimal", "date", "instant"]
"""A date is written YYYY-MM-DD; an instant ISO 8601 in UTC; a decimal as its exact digits."""


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
        kpi_rows,
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
        statement_rows,
    ),
}
