"""Finding a site's machines again and again: new ones, those that moved, and whether the known are still themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from mintage.fleet.agent.sessions import Sessions
from mintage.fleet.contain import contained
from mintage.fleet.discovery import Search, Tally
from mintage.fleet.drivers.port import Driver, Identity
from mintage.fleet.identity import Found, Register
from mintage.fleet.ranges import addresses
from mintage.fleet.sites import Site

SHARE = 4
"""A search may open this part of the connections that polls may."""
_GATHER_S = 0.5


class Finder:
    """Keeps the register in step with who answers.

    Args:
        site: where to search.
        drivers: makes of machines to look for.
        register: the site's machines.
        sessions: the machines that are polled.
        answers: whether a machine answered its last poll.
    """

    def __init__(
        self,
        site: Site,
        drivers: Sequence[Driver],
        register: Register,
        sessions: Sessions,
        answers: Callable[[str], bool],
    ) -> None:
        self._site, self._drivers, self._register = site, drivers, register
        self._sessions, self._answers = sessions, answers
        self._settling = asyncio.Lock()

    async def search(self) -> Tally:
        """Ask the known who they are, and every other address of the site whether somebody is there.

        Machines are adopted while the search goes on.

        Raises:
            InputError: the site's ranges cannot be searched.
        """
        known = [asset.asset for asset in self._sessions.assets.values() if self._answers(asset.asset)]
        answered = {self._sessions.assets[name].address for name in known}
        await self.ask_again(known)
        search = Search(
            (address for address in addresses(self._site.ranges) if address not in answered),
            self._drivers,
            concurrency=max(1, self._site.agent.concurrency // SHARE),
            guard=self._sessions.guard,
        )
        found: list[Found] = []
        loop = asyncio.get_running_loop()
        last_s = loop.time()
        async for item in search.found():
            found.append(item)
            if loop.time() - last_s > _GATHER_S:
                await self._settle(found)
                found, last_s = [], loop.time()
        await self._settle(found)
        return search.tally

    async def ask_again(self, assets: Sequence[str]) -> None:
        """Ask machines who they are: one that came back may be another one now."""
        await self._settle(await self._identities(assets))

    def take_register(self) -> None:
        """Have sessions with the machines of the register, which a command may have changed."""
        self._sessions.set(self._register.all())

    async def _settle(self, found: Sequence[Found]) -> None:
        """Let the register decide, after asking those whom somebody else claims to be."""
        if not found:
            return
        async with self._settling:
            while disputed := self._register.disputed(found):
                answered = await self._identities([asset.asset for asset in disputed])
                if not answered:
                    break
                found = [*found, *answered]
            self._register.recognise(_each_once(found))
            self.take_register()

    async def _identities(self, assets: Sequence[str]) -> list[Found]:
        targets = {name: self._sessions.assets[name].target for name in assets if name in self._sessions.assets}

        async def ask(name: str) -> Identity | BaseException | None:
            return await contained(self._sessions.identify(name))  # made when it runs: a stop may come before

        identities = await asyncio.gather(*(ask(name) for name in targets))
        pairs = zip(targets.values(), identities, strict=True)
        return [Found(target, identity) for target, identity in pairs if isinstance(identity, Identity)]


def _each_once(found: Sequence[Found]) -> list[Found]:
    """The last word of each address."""
    return list({item.address: item for item in found}.values())
