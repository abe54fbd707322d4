"""The fleet at a glance: sites on a map, what the ledger has of them beside what their machines say now."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from mintage.desk.company import Company
from mintage.desk.figure import Figure, measured, trace_account, unknown
from mintage.desk.here import Missing
from mintage.desk.site_alerts import SiteAlert, open_alerts
from mintage.desk.sites import SiteDesk
from mintage.desk.worth import SiteWorth, site_worths
from mintage.fleet.board.page import Filters, Totals, totals
from mintage.fleet.board.view import SiteState
from mintage.fleet.facts_site import SiteLocated
from mintage.fleet.service import SiteHashrate, hashrate_by_site, site_places
from mintage.people.caller import Caller

WORST_MAX = 12
STALE_S = 900.0
"""Age at which readings of a site no longer say what it does now."""
LIVE = "sum over machines, each the shortest window that it reports, at its last poll"
How = Literal["local", "remote", "journal"]


class SiteCard(msgspec.Struct, frozen=True, kw_only=True):
    """One site.

    Attributes:
        name: its name in the ledger.
        title: its name as shown.
        region: its region, "" where unknown.
        latitude: degrees north; None where nobody said.
        longitude: degrees east; None where nobody said.
        known: local: its state is on this machine; remote: it uploads; journal: only facts tell of it.
        attended: whether its agent runs on this machine.
        problem: why it cannot be read, "" where it can.
        told_us: instant of its newest reading on its own clock; None where there is none.
        now_us: the site's own time now, by which that reading has an age.
        installed: hash rate racked, by the ledger.
        energized: hash rate powered, by the ledger.
        operating: last measured average, by the ledger.
        window: the period that the average is over, "" where there is none.
        efficiency_booked: last measured efficiency, by the ledger.
        live: hash rate that its machines report now.
        expected: hash rate that they should have.
        power: power that they report.
        efficiency: energy per hash of those that tell both.
        profit: what they earn less power, a day at this moment's prices.
        machines: machines that are known.
        states: how many are in which state.
        struck: machines with an open alert.
        hottest: the hottest chip.
    """

    name: str
    title: str
    region: str
    latitude: Decimal | None
    longitude: Decimal | None
    known: How
    attended: bool
    problem: str
    told_us: int | None
    now_us: int
    installed: Figure
    energized: Figure
    operating: Figure
    window: str
    efficiency_booked: Figure
    live: Figure
    expected: Figure
    power: Figure
    efficiency: Figure
    profit: Figure
    machines: int
    states: dict[str, int]
    struck: int
    hottest: Figure


class FleetAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The fleet at a glance.

    Attributes:
        on: day of the ledger's figures.
        version: version of the board, for live updates.
        live_window: what the live hash rate is an average of.
        sites: the sites, by name.
        installed: hash rate racked, of all.
        energized: hash rate powered.
        live: hash rate reported now.
        power: power reported now.
        machines: machines known.
        states: how many are in which state.
        worst: the worst open alerts.
        alerts: open alerts in all.
    """

    on: date
    version: int
    live_window: str
    sites: list[SiteCard]
    installed: Figure
    energized: Figure
    live: Figure
    power: Figure
    machines: int
    states: dict[str, int]
    worst: list[SiteAlert]
    alerts: int


def overview(company: Company, caller: Caller, on: date | None = None) -> FleetAnswer:
    """The fleet at a glance.

    Args:
        company: the company.
        caller: who asks; sites that he or she may not see are left out.
        on: day of the ledger's figures; today where None.
    """
    day = on or company.today()
    sites = [card for card in site_cards(company, day) if caller.may("fleet.read", card.name)]
    standing = open_alerts(company, caller)
    states: Counter[str] = Counter()
    for card in sites:
        states.update(card.states)
    return FleetAnswer(
        on=day,
        version=company.board.view.version,
        live_window=LIVE,
        sites=sites,
        installed=_sum(
            [card.installed for card in sites], "TH/s", trace_account("memo:hashrate:installed:*", "HASHRATE")
        ),
        energized=_sum(
            [card.energized for card in sites], "TH/s", trace_account("memo:hashrate:energized:*", "HASHRATE")
        ),
        live=_sum([card.live for card in sites if card.machines], "TH/s", "/fleet/machines"),
        power=_sum([card.power for card in sites if card.machines], "kW", "/fleet/machines"),
        machines=sum(card.machines for card in sites),
        states=dict(states),
        worst=standing[:WORST_MAX],
        alerts=len(standing),
    )


def site_card(company: Company, caller: Caller, name: str, on: date | None = None) -> SiteCard:
    """One site.

    Raises:
        Missing: nobody knows a site of that name.
        Forbidden: the caller may not see it.
    """
    caller.insist("fleet.read", name)
    for card in site_cards(company, on or company.today(), name):
        return card
    raise Missing(f"no site '{name[:80]}' is known.", field="site", remedy="See the list of sites.")


