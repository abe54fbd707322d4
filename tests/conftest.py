"""What tests of many rooms start from."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from mintage.books.close import close_period
from mintage.house import open_journal
from mintage.journal.intake import import_files
from mintage.units import parse_period

EXAMPLE = Path(__file__).parents[1] / "examples" / "lodequarry" / "facts"


@pytest.fixture(scope="session")
def example_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example company's journal with both quarters closed, as a file that nobody may write to; copy it.

    The processes of one test run share it: whoever comes first makes it.
    """
    shared = tmp_path_factory.getbasetemp().parent / "example"
    shared.mkdir(exist_ok=True)
    ready = shared / "lodequarry.db"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            journal = open_journal(shared / "half.db")
            import_files(journal, [EXAMPLE], actor="example")
            for quarter in ("2025Q1", "2025Q2"):
                close_period(journal, parse_period(quarter), actor="controller")
            journal.close()
            (shared / "half.db").rename(ready)
    return ready


@pytest.fixture
def example_copy(example_db: Path, tmp_path: Path) -> Path:
    """A journal of the example company of one's own, to write to."""
    path = tmp_path / "lodequarry.db"
    shutil.copyfile(example_db, path)
    return path
