"""The journal as other ledgers want it: one transaction after another, with nothing held back in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from mintage.journal.fact import Fact
from mintage.journal.store import Balances, Journal, PostingRow
from mintage.units import commodity, format_instant

Progress = Callable[[int, int | None], None]
FACTS_BETWEEN_STEPS = 2000
DAY = timedelta(days=1)


class Leg(msgspec.Struct, frozen=True, gc=False):
    """A signed amount on an account, in minor units: plus is a debit."""

    account: str
    commodity: str
    amount: int


class Transaction(msgspec.Struct, frozen=True, gc=False):
    """A fact with what it posted, or the balances that stood before the first day.

    Attributes:
        date: the accounting date.
        legs: what was posted; facts that only say something post nothing.
        seq: the fact's number; 0 for the balances.
        hash: the fact's hash in the chain.
        fact: the fact; None for the balances.
    """

    date: date
    legs: tuple[Leg, ...]
    seq: int = 0
    hash: bytes = b""
    fact: Fact | None = None

    def told(self) -> Iterator[tuple[str, str | int]]:
        """What is known of the fact besides its postings, by name."""
        if self.fact is None:
            yield "kind", "opening"
            return
        fact = self.fact
        yield "seq", self.seq
        yield "key", fact.key
        yield "kind", fact.kind
        yield "at", format_instant(fact.at)
        yield "actor", fact.actor
        yield "grade", fact.grade
        if fact.evidence is not None:
            for name in fact.evidence.__struct_fields__:
                value = getattr(fact.evidence, name)
                if value is not None:
                    yield name, value
        yield "hash", self.hash.hex()


class Standing:
    """What an export has posted so far: the balances that its end must show, and when each account began."""

    def __init__(self) -> None:
        self.balances: Balances = {}
        self.begun: dict[str, date] = {}
        self.commodities: dict[str, date] = {}
        self.first: date | None = None
        self.last: date | None = None
        self.seq, self.hash = 0, b""

    def add(self, item: Transaction) -> None:
        """Count a transaction in; a slot that comes to zero stays, since its zero is a balance too."""
        day = item.date
        for leg in item.legs:
            slot = (leg.account, leg.commodity)
            self.balances[slot] = self.balances.get(slot, 0) + leg.amount
            _earliest(self.begun, leg.account, day)
            _earliest(self.commodities, leg.commodity, day)
        self.first = day if self.first is None or day < self.first else self.first
        self.last = day if self.last is None or day > self.last else self.last
        if item.fact is not None:
            self.seq, self.hash = item.seq, item.hash

    def end(self, last: date | None) -> date:
        """The day after everything: where the balances are stated."""
        return max(day for day in (last, self.last, date.min) if day is not None) + DAY


def _earliest(days: dict[str, date], name: str, day: date) -> None:
    known = days.get(name)
    if known is None or day < known:
        days[name] = day


def transactions(
    journal: Journal, start: date | None = None, end: date | None = None, progress: Progress | None = None
) -> Iterator[Transaction]:
    """The facts of some days in their order, each with its postings; first the balances that stood before them.

    The order is the journal's, so dates may step back where a fact came late.

    Args:
        journal: where they are, as of one of its facts: nothing may be appended meanwhile.
        start: first accounting date; without one there is nothing before.
        end: last accounting date.
        progress: called now and then with the facts told and None.
    """
    facts = journal.facts(start=start, end=end)
    stored = next(facts, None)
    if start is not None:
        before = journal.balances(end=start - DAY)
        yield Transaction(start, tuple(Leg(*slot, amount) for slot, amount in sorted(before.items())))
    postings = journal.postings(start=start, end=end)
    waiting = next(postings, None)
    told = 0
    while stored is not None:
        legs: list[PostingRow] = []
        while waiting is not None and waiting.seq == stored.seq:
            legs.append(waiting)
            waiting = next(postings, None)
        found = tuple(Leg(row.account, row.commodity, row.amount) for row in legs)
        yield Transaction(stored.fact.date, found, stored.seq, stored.hash, stored.fact)
        told += 1
        if progress and told % FACTS_BETWEEN_STEPS == 0:
            progress(told, None)
        stored = next(facts, None)


def natural(units: int, scale: int) -> str:
    """Minor units as an exact decimal: "-1234.50"."""
    if not scale:
        return str(units)
    digits = f"{abs(units):0{scale + 1}d}"
    return f"{'-' if units < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def scale_of(id_: str) -> int:
    """Decimals of a commodity's printed unit."""
    return commodity(id_).scale
