"""Actions on machines: what one would do, asking for it, and deciding on what others ask for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from mintage.desk.company import Company
from mintage.desk.here import Missing, site_desk
from mintage.desk.scoped import scoped
from mintage.fleet.control import service
from mintage.fleet.control.actions import NAMES, TRAITS, parse_action
from mintage.fleet.control.preview import Preview
from mintage.fleet.control.roles import same_person
from mintage.fleet.control.store import ActionRequest, MachineResult, RequestState
from mintage.people.caller import Caller
from mintage.units.errors import InputError

LIMIT_MAX = 500


class ActionKind(msgspec.Struct, frozen=True, kw_only=True):
    """An action that can be asked for.

    Attributes:
        name: its name.
        needs: what it is set to, "" where it needs nothing.
        repeatable: whether doing it twice is the same as doing it once.
    """

    name: str
    needs: str
    repeatable: bool


class ActAsk(msgspec.Struct, frozen=True, kw_only=True):
    """An action on machines of a site.

    Attributes:
        action: sleep, wake, reboot, mode, power, pools, led or fan.
        scope: which machines: "all", or terms such as "rack=r1,r2" or "asset=m-1,m-2".
        to: what it is set to, where it needs something; for pools one text for each.
        reason: why; needed where it is asked for, not where it is only looked at.
    """

    action: str
    scope: str
    to: tuple[str, ...] = ()
    reason: str = ""


class SiteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request and where it is.

    Attributes:
        site: the site.
        request: the request.
        may_decide: whether the reader may approve or reject it.
        may_cancel: whether the reader may take it back.
    """

    site: str
    request: ActionRequest
    may_decide: bool
    may_cancel: bool


class RequestsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of all sites.

    Attributes:
        requests: the newest first, those that wait for a second person before all others.
        waiting: how many wait for a second person.
        kinds: actions that can be asked for.
        may_act: sites at which the reader may ask.
    """

    requests: list[SiteRequest]
    waiting: int
    kinds: list[ActionKind]
    may_act: list[str]


class RequestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One request.

    Attributes:
        found: the request and where it is.
        machines: what became of it at each machine.
        now_us: the site's own time now.
    """

    found: SiteRequest
    machines: list[MachineResult]
    now_us: int


class PreviewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do.

    Attributes:
        site: the site.
        ask: what was asked.
        preview: what it would do, machine by machine.
        attended: whether the site's agent runs, which carries actions out.
        may_act: whether the reader may ask for it.
    """

    site: str
    ask: ActAsk
    preview: Preview
    attended: bool
    may_act: bool


def kinds() -> list[ActionKind]:
    """Actions that can be asked for."""
    return [
        ActionKind(name=name, needs=TRAITS[kind].needs, repeatable=TRAITS[kind].repeatable)
        for name, kind in NAMES.items()
    ]


def preview(company: Company, caller: Caller, site: str, ask: ActAsk) -> PreviewAnswer:
    """What an action would do; nothing is asked for.

    Raises:
        Missing: the site is not here.
        Forbidden: the caller may not see the site.
        InputError: the action or its settings cannot be, or the scope means no machine.
    """
    caller.insist("fleet.read", site)
    desk = site_desk(company, site)
    found = service.preview(
        scoped(company, desk.as_(caller), ask.scope),
        who=caller.name,
        action=parse_action(ask.action, ask.to),
        scope=ask.scope,
    )
    return PreviewAnswer(
        site=site, ask=ask, preview=found, attended=desk.attended, may_act=caller.may("fleet.act", site)
    )


def ask_for(company: Company, caller: Caller, site: str, ask: ActAsk, *, request: str) -> SiteRequest:
    """Ask for an action. The site's agent begins at once, or when a second person has approved.

    Args:
        company: the company.
        caller: who asks.
        site: where.
        ask: what, at which machines, and why.
        request: id of the HTTP request, for the record.

    Raises:
        Missing: the site is not here.
        Forbidden: no right.
        InputError: no reason, no machine, settings that cannot be, or pools that are not the site's.
    """
    caller.insist("fleet.act", site)
    action = parse_action(ask.action, ask.to)
    desk = scoped(company, site_desk(company, site).as_(caller), ask.scope)
    made = service.request(desk, who=caller.name, action=action, scope=ask.scope, reason=ask.reason)
    company.record(caller, "fleet.action-asked", made.id, request=request, detail=made.what[:200], site=site)
    return _told(caller, site, made)


def approve(company: Company, caller: Caller, site: str, id_: str, *, reason: str, request: str) -> SiteRequest:
    """Approve what somebody else asked for.

    Raises:
        Missing: the site is not here.
        Forbidden: no right.
        InputError: it is one's own request, or it waits for nobody.
    """
    return _decided(company, caller, site, id_, service.approve, "approved", reason, request)


def reject(company: Company, caller: Caller, site: str, id_: str, *, reason: str, request: str) -> SiteRequest:
    """Reject what somebody asked for; no machine is asked.

    Raises:
        Missing: the site is not here.
        Forbidden: no right.
        InputError: no reason, or it waits for nobody.
    """
    return _decided(company, caller, site, id_, service.reject, "rejected", reason, request)


def cancel(company: Company, caller: Caller, site: str, id_: str, *, reason: str, request: str) -> SiteRequest:
    """Stop a request: machines that were not asked yet are not asked any more.

    Raises:
        Missing: the site is not here.
        Forbidden: no right.
        InputError: no reason, or it is over.
    """
    return _decided(company, caller, site, id_, service.cancel, "cancelled", reason, request)


def requests(
    company: Company, caller: Caller, *, site: str = "", states: tuple[RequestState, ...] = (), limit: int = 100
) -> RequestsAnswer:
    """Requests of the sites that somebody may see.

    Raises:
        Forbidden: the caller may not see the one site.
    """
    if site:
        caller.insist("fleet.read", site)
    limit = max(1, min(limit, LIMIT_MAX))
    desks = {
        name: desk
        for name, desk in company.sites.all().items()
        if site in ("", name) and caller.may("fleet.read", name)
    }
    found = [
        _told(caller, name, item)
        for name, desk in desks.items()
        for item in service.requests(desk.db, states=states, limit=limit)
    ]
    found.sort(key=lambda item: (item.request.state != "pending", -item.request.asked_us))
    return RequestsAnswer(
        requests=found[:limit],
        waiting=sum(item.request.state == "pending" for item in found),
        kinds=kinds(),
        may_act=[name for name in desks if caller.may("fleet.act", name)],
    )


def request_of(company: Company, caller: Caller, site: str, id_: str) -> RequestAnswer:
    """One request, and what became of it at each machine.

    Raises:
        Missing: there is none with that id, or the site is not here.
        Forbidden: the caller may not see the site.
    """
    caller.insist("fleet.read", site)
    desk = site_desk(company, site)
    try:
        found, results = service.show(desk.db, id_)
    except InputError as error:
        raise Missing(error.problem, field="id", remedy="See the list of actions.") from error
    return RequestAnswer(found=_told(caller, site, found), machines=results, now_us=desk.clock.now_us())


def _decided(
    company: Company,
    caller: Caller,
    site: str,
    id_: str,
    decide: Callable[..., ActionRequest],
    word: str,
    reason: str,
    request: str,
) -> SiteRequest:
    caller.insist("fleet.act" if word == "cancelled" else "fleet.approve", site)
    found = decide(site_desk(company, site).as_(caller), id_, who=caller.name, reason=reason)
    company.record(caller, f"fleet.action-{word}", id_, request=request, detail=reason[:200], site=site)
    return _told(caller, site, found)


def _told(caller: Caller, site: str, request: ActionRequest) -> SiteRequest:
    pending = request.state == "pending"
    another = not same_person(request.asked_by, caller.name)
    return SiteRequest(
        site=site,
        request=request,
        may_decide=pending and another and caller.may("fleet.approve", site),
        may_cancel=request.state in ("pending", "approved") and caller.may("fleet.act", site),
    )
