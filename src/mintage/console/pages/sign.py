"""Coming in and going out: first run, invitation, password, second factor."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mintage.api.access import COOKIE, Asked, address_of, form_at_door, keep_session, needs
from mintage.api.problems import problem_of
from mintage.console.pages.frame import local
from mintage.console.shell import Page, PageRouter, show
from mintage.desk.company import Company
from mintage.people.done import SignedIn
from mintage.units.errors import MintageError

router = PageRouter("sign")


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/") -> Page | Response:
    """Ask for name and password."""
    if _company(request).people.empty():
        return RedirectResponse("/setup", 303)
    return _asking("sign/in.html", {"next": local(next)})


@router.post("/sign-in")
def sign_in_with(request: Request, form: FormData = form_at_door()) -> Page | Response:
    """Sign in, or half way where there is a second factor."""
    company = _company(request)
    back = local(_text(form, "next") or "/")
    try:
        done = company.people.sign_in(
            _text(form, "name"),
            _text(form, "password"),
            address_of(request),
            agent=request.headers.get("user-agent", ""),
            old=request.cookies.get(COOKIE, ""),
        )
    except MintageError as error:
        return _again("sign/in.html", error, {"next": back, "name": _text(form, "name")})
    return _came_in(request, done, back)


@router.get("/second-factor")
def second_factor(request: Request, next: str = "/") -> Page | Response:
    """Ask for a code."""
    if _company(request).people.pending_of_session(request.cookies.get(COOKIE)) is None:
        return RedirectResponse(f"/sign-in?{urlencode({'next': local(next)})}", 303)
    return _asking("sign/factor.html", {"next": local(next)})


@router.post("/second-factor")
def second_factor_with(request: Request, form: FormData = form_at_door()) -> Page | Response:
    """Finish signing in."""
    company = _company(request)
    back = local(_text(form, "next") or "/")
    try:
        done = company.people.second_factor(request.cookies.get(COOKIE, ""), _text(form, "code"), address_of(request))
    except MintageError as error:
        return _again("sign/factor.html", error, {"next": back})
    return _came_in(request, done, back)


@router.get("/setup")
def setup(request: Request) -> Page | Response:
    """The first run: ask for the code on the server's terminal, and who is the first administrator."""
    if not _company(request).people.empty():
        return RedirectResponse("/sign-in", 303)
    return _asking("sign/setup.html", {})


@router.post("/setup")
def setup_with(request: Request, form: FormData = form_at_door()) -> Page | Response:
    """Make the first administrator."""
    company = _company(request)
    told = {name: _text(form, name) for name in ("code", "name", "shown")}
    try:
        done = company.people.setup(
            **told,
            password=_text(form, "password"),
            address=address_of(request),
            agent=request.headers.get("user-agent", ""),
        )
    except MintageError as error:
        return _again("sign/setup.html", error, told)
    return _came_in(request, done, "/")


@router.get("/invited")
def invited(request: Request, code: str = "") -> Response:
    """Ask for a password, where somebody was invited."""
    page = _asking("sign/invited.html", {"code": code[:200]})
    return show(request, page, None)


@router.post("/invited")
def invited_with(request: Request, form: FormData = form_at_door()) -> Page | Response:
    """Set the password that an invitation allows."""
    company = _company(request)
    try:
        done = company.people.accept(_text(form, "code"), _text(form, "password"))
    except MintageError as error:
        return _again("sign/invited.html", error, {"code": _text(form, "code")})
    company.record_of(done, request.state.request_id)
    return RedirectResponse(f"/sign-in?{urlencode({'done': 'password'})}", 303)


@router.post("/sign-out")
def sign_out(asked: Asked = needs("")) -> Response:
    """End this session."""
    if asked.caller.via == "session":
        asked.company.record_of(asked.company.people.sign_out(asked.caller), asked.id)
    reply = RedirectResponse("/sign-in", 303)
    reply.delete_cookie(COOKIE)
    return reply


def _company(request: Request) -> Company:
    company: Company = request.app.state.company
    return company


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""


def _asking(template: str, told: dict[str, str]) -> Page:
    return Page(template=template, more={"problem": None, "told_form": told})


def _again(template: str, error: MintageError, told: dict[str, str]) -> Page:
    """The form again, with what is wrong; passwords and codes are typed anew."""
    problem = problem_of(error)
    return Page(template=template, more={"problem": problem, "told_form": told}, status=problem.status)


def _came_in(request: Request, done: SignedIn, back: str) -> Response:
    company = _company(request)
    company.record_of(done, request.state.request_id)
    target = f"/second-factor?{urlencode({'next': back})}" if done.pending else back
    reply = RedirectResponse(target, 303)
    keep_session(request, reply, done.cookie)
    return reply
