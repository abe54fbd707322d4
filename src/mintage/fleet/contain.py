"""Containment: work whose failure, of whatever kind, must not become the failure of what runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from mintage.units.errors import MintageError

T = TypeVar("T")


async def contained(work: Awaitable[T]) -> T | BaseException:
    """What some work answers, or what it failed with. Cancelling the caller cancels the work."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task])
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    if task.cancelled():
        return asyncio.CancelledError("it was cancelled from within")
    return task.exception() or task.result()


def in_words(error: BaseException) -> str:
    """What went wrong, in one line; the first where there are several."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) if isinstance(error, MintageError) else f"{type(error).__name__}: {error}"
