"""The agent's hands: a session for each machine, and never two connections to one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from mintage.fleet.asset_store import Asset
from mintage.fleet.contain import contained, in_words
from mintage.fleet.drivers.port import Action, Identity, Result, Session, Target
from mintage.fleet.readings import Snapshot
from mintage.units.clock import Clock

OpenSession = Callable[[Target, Identity], Session]


class Sessions:
    """Reaches machines by asset id, within a limit of connections open at once.

    Args:
        open_session: makes the session with a machine.
        clock: stamps what is said of machines that cannot be reached.
        concurrency: connections open at once.
    """

    def __init__(self, open_session: OpenSession, clock: Clock, concurrency: int) -> None:
        self._open, self._clock = open_session, clock
        self._slots = asyncio.Semaphore(concurrency)
        self._assets: dict[str, Asset] = {}
        self._sessions: dict[str, Session] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def set(self, assets: Iterable[Asset]) -> None:
        """Have sessions with these machines and no others; one with whom nothing changed keeps its session."""
        wanted = {asset.asset: asset for asset in assets if asset.here}
        for name in self._assets.keys() - wanted.keys():
            del self._assets[name], self._sessions[name]
        for name, asset in wanted.items():
            before = self._assets.get(name)
            if before is None or (before.target, before.identity) != (asset.target, asset.identity):
                self._sessions[name] = self._open(asset.target, asset.identity)
            self._assets[name] = asset
        addresses = {asset.address for asset in wanted.values()}
        self._locks = {address: self._locks.get(address) or asyncio.Lock() for address in addresses}

    @property
    def assets(self) -> dict[str, Asset]:
        """The machines with which there are sessions, by asset id."""
        return self._assets

    def guard(self, address: str) -> AbstractAsyncContextManager[None]:
        """Enter it to connect to an address by other means: no session connects there meanwhile."""
        return self._locks.get(address) or nullcontext()

    async def poll(self, asset: str) -> Snapshot:
        """Read one machine."""
        async with self._turn(asset) as session:
            if session is None:
                return Snapshot(
                    at_us=self._clock.now_us(),
                    values={"state": "offline"},
                    unknown={"": "another machine answers at its address"},
                )
            return await session.poll()

    async def identify(self, asset: str) -> Identity | None:
        """Ask one machine who it is."""
        async with self._turn(asset) as session:
            return await session.identify() if session else None

    async def act(self, asset: str, action: Action) -> Result:
        """Do something to one machine; a machine that is not there is a result too."""
        async with self._turn(asset) as session:
            if session is None:
                return Result("silent", f"nobody knows where {asset} is")
            result = await contained(session.act(action))
        if isinstance(result, BaseException):
            return Result("refused", f"its driver failed: {in_words(result)}")
        return result

    @asynccontextmanager
    async def _turn(self, asset: str) -> AsyncIterator[Session | None]:
        """The session of a machine, when it is its turn; the machine's own queue comes before a slot is taken."""
        if asset not in self._assets:
            yield None
            return
        async with self._locks[self._assets[asset].address], self._slots:
            yield self._sessions.get(asset)
