"""What an agent of a site is made of."""

from __future__ import annotations

from pathlib import Path

from mintage.fleet.agent.agent import Agent
from mintage.fleet.context import Part
from mintage.fleet.control.worker import work
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.energy.meters import read_meters
from mintage.fleet.sites import Site
from mintage.fleet.statedb import StateDb
from mintage.fleet.telemetry.writer import Writer
from mintage.fleet.uplink.outbox import Outbox
from mintage.units.clock import Clock


def outbox(folder: Path, site: Site, db: StateDb, clock: Clock) -> Outbox:
    """The outbox of a site."""
    return Outbox(db, folder / "outbox", site.name, clock)


def compose(site: Site, folder: Path, clock: Clock, db: StateDb, upload: Part | None = None) -> Agent:
    """The agent of a site with all its parts.

    Args:
        site: the site's description.
        folder: where its files are.
        clock: the time that it goes by.
        db: its state file.
        upload: brings the outbox to headquarters; None leaves it to wait.

    Raises:
        InputError: a driver of another package cannot be loaded.
    """
    box = outbox(folder, site, db, clock)
    writer = Writer(folder, site.name, clock, site.agent.flush_s, box)
    parts: dict[str, Part] = {"telemetry": writer.run, "meters": read_meters, "control": work}
    if upload:
        parts["uplink"] = upload
    return Agent(site, folder, clock, db, box, drivers(), parts=parts, heard=writer.add)
