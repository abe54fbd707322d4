"""Requests of sites that wait for a second person: actions on machines, and curtailments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

from mintage.desk import acts
from mintage.desk.approval_answer import ApprovalPage, ApprovalRow, Decision, missing
from mintage.desk.company import Company
from mintage.desk.sites import SiteDesk
from mintage.fleet.control import service as control
from mintage.fleet.control.roles import same_person
from mintage.fleet.control.store import ActionRequest, in_people_s
from mintage.fleet.curtail import service as curtail
from mintage.fleet.curtail.states import Event
from mintage.people.caller import Caller
from mintage.people.proposals import State
from mintage.units.errors import InputError

FLEET_APPROVE, ENERGY_APPROVE = "fleet.approve", "energy.approve"


def pending(company: Company, caller: Caller) -> Iterator[ApprovalRow]:
    """What waits at the sites that somebody may see."""
    for name, desk in company.sites.all().items():
        if caller.may("fleet.read", name):
            for asked in control.requests(desk.db, states=("pending",)):
                if desk.clock.now_us() < asked.expires_us:
                    yield _machine_row(caller, name, asked)
        if caller.may("energy.read", name) and caller.may("fleet.read", name):
            for event in curtail.events(desk.as_(caller), who=caller.name):
                row = _curtail_row(caller, desk, event)
                if row.state == "pending":
                    yield row


def show(company: Company, caller: Caller, id_: str, site: str) -> ApprovalPage:
    """One request of a site.

    Raises:
        Missing: there is none of that id that the caller may see.
    """
    desk = company.sites.all().get(site)
    if desk is not None and id_.startswith("a-") and caller.may("fleet.read", site):
        found = acts.request_of(company, caller, site, id_)
        return ApprovalPage(row=_machine_row(caller, site, found.found.request), machines=tuple(found.machines))
    if desk is not None and caller.may("energy.read", site) and caller.may("fleet.read", site):
        with suppress(InputError):
            event = curtail.event(desk.as_(caller), id_, who=caller.name).event
            return ApprovalPage(row=_curtail_row(caller, desk, event), curtailment=event)
    raise missing(id_)


def _machine_row(caller: Caller, site: str, asked: ActionRequest) -> ApprovalRow:
    own, pending = same_person(asked.asked_by, caller.name), asked.state == "pending"
    return ApprovalRow(
        id=asked.id,
        source="machines",
        site=site,
        action=asked.what,
        subject=asked.scope,
        asked_by=asked.asked_by,
        asked_us=asked.asked_us,
        until_us=asked.expires_us,
        reason=asked.reason,
        state="done" if asked.state == "finished" else asked.state,
        href=f"/approvals/{asked.id}?{urlencode({'site': site})}",
        may_decide=pending and not own and caller.may(FLEET_APPROVE, site),
        may_cancel=pending and own and caller.may("fleet.act", site),
        decided_by=asked.decided_by,
        decided_us=asked.decided_us or 0,
        why=asked.decided_why,
    )


def _curtail_row(caller: Caller, desk: SiteDesk, event: Event) -> ApprovalRow:
    own, site = same_person(event.who, caller.name), desk.site.name
    until_us = event.created_us + round(in_people_s(desk.clock, curtail.APPROVAL_S) * 1e6)
    state: State = "approved"
    if event.state == "preview":
        state = "pending" if desk.clock.now_us() < until_us else "expired"
    elif event.state in ("ended", "aborted", "cancelled"):
        state = "cancelled" if event.state == "cancelled" else "done"
    return ApprovalRow(
        id=event.id,
        source="curtailment",
        site=site,
        action="curtail",
        subject=event.ask.scope,
        asked_by=event.who,
        asked_us=event.created_us,
        until_us=until_us,
        reason=event.ask.reason,
        state=state,
        href=f"/approvals/{event.id}?{urlencode({'site': site})}",
        may_decide=state == "pending" and not own and caller.may(ENERGY_APPROVE, site),
        may_cancel=state == "pending" and own and caller.may("energy.act", site),
        decided_by=event.approved_by,
        why=event.words,
    )


def decide(company: Company, caller: Caller, id_: str, told: Decision, request: str) -> ApprovalRow:
    """Approve or reject what another person asked of a site.

    Raises:
        Missing: there is none of that id that the caller may see.
        Forbidden: the caller may not decide there.
        InputError: it is the caller's own, a no has no reason, or it waits for nobody.
    """
    row, site = show(company, caller, id_, told.site).row, told.site
    if not told.approve and same_person(row.asked_by, caller.name):
        raise InputError(
            f"{row.asked_by} asked for {id_}, and nobody decides his or her own request.",
            field="id",
            remedy="Take it back instead.",
        )
    if row.source == "machines":
        act = acts.approve if told.approve else acts.reject
        return _machine_row(caller, site, act(company, caller, site, id_, reason=told.why, request=request).request)
    caller.insist(ENERGY_APPROVE, site)
    if not told.approve:
        if row.state != "pending":
            raise InputError(f"{id_} waits for nobody: it is {row.state}.", field="id")
        return stop(company, caller, row, told.why, request)
    desk = company.sites.all()[site].as_(caller)
    event = curtail.approve(desk, id_, who=caller.name)
    company.record(caller, "energy.curtailment-approved", id_, request=request, detail=told.why, site=site)
    return _curtail_row(caller, desk, event)


def stop(company: Company, caller: Caller, row: ApprovalRow, why: str, request: str) -> ApprovalRow:
    """End a request of a site before anything begins.

    Raises:
        Forbidden: the caller may not act there.
        InputError: no reason, or it is over.
    """
    if row.source == "machines":
        found = acts.cancel(company, caller, row.site, row.id, reason=why, request=request)
        return _machine_row(caller, row.site, found.request)
    desk = company.sites.all()[row.site].as_(caller)
    event = curtail.cancel(desk, row.id, who=caller.name, reason=why)
    company.record(caller, "energy.curtailment-cancelled", row.id, request=request, detail=why, site=row.site)
    return _curtail_row(caller, desk, event)
