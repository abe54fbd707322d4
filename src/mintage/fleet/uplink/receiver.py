"""Headquarters on the network: an application that takes parcels of sites over HTTPS.

`POST /v1/sites/{site}/parcels` with `Authorization: Bearer TOKEN`, `Mintage-Agent: ID` and a batch
(`mintage.fleet.uplink.envelope.pack`) answers `{"receipts": [{"seq", "taken", "problem"}]}`. Statuses: 400 not a batch
or damaged, 401 no or unknown token, 403 another site's token, 408 too slow, 409 a second agent, 413 too large, 503
later: headquarters cannot write now, or another batch of the site is still on its way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mintage.fleet.uplink.envelope import BATCH_BYTES_MAX, Receipt, unpack
from mintage.fleet.uplink.inbox import Inbox, SecondAgent
from mintage.fleet.uplink.tokens import SiteTokens
from mintage.units.errors import InputError, StoreError

LOG = logging.getLogger(__name__)
BODY_S = 60.0
"""Real seconds within which a batch must have come."""
PART_S = 10.0
"""Real seconds within which the next part of a batch must have come."""
AT_ONCE = 8
"""Batches in memory at once; one at most of each site, so that a slow site cannot hold up all others."""


class Answer(msgspec.Struct, frozen=True):
    """What headquarters answers.

    Attributes:
        receipts: what became of parcels.
        problem: why nothing was taken; "" where something was.
    """

    receipts: list[Receipt] = []
    problem: str = ""


def receiver(inbox: Inbox, tokens: SiteTokens) -> Starlette:
    """The application.

    Args:
        inbox: where parcels go.
        tokens: who may send.
    """
    room = asyncio.Semaphore(AT_ONCE)
    sending: set[str] = set()

    async def parcels(request: Request) -> Response:
        site = _site_of(request, tokens)
        if site is None:
            return _answer(401, "a token of a site is needed")
        if site != request.path_params["site"]:
            LOG.warning("the token of %s was used for %s", site, request.path_params["site"])
            return _answer(403, "this token belongs to another site")
        agent = request.headers.get("mintage-agent", "")
        if not 0 < len(agent) <= 64:
            return _answer(400, "the header Mintage-Agent is missing")
        if site in sending:
            return _answer(503, "another batch of this site is still on its way")
        sending.add(site)
        try:
            async with room:
                return await _taken(inbox, site, agent, request)
        finally:
            sending.discard(site)

    async def health(_request: Request) -> Response:
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/v1/sites/{site}/parcels", parcels, methods=["POST"]),
            Route("/v1/health", health, methods=["GET"]),
        ]
    )


async def _taken(inbox: Inbox, site: str, agent: str, request: Request) -> Response:
    """Read a whole batch, then take it; until it is whole nothing is changed."""
    try:
        raw = await _body(request)
    except (TimeoutError, ClientDisconnect):
        return _answer(408, "the batch did not come whole in time")
    if raw is None:
        return _answer(413, f"a batch has {BATCH_BYTES_MAX} bytes at most")
    try:
        return _answer(200, receipts=await inbox.take(site, agent, unpack(raw)))
    except SecondAgent as error:
        LOG.warning("%s", error)
        return _answer(409, str(error))
    except InputError as error:
        LOG.warning("%s: %s", site, error)
        return _answer(400, str(error))
    except StoreError as error:
        LOG.error("%s: %s", site, error)  # noqa: TRY400  a full disk needs no traceback
        return _answer(503, "headquarters cannot write now")


async def _body(request: Request) -> bytes | None:
    """The body, or None where it is too large; no more of it is read than is allowed."""
    parts, size = [], 0
    async with asyncio.timeout(BODY_S):
        parts_left = request.stream()
        while (part := await _next(parts_left)) is not None:
            size += len(part)
            if size > BATCH_BYTES_MAX:
                return None
            parts.append(part)
    return b"".join(parts)


async def _next(parts: AsyncIterator[bytes]) -> bytes | None:
    async with asyncio.timeout(PART_S):
        return await anext(parts, None)


def _site_of(request: Request, tokens: SiteTokens) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return tokens.site_of(token) if scheme.lower() == "bearer" and token else None


def _answer(status: int, problem: str = "", receipts: list[Receipt] | None = None) -> Response:
    body = msgspec.json.encode(Answer(receipts or [], problem))
    return Response(body, status_code=status, media_type="application/json")
