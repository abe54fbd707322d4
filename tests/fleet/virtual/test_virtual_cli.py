"""`mintage virtual fleet` and `mintage virtual models` as a person or a script runs them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mintage.cli.main import main
from mintage.fleet.models import models
from mintage.units.clock import FileClock, read_clock
from tests.loopback import block

NETWORK = block("virtual", 4)
MINTAGE = (sys.executable, "-m", "mintage.cli.main", "virtual")


Screen = pytest.CaptureFixture[str]


def ran(screen: Screen, *words: str) -> tuple[int, str, str]:
    """Exit code, output and complaint of a command."""
    with pytest.raises(SystemExit) as ended:
        main(["virtual", *words])
    assert isinstance(ended.value.code, int)
    return ended.value.code, *screen.readouterr()


def test_fleet_tells_what_runs_and_stops_in_time(capsys: Screen) -> None:
    """One screen: models, how many, where, and how to scan them; it ends after --for with exit code 0."""
    words = ("--network", f"{NETWORK}.0/24", "--count", "10", "--mix", "Q=0.5,A15-194=0.5", "--for", "0.1")
    code, out, _ = ran(capsys, "fleet", *words)
    assert code == 0
    assert f"{NETWORK}.1-{NETWORK}.5" in out
    assert f"mintage fleet scan {NETWORK}.0/24" in out


def test_fleet_answers_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    """While it runs its machines answer, its clock is left for others, and Ctrl-C ends it with exit code 0."""
    clock = tmp_path / "clock.json"
    words = ["fleet", "--network", f"{NETWORK}.128/25", "--count", "2", "--mix", "Q", "--speed", "60", "--json"]
    process = subprocess.Popen([*MINTAGE, *words, "--clock", str(clock)], stdout=subprocess.PIPE, text=True)  # noqa: S603  our own command
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if line == "}\n":
            break
    assert json.loads(told) == {
        "network": f"{NETWORK}.128/25",
        "port": 4028,
        "machines": 2,
        "models": [{"model": "Q", "machines": 2, "addresses": [f"{NETWORK}.129-{NETWORK}.130"]}],
    }
    with socket.create_connection((f"{NETWORK}.129", 4028), timeout=5) as asked:
        asked.sendall(b"version")
        assert asked.recv(4096).startswith(b"STATUS=S")
    left = read_clock(clock)
    assert isinstance(left, FileClock)
    assert left.speed == 60
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--mix", "S21=1"), "Choose among 1246-83"),
        (("--network", "10.0.0.0/8"), "Write 127.0.1.0/24"),
        (("--speed", "0"), "--speed"),
        (("--faults", "nowhere.toml"), "See examples/faults.toml"),
    ],
)
def test_bad_input_ends_with_2_and_a_remedy(words: tuple[str, str], remedy: str, capsys: Screen) -> None:
    """A wrong mix, network, speed or plan is exit code 2 with what to do about it."""
    code, _, complaint = ran(capsys, "fleet", *words)
    assert code == 2
    assert remedy in complaint


def test_models_are_listed_with_their_grades(capsys: Screen) -> None:
    """The table has a row for each model; JSON has every figure and why it is assumed."""
    assert "1566HA-480" in ran(capsys, "models")[1]
    listed = json.loads(ran(capsys, "models", "--json")[1])
    assert [row["id"] for row in listed] == list(models())
    by_id = {row["id"]: row for row in listed}
    assert by_id["a16-282"]["assumed"]["family"].startswith("no public capture")
    assert by_id["q"]["modes"]["eco"]["power_w"] == 836
