"""A virtual site: machines, meters, a pool and a chain in one process, each on a real socket, on one clock.

What is real: every protocol, byte for byte; the laws between readings; each block, judged by Bitcoin Core's code; and
the way of every share, statement and payment. What is not: nobody hashes, and the coins are worth nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from mintage.fleet.ranges import addresses
from mintage.fleet.sites import Meter, PoolAccount, Site
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.faults import load_plan
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.fleet.virtual.meter import VirtualMeter
from mintage.fleet.virtual.pools import Work
from mintage.mining.virtual.book import Terms
from mintage.mining.virtual.client import StratumClient
from mintage.mining.virtual.faults import load_pool_faults
from mintage.mining.virtual.pool import PoolSettings, VirtualPool, share_difficulty_at
from mintage.treasury.virtual.chain import VirtualChain
from mintage.treasury.virtual.electrum import electrum
from mintage.treasury.virtual.esplora import esplora
from mintage.units.clock import Clock, FileClock, ScaledClock
from mintage.units.errors import InputError
from mintage.wire.serve import serving

HAND_OVER_S = 60.0
"""Seconds of the site's time after which machines' shares reach the pool."""
SAMPLED = 2
"""Machines whose shares go over the wire as Stratum; those of the others are counted in bulk."""
_SATS = 100_000_000


class VirtualSite:
    """A site that works while its context is open.

    Args:
        site: its description, with `[virtual]`.
        clock: its time.
        folder: where the chain keeps its files; must hold no chain yet.
    """

    def __init__(self, site: Site, clock: Clock, folder: Path) -> None:
        self.site, self._clock, self._folder = site, clock, folder
        self.account = _virtual_account(site)
        self.fleet = _fleet(site, self.account, clock)
        self.chain: VirtualChain | None = None
        self.pool: VirtualPool | None = None
        self.electrum_port = 0
        self._open = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._sampled: dict[str, StratumClient] = {}

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop everything; the last shares still reach the pool."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._open.aclose()

    async def failed(self) -> None:
        """Wait until a part of the site fails, which then raises here."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def hand_over(self) -> None:
        """Bring the shares that machines found since the last time to the pool; those over the wire last: they wait."""
        at_us = self._clock.now_us()
        for work in sorted(self.fleet.drain_work(), key=lambda work: work.address in self._sampled):
            await self._credit(work, at_us)

    async def _start(self) -> None:
        enter = self._open.enter_async_context
        self.chain = VirtualChain(self._folder / "chain", self._clock)
        await enter(serving(esplora(self.chain), *_listen(self.site.virtual.chain_listen)))
        self.electrum_port = await enter(electrum(self.chain, _listen(self.site.virtual.chain_listen)[0], 0))
        self.pool = await enter(VirtualPool(self._settings(), self._clock, self.chain, self._addresses()))
        await enter(self.fleet)
        for meter in self.site.meter:
            await enter(self._meter(meter))
        host, port = _stratum(self.account)
        for machine in self.fleet.machines[:SAMPLED]:
            worker = machine.settings.pools[0].worker
            self._sampled[machine.address] = await enter(StratumClient(host, port, worker))
        self._tasks = [asyncio.create_task(self.chain.run()), asyncio.create_task(self._handing_over())]

    async def _handing_over(self) -> None:
        while True:
            await self._clock.sleep(HAND_OVER_S)
            await self.hand_over()

    async def _credit(self, work: Work, at_us: int) -> None:
        """Count work at our pool; what machines do for a foreign one is gone, as in life."""
        if self.pool is None or work.pool_url not in self.account.stratum:
            return
        client = self._sampled.get(work.address)
        if client is not None and client.worker == work.worker:
            await client.work(work.accepted_diff, work.rejected_diff)
        else:
            self.pool.credit_work(work.worker, work.accepted_diff, work.rejected_diff, at_us)

    def _settings(self) -> PoolSettings:
        virtual = self.site.virtual
        terms = Terms(
            network_difficulty=virtual.network_difficulty,
            mean_fees_sats=virtual.block_fees_btc * _SATS,
            fee_pct=self.account.fee_pct,
        )
        speed = self._clock.speed if isinstance(self._clock, FileClock | ScaledClock) else 1.0
        return PoolSettings(
            terms=terms,
            stratum=_stratum(self.account),
            http=_listen(virtual.pool_listen),
            seed=virtual.seed,
            share_difficulty=share_difficulty_at(speed),
            refresh_s=60 if speed < 60 else 600,
            faults=load_pool_faults(Path(virtual.pool_faults)) if virtual.pool_faults else (),
        )

    def _addresses(self) -> dict[str, str]:
        return {self.account.account: self.account.address} if self.account.address else {}

    def _meter(self, meter: Meter) -> VirtualMeter:
        """A meter that shows what its part of the fleet draws, with what cooling and losses add."""
        overhead = float(self.site.pue)
        racks = [rack for rack in self.site.rack if self.site.feeder_of(rack) == meter.feeder]
        behind = frozenset(addresses(tuple(text for rack in racks for text in rack.addresses)))

        def power_w() -> float:
            return overhead * self.fleet.power_w(behind if meter.measures == "feeder" else None)

        return VirtualMeter(meter.address, self._clock, power_w, profile_name=meter.profile, unit_id=meter.unit_id)


def _virtual_account(site: Site) -> PoolAccount:
    """The account at the pool that the site plays.

    Raises:
        InputError: there is none, or it names no stratum URL to listen on.
    """
    account = next((item for item in site.pool if item.adapter == "virtual"), None)
    if account is None or not account.stratum:
        raise InputError(
            "a virtual site needs a pool to play.",
            field="pool",
            remedy='Describe a [[pool]] with adapter = "virtual" and a stratum URL, as examples/site.toml does.',
        )
    return account


def _fleet(site: Site, account: PoolAccount, clock: Clock) -> VirtualFleet:
    if not site.ranges or "/" not in site.ranges[0]:
        raise InputError(
            "a virtual site needs a network.", field="ranges", remedy='Begin with one, as "127.0.10.0/26".'
        )
    virtual = site.virtual
    spec = FleetSpec(
        network=site.ranges[0],
        count=virtual.machines or sum(1 for _ in addresses(site.ranges[:1])),
        mix=virtual.mix,
        seed=virtual.seed,
        pools=account.stratum,
        account=account.account,
    )
    return build_fleet(spec, clock, load_plan(Path(virtual.faults)) if virtual.faults else None)


def _stratum(account: PoolAccount) -> tuple[str, int]:
    parts = urlsplit(account.stratum[0])
    if not parts.hostname or parts.port is None:
        raise InputError(f"'{account.stratum[0]}' names no host and port.", field="stratum")
    return parts.hostname, parts.port


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise InputError(f"'{text}' is no address to listen on.", field="virtual", remedy="Write 127.0.0.1:4180.")
    return host, int(port)
