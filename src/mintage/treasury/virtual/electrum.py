"""The virtual chain over TCP, in the form of the Electrum protocol, which wallets read.

Source: Electrum protocol, versions 1.4 (documentation of ElectrumX). JSON-RPC, one request a line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import msgspec

from mintage.treasury.virtual.chain import VirtualChain
from mintage.treasury.virtual.codec import display, merkle_branch

_LINE_BYTES_MAX = 1 << 20
_IDLE_S = 120.0


class _Call(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: list[Any] = []


@asynccontextmanager
async def electrum(chain: VirtualChain, host: str, port: int) -> AsyncIterator[int]:
    """Serve a chain; yields the port, which is chosen where 0 is asked for."""
    methods = _Methods(chain).table()
    server = await asyncio.start_server(lambda r, w: _talk(methods, r, w), host, port, limit=_LINE_BYTES_MAX)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _talk(
    methods: dict[str, Callable[..., Any]], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while line := await asyncio.wait_for(reader.readline(), _IDLE_S):
            writer.write(_answer(methods, line) + b"\n")
            await writer.drain()
    except (TimeoutError, ValueError, ConnectionError):
        pass  # too slow, too long a line, or gone: this connection ends, others go on
    finally:
        writer.close()


def _answer(methods: dict[str, Callable[..., Any]], line: bytes) -> bytes:
    try:
        call = msgspec.json.decode(line, type=_Call)
    except msgspec.MsgspecError as error:
        return _reply(None, {"code": -32700, "message": str(error)}, failed=True)
    method = methods.get(call.method)
    if method is None:
        return _reply(call.id, {"code": -32601, "message": f"unknown method {call.method}"}, failed=True)
    try:
        return _reply(call.id, method(*call.params))
    except (LookupError, TypeError, ValueError) as error:
        return _reply(call.id, {"code": 1, "message": f"{type(error).__name__}: {error}"}, failed=True)


def _reply(id_: int | str | None, value: Any, *, failed: bool = False) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id_, "error" if failed else "result": value})


class _Methods:
    """What each method answers."""

    def __init__(self, chain: VirtualChain) -> None:
        self._chain = chain

    def table(self) -> dict[str, Callable[..., Any]]:
        """Methods by name."""
        return {
            "server.version": lambda *_: ["Mintage virtual chain", "1.4"],
            "server.ping": lambda: None,
            "server.features": self.features,
            "server.banner": lambda: "A virtual chain: its coins are worth nothing.",
            "blockchain.headers.subscribe": self.tip,
            "blockchain.block.header": self.header,
            "blockchain.block.headers": self.headers,
            "blockchain.scripthash.get_history": self.history,
            "blockchain.scripthash.subscribe": lambda *_: None,
            "blockchain.transaction.get": self.transaction,
            "blockchain.transaction.get_merkle": self.merkle,
            "blockchain.estimatefee": lambda *_: 0.00001,
            "blockchain.relayfee": lambda: 0.00001,
        }

    def features(self) -> dict[str, Any]:
        genesis = display(self._chain.hash_at(0))
        return {"genesis_hash": genesis, "hash_function": "sha256", "protocol_max": "1.4", "protocol_min": "1.4"}

    def tip(self) -> dict[str, Any]:
        return {"height": self._chain.height, "hex": self._chain.header_at(self._chain.height).hex()}

    def header(self, height: int) -> str:
        if not 0 <= height <= self._chain.height:
            raise LookupError(f"no block {height}")
        return self._chain.header_at(height).hex()

    def headers(self, start: int, count: int) -> dict[str, Any]:
        found = range(start, min(start + min(count, 2016), self._chain.height + 1))
        return {"count": len(found), "hex": "".join(self.header(height) for height in found), "max": 2016}

    def history(self, script_hash: str) -> list[dict[str, Any]]:
        """Oldest first; what waits stands last, at height 0."""
        scripts = self._chain.by_script
        script = next((item for item in scripts if sha256(item).digest()[::-1].hex() == script_hash), None)
        seen = [self._chain.seen[txid] for txid in scripts.get(script or b"", ())]
        rows = sorted((item.height or 1 << 40, display(item.tx.txid)) for item in seen)
        return [{"height": height if height < 1 << 40 else 0, "tx_hash": txid} for height, txid in rows]

    def transaction(self, txid: str, *_: Any) -> str:
        return self._chain.seen[txid].tx.encoded().hex()

    def merkle(self, txid: str, height: int) -> dict[str, Any]:
        seen = self._chain.seen[txid]
        if seen.height != height:
            raise LookupError(f"{txid} is not in block {height}")
        ids = [tx.txid for tx in self._chain.blocks[height - 1].txs]
        place = ids.index(seen.tx.txid)
        branch = [display(item) for item in merkle_branch(ids, place)]
        return {"block_height": height, "merkle": branch, "pos": place}
