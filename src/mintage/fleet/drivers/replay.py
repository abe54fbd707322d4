"""A machine that plays fixtures back, well or badly: what the contract holds drivers against."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from mintage.fleet.drivers.port import Target

Manner = Literal["well", "mute", "hangs-up", "endless", "dribbles"]
"""well: answers; mute: takes the call and says nothing; hangs-up: closes at once; endless: never stops talking;
dribbles: sends a byte now and then, and never the last one."""
SENT_MAX = 64 * 1024 * 1024
_CHUNK = b"[" * 65_536


class Replay:
    """What a machine answers, and what it saw.

    Args:
        answers: what is asked (a part of it) and what is answered.
        manner: how it behaves.
        spoil: changes each answer before it is sent.

    Attributes:
        asked: everything that was sent to it.
        at_once_max: most connections that were open at the same time.
        sent_bytes: bytes that it got rid of.
    """

    def __init__(
        self,
        answers: Sequence[tuple[bytes, bytes]],
        manner: Manner = "well",
        spoil: Callable[[bytes], bytes] = lambda answer: answer,
    ) -> None:
        self._answers, self._manner, self._spoil = answers, manner, spoil
        self.asked: list[bytes] = []
        self.at_once_max = self.sent_bytes = self._open = 0
        self._busy: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Target]:
        """Listen on a free port of this machine; leaves no task behind."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()[:2]
        try:
            yield Target(host, port)
        finally:
            server.close()
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        self._open += 1
        self.at_once_max = max(self.at_once_max, self._open)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the driver left, or the check is over
        finally:
            self._open -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._manner == "hangs-up":
            return
        heard, answer = b"", None
        while answer is None:
            data = await reader.read(65_536)
            if not data:
                return
            heard += data
            answer = next((reply for ask, reply in self._answers if ask in heard), None)
        self.asked.append(heard)
        if self._manner == "mute":
            await reader.read()
        elif self._manner == "endless":
            while self.sent_bytes < SENT_MAX:
                await self._send(writer, _CHUNK)
        elif self._manner == "dribbles":
            for place in range(len(answer) - 2):
                await self._send(writer, answer[place : place + 1])
                await asyncio.sleep(0.2)
        else:
            await asyncio.sleep(0.005)  # long enough that a second connection would be seen
            await self._send(writer, self._spoil(answer))

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()
        self.sent_bytes += len(data)
