"""What every page is made with: the templates, the menu, and the frame around an answer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mintage.api.access import CSRF_FIELD, SAFE, Asked, request_id
from mintage.api.app import PREFIX
from mintage.api.idempotency import begin, end, forget
from mintage.api.reply import RouteInfo, parameters, told_part
from mintage.console.helpers import GLOBALS
from mintage.console.words import Words, language_of, words_of
from mintage.desk.approvals import waiting
from mintage.desk.company import Company
from mintage.people.caller import Caller

KEY_FIELD = "idempotency_key"
"""Field of every form that changes something: the same form sent twice is one act."""
LANGUAGE_COOKIE, THEME_COOKIE = "mintage_language", "mintage_theme"


class MenuRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the menu.

    Attributes:
        id: page group; also the first part of its paths.
        href: address.
        label: what it is called, in English.
        right: the right that it takes to see it.
        icon: name of its icon.
        section: heading that it stands under, in English.
    """

    id: str
    href: str
    label: str
    right: str
    icon: str
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page's handler returns: a template and what it shows.

    Attributes:
        template: file below `templates/`.
        answer: what the desk answered; the page's JSON twin is this very struct.
        more: what the template needs beside it, such as charts.
        status: HTTP status.
        twin: address of the JSON twin, where it is not the page's own path below /api/v1.
        live: keys that the page watches.
    """

    template: str
    answer: Any = None
    more: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    twin: str = ""
    live: tuple[str, ...] = ()


class PageRouter(APIRouter):
    """A router whose handlers return pages.

    Args:
        group: entry of the menu that its pages belong to.
    """

    def __init__(self, group: str) -> None:
        super().__init__(include_in_schema=False)
        self.group = group
        self.infos: list[RouteInfo] = []

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Register a handler; the page that it returns is drawn."""
        options.update(response_model=None)
        super().add_api_route(path, _drawing(endpoint, self.group), **options)
        right, body = parameters(endpoint)
        for method in sorted(options.get("methods") or {"GET"}):
            self.infos.append(
                RouteInfo(method=method, path=path, right=right, answer=None, body=body, endpoint=endpoint)
            )


def _drawing(endpoint: Callable[..., Any], group: str) -> Callable[..., Any]:
    def finish(value: Any, values: dict[str, Any]) -> Response:
        if isinstance(value, Response):
            return value
        asked = next((item for item in values.values() if isinstance(item, Asked)), None)
        request = asked.request if asked else next(item for item in values.values() if isinstance(item, Request))
        return show(request, value, asked.caller if asked else None, group)

    if inspect.iscoroutinefunction(endpoint):
        raise AssertionError(f"{endpoint.__name__}: pages are drawn by threads; take a form as `form: FormData`")

    @functools.wraps(endpoint)
    def works(**values: Any) -> Response:
        asked = next((item for item in values.values() if isinstance(item, Asked)), None)
        if asked is None or asked.request.method in SAFE:
            return finish(endpoint(**values), values)
        form = next((item for item in values.values() if isinstance(item, FormData)), FormData())
        return _once(asked, form, lambda: finish(endpoint(**values), values))

    return works


def _once(asked: Asked, form: FormData, work: Callable[[], Response]) -> Response:
    """Do what a form asks for once, however often it is sent; a page that answers it is drawn this once."""
    key = form.get(KEY_FIELD, "")
    key = key if isinstance(key, str) else ""
    told: list[Any] = [asked.request.url.query]
    if key:
        parts = (item for item in form.multi_items() if item[0] not in (CSRF_FIELD, KEY_FIELD))
        told += sorted((name, told_part(value)) for name, value in parts)
    known = begin(asked, key, msgspec.json.encode(told))
    if known is not None:
        return known
    try:
        reply = work()
    except BaseException:
        forget(asked, key)
        raise
    if reply.status_code >= 400:
        forget(asked, key)
    else:
        if reply.status_code == 200:
            reply.headers["Cache-Control"] = "no-store"
        end(asked, key, reply)
    return reply


def show(request: Request, page: Page, caller: Caller | None, group: str = "") -> Response:
    """Draw a page."""
    company: Company = request.app.state.company
    words = words_for(request)
    context: dict[str, Any] = {
        **frame(request, caller, group),
        "words": words,
        "answer": page.answer,
        "company": company,
        **page.more,
    }
    context["page"]["json_href"] = page.twin or twin(request)
    context["live_href"] = f"{PREFIX}/live?{urlencode({'key': page.live}, doseq=True)}" if page.live else ""
    template = environment().get_template(page.template)
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(template.render(context, **words.functions()), page.status, headers)


def frame(request: Request, caller: Caller | None, group: str) -> dict[str, Any]:
    """What `base.html` shows around every page."""
    company: Company = request.app.state.company
    query = request.url.query
    return {
        "caller": caller,
        "me": caller,
        "menu": _menu(company, caller, group) if caller is not None else [],
        "page": {"path": request.url.path, "query": query, "id": group, "json_href": ""},
        "demo": company.demo,
        "company_name": company.settings.name,
        "csrf": caller.csrf if caller else "",
        "flash": flash_of(request),
        "theme": theme_of(request),
        "request_id": request_id(request),
        "now_us": company.clock.now_us(),
    }


def twin(request: Request) -> str:
    """Address of the JSON twin of a page: the same path and query below the API."""
    path = request.url.path.rstrip("/") or "/chain"
    return f"{PREFIX}{path}{'?' if request.url.query else ''}{request.url.query}"


def words_for(request: Request) -> Words:
    """The words in the language that the reader has chosen, or that the browser asks for."""
    return words_of(language_of(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", "")))


def theme_of(request: Request) -> str:
    """The theme that the reader has chosen; "" for the system's."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in ("light", "dark") else ""


def flash_of(request: Request) -> str:
    """A word on what was just done, left in the address by the page that did it; only words that we know are shown."""
    return request.query_params.get("done", "")[:40]


@cache
def menu() -> tuple[MenuRow, ...]:
    """The entries of the menu."""
    raw = resources.files("mintage.console").joinpath("data/menu.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, tuple[MenuRow, ...]])["entry"]


def _menu(company: Company, caller: Caller, group: str) -> list[dict[str, Any]]:
    """The entries that somebody may see, with what waits for him or her."""
    counts = {"approvals": waiting(company, caller)}
    return [
        {**msgspec.structs.asdict(row), "current": row.id == group, "count": counts.get(row.id, 0)}
        for row in menu()
        if caller.may(row.right)
    ]


@cache
def environment() -> Environment:
    """The templates; whatever they show is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("mintage.console"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(GLOBALS)
    return made
