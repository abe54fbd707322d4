"""Telling machines, many at once, without ever holding up the state machine that decides."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from mintage.fleet.context import Hands
from mintage.fleet.drivers.port import Action, Reboot, Result, SetMode


class Answer(msgspec.Struct, frozen=True):
    """What a machine answered.

    Attributes:
        event: curtailment on whose behalf it was told.
        asset: the machine.
        result: what became of it.
    """

    event: str
    asset: str
    result: Result


class Dispatch:
    """Machines that are being told something, each one thing at a time.

    Args:
        hands: reaches machines.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._answers: list[Answer] = []

    def busy(self, asset: str) -> bool:
        """Whether a machine is being told something."""
        return asset in self._tasks

    def tell(self, event: str, asset: str, action: Action) -> None:
        """Start telling a machine something."""
        task = asyncio.create_task(self._act(event, asset, action))
        self._tasks[asset] = task
        task.add_done_callback(lambda _done: self._tasks.pop(asset, None))

    def answers(self) -> Iterator[Answer]:
        """Answers since the last call, in the order in which they came."""
        found, self._answers = self._answers, []
        yield from found

    def waiting(self) -> bool:
        """Whether answers wait to be taken."""
        return bool(self._answers)

    async def idle(self) -> None:
        """Wait until nobody is being told anything."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self) -> None:
        """Stop telling; what was told and not answered is told again after a restart."""
        for task in self._tasks.values():
            task.cancel()
        await self.idle()

    async def _act(self, event: str, asset: str, action: Action) -> None:
        result = await self._hands.act(asset, action)
        if isinstance(action, SetMode) and result.outcome == "done" and result.effective == "after-reboot":
            result = await self._hands.act(asset, Reboot())
        self._answers.append(Answer(event, asset, result))
