"""Books that stay warm: each view keeps of the one before what the facts since then leave as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import date
from typing import Any

from mintage.books.recall import ROWS_MAX, Kept, Read, Recall, rows_of
from mintage.books.view import View, account_pattern, moved
from mintage.journal.chart import Chart
from mintage.journal.core import LotPolicySet, Reversal
from mintage.journal.fact import Fact
from mintage.journal.store import Balances, Journal, LotState, MoveRow, PostingRow, Stored

NEWS_MAX = 20_000
"""More new facts than that are not worth sorting through: the next view begins from nothing."""
WILD = "[?"
"""What one of our patterns may hold as a plain character, but a test of patterns would not take so."""


class News:
    """What was appended between two heads.

    Args:
        journal: the journal as it stood after the later one.
        after: number of the last fact that is not new.
    """

    def __init__(self, journal: Journal, after: int) -> None:
        self.facts: list[Stored] = list(journal.facts(after=after))
        self.postings: list[PostingRow] = list(journal.postings(after=after))
        self.moves: list[MoveRow] = list(journal.moves("*", after=after))
        self.keys = {item.fact.key for item in self.facts}
        self.lots = {row.lot.id for row in self.moves}
        policies = [item.fact.data for item in journal.facts(LotPolicySet.kind)]
        self.averaged = [
            data.commodity for data in policies if isinstance(data, LotPolicySet) and data.method == "average"
        ]
        self.undone = {item.fact.data.of for item in self.facts if isinstance(item.fact.data, Reversal)}
        self._known: dict[Read, bool] = {}

    def touches(self, read: Read) -> bool:
        """Whether anything new belongs to a part of the journal."""
        if read not in self._known:
            self._known[read] = self._touches(read)
        return self._known[read]

    def _touches(self, read: Read) -> bool:
        match read.what:
            case "postings":
                return any(fits_posting(read, row) for row in self.postings)
            case "moves":
                return any(fits(read.name, row.lot.commodity) and _within(read, row) for row in self.moves)
            case "facts":
                return any(fits(read.name, item.fact.kind) and _within(read, item.fact) for item in self.facts)
            case "key":
                return read.name in self.keys
            case "lot":
                return read.name in self.lots
            case "head":
                return bool(self.facts)


def fits(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern; one that holds a wildcard of others' is taken to fit."""
    return pattern == name or any(sign in pattern for sign in WILD) or bool(account_pattern(pattern)(name))


def _within(read: Read, row: PostingRow | MoveRow | Fact) -> bool:
    return (read.start is None or row.date >= read.start) and (read.end is None or row.date <= read.end)


def fits_posting(read: Read, row: PostingRow) -> bool:
    """Whether a posting belongs to a part of the journal."""
    return _within(read, row) and fits(read.commodity, row.commodity) and fits(read.name, row.account)


def carried(recall: Recall, news: News) -> dict[Hashable, Kept]:
    """What of the things remembered is still right after the news, or can be brought up to date at little cost."""
    kept: dict[Hashable, Kept] = {}
    for key, item in recall.all().items():
        if not any(news.touches(read) for read in item.reads):
            kept[key] = item
        elif isinstance(key, tuple) and key[0] in UPDATES:
            value = UPDATES[key[0]](key, item.value, news)
            if value is not None:
                kept[key] = Kept(value, item.reads, rows_of(value))
    return kept


def _stock(key: tuple[Any, ...], value: Balances, news: News) -> Balances:
    day = key[1]
    return moved(value, (((row.account, row.commodity), row.amount) for row in news.postings if row.date <= day))


def _postings(key: tuple[Any, ...], value: list[PostingRow], news: News) -> list[PostingRow]:
    read = Read("postings", commodity=key[1], start=key[2], end=key[3])
    return value + [row for row in news.postings if fits_posting(read, row)]


def _moves(key: tuple[Any, ...], value: list[MoveRow], news: News) -> list[MoveRow]:
    return value + [row for row in news.moves if fits(key[1], row.lot.commodity)]


def _stored(key: tuple[Any, ...], value: list[Stored], news: News) -> list[Stored]:
    return value + [item for item in news.facts if item.fact.kind == key[1]]


def _facts(key: tuple[Any, ...], value: list[Fact], news: News) -> list[Fact]:
    fresh = [item.fact for item in news.facts if item.fact.kind == key[1]]
    standing = [fact for fact in (*value, *fresh) if fact.key not in news.undone]
    return sorted(standing, key=lambda fact: fact.date)


def _days(_key: tuple[Any, ...], value: tuple[date, date] | None, news: News) -> tuple[date, date]:
    days = [*(value or ()), *(row.date for row in news.postings)]
    return min(days), max(days)


def _lot_states(key: tuple[Any, ...], states: list[LotState], news: News) -> list[LotState] | None:
    """Open lots after more moves; None where a method re-shares cost, or the order of dates is not that of facts."""
    commodity, end = key[1:]
    moves = [row for row in news.moves if fits(commodity, row.lot.commodity) and (not end or row.date <= end)]
    repoliced = any(item.fact.kind == LotPolicySet.kind for item in news.facts)
    if repoliced or any(fits(pattern, row.lot.commodity) for row in moves for pattern in news.averaged):
        return None
    changed: dict[tuple[str, str], LotState] = {}
    known = {(state.lot.id, state.account): state for state in states}
    for row in moves:
        slot = (row.lot.id, row.move.account)
        before = changed.get(slot) or known.get(slot) or LotState(row.lot, row.move.account, 0, 0)
        changed[slot] = LotState(row.lot, row.move.account, before.units + row.move.units, before.cost + row.move.cost)
    if any(state.units < 0 or (not state.units and state.cost) for state in changed.values()):
        return None
    kept = [state for state in states if (state.lot.id, state.account) not in changed]
    kept += [state for state in changed.values() if state.units]
    return sorted(kept, key=lambda state: (state.lot.acquired_at, state.lot.order, state.account))


UPDATES: dict[str, Callable[[tuple[Any, ...], Any, News], Any]] = {
    "stock": _stock,
    "postings": _postings,
    "moves": _moves,
    "stored": _stored,
    "facts": _facts,
    "days": _days,
    "lot states": _lot_states,
}
"""By the first part of their keys, how plain readings of the journal are brought up to date.

The old value is left as it was; None says that it must be read again.
"""


class WarmBooks:
    """The newest view of a journal, for many readers; a view that was handed out stays as it is.

    Args:
        journal: where the facts are.
        chart: the chart of accounts that they are booked by.
        rows_max: bound on what a view remembers; see `Recall`.
    """

    def __init__(self, journal: Journal, chart: Chart | None = None, rows_max: int = ROWS_MAX) -> None:
        self.journal, self.chart, self._rows_max = journal, chart, rows_max
        self._lock = threading.Lock()
        self._seq = 0
        self._view: View | None = None

    def view(self) -> View:
        """A view of the journal as it stands now: the same as before where no fact was appended since."""
        with self._lock:
            head = self.journal.head()[0]
            if self._view is None or head != self._seq:
                self._view, self._seq = self._next(head), head
            return self._view

    def _next(self, head: int) -> View:
        past = self.journal.as_of(head)
        kept = None
        if self._view is not None and 0 < head - self._seq <= NEWS_MAX:
            kept = carried(self._view.recall, News(past, self._seq))
        return View(past, self.chart, Recall(kept, self._rows_max))
