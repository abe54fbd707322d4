"""Alerts of all sites: what stands, what was, and what people say to it."""

from __future__ import annotations

from typing import Literal

import msgspec

from mintage.desk.company import Company
from mintage.desk.here import Missing, site_desk
from mintage.desk.site_alerts import SiteAlert, open_alerts, told
from mintage.fleet.alerts import service
from mintage.fleet.alerts.service import Message
from mintage.fleet.alerts.store import Member, Window
from mintage.people.caller import Caller
from mintage.units.errors import InputError

LIMIT_MAX = 500
Standing = Literal["open", "over"]


class SiteWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance and where it is.

    Attributes:
        site: the site.
        window: the window.
        open: whether it holds now, by the site's clock.
    """

    site: str
    window: Window
    open: bool


class AlertsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts.

    Attributes:
        state: open, or over.
        site: the one site that is asked about, "" for all.
        alerts: the worst first where they stand, the newest first where they are over.
        maintenance: windows of maintenance, the newest first.
        counts: open alerts by severity.
        may_act: sites at which the reader may answer them.
    """

    state: Standing
    site: str
    alerts: list[SiteAlert]
    maintenance: list[SiteWindow]
    counts: dict[str, int]
    may_act: list[str]


class AlertAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One alert.

    Attributes:
        found: the alert and where it is.
        members: every machine or gauge that is or was part of it.
        messages: what was sent of it.
        now_us: the site's own time now.
        may_act: whether the reader may answer it.
    """

    found: SiteAlert
    members: list[Member]
    messages: list[Message]
    now_us: int
    may_act: bool


def alerts(
    company: Company, caller: Caller, *, site: str = "", state: Standing = "open", since_us: int = 0, limit: int = 200
) -> AlertsAnswer:
    """Alerts of the sites that somebody may see.

    Args:
        company: the company.
        caller: who asks.
        site: one site; all where "".
        state: open, or over.
        since_us: where they are over: since this instant.
        limit: how many at most.

    Raises:
        Forbidden: the caller may not see the one site.
    """
    if site:
        caller.insist("fleet.read", site)
    desks = {
        name: desk
        for name, desk in company.sites.all().items()
        if site in ("", name) and caller.may("fleet.read", name)
    }
    limit = max(1, min(limit, LIMIT_MAX))
    standing = open_alerts(company, caller, site or None)
    if state == "open":
        found = standing
    else:
        over = [
            told(name, alert)
            for name, desk in desks.items()
            for alert in service.history(desk.db, since_us=since_us, limit=limit)
        ]
        found = sorted(over, key=lambda item: item.alert.closed_us or 0, reverse=True)
    windows = [
        SiteWindow(site=name, window=window, open=window.from_us <= desk.clock.now_us() < window.to_us)
        for name, desk in desks.items()
        for window in service.maintenance(desk.db)
    ]
    severities = [item.alert.severity for item in standing]
    return AlertsAnswer(
        state=state,
        site=site,
        alerts=found[:limit],
        maintenance=sorted(windows, key=lambda item: item.window.from_us, reverse=True),
        counts={name: severities.count(name) for name in ("critical", "warning", "info")},
        may_act=[name for name in desks if caller.may("fleet.act", name)],
    )


def alert(company: Company, caller: Caller, site: str, id_: str) -> AlertAnswer:
    """One alert.

    Raises:
        Missing: there is none with that id, or its site is not here.
        Forbidden: the caller may not see the site.
    """
    caller.insist("fleet.read", site)
    desk = site_desk(company, site)
    try:
        found, members, messages = service.show(desk.db, id_)
    except InputError as error:
        raise Missing(error.problem, field="id", remedy="See the list of alerts.") from error
    return AlertAnswer(
        found=told(site, found),
        members=members,
        messages=messages,
        now_us=desk.clock.now_us(),
        may_act=caller.may("fleet.act", site),
    )


def acknowledge(company: Company, caller: Caller, site: str, id_: str, *, why: str, request: str) -> SiteAlert:
    """Say that somebody takes care of an alert.

    Args:
        company: the company.
        caller: who says so.
        site: where the alert is.
        id_: the alert.
        why: a word on it.
        request: id of the request, for the record.

    Raises:
        Missing: its site is not here.
        Forbidden: no right.
        InputError: it does not stand.
    """
    caller.insist("fleet.act", site)
    found = service.ack(site_desk(company, site).as_(caller), id_, who=caller.name, why=why)
    company.record(caller, "fleet.alert-acknowledged", id_, request=request, detail=why[:200], site=site)
    return told(site, found)


def snooze(company: Company, caller: Caller, site: str, id_: str, *, for_s: float, request: str) -> SiteAlert:
    """Have quiet of an alert for a while.

    Raises:
        Missing: its site is not here.
        Forbidden: no right.
        InputError: too long, or it does not stand.
    """
    caller.insist("fleet.act", site)
    found = service.snooze(site_desk(company, site).as_(caller), id_, who=caller.name, for_s=for_s)
    company.record(caller, "fleet.alert-snoozed", id_, request=request, detail=f"for {for_s:g} s", site=site)
    return told(site, found)


def maintain(
    company: Company, caller: Caller, site: str, *, scope: str, for_s: float, why: str, request: str, in_s: float = 0.0
) -> Window:
    """Announce maintenance: what happens to these machines meanwhile is no alert.

    Args:
        company: the company.
        caller: who announces it.
        site: where.
        scope: which machines (`mintage.fleet.scope`).
        for_s: how long, in the site's seconds.
        why: why.
        request: id of the request, for the record.
        in_s: when it begins, seconds from now.

    Raises:
        Missing: the site is not here.
        Forbidden: no right.
        InputError: no reason, a scope that cannot be read, or a time that cannot be.
    """
    caller.insist("fleet.act", site)
    desk = site_desk(company, site).as_(caller)
    from_us = desk.clock.now_us() + round(in_s * 1e6)
    to_us = from_us + round(for_s * 1e6)
    made = service.maintain(desk, scope=scope, from_us=from_us, to_us=to_us, who=caller.name, why=why)
    company.record(caller, "fleet.maintenance-announced", made.id, request=request, detail=scope[:200], site=site)
    return made


def end_maintenance(company: Company, caller: Caller, site: str, id_: str, *, request: str) -> None:
    """End maintenance now.

    Raises:
        Missing: the site is not here.
        Forbidden: no right.
        InputError: there is no such window, or it has ended.
    """
    caller.insist("fleet.act", site)
    service.end_maintenance(site_desk(company, site).as_(caller), id_, who=caller.name)
    company.record(caller, "fleet.maintenance-ended", id_, request=request, site=site)
