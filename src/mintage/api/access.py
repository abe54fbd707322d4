"""Who asks, and whether he or she may: every route names the right that it takes.

A request proves who asks by a session's cookie, by a token, or, in a demonstration on this machine alone, by nothing.
What changes something must also come from our own pages (cookie sessions): the form or header carries the session's
secret, and the browser says where it comes from.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from mintage.api.problems import NotFound, Refused
from mintage.api.queries import PATH_CHARACTERS_MAX
from mintage.desk.company import Company
from mintage.people.caller import Caller
from mintage.people.secret import Secret

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "mintage_session"
PERSONA_COOKIE = "mintage_persona"
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"
FILES_MAX, FIELDS_MAX = 100, 1_000
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Asked:
    """A request that may be answered.

    Attributes:
        request: the request.
        company: whose desk answers.
        caller: who asks.
    """

    request: Request
    company: Company
    caller: Caller

    @property
    def id(self) -> str:
        """The request's id."""
        return request_id(self.request)


class Needs:
    """A dependency that insists on a right; routes are listed by it.

    Args:
        right: the right that the route takes; "" where anybody who is signed in may ask.
    """

    def __init__(self, right: str) -> None:
        self.right = right

    async def __call__(self, request: Request) -> Asked:
        """Find out who asks.

        Raises:
            Refused: it is not known who asks, or a request that changes something was forged.
            Forbidden: he or she may not.
            NotFound: the path names what cannot be there.
        """
        company: Company = request.app.state.company
        caller = who(request)
        if caller is None:
            raise Refused(401, "it is not known who asks.", "Sign in, or send Authorization: Bearer TOKEN.")
        company.limits.insist(f"caller:{caller.name}", reads=request.method in SAFE)
        if request.method not in SAFE and caller.via != "token":
            await _insist_on_our_page(request, caller)
        site = request.path_params.get("site")
        if self.right:
            caller.insist(self.right, site)
        if any(len(str(part)) > PATH_CHARACTERS_MAX for part in request.path_params.values()):
            raise NotFound(f"nothing here has a name of more than {PATH_CHARACTERS_MAX} characters.")
        return Asked(request, company, caller)


def needs(right: str) -> Any:
    """The default of a handler's parameter `asked: Asked`, for routes that take a right.

    A route whose path has `{site}` takes the right at that site.
    """
    return Depends(Needs(right))


def who(request: Request) -> Caller | None:
    """Who asks, or None where it is not known; asked once for each request."""
    found: Caller | None = getattr(request.state, "caller", None)
    if found is None:
        found = request.state.caller = identified(request)
    return found


def identified(request: Request) -> Caller | None:
    """Who asks as it stands now, or None where it is not known any more."""
    company: Company = request.app.state.company
    found: Caller | None = None
    authorization = request.headers.get("authorization", "")
    if authorization:
        found = company.people.caller_of_token(authorization)
    elif request.cookies.get(COOKIE):
        found = company.people.caller_of_session(request.cookies[COOKIE])
    if found is None and not authorization and company.demo is not None:
        found = company.demo.caller(request.cookies.get(PERSONA_COOKIE, ""))
    return found


def request_id(request: Request) -> str:
    """The id by which log, problems and audit facts name a request."""
    found: str | None = getattr(request.state, "request_id", None)
    if found is None:
        found = request.state.request_id = f"r-{secrets.token_hex(8)}"
    return found


async def _parsed(request: Request) -> FormData:
    """The form of a request.

    Raises:
        Refused: it is written in another alphabet than UTF-8, or its text is none.
    """
    declared = _CHARSET.search(request.headers.get("content-type", ""))
    if declared and declared[1].lower() not in ("utf-8", "utf8"):
        raise Refused(415, "a form is written in UTF-8.", "Leave the charset out.")
    form = await request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX)
    for name, value in form.multi_items():
        if "\0" in name or "\0" in (value if isinstance(value, str) else value.filename or ""):
            raise Refused(400, "a form has a character that no text has.")
    return form


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The form, whose files are let go of when the request is answered."""
    form = await _parsed(request)
    try:
        yield form
    finally:
        await form.close()


def form_of() -> Any:
    """The default of a handler's parameter `form: FormData`; the handler is no coroutine and may take its time."""
    return Depends(_form)


async def _form_at_door(request: Request) -> AsyncIterator[FormData]:
    insist_on_our_origin(request)
    async for form in _form(request):
        yield form


def form_at_door() -> Any:
    """The default of `form: FormData` where nobody is known yet: another site's page cannot have sent it."""
    return Depends(_form_at_door)


def insist_on_our_origin(request: Request) -> None:
    """Insist that a browser was not sent here by a page of somebody else.

    Raises:
        Refused: it was.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403, "the request comes from another site.", "Open the page here and try again.")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Refused(403, "the request comes from another origin.", "Open the page here and try again.")


def address_of(request: Request) -> str:
    """Network address that a request comes from."""
    return request.client.host if request.client else ""


def is_secure(request: Request) -> bool:
    """Whether the browser speaks HTTPS, with us or with a proxy on this machine that says so."""
    return request.app.state.secure or request.url.scheme == "https"


def keep_session(request: Request, reply: Response, secret: Secret | None) -> None:
    """Let the browser hold a session; what it held before stays where there is no new one."""
    if secret is not None:
        reply.set_cookie(COOKIE, secret.reveal(), httponly=True, samesite="lax", secure=is_secure(request))


async def _insist_on_our_page(request: Request, caller: Caller) -> None:
    """Insist that a request that changes something comes from a page of ours.

    Raises:
        Refused: it comes from elsewhere, or does not carry the session's secret.
    """
    insist_on_our_origin(request)
    told = request.headers.get(CSRF_HEADER, "")
    if not told and request.headers.get("content-type", "").startswith(FORM_TYPES):
        value = (await _parsed(request)).get(CSRF_FIELD)
        told = value if isinstance(value, str) else ""
    if not caller.csrf or not hmac.compare_digest(told.encode(), caller.csrf.encode()):
        raise Refused(403, "the form is out of date.", "Load the page again and repeat what you did.")
