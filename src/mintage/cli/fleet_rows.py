"""How the commands of the fleet tell machines in tables, and which machine somebody means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mintage.cli.quantities import UNKNOWN
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.readings import Field, fields
from mintage.fleet.sites import Site
from mintage.fleet.statedb import StateDb
from mintage.units.errors import InputError

FIELDS = {field.name: field for field in fields()}


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


def table_cells(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Cells of a row for a table."""
    return [
        "; ".join(row[name]) if name == "problems" else figure(row[name], FIELDS.get(name)) if name in row else ""
        for name in names
    ]


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
