"""Framings, joined commands and refusals."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.models import models
from mintage.fleet.virtual.answer import answer, complete
from mintage.fleet.virtual.reads import CODES
from mintage.units.clock import StepClock
from tests.fleet.virtual.asking import asked, machine


@pytest.mark.parametrize("name", sorted(models()))
def test_every_model_answers_every_read(name: str) -> None:
    """Each read of each model is JSON with its documented code; only home machines know litestats."""
    target = machine(models()[name].model)
    for command in sorted(CODES):
        status = asked(target, command)["STATUS"][0]
        unknown = command == "litestats" and target.model.family == "a"
        assert (status["STATUS"], status["Code"]) == (("E", 14) if unknown else ("S", CODES[command])), command


@pytest.mark.parametrize("command", ["version", "summary", "pools", "devs", "devdetails", "estats", "config", "coin"])
def test_text_says_what_json_says(command: str) -> None:
    """Both framings carry the same keys and values; text rows end with a bar and JSON with a NUL."""
    target = machine("15-194", clock=StepClock())
    section = next(rows for key, rows in asked(target, command).items() if key not in ("STATUS", "id"))
    text = answer(target, command.encode()).decode()
    assert text.startswith("STATUS=S,When=7200,Code=")
    assert text.endswith("|")
    assert "\0" not in text
    for row in section:
        for key, value in row.items():
            if isinstance(value, str):
                assert f"{key}={value}" in text
            else:
                assert f"{key}=" in text


def test_time_of_a_reply_depends_on_the_family() -> None:
    """The A-series counts seconds since boot, home machines since 1970."""
    clock = StepClock(1_753_431_000_000_000)
    assert asked(machine("15-194", clock=clock, uptime_s=975), "version")["STATUS"][0]["When"] == 975
    assert asked(machine("Q", clock=clock, uptime_s=975), "version")["STATUS"][0]["When"] == 1_753_431_000


def test_joined_reads_come_together() -> None:
    """`a+b` answers both under their names, each as a whole reply; a control cannot be joined."""
    target = machine("15-194")
    joined = asked(target, "version+estats+ascset")
    assert joined["version"][0] == asked(target, "version")
    assert joined["estats"][0]["STATS"][0]["ID"] == "AVA100"
    assert joined["ascset"][0]["STATUS"][0]["Code"] == 14
    assert joined["id"] == 1
    text = answer(target, b"version+config").decode()
    assert text.startswith("CMD=version|STATUS=S")
    assert "|CMD=config|STATUS=S" in text


def test_stats_has_pools_and_estats_has_not() -> None:
    """Stats adds a row for each pool, from which clients read the uptime; estats is the machine alone."""
    target = machine("15-194")
    assert [row["ID"] for row in asked(target, "stats")["STATS"]] == ["AVA100", "POOL0", "POOL1", "POOL2"]
    assert [row["ID"] for row in asked(target, "estats")["STATS"]] == ["AVA100"]


def test_check_knows_what_is_there() -> None:
    """`check` says Y of commands that the machine has, and N of others."""
    target = machine("15-194")
    for command, exists in (("estats", "Y"), ("ascset", "Y"), ("litestats", "N"), ("zero", "N"), ("", "N")):
        assert asked(target, "check", command)["CHECK"] == [{"Exists": exists, "Access": exists}]


@pytest.mark.parametrize(
    ("request_bytes", "code"),
    [(b'{"command":"nope"}', 14), (b'{"command":7}', 24), (b"{}", 24), (b'{"command":}', 23), (b'{"a":[}', 23)],
)
def test_bad_requests_are_refused_with_a_code(request_bytes: bytes, code: int) -> None:
    """An unknown command, a missing one and broken JSON each have their code."""
    status = json.loads(answer(machine("Q"), request_bytes).rstrip(b"\0"))["STATUS"][0]
    assert (status["STATUS"], status["Code"]) == ("E", code)


@given(st.binary(max_size=300))
def test_no_request_breaks_a_machine(request_bytes: bytes) -> None:
    """Whatever comes over the wire, the machine answers something and goes on answering."""
    target = machine("Q")
    answer(target, request_bytes)
    answer(target, b'{"command":"ascset","parameter":"0,' + request_bytes.replace(b'"', b"") + b'"}')
    if target.state != "boot":
        assert asked(target, "version")["VERSION"][0]["MODEL"] == "Q"


def test_json_is_complete_with_its_brace() -> None:
    """A JSON request may come in pieces; text is taken as it comes."""
    assert not complete(b'{"command":"ver')
    assert complete(b'{"command":"version"}\n')
    assert complete(b"version")
