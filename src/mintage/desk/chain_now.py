"""What machines and people say now: hash rate and counts, alerts, sites that are silent, requests that wait."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from mintage.desk.chain_answer import Pulse, SitePulse, Stuck
from mintage.desk.chain_stuck import make, shortened
from mintage.desk.chain_table import Rule, rules
from mintage.desk.figure import Figure, count, measured, ratio
from mintage.desk.pulse import HASHING
from mintage.fleet.board.page import Filters, Totals, totals
from mintage.fleet.control import service as control
from mintage.fleet.curtail.store import Book
from mintage.people.caller import Caller
from mintage.people.proposals import Proposals
from mintage.units.instant import utc_date

if TYPE_CHECKING:
    from mintage.desk.company import Company
    from mintage.desk.sites import SiteDesk

RESTING = ("asleep", "idle")
"""States of machines that do not hash on purpose."""
SILENT_S = 1_800.0
"""Age of a site's newest reading, on its own clock, at which it is silent."""
HOUR_US = 3_600_000_000


def pulse(company: Company, caller: Caller) -> Pulse | None:
    """What the machines of the sites tell that somebody may see; None where no site is known."""
    board = company.board.view
    names = sorted(name for name in board.sites if caller.may("fleet.read", name))
    if not names:
        return None
    desks = company.sites.all()
    whole = totals(board, Filters(site=tuple(names)))
    return Pulse(
        machines=count(whole.machines, "machines", "/fleet/machines"),
        hashing=count(whole.states.get(HASHING, 0), "machines", "/fleet/machines?state=hashing"),
        hashrate=_told(whole.hashrate_ths, whole.hashrate_known, whole, "TH/s", 0),
        power=_told(whole.power_w / 1000, whole.power_known, whole, "kW", 1),
        states=whole.states,
        sites=tuple(_site(company, name, desks.get(name)) for name in names),
    )


def _told(value: float, known: int, whole: Totals, unit: str, digits: int) -> Figure:
    if not known:
        return Figure(unit=unit, reason="no machine tells it")
    some = f"of {known:,} of {whole.machines:,} machines" if known < whole.machines else ""
    figure = measured(value, unit, digits, some)
    return Figure(value=figure.value, unit=unit, digits=digits, reason=some, trace="/fleet/machines")


def _site(company: Company, name: str, desk: SiteDesk | None) -> SitePulse:
    board = company.board.view
    state, live = board.sites[name], totals(board, Filters(site=(name,)))
    return SitePulse(
        site=name,
        machines=live.machines,
        hashing=live.states.get(HASHING, 0),
        hashrate=_told(live.hashrate_ths, live.hashrate_known, live, "TH/s", 0),
        told_us=round(state.told_s * 1e6) if state.told_s else None,
        now_us=(desk.clock if desk else company.clock).now_us(),
        problem=state.problem,
    )


# --- what is stuck there ------------------------------------------------------------------------------------


def stuck_now(company: Company, caller: Caller, told: Pulse | None) -> list[Stuck]:
    """Sites that are silent, machines that do not hash, and requests that wait for a second person."""
    found: list[Stuck] = []
    for rule in rules():
        if rule.id == "machines-silent":
            found += shortened(_machines(company, rule, told))
        elif rule.id == "site-silent":
            found += shortened(_silent(rule, told))
        elif rule.kind == "waiting":
            found += shortened(_waiting(company, caller, rule))
    return found


def _machines(company: Company, rule: Rule, told: Pulse | None) -> Iterator[Stuck]:
    board = company.board.view
    for site in told.sites if told else ():
        if not site.machines:
            continue
        states = totals(board, Filters(site=(site.site,))).states
        missing = site.machines - sum(states.get(state, 0) for state in (HASHING, *RESTING, "starting"))
        percent = Fraction(missing, site.machines) * 100
        if percent >= rule.warn:
            href = f"/fleet/machines?site={site.site}&state=offline"
            yield make(rule, ratio(percent, "%", 1), who=site.site, amount=count(missing, "machines", href), href=href)


def _silent(rule: Rule, told: Pulse | None) -> Iterator[Stuck]:
    for site in told.sites if told else ():
        age_s = SILENT_S if site.told_us is None else (site.now_us - site.told_us) / 1e6
        if site.problem or age_s >= SILENT_S:
            hours = count(int(age_s // 3600), "hours")
            yield make(rule, hours, who=site.site, href=f"/fleet/{site.site}")


def _waiting(company: Company, caller: Caller, rule: Rule) -> Iterator[Stuck]:
    """Everything that waits for a second person, each where it is decided."""
    now_us = company.wall.now_us()
    for proposal in Proposals(company.state, company.wall).pending():
        if caller.may(proposal.action.rpartition(".")[0] + ".read"):
            yield _wait(
                rule, proposal.subject or proposal.action, proposal.asked_us, now_us, f"/approvals/{proposal.id}"
            )
    for name, desk in company.sites.all().items():
        if not caller.may("fleet.read", name):
            continue
        site_us = desk.clock.now_us()
        for request in control.requests(desk.db, states=("pending",)):
            yield _wait(
                rule, f"{name}: {request.what}", request.asked_us, site_us, f"/fleet/{name}/actions/{request.id}"
            )
        for event in Book(desk.db).events():
            if event.state == "preview":
                yield _wait(
                    rule,
                    f"{name}: {event.ask.reason}",
                    event.created_us,
                    site_us,
                    f"/energy/{name}/curtailments/{event.id}",
                )


def _wait(rule: Rule, who: str, asked_us: int, now_us: int, href: str) -> Stuck:
    hours = max(0, (now_us - asked_us) // HOUR_US)
    return make(rule, count(hours, "hours"), who=who, since=utc_date(asked_us), href=href)
