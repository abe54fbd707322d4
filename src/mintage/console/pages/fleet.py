"""Pages of the fleet: the map, halls as plans, the table of machines, one machine's life, alerts, actions."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.app import PREFIX
from mintage.api.routes.fleet import HOUR_S, Asking, Word, Words, csv_reply
from mintage.console.pages import fleet_draw as draw
from mintage.console.pages.frame import local
from mintage.console.shell import Page, PageRouter, words_for
from mintage.desk import acts, alerts
from mintage.desk.fleet import overview, site_card
from mintage.desk.halls import site_plan
from mintage.desk.machine import machine as machine_of
from mintage.desk.machines import machines as table_of
from mintage.desk.saved import drop_view, save_view
from mintage.desk.series import series
from mintage.units.errors import InputError

router = PageRouter("fleet")
SPANS = ("1h", "24h", "7d", "30d")
CHANGES_SHOWN = 200
"""Machines that a preview lists on its page; its JSON has them all."""
_ACTS = {"approve": acts.approve, "reject": acts.reject, "cancel": acts.cancel}
_DONE = {"approve": "approved", "reject": "rejected", "cancel": "cancelled"}


@router.get("/fleet")
def fleet(asked: Asked = needs("fleet.read"), on: date | None = None) -> Page:
    """Sites on a map and in a table."""
    answer = overview(asked.company, asked.caller, on)
    return Page(template="fleet/index.html", answer=answer, more={"world": draw.world_of(answer)})


@router.get("/fleet/machines")
def machines(ask: Asking, asked: Asked = needs("fleet.read")) -> Page:
    """The table of machines."""
    answer = table_of(asked.company, asked.caller, ask)
    live = tuple(f"machine:{row['key']}:*" for row in answer.rows)
    return Page(template="fleet/machines.html", answer=answer, live=live, more={"reason_of": draw.reason_of(answer)})


@router.get("/fleet/machines.csv")
def machines_as_csv(ask: Asking, asked: Asked = needs("fleet.read")) -> Response:
    """The table as a file."""
    return csv_reply(asked, ask)


@router.get("/fleet/act")
def act(
    action: Word, asked: Asked = needs("fleet.read"), key: Annotated[list[str] | None, Query(max_length=200)] = None
) -> Response:
    """What was ticked in the table, looked at as an action before anybody asks for it."""
    by_site: dict[str, list[str]] = defaultdict(list)
    for item in key or ():
        site, _, asset = item.partition("/")
        by_site[site].append(asset)
    if len(by_site) != 1:
        problem = "machines of one site are acted on at a time." if by_site else "no machine is ticked."
        raise InputError(problem, field="key", remedy="Filter by site, then tick machines.")
    (site, assets), *_ = by_site.items()
    asked.caller.insist("fleet.read", site)
    query = urlencode({"action": action, "scope": f"asset={','.join(assets)}"})
    return RedirectResponse(f"/fleet/{site}/preview?{query}", 303)


@router.get("/fleet/alerts")
def all_alerts(asked: Asked = needs("fleet.read"), site: Word = "", state: alerts.Standing = "open") -> Page:
    """Alerts that stand or are over, and maintenance."""
    answer = alerts.alerts(asked.company, asked.caller, site=site, state=state)
    return Page(template="fleet/alerts.html", answer=answer)


@router.get("/fleet/actions")
def all_actions(asked: Asked = needs("fleet.read"), site: Word = "") -> Page:
    """What was asked of machines."""
    return Page(template="fleet/actions.html", answer=acts.requests(asked.company, asked.caller, site=site))


@router.post("/fleet/views")
def new_view(asked: Asked = needs("fleet.read"), form: FormData = form_of()) -> Response:
    """Save a view of the table."""
    kept = save_view(asked.company, asked.caller, "machines", _said(form, "name"), _said(form, "query"))
    return RedirectResponse(f"/fleet/machines?{kept.query}&done=saved", 303)


@router.post("/fleet/views/delete")
def delete_view(asked: Asked = needs("fleet.read"), form: FormData = form_of()) -> Response:
    """Remove a view of the table."""
    drop_view(asked.company, asked.caller, "machines", _said(form, "name"))
    return RedirectResponse("/fleet/machines?done=deleted", 303)


@router.get("/fleet/{site}")
def site(
    site: str,
    asked: Asked = needs("fleet.read"),
    metric: Word = "hash",
    hall: Annotated[str | None, Query(max_length=100)] = None,
) -> Page:
    """A site with its halls drawn."""
    answer = site_plan(asked.company, asked.caller, site, metric, hall)
    more = {
        "halls": [draw.hall_of(words_for(asked.request), answer, one) for one in answer.halls],
        "legend": draw.legend_of(words_for(asked.request), answer),
    }
    return Page(template="fleet/site.html", answer=answer, more=more)


@router.get("/fleet/{site}/preview")
def preview(
    site: str,
    asked: Asked = needs("fleet.read"),
    action: Word = "",
    scope: Annotated[str, Query(max_length=20_000)] = "all",
    to: Words = None,
) -> Page:
    """What an action would do, before anybody asks for it."""
    told = tuple(item for item in to or () if item)
    ask = acts.ActAsk(action=action, scope=scope, to=told)
    card = site_card(asked.company, asked.caller, site)
    kind = next((item for item in acts.kinds() if item.name == action), None)
    ready = kind is not None and bool(kind.needs) == bool(told)
    answer = acts.preview(asked.company, asked.caller, site, ask) if ready else None
    more: dict[str, Any] = {"ask": ask, "card": card, "kinds": acts.kinds(), "kind": kind, "shown": CHANGES_SHOWN}
    twin = "" if answer else f"{PREFIX}/fleet/{site}"
    return Page(template="fleet/preview.html", answer=answer, more=more, twin=twin)


@router.post("/fleet/{site}/actions")
def ask_for(site: str, asked: Asked = needs("fleet.act"), form: FormData = form_of()) -> Response:
    """Ask for an action."""
    to = tuple(str(item) for item in form.getlist("to") if item)
    ask = acts.ActAsk(action=_said(form, "action"), scope=_said(form, "scope"), to=to, reason=_said(form, "reason"))
    made = acts.ask_for(asked.company, asked.caller, site, ask, request=asked.id)
    done = "asked" if made.request.state == "pending" else "started"
    return RedirectResponse(f"/fleet/{site}/actions/{made.request.id}?done={done}", 303)


@router.get("/fleet/{site}/actions/{id}")
def action(site: str, id: str, asked: Asked = needs("fleet.read")) -> Page:
    """What was asked for, and what came of it at each machine."""
    answer = acts.request_of(asked.company, asked.caller, site, id)
    return Page(template="fleet/action.html", answer=answer)


@router.post("/fleet/{site}/actions/{id}/approve")
def approve(site: str, id: str, asked: Asked = needs("fleet.approve"), form: FormData = form_of()) -> Response:
    """Approve what somebody else asked for."""
    return _decide(asked, site, id, "approve", form)


@router.post("/fleet/{site}/actions/{id}/reject")
def reject(site: str, id: str, asked: Asked = needs("fleet.approve"), form: FormData = form_of()) -> Response:
    """Reject what somebody asked for."""
    return _decide(asked, site, id, "reject", form)


@router.post("/fleet/{site}/actions/{id}/cancel")
def cancel(site: str, id: str, asked: Asked = needs("fleet.act"), form: FormData = form_of()) -> Response:
    """Stop what was asked for."""
    return _decide(asked, site, id, "cancel", form)


@router.get("/fleet/{site}/alerts/{id}")
def alert(site: str, id: str, asked: Asked = needs("fleet.read")) -> Page:
    """One alert."""
    return Page(template="fleet/alert.html", answer=alerts.alert(asked.company, asked.caller, site, id))


@router.post("/fleet/{site}/alerts/{id}/acknowledge")
def acknowledge(site: str, id: str, asked: Asked = needs("fleet.act"), form: FormData = form_of()) -> Response:
    """Say that one takes care of an alert."""
    alerts.acknowledge(asked.company, asked.caller, site, id, why=_said(form, "reason"), request=asked.id)
    return _back(form, f"/fleet/{site}/alerts/{id}", "acknowledged")


@router.post("/fleet/{site}/alerts/{id}/snooze")
def snooze(site: str, id: str, asked: Asked = needs("fleet.act"), form: FormData = form_of()) -> Response:
    """Have quiet of an alert for a while."""
    for_s = _hours(form, "hours") * HOUR_S
    alerts.snooze(asked.company, asked.caller, site, id, for_s=for_s, request=asked.id)
    return _back(form, f"/fleet/{site}/alerts/{id}", "saved")


@router.post("/fleet/{site}/maintenance")
def announce(site: str, asked: Asked = needs("fleet.act"), form: FormData = form_of()) -> Response:
    """Announce maintenance."""
    alerts.maintain(
        asked.company,
        asked.caller,
        site,
        scope=_said(form, "scope") or "all",
        for_s=_hours(form, "hours") * HOUR_S,
        why=_said(form, "reason"),
        request=asked.id,
    )
    return _back(form, "/fleet/alerts", "saved")


@router.post("/fleet/{site}/maintenance/{id}/end")
def end(site: str, id: str, asked: Asked = needs("fleet.act"), form: FormData = form_of()) -> Response:
    """End maintenance now."""
    alerts.end_maintenance(asked.company, asked.caller, site, id, request=asked.id)
    return _back(form, "/fleet/alerts", "saved")


@router.get("/fleet/{site}/{asset}")
def machine(site: str, asset: str, asked: Asked = needs("fleet.read"), span: Word = "24h") -> Page:
    """One machine with its life."""
    answer = machine_of(asked.company, asked.caller, site, asset)
    told = series(asked.company, asked.caller, site, asset, span=span)
    words = words_for(asked.request)
    more = {
        "series": told,
        "charts": draw.charts_of(words, told),
        "chips": draw.chips_of(words, answer),
        "events": draw.events_of(words, answer),
        "span": span,
        "spans": SPANS,
    }
    return Page(template="fleet/machine.html", answer=answer, live=(f"machine:{answer.key}:*",), more=more)


def _decide(asked: Asked, site: str, id_: str, what: str, form: FormData) -> Response:
    _ACTS[what](asked.company, asked.caller, site, id_, reason=_said(form, "reason"), request=asked.id)
    return _back(form, f"/fleet/{site}/actions/{id_}", _DONE[what])


def _back(form: FormData, otherwise: str, done: str) -> Response:
    """To the page that the form came from, with a word on what was done."""
    target = local(_said(form, "back")) if _said(form, "back") else otherwise
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}done={done}", 303)


def _said(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _hours(form: FormData, name: str) -> float:
    try:
        return float(_said(form, name))
    except ValueError as error:
        raise InputError(f"'{_said(form, name)[:40]}' is no number of hours.", field=name) from error
