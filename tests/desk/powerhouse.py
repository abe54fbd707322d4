"""A company with a site of virtual machines on real sockets, meter readings, a tariff and a curtailment engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from mintage.desk.company import Company, Settings
from mintage.fleet.curtail.part import Engine
from mintage.fleet.energy.counter import Sample
from mintage.fleet.energy.meters import MeterReader
from mintage.fleet.energy.readings import SCHEMA
from mintage.fleet.facts_site import HeatSold
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER, load_site
from mintage.house import open_journal
from mintage.journal.fact import Fact, FactData
from mintage.market.facts import DifficultyObserved, PriceObserved
from mintage.mining.facts import EnergyMetered, HostingBilled, PowerBilled, ProgramCredit
from mintage.people.caller import Caller
from mintage.people.roles import Grant
from mintage.units import day_end_instant
from mintage.units.clock import ScaledClock, write_clock
from tests.fleet.curtail.ground import Ground, ground

TODAY, YESTERDAY = date(2026, 1, 5), date(2026, 1, 4)
MINUTE_US = 60_000_000
SITE = """name = "alder"
region = "canada"
pue = "1.05"
ranges = ["127.0.0.0/26"]
tariff = "tariff.toml"
supplier = "alder-power"
price_source = "index"
approval_above = {approval_above}
[[feeder]]
name = "main"
limit_kw = 60
[[hall]]
name = "hall-1"
feeder = "main"
[[meter]]
name = "supply"
address = "127.0.0.1:5020"
profile = "virtual"
"""
TARIFF = """name = "alder-power-large-load"
zone = "America/Toronto"
[[version]]
from = 2025-01-01
losses_pct = "1.5"
tax_pct = "5"
[[version.energy]]
kind = "time-of-use"
name = "energy"
[[version.energy.band]]
name = "peak"
usd_mwh = "92.00"
when = [{ hours = ["16:00-21:00"] }]
[[version.energy.band]]
name = "rest"
usd_mwh = "41.00"
when = [{ hours = ["21:00-16:00"] }]
[[version.demand]]
name = "demand"
usd_kw = "5.80"
minimum_kw = "10"
[[version.monthly]]
name = "service"
usd_month = "240.00"
[[version.program]]
name = "demand-response"
capacity_usd_mw_h = "8.50"
committed_mw = "0.1"
deployment_usd_mwh = "250"
[[heat]]
customer = "alder-greenhouse"
from = 2025-01-01
terms = "gas"
fuel_usd_mwh = "26.00"
efficiency = "0.88"
share_pct = "70"
recovery = "0.80"
capacity_kw = "150"
base_kw = "5"
kw_per_degree = "6"
base_c = "16"
"""
FACTS: tuple[tuple[date, FactData], ...] = (
    (YESTERDAY, PriceObserved(source="index", day=YESTERDAY, hour=24, price=Decimal(100_000))),
    (YESTERDAY, DifficultyObserved(height=900_144, day=YESTERDAY, bits="17021fff", source="chain")),
    (date(2025, 12, 31), PowerBilled(site="alder", creditor="alder-power", energy=20_000_000, amount=104_000)),
    (
        date(2025, 12, 31),
        ProgramCredit(site="alder", creditor="alder-power", program="demand-response", amount=4_000),
    ),
    (date(2025, 12, 31), EnergyMetered(site="birch", energy=8_000_000)),
    (date(2025, 12, 31), HostingBilled(site="birch", creditor="birch-hosting", amount=48_000)),
    (YESTERDAY, HeatSold(site="alder", customer="alder-greenhouse", energy=1_200_000, value=2_480)),
    (date(2026, 1, 3), HeatSold(site="alder", customer="alder-greenhouse", energy=1_100_000, value=2_275)),
)


def caller(name: str, *grants: Grant) -> Caller:
    """Somebody with some roles."""
    return Caller(name=name, grants=grants)


ADA = caller("ada", Grant("administrator"))
OP = caller("op", Grant("operator", "alder"))
LEAD = caller("lead", Grant("operator", "alder"))
ELSEWHERE = caller("ivo", Grant("operator", "birch"))
VIEWER = caller("vera", Grant("viewer"))
SALES = caller("sara", Grant("sales"))


class Powerhouse:
    """The company, and the site of its ground.

    Args:
        made: machines and engine.
        folder: where everything is.
    """

    def __init__(self, made: Ground, folder: Path) -> None:
        self.ground = made
        self.folder = made.folder
        self.tell_time()
        self.latest = SqliteLatest(made.db)
        made.context = replace(made.context, latest=self.latest)
        made.engine = Engine(made.context)
        made.latest = self.latest  # type: ignore[assignment]  # what the agent writes is what the desk reads
        made.db.define(SCHEMA)
        self.reader = MeterReader(made.site, made.site.meter[0])
        self.company = Company(
            Settings(db=folder / "books.db", data=folder / "sites", state=folder / "console.db", clock=made.clock)
        )
        # The desk reads a clock's file every second or so; here it goes by the very clock that the test moves.
        sites = self.company.sites
        sites._known["alder"] = replace(sites.all()["alder"], clock=made.clock)
        journal = open_journal(folder / "books.db")
        journal.append(
            Fact(key=f"f{n}", at=day_end_instant(day), date=day, actor="test", data=data)
            for n, (day, data) in enumerate(FACTS)
        )
        journal.close()

    def tell_time(self) -> None:
        """Let whoever reads the site's clock see what time it is; between two words it stands still."""
        now_us = self.ground.clock.now_us()
        clock = ScaledClock(real_us=time.time_ns() // 1000, began_us=now_us, speed=1e-6)
        write_clock(clock, self.folder / SITE_CLOCK)

    def meter(self, readings: Iterable[tuple[int, float, int]]) -> None:
        """Let the meter have been read: instants, watts and its counter in Wh."""
        with self.ground.db.transaction():
            for at_us, power_w, raw_wh in readings:
                self.reader.keep(self.ground.db, Sample(at_us=at_us, power_w=power_w, raw_wh=raw_wh), "")

    def steady(self, watts: float, first_us: int, last_us: int, every_min: int = 15) -> None:
        """Let the meter have been read under a steady load."""
        step_us = every_min * MINUTE_US
        spans = range(first_us, last_us + 1, step_us)
        self.meter((at_us, watts, round(watts * (at_us - first_us) / 3.6e9)) for at_us in spans)

    async def live(self, seconds: float, step_s: float = 10.0) -> None:
        """Let time pass for machines, engine and desk."""
        await self.ground.live(seconds, step_s)
        self.refresh()

    def refresh(self) -> None:
        """Let the desk see the time, and the board the machines."""
        self.tell_time()
        self.company.board.refresh()


@asynccontextmanager
async def powerhouse(
    folder: Path, network: str, *, count: int = 8, approval_above: int = 100
) -> AsyncIterator[Powerhouse]:
    """A company whose one site runs at noon of a January day."""
    home = folder / "sites" / "alder"
    home.mkdir(parents=True)
    (folder / "alder.toml").write_text(SITE.format(approval_above=approval_above))
    (folder / "tariff.toml").write_text(TARIFF)
    (home / SITE_POINTER).write_text(f"{folder / 'alder.toml'}\n")
    async with ground(home, network, count, site=load_site(folder / "alder.toml")) as made:
        found = Powerhouse(made, folder)
        await made.poll()
        found.refresh()
        try:
            yield found
        finally:
            found.reader.close()
            await asyncio.to_thread(found.company.close)
