"""Live state as server-sent events: whoever watches keys is told their newest values, and a word when all is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import msgspec
from starlette.responses import StreamingResponse

from mintage.desk.live import KEYS_MAX, Hub, May
from mintage.units.errors import LimitError

QUIET_S = 15.0
"""Real seconds of quiet after which a comment keeps the connection open."""
STILL_S = 10.0
"""Real seconds after which it is asked again whether a viewer may still be told."""
GAP_S = 0.25
"""Real seconds between two messages to one viewer; what changes in between goes out together."""
VIEWERS_MAX = 500
VIEWERS_OF_ONE_MAX = 100
"""Streams of one person, so that nobody takes everybody's."""


@dataclass(frozen=True)
class Viewer:
    """Who watches.

    Attributes:
        who: the person's login.
        may: whether he or she may be told of a key.
        still: whether that still holds; where it does not the stream ends, and the browser asks anew.
    """

    who: str
    may: May
    still: Callable[[], bool]


def stream(hub: Hub, keys: list[str], viewer: Viewer) -> StreamingResponse:
    """A stream of changes: messages `{"changes": {key: value}}`.

    Raises:
        LimitError: too many keys, or too many viewers.
    """
    if len(keys) > KEYS_MAX:
        raise LimitError(f"one viewer watches at most {KEYS_MAX:,} keys.", field="key", remedy="Watch fewer.")
    if hub.watching >= VIEWERS_MAX:
        raise LimitError(f"there are {VIEWERS_MAX:,} viewers already.", remedy="Load the page again later.")
    if hub.watching_of(viewer.who) >= VIEWERS_OF_ONE_MAX:
        raise LimitError(f"{viewer.who} has {VIEWERS_OF_ONE_MAX} streams already.", remedy="Close some of the pages.")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(hub, keys, viewer), media_type="text/event-stream", headers=headers)


async def _events(hub: Hub, keys: list[str], viewer: Viewer) -> AsyncIterator[bytes]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    watch = hub.watch(keys, wake, viewer.may, viewer.who)
    asked_s = loop.time()
    try:
        yield b"retry: 2000\n\n"
        while True:
            if loop.time() - asked_s >= STILL_S:
                if not viewer.still():
                    return
                asked_s = loop.time()
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
