"""The server as programs see it: its description, whether it lives and is ready, and figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mintage import __version__
from mintage.api.access import Asked, needs
from mintage.api.problems import KINDS
from mintage.api.reply import ApiRouter
from mintage.desk.company import Company
from mintage.units.errors import MintageError

router = ApiRouter(tags=["server"])


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server lives.

    Attributes:
        status: "alive".
        version: of Mintage.
    """

    status: str
    version: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server can answer.

    Attributes:
        ready: whether all of it can be read.
        checks: each part with "ok" or what is wrong.
    """

    ready: bool
    checks: dict[str, str]


class ProblemKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem details.

    Attributes:
        type: its address.
        status: HTTP status.
        title: what it means.
    """

    type: str
    status: int
    title: str


class ProblemKinds(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds of problem details.

    Attributes:
        problems: by status.
    """

    problems: list[ProblemKind]


@router.get("/health")
def health() -> Health:
    """Whether the server lives; open to all, and tells nothing else."""
    return Health(status="alive", version=__version__)


@router.get("/ready", responses={503: {"description": "Not ready."}})
def ready(request: Request) -> Response:
    """Whether journal, console file and sites can be read; open to all, and names no file."""
    found = readiness(request.app.state.company)
    return JSONResponse(msgspec.to_builtins(found), 200 if found.ready else 503, {"Cache-Control": "no-store"})


@router.get("/metrics")
def metrics(asked: Asked = needs("settings.read")) -> Response:
    """Figures for Prometheus, in its text form."""
    return Response(generate_latest(asked.request.app.state.registry), 200, {}, CONTENT_TYPE_LATEST)


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """This description, in OpenAPI 3.1."""
    app = request.app
    if getattr(app.state, "openapi", None) is None:  # written out once: it is long, and open to strangers
        app.state.openapi = msgspec.json.encode(app.openapi())
    return Response(app.state.openapi, 200, {}, "application/json")


@router.get("/problems")
def problems() -> ProblemKinds:
    """Every kind of problem details that an answer may be."""
    kinds = [
        ProblemKind(type=f"/api/problems#{name}", status=code, title=title) for code, (name, title) in KINDS.items()
    ]
    return ProblemKinds(problems=kinds)


def readiness(company: Company) -> Readiness:
    """Whether each part can be read."""
    checks = {
        "journal": _tried(company.journal.head),
        "console": _tried(lambda: company.state.rows("SELECT 1")),
    }
    for name, desk in company.sites.all().items():
        checks[f"site {name}"] = _tried(partial(desk.db.rows, "SELECT 1"))
    for name in company.sites.problems():
        checks[f"site {name}"] = "its file cannot be used"
    return Readiness(ready=all(text == "ok" for text in checks.values()), checks=checks)


def _tried(read: Callable[[], object]) -> str:
    try:
        read()
    except MintageError:
        return "cannot be read"
    return "ok"
