"""Facts on arrays with one element per path, booked by the books' ledger, and what one path of them shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
import numpy as np

from mintage.house import memory_journal, rulebook
from mintage.journal.chart import default_chart
from mintage.journal.core import Reversal
from mintage.journal.fact import Fact, FactData
from mintage.journal.ledger import Entry, Ledger
from mintage.journal.lots import Lot, LotMove
from mintage.journal.memory import MemoryJournal
from mintage.plan.lots import PathLotBook

FACTORS = (1, 2, 7)
"""Path n has every amount of the facts times the n-th factor, so that paths differ in what is rounded and taken."""
PATHS = len(FACTORS)
AMOUNTS = {"USD", "BTC", "HASHRATE", "ENERGY", "count"}
S = TypeVar("S", bound=msgspec.Struct)


def spread(fact: Fact, factors: tuple[int, ...] = FACTORS) -> Fact:
    """A fact on all paths: each amount becomes an array of Python integers."""
    return _with_amounts(fact, lambda value: np.array([value * factor for factor in factors], object))


def alone(fact: Fact, path: int) -> Fact:
    """The same fact as one path has it, in plain integers, for the books."""
    return _with_amounts(fact, lambda value: value * FACTORS[path])


def _with_amounts(fact: Fact, change: Callable[[int], Any]) -> Fact:
    return msgspec.structs.replace(fact, data=_changed(fact.data, change))


def _changed(data: S, change: Callable[[int], Any]) -> S:
    changed: dict[str, Any] = {}
    for field in msgspec.structs.fields(type(data)):
        value = getattr(data, field.name)
        if _is_amount(field.type):
            changed[field.name] = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            changed[field.name] = tuple(_changed(part, change) for part in value)
    return msgspec.structs.replace(data, **changed)


def _is_amount(annotation: Any) -> bool:
    if get_origin(annotation) is not Annotated:
        return False
    return any(isinstance(m, msgspec.Meta) and (m.extra or {}).get("unit") in AMOUNTS for m in get_args(annotation))


def on_path(item: S, path: int) -> S:
    """One path of a struct that holds arrays."""
    values = {name: getattr(item, name) for name in item.__struct_fields__}
    return msgspec.structs.replace(item, **{name: _value(value, path) for name, value in values.items()})


def _value(value: Any, path: int) -> Any:
    if isinstance(value, np.ndarray):
        return int(np.broadcast_to(value, (PATHS,))[path])
    if isinstance(value, tuple):
        return tuple(_value(part, path) for part in value)
    return on_path(value, path) if isinstance(value, msgspec.Struct) else value


class PathBooks:
    """A ledger on arrays with the history of what it booked."""

    def __init__(self) -> None:
        self.ledger = Ledger(default_chart(), rulebook(), PathLotBook(exact=True))
        self.facts: list[Fact] = []
        self.entries: dict[str, Entry] = {}

    def book(self, facts: Iterable[Fact]) -> None:
        """Book facts whose amounts are arrays."""
        for fact in facts:
            self.entries[fact.key] = self.ledger.book(fact, len(self.facts) + 1, self)
            self.facts.append(fact)

    def entry(self, key: str) -> Entry | None:
        """See `History.entry`."""
        return self.entries.get(key)

    def kind_of(self, key: str) -> str | None:
        """See `History.kind_of`."""
        return next((fact.kind for fact in self.facts if fact.key == key), None)

    def reversed_by(self, key: str) -> str | None:
        """See `History.reversed_by`."""
        return next((f.key for f in self.facts if isinstance(f.data, Reversal) and f.data.of == key), None)

    def lots_of(self, key: str) -> list[Lot]:
        """See `History.lots_of`."""
        return list(self.entries[key].lots) if key in self.entries else []

    def moves_of(self, lot: str) -> list[LotMove]:
        """See `History.moves_of`."""
        return [move for entry in self.entries.values() for move in entry.moves if move.lot == lot]

    def path(self, path: int) -> MemoryJournal:
        """A journal that holds what was booked on one path, for the statements to read; nothing is booked anew."""
        journal = memory_journal()
        journal._facts = [msgspec.structs.replace(fact, data=_data(fact.data, path)) for fact in self.facts]
        journal._entries = [_entry(self.entries[fact.key], path) for fact in self.facts]
        journal._numbers = {fact.key: number for number, fact in enumerate(self.facts, 1)}
        return journal


def _data(data: FactData, path: int) -> FactData:
    return on_path(data, path)


def _entry(entry: Entry, path: int) -> Entry:
    """One path of an entry, without the lines about lots that this path does not touch."""
    whole = on_path(entry, path)
    return Entry(
        whole.postings, tuple(move for move in whole.moves if move.units or move.cost or move.value), whole.lots
    )
