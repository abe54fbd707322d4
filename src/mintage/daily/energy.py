"""Whether a day's energy can be believed before it is posted: a meter's slip must not become a bill."""

from __future__ import annotations

from decimal import Decimal

from mintage.daily.gather import Gathered
from mintage.fleet.sites import Site
from mintage.mining.reconcile import Reconciliation, Tolerances
from mintage.units import format_amount

_DAY_H = 24


def energy_doubt(site: Site, found: Gathered, told: Reconciliation, allowed: Tolerances) -> str:
    """Why a day's energy is not to be posted; "" where it may be.

    Args:
        site: the site, with its feeders.
        found: what was gathered.
        told: the reconciled day.
        allowed: how far meters may be from the machines.
    """
    energy_wh = found.energy_wh
    most_wh = sum(feeder.limit_kw for feeder in site.feeder) * 1000 * _DAY_H
    if energy_wh is None:
        return ""
    if site.feeder and energy_wh > most_wh:
        said, most = (format_amount(wh, "ENERGY") for wh in (energy_wh, most_wh))
        return (
            f"{said} are more than the feeders can carry in a day ({most}). Check the meters, or the feeders' limits."
        )
    step = next((step for step in told.steps if step.id == "energy-metered"), None)
    if step is None or step.difference is None or step.against is None:
        return ""
    if allowed.energy_times is None or abs(step.difference) <= allowed.energy_times * (step.tolerance or 0):
        return ""
    by_meters, by_machines = (format_amount(wh, "ENERGY") for wh in (energy_wh, step.against))
    pct = f" ({Decimal(100 * step.difference) / step.against:+.0f} %)" if step.against else ""
    return (
        f"the meters counted {by_meters}, the machines times PUE imply {by_machines}{pct}. Check the meters' scale;"
        " if they are right, accept the energy (--accept-energy)."
    )
