"""A reading of the journal that remembers what it looked up: balances, facts, lot moves, reported figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date, timedelta
from fnmatch import translate
from functools import cache
from typing import TypeGuard, TypeVar

from mintage.books.facts import KpiReported
from mintage.books.recall import Read, Recall
from mintage.books.remembered import RememberedJournal
from mintage.journal.chart import Chart, default_chart
from mintage.journal.core import Reversal
from mintage.journal.fact import Fact
from mintage.journal.store import Balances, Journal, MoveRow, PostingRow, Stored
from mintage.units import Period

T = TypeVar("T")
DAY = timedelta(days=1)
OPENINGS = (
    "books.opening-balance",
    "books.opening-bitcoin",
    "books.opening-deposit",
    "books.opening-goods",
    "books.opening-machines",
    "books.opening-memo",
)
RESULTS = frozenset({"income", "expense"})


class View:
    """What the books read from one journal, each thing once; many threads may ask at once.

    A view shows the journal as it was when first asked; after appending facts, make a new one, or let
    `mintage.books.warm` do so.

    Attributes:
        journal: the journal for services that ask it, whose answers are remembered too.
        chart: the chart of accounts.

    Args:
        journal: where the facts are.
        chart: the chart of accounts that they were booked by.
        recall: what is remembered from an earlier view.
    """

    def __init__(self, journal: Journal, chart: Chart | None = None, recall: Recall | None = None) -> None:
        self.chart = chart if chart is not None else default_chart()
        self.recall = recall if recall is not None else Recall()
        self.journal: Journal = RememberedJournal(self, journal, self.recall)
        self._source = journal

    def once(self, key: Hashable, make: Callable[[], T], reads: Callable[[T], Iterable[Read]] | None = None) -> T:
        """What `make` answers, computed at the first call with this key; see `Recall.once`."""
        return self.recall.once(key, make, reads)

    def stock(self, day: date) -> Balances:
        """Balances at the end of a day, in minor units by account and commodity."""
        return self.once(("stock", day), lambda: self._stock(day), lambda _: (Read("postings", end=day),))

    def _stock(self, day: date) -> Balances:
        """From the balances of the nearest day that is known: fewer postings are added up."""
        known = {key[1]: kept.value for key, kept in self.recall.all().items() if _is_stock(key)}
        near = min(known, key=lambda other: abs(other - day), default=None)
        if near is None:
            return self._source.balances(end=day)
        start, end = min(near, day) + DAY, max(near, day)
        sign = 1 if near < day else -1
        return moved(known[near], ((slot, sign * n) for slot, n in self._source.balances(start, end).items()))

    def flow(self, start: date, end: date) -> Balances:
        """Changes of the balances from the start of the first day to the end of the last."""
        return self.once(("flow", start, end), lambda: _difference(self.stock(end), self.stock(start - DAY)))

    def lines(self, balances: Balances) -> dict[str, int]:
        """USD by statement line in cents, as printed: assets as debits; liabilities, equity and results as credits.

        Results are therefore contributions to profit: revenue is positive, a cost negative.
        """
        sums: dict[str, int] = {}
        for (account, id_), amount in balances.items():
            if id_ == "USD":
                entry = self.chart.entry(account)
                if entry.line:
                    sums[entry.line] = sums.get(entry.line, 0) + (amount if entry.type == "asset" else -amount)
        return sums

    def result(self, balances: Balances) -> int:
        """Profit in cents within these balances: income less expenses, over all accounts."""
        entry = self.chart.entry
        return -sum(
            amount for (account, id_), amount in balances.items() if id_ == "USD" and entry(account).type in RESULTS
        )

    def postings(self, commodity: str, start: date | None, end: date) -> list[PostingRow]:
        """Postings of a commodity within the days, in order; a fact's legs stand in a row."""
        key = ("postings", commodity, start, end)
        return self.once(key, lambda: list(self.journal.postings(commodity=commodity, start=start, end=end)))

    def moves(self, commodity: str) -> list[MoveRow]:
        """All lines of the lot ledger of a commodity or family, in order."""
        reads = (Read("moves", commodity),)
        return self.once(("moves", commodity), lambda: list(self._source.moves(commodity)), lambda _: reads)

    def moves_within(self, commodity: str, start: date | None, end: date) -> Iterator[MoveRow]:
        """Those of `moves` with accounting dates in [start, end]: what is computed from them depends on no others."""
        with self.recall.quietly():
            rows = self.moves(commodity)
        self.recall.note([Read("moves", commodity, start=start, end=end)])
        return (row for row in rows if row.date <= end and (start is None or row.date >= start))

    def stored(self, kind: str) -> list[Stored]:
        """All facts of a kind, as recorded, those that were reversed too."""
        reads = (Read("facts", kind),)
        return self.once(("stored", kind), lambda: list(self._source.facts(kind)), lambda _: reads)

    def facts(self, kind: str) -> list[Fact]:
        """Facts of a kind that nobody reversed, in order of date, then as recorded."""
        return self.once(("facts", kind), lambda: self._standing(self.stored(kind)))

    def facts_within(self, kind: str, start: date, end: date) -> list[Fact]:
        """Those of `facts` with accounting dates in [start, end]; the others are not read."""
        key = ("facts within", kind, start, end)
        return self.once(key, lambda: self._standing(self.journal.facts(kind, start, end)))

    def _standing(self, stored: Iterable[Stored]) -> list[Fact]:
        undone = self._undone
        return sorted((item.fact for item in stored if item.fact.key not in undone), key=lambda fact: fact.date)

    @property
    def reversals(self) -> dict[str, str]:
        """Key of each reversing fact to the key of the fact that it reverses."""
        return self.once("reversals", self._reversals)

    def _reversals(self) -> dict[str, str]:
        found = (stored.fact for stored in self.stored(Reversal.kind))
        return {fact.key: fact.data.of for fact in found if isinstance(fact.data, Reversal)}

    @property
    def _undone(self) -> dict[str, str]:
        return self.once("undone", lambda: {of: key for key, of in reversed(self.reversals.items())})

    def reversed_by(self, key: str) -> str | None:
        """The key of the fact that reversed this one, or None."""
        return self._undone.get(key)

    @property
    def opened(self) -> date | None:
        """The day of the opening balances, or None where the ledger began from nothing."""
        return self.once("opened", lambda: max((f.date for kind in OPENINGS for f in self.facts(kind)), default=None))

    @property
    def began(self) -> date | None:
        """The first day that the books know of: of the opening balances, else of the first posting."""
        return self.opened or self.once(
            "began",
            lambda: self.days[0] if self.days else None,
            lambda first: (Read("postings", end=first - DAY) if first else Read("postings"),),
        )

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last accounting date of any posting, or None."""
        return self.once(("days",), self._source.days, lambda _: (Read("postings"),))

    def stock_gap(self, day: date) -> str:
        """Why balances at the end of a day are unknown, or ""."""
        if self.began is None:
            return "the ledger is empty"
        return f"the ledger begins on {self.began}" if day < self.began else ""

    def flow_gap(self, period: Period) -> str:
        """Why sums over a period are unknown, or ""."""
        gap = self.stock_gap(period.end)
        if not gap and self.opened is not None and period.start <= self.opened:
            return f"the ledger opens with balances of {self.opened}, within or after {period}"
        return gap

    def to_date(self, day: date) -> str:
        """A warning where nothing is booked on or after a day, so that figures up to it may not be complete; or ""."""

        def look() -> str:
            later = self.days is not None and self.days[1] >= day
            return "" if later else f"to date: nothing is booked on or after {day}"

        # Once something is booked later, that stays so.
        return self.once(("to date", day), look, lambda gap: (Read("postings", start=day),) if gap else ())

    def reported(self, id_: str, period: str) -> KpiReported | None:
        """A figure that was published for a time before the ledger began."""
        return self.once("reported", self._reported).get((id_, period))

    def _reported(self) -> dict[tuple[str, str], KpiReported]:
        found = (fact.data for fact in self.facts(KpiReported.kind))
        return {(data.id, data.period): data for data in found if isinstance(data, KpiReported)}


def _is_stock(key: Hashable) -> TypeGuard[tuple[str, date]]:
    return isinstance(key, tuple) and key[0] == "stock"


def moved(balances: Balances, changes: Iterable[tuple[tuple[str, str], int]]) -> Balances:
    """Balances after changes to them; accounts at zero are left out."""
    found = dict(balances)
    for slot, amount in changes:
        total = found.get(slot, 0) + amount
        if total:
            found[slot] = total
        else:
            found.pop(slot, None)
    return found


def _difference(later: Balances, earlier: Balances) -> Balances:
    found = {slot: amount - earlier.get(slot, 0) for slot, amount in later.items()}
    found.update((slot, -amount) for slot, amount in earlier.items() if slot not in later)
    return {slot: amount for slot, amount in found.items() if amount}


@cache
def account_pattern(pattern: str) -> Callable[[str], object]:
    """A test of account names against a pattern in which "*" stands for any run of characters."""
    return re.compile(translate(pattern)).match


def select(
    balances: Balances, patterns: tuple[str, ...], commodity: str, without: tuple[str, ...] = ()
) -> dict[str, int]:
    """Balances of a commodity on the accounts that fit one of the patterns and none of `without`."""
    tests = [account_pattern(pattern) for pattern in patterns]
    bars = [account_pattern(pattern) for pattern in without]
    return {
        account: amount
        for (account, id_), amount in balances.items()
        if id_ == commodity and any(test(account) for test in tests) and not any(bar(account) for bar in bars)
    }
