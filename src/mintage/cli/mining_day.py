"""`mintage mining reconcile` and `mintage mining pools`: a site's day from shares to satoshis, and who can be read."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from mintage.cli.mining import cost_cells, cost_json
from mintage.cli.options import actor
from mintage.cli.quantities import UNKNOWN, Day, shown, units
from mintage.cli.show import print_json, print_table, progress, styled
from mintage.cli.site_options import SiteOptions
from mintage.daily.service import DayReport, run_day
from mintage.daily.sources import pool_opener, site_sources
from mintage.fleet.sites import Site
from mintage.journal.store import Journal
from mintage.mining.cost import CostRow, cost_by_site
from mintage.mining.drivers.registry import pool_kinds
from mintage.mining.reconcile import TITLES, Step, Tolerances
from mintage.units import parse_period
from mintage.units.errors import InputError, WireError
from mintage.wire.http import Web

_UNITS = {"sat": ("BTC", "BTC"), "Wh": ("kWh", "ENERGY"), "cent": ("USD", "USD")}
"""Minor unit to the unit that is printed and its commodity; difficulty is printed as it is."""
_MARKS = {"ok": ("✓ ok", "green"), "beyond": ("✗ BEYOND", "bold red"), "unknown": ("? unknown", "yellow")}


def reconcile(
    *,
    day: Day,
    wallets: Path | None = None,
    record: Annotated[bool, Parameter(negative="--no-record")] = True,
    accept_energy: Annotated[bool, Parameter(negative=())] = False,
    options: SiteOptions = SiteOptions(),
) -> int:
    """Hold a site's day together, from the machines' work to the satoshis on chain, and record what follows.

    Each step stands beside the one before; exit 1 where a step is beyond its tolerance. What is recorded (earned,
    paid, power used) is recorded once; a later correction adds the difference.

    Example: mintage mining reconcile --site examples/site.toml --day 2025-07-01 --wallets examples/wallets.toml

    Args:
        day: day in UTC; it must have ended.
        wallets: file of the wallets that pools pay to; without it nothing is looked for on chain.
        record: whether to record; otherwise the report says what would be.
        accept_energy: record power although the meters are far from the machines: somebody looked, and believes them.
    """
    site, now_us = options.load(), options.time().now_us()
    if day >= datetime.fromtimestamp(now_us // 1_000_000, UTC).date():
        raise InputError(f"{day} has not ended.", field="--day", remedy="Ask for a day that is over in UTC.")
    journal = options.journal()
    tolerances = Tolerances(energy_times=None) if accept_energy else Tolerances()
    with progress(f"asking the sources of {site.name}"):
        report = asyncio.run(_run(journal, site, day, now_us, wallets, tolerances, record=record, options=options))
    costs = cost_by_site(journal, parse_period(day.isoformat())).get(site.name, ())
    if options.json:
        print_json(_json(report, costs))
    else:
        _print(report, costs)
    return 1 if report.reconciliation.verdict == "beyond" else 0


def pools(*, ask: Annotated[bool, Parameter(negative=())] = False, options: SiteOptions = SiteOptions()) -> None:
    """Kinds of pools whose statements can be read, with what they state and what they are silent about.

    Example: mintage mining pools

    Example: mintage mining pools --ask --site examples/site.toml

    Args:
        ask: ask the site's own pools for the hash rate that they see, instead.
    """
    if ask:
        _print_accounts(options)
        return
    kinds = pool_kinds()
    if options.json:
        print_json({"pools": kinds})
        return
    rows = [(kind.name, kind.title, kind.scheme, str(kind.read), _words(kind.states)) for kind in kinds]
    heads = ("adapter", "pool", "pays by", "form read", "states of a day")
    note = "--json adds where each form was taken from, and why a pool is silent about the rest"
    print_table("Pools whose statements can be read", heads, rows, note=note, left=5)


def _print_accounts(options: SiteOptions) -> None:
    site = options.load()
    seen = asyncio.run(_hashrates(site))
    if options.json:
        print_json({"site": site.name, "accounts": seen})
        return
    rows = [
        (item["pool"], item["account"], shown(item["hashrate_ths"], 1), item["workers"] or "", item["reason"])
        for item in seen
    ]
    print_table(f"What pools see of {site.name}", ("pool", "account", "TH/s", "workers", "meaning"), rows, left=2)


async def _hashrates(site: Site) -> list[dict[str, Any]]:
    """The hash rate that each of a site's pools sees, or why that is not known."""
    seen = []
    async with Web() as web:
        opened = pool_opener(web, os.environ)
        for account in site.pool:
            found, reason = None, ""
            try:
                found = await opened(account).hashrate(account.account)
                reason = "" if found else "this source does not tell the hash rate of now."
            except (InputError, WireError) as error:
                reason = str(error)
            seen.append(
                {
                    "pool": account.name,
                    "account": account.account,
                    "hashrate_ths": found.hashrate_ths if found else None,
                    "window_s": found.window_s if found else None,
                    "workers": found.workers if found else None,
                    "reason": reason,
                }
            )
    return seen


