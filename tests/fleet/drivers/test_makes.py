"""Other makes: the library's answers become the same readings, and its absence is told with the remedy."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import Any

import pytest

from mintage.fleet.drivers.contract import check_snapshot
from mintage.fleet.drivers.makes import driver
from mintage.fleet.drivers.makes.driver import identity_of
from mintage.fleet.drivers.makes.parse import report_of
from mintage.fleet.drivers.makes.readings import snapshot_of
from mintage.fleet.drivers.port import Target
from mintage.fleet.drivers.registry import driver_named, drivers
from mintage.units.errors import InputError


def antminer(**changed: Any) -> dict[str, Any]:
    """What the library's `model_dump()` has for an S21, with invented figures."""
    chips = [{"position": n, "temperature": 60.0 + n % 8, "voltage": 0.305} for n in range(108)]
    boards = [
        {
            "position": n,
            "hashrate": {"value": 66_500.0, "unit": "GH/s", "algo": "SHA256"},
            "board_temperature": 58.0,
            "outlet_chip_temperature": 71.0,
            "expected_chips": 108,
            "working_chips": 108,
            "chips": chips if n == 0 else [],
            "frequency": 490.0,
            "active": True,
        }
        for n in range(3)
    ]
    return {
        "schema_version": "0.8.6",
        "device_info": {"make": "AntMiner", "model": "S21", "firmware": "Stock", "hardware": {"fans": 4}},
        "mac": "02:00:5E:10:00:0A",
        "serial_number": "SN0001",
        "firmware_version": "2025-01-02",
        "hashboards": boards,
        "hashrate": {"value": 199.5, "unit": "TH/s", "algo": "SHA256"},
        "expected_hashrate": {"value": 0.2, "unit": "PH/s", "algo": "SHA256"},
        "fans": [{"position": n, "rpm": 5400.0 + 30 * n} for n in range(4)],
        "average_temperature": 64.6,
        "wattage": 3512.4,
        "tuning_target": {"type": "power", "value": 3500.0},
        "messages": [{"message": "one fan was replaced", "severity": "Info"}],
        "uptime": timedelta(days=1),
        "is_mining": True,
        "operating_state": None,
        "pools": [
            {
                "pools": [
                    {"url": "stratum+tcp://spare.example:3333", "user": "alder.1", "active": False},
                    {"url": "stratum+tcp://pool.example:3333", "user": "alder.1", "active": True},
                ]
            }
        ],
        **changed,
    }


def test_an_antminer_becomes_the_same_readings() -> None:
    """Units are ours, the pool in use is first, and what the library does not tell is unknown with a reason."""
    snapshot = snapshot_of(report_of(antminer()), 5)
    check_snapshot(snapshot)
    assert snapshot.values == {
        "state": "hashing",
        "hashrate_ths": pytest.approx(199.5),
        "hashrate_expected_ths": pytest.approx(200.0),
        "power_in_w": 3512,
        "power_target_w": 3500,
        "chip_avg_c": 65,
        "chip_max_c": 71,
        "fan_min_rpm": 5400,
        "boards": 3,
        "frequency_mhz": pytest.approx(490.0),
        "uptime_s": 86_400,
        "pool_url": "stratum+tcp://pool.example:3333",
        "worker": "alder.1",
        "firmware": "2025-01-02",
    }
    assert [board.hashrate_ths for board in snapshot.boards] == pytest.approx([66.5] * 3)
    assert snapshot.boards[0].chips_c[:2] == (60, 61)
    assert snapshot.boards[0].chips_v[0] == pytest.approx(0.305)
    assert "not their difficulty" in snapshot.unknown["accepted_diff"]
    assert not snapshot.problems


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"operating_state": "Paused"}, "asleep"),
        ({"operating_state": {"type": "cooling_down"}}, "fault"),
        ({"operating_state": "Initializing"}, "starting"),
        ({"is_mining": False}, "idle"),
        ({"hashrate": {"value": 0.0, "unit": "H/s"}}, "starting"),
        ({"operating_state": "SomethingNew"}, "hashing"),
    ],
)
def test_states_become_ours(changed: dict[str, Any], state: str) -> None:
    """Each operating state of the library is one of ours; without one it is whether it hashes."""
    assert snapshot_of(report_of(antminer(**changed)), 0).state == state


def test_absent_and_absurd_figures_are_unknown() -> None:
    """Nothing that the library leaves out, or that is no number, becomes a zero."""
    bare = {"device_info": {"make": "Bitaxe", "model": "Gamma", "firmware": "AxeOS"}, "is_mining": True}
    snapshot = snapshot_of(report_of(bare), 0)
    check_snapshot(snapshot)
    assert snapshot.values == {"state": "hashing"}
    absurd = antminer(wattage=float("nan"), hashrate={"value": float("inf"), "unit": "TH/s"}, average_temperature=1e300)
    snapshot = snapshot_of(report_of(absurd), 0)
    check_snapshot(snapshot)
    assert not {"power_in_w", "hashrate_ths", "chip_avg_c"} & set(snapshot.values)


def test_sick_boards_and_messages_are_problems() -> None:
    """Chips that do not work and errors that the machine reports are told."""
    sick = antminer(messages=[{"message": "chain 2: EEPROM error", "severity": "Error"}])
    sick["hashboards"][1] |= {"working_chips": 100}
    sick["hashboards"][2] |= {"active": False}
    snapshot = snapshot_of(report_of(sick), 0)
    assert snapshot.problems == ("chain 2: EEPROM error",)
    assert [board.problem for board in snapshot.boards] == ["", "8 chips do not work", "hashes nothing"]
    assert snapshot.values["boards"] == 1


def test_identity_has_mac_serial_and_firmware() -> None:
    """The marks by which a machine is recognised come over in our form."""
    identity = identity_of(report_of(antminer()))
    assert (identity.driver, identity.make, identity.model) == ("makes", "AntMiner", "S21")
    assert (identity.mac, identity.serial) == ("02005e10000a", "SN0001")
    assert identity.firmware == "Stock 2025-01-02"
    assert identity.nameplate_ths == pytest.approx(200.0)


def test_without_the_library_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for other makes without the extra is told how to install it, and nobody else notices."""
    monkeypatch.setitem(sys.modules, "pyasic_rs", None)  # as Python marks a module that cannot be imported
    drivers.cache_clear()
    try:
        assert driver not in drivers()
        with pytest.raises(InputError, match=r"pip install 'mintage\[makes\]'"):
            driver_named("makes")
        with pytest.raises(InputError, match=r"pip install 'mintage\[makes\]'"):
            asyncio.run(driver.identify(Target("127.0.0.1"), 1.0))
    finally:
        drivers.cache_clear()
