"""What others wrote never steers the terminal: file names, keys, kinds, fields, values and free text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.shell import Shell, refused

EXPENSE = "# kind: books.expense-paid\nkey,date,function,expense,bank,amount\n"
ESCAPE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"


def harmless(text: str) -> bool:
    """Whether nothing in it could steer a terminal."""
    return all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"evil{ESCAPE}.csv", "kind\n"),
        ("kind.jsonl", json.dumps({"kind": f"books.{ESCAPE}", "key": "e1", "date": "2025-05-02"})),
        ("key.jsonl", json.dumps({"kind": "books.expense-paid", "key": ESCAPE, "date": "2025-05-02"})),
        ("field.jsonl", json.dumps({"kind": "books.tax-paid", "key": "k", "date": "2025-05-02", ESCAPE: "x"})),
        (
            "value.jsonl",
            json.dumps({"kind": "books.tax-paid", "key": "k", "date": "2025-05-02", "country": "us", "bank": "dbs"})[
                :-1
            ]
            + f', "amount": {json.dumps(ESCAPE)}}}',
        ),
        ("date.csv", EXPENSE + f"e1,{ESCAPE},ga,rent,dbs,5 USD\n"),
    ],
)
def test_no_file_can_steer_the_terminal_through_an_error(shell: Shell, tmp_path: Path, name: str, content: str) -> None:
    """Escape sequences in file names, keys, kinds, fields and values reach the terminal spelt out, if at all."""
    path = tmp_path / name
    path.write_text(content)
    assert harmless(refused(shell, "facts", "import", path))
    assert harmless(shell.run("facts", "import", path, "--json").err)


def test_no_text_of_a_fact_can_steer_the_terminal(shell: Shell, tmp_path: Path) -> None:
    """Free text that was accepted is spelt out when it is shown, and not obeyed as markup."""
    path = tmp_path / "facts.jsonl"
    row = {"kind": "journal.reversed", "key": "[/r]", "date": "2025-05-02", "of": "b1", "reason": f"[red]{ESCAPE}[/x]"}
    path.write_text(json.dumps(row | {"note": ESCAPE}) + "\n")
    assert shell.run("facts", "import", path).code == 0
    for words in (("facts", "show", "[/r]"), ("facts", "list")):
        answer = shell.run(*words)
        assert answer.code == 0
        assert harmless(answer.out)
        assert "[/r]" in answer.out
    assert "\\x1b[2J" in shell.run("facts", "show", "[/r]").out


def test_a_name_that_no_evidence_could_carry_is_refused(shell: Shell, tmp_path: Path) -> None:
    """A file name that is not UTF-8 cannot be written into the journal as evidence."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_text(EXPENSE + "e1,2025-05-02,ga,rent,dbs,5 USD\n")
    told = refused(shell, "facts", "import", path)
    assert "Rename it" in told
    assert "\\udce9" in told
