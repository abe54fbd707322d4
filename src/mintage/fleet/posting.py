"""How facts about machines in self-mining are posted.

Machines carry their cost from the plant's inventory to `assets:machines:transit` and on to `assets:machines:site`.
Accumulated depreciation stands apart, by site, and follows the machines. Hash rate stands in memo accounts.
"""

from __future__ import annotations

from mintage.fleet import facts_site as site
from mintage.fleet.facts import (
    Deenergized,
    EfficiencyMeasured,
    Energized,
    HashrateMeasured,
    MachinesInstalled,
    MachinesMovedToMining,
    MachinesRelocated,
    MachinesRetired,
    MachinesUninstalled,
)
from mintage.journal.rules import Effects, Rulebook, Transfer, usd

RULES = Rulebook()
FLEET = "world:fleet"
RETIREMENT = "expenses:operating:impairment:retirement"


def _at(site: str) -> str:
    return f"assets:machines:site:{site}"


def _transit(site: str) -> str:
    return f"assets:machines:transit:{site}"


def _depreciation(site: str) -> str:
    return f"assets:machines:depreciation:{site}"


def _installed(region: str, site: str) -> str:
    return f"memo:hashrate:installed:{region}:{site}"


def _energized(region: str, site: str) -> str:
    return f"memo:hashrate:energized:{region}:{site}"


@RULES.rule
def moved_to_mining(fact: MachinesMovedToMining) -> Effects:
    """Inventory becomes property; no revenue, no gain."""
    source = f"assets:inventory:finished:{fact.plant}"
    return (Transfer(f"MACHINE.{fact.model}", fact.units, source, _transit(fact.site)),)


@RULES.rule
def installed(fact: MachinesInstalled) -> Effects:
    """Machines reach the site with their cost; installed hash rate rises."""
    return (
        Transfer(f"MACHINE.{fact.model}", fact.units, _transit(fact.site), _at(fact.site)),
        Transfer("HASHRATE", fact.hashrate, FLEET, _installed(fact.region, fact.site)),
    )


@RULES.rule
def uninstalled(fact: MachinesUninstalled) -> Effects:
    """Machines are in transit again, their depreciation waits at the site to come; installed hash rate falls."""
    return (
        Transfer(f"MACHINE.{fact.model}", fact.units, _at(fact.site), _transit(fact.to_site)),
        usd(fact.depreciation, _depreciation(fact.to_site), _depreciation(fact.site)),
        Transfer("HASHRATE", fact.hashrate, _installed(fact.region, fact.site), FLEET),
    )


@RULES.rule
def relocated(fact: MachinesRelocated) -> Effects:
    """Cost, accumulated depreciation and installed hash rate move from site to site."""
    source, target = _installed(fact.from_region, fact.from_site), _installed(fact.to_region, fact.to_site)
    return (
        Transfer(f"MACHINE.{fact.model}", fact.units, _at(fact.from_site), _at(fact.to_site)),
        usd(fact.depreciation, _depreciation(fact.to_site), _depreciation(fact.from_site)),
        Transfer("HASHRATE", fact.hashrate, source, target),
    )


@RULES.rule
def retired(fact: MachinesRetired) -> Effects:
    """Cost and accumulated depreciation leave the books; what was not depreciated yet is the loss."""
    return (
        Transfer(
            f"MACHINE.{fact.model}", fact.units, _at(fact.site), "world:scrap", kind="retired", cost_to=RETIREMENT
        ),
        usd(fact.depreciation, RETIREMENT, _depreciation(fact.site)),
        Transfer("HASHRATE", fact.hashrate, _installed(fact.region, fact.site), FLEET),
    )


@RULES.rule
def energized(fact: Energized) -> Effects:
    """Energized hash rate rises."""
    return (Transfer("HASHRATE", fact.hashrate, FLEET, _energized(fact.region, fact.site)),)


@RULES.rule
def deenergized(fact: Deenergized) -> Effects:
    """Energized hash rate falls."""
    return (Transfer("HASHRATE", fact.hashrate, _energized(fact.region, fact.site), FLEET),)


@RULES.rule
def hashrate_measured(_fact: HashrateMeasured) -> Effects:
    """A measurement moves nothing."""
    return ()


@RULES.rule
def efficiency_measured(_fact: EfficiencyMeasured) -> Effects:
    """A measurement moves nothing."""
    return ()


@RULES.rule
def site_located(_fact: site.SiteLocated) -> Effects:
    """Where a site is moves nothing."""
    return ()


@RULES.rule
def machine_adopted(_fact: site.MachineAdopted) -> Effects:
    """The asset register of a site moves nothing; cost and hash rate follow installation."""
    return ()


@RULES.rule
def machine_changed(_fact: site.MachineChanged) -> Effects:
    """A new address or board moves nothing."""
    return ()


@RULES.rule
def duplicate_claimed(_fact: site.DuplicateClaimed) -> Effects:
    """A claim moves nothing."""
    return ()


@RULES.rule
def action_taken(_fact: site.ActionTaken) -> Effects:
    """An action moves nothing."""
    return ()


@RULES.rule
def curtailed(_fact: site.Curtailed) -> Effects:
    """A curtailment moves nothing; what it earns comes with the supplier's credit."""
    return ()


@RULES.rule
def day_worked(_fact: site.DayWorked) -> Effects:
    """Work moves nothing until a pool credits it."""
    return ()


@RULES.rule
def heat_sold(fact: site.HeatSold) -> Effects:
    """Heat is other revenue; the customer owes it."""
    return (usd(fact.value, "income:other:heat", f"assets:receivable:{fact.customer}"),)
