"""How the client speaks HTTP: timeouts, reads that are tried again, keys on writes, problems as exceptions, streams."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from mintage.client.structs import Problem

TIMEOUT_S = 30.0
QUIET_S = 60.0
"""Real seconds without a word after which a stream is taken for dead; the server says something every 15 s."""
TRIES = 3
WAIT_S, WAIT_MAX_S = 0.2, 30.0
AGAIN = frozenset({429, 502, 503})
"""Statuses after which a read may be tried again."""
PROBLEM_TYPE = "application/problem+json"
_ENCODER = msgspec.json.Encoder(decimal_format="string")
T = TypeVar("T")
Query = Mapping[str, Any]
File = tuple[str, bytes]
"""A file's name and what is in it."""


class ApiProblem(Exception):
    """The server did not do what it was asked for.

    Args:
        told: what it said of it.
    """

    def __init__(self, told: Problem) -> None:
        parts = (f"{told.status} {told.title}".strip(), told.detail, told.remedy)
        super().__init__(" ".join(part for part in parts if part))
        self.told = told

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.told.status


class Paged(Protocol):
    """A page of a list that goes on where `next` says something."""

    @property
    def next(self) -> Any:
        """Cursor of the page after this one."""


P = TypeVar("P", bound=Paged)


class Transport:
    """A connection to a server of Mintage.

    Args:
        base_url: where the server is, such as `https://mintage.example`.
        token: a token made under Settings; "" for what is open to all.
        timeout_s: real seconds within which the server must say something.
        tries: how often a read is tried in all, where the server cannot be reached or asks to wait. Writes are sent
            once; whoever sends one again gives the same `idempotency_key`.
    """

    def __init__(self, base_url: str, token: str = "", *, timeout_s: float = TIMEOUT_S, tries: int = TRIES) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=base_url.rstrip("/"), headers=headers, timeout=timeout_s)
        self._tries = max(1, tries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _read(self, path: str, query: Query, type_: type[T]) -> T:
        """A struct; asked for once more where the server could not be reached or asked to wait."""
        return msgspec.json.decode(self._bytes(path, query), type=type_)

    def _bytes(self, path: str, query: Query) -> bytes:
        """What an address answers, as it is."""
        for left in reversed(range(self._tries)):
            try:
                return _checked(self._http.get(path, params=_told(query))).content
            except httpx.TransportError:
                if not left:
                    raise
                wait_s = None
            except ApiProblem as problem:
                if not left or problem.status not in AGAIN:
                    raise
                wait_s = problem.told.retry_after_s
            time.sleep(min(WAIT_MAX_S, WAIT_S * 2 ** (self._tries - left) if wait_s is None else wait_s))
        raise AssertionError("the last try returns or raises")

    def _write(
        self, method: str, path: str, *, body: Any = None, type_: type[T], idempotency_key: str | None = None
    ) -> T:
        """Change something, once for a key."""
        headers = {"Idempotency-Key": idempotency_key or secrets.token_urlsafe(18)}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = _ENCODER.encode(body)
        return _decoded(self._http.request(method, path, content=content, headers=headers), type_)

    def _upload(
        self, path: str, query: Query, files: Sequence[File], *, type_: type[T], idempotency_key: str | None = None
    ) -> T:
        """Send files, once for a key."""
        headers = {"Idempotency-Key": idempotency_key or secrets.token_urlsafe(18)}
        parts = [("files", file) for file in files]
        return _decoded(self._http.post(path, params=_told(query), files=parts, headers=headers), type_)

    def _stream(self, path: str, query: Query) -> Generator[dict[str, Any]]:
        """The messages of a stream of server-sent events, until the server ends it or the iterator is closed."""
        timeout = httpx.Timeout(self._http.timeout.connect, read=QUIET_S)
        with self._http.stream("GET", path, params=_told(query), timeout=timeout) as reply:
            if reply.status_code != httpx.codes.OK:
                reply.read()
                _checked(reply)
            data: list[str] = []
            for line in reply.iter_lines():
                name, _, value = line.partition(":")
                if name == "data":
                    data.append(value.removeprefix(" "))
                elif not line and data:
                    yield msgspec.json.decode("\n".join(data), type=dict[str, Any])
                    data = []


def pages(ask: Callable[[Any], P], cursor: Any = None) -> Iterator[P]:
    """Every page of a list.

    Args:
        ask: asks for the page at a cursor.
        cursor: where to begin; None for the first page.
    """
    while True:
        page = ask(cursor)
        yield page
        cursor = page.next
        if not cursor:
            return


def part(value: str) -> str:
    """A value as one part of a path."""
    return quote(value, safe="")


def _told(query: Query) -> httpx.QueryParams:
    """A query as it is sent: what is None is left to the server."""
    told = {name: value if isinstance(value, tuple | list) else (value,) for name, value in query.items()}
    return httpx.QueryParams({name: [_word(v) for v in values if v is not None] for name, values in told.items()})


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _decoded(reply: httpx.Response, type_: type[T]) -> T:
    content = _checked(reply).content
    return msgspec.json.decode(content or b"null", type=type_)


def _checked(reply: httpx.Response) -> httpx.Response:
    """A reply that is none of a refusal.

    Raises:
        ApiProblem: it is one.
    """
    if reply.is_success:
        return reply
    told = Problem(type="about:blank", status=reply.status_code, title=reply.reason_phrase, detail=reply.text[:500])
    if reply.headers.get("content-type", "").startswith(PROBLEM_TYPE):
        told = msgspec.json.decode(reply.content, type=Problem)
    raise ApiProblem(told)
