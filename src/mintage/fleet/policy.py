"""How the fleet decides in a plan: every machine that is not sold is installed and energized in its month."""

from __future__ import annotations

import msgspec

from mintage.fleet.facts import Energized, MachinesInstalled, MachinesMovedToMining
from mintage.journal.fact import FactData


class FleetPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Where machines go.

    Attributes:
        site: mining site.
        region: its region.
        plant: where the machines come from.
        model: machine model.
        machine_ghs: nameplate hash rate of a machine in GH/s.
    """

    site: str
    region: str
    plant: str = "plant"
    model: str = "model"
    machine_ghs: int

    def deploy(self, units: int) -> tuple[FactData, ...]:
        """Move so many machines to the site, rack them and switch them on."""
        hashrate = units * self.machine_ghs
        return (
            MachinesMovedToMining(plant=self.plant, model=self.model, units=units, site=self.site),
            MachinesInstalled(site=self.site, region=self.region, model=self.model, units=units, hashrate=hashrate),
            Energized(site=self.site, region=self.region, hashrate=hashrate),
        )
