"""`mintage fleet adopt` and `link`: machines become assets, and assets become serial numbers of the factory."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from mintage.cli.fleet_rows import latest_of, one_of, print_machines
from mintage.cli.options import actor
from mintage.cli.show import print_json, print_table
from mintage.cli.site_options import SiteOptions
from mintage.fleet.agent.lock import only_agent
from mintage.fleet.asset_store import Asset
from mintage.fleet.identity import Register
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.rows import machine_row
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.errors import InputError, LimitError
from mintage.units.serials import serial_range

_LINK_BYTES_MAX = 16 << 20
_NAMES = ("asset", "dna", "mac", "address")


def adopt_(*, options: SiteOptions = SiteOptions()) -> None:
    """Find a site's machines once, adopt the new ones and read each one; a running agent does so by itself.

    An adopted machine has an asset id, which outlives its address and boards. Adoption is a fact.

    Example: mintage fleet adopt --site alder
    """
    from mintage.fleet.agent.compose import compose  # noqa: PLC0415  start-up time counts, and an agent is large

    site = options.load()
    with only_agent(options.folder(site), site.name):
        db = options.state(site)
        before = {asset.asset for asset in _register(options, site, db).all()}
        with closing(options.journal()) as journal:
            tally = asyncio.run(compose(site, options.folder(site), options.time(), db, journal).once())
        machines = latest_of(db, site)
    now_us = options.time().now_us()
    rows = [machine_row(machine, now_us) for machine in machines]
    if options.json:
        print_json([{**row, "new": row["asset_id"] not in before} for row in rows])
        return
    new = sum(row["asset_id"] not in before for row in rows)
    print_machines(f"Machines of {site.name}", rows, note=f"{tally}; {new} adopted")


def link_(
    machine: str = "",
    serial: str = "",
    *,
    csv_: Annotated[Path | None, Parameter(name="--csv")] = None,
    options: SiteOptions = SiteOptions(),
) -> None:
    """Say which serial number of the factory's facts a machine has: its cost, warranty and earnings are one record.

    Example: mintage fleet link m-0123456789ab A15K000100 --site alder
    Example: mintage fleet link --csv serials.csv --site alder

    Args:
        machine: asset id, address, DNA or MAC of the machine.
        serial: its serial number; "" takes the link away.
        csv_: a file with the column serial and one of asset, dna, mac, address; all its rows are linked, or none.
    """
    if bool(machine) == bool(csv_):
        raise InputError("one machine or one file is to be linked.", remedy="Give MACHINE SERIAL, or --csv FILE.")
    site = options.load()
    db = options.kept_state(site)
    register = _register(options, site, db)
    done = []
    found = one_of(latest_of(db, site), machine) if machine else None
    with db.transaction():
        if found is not None or csv_ is None:
            done.append(register.link(found.asset if found else machine, _checked(serial)))
        else:
            for line, name, value, serial_ in _rows(csv_):
                try:
                    asset = value if name == "asset" else _named(register, name, value)
                    done.append(register.link(asset, _checked(serial_)))
                except InputError as error:
                    raise error.at(file=str(csv_), line=line) from error
        _show_serials(SqliteLatest(db), done)
    if options.json:
        print_json([{"asset_id": asset.asset, "address": asset.address, "serial": asset.serial} for asset in done])
        return
    print_table(
        "Linked", ("asset", "address", "serial"), [(a.asset, a.address, a.serial or "none") for a in done], left=3
    )


def _show_serials(latest: SqliteLatest, linked: Sequence[Asset]) -> None:
    """Let the latest state tell serial numbers at once; the agent would with its next poll."""
    known = {machine.asset: machine for machine in latest.all()}
    latest.put(
        msgspec.structs.replace(known[asset.asset], serial=asset.serial) for asset in linked if asset.asset in known
    )


def _register(options: SiteOptions, site: Site, db: StateDb) -> Register:
    from mintage.fleet.agent.compose import outbox  # noqa: PLC0415  as above

    clock = options.time()
    return Register(db, site, clock, outbox(options.folder(site), site, db, clock), actor())


def _checked(serial: str) -> str:
    """A serial number that the factory could have given, or ""."""
    if serial:
        serial_range(serial, serial)
    return serial


def _named(register: Register, name: str, value: str) -> str:
    found = register.by_name(**{name: value.lower() if name != "address" else value})
    if found is None:
        raise InputError(f"no machine has the {name} {value}.", field=name, remedy="See `mintage fleet list`.")
    return found.asset


def _rows(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Line, what names the machine, its value, and the serial number, of each row.

    Raises:
        InputError: the file is not there, is no such CSV, or a row is incomplete.
        LimitError: the file is too large.
    """
    try:
        if path.stat().st_size > _LINK_BYTES_MAX:
            raise LimitError(f"a file of serial numbers has at most {_LINK_BYTES_MAX:,} bytes.", file=str(path))
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("no such file.", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("this is not UTF-8 text.", file=str(path)) from error
    reader = csv.DictReader(text.splitlines())
    heads = [head.strip() for head in reader.fieldnames or ()]
    names = [name for name in _NAMES if name in heads]
    if "serial" not in heads or len(names) != 1 or len(heads) != 2:
        raise InputError(
            f"the columns are {', '.join(heads) or 'none'}.",
            file=str(path),
            line=1,
            remedy=f"Give the column serial and one of {', '.join(_NAMES)}.",
        )
    reader.fieldnames = heads
    for row in reader:
        value, serial = (row[names[0]] or "").strip(), (row["serial"] or "").strip()
        if not value or None in row:
            raise InputError(
                "this row does not name one machine and one serial number.",
                file=str(path),
                line=reader.line_num,
                field=names[0],
            )
        yield reader.line_num, names[0], value, serial
