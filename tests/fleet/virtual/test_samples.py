"""Virtual machines reply in the keys and formats of recorded ones, and recorded ones obey the laws that we play by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mintage.fleet.virtual.controls import HELP_HOME
from tests.fleet.virtual.asking import asked, machine, model, numbers, parts, said

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "avalon_api_samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no recorded replies are beside the checkout")

NOT_OURS = {"ASICCRC0", "ASICCRC1", "ASICCRC2", "ATAOPTS1"}
"""Options and CRC counters of one hardware revision, which nobody reads."""


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


def types(row: dict[str, Any]) -> dict[str, type]:
    return {key: type(value) for key, value in row.items()}


@pytest.mark.parametrize(
    ("command", "section"),
    [
        ("version", "VERSION"),
        ("summary", "SUMMARY"),
        ("devs", "DEVS"),
        ("pools", "POOLS"),
        ("devdetails", "DEVDETAILS"),
        ("config", "CONFIG"),
        ("check", "CHECK"),
        ("coin", "COIN"),
        ("stats", "STATS"),
        ("litestats", "STATS"),
    ],
)
def test_reads_of_a_q_have_the_recorded_keys_and_types(command: str, section: str) -> None:
    """Status code, message and every key with its type are as recorded from a Q."""
    real, ours = recorded(command), asked(machine("Q"), command)
    assert types(ours[section][0]) == types(real[section][0])
    assert types(ours["STATUS"][0]) == types(real["STATUS"][0])
    assert {k: v for k, v in ours["STATUS"][0].items() if k not in ("When", "Msg")} == {
        k: v for k, v in real["STATUS"][0].items() if k not in ("When", "Msg")
    }
    if command != "pools":  # whose message counts the pools
        assert ours["STATUS"][0]["Msg"] == real["STATUS"][0]["Msg"]
    assert ours["id"] == real["id"]


def test_pool_rows_of_stats_are_as_recorded() -> None:
    """The row of a pool in stats has the recorded keys and types."""
    real, ours = recorded("stats")["STATS"][1], asked(machine("Q"), "stats")["STATS"][1]
    assert types(ours) == types(real)


def test_summary_of_a_sleeping_q_is_as_recorded() -> None:
    """Every KEY[value] of a Q's summary is there in the same order, with as many numbers in it; asleep as recorded."""
    ours_machine = machine("Q")
    ours_machine.sleep()
    row = asked(ours_machine, "stats")["STATS"][0]
    real_row = recorded("stats")["STATS"][0]
    ours, real = parts(row["MM ID0:Summary"]), parts(real_row["MM ID0:Summary"])
    assert list(ours) == list(real)
    for key in ("SYSTEMSTATU", "STATE", "SoftOFF", "TMax", "TAvg", "Fan1", "FanR", "GHSspd", "MGHS", "TA", "Core"):
        assert len(ours[key].split()) == len(real[key].split()), key
    for key in ("SYSTEMSTATU", "STATE", "SoftOFF", "TMax", "TAvg", "Fan1", "FanR", "GHSspd", "DHspd", "TA", "Core"):
        assert ours[key] == real[key], key
    assert numbers(ours["PS"])[3:5] == numbers(real["PS"])[3:5] == [0, 0]
    chips, real_chips = parts(row["HBinfo"]), parts(real_row["HBinfo"])
    assert list(chips) == list(real_chips)
    assert [len(value.split()) for value in chips.values()] == [len(value.split()) for value in real_chips.values()]


def test_stats_of_an_a1246_are_as_recorded() -> None:
    """Every KEY[value] of the recorded A1246 that somebody reads is there, in the same order and width."""
    real = parts(recorded("avalon_a_stats")["STATS"][0]["MM ID0"])
    ours = parts(asked(machine("1246-83"), "stats")["STATS"][0]["MM ID0"])
    assert [key for key in ours if key in real] == [key for key in real if key not in NOT_OURS]
    assert set(real) - set(ours) == NOT_OURS
    for key in set(real) & set(ours) - {"SYSTEMSTATU", "FACOPTS0", "FACOPTS1", "ATAOPTS0", "Ver"}:
        assert len(ours[key].split()) == len(real[key].split()), key


def test_recorded_a1246_obeys_the_laws() -> None:
    """The laws that our machines are held to are those of the recorded one."""
    found, kind = parts(recorded("avalon_a_stats")["STATS"][0]["MM ID0"]), model("1246-83")
    clock, chips = float(found["Freq"]), float(found["TA"])
    implied = kind.ghs_per_mhz_per_1000_chips * clock * chips / 1000
    assert float(found["GHSmm"]) == pytest.approx(implied, rel=2e-5)
    assert float(found["WU"]) == pytest.approx(float(found["GHSavg"]) * 1e9 * 60 / 2**32, abs=0.2)
    assert sum(numbers(found["MGHS"])) == pytest.approx(float(found["GHSavg"]), abs=0.011)
    supply = numbers(found["PS"])
    assert supply[4] / supply[6] == pytest.approx(kind.psu_efficiency, abs=0.001)
    assert sum(numbers(found["PLL0"])) == kind.pll_per_chip * kind.chips_per_board


@pytest.mark.parametrize("name", ["softoff", "softon"])
def test_sleep_and_wake_answer_as_recorded(name: str) -> None:
    """Information 118 and "success", not 119, is how a Q says that it will sleep or wake."""
    real = recorded(f"ascset_{name}")["STATUS"][0]
    letter, code, message = said(machine("Q"), f"{name},1:1753434821")
    assert (letter, code) == (real["STATUS"], real["Code"])
    assert message == f"ASC 0 set info: success {name}:1753434821"
    assert real["Msg"].rpartition(":")[0] == message.rpartition(":")[0]


def test_work_mode_and_help_answer_as_recorded() -> None:
    """119 for a work mode; the recorded words for help."""
    real = recorded("ascset_workmode")["STATUS"][0]
    assert said(machine("Q"), "workmode,set,1") == (real["STATUS"], real["Code"], real["Msg"])
    real = recorded("ascset_help")["STATUS"][0]
    assert said(machine("Q"), "help") == (real["STATUS"], real["Code"], real["Msg"])
    assert HELP_HOME in real["Msg"]
