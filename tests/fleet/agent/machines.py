"""Machines in memory, at the port of a session: for tests of scheduling, where the wire does not matter."""

from __future__ import annotations

import asyncio

from mintage.fleet.asset_store import Asset
from mintage.fleet.drivers.port import Action, Identity, Result, Session, Target
from mintage.fleet.readings import Snapshot
from mintage.units.clock import Clock


class Rack:
    """Sessions with machines that answer at once, unless they are silent, held up, or say what breaks a bad driver.

    Args:
        clock: stamps what they say.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.polls: list[tuple[float, str]] = []
        self.silent: set[str] = set()
        self.poison: set[str] = set()
        self.slow: dict[str, asyncio.Event] = {}
        self.open: dict[str, int] = {}
        self.open_max = 0
        self.shared = False

    def session(self, target: Target, identity: Identity) -> Session:
        """A session with the machine at an address."""
        return _Session(self, target.address, identity)

    async def visit(self, address: str) -> None:
        """One connection, counted while it is open."""
        self.open[address] = self.open.get(address, 0) + 1
        self.shared |= self.open[address] > 1
        self.open_max = max(self.open_max, sum(self.open.values()))
        try:
            await asyncio.sleep(0)
            if address in self.slow:
                await self.slow[address].wait()
            if address in self.poison:
                raise KeyError("GHSspd")
        finally:
            self.open[address] -= 1

    def times(self, address: str) -> list[float]:
        """When a machine was polled."""
        return [at_s for at_s, polled in self.polls if polled == address]


class _Session:
    def __init__(self, rack: Rack, address: str, identity: Identity) -> None:
        self._rack, self._address, self._identity = rack, address, identity

    async def poll(self) -> Snapshot:
        self._rack.polls.append((self._rack.clock.elapsed_s(), self._address))
        await self._rack.visit(self._address)
        state = "offline" if self._address in self._rack.silent else "hashing"
        return Snapshot(at_us=self._rack.clock.now_us(), values={"state": state})

    async def identify(self) -> Identity | None:
        await self._rack.visit(self._address)
        return None if self._address in self._rack.silent else self._identity

    async def act(self, action: Action) -> Result:
        await self._rack.visit(self._address)
        return Result("done", f"{type(action).__name__} accepted")


def asset(number: int, address: str = "") -> Asset:
    """An adopted machine."""
    identity = Identity(driver="avalon", make="Canaan", model="15-194", name="Avalon A15-194", dna=f"d{number}")
    where = address or f"10.1.0.{number}"
    return Asset(asset=f"m-{number:012x}", address=where, port=None, identity=identity, adopted_us=0)
