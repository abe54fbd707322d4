"""One site's day, from work to satoshis: each step with its difference and its facts, and asking the sources anew."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from mintage.daily.booked import BookedDay, DayBook
from mintage.daily.service import DayReport
from mintage.desk.company import Company
from mintage.desk.here import Missing, site_desk
from mintage.desk.jobs import Job
from mintage.desk.production import day_within_time, row_of
from mintage.desk.production_answer import DayRow
from mintage.desk.production_steps import FactLink, StepRow, link_of, steps_of
from mintage.mining.cost import CostRow, cost_by_site
from mintage.people.caller import Caller
from mintage.units import parse_period
from mintage.units.errors import InputError, MintageError
from mintage.units.instant import utc_date

KIND = "reconcile"


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What came out when the sources were asked.

    Attributes:
        report: the day as the sources tell it, and what was recorded.
        asked_us: when, by the site's clock.
    """

    report: DayReport
    asked_us: int


class Sourced(msgspec.Struct, frozen=True, kw_only=True):
    """The sources' last answer about the day.

    Attributes:
        job: the job that asked.
        steps: what they told; none while it runs or where it failed.
        recorded: facts that were recorded then.
        missing: what could not be recorded, and why.
        asked_us: when, by the site's clock; 0 where there is no answer.
    """

    job: Job
    steps: tuple[StepRow, ...] = ()
    recorded: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    asked_us: int = 0


class ProductionDay(msgspec.Struct, frozen=True, kw_only=True):
    """One site's day.

    Attributes:
        site: the site.
        day: day in UTC.
        row: how it stands.
        steps: from work to satoshis and power, by the journal.
        facts: all facts that it rests on.
        cost: the cash cost of the day, in rows.
        sourced: what the sources told when they were asked last; None where that was not done from here.
        may_reconcile: whether the reader may ask the sources.
        why_not: why that cannot be done.
        before: the day before.
        after: the day after; None where it is not over.
    """

    site: str
    day: date
    row: DayRow
    steps: tuple[StepRow, ...]
    facts: tuple[FactLink, ...]
    cost: tuple[CostRow, ...]
    sourced: Sourced | None
    may_reconcile: bool
    why_not: str
    before: date
    after: date | None


class Reconcile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask the sources of a site's day, and record what follows.

    Attributes:
        day: day in UTC; it must have ended.
        accept_energy: record the power although the meters are far from the machines: somebody looked.
    """

    day: date
    accept_energy: bool = False


def production_day(company: Company, caller: Caller, site: str, day: date) -> ProductionDay:
    """One day of a site.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: nobody knows the site.
        InputError: the day is before the first block, or beyond any plan.
    """
    caller.insist("production.read", site)
    day_within_time(day)
    view = company.view()
    described = {name: desk.site for name, desk in company.sites.all().items()}
    booked = DayBook(view, described).day(site, day)
    if not booked.facts:
        insist_known(company, site)
    today = _site_today(company, site)
    why_not = _why_not(company, caller, site, day, today)
    return ProductionDay(
        site=site,
        day=day,
        row=row_of(booked),
        steps=steps_of(booked.reconciliation.steps, booked.facts),
        facts=tuple(link_of(fact) for fact in booked.facts),
        cost=cost_by_site(view.journal, parse_period(day.isoformat())).get(site, ()),
        sourced=_sourced(company, site, day, booked),
        may_reconcile=caller.may("production.write", site) and not why_not,
        why_not=why_not,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
    )


def known_sites(company: Company) -> set[str]:
    """Sites of this machine, and those that the books know."""
    stock = company.view().stock(date.max)
    heads = ("income:mining:", "expenses:cost:mining:power:", "expenses:cost:mining:hosting:", "memo:energy:")
    booked = {account.removeprefix(head) for account, _ in stock for head in heads if account.startswith(head)}
    return booked | set(company.sites.all())


def insist_known(company: Company, site: str) -> None:
    """Insist that a site is on this machine or in the books.

    Raises:
        Missing: it is not.
    """
    if site not in known_sites(company):
        raise Missing(f"there is no site '{site[:80]}'.", field="site", remedy="See the list of sites.")


def reconcile(company: Company, caller: Caller, site: str, asked: Reconcile, *, request: str) -> Job:
    """Ask the sources of a day that has ended, in a process of its own; what follows is recorded.

    Raises:
        Forbidden: no right at the site.
        Missing: its description is not here.
        InputError: the day has not ended, or it is being asked about already.
    """
    caller.insist("production.write", site)
    desk = site_desk(company, site)
    day_within_time(asked.day)
    if asked.day >= utc_date(desk.clock.now_us()):
        raise InputError(f"{asked.day} has not ended.", field="day", remedy="Ask for a day that is over in UTC.")
    running = _last_job(company, site, asked.day)
    if running is not None and not running.over:
        raise InputError("the sources of this day are being asked already.", field="day", remedy="Wait for the answer.")
    arguments = {
        "folder": str(desk.folder.absolute()),
        "day": asked.day.isoformat(),
        "wallets": str(company.settings.wallets.absolute()) if company.settings.wallets else "",
        "accept_energy": asked.accept_energy,
    }
    job = company.jobs.start(
        KIND, subject(site, asked.day), arguments, caller.name, href=f"/production/{site}?day={asked.day}"
    )
    company.record(caller, "production.reconcile", subject(site, asked.day), request=request, detail=job.id, site=site)
    return job


def subject(site: str, day: date) -> str:
    """What a job of reconciling is about."""
    return f"{site} {day}"


def _last_job(company: Company, site: str, day: date) -> Job | None:
    about = subject(site, day)
    return next((job for job in company.jobs.recent(KIND, 200) if job.subject == about), None)


def _sourced(company: Company, site: str, day: date, booked: BookedDay) -> Sourced | None:
    job = _last_job(company, site, day)
    if job is None:
        return None
    raw = company.jobs.result(job.id)
    if raw is None:
        return Sourced(job=job)
    found = msgspec.json.decode(raw, type=Reconciled)
    return Sourced(
        job=job,
        steps=steps_of(found.report.reconciliation.steps, booked.facts),
        recorded=found.report.recorded,
        missing=found.report.missing,
        asked_us=found.asked_us,
    )


def _site_today(company: Company, site: str) -> date:
    desk = company.sites.all().get(site)
    today: date = utc_date(desk.clock.now_us()) if desk else company.today()
    return today


def _why_not(company: Company, caller: Caller, site: str, day: date, today: date) -> str:
    """Why the sources of a day cannot be asked."""
    if not caller.may("production.write", site):
        return "asking the sources takes the right to book a day's production."
    try:
        site_desk(company, site)
    except MintageError:
        return "the site is not described on this machine, so its sources are not known here."
    return f"{day} has not ended." if day >= today else ""
