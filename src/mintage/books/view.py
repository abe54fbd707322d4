"""A reading of the journal that remembers what it looked up: balances, facts, lot moves, reported figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from datetime import date, timedelta
from fnmatch import translate
from functools import cache
from typing import Any, TypeVar

from mintage.books.facts import KpiReported
from mintage.journal.chart import Chart, default_chart
from mintage.journal.core import Reversal
from mintage.journal.fact import Fact
from mintage.journal.store import Balances, Journal, MoveRow, PostingRow
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
    """What the books read from one journal, each thing once.

    A view shows the journal as it was when first asked; after appending facts, make a new one.

    Args:
        journal: where the facts are.
        chart: the chart of accounts that they were booked by.
    """

    def __init__(self, journal: Journal, chart: Chart | None = None) -> None:
        self.journal = journal
        self.chart = chart if chart is not None else default_chart()
        self._cache: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` answers, computed at the first call with this key."""
        if key not in self._cache:
            self._cache[key] = make()
        found: T = self._cache[key]
        return found

    def stock(self, day: date) -> Balances:
        """Balances at the end of a day, in minor units by account and commodity."""
        return self.once(("stock", day), lambda: self.journal.balances(end=day))

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
        return self.once(("moves", commodity), lambda: list(self.journal.moves(commodity)))

    def facts(self, kind: str) -> list[Fact]:
        """Facts of a kind that nobody reversed, in order of date, then as recorded."""
        return self.once(("facts", kind), lambda: self._facts(kind))

    def _facts(self, kind: str) -> list[Fact]:
        reversed_keys = set(self.reversals.values())
        found = [stored.fact for stored in self.journal.facts(kind) if stored.fact.key not in reversed_keys]
        return sorted(found, key=lambda fact: fact.date)

    @property
    def reversals(self) -> dict[str, str]:
        """Key of each reversing fact to the key of the fact that it reverses."""
        return self.once("reversals", self._reversals)

    def _reversals(self) -> dict[str, str]:
        found = (stored.fact for stored in self.journal.facts("journal.reversed"))
        return {fact.key: fact.data.of for fact in found if isinstance(fact.data, Reversal)}

    @property
    def opened(self) -> date | None:
        """The day of the opening balances, or None where the ledger began from nothing."""
        return self.once("opened", lambda: max((f.date for kind in OPENINGS for f in self.facts(kind)), default=None))

    @property
    def began(self) -> date | None:
        """The first day that the books know of: of the opening balances, else of the first posting."""
        return self.opened or self.once(
            "began", lambda: min((row.date for row in self.journal.postings()), default=None)
        )

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
            later = next(iter(self.journal.postings(start=day)), None)
            return "" if later else f"to date: nothing is booked on or after {day}"

        return self.once(("to date", day), look)

    def reported(self, id_: str, period: str) -> KpiReported | None:
        """A figure that was published for a time before the ledger began."""
        return self.once("reported", self._reported).get((id_, period))

    def _reported(self) -> dict[tuple[str, str], KpiReported]:
        found = (fact.data for fact in self.facts(KpiReported.kind))
        return {(data.id, data.period): data for data in found if isinstance(data, KpiReported)}


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
