"""The virtual chain over HTTP, in the form of Esplora, which wallets and explorers read.

Source: Blockstream's Esplora HTTP API (API.md of its repository).
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mintage.treasury.virtual.chain import Seen, VirtualChain, script_of
from mintage.treasury.virtual.codec import COINBASE_INDEX, Coin, MinedBlock, Output, display, merkle_branch
from mintage.units.errors import InputError

_PAGE = 25


def esplora(chain: VirtualChain) -> Starlette:
    """An application that answers for a chain."""
    views = _Views(chain)
    paths = {
        "/blocks/tip/height": views.tip_height,
        "/blocks/tip/hash": views.tip_hash,
        "/blocks": views.blocks,
        "/blocks/{height:int}": views.blocks,
        "/block-height/{height:int}": views.hash_at,
        "/block/{hash}": views.block,
        "/block/{hash}/header": views.header,
        "/block/{hash}/status": views.block_status,
        "/block/{hash}/txids": views.block_txids,
        "/tx/{txid}": views.tx,
        "/tx/{txid}/status": views.tx_status,
        "/tx/{txid}/hex": views.tx_hex,
        "/tx/{txid}/raw": views.tx_raw,
        "/tx/{txid}/merkle-proof": views.merkle_proof,
        "/tx/{txid}/outspend/{index:int}": views.outspend,
        "/scripthash/{script_hash}/txs": views.by_script,
        "/scripthash/{script_hash}/txs/chain/{after}": views.by_script,
        "/address/{address}/txs": views.by_address,
        "/address/{address}/txs/chain/{after}": views.by_address,
        "/fee-estimates": views.fees,
    }
    return Starlette(routes=[Route(path, view) for path, view in paths.items()])


class _Views:
    """What each path answers."""

    def __init__(self, chain: VirtualChain) -> None:
        self._chain = chain

    async def tip_height(self, _request: Request) -> Response:
        return PlainTextResponse(str(self._chain.height))

    async def tip_hash(self, _request: Request) -> Response:
        return PlainTextResponse(display(self._chain.hash_at(self._chain.height)))

    async def hash_at(self, request: Request) -> Response:
        height = request.path_params["height"]
        if height > self._chain.height:
            return _missing("Block")
        return PlainTextResponse(display(self._chain.hash_at(height)))

    async def blocks(self, request: Request) -> Response:
        top = min(request.path_params.get("height", self._chain.height), self._chain.height)
        return JSONResponse([self._block(height) for height in range(top, max(top - 10, -1), -1)])

    async def block(self, request: Request) -> Response:
        height = self._height(request.path_params["hash"])
        return _missing("Block") if height is None else JSONResponse(self._block(height))

    async def header(self, request: Request) -> Response:
        height = self._height(request.path_params["hash"])
        return _missing("Block") if height is None else PlainTextResponse(self._chain.header_at(height).hex())

    async def block_status(self, request: Request) -> Response:
        height = self._height(request.path_params["hash"])
        if height is None:
            return _missing("Block")
        above = display(self._chain.hash_at(height + 1)) if height < self._chain.height else None
        return JSONResponse({"in_best_chain": True, "height": height, "next_best": above})

    async def block_txids(self, request: Request) -> Response:
        height = self._height(request.path_params["hash"])
        if not height:
            return _missing("Block")
        return JSONResponse([display(tx.txid) for tx in self._mined(height).txs])

    async def tx(self, request: Request) -> Response:
        seen = self._chain.seen.get(request.path_params["txid"])
        return _missing("Transaction") if seen is None else JSONResponse(self._tx(seen))

    async def tx_status(self, request: Request) -> Response:
        seen = self._chain.seen.get(request.path_params["txid"])
        return _missing("Transaction") if seen is None else JSONResponse(self._status(seen))

    async def tx_hex(self, request: Request) -> Response:
        seen = self._chain.seen.get(request.path_params["txid"])
        return _missing("Transaction") if seen is None else PlainTextResponse(seen.tx.encoded().hex())

    async def tx_raw(self, request: Request) -> Response:
        seen = self._chain.seen.get(request.path_params["txid"])
        return _missing("Transaction") if seen is None else Response(seen.tx.encoded())

    async def merkle_proof(self, request: Request) -> Response:
        txid = request.path_params["txid"]
        seen = self._chain.seen.get(txid)
        if seen is None or seen.height is None:
            return _missing("Transaction")
        ids = [tx.txid for tx in self._mined(seen.height).txs]
        place = ids.index(seen.tx.txid)
        branch = [display(item) for item in merkle_branch(ids, place)]
        return JSONResponse({"block_height": seen.height, "merkle": branch, "pos": place})

    async def outspend(self, request: Request) -> Response:
        seen = self._chain.seen.get(request.path_params["txid"])
        if seen is None:
            return _missing("Transaction")
        by = self._chain.spent.get((seen.tx.txid, request.path_params["index"]))
        if by is None:
            return JSONResponse({"spent": False})
        return JSONResponse({"spent": True, "txid": by, "vin": 0, "status": self._status(self._chain.seen[by])})

    async def by_script(self, request: Request) -> Response:
        wanted = request.path_params["script_hash"]
        script = next((item for item in self._chain.by_script if sha256(item).hexdigest() == wanted), b"")
        return self._history(script, request.path_params.get("after"))

    async def by_address(self, request: Request) -> Response:
        try:
            script = script_of(request.path_params["address"])
        except InputError as error:
            return PlainTextResponse(str(error), 400)
        return self._history(script, request.path_params.get("after"))

    async def fees(self, _request: Request) -> Response:
        return JSONResponse({"1": 2.0, "6": 1.0, "144": 1.0})

    def _history(self, script: bytes, after: str | None) -> Response:
        """The newest transactions first, those that wait before all; a page after the one named."""
        ids = self._chain.by_script.get(script, ())
        seen = sorted((self._chain.seen[txid] for txid in ids), key=lambda item: -(item.height or 1 << 40))
        names = [display(item.tx.txid) for item in seen]
        start = names.index(after) + 1 if after in names else 0
        return JSONResponse([self._tx(item) for item in seen[start : start + _PAGE]])

    def _height(self, hash_: str) -> int | None:
        return next((h for h in range(self._chain.height, -1, -1) if display(self._chain.hash_at(h)) == hash_), None)

    def _mined(self, height: int) -> MinedBlock:
        return self._chain.blocks[height - 1]

    def _block(self, height: int) -> dict[str, Any]:
        header = self._chain.header_at(height)
        return {
            "id": display(self._chain.hash_at(height)),
            "height": height,
            "version": int.from_bytes(header[:4], "little"),
            "timestamp": self._chain.time_at(height),
            "tx_count": len(self._mined(height).txs) if height else 1,
            "size": len(self._mined(height).encoded()) if height else 285,
            "weight": sum(tx.weight for tx in self._mined(height).txs) + 324 if height else 1140,
            "merkle_root": display(header[36:68]),
            "previousblockhash": display(header[4:36]) if height else None,
            "mediantime": self._chain.time_at(max(height - 5, 0)),
            "nonce": int.from_bytes(header[76:80], "little"),
            "bits": int.from_bytes(header[72:76], "little"),
            "difficulty": 0,
        }

    def _status(self, seen: Seen) -> dict[str, Any]:
        if seen.height is None:
            return {"confirmed": False}
        return {
            "confirmed": True,
            "block_height": seen.height,
            "block_hash": display(self._chain.hash_at(seen.height)),
            "block_time": self._chain.time_at(seen.height),
        }

    def _tx(self, seen: Seen) -> dict[str, Any]:
        tx = seen.tx
        paid = sum(coin.sats for coin in tx.inputs) - sum(item.sats for item in tx.outputs)
        return {
            "txid": display(tx.txid),
            "version": 2,
            "locktime": 0,
            "vin": [_input(coin) for coin in tx.inputs] or [_coinbase()],
            "vout": [_output(item) for item in tx.outputs],
            "size": len(tx.encoded()),
            "weight": tx.weight,
            "fee": paid if tx.inputs else 0,
            "status": self._status(seen),
        }


def _output(item: Output | Coin) -> dict[str, Any]:
    return {"scriptpubkey": item.script.hex(), "scriptpubkey_type": "v0_p2wsh", "value": item.sats}


def _input(coin: Coin) -> dict[str, Any]:
    place = {"txid": display(coin.txid), "vout": coin.index, "prevout": _output(coin)}
    return {**place, "scriptsig": "", "witness": ["51"], "is_coinbase": False, "sequence": 0xFFFFFFFD}


def _coinbase() -> dict[str, Any]:
    place = {"txid": "00" * 32, "vout": COINBASE_INDEX, "prevout": None}
    return {**place, "scriptsig": "", "witness": [], "is_coinbase": True, "sequence": 0xFFFFFFFF}


def _missing(what: str) -> Response:
    return PlainTextResponse(f"{what} not found", 404)
