"""The fleet's commands, from an empty folder to a machine with its cost, on virtual machines."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mintage.cli.main import main
from mintage.factory.facts import MachinesBuilt
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.house import open_journal
from mintage.journal.standing import standing
from mintage.units.clock import SystemClock
from tests.cli.company import write as write_company
from tests.fleet.agent.site import write_site
from tests.loopback import block

COUNT = 8
SCANNED = {
    "address", "make", "model", "asset_id", "dna", "mac", "firmware", "hashrate_ths", "power_in_w",
    "efficiency_j_th", "mode", "state", "problems",
}  # fmt: skip


class Answer(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


class Shell:
    """Runs commands on one site."""

    def __init__(self, folder: Path, net: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.net, self._capsys = folder, net, capsys
        self.site = write_site(folder, net)
        self.words = ["--site", str(self.site), "--data", str(folder / "sites"), "--db", str(folder / "books.db")]

    def run(self, *words: str) -> Answer:
        options = self.words if words[0] in {"agent", "fleet"} else self.words[-2:]
        with pytest.raises(SystemExit) as stop:
            main([*words, *options])
        assert isinstance(stop.value.code, int)
        return Answer(stop.value.code, *self._capsys.readouterr())

    def json(self, *words: str) -> Any:
        answer = self.run(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    def table(self, *words: str) -> str:
        answer = self.run(*words)
        assert answer.code == 0
        looks = words[:2] in {("fleet", "list"), ("fleet", "map"), ("fleet", "top")}  # these say that no agent runs
        assert answer.err.count("no agent runs for alder: ") == answer.err.count("\n") == int(looks)
        return answer.out

    def refused(self, *words: str) -> str:
        answer = self.run(*words)
        assert (answer.code, answer.out) == (2, "")
        return answer.err


@pytest.fixture(scope="module")
def net() -> Iterator[str]:
    """A network with virtual machines, played in a thread of their own."""
    found = block("agent", 7)
    spec = FleetSpec(network=f"{found}.0/26", count=COUNT, mix="A15-194=0.5,Q=0.25,Nano3s=0.25", uptime_s=86_400)
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def play() -> None:
        async with build_fleet(spec, SystemClock()):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(play()))
    thread.start()
    try:
        assert ready.wait(10)
        yield found
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture
def shell(tmp_path: Path, net: str, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, net, capsys)


def test_a_scan_needs_no_site_and_tells_exactly_what_it_promises(
    tmp_path: Path, net: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder: a list of machines with the promised keys, nothing adopted, nothing written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["fleet", "scan", f"{net}.0/27", "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert stop.value.code == 0
    assert len(rows) == COUNT
    for row in rows:
        assert set(row) == SCANNED
        assert row["asset_id"] is None
        assert row["state"] == "hashing"
        assert row["efficiency_j_th"] == pytest.approx(row["power_in_w"] / row["hashrate_ths"], abs=0.01)
    assert [row["address"] for row in rows] == [f"{net}.{number}" for number in range(1, COUNT + 1)]
    assert list(tmp_path.iterdir()) == []


def test_a_scan_of_nothing_says_how_many_did_what(shell: Shell) -> None:
    """No machine is an empty list in JSON, and for people a count of those who refused."""
    assert shell.json("fleet", "scan", f"{shell.net}.64/28") == []
    assert "14 addresses: 0 machines, 0 strangers, 14 refused" in shell.table("fleet", "scan", f"{shell.net}.64/28")


def test_adopted_machines_are_listed_sorted_ranked_and_drawn(shell: Shell) -> None:
    """From the first round on, commands read what was kept, by state, rack, model and measure."""
    adopted = shell.json("fleet", "adopt")
    assert [row["new"] for row in adopted] == [True] * COUNT
    assert not any(row["new"] for row in shell.json("fleet", "adopt"))
    ids = {row["address"]: row["asset_id"] for row in adopted}

    scanned = shell.json("fleet", "scan")
    assert {row["address"]: row["asset_id"] for row in scanned} == ids

    assert len(shell.json("fleet", "list", "--state", "hashing", "--rack", "r1")) == COUNT
    assert {row["model"] for row in shell.json("fleet", "list", "--model", "15-*")} == {"15-194"}
    assert shell.json("fleet", "list", "--problem", "") == []
    assert shell.json("fleet", "list", "state=asleep") == []
    kept = shell.json("fleet", "list")
    by_power = [row["power_in_w"] for row in shell.json("fleet", "list", "--sort", "power_in_w", "--limit", "3")]
    assert by_power == sorted((row["power_in_w"] for row in kept), reverse=True)[:3]
    assert f"{COUNT} machines, {COUNT} hashing" in shell.table("fleet", "list")

    worst = shell.json("fleet", "top", "efficiency", "--count", "2")
    assert [row["value"] for row in worst["machines"]] == sorted((r["efficiency_j_th"] for r in kept), reverse=True)[:2]
    assert worst["unknown"] == 0
    assert "Worst of alder by" in shell.table("fleet", "top", "hottest")

    (hall,) = shell.json("fleet", "map")
    assert [(rack["rack"], rack["slots"], len(rack["machines"])) for rack in hall["racks"]] == [
        ("r1", 10, COUNT),
        ("r2", 10, 0),
    ]
    drawn = shell.table("fleet", "map")
    assert drawn.count("■H") == COUNT + 1  # and once in the legend
    assert f"hall-1  {COUNT} hashing" in drawn


def test_who_has_no_role_at_a_site_does_not_see_its_machines(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands that look ask for the right to read, as alerts and control do; a viewer has it."""
    shell.run("fleet", "adopt")
    shell.site.write_text(shell.site.read_text() + '[[user]]\nname = "vera"\nroles = ["viewer"]\n')
    words = (["list"], ["map"], ["top", "--once"], ["show", f"{shell.net}.1"])
    monkeypatch.setenv("MINTAGE_ACTOR", "eve")
    for command in words:
        assert "eve may not read at alder" in shell.refused("fleet", *command)
    monkeypatch.setenv("MINTAGE_ACTOR", "vera")
    for command in words:
        assert shell.table("fleet", *command)


