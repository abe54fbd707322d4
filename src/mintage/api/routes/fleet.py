"""The fleet: sites, plans of halls, the table of machines, one machine's life, alerts, actions."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Depends, Query
from starlette.responses import Response, StreamingResponse

from mintage.api.access import Asked, needs
from mintage.api.queries import IsoDay
from mintage.api.queries import Word as Listed
from mintage.api.reply import ApiRouter, body_of
from mintage.desk import acts, alerts
from mintage.desk.ask import Ask
from mintage.desk.fleet import FleetAnswer, overview
from mintage.desk.halls import SitePlan, site_plan
from mintage.desk.machine import MachineAnswer
from mintage.desk.machine import machine as machine_of
from mintage.desk.machines import MachinesAnswer, machines_csv
from mintage.desk.machines import machines as table_of
from mintage.desk.saved import SavedView, drop_view, save_view
from mintage.desk.series import SeriesAnswer, series
from mintage.desk.site_alerts import SiteAlert
from mintage.fleet.alerts.store import Window

router = ApiRouter(tags=["fleet"])
HOUR_S = 3600.0
Hours = Annotated[float, msgspec.Meta(gt=0, le=8_784)]
Why = Annotated[str, msgspec.Meta(max_length=500)]
Word = Annotated[str, Query(max_length=100)]
Words = Annotated[list[Listed] | None, Query(max_length=100)]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A view of the table of machines to save.

    Attributes:
        name: what to call it; one of that name is replaced.
        query: the table's query.
    """

    name: Annotated[str, msgspec.Meta(max_length=100)]
    query: Annotated[str, msgspec.Meta(max_length=4_000)]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A word on what somebody decides.

    Attributes:
        reason: why.
    """

    reason: Why = ""


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """How long an alert is to be quiet.

    Attributes:
        hours: hours of the site's clock.
    """

    hours: Hours


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance to announce.

    Attributes:
        scope: which machines: "all", or terms such as "rack=r1,r2".
        hours: how long, in hours of the site's clock.
        why: why.
        in_hours: when it begins, hours from now.
    """

    scope: Annotated[str, msgspec.Meta(max_length=20_000)]
    hours: Hours
    why: Why
    in_hours: Annotated[float, msgspec.Meta(ge=0, le=8_784)] = 0.0


def ask_of(  # noqa: PLR0913  a table is asked by many names
    *,
    site: Words = None,
    hall: Words = None,
    rack: Words = None,
    model: Words = None,
    state: Words = None,
    q: Annotated[str, Query(max_length=200)] = "",
    where: Words = None,
    struck: bool = False,
    sort: Word = "asset",
    column: Words = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str, Query(max_length=500)] = "",
) -> Ask:
    """What a query asks of the table of machines; names that are empty do not count."""
    words = {
        "site": site,
        "hall": hall,
        "rack": rack,
        "model": model,
        "state": state,
        "where": where,
        "columns": column,
    }
    told = {name: tuple(item for item in given or () if item) for name, given in words.items()}
    return Ask(**told, q=q, struck=struck, sort=sort, limit=limit, cursor=after)


Asking = Annotated[Ask, Depends(ask_of)]


@router.get("/fleet")
def fleet(asked: Asked = needs("fleet.read"), on: IsoDay | None = None) -> FleetAnswer:
    """The fleet at a glance: what the ledger has of each site beside what its machines say now."""
    return overview(asked.company, asked.caller, on)


@router.get("/fleet/machines")
def machines(ask: Asking, asked: Asked = needs("fleet.read")) -> MachinesAnswer:
    """A page of the table of machines: filtered, sorted and counted by the server.

    `where` takes conditions such as `chip_max_c>=90`, `hashrate_ths<=50` or `power_in_w=unknown`; `sort` takes a
    column, with "-" before it for the greatest first; `after` takes the cursor of an earlier answer.
    """
    return table_of(asked.company, asked.caller, ask)


@router.get("/fleet/machines.csv")
def machines_as_csv(ask: Asking, asked: Asked = needs("fleet.read")) -> Response:
    """Every machine that the filters mean, as CSV; what is unknown is an empty cell."""
    return csv_reply(asked, ask)


@router.get("/fleet/alerts")
def all_alerts(
    asked: Asked = needs("fleet.read"),
    site: Word = "",
    state: alerts.Standing = "open",
    since_us: Annotated[int, Query(ge=0, le=1 << 62)] = 0,
    limit: Annotated[int, Query(ge=1, le=alerts.LIMIT_MAX)] = 200,
) -> alerts.AlertsAnswer:
    """Alerts that stand, the worst first, or that are over, the newest first; and maintenance."""
    return alerts.alerts(asked.company, asked.caller, site=site, state=state, since_us=since_us, limit=limit)


@router.get("/fleet/actions")
def all_actions(
    asked: Asked = needs("fleet.read"),
    site: Word = "",
    limit: Annotated[int, Query(ge=1, le=acts.LIMIT_MAX)] = 100,
) -> acts.RequestsAnswer:
    """What was asked of machines; what waits for a second person comes first."""
    return acts.requests(asked.company, asked.caller, site=site, limit=limit)


@router.post("/fleet/views", status_code=201)
def new_view(asked: Asked = needs("fleet.read"), view: View = body_of(View)) -> SavedView:
    """Save a view of the table of machines for oneself."""
    return save_view(asked.company, asked.caller, "machines", view.name, view.query)


@router.delete("/fleet/views/{name}", status_code=204)
def delete_view(name: str, asked: Asked = needs("fleet.read")) -> Response:
    """Remove a view of one's own; one that is not there is gone already."""
    drop_view(asked.company, asked.caller, "machines", name)
    return Response(None, 204)


