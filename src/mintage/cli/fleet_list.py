"""`mintage fleet list` and `top`: machines of a site, filtered and sorted, and the worst of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from mintage.cli.fleet_rows import COLUMNS, FIELDS, heading, latest_of, machine_table, print_machines, readable_site
from mintage.cli.quantities import UNKNOWN
from mintage.cli.show import console, print_json, styled
from mintage.cli.site_desk import say_if_unattended
from mintage.cli.site_options import SiteOptions
from mintage.fleet.latest import Machine
from mintage.fleet.rows import NO_SNAPSHOT, machine_row
from mintage.fleet.scope import parse_scope
from mintage.units.errors import InputError

if TYPE_CHECKING:
    from rich.console import Group

_REFRESH_S = 2.0
_NOT_RANKED = {"hashrate_ths", "power_in_w", "efficiency_j_th", "mode"}


def list_(
    scope: str = "all",
    *,
    state: str | None = None,
    rack: str | None = None,
    model: str | None = None,
    problem: str | None = None,
    sort: str | None = None,
    limit: int | None = None,
    options: SiteOptions = SiteOptions(),
) -> None:
    """Machines of a site with their latest readings, as its agent keeps them.

    Example: mintage fleet list --site alder --state hashing --sort efficiency_j_th
    Example: mintage fleet list "rack=r1,r2 chip_max_c>=95"

    Args:
        scope: which machines, as for actions: "all", or terms such as "rack=r1 model=15-*".
        state: only machines in this state: hashing, starting, idle, asleep, fault, offline or unknown.
        rack: only machines of this rack.
        model: only machines of this model; * stands for anything.
        problem: only machines with a problem that has this text in it; "" for any problem.
        sort: a column of the JSON or a reading to sort by, the highest first; by default by place.
        limit: at most so many machines.
    """
    site = readable_site(options)
    wanted = parse_scope(scope)
    now_us = options.time().now_us()
    known = latest_of(options.kept_state(site), site)
    machines = [machine for machine in known if wanted.holds(machine)]
    rows = [(machine, machine_row(machine, now_us)) for machine in machines]
    rows = [
        (machine, row)
        for machine, row in rows
        if (state is None or row["state"] == state)
        and (rack is None or row["rack"] == rack)
        and (model is None or fnmatchcase((row["model"] or "").lower(), model.lower()))
        and (problem is None or any(problem.lower() in text.lower() for text in row["problems"]))
    ]
    if sort is not None:
        _sort(rows, sort)
    shown = [row for _, row in rows[:limit]]
    if options.json:
        print_json(shown)
        return
    say_if_unattended(options, site, known)
    print_machines(f"Machines of {site.name}", shown, note=in_all(rows))


def _sort(rows: list[tuple[Machine, dict[str, Any]]], name: str) -> None:
    """Sort by a column or reading, the highest first; unknown comes last."""
    if name not in FIELDS and name not in COLUMNS:
        known = ", ".join(sorted({*FIELDS, *COLUMNS} - {"problems"}))
        raise InputError(f"nothing is called '{name}'.", field="--sort", remedy=f"Sort by one of {known}.")

    def value(pair: tuple[Machine, dict[str, Any]]) -> Any:
        machine, row = pair
        return row[name] if name in row else (machine.snapshot or NO_SNAPSHOT).values.get(name)

    known_rows = [pair for pair in rows if value(pair) is not None]
    text = any(isinstance(value(pair), str) for pair in known_rows)
    known_rows.sort(key=value, reverse=not text)
    rows[:] = known_rows + [pair for pair in rows if value(pair) is None]


def in_all(rows: Sequence[tuple[Machine, dict[str, Any]]]) -> str:
    """Machines, hash rate and power in all, with how many are unknown."""
    parts = [f"{len(rows):,} machines, {sum(row['state'] == 'hashing' for _, row in rows):,} hashing"]
    for name, unit in (("hashrate_ths", "TH/s"), ("power_in_w", "W")):
        told = [row[name] for _, row in rows if row[name] is not None]
        silent = len(rows) - len(told)
        known = f"{sum(told):,.0f} {unit}" + (f" ({UNKNOWN} of {silent:,})" if silent else "")
        parts.append(known if told or not rows else f"{unit} {UNKNOWN}")
    return "; ".join(parts)


Measure = Literal["low-hash", "hottest", "efficiency", "errors", "power"]
_MEASURES: dict[str, str] = {
    "low-hash": "hash rate, % of expected",
    "hottest": heading("chip_max_c"),
    "efficiency": "J/TH",
    "errors": heading("error_pct"),
    "power": heading("power_in_w"),
}


def measured(machine: Machine, by: Measure) -> float | None:
    """How bad a machine is by a measure, in the measure's unit; None where it is unknown."""
    snapshot = machine.snapshot
    if snapshot is None:
        return None
    if by == "low-hash":
        expected = snapshot.number("hashrate_expected_ths") or machine.identity.nameplate_ths
        told = snapshot.number("hashrate_ths")
        return 100 * told / expected if told is not None and expected else None
    if by == "efficiency":
        return snapshot.efficiency_j_th
    return snapshot.number({"hottest": "chip_max_c", "errors": "error_pct", "power": "power_in_w"}[by])


def worst(machines: Sequence[Machine], by: Measure, count: int) -> tuple[list[tuple[float, Machine]], int]:
    """The worst machines, the worst first, and of how many the measure is unknown."""
    known = [(value, machine) for machine in machines if (value := measured(machine, by)) is not None]
    known.sort(key=lambda pair: (pair[0] if by == "low-hash" else -pair[0], pair[1].asset))
    return known[:count], len(machines) - len(known)


def top_(
    by: Measure = "low-hash", *, count: int = 20, once: bool = False, options: SiteOptions = SiteOptions()
) -> None:
    """The worst machines of a site by a measure, refreshed every other second on a terminal until you press Ctrl-C.

    Example: mintage fleet top hottest --site alder --count 10

    Args:
        by: low-hash (share of the expected hash rate), hottest, efficiency (J/TH), errors or power.
        count: how many.
        once: print once, on a terminal too.
    """
    site = readable_site(options)
    db = options.kept_state(site)
    clock = options.time()

    def found() -> dict[str, Any]:
        rows, unknown = worst(latest_of(db, site), by, count)
        machines = [{**machine_row(machine, clock.now_us()), "value": round(value, 2)} for value, machine in rows]
        return {"by": by, "measure": _MEASURES[by], "machines": machines, "unknown": unknown}

    if options.json:
        print_json(found())
        return
    say_if_unattended(options, site, latest_of(db, site))
    if once or not sys.stdout.isatty():
        console().print(_ranking(site.name, found()))
        return
    from rich.live import Live  # noqa: PLC0415  only a terminal needs it

    with suppress(KeyboardInterrupt), Live(console=console(), screen=True, auto_refresh=False) as live:
        while True:
            live.update(_ranking(site.name, found()), refresh=True)
            time.sleep(_REFRESH_S)


def _ranking(site: str, told: dict[str, Any]) -> Group:
    from rich.console import Group  # noqa: PLC0415  as above

    table = machine_table(told["machines"], first=("value", told["measure"]), without=_NOT_RANKED)
    note = f"{told['unknown']:,} machines do not tell it" if told["unknown"] else ""
    return Group(styled(f"Worst of {site} by {told['measure']}", "bold"), table, styled(note, "dim"))
