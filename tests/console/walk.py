"""What is true of every page: asked of pages as they are answered, whichever company they are of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html.parser import HTMLParser
from pathlib import Path

from mintage.api.access import COOKIE
from mintage.console.app import page_routes
from tools.crawl import Reached, crawl

STATIC = Path(__file__).parents[2] / "src" / "mintage" / "console" / "static"
DOORS = ("/sign-in", "/second-factor", "/setup", "/invited")
"""Pages for whoever is not signed in."""
SWITCHES = ("/language", "/theme")
FILES = ("/fleet/machines.csv", "/energy/{site}/curtailments/{id}/proof", "/jobs/{id}/progress", "/exports/{id}/file")
"""Routes of pages that answer a file, or a piece of a page."""
WRONG = re.compile(
    r"\b(None(?! [a-z])|undefined|NaN|Decimal\(|Fraction\(|datetime\.|Undefined|\{\{|\}\}|&lt;[a-z]+ class=)"
)
"""What a page says where something was forgotten."""
SILENT = frozenset(("script", "style", "template", "svg", "code", "pre", "textarea"))
EMPTY = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path"))


@dataclass
class Told(HTMLParser):
    """What a page's markup says.

    Attributes:
        language: of the document.
        title: of the document.
        headings: texts of headings of the first rank.
        twin: address of the JSON twin.
        icons: names of icons that it uses.
        inline: attributes and elements that a strict policy does not allow.
        tables: how many tables it has.
        texts: what is to be read, with the language that the markup says it is in.
    """

    language: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    twin: str = ""
    icons: set[str] = field(default_factory=set)
    inline: list[str] = field(default_factory=list)
    tables: int = 0
    texts: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        told = {name: value or "" for name, value in attrs}
        spoken = told.get("lang") or (self._open[-1][1] if self._open else "")
        if tag not in EMPTY:
            self._open.append((tag, spoken))
        if tag == "html":
            self.language = told.get("lang", "")
        elif tag == "h1":
            self.headings.append("")
        elif tag == "table":
            self.tables += 1
        elif tag == "link" and told.get("rel") == "alternate" and told.get("type") == "application/json":
            self.twin = told["href"]
        elif tag == "use" and "icons-" in told.get("href", ""):
            self.icons.add(told["href"].partition("#")[2])
        self.inline += [f"{tag} {name}" for name in told if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in told and told.get("type") != "application/json"):
            self.inline.append(tag)
        self.inline += [f"{tag} {told['href'][:20]}" for _ in "." if told.get("href", "").startswith("javascript:")]
        for name in ("title", "aria-label", "placeholder", "alt"):
            if told.get(name):
                self.texts.append((told[name], spoken))

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and whatever was left open within it."""
        while any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        """Note a text."""
        names = [name for name, _ in self._open]
        if "title" in names and "svg" not in names:
            self.title += data
        if "h1" in names and self.headings:
            self.headings[-1] += data
        if not SILENT.intersection(names) and data.strip():
            self.texts.append((" ".join(data.split()), self._open[-1][1] if self._open else ""))


def headers(cookie: str, language: str) -> dict[str, str]:
    """What a browser sends."""
    return {"Cookie": f"{COOKIE}={cookie}; mintage_language={language}"}


def walk(base: str, cookie: str, language: str) -> list[Reached]:
    """One page of each shape, as links lead to it, and each one's twin."""
    return list(crawl(base, headers(cookie, language), pages_max=400, alike_max=1, start=START, shape_of=alike))


def pages_of(found: list[Reached]) -> list[Reached]:
    """The pages among what was reached: neither data nor files."""
    return [one for one in found if one.kind == "text/html" and not one.path.startswith("/api/v1/")]


@lru_cache(maxsize=512)
def told(markup: str) -> Told:
    """Read a page."""
    found = Told()
    found.feed(markup)
    found.close()
    return found


def faults(path: str, markup: str, language: str) -> list[str]:
    """What is wrong with a page, each with its address."""
    page = told(markup)
    found = []
    if page.language != language:
        found.append(f"is in {page.language!r}, not in {language!r}")
    if len(page.headings) != 1 or not page.headings[0].strip():
        found.append(f"has the headings {page.headings}")
    if not page.title.split("·")[0].strip():
        found.append("has no title")
    found += [f"says {text!r}" for text, _ in page.texts if WRONG.search(text)]
    found += [f"has {name} within it" for name in page.inline]
    found += [f"shows the icon {name!r}, which is not there" for name in page.icons - sprite()]
    return [f"{path} ({language}): {problem}" for problem in found]


@cache
def sprite() -> frozenset[str]:
    """Names of the icons that there are."""
    text = next(STATIC.glob("icons-*.svg")).read_text("utf-8")
    return frozenset(re.findall(r'<symbol id="([^"]+)"', text))


def shape_of(path: str) -> str:
    """The route of a page's address."""
    bare = path.partition("?")[0]
    for route in sorted(_routes(), key=lambda one: one.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), bare):
            return route
    return ""


_SAME_SHAPE = frozenset(("period", "limit", "after", "struck", "state", "site", "hall", "rack", "sort", "exact"))
_ONE_OF_MANY = re.compile(r"\{(id|site|asset|name)\}")
START = (
    *("/", "/wall", "/jobs", "/approvals", "/exports", "/audit?area=machines", "/journal/new", "/api/docs"),
    *(
        "/fleet/alder",
        "/energy/alder",
        "/production/alder?period=2025-08",
        "/fleet/alder/preview?action=reboot&scope=all",
    ),
    *("/fleet/tx-caprock", "/energy/tx-caprock", "/production/tx-caprock?period=2025-07", "/fleet/machines"),
    "/energy/alder/curtailments/preview?kind=fixed&kw=5&scope=all",
)
"""Where to begin: pages that forms lead to, a site that lives, and one of which only the journal tells."""


def alike(link: str) -> str:
    """What pages of one shape have in common: the route, and what they are asked."""
    path, _, query = link.partition("?")
    api = path.startswith("/api/v1/")
    route = shape_of(path.removeprefix("/api/v1") if api else path)
    known = route if _ONE_OF_MANY.search(route) else path
    asked = ",".join(sorted({part.partition("=")[0] for part in query.split("&")} - _SAME_SHAPE))
    return f"{'data ' if api else ''}{known}?{asked}"


@cache
def _routes() -> tuple[str, ...]:
    return tuple(info.path for info in page_routes() if info.method == "GET")


def routes() -> set[str]:
    """Every route that is a page for somebody who is signed in."""
    return {route for route in _routes() if route not in (*DOORS, *SWITCHES, *FILES)}


def plain_routes() -> list[str]:
    """Those that one can ask for without knowing anything."""
    return sorted(route for route in routes() if "{" not in route)
