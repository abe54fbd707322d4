"""`mintage energy`: meters, tariffs, what power costs by the hour, heat sold, break-even prices."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.quantities import UNKNOWN
from mintage.cli.show import print_json, print_table, progress
from mintage.cli.site_options import SiteOptions
from mintage.fleet.energy.counter import QUALITIES
from mintage.fleet.energy.meters import MeterReader
from mintage.fleet.energy.profiles import profiles as known_profiles
from mintage.fleet.energy.readings import last_readings
from mintage.fleet.energy.tariff import Tariff, load_tariff
from mintage.fleet.sites import Site
from mintage.units import format_instant
from mintage.units.errors import InputError, WireError

app = App(name="energy", help="Meters, tariffs, what power costs, heat sold, break-even prices.")
tariff_app = App(name="tariff", help="Check tariff files.")
app.command(tariff_app)
_MORE = {
    "price": "energy_price",
    "breakeven": "energy_price",
    "cost": "energy_cost",
    "heat": "energy_cost",
    "program": "energy_cost",
}
for _name, _module in _MORE.items():
    app.command(f"mintage.cli.{_module}:{_name}", name=_name)  # each loads only when it is called


@app.command
def meters(*, read: Annotated[bool, Parameter(negative=())] = False, options: SiteOptions = SiteOptions()) -> int:
    """Meters of a site: the last reading that the agent kept of each, or a reading made now; exit 1 where one is bad.

    Example: mintage energy meters --site alder
    Example: mintage energy meters --site alder --read

    Args:
        read: ask the meters now, register by register, and keep nothing.
    """
    site = options.load()
    found = asyncio.run(_read_all(site)) if read else _kept(options, site)
    if options.json:
        print_json({"site": site.name, "meters": found})
    elif read:
        _print_registers(found)
    else:
        _print_kept(site.name, found)
    return int(any(row["quality"] != QUALITIES["good"] for row in found))


def _print_registers(found: list[dict[str, Any]]) -> None:
    for row in found:
        title = f"{row['meter']}, {row['profile']} at {row['address']}"
        values = [(name, UNKNOWN if value is None else f"{value:f}") for name, value in row["registers"].items()]
        print_table(title, ("", "value"), values, note=row["quality"])


def _print_kept(site: str, found: list[dict[str, Any]]) -> None:
    rows = [
        (
            row["meter"],
            row["measures"],
            row["profile"],
            row["address"],
            UNKNOWN if row["power_w"] is None else f"{row['power_w'] / 1000:,.1f}",
            UNKNOWN if row["energy_wh"] is None else f"{row['energy_wh'] / 1000:,.1f}",
            (row["at"] or "never")[:19].replace("T", " "),
            row["quality"],
        )
        for row in found
    ]
    heads = ("name", "measures", "profile", "address", "kW", "counter kWh", "read at (UTC)", "meaning")
    print_table(f"Meters of {site}", heads, rows, left=4)


def _kept(options: SiteOptions, site: Site) -> list[dict[str, Any]]:
    """The last reading of each meter as the agent kept it."""
    last = last_readings(options.kept_state(site)) if site.meter else {}
    found = []
    for meter in site.meter:
        row = last.get(meter.name)
        found.append(
            {
                "meter": meter.name,
                "measures": meter.measures,
                "profile": meter.profile,
                "address": meter.address,
                "at": format_instant(row.at_us) if row else None,
                "power_w": row.power_w if row else None,
                "energy_wh": row.energy_wh if row else None,
                "quality": QUALITIES.get(row.quality, row.quality) if row else "never read",
            }
        )
    return found


async def _read_all(site: Site) -> list[dict[str, Any]]:
    """Every register of every meter, now."""
    found = []
    with progress("Reading meters") as step:
        for number, meter in enumerate(site.meter, start=1):
            reader = MeterReader(site, meter)
            values: dict[str, Decimal | None] = {}
            try:
                registers, trouble = await reader.look()
                values = {str(name): value for name, value in registers.items()}
                quality = QUALITIES[trouble or "good"]
            except WireError as error:
                quality = error.problem
            finally:
                reader.close()
            found.append(
                {
                    "meter": meter.name,
                    "profile": meter.profile,
                    "address": meter.address,
                    "registers": values,
                    "quality": quality,
                }
            )
            step(number, len(site.meter))
    return found


@app.command
def profiles(name: str | None = None, *, options: Options = Options()) -> None:
    """Kinds of meters that can be read, with the register of each quantity, its source and grade.

    Example: mintage energy profiles
    Example: mintage energy profiles carlo-gavazzi-em24

    Args:
        name: only this profile.
    """
    held = [row for row in known_profiles().values() if name in {None, row.name}]
    if not held:
        known = ", ".join(sorted(known_profiles()))
        raise InputError(f"no meter profile is called '{name}'.", field="NAME", remedy=f"Known are {known}.")
    if options.json:
        print_json(held)
        return
    rows = [
        (row.name, quantity, f"{r.table} {r.address}", r.type, r.words, f"{r.scale:f}", r.grade)
        for row in held
        for quantity, r in row.registers.items()
    ]
    heads = ("name", "quantity", "registers from 0", "type", "words", "scale", "grade")
    note = f"{held[0].model}. Source: {held[0].source}." if len(held) == 1 else "Model and source: --json, or name one."
    print_table("Meter profiles", heads, rows, left=5, note=note)


@tariff_app.command
def check(file: Path, *, options: Options = Options()) -> int:
    """Read a tariff with its price files; say what applies when; exit 1 where days are left without a version.

    Example: mintage energy tariff check examples/tariff.toml

    Args:
        file: the tariff file.
    """
    found = load_tariff(file)
    series = [found.series(spec.name) for spec in found.file.series]
    gaps = found.gaps()
    if options.json:
        prices = [{"name": item.name, "intervals": len(item.prices)} for item in series]
        report = {"tariff": found.name, "zone": found.file.zone, "versions": found.file.version, "series": prices}
        print_json({**report, "gaps": gaps, "passed": not gaps})
        return int(bool(gaps))
    rows = [
        (
            version.first,
            version.until or "open",
            ", ".join(component.name for component in version.energy),
            ", ".join(version.charges) or "none",
            ", ".join(row.name for row in version.program) or "none",
        )
        for version in found.file.version
    ]
    heads = ("from", "until", "energy", "charges", "programs")
    told = [f"{item.name}: {len(item.prices):,} prices" for item in series]
    note = "; ".join((*told, *gaps)) or "no days are left without a version"
    print_table(f"Tariff {found.name}, {found.file.zone}", heads, rows, left=5, note=note)
    return int(bool(gaps))


def tariff_of(options: SiteOptions, file: Path | None) -> Tariff:
    """The tariff that a command names, or the site's own.

    Raises:
        InputError: the site names none, or it cannot be read.
    """
    if file is not None:
        return load_tariff(file)
    site = options.load()
    if not site.tariff:
        raise InputError("the site names no tariff.", field="tariff", remedy="Give --tariff FILE.")
    return load_tariff(Path(site.tariff))
