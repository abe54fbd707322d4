"""A server that replays golden answers of a pool, and refuses what the pool's form does not ask for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mintage.mining.drivers.port import PoolHashrate
from mintage.wire.serve import serving

GOLDEN = Path(__file__).parent / "golden"
POOLS = sorted(path.name for path in GOLDEN.iterdir())
ACCOUNT, FIRST, LAST = "acme", date(2025, 7, 1), date(2025, 7, 3)
TOKEN = "secret-token-of-tests"  # noqa: S105  no secret: the replaying server asks for it


class Replied(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request and the file with its answer."""

    request: str
    file: str
    body: str = ""


class ExpectedDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be read of a day."""

    day: date
    net_sats: int
    gross_sats: int | None = None
    fee_sats: int | None = None
    accepted_diff: int | None = None
    rejected_diff: int | None = None
    hashrate_ths: Decimal | None = None
    network_difficulty: Decimal | None = None
    subsidy_sats: int | None = None
    mean_fees_sats: Decimal | None = None
    revision: int = 1


class ExpectedPayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be read of a payout."""

    txid: str
    sats: int
    at_us: int
    address: str = ""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The golden answers of one pool."""

    source: str
    made: str
    header: str
    value: str
    answer: tuple[Replied, ...]
    day: tuple[ExpectedDay, ...]
    payout: tuple[ExpectedPayout, ...]
    hashrate: PoolHashrate


def manifest(pool: str) -> Manifest:
    """The golden answers of a pool."""
    return msgspec.toml.decode((GOLDEN / pool / "manifest.toml").read_bytes(), type=Manifest)


class Replay:
    """Answers of one pool; a test may change one."""

    def __init__(self, pool: str) -> None:
        self.manifest = manifest(pool)
        today = datetime.now(UTC).date().isoformat()
        self._answers = {
            (item.request.replace("TODAY", today), item.body): (item.file, (GOLDEN / pool / item.file).read_bytes())
            for item in self.manifest.answer
        }
        self.changed: dict[str, bytes] = {}
        self.status = 200
        self.seen: list[str] = []

    def body(self, file: str) -> Any:
        """A golden answer, to be changed."""
        return deepcopy(next(json.loads(raw) for name, raw in self._answers.values() if name == file))

    async def answer(self, request: Request) -> Response:
        """Replay one answer."""
        query = f"?{request.url.query}" if request.url.query else ""
        asked = f"{request.method} {request.url.path}{query}"
        self.seen.append(asked)
        if self.manifest.header and request.headers.get(self.manifest.header) != self.manifest.value:
            return Response(b'{"error": "unauthorized"}', 401)
        found = self._answers.get((asked, (await request.body()).decode()))
        if found is None:
            return Response(b'{"error": "not such a request"}', 404)
        return Response(self.changed.get(found[0], found[1]), self.status)


@asynccontextmanager
async def replaying(pool: str) -> AsyncIterator[tuple[Replay, str]]:
    """A server of a pool's golden answers, and its URL."""
    replay = Replay(pool)
    app = Starlette(routes=[Route("/{path:path}", replay.answer, methods=["GET", "POST"])])
    async with serving(app, "127.0.0.1", 0) as port:
        yield replay, f"http://127.0.0.1:{port}"
