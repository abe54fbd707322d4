"""Two public libraries, pyasic 0.79 and pyasic_rs 0.8.6, believe our machines: they identify, read and control them.

Where a library is known to err (it returns False on the documented reply to sleep, or cannot parse a restart), the
test expects its error: our machines answer as real ones do, not as a library would like.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from mintage.fleet.models import Model, models
from mintage.fleet.virtual.condition import Surroundings
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.fleet.virtual.machine import Machine
from mintage.units.clock import SystemClock
from tests.fleet.virtual.asking import POOLS
from tests.loopback import block

PEERS = Path(__file__).parents[3] / ".venv-peers" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PEERS.exists(), reason="the other clients are not installed: make peers")

NETWORKS = {"peer_pyasic": block("virtual", 2), "peer_pyasic_rs": block("virtual", 3)}
PYASIC = {
    "a1246-83": "CGMinerAvalon1246",
    "a15-194": "CGMinerAvalon1566",
    "q": "CGMinerAvalonQHome",
    "mini3": "CGMinerAvalonMini3",
    "nano3": "CGMinerAvalonNano3",
    "nano3s": "CGMinerAvalonNano3s",
}
"""Models that pyasic knows; it has a class for nothing else that we play."""
PYASIC_RS = {
    "a1246-83": "Avalon1246",
    "a1466-150": "Avalon1466",
    "a15-194": "Avalon15",
    "a15-206": "Avalon15",
    "a15-209": "Avalon15",
    "a15-218": "Avalon15",
    "a15-221": "Avalon15",
    "a15-240": "Avalon15",
    "a1566-185": "Avalon1566",
    "a1566ha-460": "Avalon1566Ha",
    "a1566ha-480": "Avalon1566Ha",
    "a1566ha-500": "Avalon1566Ha",
    "q": "AvalonHomeQ",
    "nano3": "AvalonNano3",
    "nano3s": "AvalonNano3s",
}
"""Models that pyasic_rs knows; of others it tells the make and the bare model."""


def looked_at(script: str) -> dict[str, tuple[Machine, dict[str, Any]]]:
    """What a library says of one machine of each model, after it worked all its controls."""
    clock, network = SystemClock(), NETWORKS[script]
    fleet = VirtualFleet(
        [
            Machine(f"{network}.{n}", kind, clock, POOLS, seed=n, uptime_s=7200, surroundings=Surroundings())
            for n, kind in enumerate(models().values(), start=1)
        ],
        clock,
    )

    async def live() -> bytes:
        async with fleet:
            path = Path(__file__).with_name(f"{script}.py")
            addresses = [machine.address for machine in fleet.machines]
            process = await asyncio.create_subprocess_exec(
                PEERS, path, *addresses, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            out, complaint = await asyncio.wait_for(process.communicate(), 60)
            if process.returncode is not None and process.returncode < 0:  # a library of others fell, not our machines
                pytest.skip(f"{script} was ended by signal {-process.returncode}")
            assert process.returncode == 0, complaint.decode()
            return out

    told: dict[str, dict[str, Any]] = json.loads(asyncio.run(live()).splitlines()[-1])
    return {machine.model.id: (machine, told[machine.address]) for machine in fleet.machines}


@pytest.fixture(scope="module")
def pyasic() -> dict[str, tuple[Machine, dict[str, Any]]]:
    """What pyasic says."""
    return looked_at("peer_pyasic")


@pytest.fixture(scope="module")
def pyasic_rs() -> dict[str, tuple[Machine, dict[str, Any]]]:
    """What pyasic_rs says."""
    return looked_at("peer_pyasic_rs")


@pytest.mark.parametrize("name", sorted(models()))
def test_pyasic_reads_and_controls(name: str, pyasic: dict[str, tuple[Machine, dict[str, Any]]]) -> None:
    """It names the models that it knows, reads all figures right, and its controls report success."""
    machine, told = pyasic[name]
    kind = machine.model
    known = name in PYASIC
    assert told["kind"] == PYASIC.get(name, "AvalonUnknown")
    # A model that it does not know it reads in H/s.
    scale = {"TH/s": 1.0, "H/s": 1e12}[told["unit"]]
    assert (told["unit"] == "TH/s") == known
    assert told["hashrate"] / scale == pytest.approx(kind.hashrate_ths, rel=0.06)
    assert told["target_w"] == pytest.approx(kind.power_w * kind.psu_efficiency, abs=3)
    assert told["uptime_s"] >= 7200
    assert told["pools"] == ["account.1"] * 3
    assert told["firmware"] == "4.11.1"
    # Nano 3 and Mini 3 tell it their MAC only over the web, which we do not play.
    assert told["mac"] == (None if name in ("nano3", "mini3") else ":".join(_pairs(machine.mac.upper())))
    if name == "nano3s":
        assert told["power_w"] == pytest.approx(kind.power_w, rel=0.05)
    elif kind.family == "home" or kind.generation == "A12":
        assert told["power_w"] is None
    else:
        assert told["power_w"] == pytest.approx(kind.power_w, rel=0.05)
    if known:
        assert told["chips"] == [kind.chips_per_board] * kind.boards
        assert all(speed > 500 for speed in told["fans"])
        assert len(told["fans"]) == (2 if name == "q" else kind.fans)
    for control in ("fault_light_on", "fault_light_off", "stop_mining", "resume_mining", "reboot"):
        assert told[control] is True, control
    # It sets a power limit by `worklevel`, which the A-series does not have.
    assert told["set_power_limit"] is (kind.family == "home")


@pytest.mark.parametrize("name", sorted(models()))
def test_pyasic_rs_reads_and_controls(name: str, pyasic_rs: dict[str, tuple[Machine, dict[str, Any]]]) -> None:
    """It names the models that it knows and reads them right; LED works, and its known errors are still its own."""
    machine, told = pyasic_rs[name]
    kind = machine.model
    known = name in PYASIC_RS
    assert told["make"] == "Avalonminer"
    assert told["kind"] == PYASIC_RS.get(name, kind.model.partition("-")[0].upper())
    assert told["hashrate_ths"] == pytest.approx(kind.hashrate_ths, rel=0.06)
    assert told["mac"] == ":".join(_pairs(machine.mac.upper()))
    # It takes the power to the boards for the power of the machine.
    assert told["power_w"] == pytest.approx(kind.power_w * kind.psu_efficiency, rel=0.05)
    assert told["uptime_s"] >= 7200
    assert told["pools"] == ["account.1"] * 3
    assert told["firmware"] == _firmware(kind)
    if known:
        assert told["chips"] == [kind.chips_per_board] * kind.boards
        assert len(told["fans"]) == kind.fans
        assert all(speed > 500 for speed in told["fans"])
    assert told["led_on"] is True
    assert told["led_off"] is True
    # It expects 119 of sleep and wake; the documented and recorded reply is 118 "success".
    assert told["pause"] is False
    assert told["resume"] is False
    # It cannot parse the documented {"STATUS":"RESTART"}; of the Q it does not even try.
    assert told["restart"].startswith("error: ")
    assert (machine.state == "boot") is (name != "q")
    # It sends "3.2 kW" where a number belongs.
    assert told["set_power_limit"].startswith("error: ")


def _firmware(kind: Model) -> str | None:
    """Firmware that pyasic_rs tells: of the Q it takes cgminer's version, of other home machines none."""
    if kind.family == "a":
        return kind.firmware
    return "4.11.1" if kind.id == "q" else None


def _pairs(text: str) -> list[str]:
    return [text[n : n + 2] for n in range(0, len(text), 2)]
