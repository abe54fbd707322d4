"""A Stratum V1 client that submits the shares of one virtual machine.

It finds no shares: it is told how much work the machine did and submits as many shares as that work amounts to at the
difficulty that the pool set, each of its own nonces.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from mintage.mining.virtual import lines
from mintage.units.errors import WireError

DEADLINE_S = 10.0
_BATCH = 256
STALE_JOB = "0"
"""The first job of 1970: known to every pool of ours, and stale."""


class StratumClient:
    """One machine's connection; use it as an asynchronous context.

    Args:
        host: the pool's host.
        port: its port.
        worker: name of the worker, "account.worker".
    """

    def __init__(self, host: str, port: int, worker: str) -> None:
        self._host, self._port, self.worker = host, port, worker
        self.difficulty = 0
        self.job: list[Any] = []
        self.extranonce1, self._extranonce2_bytes = "", 0
        self.accepted_shares = self.rejected_shares = 0
        self._owed = {False: 0, True: 0}
        self._count = 0
        self._waiting: dict[int, asyncio.Future[lines.Line]] = {}
        self._ready = asyncio.Event()

    async def __aenter__(self) -> Self:
        peer = f"{self._host}:{self._port}"
        try:
            async with asyncio.timeout(DEADLINE_S):
                self._reader, self._writer = await asyncio.open_connection(
                    self._host, self._port, limit=lines.LINE_BYTES_MAX
                )
        except (OSError, TimeoutError) as error:
            raise WireError("no connection to the pool.", peer=peer) from error
        self._listening = asyncio.create_task(self._listen())
        try:
            subscribed = await self._ask("mining.subscribe", ["mintage/virtual"])
            _, self.extranonce1, self._extranonce2_bytes = subscribed.result
            await self._ask("mining.authorize", [self.worker, "x"])
            async with asyncio.timeout(DEADLINE_S):
                await self._ready.wait()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def work(self, accepted_diff: int, rejected_diff: int = 0) -> None:
        """Submit shares for work that the machine did; what is less than one share waits for the next call.

        Work that the machine counts as rejected is submitted for a job that is stale, and rejected.

        Raises:
            WireError: the pool is gone, or did not answer in time.
        """
        for stale, diff in ((False, accepted_diff), (True, rejected_diff)):
            self._owed[stale] += diff
            while shares := min(self._owed[stale] // self.difficulty, _BATCH):
                self._owed[stale] -= shares * self.difficulty
                answers = await asyncio.gather(*(self._submit(stale=stale) for _ in range(shares)))
                granted = sum(answer.result is True for answer in answers)
                self.accepted_shares += granted
                self.rejected_shares += shares - granted

    async def _submit(self, *, stale: bool) -> lines.Line:
        nonce = f"{self._count & 0xFFFF_FFFF:08x}"
        extranonce2 = f"{self._count >> 32:0{2 * self._extranonce2_bytes}x}"
        job = STALE_JOB if stale else self.job[0]
        return await self._ask("mining.submit", [self.worker, job, extranonce2, self.job[7], nonce], refusals=True)

    async def _ask(self, method: str, params: Sequence[Any], *, refusals: bool = False) -> lines.Line:
        self._count += 1
        id_, peer = self._count, f"{self._host}:{self._port}"
        if self._listening.done():
            raise WireError("the pool closed the connection.", peer=peer)
        answered: asyncio.Future[lines.Line] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answered
        try:
            self._writer.write(lines.request(id_, method, params))
            async with asyncio.timeout(DEADLINE_S):
                await self._writer.drain()
                line = await answered
        except (OSError, TimeoutError) as error:
            raise WireError(f"{method} was not answered: {error or type(error).__name__}.", peer=peer) from error
        finally:
            self._waiting.pop(id_, None)
        if line.error and not refusals:
            raise WireError(f"{method} was refused: {line.error[1:2]}.", peer=peer)
        return line

    async def _listen(self) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, ValueError):
            while True:
                self._take(lines.read(await self._reader.readuntil(b"\n")))
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(ConnectionResetError("the pool closed the connection"))

    def _take(self, line: lines.Line) -> None:
        if line.method == "mining.set_difficulty":
            self.difficulty = int(line.params[0])
        elif line.method == "mining.notify":
            self.job = line.params
            self._ready.set()
        elif isinstance(line.id, int) and (answered := self._waiting.get(line.id)) and not answered.done():
            answered.set_result(line)

    async def _close(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
