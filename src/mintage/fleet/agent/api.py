"""The agent's HTTP API: what is known of the site, and requests for actions and curtailments.

It changes nothing by itself: it leaves requests in the site's state through the same services as the command line,
with the same rights, and the agent's parts carry them out. Every route needs a token of one of the site's users.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from mintage.fleet.agent.access import Handler, Refused, body, guarded, raw_body
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
    expires_s: float = control.EXPIRES_S
    foreign_pools: bool = False


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why something is decided."""

    reason: str = ""


class Api:
    """The routes of one site's agent.

    Args:
        context: the site.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def app(self) -> Starlette:
        """The ASGI application."""
        table: list[tuple[str, str, Right, Handler]] = [
            ("GET", "/v1/site", "read", self._site),
            ("GET", "/v1/machines", "read", self._machines),
            ("GET", "/v1/machines/{id}", "read", self._machine),
            ("GET", "/v1/alerts", "read", self._alerts),
            ("POST", "/v1/alerts/{id}/ack", "act", self._ack),
            ("GET", "/v1/actions", "read", self._actions),
            ("GET", "/v1/actions/{id}", "read", self._action),
            ("POST", "/v1/actions", "act", self._request),
            ("POST", "/v1/actions/{id}/approve", "approve", self._decide(control.approve)),
            ("POST", "/v1/actions/{id}/reject", "approve", self._decide(control.reject)),
            ("POST", "/v1/actions/{id}/cancel", "act", self._decide(control.cancel)),
            ("GET", "/v1/curtailments", "read", self._curtailments),
            ("GET", "/v1/curtailments/{id}", "read", self._curtailment),
            ("POST", "/v1/curtailments/preview", "read", self._preview),
            ("POST", "/v1/curtailments", "act", self._curtail),
            ("POST", "/v1/curtailments/{id}/approve", "approve", self._approve_curtailment),
            ("POST", "/v1/curtailments/{id}/restore", "act", self._decide(curtail.restore)),
            ("POST", "/v1/curtailments/{id}/cancel", "act", self._decide(curtail.cancel)),
            ("POST", "/v1/curtailments/{id}/abort", "act", self._decide(curtail.abort)),
            ("POST", "/v1/signals", "read", self._signal),
        ]
        site = self._context.site
        return Starlette(
            routes=[
                Route(path, guarded(site, right, handler), methods=[method]) for method, path, right, handler in table
            ]
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

    def _decide(self, service: Callable[..., Any]) -> Callable[[Request, str], Awaitable[Any]]:
        """A handler for a decision on what has an id: who, and why."""

        async def decide(request: Request, who: str) -> Any:
            told = await body(request, ReasonBody)
            return service(self._context, request.path_params["id"], who=who, reason=told.reason)

        return decide


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
