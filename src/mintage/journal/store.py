"""The `Journal` port: what every store of the journal can do, and the rows that it answers with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Protocol

import msgspec

from mintage.journal.fact import Fact
from mintage.journal.ledger import Entry, History
from mintage.journal.lots import Lot, LotMove, LotPolicy, Method, Scope
from mintage.journal.search import Found, Place, Register, Search
from mintage.units.errors import StoreError

Balances = dict[tuple[str, str], int]
"""(account, commodity) to minor units; accounts at zero are left out."""


def entry_bytes(entry: Entry) -> bytes:
    """The canonical bytes of an entry, which the chain hashes beside those of its fact."""
    return _ENTRY.encode(entry)


def chain_hash(last: bytes, body: bytes, entry: Entry) -> bytes:
    """SHA-256 of the previous hash, the fact's canonical bytes and its entry's."""
    return sha256(last + body + entry_bytes(entry)).digest()


def past() -> StoreError:
    """The refusal to append to a journal as it stood earlier."""
    return StoreError("a journal as it stood earlier takes no facts. Append to the journal itself.")


_ENTRY = msgspec.json.Encoder()
GENESIS = bytes(32)
"""The hash before the first fact."""


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A fact as the journal holds it.

    Attributes:
        seq: its running number, from 1.
        hash: SHA-256 over the previous hash, the fact's bytes and its entry's bytes.
        fact: the fact.
    """

    seq: int
    hash: bytes
    fact: Fact


class RawRow(msgspec.Struct, frozen=True):
    """A fact with its entry exactly as stored, for the checks; `body` is not decoded."""

    seq: int
    key: str
    kind: str
    at: int
    date: date
    body: bytes
    hash: bytes
    entry: Entry


class PostingRow(msgspec.Struct, frozen=True, gc=False):
    """One posting with the fact that made it."""

    seq: int
    key: str
    kind: str
    date: date
    account: str
    commodity: str
    amount: int


class MoveRow(msgspec.Struct, frozen=True, gc=False):
    """One line of the lot ledger with its lot and the fact that made it."""

    seq: int
    key: str
    fact_kind: str
    at: int
    date: date
    lot: Lot
    move: LotMove


class LotState(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot on an account, with their cost."""

    lot: Lot
    account: str
    units: int
    cost: int


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """What became of a fact that was handed in.

    Attributes:
        key: its key.
        seq: its number in the journal.
        new: False where the very same fact was there already.
    """

    key: str
    seq: int
    new: bool


class Journal(History, Protocol):
    """An append-only journal of facts with the ledger that follows from them.

    Every write is all or nothing and durable when `append` returns. A fact handed in twice is stored once.
    """

    def append(self, facts: Iterable[Fact]) -> list[Receipt]:
        """Book and store facts in the order given, all of them or none.

        Raises:
            DuplicateKey: a key is taken by another content.
            LedgerError: the ledger refuses one of them; its `field` and `line` say which where known.
            StoreError: the store cannot be written.
        """

    def head(self) -> tuple[int, bytes]:
        """Number and hash of the last fact; (0, 32 zero bytes) in an empty journal."""

    def fact(self, key: str) -> Stored | None:
        """The fact with this key, or None."""

    def facts(
        self, kind: str | None = None, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[Stored]:
        """Facts in order, optionally of one kind, with accounting dates in [start, end], numbered above `after`."""

    def raw(self) -> Iterator[RawRow]:
        """Every fact with its entry as stored, in order, for the checks."""

    def integrity(self) -> list[str]:
        """What the storage engine itself finds wrong with the file; empty when sound."""

    def balances(self, start: date | None = None, end: date | None = None) -> Balances:
        """Sums of postings with accounting dates in [start, end] by account and commodity."""

    def postings(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        after: int = 0,
    ) -> Iterator[PostingRow]:
        """Postings whose account and commodity match the patterns ("*" matches any run of characters).

        Only those of facts numbered above `after`.
        """

    def moves(
        self, commodity: str, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[MoveRow]:
        """Lines of the lot ledger of the commodities that match the pattern, in order, of facts above `after`."""

    def days(self) -> tuple[date, date] | None:
        """The first and the last accounting date of any posting; None where there is no posting."""

    def lot_states(self, commodity: str, end: date | None = None) -> list[LotState]:
        """Open lots at the end of a day by account, oldest first, by summing the lot ledger."""

    def closed_periods(self) -> list[str]:
        """Names of the periods that are closed."""

    def lot_policies(self) -> dict[str, LotPolicy]:
        """The lot policies in force."""

    def search(self, asked: Search, before: int = 0, limit: int = 50) -> Found:
        """A page of the facts that are looked for, the latest recorded first, numbered below `before` unless it is 0.

        It looks through a bounded number of facts, so a page may hold fewer than `limit` and yet not be the last.
        """

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
        """A page of the postings that `postings` answers, the latest first, with running balances.

        Order is that of accounting dates, then as recorded; `before` is the place that the page before ended with.
        Who knows what the accounts hold at `end`, by commodity, says so in `closing` and spares adding it up.
        """

    def as_of(self, seq: int) -> Journal:
        """The journal as it stood after fact `seq`: what came later does not show in it, and it takes no facts.

        It costs nothing to make and needs no closing; it is readable until this journal is closed.
        """

    def close(self) -> None:
        """Release the store."""


__all__ = [
    "GENESIS",
    "Balances",
    "Entry",
    "Journal",
    "LotState",
    "Method",
    "MoveRow",
    "PostingRow",
    "RawRow",
    "Receipt",
    "Scope",
    "Stored",
    "chain_hash",
    "entry_bytes",
    "past",
]
