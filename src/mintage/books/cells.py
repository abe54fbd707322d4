"""What one cell of a statement is made of: the rows that it adds up, or the accounts whose amounts add up to it.

Each part says how to find its postings, or its movements of money, again; the parts of a cell sum to it exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

import msgspec

from mintage.books.bridge import bridge_layout, bridge_version
from mintage.books.cashflow import CASH, ELSEWHERE, Movement, movements
from mintage.books.layout import Layout, RowDef, layouts
from mintage.books.view import DAY, RESULTS, View, select
from mintage.journal.store import Balances
from mintage.units import Period
from mintage.units.errors import InputError

StatementId = Literal["income", "balance", "cash_flow", "cash_flow_direct", "cash_flow_indirect", "bridge"]
_LAYOUTS = {
    "income": ("statements.toml", "income"),
    "balance": ("statements.toml", "balance"),
    "cash_flow": ("cashflow.toml", "sections"),
    "cash_flow_direct": ("cashflow.toml", "direct"),
    "cash_flow_indirect": ("cashflow.toml", "indirect"),
}
Nature = Literal["balance", "change", "cash", "elsewhere"]
"""The balance at a day, its change over the period, money moved against the account, or such money told elsewhere."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What an account gives to a cell.

    Attributes:
        account: the account.
        commodity: USD, or ADS for their number.
        nature: whether it is a balance, a change of it, or money moved against it.
        sign: what its own amount is multiplied by.
        amount: what it gives, in minor units, the sign included.
        start: first day of its postings; None from the beginning.
        end: last day of its postings.
    """

    account: str
    commodity: str = "USD"
    nature: Nature
    sign: int
    amount: int
    start: date | None
    end: date


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A row that a sum adds up, or that a ratio is made of."""

    row: RowDef
    sign: int


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell is made of: terms or parts, or neither where nothing was booked.

    Attributes:
        row: the row.
        terms: rows that it adds up.
        parts: accounts, the largest amount first.
    """

    row: RowDef
    terms: tuple[Term, ...] = ()
    parts: tuple[Part, ...] = ()


def layout_of(id_: StatementId, period: Period) -> Layout:
    """The rows of a statement as they are for a period.

    Raises:
        InputError: there is no such statement.
    """
    if id_ == "bridge":
        return bridge_layout(bridge_version(period.end))
    if id_ not in _LAYOUTS:
        raise InputError(f"'{id_}' is no statement.", remedy=f"There are {', '.join(_LAYOUTS)} and bridge.")
    file, name = _LAYOUTS[id_]
    return layouts(file)[name]


def made_of(view: View, id_: StatementId, row_id: str, period: Period) -> Made:
    """What a cell is made of.

    Args:
        view: the books.
        id_: the statement.
        row_id: the row.
        period: the column.

    Raises:
        InputError: the statement has no such row.
    """
    rows = {row.id: row for row in layout_of(id_, period).row}
    row = rows.get(row_id)
    if row is None or row.kind == "heading":
        raise InputError(f"the statement has no row '{row_id}'.", remedy="Follow a link from the statement.")
    if row.rows:
        signs = ((-1, id_[1:]) if id_[0] == "-" else (1, id_) for id_ in row.rows)
        return Made(row=row, terms=tuple(Term(row=rows[name], sign=sign) for sign, name in signs))
    parts = sorted(_parts(view, id_, row, period), key=lambda part: (-abs(part.amount), part.account, part.nature))
    return Made(row=row, parts=tuple(part for part in parts if part.amount))


def _parts(view: View, id_: StatementId, row: RowDef, period: Period) -> Iterator[Part]:
    if row.unit == "ADS":
        yield from _balances(select(view.stock(period.end), row.accounts, "ADS"), 1, None, period.end, "ADS")
    elif id_ == "balance":
        yield from _lines(view, row, view.stock(period.end), None, period.end)
    elif row.id == "net_income":
        yield from _balances(_results(view, view.flow(period.start, period.end)), -1, period.start, period.end)
    elif id_ == "income":
        yield from _lines(view, row, view.flow(period.start, period.end), period.start, period.end)
    elif id_ == "bridge":
        found = select(view.flow(period.start, period.end), row.accounts, "USD", row.without)
        yield from _balances(found, 1, period.start, period.end)
    elif row.id == "cash.opening":
        day = period.start - DAY
        yield from _balances(select(view.stock(day), (CASH + "*",), "USD"), 1, None, day)
    elif id_ == "cash_flow_indirect":
        yield from _indirect(view, row, period)
    else:
        yield from _money(cell_movements(view, row, period), 1, "cash", period)


def _lines(view: View, row: RowDef, balances: Balances, start: date | None, end: date) -> Iterator[Part]:
    """Accounts of statement lines, printed assets as debits, others as credits."""
    for (account, commodity), amount in balances.items():
        entry = view.chart.entry(account)
        if commodity == "USD" and entry.line and entry.line in row.lines:
            yield from _balances({account: amount}, 1 if entry.type == "asset" else -1, start, end)
    yield from _balances(select(balances, row.accounts, "USD"), -1, start, end)
    if row.results:
        yield from _balances(_results(view, balances), -1, start, end)


def _results(view: View, balances: Balances) -> dict[str, int]:
    entry = view.chart.entry
    return {
        account: amount
        for (account, commodity), amount in balances.items()
        if commodity == "USD" and entry(account).type in RESULTS
    }


def _balances(
    found: dict[str, int], sign: int, start: date | None, end: date, commodity: str = "USD"
) -> Iterator[Part]:
    for account, amount in found.items():
        nature: Nature = "balance" if start is None else "change"
        yield Part(
            account=account,
            commodity=commodity,
            nature=nature,
            sign=sign,
            amount=sign * amount,
            start=start,
            end=end,
        )


def _indirect(view: View, row: RowDef, period: Period) -> Iterator[Part]:
    changes = view.flow(period.start, period.end)
    outside = [item for item in movements(view, period) if item.flow.startswith(ELSEWHERE)]
    if row.id == "elsewhere":
        entry = view.chart.entry
        found = (item for item in outside if entry(item.account).type in RESULTS)
        yield from _money(found, -1, "elsewhere", period)
        return
    for patterns, sign in ((row.back, 1), (row.forth, -1), (row.residual, -1)):
        if patterns:
            yield from _balances(select(changes, patterns, "USD"), sign, period.start, period.end)
    if row.residual:
        held = select({(item.account, "USD"): 1 for item in outside}, row.residual, "USD")
        yield from _money((item for item in outside if item.account in held), -1, "elsewhere", period)


def _money(found: Iterable[Movement], sign: int, nature: Nature, period: Period) -> Iterator[Part]:
    sums: dict[str, int] = {}
    for item in found:
        sums[item.account] = sums.get(item.account, 0) + item.amount
    for account, amount in sums.items():
        yield Part(account=account, nature=nature, sign=sign, amount=sign * amount, start=period.start, end=period.end)


def cell_movements(view: View, row: RowDef, period: Period) -> list[Movement]:
    """The movements of money on the cash-flow lines of a row."""
    return [
        item for item in movements(view, period) if item.flow in row.flows or item.flow + item.direction in row.flows
    ]


def part_movements(view: View, id_: StatementId, row: RowDef, account: str, period: Period) -> list[Movement]:
    """The movements of money against one account that a cell holds, in the order of facts."""
    if id_ == "cash_flow_indirect":
        found = [item for item in movements(view, period) if item.flow.startswith(ELSEWHERE)]
    else:
        found = cell_movements(view, row, period)
    return [item for item in found if item.account == account]