def test_a_linked_machine_shows_its_cost_and_an_unlinked_one_why_not(shell: Shell) -> None:
    """The serial number joins a machine to the build that it came from, whatever its address."""
    write_company(shell.folder / "books.db")
    journal = open_journal(shell.folder / "books.db")
    serial = next(built.serial_first for _, built in standing(journal, MachinesBuilt))
    journal.close()
    shell.json("fleet", "adopt")
    address = f"{shell.net}.1"

    def told(machine: str) -> dict[str, Any]:
        return {item["name"]: item for item in shell.json("fleet", "show", machine)["record"]}

    assert "no serial number is linked" in told(address)["landed cost USD"]["note"]
    (linked,) = shell.json("fleet", "link", address, serial)
    assert linked["serial"] == serial
    cost = told(address)["landed cost USD"]
    expected = shell.json("factory", "landed-cost", told(address)["built"]["note"].rpartition(" ")[2])
    assert cost["value"] == expected["usd_per_unit"]
    assert "no build in the journal" in _other(shell, told)
    events = shell.json("fleet", "show", linked["asset_id"])["events"]
    assert [event["kind"] for event in events] == ["fleet.machine-adopted", "fleet.machine-changed"]
    assert "Hash rate" in shell.table("fleet", "show", address)


def _other(shell: Shell, told: Any) -> str:
    shell.json("fleet", "link", f"{shell.net}.2", "ZZ9000001")
    return str(told(f"{shell.net}.2")["built"]["note"])


def test_a_file_of_serial_numbers_is_linked_whole_or_not_at_all(shell: Shell) -> None:
    """A bad row names file and line, and the rows before it are taken back."""
    rows = shell.json("fleet", "adopt")
    path = shell.folder / "serials.csv"
    lines = [f"{row['dna']},SN{number:06}" for number, row in enumerate(rows)]
    path.write_text("dna,serial\n" + "\n".join([*lines, "0000,SN999999"]) + "\n")
    assert f"serials.csv:{COUNT + 2}" in shell.refused("fleet", "link", "--csv", str(path))
    path.write_text("dna,serial\n" + "\n".join(lines) + "\n")
    linked = shell.json("fleet", "link", "--csv", str(path))
    assert [row["serial"] for row in linked] == [f"SN{number:06}" for number in range(COUNT)]
    for text, words in (
        ("", "the columns are none"),
        ("dna,mac,serial\n", "the columns are dna, mac, serial"),
        ("dna,serial\nd1\n", "serials.csv:2"),
        ("dna,serial\nd1,!!\n", "serials.csv:2"),
    ):
        path.write_text(text)
        assert words in shell.refused("fleet", "link", "--csv", str(path))
    assert "serial number SN000001 is linked to" in shell.refused("fleet", "link", rows[0]["address"], "SN000001")


def test_what_is_not_there_is_named_with_its_remedy(shell: Shell) -> None:
    """Before the first round, for unknown machines, columns and ranges."""
    assert "no agent has run for alder yet" in shell.refused("fleet", "list")
    assert "is no address range" in shell.refused("fleet", "scan", "10.0.0.0/77")
    shell.json("fleet", "adopt")
    assert "means no machine" in shell.refused("fleet", "show", "10.9.9.9")
    assert "means 8 machines" in shell.refused("fleet", "show", "m-")
    assert "nothing is called 'colour'" in shell.refused("fleet", "list", "--sort", "colour")
    assert "MACHINE SERIAL, or --csv" in shell.refused("fleet", "link")
    assert "an agent must run for some time" in shell.refused("agent", "--for", "0")


def test_the_agent_runs_alone_and_ends_when_it_is_told_to(shell: Shell) -> None:
    """While it runs, a second one and an adoption are refused; SIGTERM ends it in order, with its data in place."""
    words = [sys.executable, "-m", "mintage.cli.main", "agent", *shell.words]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stderr=subprocess.PIPE, env=environment, text=True) as agent:  # noqa: S603  ours
        assert agent.stderr is not None
        for line in agent.stderr:
            if "search:" in line:
                break
        assert "is running already" in shell.refused("agent", "--once")
        assert "is running already" in shell.refused("fleet", "adopt")
        give_up_s = time.monotonic() + 20
        while not shell.json("fleet", "list", "state=hashing") and time.monotonic() < give_up_s:
            pass
        agent.send_signal(signal.SIGTERM)
        agent.stderr.read()
    assert agent.returncode == 0
    assert len(shell.json("fleet", "list")) == COUNT
    assert list((shell.folder / "sites" / "alder" / "telemetry").rglob("*.parquet"))
    assert shell.json("agent", "--once") == {"site": "alder", "machines": COUNT, "hashing": COUNT}
    journal = open_journal(shell.folder / "books.db")
    assert sum(1 for _ in journal.facts("fleet.machine-adopted")) == COUNT
    journal.close()
