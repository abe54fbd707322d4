"""What was looked up before: each thing is computed once, whoever asks, and remembers what it was read from.

What is remembered about each value is which parts of the journal it was read from. When facts are appended, the
values whose parts they do not touch are still right; no other way of guessing that is needed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Literal, TypeVar

import msgspec

T = TypeVar("T")
ROWS_MAX = 1_500_000
"""So many rows of lists and tables are kept, the latest used ones; about 300 bytes each."""
WHOLE_ROWS = 50
"""What a value that is no list counts for, such as a statement."""


class Read(msgspec.Struct, frozen=True):
    """A part of the journal that something was read from.

    Attributes:
        what: rows of postings, lot moves or facts; one key that was not there; one lot; or the head itself.
        name: account, commodity (of moves) or kind, "*" for any run of characters; or the key, or the lot.
        commodity: of postings.
        start: first accounting date, or None for no bound.
        end: last accounting date, or None for no bound.
    """

    what: Literal["postings", "moves", "facts", "key", "lot", "head"]
    name: str = "*"
    commodity: str = "*"
    start: date | None = None
    end: date | None = None


Reads = frozenset[Read]


class Kept(msgspec.Struct, frozen=True):
    """A value with what it was read from."""

    value: Any
    reads: Reads
    rows: int


class _Flight:
    """A value that a thread is computing."""

    def __init__(self) -> None:
        self.owner = threading.get_ident()
        self.done = threading.Event()
        self.kept: Kept | None = None


class Recall:
    """Values by key, for many threads at once.

    Args:
        kept: what is remembered from the start.
        rows_max: bound on what is kept; the values that were not used for longest go first.
    """

    def __init__(self, kept: dict[Hashable, Kept] | None = None, rows_max: int = ROWS_MAX) -> None:
        self.rows_max = rows_max
        self._kept: dict[Hashable, Kept] = kept or {}
        self._rows = sum(item.rows for item in self._kept.values())
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.Lock()
        self._local = threading.local()

    def once(self, key: Hashable, make: Callable[[], T], reads: Callable[[T], Iterable[Read]] | None = None) -> T:
        """What `make` answers: computed at the first call with this key, while other threads that ask for it wait.

        Args:
            key: names the value.
            make: computes it; it may ask for other keys, never for its own.
            reads: what it was read from, where that is less than all that `make` looked at.
        """
        while True:
            with self._lock:
                kept, flight = self._kept.pop(key, None), self._flights.get(key)
                if kept is not None:
                    self._kept[key] = kept  # the latest used stand last
                elif flight is None:
                    mine = self._flights[key] = _Flight()
            if kept is None and flight is None:
                return self._compute(key, mine, make, reads)
            if kept is None and flight is not None:
                if flight.owner == threading.get_ident():
                    raise AssertionError(f"{key} needs itself")
                flight.done.wait()
                kept = flight.kept
            if kept is not None:  # otherwise whoever computed it failed, and this thread tries for itself
                self.note(kept.reads)
                found: T = kept.value
                return found

    def _compute(
        self, key: Hashable, flight: _Flight, make: Callable[[], T], reads: Callable[[T], Iterable[Read]] | None
    ) -> T:
        noted: set[Read] = set()
        self._stack.append(noted)
        try:
            value = make()
            flight.kept = Kept(value, frozenset(noted if reads is None else reads(value)), rows_of(value))
        finally:
            self._stack.pop()
            with self._lock:
                del self._flights[key]
                if flight.kept is not None:
                    self._keep(key, flight.kept)
            flight.done.set()
        self.note(flight.kept.reads)
        return value

    def _keep(self, key: Hashable, kept: Kept) -> None:
        self._kept[key] = kept
        self._rows += kept.rows
        for oldest in list(self._kept):
            if self._rows <= self.rows_max:
                break
            self._rows -= self._kept.pop(oldest).rows

    @property
    def _stack(self) -> list[set[Read]]:
        found: list[set[Read]] | None = getattr(self._local, "stack", None)
        if found is None:
            found = self._local.stack = []
        return found

    def note(self, reads: Iterable[Read]) -> None:
        """Remember that what this thread is computing was read from these parts."""
        if self._stack:
            self._stack[-1].update(reads)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """What is asked for within is not noted: whoever uses this notes the part that counts."""
        self._stack.append(set())
        try:
            yield
        finally:
            self._stack.pop()

    def all(self) -> dict[Hashable, Kept]:
        """All that is kept now, the latest used last."""
        with self._lock:
            return dict(self._kept)


def rows_of(value: object) -> int:
    """What a value counts for against the bound on what is kept."""
    return len(value) if isinstance(value, (list, dict, set, tuple)) else WHOLE_ROWS
