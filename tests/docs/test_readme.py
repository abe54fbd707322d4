"""The README is short, and every command in it runs and prints what it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks

README = ROOT / "README.md"
LIMIT_S = 60
GAP = "..."
"""A line of this alone, or the end of a line, stands for what was left out."""


def shown(block: str) -> list[str]:
    """The lines of a block that must be printed, spaces apart."""
    bare = [" ".join(line.removesuffix(GAP).split()) for line in block.splitlines()]
    return [line for line in bare if line]


def steps() -> list[tuple[str, list[str]]]:
    """Commands of the README's console blocks in order, each with the lines that it shows."""
    found = []
    for part in "\n".join(blocks(README, "console")).split("$ ")[1:]:
        command, _, output = part.partition("\n")
        found.append((command, shown(output)))
    return found


def test_the_readme_is_short() -> None:
    """A newcomer reads it in one go."""
    assert len(README.read_text("utf-8").splitlines()) < 200


def test_the_tour_runs_as_printed(tmp_path: Path) -> None:
    """In a fresh folder with the examples beside it, every command does what the README says, in order.

    A command whose text contradicts the books ends with 1, which is what its exit code is for; none may fail otherwise.
    """
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MINTAGE_")} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MINTAGE_ACTOR": "reader",
        "COLUMNS": "120",
    }
    everything: list[str] = []
    for command, lines in steps():
        assert command.startswith("mintage "), command
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603  commands of our own README
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        allowed = {0, 1} if words[1] == "tieout" else {0}
        assert done.returncode in allowed, f"{command}: {done.stderr}"
        printed = [" ".join(line.split()) for line in done.stdout.splitlines()]
        everything += printed
        for line in lines:
            assert any(seen.startswith(line) for seen in printed), f"{command}: does not print {line!r}"
    for line in shown("".join(blocks(README, "text"))):
        assert any(seen.startswith(line) for seen in everything), f"no command prints {line!r}"


def test_the_make_targets_of_the_readme_exist() -> None:
    """What the README tells to make, the Makefile makes."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)", README.read_text("utf-8"))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_measured_figure_names_a_benchmark_that_exists() -> None:
    """A reader can measure again whatever the README says was measured."""
    named = re.findall(r"`python -m bench\.(\w+)", README.read_text("utf-8"))
    assert named
    for module in named:
        assert (ROOT / "bench" / f"{module}.py").exists(), module


@pytest.mark.parametrize("file", ["LICENSE", "CHANGELOG.md", "GLOSSARY.md", "ARCHITECTURE.md"])
def test_the_readme_leads_to(file: str) -> None:
    """The other papers are found from the first one."""
    assert f"]({file})" in README.read_text("utf-8")
