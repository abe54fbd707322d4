"""Options of the commands that work on one site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mintage.cli.options import Options
from mintage.fleet.sites import SITE_POINTER, Site, load_site
from mintage.state.db import StateDb
from mintage.units.clock import Clock, read_clock
from mintage.units.errors import InputError


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SiteOptions(Options):
    """Shared options of a site's commands.

    Attributes:
        site: the site's file, or its name: NAME.toml here or under sites/, or the file that its agent last ran with.
        data: folder in which each site keeps its state and telemetry.
        clock: clock of a virtual site, as `mintage virtual site` leaves it; this machine's clock where not given.
    """

    site: Annotated[str, Parameter(env_var="MINTAGE_SITE")] = "site.toml"
    data: Annotated[Path, Parameter(env_var="MINTAGE_DATA")] = Path("var/sites")
    clock: Annotated[Path | None, Parameter(env_var="MINTAGE_CLOCK")] = None

    def site_path(self) -> Path:
        """The site's file.

        Raises:
            InputError: no file has that name, or the one that the site's agent ran with is gone.
        """
        named, pointer = f"{self.site}.toml", self.data / self.site / SITE_POINTER
        tried = (Path(self.site), Path(named), Path("sites") / named)
        for path in tried:
            if path.is_file():
                return path
        if pointer.is_file():
            path = Path(pointer.read_text("utf-8").removesuffix("\n"))
            if path.is_file():
                return path
            raise InputError(
                f"the agent of '{self.site}' last ran with {path}, which is gone.",
                field="--site",
                remedy="Give the site's file; the next agent remembers where it is.",
            )
        raise InputError(
            f"no site '{self.site}' is described.",
            field="--site",
            remedy=f"Write one like examples/site.toml; looked for {', '.join(map(str, (*tried, pointer)))}.",
        )

    def load(self) -> Site:
        """The site's description."""
        return load_site(self.site_path())

    def folder(self, site: Site) -> Path:
        """Where the site keeps its state and telemetry."""
        return self.data / site.name

    def state(self, site: Site) -> StateDb:
        """The site's state file."""
        return StateDb(self.folder(site) / "agent.db")

    def kept_state(self, site: Site) -> StateDb:
        """The state file of a site whose agent has run; a command that only reads makes none.

        Raises:
            InputError: no agent ever ran for the site.
        """
        path = self.folder(site) / "agent.db"
        if not path.is_file():
            raise InputError(
                f"no agent has run for {site.name} yet: there is no {path}.",
                remedy=f"Run `mintage agent --site {self.site}`, or give the --data folder that it uses.",
            )
        return self.state(site)

    def time(self) -> Clock:
        """The clock that the site goes by."""
        return read_clock(self.clock)
