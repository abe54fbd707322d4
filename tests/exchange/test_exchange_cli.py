"""What a user types to export, back up and restore, and gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from cyclopts import App

from mintage.cli.backup import app as backup_app
from mintage.cli.export import app as export_app
from mintage.cli.restore import app as restore_app
from mintage.exchange.folders import Places
from mintage.house import open_journal
from mintage.units.errors import InputError
from tests.exchange.test_backup import expenses


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A company with a journal alone."""
    found = Places.under(tmp_path / "company")
    journal = open_journal(found.db)
    journal.append(expenses(10))
    journal.close()
    return found


def run(app: App, *words: str | Path) -> Any:
    """Run a command; its exit code, None for 0."""
    return app([str(word) for word in words], exit_on_error=False, print_error=False, result_action="return_value")


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command printed as JSON."""
    return json.loads(capsys.readouterr().out)


def test_export_writes_what_was_asked_for(places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ledger that beancount takes; a table of a period; the list of everything."""
    run(export_app, "journal", "beancount", "--out", tmp_path / "a.beancount", "--db", places.db)
    assert "a.beancount" in capsys.readouterr().out
    assert loader.load_file(str(tmp_path / "a.beancount"))[1] == []
    run(export_app, "postings", "csv", "--period", "2025-05", "--out", tmp_path / "a.csv", "--db", places.db, "--json")
    assert told(capsys)["period"] == "2025-05"
    assert (tmp_path / "a.csv").read_text().count("\n") == 1
    run(export_app, "--json")
    assert {"journal", "facts", "statements"} <= {item["what"] for item in told(capsys)}


@pytest.mark.parametrize("words", [("journal",), ("nothing",), ("nothing", "csv"), ("kpis", "csv")])
def test_export_says_what_is_missing(places: Places, tmp_path: Path, words: tuple[str, ...]) -> None:
    """A form that is missing, a thing that is not there, KPIs without a period: refused with a remedy."""
    with pytest.raises(InputError) as caught:
        run(export_app, *words, "--out", tmp_path / "out", "--db", places.db)
    assert caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_backup_and_restore_tell_what_they_did(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The head that the backup prints is the one that the restore prints, and the restored chain is sound."""
    where: tuple[str | Path, ...] = ("--db", places.db, "--data", places.data, "--state", places.state)
    where += ("--store", places.headquarters, "--wallets", places.wallets)
    run(backup_app, "--out", tmp_path / "b.tar.gz", *where, "--json")
    made = told(capsys)
    assert run(restore_app, tmp_path / "b.tar.gz", "--into", tmp_path / "new", "--json") == 0
    found = told(capsys)
    assert (found["head"], found["facts"], found["problems"]) == (made["head"], 10, [])
    journal = open_journal(tmp_path / "new" / "mintage.db")
    assert journal.head()[1].hex() == made["head"]
    journal.close()
    target: tuple[str | Path, ...] = ("--db", tmp_path / "x.db", "--data", tmp_path / "x", "--state", tmp_path / "y.db")
    assert run(restore_app, tmp_path / "b.tar.gz", *target) == 0
    assert "the chain is sound" in capsys.readouterr().out
    assert (tmp_path / "x.db").is_file()
