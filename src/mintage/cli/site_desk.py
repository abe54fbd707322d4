"""A site as commands work on it: its file, its state, its machines and its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from mintage.cli.site_options import SiteOptions
from mintage.fleet.latest import LatestState
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import Site
from mintage.fleet.statedb import StateDb
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
