"""Tables and help as somebody sees them who is here for the first time."""

from __future__ import annotations

import pytest

from mintage.cli.curtail_tables import counted_by
from mintage.cli.main import main
from mintage.cli.show import print_table


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ({"meters": 133}, "meters 133 of 133 minutes"),
        ({"meters": 1130, "": 3}, "meters 1,130 of 1,133 minutes, nobody 3"),
        ({}, "nobody: no minute is over yet"),
    ],
)
def test_who_counted_a_curtailment_is_told_in_words(minutes: dict[str, int], words: str) -> None:
    """Each counter has its minutes, the first one also what they are of; a minute that nobody counted is told."""
    assert counted_by(minutes) == words


def test_a_table_without_rows_says_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Headings over nothing leave open whether something failed to print."""
    print_table("Alerts of alder", ("id", "what"), [], note="as of now")
    assert capsys.readouterr().out.split("\n")[:3] == ["Alerts of alder", "none", "as of now"]


@pytest.mark.parametrize(("group", "name", "words"), [("energy", "heat", "Heat that"), ("virtual", "pool", "Start a")])
def test_the_help_of_a_group_says_what_each_command_does(
    group: str, name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of commands whose modules load only when they are called."""
    with pytest.raises(SystemExit) as stop:
        main([group, "--help"])
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"│ {name} "))
    assert stop.value.code in (0, None)
    assert words in line
