"""Live state as server-sent events: whoever watches keys is told their newest values, and a word when all is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
from starlette.responses import StreamingResponse

from mintage.desk.live import KEYS_MAX, Hub
from mintage.units.errors import LimitError

QUIET_S = 15.0
"""Real seconds of quiet after which a comment keeps the connection open."""
GAP_S = 0.25
"""Real seconds between two messages to one viewer; what changes in between goes out together."""
VIEWERS_MAX = 500


def stream(hub: Hub, keys: list[str]) -> StreamingResponse:
    """A stream of changes: messages `{"changes": {key: value}}`.

    Raises:
        LimitError: too many keys, or too many viewers.
    """
    if len(keys) > KEYS_MAX:
        raise LimitError(f"one viewer watches at most {KEYS_MAX:,} keys.", field="key", remedy="Watch fewer.")
    if hub.watching >= VIEWERS_MAX:
        raise LimitError(f"there are {VIEWERS_MAX:,} viewers already.", remedy="Load the page again later.")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(hub, keys), media_type="text/event-stream", headers=headers)


async def _events(hub: Hub, keys: list[str]) -> AsyncIterator[bytes]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    watch = hub.watch(keys, wake)
    try:
        yield b"retry: 2000\n\n"
        while True:
            try:
                async with asyncio.timeout(QUIET_S):
                    await woken.wait()
            except TimeoutError:
                yield b": quiet\n\n"
                continue
            woken.clear()
            changes = watch.take()
            if changes:
                yield b"data: " + msgspec.json.encode({"changes": changes}) + b"\n\n"
            await asyncio.sleep(GAP_S)
    finally:
        hub.leave(watch)