def site_cards(company: Company, day: date, only: str | None = None) -> list[SiteCard]:
    """Every site that files, uploads or facts tell of, by name; or the one of a name."""
    view, board = company.view(), company.board
    booked = view.once(("fleet by site", day), lambda: {row.site: row for row in hashrate_by_site(view.journal, day)})
    places = view.once(("places of sites",), lambda: site_places(view.journal))
    worths = site_worths(company)
    desks, state = company.sites.all(), board.view
    names = sorted({*booked, *places, *desks, *state.sites})
    return [
        _card(
            company,
            name,
            booked.get(name),
            places.get(name),
            desks.get(name),
            state.sites.get(name),
            totals(state, Filters(site=(name,))),
            worths.get(name),
        )
        for name in names
        if only in (None, name)
    ]


def _card(
    company: Company,
    name: str,
    booked: SiteHashrate | None,
    place: SiteLocated | None,
    desk: SiteDesk | None,
    state: SiteState | None,
    live: Totals,
    worth: SiteWorth | None,
) -> SiteCard:
    site, known = desk.site if desk else None, state.kind if state else "journal"
    on_map = site if site is not None and site.latitude is not None else place
    region = site.region if site else booked.region if booked else place.region if place else ""
    now_us = (desk.clock if desk else company.clock).now_us()
    quiet = "only facts tell of this site" if known == "journal" else "no machine tells it"
    why = worth.reason if worth else "the site's tariff is not on this machine"
    at = f"/fleet/machines?site={name}"
    return SiteCard(
        name=name,
        title=(site.title if site else "") or (place.title if place else "") or name,
        region=region,
        latitude=_degrees(on_map.latitude) if on_map else None,
        longitude=_degrees(on_map.longitude) if on_map else None,
        known=known,
        attended=desk.attended if desk else False,
        problem=company.sites.problems().get(name, state.problem if state else ""),
        told_us=round(state.told_s * 1e6) if state and state.told_s else None,
        now_us=now_us,
        installed=_booked(booked.installed_ghs if booked else None, "installed", name),
        energized=_booked(booked.energized_ghs if booked else None, "energized", name),
        operating=_measured(booked, name),
        window=booked.window if booked else "",
        efficiency_booked=_efficiency(booked),
        live=_live(live.hashrate_ths, live.hashrate_known, live.machines, "TH/s", 0, quiet, at),
        expected=_live(live.expected_ths, live.machines, live.machines, "TH/s", 0, quiet, at),
        power=_live(live.power_w / 1000, live.power_known, live.machines, "kW", 1, quiet, at),
        efficiency=measured(live.efficiency_j_th, "J/TH", 1, "" if live.efficiency_j_th else quiet),
        profit=_live(live.profit_usd_day or 0.0, live.profit_known, live.machines, "USD/day", 2, why or quiet, at),
        machines=live.machines,
        states=live.states,
        struck=live.struck,
        hottest=measured(live.hottest_c, "°C", 0, "" if live.hottest_c is not None else quiet),
    )


def _booked(ghs: int | None, what: str, site: str) -> Figure:
    trace = trace_account(f"memo:hashrate:{what}:*:{site}", "HASHRATE")
    if ghs is None:
        return unknown(f"no fact says what is {what} here", "TH/s")
    return Figure(value=Decimal(ghs).scaleb(-3), unit="TH/s", digits=0, trace=trace)


def _measured(booked: SiteHashrate | None, site: str) -> Figure:
    if booked is None or booked.operating_ghs is None:
        return unknown("no average was measured (fleet.hashrate-measured)", "TH/s")
    trace = f"/journal?kind=fleet.hashrate-measured&text={site}"
    return Figure(value=Decimal(booked.operating_ghs).scaleb(-3), unit="TH/s", digits=0, trace=trace)


def _efficiency(booked: SiteHashrate | None) -> Figure:
    if booked is None or booked.joules_per_th is None:
        return unknown("no efficiency was measured (fleet.efficiency-measured)", "J/TH")
    return Figure(value=booked.joules_per_th, unit="J/TH", digits=1)


def _live(value: float, known: int, machines: int, unit: str, digits: int, reason: str, trace: str) -> Figure:
    """A sum over machines; how many are in it is said where not all are."""
    if not known:
        return unknown(reason, unit)
    some = f"of {known:,} of {machines:,} machines" if known < machines else ""
    figure = measured(value, unit, digits, some)
    return msgspec.structs.replace(figure, trace=trace)


def _sum(figures: list[Figure], unit: str, trace: str) -> Figure:
    """The sum of what is known; how many are in it is said where not all are."""
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return unknown("nothing is known of it", unit)
    some = f"of {len(values)} of {len(figures)} sites" if len(values) < len(figures) else ""
    digits = max(figure.digits for figure in figures)
    return Figure(value=sum(values, Decimal(0)), unit=unit, digits=digits, reason=some, trace=trace)


def _degrees(told: Decimal | str | None) -> Decimal | None:
    """Degrees as a site's file or a fact tells them."""
    return None if told is None else Decimal(told)
