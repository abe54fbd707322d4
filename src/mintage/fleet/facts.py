"""What can happen to machines in self-mining and to the hash rate that they bring.

Installed hash rate (racked, running or not) and energized hash rate (powered) are stocks: facts raise and lower
them. Operating hash rate is an average over a window: it is measured, never posted.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from mintage.journal.fact import Count, FactData, HashrateGhs, Name, Price, Usd, fact

Window = Annotated[str, msgspec.Meta(pattern=r"^\d{4}(Q[1-4]|-\d{2}(-\d{2})?)?$", extra={"unit": "period"})]
"""Name of the period that an average is taken over: 2025-06-30, 2025-06, 2025Q2 or 2025."""


@fact("fleet.machines-moved-to-mining")
class MachinesMovedToMining(FactData):
    """Finished machines leave inventory for the company's own mining, at their landed cost.

    Attributes:
        plant: plant or warehouse that they leave.
        model: machine model.
        units: number of machines.
        site: mining site that they are on their way to.
    """

    plant: Name
    model: Name
    units: Count
    site: Name


@fact("fleet.machines-installed")
class MachinesInstalled(FactData):
    """Machines that were on their way are racked at the site.

    Attributes:
        site: mining site.
        region: region of the site, as operating figures are told.
        model: machine model.
        units: number of machines.
        hashrate: their nameplate hash rate in all.
    """

    site: Name
    region: Name
    model: Name
    units: Count
    hashrate: HashrateGhs


@fact("fleet.machines-uninstalled")
class MachinesUninstalled(FactData):
    """Machines are taken out of their racks and sent to another site; they are installed nowhere until they arrive.

    Their energized hash rate is lowered beforehand by `fleet.deenergized`.

    Attributes:
        site: site that they leave.
        region: region of that site.
        model: machine model.
        units: number of machines.
        hashrate: their nameplate hash rate in all.
        to_site: site that they are sent to, the same one where they wait there to be racked again.
        depreciation: accumulated depreciation that belongs to them and goes with them.
    """

    site: Name
    region: Name
    model: Name
    units: Count
    hashrate: HashrateGhs
    to_site: Name
    depreciation: Usd


@fact("fleet.machines-relocated")
class MachinesRelocated(FactData):
    """Machines move from the racks of one site into those of another within one day.

    Their energized hash rate is lowered beforehand, and raised afterwards at the new site, by facts of its own.

    Attributes:
        from_site: site that they leave.
        from_region: region of that site.
        to_site: site that they reach.
        to_region: region of that site.
        model: machine model.
        units: number of machines.
        hashrate: their nameplate hash rate in all.
        depreciation: accumulated depreciation that belongs to them and goes with them.
    """

    from_site: Name
    from_region: Name
    to_site: Name
    to_region: Name
    model: Name
    units: Count
    hashrate: HashrateGhs
    depreciation: Usd


@fact("fleet.machines-retired")
class MachinesRetired(FactData):
    """Installed machines are scrapped: cost less accumulated depreciation is a loss.

    Their energized hash rate is lowered beforehand by `fleet.deenergized`.

    Attributes:
        site: site that they are removed from.
        region: region of that site.
        model: machine model.
        units: number of machines.
        hashrate: their nameplate hash rate in all.
        depreciation: accumulated depreciation that belongs to them.
    """

    site: Name
    region: Name
    model: Name
    units: Count
    hashrate: HashrateGhs
    depreciation: Usd


@fact("fleet.energized")
class Energized(FactData):
    """Installed hash rate is powered on.

    Attributes:
        site: mining site.
        region: region of the site.
        hashrate: hash rate powered on, beyond what was on before.
    """

    site: Name
    region: Name
    hashrate: HashrateGhs


@fact("fleet.deenergized")
class Deenergized(FactData):
    """Energized hash rate is powered off for longer than a curtailment; it stays installed.

    Attributes:
        site: mining site.
        region: region of the site.
        hashrate: hash rate powered off.
    """

    site: Name
    region: Name
    hashrate: HashrateGhs


@fact("fleet.hashrate-measured")
class HashrateMeasured(FactData):
    """The operating hash rate of a site, averaged over a window. It moves nothing.

    Attributes:
        site: mining site.
        region: region of the site.
        hashrate: average hash rate over the window.
        window: the period averaged over.
    """

    site: Name
    region: Name
    hashrate: HashrateGhs
    window: Window


@fact("fleet.efficiency-measured")
class EfficiencyMeasured(FactData):
    """The energy that a site's machines use per hash, averaged over a window. It moves nothing.

    Attributes:
        site: mining site.
        region: region of the site.
        joules_per_th: average efficiency, J/TH.
        window: the period averaged over.
    """

    site: Name
    region: Name
    joules_per_th: Price
    window: Window
