"""From a printed number back to its evidence: id, definition, terms, accounts, postings, facts, evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from mintage.books import queries as q
from mintage.books.cashflow import movements
from mintage.books.facts import KpiReported
from mintage.books.figures import to_decimal
from mintage.books.kpis import Kpi, definition, exact, kpi
from mintage.books.layout import RowDef, layouts
from mintage.books.nodes import Node, fact_node
from mintage.books.prices import closing_price
from mintage.books.rollforward import column, roll_rows
from mintage.books.view import View, select
from mintage.journal.fact import Fact
from mintage.journal.store import PostingRow
from mintage.units import Period, format_amount

TABLES = {"income": "statements.toml", "balance": "statements.toml", "cash": "cashflow.toml", "bridge": "bridge.toml"}
LAYOUT_IDS = {"cash": "sections"}
T = TypeVar("T")


def trace(view: View, id_: str, period: Period, *, limit: int = 10) -> Node:
    """Walk a KPI back to its evidence.

    Args:
        view: the books.
        id_: id of the KPI.
        period: of which period.
        limit: most children shown of an account, group or measurement; the rest is counted.

    Raises:
        InputError: no KPI has this id.
    """
    return _Tracer(view, period, limit).kpi(id_)


class _Tracer:
    def __init__(self, view: View, period: Period, limit: int) -> None:
        self.view, self.period, self.limit = view, period, limit

    def kpi(self, id_: str) -> Node:
        row, value = definition(id_), kpi(self.view, id_, self.period)
        told = Node(kind="definition", label=f"{id_} version {row.version}", note=row.definition)
        return Node(
            kind="kpi",
            label=f"{id_} {self.period}",
            value=value.shown(),
            note=row.en,
            children=(told, *self._from(row)),
        )

    def _from(self, row: Kpi) -> Iterator[Node]:
        if exact(self.view, row.id, self.period).source == "reported":
            yield from self._reported(row.id)
        if isinstance(row.query, q.Composite):
            yield from (self.kpi(id_) for id_ in row.query.parts())
        elif not row.query.gap(self.view, self.period):
            yield from self._leaf(row.query)

    def _reported(self, id_: str) -> Iterator[Node]:
        for fact in self.view.facts(KpiReported.kind):
            told = fact.data
            if isinstance(told, KpiReported) and (told.id, told.period) == (id_, self.period.name):
                yield fact_node(fact, f"{told.value} {told.unit}")

    def _leaf(self, query: q.Query) -> Iterator[Node]:
        match query:
            case q.RowQuery():
                yield self._row(query.statement, query.row)
            case q.StockQuery():
                yield from self._accounts(query.accounts, query.commodity, None)
            case q.FlowQuery():
                yield from self._accounts(query.accounts, query.commodity, self.period.start)
            case q.MeasuredStockQuery():
                yield from self._accounts(query.accounts, "USD", None)
            case q.FactsQuery():
                found = query.matching(self.view, self.period)
                yield from self._bounded(found, lambda fact: fact_node(fact, str(getattr(fact.data, query.field))))
            case q.RolledQuery():
                yield from self._rolled(query.rows, query.column)
            case q.RealisedQuery():
                rows = tuple(row.id for row in roll_rows() if row.section == "disposition")
                yield from self._rolled(rows, "owned")
            case q.MeasuredQuery():
                yield from self._measured(query)
            case q.PriceQuery():
                price = closing_price(self.view, self.period.end)
                if not isinstance(price, str):
                    yield self._keyed(price.key, f"{price.price} USD/BTC")

    def _row(self, statement: str, row_id: str) -> Node:
        """A row of a statement: the rows that it adds up, or its accounts."""
        rows = {row.id: row for row in layouts(TABLES[statement])[LAYOUT_IDS.get(statement, statement)].row}
        row = rows[row_id]
        value = q.statement_values(self.view, statement, self.period).get(row_id)
        printed = f"{to_decimal(value, row.digits):,f} {row.unit}" if value is not None else "unknown"
        if row.unit == "USD" and isinstance(value, int):
            printed = format_amount(value, "USD")
        children = (
            tuple(self._row(statement, id_.lstrip("-")) for id_ in row.rows)
            if row.rows
            else tuple(self._row_accounts(statement, row))
        )
        return Node(kind="term", label=row_id, value=printed, note=row.en, children=children)

    def _row_accounts(self, statement: str, row: RowDef) -> Iterator[Node]:
        # A balance, and the ADS of a period's average, come from all time; the rest from the period.
        start = None if statement == "balance" or row.unit == "ADS" else self.period.start
        if row.flows:
            yield from self._cash(row)
            return
        patterns = row.accounts + tuple(
            re.sub(r"\{\w+\}", "*", entry.pattern)
            for entry in self.view.chart.entries
            if entry.line and entry.line in row.lines
        )
        if row.results or row.id == "net_income":
            patterns += ("income:*", "expenses:*")
        yield from self._accounts(patterns, "ADS" if row.unit == "ADS" else "USD", start)

    def _cash(self, row: RowDef) -> Iterator[Node]:
        """Movements of money on a cash-flow line, by the account on the other side."""
        groups: dict[str, list[tuple[str, int]]] = {}
        for item in movements(self.view, self.period):
            if item.flow in row.flows or item.flow + item.direction in row.flows:
                groups.setdefault(item.account, []).append((item.key, item.amount))
        for account, items in sorted(groups.items()):
            children = self._bounded(items, lambda item: self._keyed(item[0], format_amount(item[1], "USD")))
            total = format_amount(sum(amount for _, amount in items), "USD")
            yield Node(kind="account", label=account, value=total, note="cash against it", children=tuple(children))

    def _accounts(self, patterns: tuple[str, ...], commodity: str, start: date | None) -> Iterator[Node]:
        """Accounts that fit, largest first, each with its postings grouped by the kind of fact."""
        end = self.period.end
        balances = self.view.stock(end) if start is None else self.view.flow(start, end)
        found = sorted(select(balances, patterns, commodity).items(), key=lambda item: (-abs(item[1]), item[0]))
        for account, amount in found[: self.limit]:
            rows = self.view.journal.postings(account=account, commodity=commodity, start=start, end=end)
            yield Node(
                kind="account",
                label=account,
                value=format_amount(amount, commodity),
                children=tuple(self._groups(list(rows))),
                commodity=commodity,
                start=start.isoformat() if start else "",
                end=end.isoformat(),
            )
        yield from self._more(len(found))

    def _groups(self, rows: list[PostingRow]) -> Iterator[Node]:
        kinds: dict[str, list[PostingRow]] = {}
        for row in rows:
            kinds.setdefault(row.kind, []).append(row)
        for kind, group in sorted(kinds.items()):
            group.sort(key=lambda row: -abs(row.amount))
            total = format_amount(sum(row.amount for row in group), group[0].commodity)
            children = self._bounded(group, lambda row: self._keyed(row.key, format_amount(row.amount, row.commodity)))
            yield Node(kind="group", label=kind, value=total, note=f"{len(group)} postings", children=tuple(children))

    def _rolled(self, rows: tuple[str, ...], wanted: str) -> Iterator[Node]:
        kinds = {kind for row in roll_rows() if row.id in rows for kind in row.kinds}
        columns = {"owned": {"held", "receivable"}}.get(wanted, {wanted})
        if "gains" in rows or "closing" in rows:
            patterns = ("assets:bitcoin:*", "assets:bitcoin-receivable:*")
            start = None if "closing" in rows else self.period.start
            yield from self._accounts(patterns, "BTC" if start is None else "USD", start)
            return
        found = [
            row
            for row in self.view.moves_within("BTC", self.period.start, self.period.end)
            if row.move.kind in kinds and column(row.move.account) in columns
        ]
        yield from self._bounded(found, lambda row: self._keyed(row.key, format_amount(row.move.units, "BTC")))

    def _measured(self, query: q.MeasuredQuery) -> Iterator[Node]:
        last: dict[str, Fact] = {}
        for fact in self.view.facts(query.kind):
            if fact.date <= self.period.end and query.region in {"", getattr(fact.data, "region", "")}:
                last[getattr(fact.data, "site", "")] = fact
        for fact in last.values():
            yield fact_node(fact, str(getattr(fact.data, query.field)))

    def _keyed(self, key: str, value: str) -> Node:
        stored = self.view.journal.fact(key)
        return Node(kind="fact", label=key, value=value) if stored is None else fact_node(stored.fact, value)

    def _bounded(self, items: Sequence[T], make: Callable[[T], Node]) -> Iterator[Node]:
        for item in items[: self.limit]:
            yield make(item)
        yield from self._more(len(items))

    def _more(self, count: int) -> Iterator[Node]:
        if count > self.limit:
            yield Node(kind="group", label=f"and {count - self.limit} more")
