"""The journal as a view gives it to services: the same answers, from what the view remembers where it can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from mintage.books.recall import Read, Recall
from mintage.journal.core import LotPolicySet, PeriodLocked, PeriodReopened
from mintage.journal.fact import Fact
from mintage.journal.ledger import Entry
from mintage.journal.lots import Lot, LotMove, LotPolicy
from mintage.journal.search import Found, Place, Register, Search
from mintage.journal.store import Balances, Journal, LotState, MoveRow, PostingRow, RawRow, Receipt, Stored

if TYPE_CHECKING:
    from mintage.books.view import View


class RememberedJournal:
    """The `Journal` port in front of a view, which notes what is read.

    Args:
        view: remembers balances, facts and lot moves.
        journal: what is not remembered is read from there.
        recall: notes what was read.
    """

    def __init__(self, view: View, journal: Journal, recall: Recall) -> None:
        self._view, self._journal, self._recall = view, journal, recall

    def _note(self, *reads: Read) -> None:
        self._recall.note(reads)

    def append(self, facts: Iterable[Fact]) -> list[Receipt]:
        """See `Journal.append`; the view does not show what is appended."""
        return self._journal.append(facts)

    def head(self) -> tuple[int, bytes]:
        """See `Journal.head`."""
        self._note(Read("head"))
        return self._journal.head()

    def fact(self, key: str) -> Stored | None:
        """See `Journal.fact`."""
        found = self._journal.fact(key)
        if found is None:  # a fact that is there never changes
            self._note(Read("key", key))
        return found

    def facts(
        self, kind: str | None = None, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[Stored]:
        """See `Journal.facts`; all of a kind are remembered, unless only some days of it are asked for."""
        if kind is None or start is not None or after:
            self._note(Read("facts", kind or "*", start=start, end=end))
            return self._journal.facts(kind, start, end, after)
        found = self._view.stored(kind)
        return iter(found if end is None else [item for item in found if item.fact.date <= end])

    def raw(self) -> Iterator[RawRow]:
        """See `Journal.raw`."""
        self._note(Read("head"))
        return self._journal.raw()

    def integrity(self) -> list[str]:
        """See `Journal.integrity`."""
        self._note(Read("head"))
        return self._journal.integrity()

    def entry(self, key: str) -> Entry | None:
        """See `History.entry`."""
        found = self._journal.entry(key)
        if found is None:
            self._note(Read("key", key))
        return found

    def kind_of(self, key: str) -> str | None:
        """See `History.kind_of`."""
        found = self._journal.kind_of(key)
        if found is None:
            self._note(Read("key", key))
        return found

    def reversed_by(self, key: str) -> str | None:
        """See `History.reversed_by`."""
        return self._view.reversed_by(key)

    def lots_of(self, key: str) -> list[Lot]:
        """See `History.lots_of`."""
        self._note(Read("key", key))
        return self._journal.lots_of(key)

    def moves_of(self, lot: str) -> list[LotMove]:
        """See `History.moves_of`."""
        self._note(Read("lot", lot))
        return self._journal.moves_of(lot)

    def balances(self, start: date | None = None, end: date | None = None) -> Balances:
        """See `Journal.balances`."""
        day = end or date.max
        return dict(self._view.stock(day) if start is None else self._view.flow(start, day))

    def postings(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        after: int = 0,
    ) -> Iterator[PostingRow]:
        """See `Journal.postings`."""
        self._note(Read("postings", account, commodity, start, end))
        return self._journal.postings(account, commodity, start, end, after)

    def moves(
        self, commodity: str, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[MoveRow]:
        """See `Journal.moves`."""
        rows = self._view.moves_within(commodity, start, end or date.max)
        return (row for row in rows if row.seq > after) if after else rows

    def days(self) -> tuple[date, date] | None:
        """See `Journal.days`."""
        return self._view.days

    def search(self, asked: Search, before: int = 0, limit: int = 50) -> Found:
        """See `Journal.search`."""
        self._note(Read("head"))
        return self._journal.search(asked, before, limit)

    def register(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        before: Place | None = None,
        limit: int = 50,
        closing: Mapping[str, int] | None = None,
    ) -> Register:
        """See `Journal.register`."""
        self._note(Read("postings", account, commodity, None, end))
        return self._journal.register(account, commodity, start, end, before, limit, closing)

    def lot_states(self, commodity: str, end: date | None = None) -> list[LotState]:
        """See `Journal.lot_states`."""
        reads = Read("moves", commodity, end=end), Read("facts", LotPolicySet.kind, end=end)
        key = ("lot states", commodity, end)
        return list(self._recall.once(key, lambda: self._journal.lot_states(commodity, end), lambda _: reads))

    def closed_periods(self) -> list[str]:
        """See `Journal.closed_periods`."""
        self._note(Read("facts", PeriodLocked.kind), Read("facts", PeriodReopened.kind))
        return self._journal.closed_periods()

    def lot_policies(self) -> dict[str, LotPolicy]:
        """See `Journal.lot_policies`."""
        self._note(Read("facts", LotPolicySet.kind))
        return self._journal.lot_policies()

    def as_of(self, seq: int) -> Journal:
        """See `Journal.as_of`; the past never changes."""
        return self._journal.as_of(seq)

    def close(self) -> None:
        """See `Journal.close`."""
        self._journal.close()
