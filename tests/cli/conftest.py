"""A small journal for tests of the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mintage.house import open_journal
from mintage.journal.intake import import_files
from tests.cli.shell import Shell

BASE = """\
kind,key,date,wallet,bank,sats,cost,period
treasury.bitcoin-bought,b1,2025-05-01,cold,dbs,1 BTC,"95,000.00 USD",
journal.period-locked,lock,2025-04-02,,,,,2025Q1
"""


@pytest.fixture(scope="session")
def small_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with one bitcoin and a closed first quarter."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "base.csv").write_text(BASE)
    journal = open_journal(folder / "books.db")
    import_files(journal, [folder / "base.csv"], "test")
    journal.close()
    return folder / "books.db"


@pytest.fixture
def shell(small_books: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A command line on a copy of it."""
    shutil.copy(small_books, tmp_path / "books.db")
    return Shell(tmp_path / "books.db", capsys)
