"""What stands around all pages: language, theme, and as whom one looks at a demonstration."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mintage.api.access import PERSONA_COOKIE, Asked, form_of, is_secure, needs
from mintage.api.problems import NotFound
from mintage.console.shell import LANGUAGE_COOKIE, THEME_COOKIE, PageRouter
from mintage.console.words import LANGUAGES

router = PageRouter("frame")
YEAR_S = 365 * 86_400


@router.get("/language")
def language(request: Request, to: str, back: str = "/") -> Response:
    """Show pages in another language, beginning with the one that the reader is at."""
    if to not in LANGUAGES:
        raise NotFound(f"there is no language '{to[:20]}'.", field="to", remedy=f"Choose {' or '.join(LANGUAGES)}.")
    return _choose(request, LANGUAGE_COOKIE, to, back)


@router.get("/theme")
def theme(request: Request, to: str, back: str = "/") -> Response:
    """Show pages light, dark, or as the reader's system has it."""
    if to not in ("light", "dark", "system"):
        raise NotFound(f"there is no theme '{to[:20]}'.", field="to", remedy="Choose light, dark or system.")
    return _choose(request, THEME_COOKIE, to, back)


@router.post("/persona")
def persona(asked: Asked = needs(""), form: FormData = form_of()) -> Response:
    """Look at a demonstration as somebody else."""
    demo = asked.company.demo
    name = str(form.get("name", ""))
    if demo is None or name not in demo.personas:
        raise NotFound("there is nobody of that name.", field="name")
    return _choose(asked.request, PERSONA_COOKIE, name, str(form.get("back", "/")), only_here=True)


def local(back: str) -> str:
    """An address of ours, or the first page where it is none: nobody is sent elsewhere by a link to us."""
    plain = back.startswith("/") and not back.startswith(("//", "/\\")) and all(char > " " for char in back)
    return back if plain else "/"


def _choose(request: Request, cookie: str, value: str, back: str, *, only_here: bool = False) -> Response:
    reply = RedirectResponse(local(back), 303)
    reply.set_cookie(
        cookie,
        value,
        max_age=None if only_here else YEAR_S,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )
    return reply
