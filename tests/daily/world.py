"""A site's world for tests: a real virtual pool on a socket, a chain that shows what it paid, a journal in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from mintage.daily.ports import Sources
from mintage.daily.service import DayReport, run_day
from mintage.daily.sources import pool_opener
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.sites import PoolAccount, Site
from mintage.house import memory_journal
from mintage.journal.fact import Fact, FactData
from mintage.journal.memory import MemoryJournal
from mintage.market.facts import BlockFeesObserved, DifficultyObserved, PriceObserved
from mintage.market.network import TARGET_ONE, bits_from_target, difficulty, target_from_bits
from mintage.mining.reconcile import Tolerances
from mintage.mining.reconcile_inputs import Amount
from mintage.mining.virtual.book import Terms, midnight_us
from mintage.mining.virtual.faults import PoolFault
from mintage.mining.virtual.pool import PoolSettings, VirtualPool
from mintage.treasury.watch import Payment
from mintage.units import day_end_instant
from mintage.units.clock import StepClock
from mintage.wire.http import Web

DAY = date(2025, 7, 1)
NEXT = DAY + timedelta(days=1)
BITS = bits_from_target(int(TARGET_ONE / Decimal(116_958_512_019_762)))
WORK = 4_000_000_000_000
ENERGY_WH = 90_000_000
ADDRESS = "bcrt1qacme"


class Chain:
    """Pays for the pool and shows the wallet what arrived; what is held back is in no block yet."""

    def __init__(self, clock: StepClock) -> None:
        self._clock, self.seen = clock, list[Payment]()
        self.held_back = False

    async def pay(self, address: str, sats: int) -> str:
        txid = sha256(f"{address}:{sats}:{len(self.seen)}".encode()).hexdigest()
        self.seen.append(Payment(self._clock.now_us(), txid, sats, (address,), len(self.seen) + 1, 1))
        return txid

    async def payments(self, account: PoolAccount) -> Sequence[Payment]:
        assert account.wallet == "cold"
        if self.held_back:
            return [Payment(None, item.txid, item.sats, item.addresses, None, 0) for item in self.seen]
        return self.seen


class FlatPower:
    """Power at a price per kWh, or unknown."""

    def __init__(self, cents_kwh: int | None) -> None:
        self.cents_kwh = cents_kwh

    def cost(self, day: date, energy_wh: int) -> Amount:
        if self.cents_kwh is None:
            return Amount(None, f"no version of the tariff covers {day}.")
        return Amount(energy_wh * self.cents_kwh // 1000)


class World:
    """One site with one pool."""

    def __init__(self, clock: StepClock, pool: VirtualPool, chain: Chain, web: Web) -> None:
        self.clock, self.pool, self.chain, self.web = clock, pool, chain, web
        self.journal: MemoryJournal = memory_journal()
        self.power: FlatPower | None = FlatPower(5)
        self.watched = True
        self.site = Site(
            name="alder",
            region="canada",
            ranges=("127.0.10.0/26",),
            tariff="tariff.toml",
            supplier="alder-power",
            price_source="index",
            pool=(
                PoolAccount(
                    name="north",
                    adapter="virtual",
                    url=pool.url,
                    account="acme",
                    stratum=("stratum+tcp://127.0.0.1:1",),
                    workers=("acme.*",),
                    fee_pct=Decimal("0.5"),
                ),
            ),
        )

    def note(self, key: str, data: FactData, day: date = DAY) -> None:
        """Record a fact of the agent's or the market's."""
        self.journal.append([Fact(key=key, at=day_end_instant(day), date=day, actor="agent", data=data)])

    def observe(self, day: date, price: int | None = 100_000) -> None:
        """What the market showed of a day."""
        if price is not None:
            self.note(f"price:{day}", PriceObserved(day=day, source="index", hour=24, price=Decimal(price)), day)
        self.note(f"fees:{day}", BlockFeesObserved(day=day, source="node", blocks=144, fees=144 * 2_000_000), day)

    def worked(
        self,
        day: date,
        *,
        number: int = 1,
        metered: int | None = ENERGY_WH * 105 // 100,
        machine_s: int | None = None,
        machine_energy: int = ENERGY_WH,
    ) -> None:
        """What the agent recorded of a day."""
        data = DayWorked(
            site="alder",
            region="canada",
            accepted_diff=WORK,
            rejected_diff=WORK // 1000,
            expected_diff=WORK,
            hashrate=200_000_000,
            machine_energy=machine_energy,
            machines=50,
            covered_s=86_400,
            metered_energy=metered,
            machine_s=machine_s,
        )
        self.note(f"day-worked:{day}:alder" + (f"/{number}" if number > 1 else ""), data, day)

    async def mine(self, days: int = 1) -> None:
        """Live through so many days of work at the pool, and a little longer, so that they are stated and paid."""
        for _ in range(days):
            self.pool.credit_work("acme.r1", WORK, WORK // 1000, self.clock.now_us())
            await self.clock.advance(86_400)

    async def run(self, day: date = DAY, *, record: bool = True, tolerances: Tolerances | None = None) -> DayReport:
        """Reconcile and close a day."""
        sources = Sources(
            pools=pool_opener(self.web, {}),
            chain=self.chain if self.watched else None,
            power=self.power,
        )
        return await run_day(
            self.journal,
            self.site,
            day,
            sources,
            actor="treasurer",
            now_us=self.clock.now_us(),
            record=record,
            tolerances=tolerances,
        )


@asynccontextmanager
async def world(*faults: PoolFault) -> AsyncIterator[World]:
    """A world that begins an hour into the day, with the market observed for a few days."""
    clock = StepClock(midnight_us(DAY) + 3600 * 1_000_000)
    chain = Chain(clock)
    terms = Terms(
        network_difficulty=difficulty(target_from_bits(BITS)), mean_fees_sats=Decimal(2_000_000), fee_pct=Decimal("0.5")
    )
    settings = PoolSettings(terms=terms, faults=faults, refresh_s=600)
    async with VirtualPool(settings, clock, chain, {"acme": ADDRESS}) as pool, Web() as web:
        made = World(clock, pool, chain, web)
        made.note("epoch", DifficultyObserved(day=DAY, source="node", height=903_168, bits=BITS))
        yield made
