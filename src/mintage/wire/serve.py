"""Serving an ASGI application on a socket within a task: started and stopped by whoever opens the context."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from mintage.units.errors import InputError


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to the command that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


@asynccontextmanager
async def serving(
    app: Any, host: str, port: int, *, certificate: Path | None = None, private_key: Path | None = None
) -> AsyncIterator[int]:
    """Serve an application; yields the port, which is chosen where 0 is asked for.

    Args:
        app: ASGI application.
        host: address to listen on.
        port: TCP port, or 0.
        certificate: PEM file of the server's certificate; with it the server speaks HTTPS.
        private_key: PEM file of the certificate's key.

    Raises:
        InputError: the address cannot be listened on.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=30,
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


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
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
