"""The journal in memory: for tests, for trials, and as the plain reading of what a store must do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase

from mintage.journal.chart import Chart
from mintage.journal.core import LotPolicySet, PeriodLocked, PeriodReopened, Reversal
from mintage.journal.fact import Fact, encode_fact, refuse_other_content
from mintage.journal.ledger import Entry, Ledger
from mintage.journal.lots import Lot, LotBook, LotMove, LotPolicy, Take, present_states
from mintage.journal.rules import Rulebook
from mintage.journal.search import Found, Place, Register, Search, register_plainly, search_plainly
from mintage.journal.store import (
    GENESIS,
    Balances,
    LotState,
    MoveRow,
    PostingRow,
    RawRow,
    Receipt,
    Stored,
    chain_hash,
    past,
)
from mintage.units.errors import InputError


class MemoryJournal:
    """The `Journal` port without a disk.

    Args:
        chart: which accounts exist.
        rulebook: how facts are posted.
    """

    def __init__(self, chart: Chart, rulebook: Rulebook) -> None:
        self._chart, self._rulebook = chart, rulebook
        self._reset([])

    def _reset(self, kept: list[Fact]) -> None:
        self.ledger = Ledger(self._chart, self._rulebook)
        self._facts: list[Fact] = []
        self._entries: list[Entry] = []
        self._hashes: list[bytes] = []
        self._numbers: dict[str, int] = {}
        for item in kept:
            self._book(item)

    def append(self, facts: Iterable[Fact]) -> list[Receipt]:
        """See `Journal.append`."""
        before = len(self._facts)
        try:
            return [self._accept(item) for item in facts]
        except InputError:
            self._reset(self._facts[:before])
            raise

    def _accept(self, item: Fact) -> Receipt:
        number = self._numbers.get(item.key)
        if number is None:
            try:
                return Receipt(item.key, self._book(item), new=True)
            except InputError as error:
                error.fact = item.key
                raise
        if self._facts[number - 1] != item:
            refuse_other_content(self._facts[number - 1], item)
        return Receipt(item.key, number, new=False)

    def _book(self, item: Fact) -> int:
        number = len(self._facts) + 1
        self._entries.append(self.ledger.book(item, number, self))
        self._facts.append(item)
        self._numbers[item.key] = number
        return number

    def _hash_up_to(self, number: int) -> bytes:
        # The chain is made when it is asked for: booking alone must be fast.
        while len(self._hashes) < number:
            at = len(self._hashes)
            last = self._hashes[-1] if self._hashes else GENESIS
            self._hashes.append(chain_hash(last, encode_fact(self._facts[at]), self._entries[at]))
        return self._hashes[number - 1] if number else GENESIS

    def head(self) -> tuple[int, bytes]:
        """See `Journal.head`."""
        return len(self._facts), self._hash_up_to(len(self._facts))

    def fact(self, key: str) -> Stored | None:
        """See `Journal.fact`."""
        number = self._numbers.get(key)
        return self._stored(number) if number else None

    def _stored(self, number: int) -> Stored:
        return Stored(number, self._hash_up_to(number), self._facts[number - 1])

    def facts(
        self, kind: str | None = None, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[Stored]:
        """See `Journal.facts`."""
        for number, item in enumerate(self._facts[after:], after + 1):
            if (kind is None or item.kind == kind) and _within(item.date, start, end):
                yield self._stored(number)

    def raw(self) -> Iterator[RawRow]:
        """See `Journal.raw`."""
        for at, (item, entry) in enumerate(zip(self._facts, self._entries, strict=True)):
            body = encode_fact(item)
            yield RawRow(at + 1, item.key, item.kind, item.at, item.date, body, self._hash_up_to(at + 1), entry)

    def integrity(self) -> list[str]:
        """See `Journal.integrity`; memory has no engine to ask."""
        return []

    def entry(self, key: str) -> Entry | None:
        """See `History.entry`."""
        number = self._numbers.get(key)
        return self._entries[number - 1] if number else None

    def kind_of(self, key: str) -> str | None:
        """See `History.kind_of`."""
        number = self._numbers.get(key)
        return self._facts[number - 1].kind if number else None

    def reversed_by(self, key: str) -> str | None:
        """See `History.reversed_by`."""
        found = (f.key for f in self._facts if isinstance(f.data, Reversal) and f.data.of == key)
        return next(found, None)

    def lots_of(self, key: str) -> list[Lot]:
        """See `History.lots_of`."""
        entry = self.entry(key)
        return list(entry.lots) if entry else []

    def moves_of(self, lot: str) -> list[LotMove]:
        """See `History.moves_of`."""
        return [move for entry in self._entries for move in entry.moves if move.lot == lot]

    def balances(self, start: date | None = None, end: date | None = None) -> Balances:
        """See `Journal.balances`."""
        sums: Balances = {}
        for row in self.postings(start=start, end=end):
            slot = (row.account, row.commodity)
            sums[slot] = sums.get(slot, 0) + row.amount
        return {slot: amount for slot, amount in sums.items() if amount}

    def postings(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        after: int = 0,
    ) -> Iterator[PostingRow]:
        """See `Journal.postings`."""
        for number, item, entry in self._booked(start, end, after):
            for leg in entry.postings:
                if fnmatchcase(leg.account, account) and fnmatchcase(leg.commodity, commodity):
                    yield PostingRow(number, item.key, item.kind, item.date, leg.account, leg.commodity, leg.amount)

    def moves(
        self, commodity: str, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[MoveRow]:
        """See `Journal.moves`."""
        lots = {lot.id: lot for entry in self._entries for lot in entry.lots}
        for number, item, entry in self._booked(start, end, after):
            for move in entry.moves:
                if fnmatchcase(lots[move.lot].commodity, commodity):
                    yield MoveRow(number, item.key, item.kind, item.at, item.date, lots[move.lot], move)

    def _booked(self, start: date | None, end: date | None, after: int) -> Iterator[tuple[int, Fact, Entry]]:
        """Facts with their numbers and entries, of accounting dates in [start, end], numbered above `after`."""
        for number in range(after + 1, len(self._facts) + 1):
            item = self._facts[number - 1]
            if _within(item.date, start, end):
                yield number, item, self._entries[number - 1]

    def days(self) -> tuple[date, date] | None:
        """See `Journal.days`."""
        found = [item.date for item, entry in zip(self._facts, self._entries, strict=True) if entry.postings]
        return (min(found), max(found)) if found else None

    def lot_states(self, commodity: str, end: date | None = None) -> list[LotState]:
        """See `Journal.lot_states`."""
        held: dict[tuple[str, str], dict[str, Take]] = {}
        for row in self.moves(commodity, end=end):
            place = held.setdefault((row.move.account, row.lot.commodity), {})
            before = place.get(row.lot.id, Take(row.lot, 0, 0))
            place[row.lot.id] = Take(row.lot, before.units + row.move.units, before.cost + row.move.cost)
        book = LotBook()
        set_by_then = [f.data for f in self._facts if end is None or f.date <= end]
        book.policies = {d.commodity: LotPolicy(d.method, d.scope) for d in set_by_then if isinstance(d, LotPolicySet)}
        states = [
            LotState(take.lot, account, take.units, take.cost)
            for (account, id_), lots in held.items()
            for take in present_states(list(lots.values()), book.policy(id_).method)
            if take.units
        ]
        return sorted(states, key=lambda state: (state.lot.acquired_at, state.lot.order, state.account))

    def closed_periods(self) -> list[str]:
        """See `Journal.closed_periods`."""
        closed: set[str] = set()
        for item in self._facts:
            if isinstance(item.data, PeriodLocked):
                closed.add(item.data.period)
            elif isinstance(item.data, PeriodReopened):
                closed.discard(item.data.period)
        return sorted(closed)

    def lot_policies(self) -> dict[str, LotPolicy]:
        """See `Journal.lot_policies`."""
        found = (item.data for item in self._facts)
        return {data.commodity: LotPolicy(data.method, data.scope) for data in found if isinstance(data, LotPolicySet)}

    def search(self, asked: Search, before: int = 0, limit: int = 50) -> Found:
        """See `Journal.search`."""
        return search_plainly(self, asked, before, limit)

    def register(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        before: Place | None = None,
        limit: int = 50,
        closing: Mapping[str, int] | None = None,  # noqa: ARG002  it is added up anyway
    ) -> Register:
        """See `Journal.register`."""
        return register_plainly(self, account, commodity, start, end, before, limit)

    def as_of(self, seq: int) -> MemoryJournal:
        """See `Journal.as_of`."""
        return _Past(self, seq)

    def close(self) -> None:
        """See `Journal.close`; memory needs no release."""


class _Past(MemoryJournal):
    """A journal as it stood after one of its facts."""

    def __init__(self, journal: MemoryJournal, seq: int) -> None:
        self._facts, self._entries = journal._facts[:seq], journal._entries[:seq]  # noqa: SLF001  its own kind
        self._numbers = {item.key: number for number, item in enumerate(self._facts, 1)}
        self._hashes = journal._hashes[:seq]  # noqa: SLF001  its own kind

    def append(self, facts: Iterable[Fact]) -> list[Receipt]:  # noqa: ARG002  refused whatever they are
        """See `Journal.as_of`."""
        raise past()


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or day >= start) and (end is None or day <= end)
