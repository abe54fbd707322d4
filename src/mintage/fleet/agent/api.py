"""The agent's HTTP API: what is known of the site, and requests for actions and curtailments.

It changes nothing by itself: it leaves requests in the site's state through the same services as the command line,
with the same rights, and the agent's parts carry them out. Every route needs a token of one of the site's users.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mintage.fleet.agent.access import Refused, body, guarded, raw_body
from mintage.fleet.agent.supervise import part_states
from mintage.fleet.alerts import service as alerts
from mintage.fleet.context import Context
from mintage.fleet.control import service as control
from mintage.fleet.control.roles import Right
from mintage.fleet.curtail import service as curtail
from mintage.fleet.curtail.asks import Ask
from mintage.fleet.curtail.signals import heed
from mintage.fleet.drivers.port import Action
from mintage.fleet.rows import machine_detail, machine_row
from mintage.fleet.scope import parse_scope, select
from mintage.units.errors import InputError
from mintage.wire.serve import serving

LOG = logging.getLogger("mintage.agent")
LIST_MAX = 1000


class ActionBody(msgspec.Struct, forbid_unknown_fields=True):
    """A request for an action: `{"action": {"type": "sleep"}, "scope": "rack=r1", "reason": "..."}`."""

    action: Action
    scope: str
    reason: str
    expires_s: float | None = None
    foreign_pools: bool = False


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why something is decided."""

    reason: str = ""


class RouteRow(NamedTuple):
    """One route: what it takes, who may ask, and what it does."""

    method: str
    path: str
    right: Right
    handler: str
    body: str
    does: str


_REASON = '{"reason": "why"}'
_ACTION = '{"action": {"type": "sleep"}, "scope": "rack=r1", "reason": "why"}'
_ASK = '{"shed": {"kind": "fixed", "kw": 60}, "reason": "why", "until_us": 1754048476517760}'
ROUTES = (
    RouteRow("GET", "/v1/site", "read", "site", "", "The site now: machines by state, and the agent's parts."),
    RouteRow("GET", "/v1/machines", "read", "machines", "", "Machines now; `?scope=rack=r1` chooses."),
    RouteRow("GET", "/v1/machines/{id}", "read", "machine", "", "Every reading of a machine, with source and age."),
    RouteRow("GET", "/v1/alerts", "read", "alerts", "", "Alerts that stand; with `?since_us=` those that stood."),
    RouteRow("POST", "/v1/alerts/{id}/ack", "act", "ack", _REASON, "Take care of an alert."),
    RouteRow("GET", "/v1/actions", "read", "actions", "", "The latest requests."),
    RouteRow("GET", "/v1/actions/{id}", "read", "action", "", "One request, machine by machine."),
    RouteRow("POST", "/v1/actions", "act", "request", _ACTION, "Ask for an action."),
    RouteRow("POST", "/v1/actions/{id}/approve", "approve", "approve", _REASON, "Approve somebody else's request."),
    RouteRow("POST", "/v1/actions/{id}/reject", "approve", "reject", _REASON, "Reject a request."),
    RouteRow("POST", "/v1/actions/{id}/cancel", "act", "cancel", _REASON, "Take one's own request back."),
    RouteRow("GET", "/v1/curtailments", "read", "curtailments", "", "The latest curtailments."),
    RouteRow("GET", "/v1/curtailments/{id}", "read", "curtailment", "", "One curtailment, with what was delivered."),
    RouteRow("POST", "/v1/curtailments/preview", "read", "preview", _ASK, "What would be shed; nothing is done."),
    RouteRow("POST", "/v1/curtailments", "act", "curtail", _ASK, "Start a curtailment."),
    RouteRow("POST", "/v1/curtailments/{id}/approve", "approve", "approve_curtailment", "", "Approve somebody else's."),
    RouteRow("POST", "/v1/curtailments/{id}/restore", "act", "restore", _REASON, "Bring its machines back in steps."),
    RouteRow("POST", "/v1/curtailments/{id}/cancel", "act", "cancel_curtailment", _REASON, "Take it back."),
    RouteRow("POST", "/v1/curtailments/{id}/abort", "act", "abort", _REASON, "Wake all its machines at once."),
    RouteRow("POST", "/v1/signals", "read", "signal", "see curtail rules", "Hear a source of signals, by its rules."),
)
"""Every route; `docs/api.md` is made from it."""


