"""An HTTP client whose every answer has a limit on its size and a deadline on its time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from mintage.units.errors import WireError

LIMIT_BYTES = 1 << 20
DEADLINE_S = 10.0


class Answer(msgspec.Struct, frozen=True):
    """What a server answered.

    Attributes:
        status: HTTP status.
        headers: with names in lower case.
        body: at most the limit asked for.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class Web:
    """A client for one or many servers; use it as an asynchronous context.

    Redirects are not followed: a credential must not travel to where a server points.

    Args:
        headers: sent with every request, such as a token.
        tls: trust for https; the system's where None.
        limit_bytes: longest answer that is read.
        deadline_s: real seconds within which an answer must be complete.
    """

    def __init__(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        limit_bytes: int = LIMIT_BYTES,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._limit_bytes, self._deadline_s = limit_bytes, deadline_s
        self._client = httpx.AsyncClient(
            headers=dict(headers or {}), verify=tls or True, timeout=deadline_s, follow_redirects=False, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def request(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read the whole answer, whatever its status.

        Raises:
            WireError: no answer in time, an answer above the limit, or no connection.
        """
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._read(method, url, content, headers)
        except TimeoutError as error:
            raise WireError(f"no complete answer within {self._deadline_s:g} s.", peer=url) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise WireError(f"{error or type(error).__name__}.", peer=url) from error

    async def json(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Any:
        """Send a request and decode its JSON answer.

        Raises:
            WireError: as `request`, a status other than 2xx, or an answer that is not JSON.
        """
        answer = await self.request(method, url, content=content, headers=headers)
        if not 200 <= answer.status < 300:
            raise WireError(f"it answered {answer.status}: {_excerpt(answer.body)}", peer=url, status=answer.status)
        try:
            return msgspec.json.decode(answer.body)
        except msgspec.MsgspecError as error:
            raise WireError(f"its answer is not JSON: {_excerpt(answer.body)}", peer=url) from error

    async def _read(self, method: str, url: str, content: bytes, headers: Mapping[str, str] | None) -> Answer:
        async with self._client.stream(method, url, content=content or None, headers=dict(headers or {})) as response:
            parts, size = [], 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > self._limit_bytes:
                    raise WireError(f"its answer is longer than {self._limit_bytes} bytes.", peer=url)
                parts.append(part)
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, b"".join(parts))


def _excerpt(body: bytes) -> str:
    text = body[:200].decode("utf-8", "backslashreplace").strip()
    return f"'{text}'" if text else "nothing"
