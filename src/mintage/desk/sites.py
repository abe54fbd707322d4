"""The sites whose agents run on this machine, as the desk reads and steers them through their state files."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from mintage.fleet.agent.lock import agent_runs
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER, Role, Site, User, load_site
from mintage.people.caller import Caller
from mintage.state.db import StateDb
from mintage.units.clock import Clock, read_clock
from mintage.units.errors import InputError

LOOK_S = 5.0
"""Real seconds after which the folder of sites is looked at again."""
_ROLES: tuple[tuple[str, Role], ...] = (
    ("fleet.read", "viewer"),
    ("fleet.act", "operator"),
    ("fleet.approve", "approver"),
)
"""What a right of the console is called at a site."""


@dataclass(frozen=True, kw_only=True)
class SiteDesk:
    """What services of the fleet need of a site.

    Attributes:
        site: its description.
        folder: where its agent keeps state and telemetry.
        db: its state file.
        latest: what its agent knew last of each machine; threads share it.
        clock: the time that it goes by.
    """

    site: Site
    folder: Path
    db: StateDb
    latest: SqliteLatest
    clock: Clock

    def as_(self, caller: Caller) -> SiteDesk:
        """The same desk, at which somebody has the roles that the console gives beside those of the site's file.

        A site whose file names nobody is open to whoever can write its files, and to nobody else: over the network its
        users are those of the console alone.
        """
        name = self.site.name
        roles = tuple(role for right, role in _ROLES if caller.may(right, name))
        if caller.may("people.write"):
            roles = (*roles, "admin")
        known = tuple(user for user in self.site.user if user.name != caller.name)
        return replace(
            self, site=msgspec.structs.replace(self.site, user=(*known, User(name=caller.name, roles=roles)))
        )

    @property
    def attended(self) -> bool:
        """Whether its agent runs."""
        return agent_runs(self.folder)


class Sites:
    """The sites under a folder; one that is added while the desk works is found within seconds.

    Args:
        folder: where each site keeps its state and telemetry, as `mintage agent --data` has it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, SiteDesk] = {}
        self._problems: dict[str, str] = {}
        self._described_ns: dict[str, int] = {}
        self._looked_s = -LOOK_S
        self._lock = threading.Lock()

    def all(self) -> dict[str, SiteDesk]:
        """Desks of the sites by name."""
        with self._lock:
            if time.monotonic() - self._looked_s >= LOOK_S:
                self._look()
                self._looked_s = time.monotonic()
            return dict(self._known)

    def problems(self) -> dict[str, str]:
        """Why a site's folder cannot be worked with, by site."""
        self.all()
        return dict(self._problems)

    def close(self) -> None:
        """Close the state files."""
        with self._lock:
            for desk in self._known.values():
                desk.db.close()
            self._known.clear()

    def _look(self) -> None:
        pointers = sorted(self.folder.glob(f"*/{SITE_POINTER}")) if self.folder.is_dir() else []
        self._problems = {}
        for pointer in pointers:
            name = pointer.parent.name
            try:
                described_ns = described(pointer.parent).stat().st_mtime_ns
                if name not in self._known:
                    self._known[name] = open_site(pointer.parent)
                elif described_ns != self._described_ns.get(name):  # somebody changed the site's file meanwhile
                    site = load_site(described(pointer.parent))
                    self._known[name] = replace(self._known[name], site=site)
                self._described_ns[name] = described_ns
            except (InputError, OSError) as error:
                self._problems[name] = str(error)


def described(folder: Path) -> Path:
    """The file that describes the site whose agent keeps its state in a folder."""
    return Path((folder / SITE_POINTER).read_text("utf-8").removesuffix("\n"))


def open_site(folder: Path) -> SiteDesk:
    """The desk of the site whose agent keeps its state in a folder.

    Raises:
        InputError: the site's file cannot be used, or no agent ever ran here.
        StoreError: its state cannot be opened.
    """
    path, state = described(folder), folder / "agent.db"
    if not state.is_file():
        raise InputError("no agent has kept anything here.", file=str(state), remedy="Run `mintage agent` first.")
    site, db, clock = load_site(path), StateDb(state), folder / SITE_CLOCK
    return SiteDesk(
        site=site,
        folder=folder,
        db=db,
        latest=SqliteLatest(db),
        clock=read_clock(clock if clock.is_file() else None),
    )