async def _run(
    journal: Journal,
    site: Site,
    day: date,
    now_us: int,
    wallets: Path | None,
    tolerances: Tolerances,
    *,
    record: bool,
    options: SiteOptions,
) -> DayReport:
    state = options.folder(site) / "agent.db"
    db = options.state(site) if state.is_file() else None
    try:
        async with Web() as web:
            sources = site_sources(site, web, wallets=wallets, db=db)
            return await run_day(
                journal,
                site,
                day,
                sources,
                actor=actor(),
                now_us=now_us,
                record=record,
                tolerances=tolerances,
            )
    finally:
        if db is not None:
            db.close()


def _json(report: DayReport, costs: tuple[CostRow, ...]) -> dict[str, Any]:
    told = report.reconciliation
    return {
        "site": told.site,
        "day": told.day,
        "verdict": told.verdict,
        "closed": report.closed,
        "steps": [_step(step) for step in told.steps],
        "recorded": report.recorded,
        "pending": report.pending,
        "missing": report.missing,
        "cost": [cost_json(row) for row in costs],
    }


def _step(step: Step) -> dict[str, Any]:
    unit, commodity = _UNITS.get(step.unit, (step.unit, ""))
    figures = {name: getattr(step, name) for name in ("amount", "against", "difference", "tolerance")}
    return {
        "step": step.id,
        "pool": step.pool,
        "unit": unit,
        **{name: _figure(value, commodity) for name, value in figures.items()},
        "verdict": step.verdict,
        "reason": step.reason,
    }


def _figure(value: int | None, commodity: str) -> Decimal | int | None:
    return units(value, commodity) if value is not None and commodity else value


def _print(report: DayReport, costs: tuple[CostRow, ...]) -> None:
    told = report.reconciliation
    rows = []
    for step in told.steps:
        told_step = _step(step)
        mark, style = _MARKS[step.verdict]
        figures = [told_step[name] for name in ("amount", "difference", "tolerance")]
        amount = UNKNOWN if figures[0] is None else shown(figures[0])
        others = ["" if value is None else shown(value) for value in figures[1:]]
        words = (TITLES[step.id], step.pool, styled(mark, style))
        rows.append((*words, amount, *others, told_step["unit"], step.reason))
    columns = ("step", "pool", "verdict", "amount", "difference", "tolerance", "unit", "meaning")
    print_table(f"{told.site}, {told.day}", columns, rows, note=_closing(report), left=3)
    if costs:
        heads = ("row", "USD", "USD per BTC", "why unknown")
        print_table(f"Cost of one bitcoin at {told.site}, {told.day}", heads, map(cost_cells, costs))


def _closing(report: DayReport) -> str:
    lines = [f"recorded {key}" for key in report.recorded] + [f"would record {key}" for key in report.pending]
    lines += [f"not recorded: {text}" for text in report.missing]
    state = "closed" if report.closed else "open"
    return "\n".join([f"The day is {state} in the journal.", *lines])


def _words(fields: tuple[str, ...]) -> str:
    return ", ".join(field.removesuffix("_sats").removesuffix("_ths").replace("_", " ") for field in fields)
