"""A site as commands work on it: its file, its state, its machines and its time."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mintage.cli.site_options import SiteOptions
from mintage.fleet.agent.lock import agent_runs
from mintage.fleet.latest import LatestState, Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.clock import Clock


@dataclass(frozen=True, kw_only=True)
class SiteDesk:
    """What services of the fleet need of a site.

    Attributes:
        site: its description.
        db: its state file.
        latest: what its agent knew last of each machine.
        clock: the time that it goes by.
    """

    site: Site
    db: StateDb
    latest: LatestState
    clock: Clock


def open_desk(options: SiteOptions) -> SiteDesk:
    """The desk of the site that a command names."""
    site = options.load()
    db = options.state(site)
    return SiteDesk(site=site, db=db, latest=SqliteLatest(db), clock=options.time())


def when(at_us: int | None) -> str:
    """An instant in UTC as people read it; "" where there is none."""
    return "" if at_us is None else datetime.fromtimestamp(at_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def say_if_unattended(options: SiteOptions, site: Site, machines: Iterable[Machine]) -> None:
    """Say on standard error, beside a table, that no agent runs: what the table shows may have changed since.

    Args:
        options: the command's options; beside JSON nothing is said.
        site: the site.
        machines: what its agent knew last; the newest poll tells when that was.
    """
    if options.json or agent_runs(options.folder(site)):
        return
    polled_us = max((item.snapshot.at_us for item in machines if item.snapshot is not None), default=None)
    if polled_us is None:
        known = "it knows of no machine yet"
    else:
        at, now = (datetime.fromtimestamp(at_us / 1_000_000, UTC) for at_us in (polled_us, options.time().now_us()))
        known = f"this is what it knew at {at:{'%H:%M' if at.date() == now.date() else '%Y-%m-%d %H:%M'}} UTC"
    print(f"⚠ no agent runs for {site.name}: {known}", file=sys.stderr)
