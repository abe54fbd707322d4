"""The pool's Stratum V1 server: many connections, each held to limits of size, time and order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mintage.mining.virtual import lines
from mintage.mining.virtual.jobs import EXTRANONCE1_BYTES, EXTRANONCE2_BYTES, Jobs
from mintage.units.clock import Clock
from mintage.units.errors import InputError

CONNECTIONS_MAX = 2_000
HANDSHAKE_S = 10.0
IDLE_S = 600.0
WORKERS_MAX = 64
SHARES_MAX = 65_536
_UNSENT_BYTES_MAX = 1 << 18
_TIME_AHEAD_S = 7_200

Credit = Callable[[str, int, int, int], None]
"""Takes worker, accepted difficulty, rejected difficulty and the instant in microseconds."""


class StratumServer:
    """The shares' side of the pool.

    The proof of work is taken on trust: nobody hashes at this difficulty here. All else is checked: subscription,
    worker, job, length and form of the nonces, header time, rolled version bits, and that no share comes twice.

    Args:
        jobs: the jobs.
        credit: told of each share.
        clock: the pool's time.
        share_difficulty: difficulty that shares are set to.
        connections_max: connections at once; further ones are closed.
        handshake_s: real seconds to subscribe and authorize in.
        idle_s: real seconds without a line, after which a connection is closed.
    """

    def __init__(
        self,
        jobs: Jobs,
        credit: Credit,
        clock: Clock,
        *,
        share_difficulty: int = 1 << 19,
        connections_max: int = CONNECTIONS_MAX,
        handshake_s: float = HANDSHAKE_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self.jobs, self.credit, self.clock, self.share_difficulty = jobs, credit, clock, share_difficulty
        self._connections_max, self._handshake_s, self._idle_s = connections_max, handshake_s, idle_s
        self._peers: set[_Peer] = set()
        self._count = 0

    @property
    def connections(self) -> int:
        """Connections that are open."""
        return len(self._peers)

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[int]:
        """Serve; yields the port, which is chosen where 0 is asked for.

        Raises:
            InputError: the address cannot be listened on.
        """
        try:
            server = await asyncio.start_server(self._serve, host, port, limit=lines.LINE_BYTES_MAX)
        except OSError as error:
            raise InputError(
                f"{host}:{port} cannot be listened on: {error.strerror}.", remedy="Choose another address or port."
            ) from error
        notifying = asyncio.create_task(self._notify())
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            notifying.cancel()
            server.close()
            for peer in list(self._peers):
                peer.close()
            await asyncio.gather(notifying, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._peers) >= self._connections_max:
            writer.close()
            return
        self._count += 1
        peer = _Peer(self, writer, self._count)
        self._peers.add(peer)
        try:
            await self._listen(peer, reader)
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # silent, gone, too long a line, or no Stratum at all: the connection is not worth keeping
        finally:
            self._peers.discard(peer)
            peer.close()

    async def _listen(self, peer: _Peer, reader: asyncio.StreamReader) -> None:
        async with asyncio.timeout(self._handshake_s):
            while not peer.workers:
                await peer.take(await reader.readuntil(b"\n"))
        while True:
            async with asyncio.timeout(self._idle_s):
                line = await reader.readuntil(b"\n")
            await peer.take(line)

    async def _notify(self) -> None:
        told = self.jobs.number(self.clock.now_us())
        while True:
            await self.clock.sleep(self.jobs.until_next_s(self.clock.now_us()))
            number = self.jobs.number(self.clock.now_us())
            if number == told:
                continue
            new_block, told = self.jobs.height(number) != self.jobs.height(told), number
            for peer in list(self._peers):
                if peer.workers:
                    peer.notify(number, clean=new_block)


class _Peer:
    """One connection."""

    def __init__(self, server: StratumServer, writer: asyncio.StreamWriter, number: int) -> None:
        self._server, self._writer = server, writer
        self._extranonce1 = f"{number & 0xFFFF_FFFF:0{2 * EXTRANONCE1_BYTES}x}"
        self._subscribed, self._mask = False, 0
        self.workers: set[str] = set()
        self._seen: set[tuple[str, ...]] = set()
        self._height = 0

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._writer.close()

    def notify(self, number: int, *, clean: bool) -> None:
        """Tell a job; a peer that does not read what it is told is closed."""
        if self._writer.transport.get_write_buffer_size() > _UNSENT_BYTES_MAX:
            self.close()
            return
        params = (*self._server.jobs.job(number).params()[:-1], clean)
        self._writer.write(lines.request(None, "mining.notify", params))

    async def take(self, raw: bytes) -> None:
        """Answer one line."""
        line = lines.read(raw)
        answer = {
            "mining.subscribe": self._subscribe,
            "mining.configure": self._configure,
            "mining.authorize": self._authorize,
            "mining.submit": self._submit,
            "mining.extranonce.subscribe": self._agree,
            "mining.suggest_difficulty": self._agree,
        }.get(line.method)
        if answer is None:
            self._writer.write(lines.refusal(line.id, lines.OTHER, "Unknown method"))
        else:
            self._writer.write(answer(line))
        if line.method == "mining.authorize" and self.workers.intersection(filter(_is_text, line.params[:1])):
            self._begin()
        await self._writer.drain()

    def _begin(self) -> None:
        server = self._server
        self._writer.write(lines.request(None, "mining.set_difficulty", (server.share_difficulty,)))
        self.notify(server.jobs.number(server.clock.now_us()), clean=True)

    def _subscribe(self, line: lines.Line) -> bytes:
        self._subscribed = True
        subscriptions = [[f"mining.{what}", self._extranonce1] for what in ("set_difficulty", "notify")]
        return lines.answer(line.id, (subscriptions, self._extranonce1, EXTRANONCE2_BYTES))

    def _configure(self, line: lines.Line) -> bytes:
        wanted = line.params[0] if line.params and isinstance(line.params[0], list) else []
        granted: dict[str, Any] = {str(name): False for name in wanted[:8]}
        if "version-rolling" in granted:
            self._mask = lines.VERSION_MASK
            granted |= {"version-rolling": True, "version-rolling.mask": f"{self._mask:08x}"}
        return lines.answer(line.id, granted)

    def _authorize(self, line: lines.Line) -> bytes:
        if not self._subscribed:
            return lines.refusal(line.id, lines.UNSUBSCRIBED)
        worker = line.params[0] if line.params else None
        named = isinstance(worker, str) and 0 < len(worker) <= 128 and worker.isprintable() and worker[0] != "."
        if not named or len(self.workers) >= WORKERS_MAX:
            return lines.refusal(line.id, lines.UNAUTHORIZED)
        self.workers.add(str(worker))
        return lines.answer(line.id, True)  # noqa: FBT003  the protocol's own word

    def _agree(self, line: lines.Line) -> bytes:
        return lines.answer(line.id, True)  # noqa: FBT003  as above

    def _submit(self, line: lines.Line) -> bytes:
        server, now_us = self._server, self._server.clock.now_us()
        if not self._subscribed:
            return lines.refusal(line.id, lines.UNSUBSCRIBED)
        if len(line.params) not in {5, 6} or not all(isinstance(item, str) for item in line.params):
            return lines.refusal(line.id, lines.OTHER, "Malformed share")
        worker = line.params[0]
        if worker not in self.workers:
            return lines.refusal(line.id, lines.UNAUTHORIZED)
        code, words = self._judge(line.params[1:], now_us)
        if code:
            server.credit(worker, 0, server.share_difficulty, now_us)
            return lines.refusal(line.id, code, words)
        server.credit(worker, server.share_difficulty, 0, now_us)
        return lines.answer(line.id, True)  # noqa: FBT003  as above

    def _judge(self, share: list[str], now_us: int) -> tuple[int, str]:
        """Error and its words; 0 where the share counts."""
        job, extranonce2, time, nonce = share[:4]
        bits = share[4] if len(share) == 5 else "00000000"
        sizes = ((extranonce2, EXTRANONCE2_BYTES), (time, 4), (nonce, 4), (bits, 4))
        if not all(_hex(text, size) for text, size in sizes):
            return lines.OTHER, "Malformed share"
        jobs = self._server.jobs
        if not jobs.fresh(job, now_us):
            return lines.STALE, ""
        early_s = int(job, 16) * jobs.refresh_s
        if not early_s <= int(time, 16) <= now_us // 1_000_000 + _TIME_AHEAD_S:
            return lines.OTHER, "Time out of range"
        if int(bits, 16) & ~self._mask:
            return lines.OTHER, "Version bits outside the mask"
        return self._once(int(job, 16), tuple(text.lower() for text in (job, extranonce2, time, nonce, bits)))

    def _once(self, number: int, share: tuple[str, ...]) -> tuple[int, str]:
        height = self._server.jobs.height(number)
        if height != self._height:
            self._seen, self._height = set(), height
        if share in self._seen:
            return lines.DUPLICATE, ""
        if len(self._seen) >= SHARES_MAX:
            return lines.OTHER, "Too many shares; raise the difficulty"
        self._seen.add(share)
        return 0, ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _hex(text: str, size: int) -> bool:
    return len(text) == 2 * size and all(character in "0123456789abcdefABCDEF" for character in text)
