"""The ledger: books facts by the rules, keeps balances and lots, and refuses what cannot be.

It holds no storage. A journal store feeds it facts in order and keeps what it answers (`Entry`). The plan feeds
it facts whose amounts are arrays, with a lot book that works on arrays: the code below does not branch on an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import msgspec

from mintage.journal.chart import Chart
from mintage.journal.core import LotPolicySet, PeriodLocked, PeriodReopened, Reversal
from mintage.journal.fact import Fact
from mintage.journal.lots import Lot, LotBook, LotMove, LotPolicy, Take
from mintage.journal.rules import Effect, LateCost, Posting, Rulebook, Transfer
from mintage.units import commodity, parse_period
from mintage.units.amount import UNITS_MAX
from mintage.units.errors import (
    DuplicateKey,
    InputError,
    LedgerError,
    LimitError,
    PeriodClosed,
    Shortfall,
    Unbalanced,
    UnknownAccount,
)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What booking one fact did: signed postings that balance, lines of the lot ledger, lots that it opened."""

    postings: tuple[Posting, ...] = ()
    moves: tuple[LotMove, ...] = ()
    lots: tuple[Lot, ...] = ()


class History(Protocol):
    """What the ledger must be able to look up about facts that it booked."""

    def entry(self, key: str) -> Entry | None:
        """The entry of a booked fact, or None."""

    def kind_of(self, key: str) -> str | None:
        """The kind of a booked fact, or None."""

    def reversed_by(self, key: str) -> str | None:
        """The key of the fact that reversed this one, or None."""

    def lots_of(self, key: str) -> list[Lot]:
        """The lots that a fact opened."""

    def moves_of(self, lot: str) -> list[LotMove]:
        """All lines of the lot ledger about one lot."""


BALANCE_MAX = 2**62
"""Largest balance of an account, minor units: twice it still fits a store's 64 bits."""
RESTORE_POLICY = "Set the lot policy that was in force then, reverse, and set today's again."


def find_lot(history: History, lot_id: str) -> Lot | None:
    """A lot by its id, which is its opener's key, with "/n" where that opened several; None where there is none."""
    openers = (lot_id, lot_id.rpartition("/")[0])  # a key may itself hold a "/", as invoice numbers do
    return next((lot for opener in openers for lot in history.lots_of(opener) if lot.id == lot_id), None)


