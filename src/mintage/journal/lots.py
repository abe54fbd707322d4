"""Lots: which units are held, since when, how they were got and what they cost.

A pool holds the lots of one commodity on one account (policy scope "account"), or on all accounts of one chart entry
(scope "global"). The method says which lot goes first; one heap serves all of them:
FIFO oldest first, LIFO newest first, HIFO dearest per unit first; AVERAGE takes the oldest units at the pool's
average cost. Specific identification names lots, under any method.

Law: units and cost are conserved by every operation. A part of a lot costs its share rounded half up to the
minor unit of the cost; the rest of the cost stays with the rest of the lot.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Literal

import msgspec

from mintage.journal.rules import Transfer
from mintage.units import format_amount
from mintage.units.errors import Shortfall

Method = Literal["fifo", "lifo", "hifo", "average"]
Scope = Literal["account", "global"]
METHODS: tuple[Method, ...] = ("fifo", "lifo", "hifo", "average")


class Lot(msgspec.Struct, frozen=True, gc=False):
    """What never changes about a lot.

    Attributes:
        id: key of the fact that opened it, with "/n" where one fact opened several.
        commodity: what it is of.
        kind: how it was got: mined, received, bought, built, deposit, ...
        acquired_at: instant, microseconds since 1970 UTC; decides age and cash-flow class.
        order: running number of the fact that opened it, which breaks ties of `acquired_at`.
        units: units when it was opened.
        cost: their cost when it was opened; HIFO ranks lots by cost per unit at that time.
    """

    id: str
    commodity: str
    kind: str
    acquired_at: int
    order: int
    units: int
    cost: int


class Take(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot with their share of the cost.

    Under the average method a lot that is used up may have cost left, or have given too much; `heir` is the lot
    that inherits this `residual`.
    """

    lot: Lot
    units: int
    cost: int
    heir: str = ""
    residual: int = 0


class LotMove(msgspec.Struct, frozen=True, gc=False):
    """One line of the lot ledger: units and cost of a lot that reach (+) or leave (-) a place.

    Attributes:
        account: the account, or the chart entry's stem ("assets:bitcoin:free") under the global scope.
        kind: on the line that opens a lot or gives units up, how; "" on a move between own accounts,
            "cost" where only cost was added, "average" and "policy" where the method re-shares it.
        cost_to: where the cost of units given up went: an account, or "@key" for the lots that a fact built.
        value: USD fair value of units given up.
    """

    lot: str
    account: str
    units: int
    cost: int
    kind: str = ""
    cost_to: str = ""
    value: int = 0


class Holding:
    """Units of one lot in one pool, as the heap orders them."""

    __slots__ = ("cost", "key", "lot", "units")

    def __init__(self, key: tuple[int, int], lot: Lot, units: int, cost: int) -> None:
        self.key, self.lot, self.units, self.cost = key, lot, units, cost

    def __lt__(self, other: Holding) -> bool:
        return self.key < other.key


def share(total: int, part: int, whole: int) -> int:
    """`total * part / whole`, rounded half up; 0 where `whole` is 0.

    The one expression serves integers and arrays of whole numbers, so it has no branch.
    """
    return (2 * total * part + whole) // (2 * whole + (whole == 0))


