"""The API's own pages: its description to read and try, and what each kind of problem means."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from mintage.api.access import who
from mintage.api.problems import KINDS
from mintage.api.shield import POLICY
from mintage.console.shell import Page, PageRouter, show

router = PageRouter("docs")
LOOSER = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes styles into its elements; scripts stay ours alone."""


@router.get("/api/docs")
def api_docs(request: Request) -> Response:
    """The API, to read and to try."""
    page = Page(template="docs/api.html", twin="/api/v1/openapi.json")
    reply = show(request, page, who(request), "docs")
    reply.headers["Content-Security-Policy"] = LOOSER
    return reply


@router.get("/api/problems")
def problem_kinds(request: Request) -> Response:
    """What each kind of problem means."""
    page = Page(template="docs/problems.html", answer=KINDS, twin="/api/v1/problems")
    return show(request, page, who(request), "docs")
