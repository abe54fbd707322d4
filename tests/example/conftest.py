"""The example company with both quarters closed, booked once for all of its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from mintage.books.close import close_period
from mintage.books.view import View
from mintage.house import memory_journal
from mintage.journal.intake import import_files
from mintage.units import parse_period

EXAMPLE = Path(__file__).parents[2] / "examples" / "lodequarry"


@pytest.fixture(scope="session")
def closed() -> View:
    """The books after both closes."""
    journal = memory_journal()
    import_files(journal, [EXAMPLE / "facts"], actor="example")
    for quarter in ("2025Q1", "2025Q2"):
        close_period(journal, parse_period(quarter), actor="controller")
    return View(journal)
