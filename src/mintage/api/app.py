"""The application: every route of the API behind its shield, over one company's desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mintage import __version__
from mintage.api.access import request_id
from mintage.api.gauges import Gauges
from mintage.api.openapi import described
from mintage.api.problems import plain_problem, problem_of, problem_reply
from mintage.api.reply import RouteInfo, replying
from mintage.api.routes import ROUTERS
from mintage.api.routes.server import health, metrics, ready
from mintage.api.shield import Shield
from mintage.desk.company import Company
from mintage.units.errors import MintageError

PREFIX = "/api/v1"
AT_ROOT = {"/health": replying(health), "/ready": replying(ready), "/metrics": replying(metrics)}
"""What watchers of servers look for at the root."""


def build(company: Company, *, hosts: Iterable[str] = (), secure: bool = False) -> FastAPI:
    """The application of one company; the console adds its pages.

    Args:
        company: whose desk answers.
        hosts: names by which the server may be called; any where empty.
        secure: whether it is served over HTTPS.
    """
    app = FastAPI(title="Mintage", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.company = company
    app.state.secure = secure
    app.state.registry = CollectorRegistry()
    app.state.registry.register(Gauges(company))
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    for path, endpoint in AT_ROOT.items():
        app.add_api_route(path, endpoint, include_in_schema=False, response_model=None)
    app.add_exception_handler(MintageError, refused)
    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(HTTPException, refused)
    app.add_middleware(Shield, registry=app.state.registry, hosts=frozenset(hosts), secure=secure)
    description: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not description:
            description.update(described(api_routes(), PREFIX))
        return description

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to describe an application otherwise
    return app


def api_routes() -> list[RouteInfo]:
    """Every route of the API."""
    return [info for router in ROUTERS for info in router.infos]


async def refused(request: Request, error: Exception) -> Response:
    """An error as an answer of the API."""
    return problem_reply(told(request, error))


def told(request: Request, error: Exception) -> Any:
    """An error as problem details, whether it is ours or the framework's."""
    id_ = request_id(request)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return plain_problem(422, f"{first['msg']}.", id_, where)
    if isinstance(error, HTTPException):
        return plain_problem(error.status_code, str(error.detail), id_)
    return problem_of(error, id_)
