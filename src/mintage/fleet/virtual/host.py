"""A machine at its address: opens and closes its port as it boots, and answers through whatever ails its wire."""

from __future__ import annotations

import asyncio
import random

from mintage.fleet.virtual.answer import answer, complete
from mintage.fleet.virtual.listener import Listener, Outgoing
from mintage.fleet.virtual.machine import Machine

OVERSIZED_BYTES = 4 << 20
TICK_S = 0.001
"""Shortest wait: a clock that rounds must not wake us a moment early again and again."""
_GARBAGE_BYTES = 3000
_KEPT = 64


class Wire:
    """What is wrong between a machine and whoever asks it.

    Args:
        kind: slow, silent, half-closed, garbage, oversized, truncated or frozen.
        delay_s: real seconds that a slow reply takes.
    """

    __slots__ = ("_kept", "delay_s", "kind")

    def __init__(self, kind: str, delay_s: float) -> None:
        self.kind, self.delay_s = kind, delay_s
        self._kept: dict[bytes, bytes] = {}

    def repeat(self, request: bytes, reply: bytes) -> bytes:
        """What was said to the same request before, or this reply for the first time."""
        if len(self._kept) < _KEPT:
            self._kept.setdefault(request, reply)
        return self._kept.get(request, reply)


class Host:
    """One machine on the network.

    Args:
        machine: who answers.

    Attributes:
        wire: what is wrong with its replies; None for nothing.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.wire: Wire | None = None
        self._listener: Listener | None = None
        self._coming: asyncio.Task[None] | None = None
        self._loop_task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Listen at the machine's address, unless it boots or has no power.

        Raises:
            InputError: the address cannot be listened on.
        """
        self.machine.advance()
        self._listener = Listener(self.machine.address, self._answer, complete)
        if self.machine.state in ("boot", "off"):
            self._down()
        else:
            self._listener.open()

    async def close(self) -> None:
        """Stop listening."""
        for task in (self._coming, self._loop_task):
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._listener:
            self._listener.close()
            self._listener = None

    @property
    def listening(self) -> bool:
        """Whether a connection is accepted now."""
        return self._listener is not None and self._listener.listening

    def reboot(self, reason: str) -> None:
        """Restart the machine; it is gone from the network while it boots."""
        self.machine.reboot(reason)
        self._down()

    def power(self, *, on: bool) -> None:
        """Give it mains power, or take it away."""
        self.machine.power(on=on)
        self._down()

    def move(self, address: str) -> None:
        """Answer at another address from now on.

        Raises:
            InputError: the address cannot be listened on.
        """
        was_listening = self.listening
        if self._listener:
            self._listener.close()
        self.machine.address = address
        if self._listener:
            self._listener = Listener(address, self._answer, complete)
            if was_listening:
                self._listener.open()

    def reboot_every(self, seconds: float) -> None:
        """Restart again and again; 0 ends that."""
        if self._loop_task:
            self._loop_task.cancel()
            self._loop_task = None
        if seconds > 0 and self._listener:
            self._loop_task = asyncio.create_task(self._reboots(seconds))

    async def _reboots(self, seconds: float) -> None:
        while True:
            self.reboot("power-on")
            await self.machine.clock.sleep(seconds)

    def _down(self) -> None:
        """The machine boots or has no power: refuse connections until it answers again."""
        if not self._listener:
            return
        self._listener.close()
        if self._coming:
            self._coming.cancel()
        self._coming = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        while self.machine.state == "boot":
            now_s = self.machine.advance()
            await self.machine.clock.sleep(max(self.machine.until_s - now_s, TICK_S))
            self.machine.advance()
        if self.machine.state == "off":
            return
        if self.machine.settings.next_address:
            self.machine.address, self.machine.settings.next_address = self.machine.settings.next_address, ""
            self._listener = Listener(self.machine.address, self._answer, complete)
        if self._listener:
            self._listener.open()

    def _answer(self, request: bytes) -> Outgoing:
        reply = answer(self.machine, request)
        if self._listener and self.machine.state in ("boot", "off"):
            self._listener.refuse()
            asyncio.get_running_loop().call_soon(self._down)
            return Outgoing(reply)
        return _through(self.wire, request, reply) if self.wire else Outgoing(reply)


def _through(wire: Wire, request: bytes, reply: bytes) -> Outgoing:
    """A reply as an ailing wire delivers it."""
    noise = random.Random(len(request))  # noqa: S311  noise, not a secret
    forms = {
        "slow": lambda: Outgoing(reply, delay_s=wire.delay_s),
        "silent": lambda: Outgoing(b"", hold=True),
        "half-closed": lambda: Outgoing(b"", half=True),
        "garbage": lambda: Outgoing(noise.randbytes(_GARBAGE_BYTES)),
        "oversized": lambda: Outgoing(b'{"STATUS":[{"Msg":"' + b"A" * OVERSIZED_BYTES),
        "truncated": lambda: Outgoing(reply[: len(reply) // 2]),
        "frozen": lambda: Outgoing(wire.repeat(request, reply)),
    }
    return forms[wire.kind]()
