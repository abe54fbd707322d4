"""Lots on arrays: the lot book of the plan, with one element per path.

The ledger books a plan's facts as it books the real ones; only the book that chooses lots differs. On arrays no lot
can be chosen by looking at an amount, since each path would choose another. FIFO needs no choice: walk the lots
oldest first and take `min(wanted, held)` of each, which is nothing where a path wants no more.

Amounts are whole numbers. With `exact=True` they are Python integers in object arrays, and every result equals that
of `mintage.journal.lots.LotBook` to the unit. With floats of 64 bits they stay whole below 2**53; units and cost are
conserved exactly, and a part's cost may differ from the exact one by one minor unit, where its share lies within the
float's rounding of one half.
"""

from __future__ import annotations

from bisect import insort
from typing import Any

import numpy as np

from mintage.journal.lots import Holding, Lot, LotBook, LotMove, LotPolicy, Pool, Take, share
from mintage.journal.rules import Transfer
from mintage.units.errors import InputError, Shortfall


class PathPool(Pool):
    """The lots of one commodity in one place on every path, oldest first."""

    __slots__ = ("_dtype", "_queue", "_share")

    def __init__(self, book: PathLotBook) -> None:
        super().__init__("fifo")
        self._dtype, self._share = book.dtype, book.share
        self._queue: list[Holding] = []

    def _array(self, amount: Any) -> Any:
        # A plain integer becomes an array of no dimension, so that machine integers, which overflow, never arise.
        return np.asarray(amount, self._dtype)

    def put(self, lot: Lot, units: int, cost: int) -> None:
        """Add units of a lot, with their cost."""
        here = self.holdings.get(lot.id)
        if here is None:
            here = Holding((lot.acquired_at, lot.order), lot, self._array(units), self._array(cost))
            self.holdings[lot.id] = here
            insort(self._queue, here)
        else:
            # A new array each time: the old one may stand in an entry.
            here.units = here.units + units
            here.cost = here.cost + cost

    def add_cost(self, lot_id: str, cost: int) -> None:
        """Raise the cost of a lot that is here; no cost may be added where no path holds it.

        Raises:
            Shortfall: the lot is on no path here.
        """
        here = self.holdings.get(lot_id)
        if here is not None:
            here.cost = here.cost + cost
        elif np.any(cost):
            raise Shortfall(f"lot '{lot_id}' is held here on no path.")

    def remove(self, lot_id: str, units: int, cost: int) -> None:
        """Take out exactly so many units at exactly this cost, to undo what put them in.

        Raises:
            Shortfall: on some path they have left since, or cost was added to them since.
        """
        here = self.holdings.get(lot_id)
        if here is None:
            raise Shortfall(f"units of lot '{lot_id}' have left since.", remedy="Reverse what took them first.")
        left, cost_left = here.units - units, here.cost - cost
        if np.any(left < 0) or np.any((left == 0) & (cost_left != 0)):
            raise Shortfall(f"lot '{lot_id}' changed since on some path.", remedy="Reverse the later fact first.")
        here.units, here.cost = left, cost_left
        self._drop([here])

    def take(self, want: int, named: tuple[str, ...] = ()) -> list[Take]:
        """Take `want` units on every path, from the named lots or oldest first.

        Lots behind the last one that any path needs are left alone; that saves time and changes no amount.

        Raises:
            Shortfall: on some path fewer units are here, or in the named lots.
        """
        left = self._array(want)
        queue = [self.holdings[lot_id] for lot_id in named if lot_id in self.holdings] if named else self._queue
        takes = []
        touched = []
        for here in queue:
            if not np.any(left):
                break
            units = np.minimum(left, here.units)
            cost = self._share(here.cost, units, here.units)
            here.units, here.cost, left = here.units - units, here.cost - cost, left - units
            takes.append(Take(here.lot, units, cost))
            touched.append(here)
        if np.any(left) or np.any(self._array(want) < 0):
            raise Shortfall(f"{int(np.max(left))} units more than are held are wanted on some path.")
        self._drop(touched)
        return takes

    def _drop(self, candidates: list[Holding]) -> None:
        for here in candidates:
            if not np.any(here.units):
                del self.holdings[here.lot.id]
                self._queue.remove(here)

    def state(self) -> list[Take]:
        """What is held on any path, oldest lot first."""
        return [Take(here.lot, here.units, here.cost) for here in self._queue]


class PathLotBook(LotBook):
    """All pools on arrays, FIFO by account.

    Args:
        exact: Python integers in object arrays instead of whole numbers in floats: slow, equal to the books.
    """

    def __init__(self, *, exact: bool = False) -> None:
        super().__init__()
        self.dtype: Any = np.dtype(object if exact else np.float64)
        self.share = share if exact else share_of_paths

    def pool(self, account: str, commodity: str) -> PathPool:
        """The pool that serves an account, opened when first used."""
        key = (self.place(account, commodity), commodity)
        found = self.pools.get(key)
        if not isinstance(found, PathPool):
            found = self.pools[key] = PathPool(self)
        return found

    def acquire(self, account: str, lot: Lot, units: int, cost: int) -> None:
        """Open a lot, or put units of one somewhere, on the paths where there are any."""
        if np.any(units):
            self.pool(account, lot.commodity).put(lot, units, cost)

    def relieve(self, transfer: Transfer, balance: int) -> list[Take]:
        """Take the units of a transfer out of its source, on every path.

        Raises:
            Shortfall: on some path there are not so many.
        """
        _ = balance  # the pool itself knows what it holds
        try:
            return self.pool(transfer.source, transfer.commodity).take(transfer.amount, transfer.lots)
        except Shortfall as error:
            raise Shortfall(f"{transfer.commodity} cannot leave {transfer.source}: {error.problem}") from error

    @staticmethod
    def present(units: int) -> bool:
        """Whether an amount is anything but zero on some path."""
        return bool(np.any(units))

    def set_policy(self, commodity: str, policy: LotPolicy, balances: dict[tuple[str, str], int]) -> list[LotMove]:
        """Confirm FIFO by account, the only policy that needs no choice by amount.

        Raises:
            InputError: another policy is asked for.
        """
        _ = balances
        if policy != LotPolicy():
            raise InputError(
                f"the plan cannot take lots of {commodity} by {policy.method} in scope {policy.scope}.",
                remedy="A plan takes lots first in, first out, by account.",
                field="method",
            )
        self.policies[commodity] = policy
        return []

    def undo(self, lot: Lot, move: LotMove) -> None:
        """Do the opposite of a line of the lot ledger, whose units have one sign on all paths.

        Raises:
            Shortfall: on some path the units have left since.
        """
        pool = self.pool(move.account, lot.commodity)
        if np.any(move.units < 0):
            pool.put(lot, -move.units, -move.cost)
        elif np.any(move.units):
            pool.remove(lot.id, move.units, move.cost)
        else:
            pool.add_cost(lot.id, -move.cost)


def share_of_paths(total: Any, part: Any, whole: Any) -> Any:
    """`total * part / whole` on whole numbers in floats, rounded half up; 0 where `whole`, never negative, is 0.

    The ratio is formed first: it is exactly 1 for the whole, so that a lot that is used up leaves no cost behind.
    """
    part_of_whole = np.true_divide(part, np.maximum(whole, 1.0))
    part_of_whole *= total
    part_of_whole += 0.5
    return np.floor(part_of_whole)
