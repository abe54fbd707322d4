"""Serving: those who connect and say nothing cannot take what the process needs for its own work."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mintage.wire import serve
from mintage.wire.http import Web
from mintage.wire.serve import serving


def _fine(_request: Request) -> Response:
    return Response("fine")


APP = Starlette(routes=[Route("/", _fine, methods=["GET", "POST"])])


async def _closed(reader: asyncio.StreamReader) -> bool:
    """Whether the server hangs up, after what it may still have to say."""
    try:
        async with asyncio.timeout(5):
            while await reader.read(4096):
                pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A server's certificate with its key."""
    path = tmp_path / "server.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


@pytest.fixture
def file_limit() -> Iterator[int]:
    """A small limit on open files; tells the largest that may be set."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("secure", [False, True])
def test_connections_above_the_limit_are_closed_as_they_come(certificate: Path, *, secure: bool) -> None:
    """Idle sockets take so many places and no more, even if none of them ever shakes hands."""

    async def run() -> None:
        async with serving(APP, "127.0.0.1", 0, certificate=certificate if secure else None, connections_max=5) as port:
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
            closed = [asyncio.ensure_future(_closed(reader)) for reader, _ in idle]
            done, _ = await asyncio.wait(closed, timeout=0.5)
            assert len(done) == 15
            for _, writer in idle:
                writer.transport.abort()
            await asyncio.wait(closed)

    asyncio.run(run())


def test_places_are_free_again_when_connections_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the idle ones were hung up on, whoever really asks is answered, time after time."""
    monkeypatch.setattr(serve, "HEADERS_S", 0.1)

    async def run() -> None:
        async with serving(APP, "127.0.0.1", 0, connections_max=3) as port:
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            assert await asyncio.gather(*(_closed(reader) for reader, _ in idle)) == [True] * 3
            for _ in range(5):
                async with Web() as web:
                    assert (await web.request("GET", f"http://127.0.0.1:{port}/")).status == 200
            for _, writer in idle:
                writer.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\nX: ",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nG",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
    ],
)
def test_request_that_does_not_come_whole_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """Nothing, half a header, half of a second request, and a body that nobody reads: each has a deadline."""
    monkeypatch.setattr(serve, "HEADERS_S", 0.1)
    monkeypatch.setattr(serve, "KEEP_ALIVE_S", 0.1)

    async def run() -> None:
        async with serving(APP, "127.0.0.1", 0) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            assert await _closed(reader)
            writer.close()

    asyncio.run(run())


def test_second_request_of_a_connection_has_its_deadline_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte after an answer does not keep the connection for ever."""
    monkeypatch.setattr(serve, "HEADERS_S", 0.2)

    async def run() -> None:
        async with serving(APP, "127.0.0.1", 0) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200")
            writer.write(b"G")
            assert await _closed(reader)
            writer.close()

    asyncio.run(run())


def test_slow_answer_is_not_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is for what the client must say, not for what the server thinks about."""
    monkeypatch.setattr(serve, "HEADERS_S", 0.05)

    async def slow(_request: Request) -> Response:
        await asyncio.sleep(0.3)
        return Response("fine")

    async def run() -> None:
        app = Starlette(routes=[Route("/", slow)])
        async with serving(app, "127.0.0.1", 0) as port, Web() as web:
            assert (await web.request("GET", f"http://127.0.0.1:{port}/")).body == b"fine"

    asyncio.run(run())


def test_process_may_open_more_files_than_can_be_taken_from_it(file_limit: int) -> None:
    """A usual limit of 1,024 would leave an agent of thousands of machines short once others connect."""

    async def run() -> None:
        async with serving(APP, "127.0.0.1", 0):
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(serve.FILES_MAX, file_limit)

    asyncio.run(run())


def test_limits_are_of_each_server() -> None:
    """Who fills one server leaves the other one alone."""

    async def run() -> None:
        async with (
            serving(APP, "127.0.0.1", 0, connections_max=1) as first,
            serving(APP, "127.0.0.1", 0, connections_max=1) as second,
        ):
            with socket.create_connection(("127.0.0.1", first)):
                async with Web() as web:
                    assert (await web.request("GET", f"http://127.0.0.1:{second}/")).status == 200

    asyncio.run(run())
