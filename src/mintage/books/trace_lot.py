"""From a lot back to where it came from: its places, its moves (a payout, a pledge), and the fact that opened it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from mintage.books.nodes import Node, fact_node
from mintage.books.view import View
from mintage.journal.ledger import find_lot
from mintage.journal.lots import Lot
from mintage.journal.store import MoveRow
from mintage.units import format_amount, format_instant
from mintage.units.errors import InputError


def trace_lot(view: View, lot_id: str) -> Node:
    """Walk a lot back: where its units are or went, newest first, then the fact that brought it in.

    For mined bitcoin that is the pool day and the site; the payout is the move to the wallet.

    Raises:
        InputError: there is no such lot.
    """
    lot = find_lot(view.journal, lot_id)
    if lot is None:
        raise InputError(f"there is no lot '{lot_id}'.", remedy="`mintage treasury lots` shows those that are open.")
    rows = [row for row in view.moves(lot.commodity) if row.lot.id == lot_id]
    return Node(
        kind="lot",
        label=lot_id,
        value=format_amount(lot.units, lot.commodity),
        note=f"{lot.kind} {format_instant(lot.acquired_at)}, cost {format_amount(lot.cost, 'USD')}",
        children=(*_places(lot, rows), *_moves(view, lot, rows)),
    )


def _places(lot: Lot, rows: list[MoveRow]) -> Iterator[Node]:
    held: dict[str, tuple[int, int]] = {}
    for row in rows:
        units, cost = held.get(row.move.account, (0, 0))
        held[row.move.account] = (units + row.move.units, cost + row.move.cost)
    for account, (units, cost) in sorted(held.items()):
        if units:
            note = f"cost {format_amount(cost, 'USD')}"
            yield Node(kind="account", label=account, value=format_amount(units, lot.commodity), note=note)


def _moves(view: View, lot: Lot, rows: list[MoveRow]) -> Iterator[Node]:
    entries = [list(group) for _, group in groupby(rows, key=lambda row: row.seq)]
    for entry in reversed(entries):
        left = [row.move for row in entry if row.move.units < 0]
        came = [row.move for row in entry if row.move.units > 0]
        source = left[0].account if left else "from outside"
        target = came[0].account if came else "given up"
        units = sum(move.units for move in came) or -sum(move.units for move in left)
        stored = view.journal.fact(entry[0].key)
        told = next((row.move.kind for row in entry if row.move.kind), "moved")
        yield Node(
            kind="move",
            label=f"{source} -> {target}",
            value=format_amount(units, lot.commodity),
            note=told,
            children=(fact_node(stored.fact, ""),) if stored else (),
        )
