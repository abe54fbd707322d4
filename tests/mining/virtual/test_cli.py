"""`mintage virtual pool`: it says where it listens, and refuses what it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from mintage.mining.virtual.pool import share_difficulty_at
from tests.cli.shell import Shell

WORDS = ("virtual", "pool", "--stratum", "127.0.0.1:0", "--http", "127.0.0.1:0", "--for", "0.1")


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A command line on an empty journal."""
    return Shell(tmp_path / "books.db", capsys)


def test_it_says_where_it_listens(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares and statements have their URLs, in JSON and in words, and it ends when its time is up."""
    told = shell.json(*WORDS)
    assert told["stratum"].startswith("stratum+tcp://127.0.0.1:")
    assert told["api"].startswith("http://127.0.0.1:")
    monkeypatch.setenv("POOL_TOKEN", "x" * 20)
    answer = shell.run(*WORDS, "--token-env", "POOL_TOKEN")
    assert (answer.code, "statements at http://" in answer.out) == (0, True)
    assert "x" * 20 not in answer.out + answer.err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--stratum", "here"), "no address"),
        (("--fee-pct", "101"), "above 100"),
        (("--difficulty", "0"), "more than zero"),
        (("--fees", "0.000000001"), "finer than"),
        (("--token-env", "NO_SUCH_VARIABLE"), "NO_SUCH_VARIABLE"),
        (("--faults", "none.toml"), "no such faults file"),
        (("--clock", "none.json"), "no clock"),
    ],
)
def test_what_it_cannot_be_is_refused(shell: Shell, more: tuple[str, str], told: str) -> None:
    """A slip on the command line is told by what was typed, and nothing listens."""
    words = [*WORDS, *more] if more[0] not in WORDS else [*WORDS[:2], *more, "--for", "0.1"]
    answer = shell.run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err


@pytest.mark.parametrize("speed", [0.5, 1, 16, 60, 1440, 7200, 100_000])
def test_a_fast_clock_gets_harder_shares_not_more_of_them(speed: float) -> None:
    """At any speed a machine of 200 TH/s submits between one share in twelve seconds and two a second."""
    rate = 200e12 * max(speed, 1) / 2**32 / share_difficulty_at(speed)
    assert 1 / 12 <= rate <= 2
