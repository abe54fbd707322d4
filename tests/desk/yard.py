"""A company with a site of its own on real files: journal, state and telemetry, for tests of the fleet's pages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from mintage.desk.company import Company, Settings
from mintage.fleet.alerts import store as alerts
from mintage.fleet.alerts.store import Alert, Member
from mintage.fleet.alerts.subjects import Subject
from mintage.fleet.facts import Energized, HashrateMeasured
from mintage.fleet.facts_site import DayWorked, SiteLocated
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER
from mintage.fleet.telemetry.upkeep import upkeep
from mintage.house import open_journal
from mintage.journal.fact import Fact, FactData
from mintage.market.facts import DifficultyObserved, PriceObserved
from mintage.mining.facts import Earned
from mintage.people.caller import Caller
from mintage.people.roles import Grant
from mintage.state.db import StateDb
from mintage.units.clock import ScaledClock, write_clock
from tests.fleet.plant import a_machine, asset
from tests.fleet.telemetry.telling import opened, sample

NOON_S = 1_767_614_400
"""2026-01-05, noon: the site's clock stands there."""
TODAY, YESTERDAY = date(2026, 1, 5), date(2026, 1, 4)
SITE = """name = "alder"
region = "canada"
title = "Alder Creek"
latitude = "44.31"
longitude = "-120.84"
ranges = ["10.0.0.0/16"]
tariff = "tariff.toml"
approval_above = 20
[[feeder]]
name = "main"
limit_kw = 500
[[hall]]
name = "h0"
feeder = "main"
[[hall]]
name = "h1"
feeder = "main"
[[rack]]
name = "r0"
hall = "h0"
addresses = ["10.0.0.1-10.0.0.50"]
[[rack]]
name = "r1"
hall = "h1"
addresses = ["10.0.1.1-10.0.1.50"]
"""
TARIFF = """name = "flat"
zone = "UTC"
[[version]]
from = 2025-01-01
[[version.energy]]
kind = "fixed"
name = "energy"
usd_mwh = "50"
"""
FACTS: tuple[FactData, ...] = (
    SiteLocated(site="birch", region="canada", latitude="51.2", longitude="-114.5", title="Birch"),
    Energized(site="alder", region="canada", hashrate=10_000_000),
    HashrateMeasured(site="alder", region="canada", hashrate=9_500_000, window="2026-01-04"),
    PriceObserved(source="index", day=YESTERDAY, hour=24, price=Decimal(100_000)),
    DifficultyObserved(height=900_144, day=YESTERDAY, bits="17021fff", source="chain"),
    DayWorked(
        site="alder", region="canada", accepted_diff=40_000, rejected_diff=0, expected_diff=40_000, hashrate=388_000,
        machine_energy=170_000, machines=60, covered_s=86_400,
    ),
    Earned(
        site="alder", pool="pool", sats=1_000_000, value=100_000, price=Decimal(100_000), price_source="index",
        price_hour=24,
    ),
)  # fmt: skip


def caller(name: str, *grants: Grant) -> Caller:
    """Somebody with some roles."""
    return Caller(name=name, grants=grants)


ADA = caller("ada", Grant("administrator"))
OP = caller("op", Grant("operator", "alder"))
LEAD = caller("lead", Grant("operator", "alder"))
VIEWER = caller("vera", Grant("viewer"))
SALES = caller("sara", Grant("sales"))


class Yard:
    """The company, and hands to change what its site knows.

    Args:
        folder: where everything is.
        count: machines of the site.
    """

    def __init__(self, folder: Path, count: int = 60) -> None:
        self.folder = folder / "sites" / "alder"
        self.folder.mkdir(parents=True)
        (folder / "alder.toml").write_text(SITE)
        (folder / "tariff.toml").write_text(TARIFF)
        (self.folder / SITE_POINTER).write_text(f"{folder / 'alder.toml'}\n")
        # A thousandth as fast as ours: for a test it stands still.
        self.clock = ScaledClock(real_us=time.time_ns() // 1000, began_us=NOON_S * 1_000_000, speed=0.001)
        write_clock(self.clock, self.folder / SITE_CLOCK)
        self.db = StateDb(self.folder / "agent.db")
        self.agent = SqliteLatest(self.db)
        self.put(a_machine(number) for number in range(count))
        self.company = Company(
            Settings(db=folder / "books.db", data=folder / "sites", state=folder / "console.db", clock=self.clock)
        )
        self._told: list[FactData] = []
        self.tell(FACTS)

    def tell(self, told: Sequence[FactData]) -> None:
        """Let the journal have facts of yesterday."""
        journal = open_journal(self.company.settings.db)
        journal.append(
            Fact(key=f"f{len(self._told) + n}", at=NOON_S * 10**6 + n, date=YESTERDAY, actor="test", data=data)
            for n, data in enumerate(told)
        )
        self._told += told
        journal.close()

    def put(self, machines: Iterable[Machine]) -> None:
        """Let the agent keep what machines said; the board hears of it where there is one already."""
        self.agent.put(machines)
        if hasattr(self, "company"):
            self.company.board.refresh()

    def strike(self, *numbers: int, id_: str = "al-00000001") -> None:
        """Open an alert for some machines."""
        alerts.define(self.db)
        alert = Alert(
            id=id_, rule="offline", severity="critical", kind="rack", place="r0", title_en="Offline", title_zh="離線",
            remedy_en="Check its cable.", remedy_zh="檢查網路線。", opened_us=NOON_S * 10**6,
        )  # fmt: skip
        alerts.add(self.db, alert)
        struck = [Subject(asset(number), f"10.0.0.{number + 1}", "r0", "main") for number in numbers]
        alerts.save_members(
            self.db, id_, [Member(subject=one, detail_en="", detail_zh="", since_us=NOON_S * 10**6) for one in struck]
        )

    def work(self) -> None:
        """Let telemetry have yesterday and this morning of two machines: the first did a quarter of the site's work."""
        store = opened(self.folder / "telemetry")
        for number, first in ((1, NOON_S - 129_600), (2, NOON_S - 43_200)):
            hours = 24 if number == 1 else 12
            store.put(
                "alder",
                number,
                [
                    sample(
                        asset(machine),
                        first + minute * 300,
                        state="hashing",
                        hashrate_ths=190.0 + machine,
                        power_in_w=None if minute % 24 == 7 else 3600,
                        accepted_diff=(machine + 1) * 10_000 * minute // (hours * 12 - 1),
                    )
                    for machine in (0, 1)
                    for minute in range(hours * 12)
                ],
            )
        upkeep(store, NOON_S, 10**12)
        store.close()

    def close(self) -> None:
        """Let go of everything."""
        self.company.close()
        self.db.close()
