"""`mintage fleet scan`: who answers in some ranges, and how they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Annotated, Any

from cyclopts import Parameter

from mintage.cli.fleet_rows import print_machines
from mintage.cli.show import print_json, progress
from mintage.cli.site_options import SiteOptions
from mintage.fleet.agent.lock import agent_runs
from mintage.fleet.discovery import Search, Tally
from mintage.fleet.identity import Found, Register
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.ranges import addresses
from mintage.fleet.rows import scan_row
from mintage.fleet.sites import Site
from mintage.journal.fact import Fact
from mintage.units.clock import SystemClock
from mintage.units.errors import InputError

_SLOW_S = 3600.0


def scan_(
    *ranges: str,
    concurrency: Annotated[int, Parameter(alias="-c")] = 500,
    timeout: float = 1.0,
    options: SiteOptions = SiteOptions(),
) -> None:
    """Find machines in CIDR blocks, ranges and single addresses, and read each one once.

    Works without a site file. With one, machines that were adopted are told with their asset id, and those that a
    running agent polls are not asked a second time. Nothing is adopted or changed.

    Example: mintage fleet scan 10.1.0.0/24 10.2.0.10-10.2.0.40 --json

    Args:
        ranges: where to search; the site's ranges where none is given.
        concurrency: connections open at once.
        timeout: seconds within which an address must accept a connection. What did not is asked once more.
    """
    from mintage.fleet.drivers.registry import drivers  # noqa: PLC0415  start-up time counts

    if concurrency < 1 or timeout <= 0:
        raise InputError("a search needs at least one connection and some time.", field="--concurrency, --timeout")
    site = _site(options, needed=not ranges)
    wanted = list(addresses(ranges or (site.ranges if site else ())))
    known, register = _known(options, site)
    with progress("addresses asked") as step:
        search = Search(
            (address for address in wanted if address not in known),
            drivers(),
            concurrency=concurrency,
            connect_s=timeout,
        )
        rows = asyncio.run(_read_all(search, register, step))
    rows += [
        scan_row(address, machine.identity, machine.snapshot, machine.asset)
        for address, machine in known.items()
        if machine.snapshot and address in set(wanted)
    ]
    rows.sort(key=lambda row: [int(part) for part in row["address"].split(".")])
    if options.json:
        print_json(rows)
        return
    cells = [{**row, "asset_id": row["asset_id"] or "not adopted"} for row in rows]
    note = _note(search.tally, len(rows) - search.tally.machines)
    print_machines("Machines found", cells, note=note, without={"rack", "slot"})


def _site(options: SiteOptions, *, needed: bool) -> Site | None:
    """The site; None where there is no file of it and ranges say where to search."""
    try:
        path = options.site_path()
    except InputError as error:
        if needed:
            raise InputError(
                "no ranges are given and no site is described.",
                remedy="Give ranges such as 10.1.0.0/24, or --site FILE.",
            ) from error
        return None
    return options.load() if path else None


def _known(options: SiteOptions, site: Site | None) -> tuple[dict[str, Machine], Register | None]:
    """Machines that a running agent polls, by address, and the register; nothing where no agent ever ran."""
    if site is None or not (options.folder(site) / "agent.db").is_file():
        return {}, None
    db = options.state(site)
    polled = SqliteLatest(db).all(site.name) if agent_runs(options.folder(site)) else []
    known = {machine.place.address: machine for machine in polled if machine.state != "offline"}
    return known, Register(db, site, options.time(), _Deaf())


class _Deaf:
    """A recorder for those who only read the register."""

    def record(self, facts: Iterable[Fact]) -> None:
        raise AssertionError(f"a scan changes nothing, yet told {len(list(facts))} facts")


async def _read_all(
    search: Search, register: Register | None, step: Callable[[int, int | None], None]
) -> list[dict[str, Any]]:
    """Find machines and read each one while the search goes on."""
    from mintage.fleet.drivers.registry import open_session  # noqa: PLC0415  as above

    rows: list[dict[str, Any]] = []
    slots = asyncio.Semaphore(100)

    async def read(found: Found) -> None:
        async with slots:
            session = open_session(found.target, found.identity, SystemClock(), _SLOW_S)
            snapshot = await session.poll()
        asset = register.who(found.identity, found.address) if register else None
        rows.append(scan_row(found.address, found.identity, snapshot, asset.asset if asset else None))

    async def show() -> None:
        while True:
            step(search.tally.asked, search.tally.total)
            await asyncio.sleep(0.1)

    shown = asyncio.create_task(show())
    try:
        async with asyncio.TaskGroup() as reads:
            async for found in search.found():
                reads.create_task(read(found))
    finally:
        shown.cancel()
        with suppress(asyncio.CancelledError):
            await shown
    return rows


def _note(tally: Tally, polled: int) -> str:
    return f"{tally}" + (f"; {polled:,} more as the running agent read them" if polled else "")
