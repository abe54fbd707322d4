"""The skeleton of a driver: whoever writes it out has a driver that lints, types and keeps the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mintage.cli.main import main
from mintage.fleet.drivers.scaffold import write_scaffold
from mintage.units.errors import InputError

SRC = Path(__file__).parents[3] / "src"


def run(folder: Path, *command: str) -> str:
    """Run a module of this interpreter in the skeleton; its output, after it succeeded."""
    environment = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONDONTWRITEBYTECODE": "1", "MYPYPATH": str(SRC)}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(  # noqa: S603  our own interpreter on what we wrote
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["acme", "zz", "a_maker_of_machines_of_its_own9"])
def test_a_skeleton_lints(name: str, tmp_path: Path) -> None:
    """Written out under any name, it passes ruff with its own settings."""
    written = write_scaffold(name, tmp_path / "it")
    assert tmp_path / "it" / "src" / f"mintage_{name}" / "manifest.toml" in written
    run(tmp_path / "it", "ruff", "check", "--no-cache", ".")
    run(tmp_path / "it", "ruff", "format", "--no-cache", "--check", ".")


def test_a_skeleton_keeps_the_contract(tmp_path: Path) -> None:
    """Written out, it passes its own test: every rule of the contract, none exempt."""
    folder = tmp_path / "mintage-acme"
    write_scaffold("acme", folder)
    told = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
    assert "8 passed" in told


def test_a_skeleton_is_typed(tmp_path: Path) -> None:
    """Written out, it passes mypy with its own strict settings."""
    write_scaffold("acme", tmp_path / "acme")
    assert "no issues" in run(tmp_path / "acme", "mypy", "--cache-dir", os.devnull, "--follow-imports=silent", "src")


@pytest.mark.parametrize("name", ["", "9miner", "Acme", "acme-one", "../acme", "a" * 40])
def test_a_name_that_is_no_modules_is_refused(name: str, tmp_path: Path) -> None:
    """Only what can name a module and a folder is taken."""
    with pytest.raises(InputError, match="cannot name a driver"):
        write_scaffold(name, tmp_path / "x")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that holds something stays as it is."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        write_scaffold("acme", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_writes_and_tells_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`mintage dev scaffold driver` writes the skeleton, tells its files, and refuses a folder in use with code 2."""
    words = ["dev", "scaffold", "driver", "acme", "--out", str(tmp_path / "acme"), "--json"]
    with pytest.raises(SystemExit) as first:
        main(words)
    told = json.loads(capsys.readouterr().out)
    assert first.value.code == 0
    assert all(Path(path).is_file() for path in told)
    with pytest.raises(SystemExit) as second:
        main(words)
    assert second.value.code == 2
    assert "is not empty" in capsys.readouterr().err
