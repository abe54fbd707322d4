"""Heat sold: how much, what it is worth, and how far it moves the price at which a machine still pays.

Hydro and home machines give their electricity back as warm water or air. A customer takes what he needs, by the
weather, up to his connection; it is worth its price, or what he saves on gas or on a heat pump.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from mintage.fleet.energy.sheet import decimal_of
from mintage.fleet.energy.terms import HeatContract
from mintage.fleet.facts_site import HeatSold
from mintage.journal.fact import Evidence, Fact
from mintage.market.network import curtail_above_usd_mwh
from mintage.units import day_end_instant
from mintage.units.errors import InputError


class HeatDay(msgspec.Struct, frozen=True, kw_only=True):
    """Heat of one day.

    Attributes:
        demand_wh: heat that the customer wanted, Wh; None where the weather is unknown.
        offered_wh: heat that the machines gave, Wh; None where unknown.
        sold_wh: the smaller of both, or what a heat meter counted; None where unknown.
        cents: its value; None where unknown.
        metered: whether a heat meter counted it.
        reason: why it is unknown.
    """

    demand_wh: int | None
    offered_wh: int | None
    sold_wh: int | None
    cents: int | None
    metered: bool
    reason: str = ""


def heat_usd_mwh(contract: HeatContract) -> Decimal:
    """What a MWh of heat is worth under a contract, USD/MWh.

    Raises:
        InputError: the contract does not state what its terms need.

    Source: fixed price; gas price / boiler efficiency; electricity price / coefficient of performance; times the share
    of the saving that the customer pays.
    """
    stated = contract.usd_kwh if contract.terms == "fixed" else contract.fuel_usd_mwh
    if stated is None:
        need = "usd_kwh" if contract.terms == "fixed" else "fuel_usd_mwh"
        raise InputError(f"terms '{contract.terms}' need {need}.", field=f"heat {contract.customer}")
    if contract.terms == "fixed":
        return stated * 1000
    return stated / contract.efficiency * contract.share_pct / 100


def demand_wh(contract: HeatContract, outdoor_c: Decimal, hours: Decimal = Decimal(24)) -> int:
    """Heat that a customer wants, Wh.

    Args:
        contract: his contract.
        outdoor_c: mean outdoor temperature of the time, degrees C.
        hours: length of the time.

    Source: degree days: (base + slope * max(0, base temperature - outdoor temperature)) * time, at most the connection.
    """
    kilowatts = contract.base_kw + contract.kw_per_degree * max(contract.base_c - outdoor_c, Decimal(0))
    return int(min(kilowatts, contract.capacity_kw) * hours * 1000)


def heat_day(
    contract: HeatContract,
    *,
    electric_wh: int | None = None,
    outdoor_c: Decimal | None = None,
    metered_wh: int | None = None,
    hours: Decimal = Decimal(24),
) -> HeatDay:
    """Heat sold on a day: metered where there is a meter, else the smaller of demand and the machines' heat.

    Args:
        contract: the customer's contract.
        electric_wh: electricity of the machines that heat, Wh.
        outdoor_c: mean outdoor temperature, degrees C.
        metered_wh: heat that a meter counted, Wh.
        hours: length of the day.

    Raises:
        InputError: the contract does not state what its terms need.

    Source: heat = recovery * electricity; sold = min(demand, heat).
    """
    wanted = None if outdoor_c is None else demand_wh(contract, outdoor_c, hours)
    offered = None if electric_wh is None else int(electric_wh * contract.recovery)
    reason = ""
    if metered_wh is not None:
        sold: int | None = metered_wh
    elif wanted is None or offered is None:
        what = "outdoor temperature" if wanted is None else "machines' electricity"
        sold, reason = None, f"no heat meter counted, and the {what} is unknown."
    else:
        sold = min(wanted, offered)
    cents = None if sold is None else heat_cents(contract, sold)
    return HeatDay(
        demand_wh=wanted,
        offered_wh=offered,
        sold_wh=sold,
        cents=cents,
        metered=metered_wh is not None,
        reason=reason,
    )


def heat_cents(contract: HeatContract, wh: int) -> int:
    """Value of heat in cents, rounded half up.

    Raises:
        InputError: the contract does not state what its terms need, or the heat is negative.
    """
    if wh < 0:
        raise InputError(f"{wh} Wh of heat cannot be.", field=f"heat {contract.customer}")
    return int(decimal_of(Fraction(heat_usd_mwh(contract)) * wh / 10_000, 0))


def heat_credit_usd_mwh(contract: HeatContract, taken: Decimal = Decimal(1)) -> Decimal:
    """What heat adds to a MWh of the machines' electricity, USD/MWh.

    Args:
        contract: the customer's contract.
        taken: share of the heat that he takes, 0 to 1: one in winter, demand over heat otherwise.

    Source: recovery * value of heat * share taken.
    """
    return contract.recovery * heat_usd_mwh(contract) * min(max(taken, Decimal(0)), Decimal(1))


def breakeven_usd_mwh(
    hashprice: Decimal, efficiency_j_th: Decimal, pue: Decimal = Decimal(1), credit_usd_mwh: Decimal = Decimal(0)
) -> Decimal:
    """Power price up to which a machine pays, with its heat, USD/MWh of the site.

    Args:
        hashprice: USD/PH/day.
        efficiency_j_th: machine efficiency, J/TH.
        pue: power usage effectiveness.
        credit_usd_mwh: what heat adds per MWh of the machine (`heat_credit_usd_mwh`).

    Raises:
        InputError: efficiency or PUE is not positive.

    Source: hashprice / (0.024 * efficiency * PUE) + credit / PUE.
    """
    return curtail_above_usd_mwh(hashprice, efficiency_j_th, pue) + credit_usd_mwh / pue


def breakeven_hashprice(
    price_usd_mwh: Decimal, efficiency_j_th: Decimal, pue: Decimal = Decimal(1), credit_usd_mwh: Decimal = Decimal(0)
) -> Decimal:
    """Hashprice down to which a machine pays at a power price, USD/PH/day; nothing where heat alone pays for it.

    Source: max(0, price * PUE - credit) * 0.024 * efficiency.
    """
    return max(price_usd_mwh * pue - credit_usd_mwh, Decimal(0)) * Decimal("0.024") * efficiency_j_th


def contract_on(contracts: tuple[HeatContract, ...], day: date, customer: str = "") -> HeatContract:
    """The contract in force on a day.

    Args:
        contracts: all of them.
        day: local day.
        customer: whose; the only one's where left out.

    Raises:
        InputError: none is in force, or several are and no customer is named.
    """
    held = [
        item
        for item in contracts
        if item.first <= day and (item.until is None or day < item.until) and customer in {"", item.customer}
    ]
    if len(held) != 1:
        what = "no heat contract is" if not held else f"{len(held)} heat contracts are"
        raise InputError(f"{what} in force on {day}.", field="heat", remedy="Name the customer, or add [[heat]].")
    return held[0]


def heat_fact(site: str, contract: HeatContract, day: date, sold: HeatDay, actor: str) -> Fact | None:
    """The fact of a day's heat sold; None where it is unknown, or where nothing was sold.

    Args:
        site: site that delivered.
        contract: the customer's contract.
        day: accounting date.
        sold: the day's heat.
        actor: who says so.
    """
    if not sold.sold_wh or sold.cents is None:
        return None
    how = "heat meter" if sold.metered else f"recovery {contract.recovery} of electricity, demand by degree days"
    return Fact(
        key=f"heat:{site}:{contract.customer}:{day}",
        at=day_end_instant(day),
        date=day,
        actor=actor,
        grade="recorded" if sold.metered else "derived",
        evidence=Evidence(source=how, note=f"{contract.terms}, {heat_usd_mwh(contract):f} USD/MWh"),
        data=HeatSold(site=site, customer=contract.customer, energy=sold.sold_wh, value=sold.cents),
    )


def day_hours(day: date, zone: ZoneInfo) -> Decimal:
    """Hours of a local day: 23, 24 or 25."""
    first = datetime(day.year, day.month, day.day, tzinfo=zone)
    last = datetime.fromordinal(day.toordinal() + 1).replace(tzinfo=zone)
    return Decimal(int(last.timestamp() - first.timestamp())) / 3600
