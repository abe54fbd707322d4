"""The example's files: graded and evidenced facts, made by a tool that makes them again, and a call with errors."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mintage.disclosure.document import parse_document
from mintage.house import rulebook
from mintage.journal.intake import find_files, read_file
from tests.example.conftest import EXAMPLE
from tools import example_company

ROOT = EXAMPLE.parents[1]
SERIES = ROOT.parent / "shared" / "data"
CALL = EXAMPLE / "call-2025Q2.txt"
PLANTED: list[dict[str, Any]] = tomllib.loads((EXAMPLE / "planted-errors.toml").read_text(encoding="utf-8"))["error"]


def facts() -> list[Path]:
    """The fact files."""
    return find_files([EXAMPLE / "facts"])


@pytest.mark.parametrize("path", facts(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_fact_is_graded_and_evidenced(path: Path) -> None:
    """Each fact says how well it is known and from what; what is not on record says why it is believed."""
    rulebook()  # declares the kinds of facts
    for item in read_file(path, actor="nobody"):
        fact, evidence = item.fact, item.fact.evidence
        assert evidence is not None
        assert evidence.source != str(path), f"line {item.line} names no source"
        assert fact.grade != "recorded" or fact.kind.startswith("market.")
        assert evidence.note or fact.grade in {"recorded", "stated"}, f"line {item.line} has no note"


def test_files_are_small_and_many() -> None:
    """The facts stay readable: small files by month and topic, 1.5 MB in all."""
    sizes = [path.stat().st_size for path in facts()]
    assert len(sizes) > 60
    assert max(sizes) < 60_000
    assert sum(sizes) < 1_500_000


@pytest.mark.parametrize("source", ["files", "series"])
def test_the_tool_writes_the_same_files(source: str, tmp_path: Path) -> None:
    """The tool's tables are the files' only source: written anew, from either market series, no byte differs."""
    if source == "series" and not SERIES.exists():
        pytest.skip("the raw market series do not lie beside this checkout")
    written = example_company.build(SERIES if source == "series" else tmp_path, EXAMPLE / "facts").write(
        tmp_path / "facts"
    )
    made = {path.relative_to(tmp_path / "facts"): path.read_bytes() for path in written}
    assert made == {path.relative_to(EXAMPLE / "facts"): path.read_bytes() for path in facts()}


def restored() -> list[str]:
    """The call's lines with every planted error taken out."""
    lines = CALL.read_text(encoding="utf-8").splitlines()
    for error in PLANTED:
        at = error["line"] - 1
        assert lines[at].count(error["stands"]) == 1, error
        lines[at] = lines[at].replace(error["stands"], error["right"])
    return lines


def test_planted_errors_can_be_taken_out() -> None:
    """Each planted error stands once on its line; put right, the line holds the right words once and no error."""
    lines = restored()
    for error in PLANTED:
        line = lines[error["line"] - 1]
        assert line.count(error["right"]) == 1
        assert error["stands"] not in line
    assert "太赫茲" not in "".join(lines)


def test_planted_errors_are_of_many_kinds() -> None:
    """A dozen errors and more, in both languages, of ten kinds at least."""
    assert len(PLANTED) >= 12
    assert len({error["kind"] for error in PLANTED}) >= 10
    assert {error["language"] for error in PLANTED} == {"en", "zh"}


def test_call_is_bilingual_and_full_of_figures() -> None:
    """Every paragraph has its translation, several people speak, and well over 80 figures are told in English."""
    document = parse_document(CALL.read_bytes())
    assert all(paragraph.zh for paragraph in document.paragraphs)
    assert not document.unpaired_zh_lines
    assert len({paragraph.speaker for paragraph in document.paragraphs}) >= 7
    figures = [found for paragraph in document.paragraphs for found in re.findall(r"\d[\d,.]*", paragraph.en)]
    assert len(figures) > 120


def test_no_real_company_is_named() -> None:
    """The example's names are invented."""
    words = re.compile("canaan|avalon|嘉楠|bitmain|cleanspark|cipher mining|riot|marathon|nangeng", re.IGNORECASE)
    for path in EXAMPLE.rglob("*"):
        if path.is_file():
            assert not words.search(path.read_text(encoding="utf-8")), path