class Api:
    """The routes of one site's agent.

    Args:
        context: the site.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def app(self) -> Starlette:
        """The ASGI application."""
        site = self._context.site
        return Starlette(
            routes=[
                Route(row.path, guarded(site, row.right, getattr(self, f"_{row.handler}")), methods=[row.method])
                for row in ROUTES
            ],
            exception_handlers={404: _nowhere},
        )

    async def _site(self, _request: Request, _who: str) -> Any:
        machines = self._context.latest.all(self._context.site.name)
        return {
            "site": self._context.site.name,
            "at_us": self._context.clock.now_us(),
            "machines": len(machines),
            "states": Counter(machine.state for machine in machines),
            "parts": part_states(self._context.db),
        }

    async def _machines(self, request: Request, _who: str) -> Any:
        scope = parse_scope(request.query_params.get("scope", "all"))
        found = select(scope, self._context.latest.all(self._context.site.name))
        now_us = self._context.clock.now_us()
        return [machine_row(machine, now_us) for machine in found.machines]

    async def _machine(self, request: Request, _who: str) -> Any:
        machine = self._context.latest.get(request.path_params["id"])
        if machine is None:
            raise Refused(404, f"no machine '{request.path_params['id']}' is known here.")
        return machine_detail(machine, self._context.clock.now_us())

    async def _alerts(self, request: Request, _who: str) -> Any:
        if "since_us" not in request.query_params:
            return alerts.open_alerts(self._context.db)
        return alerts.history(self._context.db, since_us=_whole(request, "since_us", 0), limit=_limit(request))

    async def _ack(self, request: Request, who: str) -> Any:
        told = await body(request, ReasonBody)
        return alerts.ack(self._context, request.path_params["id"], who=who, why=told.reason)

    async def _actions(self, request: Request, _who: str) -> Any:
        return control.requests(self._context.db, limit=_limit(request))

    async def _action(self, request: Request, _who: str) -> Any:
        found, results = control.show(self._context.db, request.path_params["id"])
        return {"request": found, "machines": results}

    async def _request(self, request: Request, who: str) -> Any:
        told = await body(request, ActionBody)
        return control.request(
            self._context,
            who=who,
            action=told.action,
            scope=told.scope,
            reason=told.reason,
            expires_s=told.expires_s,
            foreign_pools=told.foreign_pools,
        )

    async def _curtailments(self, request: Request, who: str) -> Any:
        return curtail.events(self._context, who=who, limit=_limit(request))

    async def _curtailment(self, request: Request, who: str) -> Any:
        return curtail.event(self._context, request.path_params["id"], who=who)

    async def _preview(self, request: Request, who: str) -> Any:
        return curtail.preview(self._context, await _ask(request), who=who)

    async def _curtail(self, request: Request, who: str) -> Any:
        return curtail.start(self._context, await _ask(request), who=who)

    async def _approve_curtailment(self, request: Request, who: str) -> Any:
        return curtail.approve(self._context, request.path_params["id"], who=who)

    async def _signal(self, request: Request, who: str) -> Any:
        """A source of signals is a user by the same name; what it may say is in the site's rules, not in its role."""
        return heed(self._context, await raw_body(request), who=who)

    async def _approve(self, request: Request, who: str) -> Any:
        return await self._decide(control.approve, request, who)

    async def _reject(self, request: Request, who: str) -> Any:
        return await self._decide(control.reject, request, who)

    async def _cancel(self, request: Request, who: str) -> Any:
        return await self._decide(control.cancel, request, who)

    async def _restore(self, request: Request, who: str) -> Any:
        return await self._decide(curtail.restore, request, who)

    async def _cancel_curtailment(self, request: Request, who: str) -> Any:
        return await self._decide(curtail.cancel, request, who)

    async def _abort(self, request: Request, who: str) -> Any:
        return await self._decide(curtail.abort, request, who)

    async def _decide(self, service: Callable[..., Any], request: Request, who: str) -> Any:
        """Decide on what has an id: who, and why."""
        told = await body(request, ReasonBody)
        return service(self._context, request.path_params["id"], who=who, reason=told.reason)


async def serve(context: Context) -> None:
    """Serve the API until cancelled; a part of the agent. Where no user has a token there is nothing to serve.

    Raises:
        InputError: the address cannot be listened on, or is not this machine's own and there is no certificate.
    """
    site = context.site
    if not any(user.token_sha256 for user in site.user):
        LOG.info("the API is off: no [[user]] of %s has a token_sha256", site.name)
        return
    host, _, port = site.agent.listen.rpartition(":")
    if not port.isdigit():
        raise InputError(f"'{site.agent.listen}' is not host:port.", field="agent.listen")
    if not site.agent.certificate and not _stays(host):
        raise InputError(
            f"without a certificate tokens would cross the network in the clear on {host}.",
            field="agent.listen",
            remedy='Set agent.certificate and agent.private_key, or listen on "127.0.0.1".',
        )
    async with serving(
        Api(context).app(),
        host,
        int(port),
        certificate=Path(site.agent.certificate) if site.agent.certificate else None,
        private_key=Path(site.agent.private_key) if site.agent.private_key else None,
    ) as chosen:
        LOG.info("the API is at %s:%d", host, chosen)
        await asyncio.Event().wait()


async def _nowhere(_request: Request, _error: Exception) -> Response:
    """A path that is no route, told as every other refusal."""
    return JSONResponse({"problem": "no such route.", "remedy": "GET /v1/site is one; docs/api.md lists all."}, 404)


async def _ask(request: Request) -> Ask:
    """A curtailment that a person asks for; nobody passes for a rule or a signal."""
    return msgspec.structs.replace(await body(request, Ask), trigger="person", rule="")


def _limit(request: Request) -> int:
    return min(_whole(request, "limit", 100), LIST_MAX)


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputError(f"'{text[:40]}' is not a whole number.", field=name)
    return int(text)


def _stays(host: str) -> bool:
    """Whether an address is heard on this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
