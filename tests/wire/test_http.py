"""Reading from the network: whatever a server does, the answer is bounded in size and time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from mintage.units.errors import InputError, WireError
from mintage.wire.http import Web
from mintage.wire.serve import serving


async def _endless(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536
            await asyncio.sleep(0)

    return StreamingResponse(parts())


async def _dripping(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.05)

    return StreamingResponse(parts())


async def _fine(request: Request) -> Response:
    return JSONResponse({"token": request.headers.get("authorization"), "sum": len(await request.body())})


APP = Starlette(
    routes=[
        Route("/fine", _fine, methods=["GET", "POST"]),
        Route("/endless", _endless),
        Route("/dripping", _dripping),
        Route("/away", lambda _request: RedirectResponse("/fine")),
        Route("/text", lambda _request: Response("<html>busy</html>")),
        Route("/broken", lambda _request: Response("out of order", 503)),
    ]
)


async def _ask(path: str, **options: float) -> object:
    async with (
        serving(APP, "127.0.0.1", 0) as port,
        Web(headers={"authorization": "Bearer t"}, **options) as web,  # type: ignore[arg-type]  # limits by name
    ):
        return await web.json(
            "POST" if path == "/fine" else "GET",
            f"http://127.0.0.1:{port}{path}",
            content=b"abc" if path == "/fine" else b"",
        )


def test_an_answer_is_read_with_headers_and_body() -> None:
    """A request carries its headers and body, and its JSON comes back."""
    assert asyncio.run(_ask("/fine")) == {"token": "Bearer t", "sum": 3}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/endless", "longer than 1048576 bytes"),
        ("/text", "not JSON: '<html>busy"),
        ("/broken", "answered 503: 'out of order'"),
        ("/away", "answered 307"),
        ("/nowhere", "answered 404"),
    ],
)
def test_a_bad_answer_is_named(path: str, words: str) -> None:
    """Too long, not JSON, an error status and a redirect are each an error that says so."""
    with pytest.raises(WireError, match=words):
        asyncio.run(_ask(path))


def test_a_server_that_drips_is_cut_off() -> None:
    """A server that keeps the connection alive byte by byte does not hold a reader past its deadline."""
    begun = time.monotonic()
    with pytest.raises(WireError, match=r"no complete answer within 0.3 s"):
        asyncio.run(_ask("/dripping", deadline_s=0.3))
    assert time.monotonic() - begun < 5


def test_no_server_and_no_url_are_errors_too() -> None:
    """A refused connection and a text that is no URL raise the same kind of error."""

    async def ask(url: str) -> None:
        async with Web() as web:
            await web.request("GET", url)

    for url in ("http://127.0.0.1:1/", "http://", "nonsense", "http://[::1"):
        with pytest.raises(WireError):
            asyncio.run(ask(url))


def test_a_taken_port_is_refused() -> None:
    """Serving on a port that is taken says so and names it."""

    async def twice() -> None:
        async with serving(APP, "127.0.0.1", 0) as port, serving(APP, "127.0.0.1", port):
            pass

    with pytest.raises(InputError, match="cannot be listened on"):
        asyncio.run(twice())