class Ledger:
    """Balances, lots, periods and policies after the facts booked so far.

    Args:
        chart: which accounts exist.
        rulebook: how each kind of fact is posted.
        lots: the lot book; the plan passes one that works on arrays.
    """

    def __init__(self, chart: Chart, rulebook: Rulebook, lots: LotBook | None = None) -> None:
        self.chart = chart
        self.rulebook = rulebook
        self.lots = lots if lots is not None else LotBook()
        self.balances: dict[tuple[str, str], int] = {}
        self.closed: dict[str, tuple[date, date]] = {}
        self._tracked: dict[str, str] = {}
        self._core: dict[str, Callable[[Fact, History], Entry]] = {
            Reversal.kind: self._reverse,
            LotPolicySet.kind: self._set_policy,
            PeriodLocked.kind: self._lock,
            PeriodReopened.kind: self._reopen,
        }

    def book(self, fact: Fact, order: int, history: History) -> Entry:
        """Post one fact.

        Args:
            fact: what happened.
            order: its running number in the journal.
            history: lookup of earlier facts, used by reversals and late costs only.

        Raises:
            PeriodClosed: its date is in a closed period.
            UnknownAccount: a rule or manual entry names an account outside the chart.
            Unbalanced: a manual entry does not sum to zero.
            Shortfall: more leaves than is there.
            LimitError: a whole number in it, a posting or a balance is larger than stores can hold.
            InputError: no rule is known for its kind.
        """
        kind = fact.data.kind
        _refuse_huge(fact)
        if self.closed and kind != PeriodReopened.kind:
            self._refuse_closed(fact)
        core = self._core.get(kind)
        if core is not None:
            return core(fact, history)
        rule = self.rulebook.rules.get(kind)
        if rule is None:
            raise InputError(f"no posting rule for '{kind}'.", remedy="See `mintage facts kinds`.")
        return _Booking(self, fact, order, history).run(rule(fact.data))

    def apply(self, postings: Sequence[Posting]) -> None:
        """Add postings to the balances.

        Raises:
            LimitError: one of them, or what an account then holds, is larger than stores can hold.
        """
        balances = self.balances
        for posting in postings:
            slot, amount = (posting.account, posting.commodity), posting.amount
            balance = balances[slot] = balances.get(slot, 0) + amount
            # Arrays of the plan are stored nowhere, and need no limit.
            if isinstance(balance, int) and (abs(amount) > UNITS_MAX or abs(balance) > BALANCE_MAX):
                raise LimitError(
                    f"{posting.commodity} of {posting.account} would be too large to store.",
                    remedy="Check the amount and its unit: the limit of one posting is 2^53 - 1 of its smallest unit.",
                )

    def tracking(self, id_: str) -> str:
        """How lots of a commodity are carried: "cost", "fair-value", or "" where it has none."""
        found = self._tracked.get(id_)
        if found is None:
            entry = commodity(id_)
            found = self._tracked[id_] = entry.carrying if entry.has_lots else ""
        return found

    def _refuse_closed(self, fact: Fact) -> None:
        for name, (start, end) in self.closed.items():
            if start <= fact.date <= end:
                raise PeriodClosed(
                    f"{fact.date} lies in {name}, which is closed.",
                    remedy=f"Date it in an open period, or reopen {name} with a recorded reason.",
                    field="date",
                )

    def _lock(self, fact: Fact, _history: History) -> Entry:
        assert isinstance(fact.data, PeriodLocked)  # noqa: S101  the dispatch table pairs kind and class
        period = parse_period(fact.data.period)
        self.closed[period.name] = (period.start, period.end)
        return Entry()

    def _reopen(self, fact: Fact, _history: History) -> Entry:
        assert isinstance(fact.data, PeriodReopened)  # noqa: S101  as above
        if self.closed.pop(fact.data.period, None) is None:
            raise LedgerError(f"{fact.data.period} is not closed.", remedy="Nothing needs to be reopened.")
        return Entry()

    def _set_policy(self, fact: Fact, _history: History) -> Entry:
        data = fact.data
        assert isinstance(data, LotPolicySet)  # noqa: S101  as above
        if data.scope == "global" and self.tracking(data.commodity) == "cost":
            raise LedgerError(
                f"{data.commodity} is carried at cost where it lies, so its lots cannot be global.",
                remedy='Use scope "account".',
                field="scope",
            )
        moves = self.lots.set_policy(data.commodity, LotPolicy(data.method, data.scope), self.balances)
        return Entry((), tuple(moves))

    def _reverse(self, fact: Fact, history: History) -> Entry:
        """Undo a fact: the same postings with the other sign, and its units back in, or out of, their lots."""
        data = fact.data
        assert isinstance(data, Reversal)  # noqa: S101  as above
        entry = history.entry(data.of)
        if entry is None or history.kind_of(data.of) in self._core:
            raise LedgerError(f"there is no fact '{data.of}' that could be reversed.", field="of")
        if history.reversed_by(data.of):
            raise LedgerError(f"the fact '{data.of}' is reversed already.", field="of")
        moves = []
        infos = {move.lot: lot for move in entry.moves if (lot := find_lot(history, move.lot)) is not None}
        self._require_same_pools(entry, infos)
        for move in reversed(entry.moves):
            self.lots.undo(infos[move.lot], move)
            moves.append(LotMove(move.lot, move.account, -move.units, -move.cost, move.kind, move.cost_to, -move.value))
        postings = tuple(Posting(p.account, p.commodity, -p.amount) for p in entry.postings)
        self.apply(postings)
        self._require_held(postings)
        return Entry(postings, tuple(moves))

    def _require_held(self, postings: Sequence[Posting]) -> None:
        """Refuse a reversal that leaves an account with less than nothing, which a global pool alone would allow."""
        for leg in postings:
            tracked = leg.account.startswith("assets:") and self.tracking(leg.commodity)
            if tracked and self.lots.present(self.balances[leg.account, leg.commodity] < 0):
                raise Shortfall(
                    f"units of {leg.commodity} have left {leg.account} since.", remedy="Reverse what took them first."
                )

    def _require_same_pools(self, entry: Entry, infos: dict[str, Lot]) -> None:
        """Refuse to undo an entry whose lots moved, or stayed, in pools that another policy has replaced since."""
        units: dict[tuple[str, str], int] = {}
        for posting in entry.postings:
            if posting.account.startswith("assets:") and self.tracking(posting.commodity):
                slot = (self.lots.place(posting.account, posting.commodity), posting.commodity)
                units[slot] = units.get(slot, 0) + posting.amount
        for move in entry.moves:
            slot = (move.account, infos[move.lot].commodity)
            units[slot] = units.get(slot, 0) - move.units
        for (place, id_), amount in units.items():
            if self.lots.present(amount):
                raise Shortfall(f"the {id_} lots of {place} are pooled otherwise since.", remedy=RESTORE_POLICY)


