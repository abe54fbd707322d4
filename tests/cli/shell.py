"""A command line for tests: runs `mintage` in this process and answers exit code, output and complaints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mintage.cli.main import main
from mintage.house import open_journal

Head = tuple[int, bytes]


class Answer(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


class Shell:
    """Runs commands on one journal.

    Args:
        db: the journal's file.
        capsys: pytest's capture.
    """

    def __init__(self, db: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.db, self._capsys = db, capsys

    def run(self, *words: str | Path) -> Answer:
        """Run a command on the journal."""
        with pytest.raises(SystemExit) as stop:
            main([*(str(word) for word in words), "--db", str(self.db)])
        assert isinstance(stop.value.code, int)
        return Answer(stop.value.code, *self._capsys.readouterr())

    def json(self, *words: str | Path) -> Any:
        """Run a command that must succeed, and read its JSON."""
        answer = self.run(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    def head(self) -> Head:
        """Number and hash of the last fact."""
        journal = open_journal(self.db)
        try:
            return journal.head()
        finally:
            journal.close()


def refused(shell: Shell, *words: str | Path) -> str:
    """The complaint of a command that must end with 2, print no result and leave the journal as it was."""
    before = shell.head()
    answer = shell.run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert shell.head() == before
    assert answer.err.startswith("mintage: ")
    assert answer.err.count("\n") == 1
    return answer.err
