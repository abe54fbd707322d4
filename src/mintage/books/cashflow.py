"""Cash flow: every movement of money by what it was for.

A movement is classified by the account on the other side of its transfer: the chart names that account's cash-flow
line. Money for bitcoin is divided by the lots that were sold: those received for hashing or goods and sold
within `sold_nearly_immediately_days` of receipt are operating, the rest investing. Source: ASC 230-10-45-27A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

import msgspec

from mintage.books.layout import Layout, RowDef, Statement, Values, add_up, layouts, statement
from mintage.books.policy import policy
from mintage.books.view import DAY, View, select
from mintage.journal.lots import share
from mintage.journal.store import MoveRow, PostingRow
from mintage.units import Period

CASH = "assets:cash:"
ELSEWHERE = ("bitcoin.sold.investing", "bitcoin.bought", "investing.", "financing.", "paid.repurchase", "fx")
"""Beginnings of the cash-flow lines outside operating activities."""
DAY_US = 86_400_000_000


class Movement(msgspec.Struct, frozen=True, gc=False):
    """Money in (+) or out (-) with the account on the other side, and the cash-flow line that it belongs to.

    Attributes:
        direction: ".in" or ".out"; the reversal of a payment is a payment of less, not a receipt.
    """

    seq: int
    key: str
    account: str
    flow: str
    amount: int
    direction: str


class Leg(msgspec.Struct, frozen=True, gc=False):
    """A posting of USD with the account on the other side of its transfer, "" in a manual entry of several legs."""

    seq: int
    key: str
    account: str
    counter: str
    amount: int


def legs(view: View, period: Period) -> list[Leg]:
    """All USD postings of a period, each with its other side."""

    def pair() -> list[Leg]:
        rows = view.postings("USD", period.start, period.end)
        return [leg for _, group in groupby(rows, key=lambda row: row.seq) for leg in _pair(list(group))]

    return view.once(("legs", period), pair)


def _pair(rows: list[PostingRow]) -> Iterator[Leg]:
    """A transfer is booked as two postings in a row, source and target; a manual entry need not come in pairs."""
    paired = len(rows) % 2 == 0 and all(a.amount == -b.amount for a, b in zip(rows[::2], rows[1::2], strict=True))
    for at, row in enumerate(rows):
        counter = rows[at ^ 1].account if paired else ""
        yield Leg(row.seq, row.key, row.account, counter, row.amount)


def movements(view: View, period: Period) -> list[Movement]:
    """All movements of money in a period but those between own accounts."""
    return view.once(("movements", period), lambda: list(_movements(view, period)))


def _movements(view: View, period: Period) -> Iterator[Movement]:
    sold, undone = _disposals(view, period), view.reversals
    for _, group in groupby(legs(view, period), key=lambda leg: leg.seq):
        entry = list(group)
        if not any(leg.account.startswith(CASH) for leg in entry):
            continue
        for leg in entry:
            # In a manual entry the money is what the other legs leave over, so they say what it was for.
            touches = leg.counter.startswith(CASH) or not leg.counter
            if not leg.account.startswith(CASH) and touches and leg.amount:
                yield from _classify(view, leg, sold.get(leg.seq, []), undone)


def _classify(view: View, leg: Leg, sold: list[MoveRow], undone: dict[str, str]) -> Iterator[Movement]:
    flow, amount = view.chart.entry(leg.account).flow, -leg.amount
    direction = ".in" if (amount > 0) != (leg.key in undone) else ".out"
    if flow != "bitcoin":
        yield Movement(leg.seq, leg.key, leg.account, flow, amount, direction)
        return
    if not sold:
        yield Movement(leg.seq, leg.key, leg.account, "bitcoin.bought", amount, direction)
        return
    prompt = share(amount, sum(abs(row.move.units) for row in sold if _prompt(view, row)), _units(sold))
    yield Movement(leg.seq, leg.key, leg.account, "bitcoin.sold.operating", prompt, direction)
    yield Movement(leg.seq, leg.key, leg.account, "bitcoin.sold.investing", amount - prompt, direction)


def _units(rows: list[MoveRow]) -> int:
    return sum(abs(row.move.units) for row in rows)


def _prompt(view: View, row: MoveRow) -> bool:
    """Whether a lot was received for hashing or goods, and given up nearly immediately afterwards."""
    rule = policy()
    if row.lot.kind not in rule.sold_nearly_immediately_kinds:
        return False
    return _sold_at(view, row) - row.lot.acquired_at <= rule.sold_nearly_immediately_days * DAY_US


def _sold_at(view: View, row: MoveRow) -> int:
    origin = view.reversals.get(row.key)
    stored = view.journal.fact(origin) if origin else None
    return stored.fact.at if stored else row.at


def _disposals(view: View, period: Period) -> dict[int, list[MoveRow]]:
    """Lines of the lot ledger of a period that gave bitcoin up (or undid that), by fact."""

    def find() -> dict[int, list[MoveRow]]:
        found: dict[int, list[MoveRow]] = {}
        undone = view.reversals
        for row in view.moves_within("BTC", period.start, period.end):
            sign = -1 if row.key in undone else 1
            if row.move.kind not in {"", "cost", "average", "policy"} and row.move.units * sign < 0:
                found.setdefault(row.seq, []).append(row)
        return found

    return view.once(("disposals", period), find)


def flow_sums(view: View, period: Period) -> dict[str, int]:
    """Cents by cash-flow line, and by line with ".in" and ".out" for receipts and payments alone."""
    sums: dict[str, int] = {}
    for item in movements(view, period):
        for id_ in (item.flow, item.flow + item.direction):
            sums[id_] = sums.get(id_, 0) + item.amount
    return sums


def _flow_values(view: View, rows: tuple[RowDef, ...], period: Period) -> Values:
    sums = flow_sums(view, period)
    values: Values = {row.id: sum(sums.get(id_, 0) for id_ in row.flows) for row in rows if row.kind == "line"}
    opening = view.stock(period.start - DAY)
    values["cash.opening"] = sum(select(opening, (CASH + "*",), "USD").values())
    return add_up(rows, values)


def _indirect_values(view: View, rows: tuple[RowDef, ...], period: Period) -> Values:
    changes = view.flow(period.start, period.end)
    elsewhere: dict[tuple[str, str], int] = {}
    for item in movements(view, period):
        if item.flow.startswith(ELSEWHERE):
            slot = (item.account, "USD")
            elsewhere[slot] = elsewhere.get(slot, 0) + item.amount
    entry = view.chart.entry
    in_results = {slot: amount for slot, amount in elsewhere.items() if entry(slot[0]).type in {"income", "expense"}}
    values: Values = {"net_income": view.result(changes), "elsewhere": -sum(in_results.values())}
    for row in rows:
        if row.kind == "line":
            moved = sum(select(changes, row.back, "USD").values()) - sum(select(changes, row.forth, "USD").values())
            held = sum(select(changes, row.residual, "USD").values()) if row.residual else 0
            spent = sum(select(elsewhere, row.residual, "USD").values()) if row.residual else 0
            values[row.id] = moved - held - spent
    return add_up(rows, values)


def _statement(
    view: View, id_: str, period: Period, compute: Callable[[View, tuple[RowDef, ...], Period], Values]
) -> Statement:
    layout: Layout = layouts("cashflow.toml")[id_]
    key = "cash_flow" if id_ == "sections" else f"cash_flow_{id_}"
    return view.once(
        (key, period),
        lambda: statement(view, key, layout, period, lambda span: compute(view, layout.row, span)),
    )


def cash_flow(view: View, period: Period) -> Statement:
    """Operating, investing and financing activities, from the cash at the start to that at the end."""
    return _statement(view, "sections", period, _flow_values)


def cash_flow_direct(view: View, period: Period) -> Statement:
    """What came in and what went out, as a CFO tells it."""
    return _statement(view, "direct", period, _flow_values)


def cash_flow_indirect(view: View, period: Period) -> Statement:
    """From net income to the cash of operating activities."""
    return _statement(view, "indirect", period, _indirect_values)


def cash_flow_values(view: View, period: Period) -> Values:
    """Values of the rows of the three sections, in cents."""
    layout = layouts("cashflow.toml")["sections"]
    return view.once(("cash flow values", period), lambda: _flow_values(view, layout.row, period))