def _refuse_huge(fact: Fact) -> None:
    """Refuse a whole number that no store could hold: a fact that a program made was never read, so never checked."""
    data, huge = fact.data, "at" if abs(fact.at) > UNITS_MAX else None
    for name in data.__struct_fields__:
        value = getattr(data, name)
        if isinstance(value, int) and abs(value) > UNITS_MAX:
            huge = name
    if huge is not None:
        raise LimitError("it is too large to store.", remedy="The limit is 2^53 - 1.", field=huge, fact=fact.key)


class _Booking:
    """The booking of one fact: relieve, move, land, open."""

    __slots__ = ("fact", "history", "landed", "ledger", "lots", "moves", "opened", "order", "postings")

    def __init__(self, ledger: Ledger, fact: Fact, order: int, history: History) -> None:
        self.ledger, self.fact, self.order, self.history = ledger, fact, order, history
        self.postings: list[Posting] = []
        self.moves: list[LotMove] = []
        self.landed: dict[str, int] = {}
        self.opened: list[Transfer] = []
        self.lots: list[Lot] = []

    def run(self, effects: Sequence[Effect]) -> Entry:
        loose = False
        for effect in effects:
            if isinstance(effect, Transfer):
                try:
                    self._transfer(effect)
                except Shortfall as error:
                    raise error.at(field="lots" if effect.lots else self._field_of(effect.amount)) from error
            elif isinstance(effect, Posting):
                loose = True
                self._loose(effect)
            else:
                self._late_cost(effect)
        if loose:
            self._check_balanced()
        if self.opened:
            self._open_lots()
        chart = self.ledger.chart
        try:
            for posting in self.postings:
                chart.entry(posting.account)
        except UnknownAccount as error:
            raise error.at(field="legs" if loose else "account") from error
        self.ledger.apply(self.postings)
        return Entry(tuple(self.postings), tuple(self.moves), tuple(self.lots))

    def _pair(self, id_: str, amount: int, source: str, target: str) -> None:
        if not self.ledger.lots.present(amount):
            return
        self.postings.append(Posting(source, id_, -amount))
        self.postings.append(Posting(target, id_, amount))

    def _transfer(self, transfer: Transfer) -> None:
        id_, target = transfer.commodity, transfer.target
        self._pair(id_, transfer.amount, transfer.source, target)
        if id_ == "USD":
            self.landed[target] = self.landed.get(target, 0) + transfer.amount
            return
        tracking = self.ledger.tracking(id_)
        if not tracking:
            return
        held_before, held_after = transfer.source.startswith("assets:"), target.startswith("assets:")
        if held_before:
            ledger = self.ledger
            source, balance = ledger.lots.place(transfer.source, id_), ledger.balances.get((transfer.source, id_), 0)
            if held_after and source == ledger.lots.place(target, id_) and source != transfer.source:
                ledger.lots.require(transfer, balance)
                return  # one global pool: the lots stay where they are
            takes = ledger.lots.relieve(transfer, balance)
            self._give(transfer, takes, source, moved=held_after)
            if tracking == "cost":
                self._carry_cost(transfer, takes, target if held_after else transfer.cost_to)
        elif held_after:
            self.opened.append(transfer)

    def _field_of(self, amount: int) -> str | None:
        """The field that a rule took an amount from as it is."""
        data = self.fact.data
        return next((name for name in data.__struct_fields__ if getattr(data, name) is amount), None)

    def _give(self, transfer: Transfer, takes: list[Take], source: str, *, moved: bool) -> None:
        moves, lots, target = self.moves, self.ledger.lots, transfer.target
        for take in takes:
            if take.heir:
                moves.append(LotMove(take.lot.id, source, 0, -take.residual, "average"))
                moves.append(LotMove(take.heir, source, 0, take.residual, "average"))
        if moved:
            place = lots.place(target, transfer.commodity)
            for take in takes:
                moves.append(LotMove(take.lot.id, source, -take.units, -take.cost))
                moves.append(LotMove(take.lot.id, place, take.units, take.cost))
                lots.acquire(target, take.lot, take.units, take.cost)
            return
        cost_to = transfer.cost_to
        if cost_to.startswith("assets:"):
            cost_to = f"@{self.fact.key}"
        value, units, share = transfer.value, transfer.amount, lots.share
        for take in takes:
            part = share(value, take.units, units)
            value, units = value - part, units - take.units
            moves.append(LotMove(take.lot.id, source, -take.units, -take.cost, transfer.kind, cost_to, part))

    def _carry_cost(self, transfer: Transfer, takes: list[Take], bearer: str) -> None:
        cost = sum(take.cost for take in takes)
        self._pair("USD", cost, transfer.source, bearer)
        if bearer != transfer.target:
            self.landed[bearer] = self.landed.get(bearer, 0) + cost

    def _open_lots(self) -> None:
        """Open a lot for each arrival; arrivals on one account share what landed there by weight."""
        fact, weights = self.fact, dict.fromkeys((t.target for t in self.opened), 0)
        for transfer in self.opened:
            weights[transfer.target] += transfer.weight
        for number, transfer in enumerate(self.opened):
            target = transfer.target
            cost = self.ledger.lots.share(self.landed.get(target, 0), transfer.weight, weights[target])
            self.landed[target] = self.landed.get(target, 0) - cost
            weights[target] -= transfer.weight
            id_ = fact.key if len(self.opened) == 1 else f"{fact.key}/{number}"
            if "/" in id_ and find_lot(self.history, id_) is not None:
                raise DuplicateKey(
                    f"another fact opened a lot '{id_}'.", remedy="Give this one another key.", field="key"
                )
            lot = Lot(id_, transfer.commodity, transfer.kind, fact.at, self.order, transfer.amount, cost)
            self.lots.append(lot)
            self.ledger.lots.acquire(target, lot, transfer.amount, cost)
            if not self.ledger.lots.present(transfer.amount) and self.ledger.lots.present(cost):
                raise LedgerError(
                    f"a cost arrives at {target} without any {transfer.commodity} to bear it.",
                    remedy="Give the units, or book the cost as an expense.",
                )
            place = self.ledger.lots.place(target, transfer.commodity)
            self.moves.append(LotMove(id_, place, transfer.amount, cost, transfer.kind))

    def _loose(self, posting: Posting) -> None:
        if self.ledger.tracking(posting.commodity):
            raise LedgerError(
                f"a manual entry cannot move {posting.commodity}, whose lots need to be known.",
                remedy="Use the fact that says what happened, e.g. treasury.bitcoin-sold or factory.machines-built.",
            )
        self.postings.append(posting)

    def _check_balanced(self) -> None:
        sums: dict[str, int] = {}
        for posting in self.postings:
            sums[posting.commodity] = sums.get(posting.commodity, 0) + posting.amount
        for id_, amount in sums.items():
            if amount:
                raise Unbalanced(
                    f"{id_} does not balance: the legs sum to {amount} minor units.",
                    remedy="Debits (plus) and credits (minus) of each commodity must sum to zero.",
                    field="legs",
                )

    def _late_cost(self, late: LateCost) -> None:
        lots = self.history.lots_of(late.origin)
        if not lots:
            raise LedgerError(
                f"the fact '{late.origin}' opened no lots that could bear a cost.",
                remedy="Name the receipt or the build whose units the cost is for.",
                field="origin",
            )
        self._spread(late, lots, late.amount)

    def _spread(self, late: LateCost, lots: list[Lot], amount: int) -> None:
        """Share a cost over lots by what they cost when opened, and over the places of each lot's units."""
        book = self.ledger.lots
        weights = [lot.cost for lot in lots]
        if not book.present(sum(weights)):
            weights = [lot.units for lot in lots]
        left, whole = amount, sum(weights)
        for lot, weight in zip(lots, weights, strict=True):
            part = book.share(left, weight, whole)
            left, whole = left - part, whole - weight
            self._spread_lot(late, lot, part)

    def _spread_lot(self, late: LateCost, lot: Lot, amount: int) -> None:
        held: dict[str, int] = {}
        gone: dict[str, int] = {}
        for move in self.history.moves_of(lot.id):
            held[move.account] = held.get(move.account, 0) + move.units
            if move.cost_to:
                gone[move.cost_to] = gone.get(move.cost_to, 0) - move.units
        present = self.ledger.lots.present
        places = [(place, units, True) for place, units in held.items() if present(units)]
        places += [(place, units, False) for place, units in gone.items() if present(units)]
        if not places:
            raise LedgerError(
                f"the units of '{late.origin}' were reversed: nothing can bear the cost.",
                remedy="Name the fact that stands in its place.",
                field="origin",
            )
        left, whole = amount, sum(units for _, units, _ in places)
        for place, units, here in places:
            part = self.ledger.lots.share(left, units, whole)
            left, whole = left - part, whole - units
            self._bear(late, lot, place, part, here=here)

    def _bear(self, late: LateCost, lot: Lot, place: str, part: int, *, here: bool) -> None:
        if here:
            self._pair("USD", part, late.source, place)
            self.ledger.lots.add_cost(place, lot.commodity, lot.id, part)
            self.moves.append(LotMove(lot.id, place, 0, part, "cost"))
        elif place.startswith("@"):
            self._spread(late, self.history.lots_of(place[1:]), part)
        else:
            self._pair("USD", part, late.source, place)
