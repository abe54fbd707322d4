"""What people look for in a journal: facts by what they say, and the register of accounts, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from mintage.journal.fact import encode_fact

if TYPE_CHECKING:
    from mintage.journal.fact import Fact
    from mintage.journal.store import Journal, PostingRow, Stored

SCAN_MAX = 30_000
"""So many facts are looked through for one page; a search for a rare word goes on from there."""
PAGE_MAX = 500
"""So many rows stand on a page at most."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are looked for; each condition that is not "" or None must hold.

    Attributes:
        kind: beginning of the kind: "treasury." or "treasury.bitcoin-sold".
        actor: who wrote it, exactly.
        start: first accounting date.
        end: last accounting date.
        text: words that stand in the fact as stored: key, fields or evidence; case of Latin letters does not count.
    """

    kind: str = ""
    actor: str = ""
    start: date | None = None
    end: date | None = None
    text: str = ""

    @property
    def needle(self) -> bytes:
        """The text as it stands in a stored fact, which is JSON."""
        return msgspec.json.encode(self.text)[1:-1]

    def fits(self, fact: Fact) -> bool:
        """Whether a fact is one of those that are looked for."""
        return (
            fact.kind.startswith(self.kind)
            and self.actor in {"", fact.actor}
            and (self.start is None or fact.date >= self.start)
            and (self.end is None or fact.date <= self.end)
            and self.needle.lower() in encode_fact(fact).lower()
        )


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of facts, the latest recorded first.

    Attributes:
        facts: those that fit.
        next: number to go on before; 0 where there is nothing more.
        scanned: how many facts were looked through.
    """

    facts: tuple[Stored, ...]
    next: int
    scanned: int


class RegisterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A posting in a register.

    Attributes:
        posting: the posting with its fact.
        ix: its place in the entry of its fact.
        balance: of all accounts of the register in its commodity, after it.
    """

    posting: PostingRow
    ix: int
    balance: int


class Place(msgspec.Struct, frozen=True, order=True):
    """Where a posting stands in a register: by accounting date, then as recorded."""

    date: date
    seq: int
    ix: int


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """A page of postings, the latest first.

    Attributes:
        rows: the postings.
        next: place to go on before; None where there is nothing more.
    """

    rows: tuple[RegisterRow, ...]
    next: Place | None


def scan(candidates: Iterable[tuple[int, Stored | None]], limit: int) -> Found:
    """A page from candidates in order, each with its number and, where it fits, the fact."""
    facts: list[Stored] = []
    scanned = last = 0
    for seq, stored in candidates:
        if scanned == SCAN_MAX or len(facts) == limit:
            return Found(facts=tuple(facts), next=last, scanned=scanned)
        scanned, last = scanned + 1, seq
        if stored is not None:
            facts.append(stored)
    return Found(facts=tuple(facts), next=0, scanned=scanned)


def search_plainly(journal: Journal, asked: Search, before: int, limit: int) -> Found:
    """`Journal.search` for a store that has no faster way."""
    stored = list(journal.facts())[: before - 1 if before else None]
    return scan(((item.seq, item if asked.fits(item.fact) else None) for item in reversed(stored)), limit)


def placed(rows: Iterable[PostingRow]) -> Iterator[tuple[Place, PostingRow]]:
    """Postings in order of facts, each with its place; all postings of a fact must be among them."""
    seq = ix = 0
    for row in rows:
        ix = ix + 1 if row.seq == seq else 0
        seq = row.seq
        yield Place(row.date, row.seq, ix), row


def register_plainly(
    journal: Journal,
    account: str,
    commodity: str,
    start: date | None,
    end: date | None,
    before: Place | None,
    limit: int,
) -> Register:
    """`Journal.register` for a store that has no faster way."""
    found = sorted(
        (place, row)
        for place, row in placed(journal.postings(end=end))
        if fnmatchcase(row.account, account)
        and fnmatchcase(row.commodity, commodity)
        and (before is None or place < before)
    )
    balances: dict[str, int] = {}
    rows = []
    for place, row in found:
        balances[row.commodity] = balances.get(row.commodity, 0) + row.amount
        if start is None or row.date >= start:
            rows.append((place, RegisterRow(posting=row, ix=place.ix, balance=balances[row.commodity])))
    return page(rows[::-1][: limit + 1], limit)


def page(rows: list[tuple[Place, RegisterRow]], limit: int) -> Register:
    """A page of rows, of which one more than the page holds was looked up."""
    more = rows[limit - 1][0] if len(rows) > limit else None
    return Register(rows=tuple(row for _, row in rows[:limit]), next=more)
