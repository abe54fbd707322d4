"""Tables of machines: what a machine says of itself cuts no column, and a sum that nobody knows is not 0."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from mintage.cli.fleet_list import in_all
from mintage.cli.fleet_rows import machine_table, print_machines
from tests.fleet.plant import a_machine

ROW: dict[str, Any] = {
    "asset_id": "m-0123456789ab",
    "rack": "r1",
    "slot": 1,
    "address": "10.1.0.7",
    "model": "15-194",
    "hashrate_ths": None,
    "power_in_w": 3600,
    "efficiency_j_th": None,
    "mode": "normal",
    "state": "hashing",
    "problems": [],
}


def test_long_names_of_machines_leave_the_other_columns_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """A model and a mode of hundreds of characters are cut with a sign; address, power and state stay."""
    long = {**ROW, "model": "AvalonMiner " * 40, "mode": "x" * 300}
    print_machines("Machines", [ROW, long], note="")
    lines = capsys.readouterr().out.splitlines()[2:4]
    for line in lines:
        for cell in ("m-0123456789ab", "10.1.0.7", "3,600", "hashing"):
            assert cell in line
    assert "AvalonMiner Avalo…" in lines[1]


def test_narrow_terminals_keep_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    """At 100 columns a hostile model still leaves room for who it is and where."""
    Console(width=100).print(machine_table([{**ROW, "model": "M" * 500}]))
    line = capsys.readouterr().out.splitlines()[1]
    assert "m-0123456789ab" in line
    assert "10.1.0.7" in line


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([None, None], "2 machines, 2 hashing; TH/s unknown; 7,200 W"),
        ([190.0, None], "2 machines, 2 hashing; 190 TH/s (unknown of 1); 7,200 W"),
        ([190.0, 0.0], "2 machines, 2 hashing; 190 TH/s; 7,200 W"),
        ([], "0 machines, 0 hashing; 0 TH/s; 0 W"),
    ],
)
def test_sum_that_nobody_knows_is_unknown(told: list[float | None], words: str) -> None:
    """No hash rate is told as 0 TH/s where it is not known to be."""
    machine = a_machine(1)
    assert in_all([(machine, {**ROW, "hashrate_ths": value}) for value in told]) == words
