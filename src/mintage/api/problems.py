"""Errors as RFC 9457 problem details: one form for all of them, with field and remedy where they are known."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

from mintage.desk.here import Missing
from mintage.people.caller import Forbidden
from mintage.people.errors import SignInRefused, TooMany
from mintage.units.errors import (
    CheckFailed,
    DuplicateKey,
    InputError,
    LimitError,
    MintageError,
    PeriodClosed,
    Shortfall,
    StoreError,
    WireError,
)

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong with a request (RFC 9457).

    Attributes:
        type: address of the page that explains this kind of problem.
        title: the kind, in words.
        status: HTTP status.
        detail: what is wrong with this request, in one sentence.
        instance: the request's id, which the server's log has too.
        field: the field that is wrong.
        remedy: what to do about it.
        right: the right that is missing.
        retry_after_s: seconds to wait before trying again.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    field: str = ""
    remedy: str = ""
    right: str = ""
    retry_after_s: float | None = None


class NotFound(InputError):
    """What is asked for is not there."""


class Refused(MintageError):
    """A request that is not even looked at.

    Args:
        status: HTTP status.
        problem: one sentence on what is wrong.
        remedy: one sentence on what to do.
        retry_after_s: seconds to wait before trying again.
    """

    def __init__(self, status: int, problem: str, remedy: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(problem)
        self.status, self.problem, self.remedy, self.retry_after_s = status, problem, remedy, retry_after_s


_STATUS: tuple[tuple[type[MintageError], int], ...] = (
    (NotFound, 404),
    (Missing, 404),
    (SignInRefused, 401),
    (DuplicateKey, 409),
    (PeriodClosed, 409),
    (Shortfall, 409),
    (LimitError, 413),
    (InputError, 400),
    (CheckFailed, 409),
    (StoreError, 503),
    (WireError, 502),
)
KINDS: dict[int, tuple[str, str]] = {
    304: ("not-modified", "What you have is still right."),
    400: ("bad-input", "Something in the request is wrong; nothing was changed."),
    401: ("not-signed-in", "It is not known who asks."),
    403: ("forbidden", "Whoever asks may not do this."),
    404: ("not-found", "There is no such thing."),
    405: ("wrong-method", "This address takes another method."),
    406: ("no-such-form", "It is not to be had in the form that is asked for."),
    408: ("too-slow", "The request did not come in time."),
    409: ("conflict", "It does not fit what is already there; nothing was changed."),
    413: ("too-large", "The request is larger than the stated limit."),
    415: ("wrong-form", "The request comes in a form that is not taken here."),
    422: ("bad-parameter", "A parameter is of the wrong type or out of range; nothing was changed."),
    429: ("too-many", "Too many requests; wait."),
    500: ("our-fault", "Something went wrong here; the log has it under this instance."),
    502: ("no-answer", "Another system did not answer as it should."),
    503: ("store", "The database cannot be read or written now."),
}
"""Status to the kind's name and what it means; `docs/api.md` lists them."""


def problem_of(error: Exception, request_id: str = "") -> Problem:
    """An error as problem details; nothing that is not ours is told outside.

    Args:
        error: what was raised.
        request_id: id of the request.
    """
    if isinstance(error, Forbidden):
        return _problem(403, str(error), request_id, remedy="Ask an administrator for a role.", right=error.right)
    if isinstance(error, Refused):
        return _problem(error.status, error.problem, request_id, remedy=error.remedy, retry_after_s=error.retry_after_s)
    if isinstance(error, TooMany):
        return _problem(429, str(error), request_id, retry_after_s=error.wait_s)
    for kind, status in _STATUS:
        if isinstance(error, kind):
            detail = getattr(error, "problem", None) or str(error)
            field, remedy = getattr(error, "field", None) or "", getattr(error, "remedy", None) or ""
            return _problem(status, detail, request_id, field=field, remedy=remedy)
    if isinstance(error, MintageError):
        return _problem(400, str(error), request_id)
    return _problem(500, "", request_id, remedy="Try again; if it stays, tell whoever runs this server.")


def _problem(status: int, detail: str, request_id: str, **more: Any) -> Problem:
    name, title = KINDS.get(status, ("http", HTTPStatus(status).phrase))
    return Problem(type=f"/api/problems#{name}", title=title, status=status, detail=detail, instance=request_id, **more)


def plain_problem(status: int, detail: str, request_id: str = "", field: str = "") -> Problem:
    """Problem details for a status that the framework gives."""
    return _problem(status, detail, request_id, field=field)


def problem_reply(problem: Problem) -> Response:
    """Problem details as an answer."""
    headers = {"Cache-Control": "no-store"}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="mintage"'
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after_s)))
    return Response(msgspec.json.encode(problem), problem.status, headers, MEDIA_TYPE)
