"""How the commands of the fleet tell machines in tables, and which machine somebody means."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mintage.cli.options import actor
from mintage.cli.quantities import UNKNOWN
from mintage.cli.show import console, plain
from mintage.cli.site_options import SiteOptions
from mintage.fleet.control.roles import may
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.readings import Field, fields
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

FIELDS = {field.name: field for field in fields()}


COLUMNS = {
    "asset_id": "asset",
    "rack": "rack",
    "slot": "slot",
    "address": "address",
    "model": "model",
    "hashrate_ths": FIELDS["hashrate_ths"].unit,
    "power_in_w": FIELDS["power_in_w"].unit,
    "efficiency_j_th": "J/TH",
    "mode": FIELDS["mode"].en.lower(),
    "state": FIELDS["state"].en.lower(),
    "problems": "problems",
}
"""Columns of a table of machines, with their headings."""
_WIDTHS = {"model": 18, "mode": 14}
"""Longest texts of machines in their columns; JSON and `fleet show` have them whole."""
_FIGURES = {"slot", "hashrate_ths", "power_in_w", "efficiency_j_th"}


def heading(name: str) -> str:
    """Label and unit of a reading."""
    field = FIELDS[name]
    return field.en if field.unit in {"name", "text", "count"} else f"{field.en} {field.unit}"


def figure(value: float | str | None, field: Field | None = None) -> str:
    """A reading as tables print it, at the resolution at which it is kept."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    digits = max(0, len(f"{field.step:g}".partition(".")[2])) if field else 1
    return f"{value:,.{digits}f}"


def print_machines(title: str, rows: Iterable[Mapping[str, Any]], *, note: str, without: Container[str] = ()) -> None:
    """Print a table of machines; a long list of problems is folded, everything else stays in its line.

    Args:
        title: what it shows.
        rows: machines as `mintage.fleet.rows` tells them.
        note: a line under it.
        without: columns to leave out.
    """
    screen = console()
    screen.print(plain(title), style="bold")
    screen.print(machine_table(rows, without=without))
    screen.print(plain(note), style="dim")
    screen.print()


def machine_table(
    rows: Iterable[Mapping[str, Any]], *, first: tuple[str, str] | None = None, without: Container[str] = ()
) -> Table:
    """A table of machines.

    Args:
        rows: machines as `mintage.fleet.rows` tells them.
        first: key and heading of a figure to begin with.
        without: columns to leave out.
    """
    from rich.table import Table  # noqa: PLC0415  rich loads only when something is printed

    table = Table(header_style="dim", box=None, pad_edge=False)
    columns = dict([first] if first else []) | {name: head for name, head in COLUMNS.items() if name not in without}
    for name, head in columns.items():
        right = name in _FIGURES or (first is not None and name == first[0])
        table.add_column(
            head,
            justify="right" if right else "left",
            no_wrap=name != "problems",
            overflow="ellipsis" if name in _WIDTHS else "fold",
            max_width=_WIDTHS.get(name),
        )
    for row in rows:
        table.add_row(*[plain(_cell(row, name)) for name in columns])
    return table


def _cell(row: Mapping[str, Any], name: str) -> str:
    if name == "problems":
        return "; ".join(row[name])
    if name in {"rack", "slot"} and row[name] is None:
        return ""
    return figure(row[name], FIELDS.get(name))


def readable_site(options: SiteOptions) -> Site:
    """The site, for somebody who may look at it.

    Raises:
        InputError: its file cannot be read, or who runs the command has no role there that reads.
    """
    site = options.load()
    may(site, actor(), "read")
    return site


def latest_of(db: StateDb, site: Site) -> list[Machine]:
    """The latest state of a site's machines, by place and address.

    Raises:
        InputError: no machine was ever adopted there.
    """
    found = SqliteLatest(db).all(site.name)
    if not found:
        raise InputError(
            f"no machine is known at {site.name}.",
            remedy=f"Run `mintage agent --site {site.name} --once`, or `mintage fleet adopt`.",
        )
    return sorted(found, key=lambda machine: (machine.place.hall, machine.place.rack, address_order(machine)))


def address_order(machine: Machine) -> tuple[int, ...]:
    """Sorts addresses as numbers."""
    return tuple(int(part) for part in machine.place.address.split(".") if part.isdigit())


def one_of(machines: Iterable[Machine], name: str) -> Machine:
    """The machine that somebody means by an asset id (or its beginning), an address, a DNA, a MAC or a serial number.

    Raises:
        InputError: none or several are meant.
    """
    machines = list(machines)
    wanted = name.strip().lower()
    exact = [machine for machine in machines if wanted in _names(machine)]
    found = exact or [machine for machine in machines if machine.asset.startswith(wanted)]
    if len(found) != 1:
        which = "no machine" if not found else f"{len(found)} machines"
        raise InputError(
            f"'{name}' means {which}.",
            field="asset",
            remedy="Give an asset id, address, DNA, MAC or serial number; see `mintage fleet list`.",
        )
    return found[0]


def _names(machine: Machine) -> set[str]:
    identity = machine.identity
    names = {machine.asset, machine.place.address, identity.dna, identity.mac, machine.serial, identity.serial}
    return {name.lower() for name in names if name}
