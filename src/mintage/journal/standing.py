"""Facts that still stand: those that no later fact reversed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from mintage.journal.core import Reversal
from mintage.journal.fact import FactData
from mintage.journal.store import Journal, Stored

D = TypeVar("D", bound=FactData)


def standing(
    journal: Journal, cls: type[D], start: date | None = None, end: date | None = None
) -> Iterator[tuple[Stored, D]]:
    """Facts of one kind, in order, that were not reversed, each with its data.

    Args:
        journal: where they are.
        cls: the kind.
        start: first accounting date.
        end: last accounting date; a reversal counts whatever its own date is.
    """
    reversals = (stored.fact.data for stored in journal.facts(Reversal.kind))
    undone = {data.of for data in reversals if isinstance(data, Reversal)}
    for stored in journal.facts(cls.kind, start, end):
        if isinstance(stored.fact.data, cls) and stored.fact.key not in undone:
            yield stored, stored.fact.data