def _sort_key(method: Method, lot: Lot) -> tuple[int, int]:
    if method == "lifo":
        return (-lot.acquired_at, -lot.order)
    if method == "hifo":
        return (-((lot.cost << 64) // lot.units), lot.order)
    return (lot.acquired_at, lot.order)


class Pool:
    """The lots of one commodity in one place."""

    __slots__ = ("_heap", "cost", "holdings", "method", "units")

    def __init__(self, method: Method) -> None:
        self.method: Method = method
        self.holdings: dict[str, Holding] = {}
        self._heap: list[Holding] = []
        self.units = 0
        self.cost = 0

    def put(self, lot: Lot, units: int, cost: int) -> None:
        """Add units of a lot, with their cost."""
        self.units += units
        self.cost += cost
        held = self.holdings.get(lot.id)
        if held is not None:
            held.units += units
            held.cost += cost
            return
        held = Holding(_sort_key(self.method, lot), lot, units, cost)
        self.holdings[lot.id] = held
        heappush(self._heap, held)

    def add_cost(self, lot_id: str, cost: int) -> None:
        """Raise the cost of a lot that is here.

        Raises:
            Shortfall: the lot is not here.
        """
        held = self.holdings.get(lot_id)
        if held is None:
            raise Shortfall(f"lot '{lot_id}' is not held here.", remedy="`mintage treasury lots` shows what is.")
        held.cost += cost
        self.cost += cost

    def remove(self, lot_id: str, units: int, cost: int) -> None:
        """Take out exactly so many units at exactly this cost, to undo what put them in.

        Raises:
            Shortfall: they have left since, or cost was added to them since.
        """
        held = self.holdings.get(lot_id)
        if held is None or held.units < units:
            raise Shortfall(f"units of lot '{lot_id}' have left since.", remedy="Reverse what took them first.")
        held.units -= units
        held.cost -= cost
        self.units -= units
        self.cost -= cost
        bare = self.cost if self.method == "average" else held.cost
        empty = self.units == 0 if self.method == "average" else held.units == 0
        if empty and bare:
            raise Shortfall(f"the cost of lot '{lot_id}' changed since.", remedy="Reverse the later cost first.")
        if held.units == 0:
            del self.holdings[lot_id]

    def take(self, want: int, named: tuple[str, ...] = ()) -> list[Take]:
        """Take `want` units, from the named lots or by the method.

        Raises:
            Shortfall: fewer units are here, or in the named lots.
        """
        if want > self.units or want < 0:
            raise Shortfall(f"{want} units are wanted, but {self.units} are held.")
        if named:
            return self._take_named(want, named)
        takes: list[Take] = []
        heap = self._heap
        while want:
            held = heap[0]
            if held.units <= want:
                heappop(heap)
                if held.units == 0:
                    continue
                del self.holdings[held.lot.id]
            want -= self._take_from(held, want, takes)
        return takes

    def _take_named(self, want: int, named: tuple[str, ...]) -> list[Take]:
        takes: list[Take] = []
        for lot_id in named:
            if not want:
                break  # the lots named beyond what is wanted stay whole
            held = self.holdings.get(lot_id)
            if held is None:
                raise Shortfall(f"lot '{lot_id}' is not held here.", remedy="`mintage treasury lots` shows what is.")
            if held.units <= want:
                del self.holdings[lot_id]
            want -= self._take_from(held, want, takes)
        if want:
            raise Shortfall(f"the named lots are {want} units short.", remedy="Name more lots.")
        return takes

    def _take_from(self, held: Holding, want: int, takes: list[Take]) -> int:
        units = min(want, held.units)
        if self.method == "average":
            cost = share(self.cost, units, self.units)
        elif units == held.units:
            cost = held.cost
        else:
            cost = share(held.cost, units, held.units)
        held.units -= units
        held.cost -= cost
        self.units -= units
        self.cost -= cost
        if held.units or not held.cost:
            takes.append(Take(held.lot, units, cost))
        else:
            takes.append(self._bequeath(held, units, cost))
        return units

    def _bequeath(self, held: Holding, units: int, cost: int) -> Take:
        heir = min(self.holdings.values())
        residual, held.cost = held.cost, 0
        heir.cost += residual
        return Take(held.lot, units, cost, heir.lot.id, residual)

    def state(self) -> list[Take]:
        """What is held, oldest lot first, costs summing exactly to the pool's cost.

        An average pool states each lot at the average, the last lot bearing the rounding.
        """
        lots = sorted(self.holdings.values(), key=lambda held: (held.lot.acquired_at, held.lot.order))
        if self.method != "average":
            return [Take(held.lot, held.units, held.cost) for held in lots]
        states, units, cost = [], self.units, self.cost
        for held in lots:
            part = share(cost, held.units, units)
            states.append(Take(held.lot, held.units, part))
            units, cost = units - held.units, cost - part
        return states


class LotPolicy(msgspec.Struct, frozen=True):
    """Which lot goes first, and how far a pool reaches."""

    method: Method = "fifo"
    scope: Scope = "account"


class LotBook:
    """All pools, under the policies in force. The default policy is FIFO per account.

    Attributes:
        share: how a cost is shared; a book on floats has one of its own.
    """

    def __init__(self) -> None:
        self.share: Callable[[int, int, int], int] = share
        self.pools: dict[tuple[str, str], Pool] = {}
        self.policies: dict[str, LotPolicy] = {}

    def policy(self, commodity: str) -> LotPolicy:
        """The policy of a commodity: its own, its family's ("MACHINE.*"), or the default."""
        family = commodity.partition(".")[0] + ".*"
        return self.policies.get(commodity) or self.policies.get(family) or LotPolicy()

    def place(self, account: str, commodity: str) -> str:
        """Where lots of an account are pooled: the account itself, or its chart entry's stem."""
        if not self.policies or self.policy(commodity).scope == "account":
            return account
        return account.rpartition(":")[0]

    def pool(self, account: str, commodity: str) -> Pool:
        """The pool that serves an account, opened when first used."""
        key = (self.place(account, commodity), commodity)
        found = self.pools.get(key)
        if found is None:
            found = self.pools[key] = Pool(self.policy(commodity).method)
        return found

    def restore(self, place: str, commodity: str) -> Pool:
        """An empty pool at a place, to be filled with what a store kept."""
        pool = self.pools[place, commodity] = Pool(self.policy(commodity).method)
        return pool

    def acquire(self, account: str, lot: Lot, units: int, cost: int) -> None:
        """Open a lot, or put units of one somewhere."""
        if units:
            self.pool(account, lot.commodity).put(lot, units, cost)

    def relieve(self, transfer: Transfer, balance: int) -> list[Take]:
        """Take the units of a transfer out of its source, which holds `balance`.

        Raises:
            Shortfall: there are not so many.
        """
        self.require(transfer, balance)
        try:
            return self.pool(transfer.source, transfer.commodity).take(transfer.amount, transfer.lots)
        except Shortfall as error:
            raise _shortfall(transfer, balance, f": {error.problem}", error.remedy) from error

    def require(self, transfer: Transfer, balance: int) -> None:
        """Refuse to take more than an account holds, whatever else its pool holds.

        Raises:
            Shortfall: there are not so many.
        """
        if not 0 <= transfer.amount <= balance:
            raise _shortfall(transfer, balance, ".", None)

    def add_cost(self, account: str, commodity: str, lot_id: str, cost: int) -> None:
        """Raise the cost of a held lot."""
        self.pool(account, commodity).add_cost(lot_id, cost)

    def undo(self, lot: Lot, move: LotMove) -> None:
        """Do the opposite of a line of the lot ledger.

        Raises:
            Shortfall: the units have left since, or another policy pools them elsewhere now.
        """
        pool = self.pools.get((move.account, lot.commodity))
        if pool is None:
            raise Shortfall(
                f"the lots of {move.account} are pooled elsewhere since.", remedy="Restore the policy first."
            )
        if move.units < 0:
            pool.put(lot, -move.units, -move.cost)
        else:
            pool.remove(lot.id, move.units, move.cost)

    @staticmethod
    def present(units: int) -> bool:
        """Whether an amount is anything but zero; a book on arrays asks whether it is so on any path."""
        return units != 0

    def set_policy(self, commodity: str, policy: LotPolicy, balances: dict[tuple[str, str], int]) -> list[LotMove]:
        """Change the policy; what is held is re-pooled at its present cost.

        Where a global scope ends, the oldest lots go to the accounts in order of their names, each up to its
        balance: the pool never knew more.

        Returns:
            Lines of the lot ledger that say which lots changed place or cost.
        """
        old = {key: pool for key, pool in sorted(self.pools.items()) if _governs(commodity, key[1])}
        self.policies[commodity] = policy
        moves: list[LotMove] = []
        for place, id_ in old:
            del self.pools[place, id_]
        for (place, id_), pool in old.items():
            rooms = [
                (account, balance)
                for (account, held_id), balance in sorted(balances.items())
                if held_id == id_ and place in {account, account.rpartition(":")[0]} and balance > 0
            ]
            own = {lot_id: held.cost for lot_id, held in pool.holdings.items()}
            states = pool.state()
            moves.extend(LotMove(take.lot.id, place, -take.units, -own[take.lot.id], "policy") for take in states)
            self._deal(states, rooms, id_, moves)
        return moves

    def _deal(self, held: list[Take], rooms: list[tuple[str, int]], id_: str, moves: list[LotMove]) -> None:
        queue = held[::-1]
        for account, balance in rooms:
            room = balance
            while room > 0 and queue:
                take = queue.pop()
                units = min(room, take.units)
                cost = share(take.cost, units, take.units)
                self.pool(account, id_).put(take.lot, units, cost)
                moves.append(LotMove(take.lot.id, self.place(account, id_), units, cost, "policy"))
                if units < take.units:
                    queue.append(Take(take.lot, take.units - units, take.cost - cost))
                room -= units


def _shortfall(transfer: Transfer, balance: int, why: str, remedy: str | None) -> Shortfall:
    id_ = transfer.commodity
    return Shortfall(
        f"{format_amount(transfer.amount, id_)} cannot leave {transfer.source}, which holds "
        f"{format_amount(balance, id_)}{why}",
        remedy=remedy or "Record what brought the rest in first, or correct the amount.",
    )


def _governs(policy_id: str, id_: str) -> bool:
    return policy_id in {id_, id_.partition(".")[0] + ".*"}


def present_states(states: list[Take], method: Method) -> list[Take]:
    """What one place holds, as its method values it, from the sums of the lot ledger.

    Args:
        states: units and cost by lot, oldest first.
        method: the method of the place.
    """
    pool = Pool(method)
    for state in states:
        if state.units:
            pool.put(state.lot, state.units, state.cost)
    return pool.state()
