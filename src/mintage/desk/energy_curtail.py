"""Curtailments of a site: what one would shed, asking for it, deciding on what others ask for, and ending it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, get_args

import msgspec

from mintage.desk.company import Company
from mintage.desk.energy_answer import EventRow, RuleRow
from mintage.desk.energy_ask import Curtail, Curtailments, End, Ending, LeftOut, PlanAnswer, Release, TellPrice
from mintage.desk.energy_ledger import kilowatts, past
from mintage.desk.energy_open import EVENTS_MAX, energy_desk, event_row, rule_rows
from mintage.desk.figure import measured
from mintage.desk.here import Missing
from mintage.desk.sites import SiteDesk
from mintage.desk.worth import earning_on
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import amount_of
from mintage.fleet.curtail.bounds import his_machines
from mintage.fleet.curtail.follower import rules_of
from mintage.fleet.curtail.prices import Quantity
from mintage.fleet.curtail.rows import plan_rows
from mintage.fleet.curtail.states import OVER, Event
from mintage.fleet.curtail.store import Book
from mintage.fleet.curtail.wish import Kind, Wish, goes_by, meant
from mintage.people.caller import Caller
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

ROWS_MAX = 500
_ENDS: dict[Ending, Callable[..., Event]] = {
    "restore": service.restore,
    "cancel": service.cancel,
    "abort": service.abort,
    "abort-leave": lambda *told, **named: service.abort(*told, **named, leave=True),
}
_WHOLE = ("kw", "restore_machines", "restore_kw")
_NUMBERS = ("hashprice_usd_ph_day", "price_usd_mwh", "inlet_c", "chip_c", "for_min", "restore_every_s")
_TEXTS = ("feeder", "scope", "starts", "until")


def wish_of(fields: Mapping[str, str]) -> Wish:
    """A wish from the fields of a form or a query; what is empty is not said.

    Raises:
        InputError: a figure is none, or the kind is not known.
    """
    said: dict[str, Any] = {"kind": fields.get("kind") or "fixed"}
    if said["kind"] not in get_args(Kind):
        raise InputError(f"'{said['kind'][:40]}' is no kind of curtailment.", field="kind")
    for name in _TEXTS:
        said |= {name: fields[name].strip()} if fields.get(name, "").strip() else {}
    for name in ("exclude", "heat"):
        said |= {name: fields[name].strip()} if fields.get(name, "").strip() else {}
    for name in (*_WHOLE, *_NUMBERS):
        text = fields.get(name, "").strip().replace(",", "")
        if text:
            said[name] = _number(name, text)
    if fields.get("lower_modes") == "yes":
        said["lower_modes"] = True
    return Wish(**said)


def preview(company: Company, caller: Caller, site: str, wish: Wish, *, limit: int = 100) -> PlanAnswer:
    """What a wish would shed now, in which order and why.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: its state is not here.
        InputError: it cannot be meant, or a price or power that it needs is unknown.
    """
    caller.insist("energy.read", site)
    desk = energy_desk(company, caller, site)
    ask = meant(desk, wish, "preview", lambda: _hashprice(company, desk))
    plan = service.preview(desk, ask, who=caller.name)
    told = goes_by(desk, wish, ask)
    if told.hashprice_usd_ph_day is None:
        told = msgspec.structs.replace(told, hashprice_usd_ph_day=_hashprice(company, desk))
    assets = {choice.candidate.asset for choice in plan.choices}
    touched = his_machines(Book(desk.db), caller.name, desk.clock) | assets
    reasons = Counter(item.blocked for item in plan.left_out)
    no_price = "no price of power is known: tell the site, or name a tariff in its file."
    return PlanAnswer(
        site=site,
        wish=wish,
        asked=amount_of(ask.shed),
        wanted=kilowatts(plan.wanted_w),
        shed=kilowatts(plan.shed_w),
        lost=measured(sum(choice.lost_ths for choice in plan.choices), "TH/s", 1),
        words=plan.words,
        rows=tuple(plan_rows(plan, told, float(desk.site.pue))[: min(limit, ROWS_MAX)]),
        machines=len(plan.choices),
        left_out=tuple(LeftOut(reason, number) for reason, number in reasons.most_common()),
        needs_approval=len(touched) > desk.site.approval_above,
        approval_above=desk.site.approval_above,
        manner=ask.manner,
        until_us=ask.until_us,
        hashprice=measured(
            told.hashprice_usd_ph_day, "USD/PH/day", 2, "" if told.hashprice_usd_ph_day else "no hashprice is known."
        ),
        price=measured(told.price_usd_mwh, "USD/MWh", 2, no_price if told.price_usd_mwh is None else ""),
        attended=desk.attended,
        may_act=caller.may("energy.act", site),
    )


def start(company: Company, caller: Caller, site: str, asked: Curtail, *, request: str) -> EventRow:
    """Ask for a curtailment. The site's agent begins within a second, or when a second person has approved.

    Raises:
        Forbidden: no right at the site.
        Missing: its state is not here.
        InputError: as `preview`, or no reason.
    """
    caller.insist("energy.act", site)
    desk = energy_desk(company, caller, site)
    ask = meant(desk, asked.wish, asked.reason, lambda: _hashprice(company, desk))
    made = service.start(desk, ask, who=caller.name)
    detail = f"{amount_of(made.ask.shed)}: {made.ask.reason}"
    company.record(caller, "energy.curtail", made.id, request=request, detail=detail[:300], site=site)
    return event_row(caller, site, made)


def approve(company: Company, caller: Caller, site: str, id_: str, *, request: str) -> EventRow:
    """Approve what somebody else asked for; the agent begins within a second.

    Raises:
        Forbidden: no right at the site.
        Missing: there is none of that id here.
        InputError: it is one's own, or waits for nobody.
    """
    caller.insist("energy.approve", site)
    desk = energy_desk(company, caller, site)
    known(desk, id_)
    found = service.approve(desk, id_, who=caller.name)
    company.record(caller, "energy.approve", id_, request=request, detail=amount_of(found.ask.shed), site=site)
    return event_row(caller, site, found)


def end(company: Company, caller: Caller, site: str, id_: str, told: End, *, request: str) -> EventRow:
    """Bring machines back, take a curtailment back, or stop it at once.

    Raises:
        Forbidden: no right at the site.
        Missing: there is none of that id here.
        InputError: no reason, or it is over.
    """
    caller.insist("energy.act", site)
    desk = energy_desk(company, caller, site)
    known(desk, id_)
    found = _ENDS[told.how](desk, id_, who=caller.name, reason=told.reason)
    company.record(caller, f"energy.{told.how}", id_, request=request, detail=told.reason[:300], site=site)
    return event_row(caller, site, found)


def release(company: Company, caller: Caller, site: str, told: Release, *, request: str) -> dict[str, str]:
    """Wake machines whatever holds them.

    Returns:
        The machines that were held, each with the curtailment that held it.

    Raises:
        Forbidden: no right at the site.
        Missing: its state is not here.
        InputError: no reason, or none of them is held.
    """
    caller.insist("energy.act", site)
    held = service.release(energy_desk(company, caller, site), told.assets, who=caller.name, reason=told.reason)
    subject = ", ".join(sorted(held))
    company.record(caller, "energy.release", subject[:200], request=request, detail=told.reason[:300], site=site)
    return held


def resume(company: Company, caller: Caller, site: str, rule: str, *, request: str) -> tuple[RuleRow, ...]:
    """Put a rule in force again that rests because somebody ended its curtailment.

    Raises:
        Forbidden: no right at the site.
        Missing: its state is not here.
        InputError: there is no such rule.
    """
    caller.insist("energy.act", site)
    desk = energy_desk(company, caller, site)
    service.resume(desk, rule, who=caller.name)
    company.record(caller, "energy.resume", rule, request=request, site=site)
    return rule_rows(desk)


def tell_price(company: Company, caller: Caller, site: str, told: TellPrice, *, request: str) -> None:
    """Tell a site what power costs or hash rate earns now; rules that shed at breakeven go by it.

    Raises:
        Forbidden: no right at the site.
        Missing: its state is not here.
        InputError: nothing is told, or a figure cannot be.
    """
    caller.insist("energy.act", site)
    desk = energy_desk(company, caller, site)
    pairs: tuple[tuple[Quantity, float | None], ...] = (
        ("price_usd_mwh", told.price_usd_mwh),
        ("hashprice_usd_ph_day", told.hashprice_usd_ph_day),
    )
    given = [(quantity, value) for quantity, value in pairs if value is not None]
    if not given:
        raise InputError("nothing is told.", field="price_usd_mwh", remedy="Give a price of power or a hashprice.")
    for quantity, value in given:
        service.tell_price(desk, quantity, value, who=caller.name)
        company.record(caller, "energy.price", quantity, request=request, detail=f"{value:g}", site=site)


def curtailments(company: Company, caller: Caller, site: str) -> Curtailments:
    """A site's curtailments, rules and sources.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: its state is not here.
    """
    caller.insist("energy.read", site)
    desk = energy_desk(company, caller, site)
    rows = [event_row(caller, site, event) for event in Book(desk.db).events(EVENTS_MAX)]
    kept = {row.id for row in rows}
    return Curtailments(
        site=site,
        open=tuple(row for row in rows if row.state not in OVER),
        over=tuple(row for row in rows if row.state in OVER),
        past=tuple(item for item in past(company.view(), (site,)) if item.id not in kept),
        rules=rule_rows(desk),
        manner=rules_of(Book(desk.db)).manner,
        feeders=tuple(feeder.name for feeder in desk.site.feeder),
        now_us=desk.clock.now_us(),
        attended=desk.attended,
        may_act=caller.may("energy.act", site),
    )


def known(desk: SiteDesk, id_: str) -> Event:
    """One curtailment of a site.

    Raises:
        Missing: there is none of that id.
    """
    try:
        return Book(desk.db).event(id_)
    except InputError as error:
        raise Missing(f"there is no curtailment '{id_[:80]}'.", field="id", remedy="See the list.") from error


def _hashprice(company: Company, desk: SiteDesk) -> float | None:
    """What hash rate earns by the journal, where the site was not told."""
    found = earning_on(company, utc_date(desk.clock.now_us())).usd_ph_day
    return None if found is None else float(found)


def _number(name: str, text: str) -> float | int:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or (name in _WHOLE and found != int(found)):
        what = "whole number" if name in _WHOLE else "number"
        raise InputError(f"'{text[:40]}' is no {what}.", field=name, remedy=f"Give a {what}.")
    return int(found) if name in _WHOLE else found