@router.get("/fleet/{site}")
def site(
    site: str,
    asked: Asked = needs("fleet.read"),
    metric: Word = "hash",
    hall: Annotated[str | None, Query(max_length=100)] = None,
) -> SitePlan:
    """A site with its halls as drawn plans: each slot of each rack with the class of a metric, and a legend."""
    return site_plan(asked.company, asked.caller, site, metric, hall)


@router.get("/fleet/{site}/preview")
def preview(
    site: str,
    action: Word,
    scope: Annotated[str, Query(max_length=20_000)],
    asked: Asked = needs("fleet.read"),
    to: Words = None,
) -> acts.PreviewAnswer:
    """What an action would do to which machines, and whether a second person must approve; nothing is asked for."""
    return acts.preview(asked.company, asked.caller, site, acts.ActAsk(action=action, scope=scope, to=tuple(to or ())))


@router.post("/fleet/{site}/actions", status_code=201)
def ask_for_action(
    site: str, asked: Asked = needs("fleet.act"), ask: acts.ActAsk = body_of(acts.ActAsk)
) -> acts.SiteRequest:
    """Ask for an action. The site's agent begins at once, or when a second person has approved."""
    return acts.ask_for(asked.company, asked.caller, site, ask, request=asked.id)


@router.get("/fleet/{site}/actions/{id}")
def action(site: str, id: str, asked: Asked = needs("fleet.read")) -> acts.RequestAnswer:
    """What was asked for, and what came of it at each machine."""
    return acts.request_of(asked.company, asked.caller, site, id)


@router.post("/fleet/{site}/actions/{id}/approve")
def approve_action(
    site: str, id: str, asked: Asked = needs("fleet.approve"), said: Said = body_of(Said)
) -> acts.SiteRequest:
    """Approve what somebody else asked for."""
    return acts.approve(asked.company, asked.caller, site, id, reason=said.reason, request=asked.id)


@router.post("/fleet/{site}/actions/{id}/reject")
def reject_action(
    site: str, id: str, asked: Asked = needs("fleet.approve"), said: Said = body_of(Said)
) -> acts.SiteRequest:
    """Reject what somebody asked for; no machine is asked."""
    return acts.reject(asked.company, asked.caller, site, id, reason=said.reason, request=asked.id)


@router.post("/fleet/{site}/actions/{id}/cancel")
def cancel_action(
    site: str, id: str, asked: Asked = needs("fleet.act"), said: Said = body_of(Said)
) -> acts.SiteRequest:
    """Stop a request: machines that were not asked yet are not asked any more."""
    return acts.cancel(asked.company, asked.caller, site, id, reason=said.reason, request=asked.id)


@router.get("/fleet/{site}/alerts/{id}")
def alert(site: str, id: str, asked: Asked = needs("fleet.read")) -> alerts.AlertAnswer:
    """One alert: who is struck, what was sent of it, who takes care of it."""
    return alerts.alert(asked.company, asked.caller, site, id)


@router.post("/fleet/{site}/alerts/{id}/acknowledge")
def acknowledge(site: str, id: str, asked: Asked = needs("fleet.act"), said: Said = body_of(Said)) -> SiteAlert:
    """Say that one takes care of an alert: it is not told again until it is clear."""
    return alerts.acknowledge(asked.company, asked.caller, site, id, why=said.reason, request=asked.id)


@router.post("/fleet/{site}/alerts/{id}/snooze")
def snooze(site: str, id: str, asked: Asked = needs("fleet.act"), quiet: Quiet = body_of(Quiet)) -> SiteAlert:
    """Have quiet of an alert for a while; if it stands then, it is told again."""
    return alerts.snooze(asked.company, asked.caller, site, id, for_s=quiet.hours * HOUR_S, request=asked.id)


@router.post("/fleet/{site}/maintenance", status_code=201)
def announce(site: str, asked: Asked = needs("fleet.act"), told: Maintenance = body_of(Maintenance)) -> Window:
    """Announce maintenance: what happens to these machines meanwhile is no alert."""
    return alerts.maintain(
        asked.company,
        asked.caller,
        site,
        scope=told.scope,
        for_s=told.hours * HOUR_S,
        why=told.why,
        request=asked.id,
        in_s=told.in_hours * HOUR_S,
    )


@router.post("/fleet/{site}/maintenance/{id}/end", status_code=204)
def end(site: str, id: str, asked: Asked = needs("fleet.act")) -> Response:
    """End maintenance now; what still holds then is an alert."""
    alerts.end_maintenance(asked.company, asked.caller, site, id, request=asked.id)
    return Response(None, 204)


@router.get("/fleet/{site}/{asset}")
def machine(site: str, asset: str, asked: Asked = needs("fleet.read")) -> MachineAnswer:
    """One machine: readings with source and age, boards, chips, build, cost, bitcoin earned, alerts and actions."""
    return machine_of(asked.company, asked.caller, site, asset)


@router.get("/fleet/{site}/{asset}/series")
def machine_series(
    site: str,
    asset: str,
    asked: Asked = needs("fleet.read"),
    span: Word = "24h",
    start_s: Annotated[int | None, Query(ge=0, le=1 << 40)] = None,
    end_s: Annotated[int | None, Query(ge=0, le=1 << 40)] = None,
    field: Words = None,
) -> SeriesAnswer:
    """A machine's telemetry: samples for hours, 5 minutes for days, hours for longer; unknown readings are null."""
    return series(
        asked.company, asked.caller, site, asset, start_s=start_s, end_s=end_s, span=span, names=tuple(field or ())
    )


def csv_reply(asked: Asked, ask: Ask) -> Response:
    """The table as a file, sent in pieces."""
    pieces = machines_csv(asked.company, asked.caller, ask)
    headers = {"Content-Disposition": 'attachment; filename="machines.csv"', "Cache-Control": "private, no-cache"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)
