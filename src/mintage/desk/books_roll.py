"""The rollforward of bitcoin as pages and API tell it."""

from __future__ import annotations

from typing import Literal, get_args
from urllib.parse import urlencode

import msgspec

from mintage.books.restricted import Restricted
from mintage.books.rollforward import (
    EDGES,
    SUMS,
    RollItem,
    RollRow,
    Section,
    bitcoin_rollforward,
    column,
    roll_items,
    roll_rows,
)
from mintage.books.view import DAY, View
from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, trace_account, trace_fact, unknown, usd
from mintage.desk.periods import PeriodRow, period_row
from mintage.units import Period
from mintage.units.errors import InputError

Measure = Literal["units", "cost", "fair_value"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


class RollforwardRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the rollforward.

    Attributes:
        id: its id.
        en: name in English.
        zh: name in Traditional Chinese.
        section: opening, addition, transfer, disposition, remeasurement or closing.
        units: bitcoin by column.
        cost: cost basis by column.
        fair_value: fair value by column.
    """

    id: str
    en: str
    zh: str
    section: Section
    units: dict[str, Figure]
    cost: dict[str, Figure]
    fair_value: dict[str, Figure]


class RestrictedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin in the hands of a lender or borrower.

    Attributes:
        holder: who.
        account: the account.
        control_kept: False where the holder may re-use it.
        held: how much.
        cost: cost basis.
        fair_value: fair value.
        loan: what is owed to the holder.
        release: what ends the restriction.
        due: when that is due; "" where no terms are recorded.
    """

    holder: str
    account: str
    control_kept: bool
    held: Figure
    cost: Figure
    fair_value: Figure
    loan: Figure
    release: str
    due: str


class RollforwardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The rollforward of a period.

    Attributes:
        period: the period.
        columns: held, receivable, owned, deposits, total.
        rows: its rows.
        realised_gains: gains over cost of the period's disposals.
        realised_losses: losses likewise, negative.
        realised_cumulative: both, of all time up to the period's end.
        restricted: what was restricted at its end.
        gap: why the period is unknown, "" where it is known.
    """

    period: PeriodRow
    columns: tuple[str, ...]
    rows: tuple[RollforwardRow, ...]
    realised_gains: Figure
    realised_losses: Figure
    realised_cumulative: Figure
    restricted: tuple[RestrictedRow, ...]
    gap: str = ""


class RollPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact, or an account at the start or the end, gives to a cell of the rollforward.

    Attributes:
        account: the account.
        key: key of the fact; "" where the account's balance is told.
        figure: what it gives.
    """

    account: str
    key: str
    figure: Figure


class RollCell(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell of the rollforward is made of.

    Attributes:
        row: the row.
        en: its name in English.
        zh: its name in Traditional Chinese.
        column: the column.
        measure: units, cost or fair value.
        period: the period.
        figure: the cell.
        parts: what it is made of, the largest first; they add up to it.
        more: how many parts are not listed.
    """

    row: str
    en: str
    zh: str
    column: str
    measure: Measure
    period: str
    figure: Figure
    parts: tuple[RollPart, ...]
    more: int


PARTS_SHOWN = 500
"""Parts of a cell that are listed; the rest is counted."""


def roll_cell(company: Company, row_id: str, wanted: str, measure: str, period: Period) -> RollCell:
    """What a cell of the rollforward is made of.

    Raises:
        InputError: there is no such row, column or measure, or the period is not covered.
    """
    view = company.view()
    gap, known = view.flow_gap(period), next((name for name in MEASURES if name == measure), None)
    told = next((row for row in roll_rows() if row.id == row_id), None)
    roll = bitcoin_rollforward(view, period)
    if gap or told is None or known is None or wanted not in roll.columns:
        raise InputError(gap or "there is no such cell.", remedy="Follow a link from the rollforward.")
    columns = SUMS.get(wanted, (wanted,))
    parts = _edge_parts(view, row_id, known, period) if row_id in EDGES else _item_parts(view, row_id, known, period)
    found = [(part, amount) for place, part, amount in parts if place in columns and amount]
    found.sort(key=lambda item: -abs(item[1]))
    return RollCell(
        row=row_id,
        en=told.en,
        zh=told.zh,
        column=wanted,
        measure=known,
        period=period.name,
        figure=_amount(getattr(roll.row(row_id), known)[wanted], known),
        parts=tuple(part for part, _ in found[:PARTS_SHOWN]),
        more=max(0, len(found) - PARTS_SHOWN),
    )


_Parts = list[tuple[str, RollPart, int]]


def _item_parts(view: View, row_id: str, measure: Measure, period: Period) -> _Parts:
    """By fact and account: a sale from many lots is one part."""
    sums: dict[tuple[str, str, str], int] = {}
    for item in roll_items(view, period):
        if item.row == row_id:
            slot = (item.column, item.account, item.key)
            sums[slot] = sums.get(slot, 0) + _of(item, measure)
    return [
        (place, RollPart(account=account, key=key, figure=_amount(amount, measure, trace_fact(key))), amount)
        for (place, account, key), amount in sums.items()
    ]


def _of(item: RollItem, measure: Measure) -> int:
    return {"units": item.units, "cost": item.cost, "fair_value": item.fair_value}[measure]


def _edge_parts(view: View, row_id: str, measure: Measure, period: Period) -> _Parts:
    """By account, at the end of the day before the period or of its last day."""
    day = period.start - DAY if row_id == "opening" else period.end
    sums: dict[str, int] = {}
    if measure == "fair_value":
        sums = {account: amount for (account, id_), amount in view.stock(day).items() if id_ == "USD"}
    else:
        for row in view.moves_within("BTC", None, day):
            given = row.move.units if measure == "units" else row.move.cost
            sums[row.move.account] = sums.get(row.move.account, 0) + given
    commodity = "USD" if measure == "fair_value" else "BTC"
    return [
        (
            column(account),
            RollPart(
                account=account,
                key="",
                figure=_amount(amount, measure, trace_account(account, commodity, end=day.isoformat())),
            ),
            amount,
        )
        for account, amount in sums.items()
        if column(account)
    ]


def _amount(amount: int, measure: Measure, trace: str = "") -> Figure:
    return btc(amount, trace) if measure == "units" else usd(amount, trace)


def rollforward(company: Company, period: Period) -> RollforwardAnswer:
    """The rollforward of all bitcoin for a period; unknown where the ledger does not cover it."""
    view = company.view()
    gap = view.flow_gap(period)
    roll = bitcoin_rollforward(view, period)
    known = not gap
    return RollforwardAnswer(
        period=period_row(company, period),
        columns=roll.columns,
        rows=tuple(_row(row, period) for row in roll.rows) if known else (),
        realised_gains=usd(roll.realised_gains) if known else unknown(gap, "USD"),
        realised_losses=usd(roll.realised_losses) if known else unknown(gap, "USD"),
        realised_cumulative=usd(roll.realised_cumulative) if known else unknown(gap, "USD"),
        restricted=tuple(restricted_row(item) for item in roll.restricted) if known else (),
        gap=gap,
    )


def _row(row: RollRow, period: Period) -> RollforwardRow:
    def trace(column: str, measure: Measure) -> str:
        asked = {"row": row.id, "column": column, "measure": measure, "period": period.name}
        return f"/books/rollforward/cell?{urlencode(asked)}"

    return RollforwardRow(
        id=row.id,
        en=row.en,
        zh=row.zh,
        section=row.section,
        units={name: btc(amount, trace(name, "units") if amount else "") for name, amount in row.units.items()},
        cost={name: usd(amount, trace(name, "cost") if amount else "") for name, amount in row.cost.items()},
        fair_value={
            name: usd(amount, trace(name, "fair_value") if amount else "") for name, amount in row.fair_value.items()
        },
    )


def restricted_row(item: Restricted) -> RestrictedRow:
    """Bitcoin in the hands of a lender or borrower."""
    no_cost = "a global lot policy knows no cost by holder"
    return RestrictedRow(
        holder=item.holder,
        account=item.account,
        control_kept=item.control_kept,
        held=btc(item.sats, trace_account(item.account, "BTC")),
        cost=unknown(no_cost, "USD") if item.cost is None else usd(item.cost),
        fair_value=usd(item.fair_value, trace_account(item.account, "USD")),
        loan=usd(item.loan, trace_account(f"liabilities:loan:*:{item.holder}", "USD")),
        release=item.release,
        due=item.due,
    )
