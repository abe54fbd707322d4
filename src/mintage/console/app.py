"""The console: the API's application with the pages beside it, and errors that are pages where pages are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mintage.api.access import SAFE, who
from mintage.api.app import build, refused, told
from mintage.api.problems import Problem, problem_of
from mintage.api.reply import RouteInfo
from mintage.console.pages import ROUTERS
from mintage.console.shell import Page, show
from mintage.console.static import Static
from mintage.desk.company import Company
from mintage.units.errors import MintageError

OURS = ("/api/", "/metrics", "/health", "/static/")
"""Paths whose errors are for programs."""


def console(company: Company, *, hosts: Iterable[str] = (), secure: bool = False) -> FastAPI:
    """The application with API and pages.

    Args:
        company: whose desk answers.
        hosts: names by which the server may be called; any where empty.
        secure: whether it is served over HTTPS.
    """
    app = build(company, hosts=hosts, secure=secure)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Static())
    for kind in (MintageError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, failed)
    return app


def page_routes() -> list[RouteInfo]:
    """Every route of the pages."""
    return [info for router in ROUTERS for info in router.infos]


async def failed(request: Request, error: Exception) -> Response:
    """An error as a page, or as problem details where a program asks."""
    path = request.url.path
    if path.startswith(OURS) or "text/html" not in request.headers.get("accept", "text/html"):
        return await refused(request, error)
    problem: Problem = told(request, error)
    if problem.status == 401:
        target = f"{path}?{request.url.query}" if request.url.query else path
        if request.method not in SAFE:
            target = "/"
        start = "/setup" if request.app.state.company.people.empty() else "/sign-in"
        return RedirectResponse(f"{start}?{urlencode({'next': target})}", 303)
    try:
        caller = who(request)
    except MintageError as second:  # whoever cannot be known still gets a page
        problem, caller = problem_of(second), None
    return show(request, Page(template="error.html", answer=problem, status=problem.status), caller)
