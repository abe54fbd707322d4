"""`mintage virtual`: machines, meters, a pool and a chain to try everything on; nothing here is real."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.show import console, plain, print_json, print_table
from mintage.fleet.virtual.build import ACCOUNT, POOLS, FleetSpec, build_fleet
from mintage.fleet.virtual.faults import load_plan
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.units.clock import Clock, ScaledClock, SystemClock, write_clock
from mintage.units.errors import InputError

app = App(name="virtual", help="Virtual machines, meters, pool and chain to try everything on.")
app.command("mintage.cli.virtual_site:site", name="site")
app.command("mintage.cli.virtual_site:speed", name="speed")
app.command("mintage.cli.virtual_meter:meter", name="meter")
app.command("mintage.cli.virtual_pool:pool", name="pool")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FleetOptions(Options):
    """What a virtual fleet is made of.

    Attributes:
        network: loopback network whose first addresses the machines get.
        count: how many machines.
        mix: models and their shares; `mintage virtual models` lists them.
        seed: equal seeds make equal fleets.
        pools: stratum URLs that the machines work for.
        account: account at the pools; a machine works as "account.CxD" after its address A.B.C.D.
        ambient: temperature of the air or liquid that enters the machines, °C.
    """

    network: str = "127.0.1.0/24"
    count: int = 200
    mix: str = "A15-194=0.7,A16-282=0.1,Q=0.1,Nano3s=0.05,1566HA=0.05"
    seed: int = 1
    pools: tuple[str, ...] = POOLS
    account: str = ACCOUNT
    ambient: float = 25.0

    def spec(self) -> FleetSpec:
        """The same, as the fleet's builder takes it."""
        return FleetSpec(
            network=self.network,
            count=self.count,
            mix=self.mix,
            seed=self.seed,
            pools=self.pools,
            account=self.account,
            ambient_c=self.ambient,
        )


@app.command
def fleet(
    *,
    faults: Path | None = None,
    speed: float = 1.0,
    clock: Path | None = None,
    for_s: Annotated[float | None, Parameter(name="--for")] = None,
    options: FleetOptions = FleetOptions(),
) -> None:
    """Start virtual Avalons on loopback addresses at TCP 4028, until Ctrl-C.

    Example: mintage virtual fleet --network 127.0.1.0/24 --count 200 --mix A15-194=0.9,Q=0.1 --seed 1

    Args:
        faults: plan of what goes wrong; see examples/faults.toml.
        speed: seconds of the fleet's time per second.
        clock: where to leave the fleet's clock, for `--clock` of a site's commands.
        for_s: stop after so many real seconds.
    """
    if speed <= 0:
        raise InputError(f"a speed of {speed:g} cannot be.", field="--speed")
    spec = options.spec()
    built = build_fleet(spec, _clock(speed, clock), load_plan(faults) if faults else None)
    asyncio.run(_run(built, spec, for_s, as_json=options.json))


@app.command
def models(*, options: Options = Options()) -> None:
    """Models that can be played, with the source and grade of their figures.

    Example: mintage virtual models
    """
    from mintage.fleet.models import models as known  # noqa: PLC0415  the table loads only where it is shown

    if options.json:
        print_json(list(known().values()))
        return
    rows = [
        (
            model.model,
            model.name,
            f"{model.hashrate_ths:,.1f}",
            f"{model.power_w:,}",
            f"{model.power_w / model.hashrate_ths:.1f}",
            model.cooling,
            model.grade,
            len(model.assumed),
        )
        for model in known().values()
    ]
    columns = ("model", "name", "TH/s", "W", "J/TH", "cooling", "grade", "figures assumed")
    print_table("Avalon models", columns, rows, left=2, note="Which figures are assumed, and why: --json")


def _clock(speed: float, leave_at: Path | None) -> Clock:
    if speed == 1 and leave_at is None:
        return SystemClock()
    scaled = ScaledClock.starting(SystemClock().now_us(), speed)
    if leave_at:
        write_clock(scaled, leave_at)
    return scaled


async def _run(built: VirtualFleet, spec: FleetSpec, for_s: float | None, *, as_json: bool) -> None:
    """Serve until the time is up or somebody stops it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with built:
        _tell(built, spec, as_json=as_json)
        waiting = [asyncio.create_task(stop.wait()), asyncio.create_task(built.wait())]
        ended, rest = await asyncio.wait(waiting, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        for task in ended:
            task.result()


def _tell(built: VirtualFleet, spec: FleetSpec, *, as_json: bool) -> None:
    """One screen: what runs where, and how to look at it."""
    by_model = Counter(machine.model.model for machine in built.machines)
    if as_json:
        found = [
            {"model": model, "machines": number, "addresses": _places(built, model)}
            for model, number in by_model.most_common()
        ]
        print_json({"network": spec.network, "port": 4028, "machines": len(built.machines), "models": found})
        return
    rows = []
    for model, number in by_model.most_common():
        members = [machine for machine in built.machines if machine.model.model == model]
        ths = sum(machine.hash_ghs for machine in members) / 1000
        kilowatts = sum(machine.power_w() for machine in members) / 1000
        rows.append((model, f"{number:,}", f"{ths:,.0f}", f"{kilowatts:,.1f}", ", ".join(_places(built, model))))
    first, last = built.machines[0].address, built.machines[-1].address
    print_table(f"Virtual fleet, {first} to {last}, TCP 4028", ("model", "machines", "TH/s", "kW", "name"), rows)
    lines = (
        f"Find them:  mintage fleet scan {spec.network}",
        f"Ask one:    printf estats | nc {first} 4028",
        "Stop:       Ctrl-C",
    )
    for line in lines:
        console().print(plain(line))


def _places(built: VirtualFleet, model: str) -> list[str]:
    """Addresses of a model's machines, runs of neighbours joined."""
    numbers = [n for n, machine in enumerate(built.machines) if machine.model.model == model]
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    ends = [(built.machines[run[0]].address, built.machines[run[-1]].address) for run in runs]
    return [first if first == last else f"{first}-{last}" for first, last in ends]
