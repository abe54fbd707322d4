"""From the bytes of a request to the bytes of a reply, in either framing, one command or several joined."""

from __future__ import annotations

import json

from mintage.fleet.virtual.controls import Reboots, ascset, head_only, setpool, switchpool
from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.reads import READS, check, readable
from mintage.fleet.virtual.rows import Reply

_ACTIONS = {"ascset": ascset, "setpool": setpool, "switchpool": switchpool}
_LONGEST_JOIN = 16


def complete(request: bytes) -> bool:
    """Whether a request is all there: text ends when the sender pauses, JSON with its brace."""
    text = request.rstrip(b"\0\r\n\t ")
    return not text.startswith(b"{") or text.endswith(b"}")


def answer(machine: Machine, request: bytes) -> bytes:
    """The reply to a request; b"" where the machine has no power, boots, or restarts instead of answering.

    Args:
        machine: which is asked.
        request: what came over the connection.
    """
    machine.advance()
    if machine.state in ("boot", "off"):
        return b""
    text = request.decode("utf-8", "replace").strip("\0\r\n\t ")
    if not text.startswith("{"):
        command, _, parameter = text.partition("|")
        return _reply(machine, command, parameter, as_json=False)
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        return head_only(machine, "E", 23, "Invalid JSON").json().encode() + b"\0"
    command = asked.get("command")
    if not isinstance(command, str):
        return head_only(machine, "E", 24, "Missing JSON 'command'").json().encode() + b"\0"
    return _reply(machine, command, str(asked.get("parameter", "")), as_json=True)


def _reply(machine: Machine, command: str, parameter: str, *, as_json: bool) -> bytes:
    if command == "restart":
        machine.reboot("api")
        return b'{"STATUS":"RESTART"}\0' if as_json else b"RESTART"
    try:
        if "+" in command:
            return _joined(machine, command, as_json=as_json)
        reply = _one(machine, command, parameter)
    except Reboots:
        return b""
    return reply.json().encode() + b"\0" if as_json else reply.text().encode()


def _one(machine: Machine, command: str, parameter: str) -> Reply:
    if readable(machine, command):
        return READS[command](machine)
    if command == "check":
        return check(machine, parameter)
    if command in _ACTIONS:
        return _ACTIONS[command](machine, parameter)
    return head_only(machine, "E", 14, "Invalid command")


def _joined(machine: Machine, commands: str, *, as_json: bool) -> bytes:
    """Several reads in one reply; a control among them is refused, as it cannot be joined."""
    names = commands.split("+")[:_LONGEST_JOIN]
    replies = [
        (name, READS[name](machine) if readable(machine, name) else head_only(machine, "E", 14, "Invalid command"))
        for name in names
    ]
    if not as_json:
        return "".join(f"CMD={name}|{reply.text()}" for name, reply in replies).encode()
    parts = ",".join(f"{json.dumps(name)}:[{reply.json()}]" for name, reply in replies)
    return f'{{{parts},"id":1}}'.encode() + b"\0"
