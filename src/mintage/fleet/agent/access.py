"""Who may use the agent's API: a token, a role at this site, and limits on what is sent.

Tokens are compared by their SHA-256, with every user's, in a time that does not tell which one came close.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mintage.fleet.control.roles import Right, has_right
from mintage.fleet.sites import Site
from mintage.units.errors import InputError, MintageError, StoreError

BODY_BYTES_MAX = 64 * 1024
BODY_S = 10.0
"""Real seconds within which a body must have come."""
TOKEN_CHARACTERS_MAX = 512
T = TypeVar("T")
Handler = Callable[[Request, str], Awaitable[Any]]
"""Answers a request of a user, in what JSON can say."""


class Refused(Exception):
    """A request that is not answered.

    Args:
        status: HTTP status.
        problem: one sentence on what is wrong.
    """

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


def guarded(site: Site, right: Right, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A handler behind token and role; whatever is wrong is told as JSON.

    Args:
        site: whose users may use it.
        right: what it takes.
        handler: answers.
    """

    async def endpoint(request: Request) -> Response:
        try:
            who = user_with(site, request.headers.get("authorization", ""), right)
            return answer(await handler(request, who))
        except Refused as error:
            return _problem(error.status, {"problem": str(error)})
        except StoreError as error:
            return _problem(503, {"problem": str(error)})
        except InputError as error:
            names = ("problem", "field", "remedy")
            return _problem(400, {name: value for name in names if (value := getattr(error, name)) is not None})
        except MintageError as error:
            return _problem(400, {"problem": str(error)})

    return endpoint


def user_with(site: Site, authorization: str, right: Right) -> str:
    """Name of the user whose token an Authorization header carries.

    Raises:
        Refused: no token, nobody's, or that of a user without the right.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARACTERS_MAX:
        raise Refused(401, "a token is needed: Authorization: Bearer TOKEN.")
    digest = sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    matches = [user.name for user in site.user if _same(digest, user.token_sha256)]
    if not matches:
        raise Refused(401, "nobody has this token.")
    if not has_right(site, matches[0], right):
        raise Refused(403, f"{matches[0]} has no role at {site.name} with the right to {right}.")
    return matches[0]


async def raw_body(request: Request) -> bytes:
    """The request's body; no more of it is read than is allowed.

    Raises:
        Refused: it is too large or too slow.
    """
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > BODY_BYTES_MAX:
                    raise Refused(413, f"a body has at most {BODY_BYTES_MAX:,} bytes.")
                parts.append(part)
    except (TimeoutError, ClientDisconnect) as error:
        raise Refused(408, f"the body did not come within {BODY_S:g} s.") from error
    return b"".join(parts)


async def body(request: Request, type_: type[T]) -> T:
    """The request's JSON body.

    Raises:
        Refused: it is too large or too slow.
        InputError: it is not the JSON that is expected.
    """
    raw = await raw_body(request)
    try:
        return msgspec.json.decode(raw or b"{}", type=type_)
    except msgspec.ValidationError as error:
        problem, _, field = str(error).partition(" - at `$")
        raise InputError(f"{problem}.", field=field.strip("`.") or None) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"the body is not JSON: {error}.") from error


def answer(value: Any) -> Response:
    """An answer in JSON; never kept by anybody between."""
    content = msgspec.json.encode(value, enc_hook=str)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _same(digest: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(digest.encode(), known.strip().lower().encode())


def _problem(status: int, error: dict[str, str]) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(msgspec.json.encode({"error": error}), status, headers, "application/json")
