"""Heat of a site: what was delivered and sold, under which contracts, and by how much it raises breakeven."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec

from mintage.desk.company import Company
from mintage.desk.energy import tariff_of
from mintage.desk.energy_ledger import ledger_sites
from mintage.desk.figure import Figure, trace_fact, unknown, usd
from mintage.desk.here import Missing
from mintage.desk.production import day_within_time
from mintage.desk.sites import SiteDesk
from mintage.fleet.energy.heat import HeatDay, heat_credit_usd_mwh, heat_usd_mwh
from mintage.fleet.energy.heat_site import site_heat_day
from mintage.fleet.energy.readings import meter_power_w
from mintage.fleet.energy.terms import HeatContract
from mintage.fleet.facts_site import HeatSold
from mintage.people.caller import Caller
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

DAYS = 60


class ContractRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contract with a customer.

    Attributes:
        customer: who owes for the heat.
        since: first day.
        until: day on which it no longer applies; None where open.
        in_force: whether it is in force on the day that is asked about.
        terms: fixed, gas or heat-pump.
        heat: what a MWh of heat is worth.
        credit: by how much that raises what machines bear, per MWh of theirs.
        recovery: heat delivered per electricity, where no meter counts it.
        capacity: most that the customer's connection takes.
    """

    customer: str
    since: date
    until: date | None
    in_force: bool
    terms: str
    heat: Figure
    credit: Figure
    recovery: Figure
    capacity: Figure


class HeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """Heat of a day by the meters now, or by electricity and the weather.

    Attributes:
        customer: whose contract.
        day: UTC day.
        wanted: heat that the customer wanted.
        offered: heat that the machines gave.
        sold: the smaller of both, or what a heat meter counted.
        value: its value.
        metered: whether a heat meter counted it.
    """

    customer: str
    day: date
    wanted: Figure
    offered: Figure
    sold: Figure
    value: Figure
    metered: bool


class SoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """Heat sold, as it is booked.

    Attributes:
        day: accounting date.
        customer: who owes for it.
        energy: heat.
        value: what it is worth.
        grade: how well it is known.
    """

    day: date
    customer: str
    energy: Figure
    value: Figure
    grade: str


class SiteHeat(msgspec.Struct, frozen=True, kw_only=True):
    """A site's heat.

    Attributes:
        site: the site.
        day: UTC day that is asked about.
        outdoor: outdoor temperature that was given for it.
        meters: heat meters and the power that they show.
        contracts: its contracts.
        days: the day by each contract in force.
        sold: what is booked, the latest first.
        total: all that is booked.
        total_value: its value.
        why_not: why there is no contract.
    """

    site: str
    day: date
    outdoor: Decimal | None
    meters: dict[str, Figure]
    contracts: tuple[ContractRow, ...]
    days: tuple[HeatRow, ...]
    sold: tuple[SoldRow, ...]
    total: Figure
    total_value: Figure
    why_not: str


def site_heat(
    company: Company, caller: Caller, site: str, *, day: date | None = None, outdoor: Decimal | None = None
) -> SiteHeat:
    """A site's heat.

    Args:
        company: the company.
        caller: who asks.
        site: the site.
        day: UTC day; yesterday where None.
        outdoor: mean outdoor temperature of the day, degrees C, where no heat meter counts.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: nobody knows the site.
    """
    caller.insist("energy.read", site)
    view, desk = company.view(), company.sites.all().get(site)
    if desk is None and site not in ledger_sites(view):
        raise Missing(f"there is no site '{site[:80]}'.", field="site", remedy="See the list of sites.")
    booked = [
        (fact, fact.data)
        for fact in reversed(view.facts(HeatSold.kind))
        if isinstance(fact.data, HeatSold) and fact.data.site == site
    ]
    now = utc_date(desk.clock.now_us()) if desk else company.today()
    asked: date = day_within_time(day) if day else now - timedelta(days=1)
    contracts, why_not = _contracts(desk)
    none = "no heat is booked as sold."
    return SiteHeat(
        site=site,
        day=asked,
        outdoor=outdoor,
        meters=_meters(desk),
        contracts=tuple(_contract(item, asked) for item in contracts),
        days=tuple(_day(desk, item, asked, outdoor) for item in contracts if desk and _in_force(item, asked)),
        sold=tuple(
            SoldRow(
                day=fact.date,
                customer=data.customer,
                energy=_heat(data.energy, "", trace_fact(fact.key)),
                value=usd(data.value, trace_fact(fact.key)),
                grade=fact.grade,
            )
            for fact, data in booked[:DAYS]
        ),
        total=_heat(sum(data.energy for _, data in booked), "") if booked else unknown(none, "MWh"),
        total_value=usd(sum(data.value for _, data in booked)) if booked else unknown(none, "USD"),
        why_not=why_not,
    )


def _contracts(desk: SiteDesk | None) -> tuple[tuple[HeatContract, ...], str]:
    if desk is None:
        return (), "the site's agent keeps no state on this machine, so its contracts are not known here."
    try:
        found = tariff_of(desk).file.heat
    except InputError as error:
        return (), error.problem
    return found, "" if found else "the site's tariff names no customer for heat."


def _in_force(item: HeatContract, day: date) -> bool:
    return item.first <= day and (item.until is None or day < item.until)


def _contract(item: HeatContract, day: date) -> ContractRow:
    try:
        heat, credit = _usd_mwh(heat_usd_mwh(item)), _usd_mwh(heat_credit_usd_mwh(item))
    except InputError as error:
        heat = credit = unknown(error.problem, "USD/MWh")
    return ContractRow(
        customer=item.customer,
        since=item.first,
        until=item.until,
        in_force=_in_force(item, day),
        terms=item.terms,
        heat=heat,
        credit=credit,
        recovery=Figure(value=item.recovery * 100, unit="%", digits=0),
        capacity=Figure(value=item.capacity_kw, unit="kW", digits=0),
    )


def _day(desk: SiteDesk | None, item: HeatContract, day: date, outdoor: Decimal | None) -> HeatRow:
    if desk is None:
        raise AssertionError("contracts are known only where the site is described")
    try:
        found = site_heat_day(desk.site, item, day, db=desk.db, outdoor_c=outdoor)
    except InputError as error:
        found = HeatDay(demand_wh=None, offered_wh=None, sold_wh=None, cents=None, metered=False, reason=error.problem)
    weather, power = "the outdoor temperature of the day is not given.", "the site's electricity is not known."
    return HeatRow(
        customer=item.customer,
        day=day,
        wanted=_heat(found.demand_wh, weather),
        offered=_heat(found.offered_wh, power),
        sold=_heat(found.sold_wh, found.reason),
        value=unknown(found.reason, "USD") if found.cents is None else usd(found.cents),
        metered=found.metered,
    )


def _meters(desk: SiteDesk | None) -> dict[str, Figure]:
    if desk is None:
        return {}
    found = {}
    for meter in desk.site.meter:
        if meter.measures == "heat":
            power_w, reason = meter_power_w(desk.db, meter.name, desk.clock.now_us())
            value = None if power_w is None else Decimal(str(round(power_w / 1000, 1)))
            found[meter.name] = Figure(value=value, unit="kW", digits=1, reason=reason)
    return found


def _heat(wh: int | None, reason: str, trace: str = "") -> Figure:
    if wh is None:
        return unknown(reason, "MWh")
    return Figure(value=Decimal(wh).scaleb(-6), unit="MWh", digits=3, trace=trace)


def _usd_mwh(value: Decimal) -> Figure:
    return Figure(value=value.quantize(Decimal("0.01")), unit="USD/MWh", digits=2)
