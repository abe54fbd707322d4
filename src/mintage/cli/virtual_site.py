"""`mintage virtual site`: a whole site to try everything on, on real sockets."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from mintage.cli.show import print_json, print_table
from mintage.cli.site_options import SiteOptions
from mintage.fleet.sites import SITE_CLOCK as CLOCK
from mintage.fleet.sites import Site
from mintage.units import format_instant, parse_instant
from mintage.units.clock import FileClock, ScaledClock, read_clock, write_clock
from mintage.units.errors import InputError
from mintage.virtual.site import VirtualSite

SPEED_MAX = 100_000.0


def site(path: str = "", *, speed: float = 0, last: float = 0, options: SiteOptions = SiteOptions()) -> None:
    """Start a virtual site: machines, meters, pool and chain, each on its own socket, on a clock of their own.

    It runs until it is interrupted. Its clock is left in the site's folder, for the `--clock` of other commands.

    Example: mintage virtual site examples/site.toml --speed 60

    Args:
        path: the site's file; that of `--site` where left out.
        speed: seconds of the site's time per second; as the file says where 0.
        last: stop after so many hours of the site's time; never where 0.
    """
    chosen = replace(options, site=path) if path else options
    described = chosen.load()
    began = ScaledClock.starting(parse_instant(described.virtual.start), speed or described.virtual.speed)
    folder = chosen.folder(described)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "chain", ignore_errors=True)  # a virtual chain lives as long as its site
    (folder / CLOCK).unlink(missing_ok=True)
    clock = FileClock(folder / CLOCK, began)
    asyncio.run(_run(VirtualSite(described, clock, folder), (began, clock), folder, last, chosen))


def speed(factor: float, *, options: SiteOptions = SiteOptions()) -> None:
    """Let the time of a virtual site that runs go on at another speed; everybody who goes by its clock follows.

    Example: mintage virtual speed 60

    Args:
        factor: seconds of the site's time per second.
        options: shared options.
    """
    if not 0 < factor <= SPEED_MAX:
        raise InputError(f"time cannot run {factor:g} times as fast.", field="factor", remedy="Give 1 for real time.")
    path = options.folder(options.load()) / CLOCK
    write_clock(ScaledClock.starting(read_clock(path).now_us(), factor), path)


async def _run(
    playing: VirtualSite, times: tuple[ScaledClock, FileClock], folder: Path, hours: float, options: SiteOptions
) -> None:
    began, clock = times
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with playing:
        write_clock(began, folder / CLOCK)  # only a site that answers has a clock to go by
        _announce(playing, clock, folder, options)
        ends = [asyncio.create_task(stop.wait()), asyncio.create_task(playing.failed())]
        if hours:
            ends.append(asyncio.create_task(clock.sleep(timedelta(hours=hours).total_seconds())))
        done, rest = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for task in done:
            task.result()
        await playing.hand_over()


def _announce(playing: VirtualSite, clock: FileClock, folder: Path, options: SiteOptions) -> None:
    described: Site = playing.site
    models = Counter(machine.model.model for machine in playing.fleet.machines)
    if options.json:
        print_json(
            {
                "site": described.name,
                "machines": dict(models),
                "ranges": described.ranges,
                "meters": [meter.address for meter in described.meter],
                "pool": {"stratum": playing.account.stratum[0], "api": f"http://{described.virtual.pool_listen}"},
                "chain": {
                    "esplora": f"http://{described.virtual.chain_listen}",
                    "electrum": f"tcp://{described.virtual.chain_listen.rpartition(':')[0]}:{playing.electrum_port}",
                },
                "clock": str(folder / CLOCK),
                "now": format_instant(clock.now_us()),
                "speed": clock.speed,
            }
        )
        return
    rows = [
        ("machines", ", ".join(f"{number} {model}" for model, number in models.most_common())),
        ("addresses", f"{', '.join(described.ranges)} (TCP 4028)"),
        ("meters", ", ".join(f"{meter.name} at {meter.address} (Modbus TCP)" for meter in described.meter) or "none"),
        ("pool", f"{playing.account.stratum[0]}; statements at http://{described.virtual.pool_listen}"),
        ("chain", f"regtest; Esplora at http://{described.virtual.chain_listen}, Electrum at :{playing.electrum_port}"),
        ("clock", f"{format_instant(clock.now_us())}, {clock.speed:g} times as fast; {folder / 'clock.json'}"),
    ]
    note = f"next: mintage agent --site {options.site} --clock {folder / 'clock.json'}"
    print_table(f"Virtual site {described.name}", ("what", "where"), rows, note=note, left=2)
