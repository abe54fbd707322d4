"""Serving an ASGI application on a socket within a task: started and stopped by whoever opens the context.

Whoever can reach the socket could open connections and say nothing. So there are only so many of them, counted where
they are accepted (a TLS handshake that never ends counts too), and a request must come within a time.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mintage.units.errors import InputError

CONNECTIONS_MAX = 256
"""Connections to one server at once; more are closed as they come."""
HEADERS_S = 10.0
"""Real seconds within which a request's headers must have come."""
KEEP_ALIVE_S = 30
FILES_MAX = 65_536
"""Files and sockets that a process that serves may have open, where the system allows so many."""


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to the command that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


class _Protocol(H11Protocol):
    """HTTP that hangs up where a request's headers do not come in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for the first request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADERS_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Wait no more where a request is whole up to its body; wait anew where a part of the next one came."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._come()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEADERS_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._come()
        super().connection_lost(exc)

    def _come(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Listener(socket.socket):
    """A socket that accepts only so many connections at once."""

    def __init__(self, family: socket.AddressFamily, limit: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._limit = limit
        self._open: WeakSet[socket.socket] = WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        """A connection; one too many is closed, which asyncio takes for a client that went away."""
        connection, peer = super().accept()
        if len(self._open) >= self._limit:
            self._open = WeakSet(item for item in self._open if item.fileno() >= 0)
        if len(self._open) >= self._limit:
            connection.close()
            raise ConnectionAbortedError("too many connections")
        self._open.add(connection)
        return connection, peer


@asynccontextmanager
async def serving(
    app: Any,
    host: str,
    port: int,
    *,
    certificate: Path | None = None,
    private_key: Path | None = None,
    connections_max: int = CONNECTIONS_MAX,
) -> AsyncIterator[int]:
    """Serve an application; yields the port, which is chosen where 0 is asked for.

    The process may have `FILES_MAX` files open from then on, so that those who call cannot take the last ones.

    Args:
        app: ASGI application.
        host: address to listen on.
        port: TCP port, or 0.
        certificate: PEM file of the server's certificate; with it the server speaks HTTPS.
        private_key: PEM file of the certificate's key.
        connections_max: connections at once.

    Raises:
        InputError: the address cannot be listened on.
    """
    listener = _listen(host, port, connections_max)
    _raise_file_limit()
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        server.force_exit = True  # open streams end with the server; a client reads again where it stood
        await task
        listener.close()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(host: str, port: int, connections_max: int) -> socket.socket:
    listener = _Listener(socket.AF_INET6 if ":" in host else socket.AF_INET, connections_max)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"{host}:{port} cannot be listened on: {error.strerror}.", remedy="Choose another address or port."
        ) from error
    listener.listen(1024)
    listener.setblocking(False)  # noqa: FBT003  the standard library's own signature
    return listener
