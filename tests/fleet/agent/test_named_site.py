"""A site that is known by its name: commands find its file, and what the file names, from any folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mintage.cli.main import main
from tests.fleet.agent.site import write_site
from tests.loopback import block

EXAMPLES = Path(__file__).parents[3] / "examples"
RULE = """[[rule]]
id = "warm-air"
severity = "info"
when = { condition = "above", field = "inlet_c", limit = 35.0 }
title_en = "Warm air"
remedy_en = "Open the louvres."
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command from one folder on a site whose agent ran in another."""
    site, here = tmp_path / "site", tmp_path / "here"
    site.mkdir()
    here.mkdir()
    path = write_site(site, block("agent", 0), more='tariff = "tariff.toml"')
    path.write_text(path.read_text("utf-8") + '[alerts]\nrules = "own.toml"\n', "utf-8")
    (site / "own.toml").write_text(RULE, "utf-8")
    shutil.copy(EXAMPLES / "tariff.toml", site)

    def command(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main([*words, "--data", str(tmp_path / "sites"), "--db", str(tmp_path / "books.db")])
        assert isinstance(stop.value.code, int)
        told = capsys.readouterr()
        return stop.value.code, told.out + told.err

    monkeypatch.chdir(site)
    assert command("agent", "--once", "--site", "alder.toml")[0] == 0
    monkeypatch.chdir(here)
    return command


def test_a_sites_name_leads_to_its_file_and_to_the_files_beside_it(run: Run, tmp_path: Path) -> None:
    """From another folder, the tariff and the alert rules are still those beside the file; an edit counts at once."""
    code, told = run("alerts", "rules", "--site", "alder")
    assert (code, "warm-air" in told) == (0, True)
    code, told = run("energy", "price", "--site", "alder", "--day", "2025-07-15")
    assert (code, "USD/MWh" in told) == (0, True), told
    (tmp_path / "site" / "own.toml").write_text(RULE.replace("warm-air", "hot-air"), "utf-8")
    assert "hot-air" in run("alerts", "rules", "--site", "alder")[1]


def test_a_site_file_that_moved_is_asked_for(run: Run, tmp_path: Path) -> None:
    """The name leads to where the file was; that it is gone is said, and the agent run on the new place mends it."""
    (tmp_path / "site").rename(tmp_path / "moved")
    code, told = run("alerts", "rules", "--site", "alder")
    words = " ".join(told.split())
    assert code == 2
    assert "is gone" in words
    assert "Give the site's file" in words
    assert run("agent", "--once", "--site", str(tmp_path / "moved" / "alder.toml"))[0] == 0
    assert "warm-air" in run("alerts", "rules", "--site", "alder")[1]


def test_a_name_that_nobody_knows_says_where_it_was_looked_for(run: Run) -> None:
    """A slip in the name is answered with the places."""
    code, told = run("alerts", "rules", "--site", "birch")
    assert (code, "birch.toml" in told) == (2, True)
