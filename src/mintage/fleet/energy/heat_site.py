"""The heat that a site sold on a UTC day, from its heat meters, or from its electricity and the weather."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from mintage.fleet.energy.heat import HeatDay, day_hours, heat_day
from mintage.fleet.energy.readings import heat_energy, site_energy
from mintage.fleet.energy.terms import HeatContract
from mintage.fleet.energy.windows import midnight_us, zone_of
from mintage.fleet.sites import Site
from mintage.state.db import StateDb

_UTC = zone_of("UTC")


def site_heat_day(
    site: Site,
    contract: HeatContract,
    day: date,
    *,
    db: StateDb | None = None,
    outdoor_c: Decimal | None = None,
    electric_wh: int | None = None,
) -> HeatDay:
    """Heat sold on a UTC day.

    Args:
        site: the site.
        contract: the customer's contract.
        day: the day.
        db: the site's state with its meter readings; None where it is not at hand.
        outdoor_c: mean outdoor temperature, degrees C.
        electric_wh: electricity of the machines that heat, Wh; the site's meters over its PUE where None.

    Raises:
        InputError: the contract does not state what its terms need.
    """
    first_us, last_us = midnight_us(day, _UTC), midnight_us(day + timedelta(days=1), _UTC)
    metered_wh = None
    if db is not None:
        metered_wh = heat_energy(db, site, first_us, last_us).wh
        supply_wh = site_energy(db, site, first_us, last_us).wh
        if electric_wh is None and supply_wh is not None:
            electric_wh = int(supply_wh / site.pue)
    return heat_day(
        contract, electric_wh=electric_wh, outdoor_c=outdoor_c, metered_wh=metered_wh, hours=day_hours(day, _UTC)
    )
