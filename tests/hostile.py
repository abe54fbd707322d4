"""A company whose machines, pools, customers and people fill every field with markup."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mintage.books.facts import Leg, ManualEntry
from mintage.fleet.drivers.port import Identity
from mintage.fleet.facts_site import ActionTaken
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.readings import Board, Pool, Snapshot
from mintage.fleet.sites import SITE_POINTER
from mintage.journal.fact import Evidence, Fact
from mintage.state.db import StateDb

MARK = "<img src=x onerror=alert(1)>"
"""Must never stand in a page as markup."""
EVIL = f"\"'>{MARK}</script><script>alert(1)</script>{{{{7*7}}}}\u202e"
NOW_US = 1_754_049_600_000_000
SITE = """
name = "alder"
region = "americas"
ranges = ["10.0.0.0/24"]
title = "{evil}"
[[feeder]]
name = "main"
limit_kw = 100
[[hall]]
name = "hall-1"
feeder = "main"
[[rack]]
name = "r1"
hall = "hall-1"
addresses = ["10.0.0.1-10.0.0.40"]
[[pool]]
name = "pool"
adapter = "csv"
url = "http://x/{evil}"
account = "{evil}"
stratum = ["stratum+tcp://{evil}:1"]
workers = ["{evil}*"]
[[user]]
name = "{evil}"
roles = ["operator"]
"""


def a_machine(number: int) -> Machine:
    """A machine that says nothing but markup where it may say a text."""
    values: dict[str, float | int | str] = {
        "state": "hashing",
        "hashrate_ths": 190.0,
        "hashrate_expected_ths": 194.0,
        "power_in_w": 3600,
        "chip_max_c": 80,
        "mode": EVIL,
        "pool_url": EVIL,
        "worker": EVIL,
        "firmware": EVIL,
    }
    return Machine(
        asset=f"m-{number:012x}",
        site="alder",
        identity=Identity(
            driver="avalon", make=EVIL, model=EVIL, name=EVIL, dna=EVIL, mac=EVIL, serial=EVIL, firmware=EVIL
        ),
        place=Place(address=f"10.0.0.{number}", hall="hall-1", rack="r1", feeder="main", slot=number),
        serial=EVIL,
        snapshot=Snapshot(
            at_us=NOW_US,
            slow_us=NOW_US,
            values=values,
            unknown={"inlet_c": EVIL, "fan_duty_pct": EVIL},
            sources=dict.fromkeys(values, EVIL),
            boards=(Board(0, 65.0, 70, 80, EVIL.encode(), EVIL.encode(), EVIL.encode(), EVIL),),
            pools=(Pool(url=EVIL, worker=EVIL),),
            problems=(EVIL,),
            doubts=(EVIL,),
        ),
        seen_us=NOW_US,
    )


def hostile_facts() -> list[Fact]:
    """What people, pools and customers may have written into the journal."""
    day = date(2025, 8, 13)
    evidence = Evidence(source=EVIL, note=EVIL, txid=EVIL)
    legs = (
        Leg(account="expenses:operating:ga:other", amount="1.00 USD"),
        Leg(account="assets:cash:bank-evil", amount="-1.00 USD"),
    )
    action = ActionTaken(
        action=EVIL, site="alder", what=EVIL, scope=EVIL, reason=EVIL, asked_by=EVIL, done=1, refused=0, silent=0
    )
    told = (("entry", ManualEntry(legs=legs, purpose=EVIL)), ("action", action))
    return [
        Fact(key=f"{name}-{EVIL}", at=NOW_US, date=day, actor=EVIL, evidence=evidence, data=data) for name, data in told
    ]


def hostile_site(data: Path, machines: int = 5) -> None:
    """The folder of a site's agent, as it would be after machines had answered."""
    folder = data / "alder"
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(SITE.replace("{evil}", EVIL.replace('"', '\\"')), "utf-8")
    (folder / SITE_POINTER).write_text(f"{folder / 'site.toml'}\n", "utf-8")
    db = StateDb(folder / "agent.db")
    SqliteLatest(db).put([a_machine(number) for number in range(1, machines + 1)])
    db.close()
