"""The composition root: the one place that knows every room."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mintage.journal.chart import default_chart
from mintage.journal.memory import MemoryJournal
from mintage.journal.rules import Rulebook
from mintage.journal.sqlite import SqliteJournal

ROOMS = ("market", "silicon", "factory", "sales", "fleet", "mining", "treasury", "capital", "people", "books")


@cache
def rulebook() -> Rulebook:
    """The posting rules of all rooms; loading it declares every kind of fact."""
    from importlib import import_module  # noqa: PLC0415  rooms load when the ledger is needed, not at start-up

    return Rulebook(*(import_module(f"mintage.{room}.posting").RULES for room in ROOMS))


def open_journal(path: Path) -> SqliteJournal:
    """The company's journal in a file, which is created when it is first written.

    Raises:
        StoreError: the file is no journal, is newer than this program, or cannot be opened.
    """
    return SqliteJournal(path, default_chart(), rulebook())


def memory_journal() -> MemoryJournal:
    """An empty journal in memory with the whole house's chart and rules."""
    return MemoryJournal(default_chart(), rulebook())
