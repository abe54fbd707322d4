"""Options of the commands that save a company and bring it back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mintage.cli.options import Options
from mintage.exchange.folders import Places


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class PlacesOptions(Options):
    """Where everything of a company is.

    Attributes:
        data: folder in which each site keeps its state and telemetry.
        state: the console's people, sessions and settings.
        store: folder of headquarters.
        wallets: file of the wallets that are watched.
    """

    data: Annotated[Path, Parameter(env_var="MINTAGE_DATA")] = Path("var/sites")
    state: Annotated[Path, Parameter(env_var="MINTAGE_STATE")] = Path("var/console.db")
    store: Annotated[Path, Parameter(env_var="MINTAGE_HEADQUARTERS")] = Path("var/headquarters")
    wallets: Path = Path("wallets.toml")

    def places(self) -> Places:
        """These files and folders."""
        return Places(db=self.db, state=self.state, data=self.data, headquarters=self.store, wallets=self.wallets)
