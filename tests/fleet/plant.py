"""A small site for tests of alerts and control: racks of machines that do what a test tells them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from mintage.fleet.context import Context
from mintage.fleet.drivers.port import Action, Identity, Result
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import MemoryLatest
from mintage.fleet.readings import Pool, Snapshot
from mintage.fleet.sites import AlertSettings, Feeder, Hall, PoolAccount, Rack, Site, User
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units.clock import StepClock

NOON_US = 1_763_812_800_000_000
POOL = "stratum+tcp://pool.example:3333"
USERS = (
    User(name="ann", roles=("operator",)),
    User(name="bob", roles=("operator", "approver")),
    User(name="eve", roles=("viewer",)),
    User(name="root", roles=("admin",)),
)


def a_site(*, racks: int = 4, users: tuple[User, ...] = USERS, alerts: AlertSettings | None = None) -> Site:
    """A site with one feeder for every two racks; a rack's machines are 10.0.RACK.1 and on."""
    return Site(
        name="alder",
        region="canada",
        ranges=("10.0.0.0/16",),
        approval_above=20,
        feeder=tuple(Feeder(name=f"f{n}", limit_kw=500) for n in range((racks + 1) // 2)),
        hall=tuple(Hall(name=f"h{n}", feeder=f"f{n // 2}") for n in range(racks)),
        rack=tuple(Rack(name=f"r{n}", hall=f"h{n}", addresses=(f"10.0.{n}.0/24",)) for n in range(racks)),
        pool=(
            PoolAccount(
                name="pool", adapter="virtual", url="http://x", account="us", stratum=(POOL,), workers=("us.*",)
            ),
        ),
        user=users,
        alerts=alerts or AlertSettings(),
    )


def a_machine(number: int, per_rack: int = 50, **values: float | str) -> Machine:
    """A healthy machine that hashes; its asset id is its number."""
    rack, slot = divmod(number, per_rack)
    read = {
        "state": "hashing",
        "hashrate_ths": 190.0 + number % 7,
        "hashrate_expected_ths": 195.0,
        "power_in_w": 3600,
        "chip_max_c": 80,
        "fan_min_rpm": 5000,
        "error_bits": 0,
        "uptime_s": 86_400,
        "mode": "normal",
        "pool_url": POOL,
        "worker": f"us.{number}",
        **values,
    }
    place = Place(
        address=f"10.0.{rack}.{slot + 1}", hall=f"h{rack}", rack=f"r{rack}", feeder=f"f{rack // 2}", slot=slot + 1
    )
    return Machine(
        asset=f"m-{number:012x}",
        site="alder",
        identity=Identity(
            driver="avalon",
            make="Canaan",
            model="15-194",
            name="Avalon A15-194",
            dna=f"{number:016x}",
            mac=f"{number:012x}",
            nameplate_ths=194.0,
            nameplate_w=3647,
            cooling="air",
        ),
        place=place,
        snapshot=Snapshot(at_us=NOON_US, values=read, pools=(Pool(url=POOL, worker=f"us.{number}", active=True),)),
        seen_us=NOON_US,
    )


def asset(number: int) -> str:
    """Asset id of a machine by its number."""
    return f"m-{number:012x}"


class Floor:
    """Machines that answer as told, and telemetry that shows what they did when it is read.

    Attributes:
        sent: every action that reached a machine, with its asset id.
        answers: what a machine says; every other one does what it is told.
        most_at_once: most actions under way at one time.
        overlapped: machines that were asked something while they were still being asked.
        hangs_after: after so many actions no machine answers or fails to: the agent is about to be killed.
    """

    def __init__(self, latest: MemoryLatest, clock: StepClock) -> None:
        self.latest, self.clock = latest, clock
        self.sent: list[tuple[str, Action]] = []
        self.answers: dict[str, Callable[[Action], Result]] = {}
        self.most_at_once, self._now = 0, 0
        self.hangs_after: int | None = None
        self.overlapped: set[str] = set()
        self._asked: set[str] = set()

    async def act(self, asset: str, action: Action) -> Result:
        """Do it."""
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        self.sent.append((asset, action))
        if asset in self._asked:
            self.overlapped.add(asset)
        self._asked.add(asset)
        if self.hangs_after is not None and len(self.sent) > self.hangs_after:
            await asyncio.Event().wait()
        await self.clock.sleep(0)
        self._now -= 1
        self._asked.discard(asset)
        answer = self.answers.get(asset)
        return answer(action) if answer else Result("done", "ASC 0 set info: success")

    def times(self, asset: str) -> int:
        """How often a machine was asked."""
        return Counter(name for name, _ in self.sent)[asset]

    def poll(self, numbers: Iterable[int], **values: float | str) -> None:
        """Let telemetry see machines now, with these readings."""
        for number in numbers:
            machine = self.latest.get(asset(number))
            assert machine is not None
            assert machine.snapshot is not None
            snapshot = msgspec.structs.replace(
                machine.snapshot, at_us=self.clock.now_us(), values={**machine.snapshot.values, **values}
            )
            seen = machine.seen_us if values.get("state") == "offline" else self.clock.now_us()
            self.latest.put([msgspec.structs.replace(machine, snapshot=snapshot, seen_us=seen)])


class Ledger:
    """Takes facts, each key once."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.calls = 0

    def record(self, facts: Iterable[Fact]) -> None:
        """Keep facts."""
        for fact in facts:
            self.calls += 1
            assert self.facts.setdefault(fact.key, fact) == fact


class Plant:
    """A whole site in a folder: made again on the same folder it is the site after a crash.

    Args:
        folder: where its state is.
        count: how many machines it has.
        site: its description.
        clock: its time.
    """

    def __init__(
        self, folder: Path, count: int = 100, *, site: Site | None = None, clock: StepClock | None = None
    ) -> None:
        self.site, self.clock = site or a_site(), clock or StepClock(NOON_US)
        self.latest = MemoryLatest()
        self.latest.put(a_machine(number) for number in range(count))
        self.floor, self.ledger = Floor(self.latest, self.clock), Ledger()
        self.db = StateDb(folder / "agent.db")
        self.context = Context(
            site=self.site,
            folder=folder,
            clock=self.clock,
            db=self.db,
            latest=self.latest,
            hands=self.floor,
            recorder=self.ledger,
        )
