"""The plan's lot book against the books' own: path by path the same lots, units and cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.journal.lots import Lot, LotBook, LotPolicy, Take, share
from mintage.journal.rules import Transfer
from mintage.plan.lots import PathLotBook, share_of_paths
from mintage.units.errors import InputError, Shortfall

PATHS = 3
WALLETS = ("assets:bitcoin:free:a", "assets:bitcoin:free:b")
Amounts = tuple[int, ...]
amounts = st.tuples(*[st.integers(0, 10**12)] * PATHS)
parts = st.tuples(*[st.integers(0, 1000)] * PATHS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from(WALLETS), amounts, amounts),
        st.tuples(st.just("sell"), st.sampled_from(WALLETS), parts, amounts),
        st.tuples(st.just("move"), st.sampled_from(WALLETS), parts, amounts),
    ),
    max_size=14,
)


def arrays(values: Amounts, *, exact: bool) -> Any:
    return np.array(values, object if exact else np.float64)


class Slow:
    """One exact book per path, which does what the book on arrays does at once."""

    def __init__(self) -> None:
        self.books = [LotBook() for _ in range(PATHS)]

    def held(self, account: str) -> Amounts:
        return tuple(book.pool(account, "BTC").units for book in self.books)

    def acquire(self, account: str, lots: list[Lot]) -> None:
        for book, lot in zip(self.books, lots, strict=True):
            book.acquire(account, lot, lot.units, lot.cost)

    def relieve(self, account: str, wanted: Amounts) -> list[list[Take]]:
        return [
            book.relieve(Transfer("BTC", want, account, "world:market"), book.pool(account, "BTC").units)
            for book, want in zip(self.books, wanted, strict=True)
        ]

    def land(self, account: str, taken: list[list[Take]]) -> None:
        for book, takes in zip(self.books, taken, strict=True):
            for take in takes:
                book.acquire(account, take.lot, take.units, take.cost)


def on_path(takes: list[Take], path: int) -> list[tuple[str, int, int]]:
    """Lots with units on one path, as the exact book would list them."""
    rows = [(take.lot.id, np.ravel(take.units), np.ravel(take.cost)) for take in takes]
    return [(id_, int(units[path]), int(cost[path])) for id_, units, cost in rows if units[path]]


def open_lot(number: int, units: Any, cost: Any) -> Lot:
    return Lot(f"lot-{number}", "BTC", "mined", number // 2, number, units, cost)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_on_integers_every_path_equals_the_exact_book(sequence: list[Any]) -> None:
    """FIFO without a choice takes the same units at the same cost from the same lots as the heap does."""
    fast, slow = PathLotBook(exact=True), Slow()
    for number, (verb, account, first, second) in enumerate(sequence):
        if verb == "open":
            lots = [open_lot(number, units, cost) for units, cost in zip(first, second, strict=True)]
            slow.acquire(account, lots)
            units, cost = arrays(first, exact=True), arrays(second, exact=True)
            fast.acquire(account, open_lot(number, units, cost), units, cost)
            continue
        wanted = tuple(held * part // 1000 for held, part in zip(slow.held(account), first, strict=True))
        takes = fast.relieve(Transfer("BTC", arrays(wanted, exact=True), account, "world:market"), 0)
        expected = slow.relieve(account, wanted)
        for path in range(PATHS):
            assert on_path(takes, path) == [(t.lot.id, t.units, t.cost) for t in expected[path]]
        if verb == "move":
            other = WALLETS[1 - WALLETS.index(account)]
            slow.land(other, expected)
            for take in takes:
                fast.acquire(other, take.lot, take.units, take.cost)
    for account in WALLETS:
        states = fast.pool(account, "BTC").state()
        for path, book in enumerate(slow.books):
            exact = [(t.lot.id, t.units, t.cost) for t in book.pool(account, "BTC").state()]
            assert on_path(states, path) == exact


def held(pool: Any) -> tuple[Any, Any]:
    states = pool.state()
    return sum(t.units for t in states), sum(t.cost for t in states)


@settings(max_examples=100, deadline=None)
@given(steps)
def test_on_floats_units_and_cost_are_conserved_exactly(sequence: list[Any]) -> None:
    """What was put in is what is held plus what was taken, in units and in cents, to the last unit on every path."""
    book = PathLotBook()
    into, out = np.zeros((2, PATHS)), np.zeros((2, PATHS))
    for number, (verb, account, first, second) in enumerate(sequence):
        if verb == "open":
            units, cost = arrays(first, exact=False), arrays(second, exact=False) * (np.array(first) > 0)
            book.acquire(account, open_lot(number, units, cost), units, cost)
            into += np.array([units, cost])
            continue
        units = np.floor(held(book.pool(account, "BTC"))[0] * (arrays(first, exact=False) / 1000))
        takes = book.relieve(Transfer("BTC", units, account, "world:market"), 0)
        for take in takes:
            assert np.all(take.units >= 0)
            assert np.all(take.cost >= 0)
            if verb == "move":
                book.acquire(WALLETS[1 - WALLETS.index(account)], take.lot, take.units, take.cost)
            else:
                out += np.array([take.units, take.cost])
    left = np.zeros((2, PATHS))
    for account in WALLETS:
        left += np.array([np.broadcast_to(amount, PATHS) for amount in held(book.pool(account, "BTC"))])
    assert np.array_equal(into, left + out)


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.integers(0, 10**13))
def test_a_share_on_floats_is_within_one_unit_of_the_exact_one(total: int, part: int, whole: int) -> None:
    """Rounding of a ratio to 53 bits moves a share by one minor unit at most; the whole's share is the total."""
    part = min(part, whole)
    assert abs(int(share_of_paths(float(total), float(part), float(whole))) - share(total, part, whole)) <= 1
    assert int(share_of_paths(float(total), float(max(1, whole)), float(max(1, whole)))) == total


