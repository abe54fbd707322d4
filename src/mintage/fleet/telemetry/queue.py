"""The seam between writing telemetry and sending it on: files are numbered before they are written."""

from __future__ import annotations

from typing import Protocol

from mintage.fleet.telemetry.store import Placed


class Queue(Protocol):
    """Numbers files of samples and takes them once they are in place; `mintage.fleet.uplink.outbox` is one."""

    def reserve(self) -> int:
        """A number, higher than every one before; it is remembered until it is filled or given up."""
        ...

    def fill(self, placed: Placed) -> bool:
        """Take a file; False where it cannot be sent on and stays at the site."""
        ...

    def unfinished(self) -> list[int]:
        """Numbers that were reserved and neither filled nor given up."""
        ...

    def give_up(self, number: int) -> None:
        """Forget a number under which nothing was written."""
        ...

    def sweep(self) -> None:
        """Remove what a crash left behind."""
        ...

    def prune(self) -> None:
        """Forget what is too old to be asked for."""
        ...
