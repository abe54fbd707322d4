"""Finding machines: every address of some ranges is asked, many at once, each within its own time.

What timed out is asked again before it counts as silent: on a busy computer deadlines pass although machines answer,
and a fleet must not look empty for that. A tally says how many of all addresses did what.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Literal

import msgspec

from mintage.fleet.contain import contained
from mintage.fleet.drivers.port import Driver, Identity, Target
from mintage.fleet.identity import Found
from mintage.units.errors import InputError, MintageError

_ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the connection ends at once, so that a machine that serves one at a time is free again."""
_NOBODY = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EACCES, errno.EPERM}
_REFUSED = {errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED}
_LATE = 0.25
"""Part of a deadline by which it may be overrun before this computer counts as busy."""

_Outcome = Literal["machine", "stranger", "refused", "unreachable", "silent"]


class Tally(msgspec.Struct):
    """What became of the addresses of a search.

    Attributes:
        asked: addresses done with; one that is to be asked again is not.
        total: addresses in all.
        machines: a machine answered.
        strangers: something answers there that no driver knows.
        refused: a computer without a miner's port.
        unreachable: the network knows of nobody there.
        silent: no answer in time, asked twice.
        retried: addresses that were asked a second time.
        late_s: by how much this computer was late for its own deadlines, at worst.
    """

    asked: int = 0
    total: int = 0
    machines: int = 0
    strangers: int = 0
    refused: int = 0
    unreachable: int = 0
    silent: int = 0
    retried: int = 0
    late_s: float = 0.0

    def __str__(self) -> str:
        if not self.total:
            return "no address was searched: machines known already answer at all"
        busy = f"; this computer was busy (late by {self.late_s:.1f} s)" if self.late_s > 1 else ""
        return (
            f"{self.total:,} addresses: {self.machines:,} machines, {self.strangers:,} strangers, {self.refused:,} "
            f"refused, {self.unreachable:,} unreachable, {self.silent:,} silent ({self.retried:,} asked twice){busy}"
        )


def _unguarded(_address: str) -> AbstractAsyncContextManager[None]:
    return nullcontext()


class Search:
    """One search for machines; iterate over `found` once, then read `tally`.

    Args:
        addresses: where to ask.
        drivers: makes of machines to look for.
        concurrency: connections open at once.
        connect_s: real seconds within which an address must accept a connection.
        answer_s: real seconds within which a machine must say who it is; twice as many where it is asked again.
        guard: entered while an address is asked, so that nobody else connects to it then.
    """

    def __init__(
        self,
        addresses: Iterable[str],
        drivers: Sequence[Driver],
        *,
        concurrency: int = 500,
        connect_s: float = 1.0,
        answer_s: float = 5.0,
        guard: Callable[[str], AbstractAsyncContextManager[None]] = _unguarded,
    ) -> None:
        self._addresses: Collection[str] = list(addresses)
        self._drivers = {port: [d for d in drivers if d.port == port] for port in {d.port for d in drivers}}
        self._concurrency, self._connect_s, self._answer_s = concurrency, connect_s, answer_s
        self._guard = guard
        self.tally = Tally(total=len(self._addresses))

    async def found(self) -> AsyncIterator[Found]:
        """Machines, each as soon as it has said who it is.

        Raises:
            InputError: this computer allows fewer open connections than the search needs.
        """
        queue: asyncio.Queue[Found | None] = asyncio.Queue()
        task = asyncio.create_task(self._ask_all(queue))
        try:
            while (item := await queue.get()) is not None:
                yield item
            await task
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _ask_all(self, queue: asyncio.Queue[Found | None]) -> None:
        """Two rounds; the second is more patient, and gentler where this computer was busy."""
        try:
            again = await self._round(self._addresses, queue, last=False)
            self.tally.retried = len(again)
            if self.tally.late_s > self._connect_s * _LATE:
                self._concurrency = max(1, self._concurrency // 4)
                self._connect_s *= 2
            self._answer_s *= 2
            await self._round(again, queue, last=True)
        finally:
            queue.put_nowait(None)

    async def _round(self, addresses: Collection[str], queue: asyncio.Queue[Found | None], *, last: bool) -> list[str]:
        """Ask some addresses once; those to be asked again."""
        again: list[str] = []
        todo = iter(addresses)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._concurrency, len(addresses))):
                    workers.create_task(self._work(todo, queue, again, last=last))
        except* MintageError as group:
            raise group.exceptions[0] from None
        return again

    async def _work(
        self, todo: Iterator[str], queue: asyncio.Queue[Found | None], again: list[str], *, last: bool
    ) -> None:
        for address in todo:
            async with self._guard(address):
                outcome, found = await self._ask(address)
            if outcome in {"silent", "stranger"} and not last:
                again.append(address)
                continue
            self._count(outcome)
            if found:
                queue.put_nowait(found)

    def _count(self, outcome: _Outcome) -> None:
        name = outcome + "s" if outcome in {"machine", "stranger"} else outcome
        setattr(self.tally, name, getattr(self.tally, name) + 1)
        self.tally.asked += 1

    async def _ask(self, address: str) -> tuple[_Outcome, Found | None]:
        """Ask one address on every port that a driver knows; never two connections at once."""
        outcomes: set[_Outcome] = set()
        for port, drivers in self._drivers.items():
            outcome = await self._connect(address, port)
            if outcome == "stranger":
                target = Target(address)
                for driver in drivers:
                    # A driver that fails on what somebody says there must not end the search for the others.
                    identity = await contained(driver.identify(target, self._answer_s))
                    if isinstance(identity, Identity):
                        return "machine", Found(target, identity)
            outcomes.add(outcome)
        order: tuple[_Outcome, ...] = ("stranger", "silent", "refused", "unreachable")
        return next((outcome for outcome in order if outcome in outcomes), "unreachable"), None

    async def _connect(self, address: str, port: int) -> _Outcome:
        """Whether anybody listens; "stranger" until a driver knows who."""
        with _socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            code = probe.connect_ex((address, port))
            if code == errno.EINPROGRESS:
                code = await self._wait(probe)
            else:
                await asyncio.sleep(0)  # let others run: a whole network may refuse at once
        if code == 0:
            return "stranger"
        return "refused" if code in _REFUSED else "unreachable" if code in _NOBODY else "silent"

    async def _wait(self, probe: socket.socket) -> int:
        """Error number with which a connection was made or not."""
        loop, began = asyncio.get_running_loop(), time.monotonic()
        ready = asyncio.Event()
        loop.add_writer(probe.fileno(), ready.set)
        try:
            async with asyncio.timeout(self._connect_s):
                await ready.wait()
        except TimeoutError:
            self.tally.late_s = max(self.tally.late_s, time.monotonic() - began - self._connect_s)
            return errno.ETIMEDOUT
        finally:
            loop.remove_writer(probe.fileno())
        return probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def _socket() -> socket.socket:
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError as error:
        raise InputError(
            f"this computer opens no more connections: {error.strerror}.",
            field="concurrency",
            remedy="Ask for fewer at once, or raise the limit (ulimit -n).",
        ) from error