@pytest.mark.parametrize("exact", [True, False])
def test_no_path_can_give_what_it_has_not(*, exact: bool) -> None:
    """One path that is a satoshi short refuses the fact for all."""
    book = PathLotBook(exact=exact)
    units = arrays((5, 5, 5), exact=exact)
    book.acquire(WALLETS[0], open_lot(1, units, units), units, units)
    wanted = arrays((5, 6, 0), exact=exact)
    with pytest.raises(Shortfall, match="BTC cannot leave"):
        book.relieve(Transfer("BTC", wanted, WALLETS[0], "world:market"), 0)
    with pytest.raises(Shortfall, match="BTC cannot leave"):
        book.relieve(Transfer("BTC", -wanted, WALLETS[1], "world:market"), 0)


def test_named_lots_are_taken_in_the_order_named() -> None:
    """Specific identification works on arrays as it does in the books."""
    book = PathLotBook(exact=True)
    for number in (1, 2, 3):
        units = arrays((10, 20, 30), exact=True)
        book.acquire(WALLETS[0], open_lot(number, units, units), units, units)
    sale = Transfer("BTC", arrays((15, 15, 15), exact=True), WALLETS[0], "world:market", lots=("lot-3", "lot-1"))
    takes = book.relieve(sale, 0)
    assert on_path(takes, 0) == [("lot-3", 10, 10), ("lot-1", 5, 5)]
    assert on_path(takes, 2) == [("lot-3", 15, 15)]
    with pytest.raises(Shortfall):
        book.relieve(Transfer("BTC", 1, WALLETS[0], "world:market", lots=("lot-9",)), 0)


def test_other_methods_are_refused_by_name() -> None:
    """HIFO would choose another lot on each path, so a plan says that it cannot."""
    book = PathLotBook()
    book.set_policy("BTC", LotPolicy(), {})
    with pytest.raises(InputError, match="hifo"):
        book.set_policy("BTC", LotPolicy("hifo"), {})
