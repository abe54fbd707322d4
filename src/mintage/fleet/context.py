"""What the parts of a site's agent share: telemetry, alerts, control, curtailment and meters all work on this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mintage.fleet.drivers.port import Action, Result
from mintage.fleet.latest import LatestState
from mintage.fleet.sites import Site
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units.clock import Clock


class Hands(Protocol):
    """Reaches machines by asset id, within the site's limit of open connections."""

    async def act(self, asset: str, action: Action) -> Result:
        """Do something to one machine; a machine that is not there is a result too."""
        ...


class Recorder(Protocol):
    """Takes facts on their way to headquarters' journal; they are durable when it returns."""

    def record(self, facts: Iterable[Fact]) -> None:
        """Keep facts; the same key twice is kept once."""
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """One site, as its agent's parts see it.

    Attributes:
        site: its description.
        folder: where its files are.
        clock: the time that it goes by.
        db: its state file.
        latest: what is known of each machine now.
        hands: reaches machines.
        recorder: takes facts.
    """

    site: Site
    folder: Path
    clock: Clock
    db: StateDb
    latest: LatestState
    hands: Hands
    recorder: Recorder


Part = Callable[[Context], Awaitable[None]]
"""A part of the agent: runs until it is cancelled. One that fails is reported and started again; others go on."""
