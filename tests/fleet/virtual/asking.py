"""Asking virtual machines, in memory or over sockets, with a parser of the tests' own."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from mintage.fleet.models import Model, model_of
from mintage.fleet.virtual.answer import answer
from mintage.fleet.virtual.condition import Surroundings
from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.pools import PoolUse
from mintage.units.clock import Clock, StepClock

POOLS = tuple(PoolUse(f"stratum+tcp://pool-{n}.example:3333", "account.1") for n in range(3))
_PART = re.compile(r"([A-Za-z0-9_ ]+?)\[([^\]]*)\]")


def model(name: str) -> Model:
    found = model_of(name)
    assert found is not None
    return found


def machine(name: str, *, clock: Clock | None = None, seed: int = 1, uptime_s: float = 7200.0) -> Machine:
    """One machine without a network."""
    return Machine(
        "127.0.0.1", model(name), clock or StepClock(), POOLS, seed=seed, uptime_s=uptime_s, surroundings=Surroundings()
    )


def asked(target: Machine, command: str, parameter: str = "") -> dict[str, Any]:
    """The JSON reply to a command."""
    request = {"command": command} | ({"parameter": parameter} if parameter else {})
    reply = answer(target, json.dumps(request).encode())
    assert reply.endswith(b"\0")
    decoded: dict[str, Any] = json.loads(reply[:-1])
    return decoded


def said(target: Machine, option: str) -> tuple[str, int, str]:
    """Status letter, code and message of an ascset."""
    status = asked(target, "ascset", f"0,{option}")["STATUS"][0]
    return status["STATUS"], status["Code"], status["Msg"]


def parts(text: str) -> dict[str, str]:
    """KEY[value] of a stats text."""
    return {key.strip(): value for key, value in _PART.findall(text)}


def stats(target: Machine, command: str = "estats") -> dict[str, str]:
    """Everything that a stats reply says in brackets."""
    row = asked(target, command)["STATS"][0]
    return parts(row["MM ID0"] if "MM ID0" in row else row["MM ID0:Summary"] + " " + row.get("HBinfo", ""))


def numbers(value: str) -> list[float]:
    """The numbers of a value such as "1 2 3" or "1.2%"."""
    return [float(part.rstrip("%")) for part in value.split()]


async def raw(address: str, request: bytes, deadline_s: float = 5.0) -> bytes:
    """All bytes that a machine sends until it closes the connection."""
    async with asyncio.timeout(deadline_s):
        reader, writer = await asyncio.open_connection(address, 4028)
        try:
            writer.write(request)
            return await reader.read()
        finally:
            writer.close()


async def over_wire(address: str, command: str, parameter: str = "") -> dict[str, Any]:
    """The JSON reply of a machine on the network."""
    body = await raw(address, json.dumps({"command": command, "parameter": parameter}).encode())
    decoded: dict[str, Any] = json.loads(body.rstrip(b"\0"))
    return decoded
