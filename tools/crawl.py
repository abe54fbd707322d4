"""Asks for every page of a console that can be reached from the first one, and for its JSON twin."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

ANSWER_S = 60.0
LEAVE = re.compile(r"^/(static/|language|theme|api/v1/(live|openapi))|format=csv|\.csv|/file$|/download")
"""Addresses that are no pages: files, streams, and what only changes how pages look."""
_PLACES = re.compile(r"(?<=/)[^/?]*\d[^/?]*|=[^&]*")
"""What differs between pages of one shape: parts of paths with digits, and values of queries."""


@dataclass(frozen=True)
class Reached:
    """A page as it was answered.

    Attributes:
        path: its address.
        status: HTTP status.
        kind: media type.
        text: what it says.
    """

    path: str
    status: int
    kind: str
    text: str


class _Links(HTMLParser):
    """Collects the addresses of our own that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address."""
        for name, value in attrs:
            if tag in ("a", "link") and name == "href" and value and value.startswith("/") and not LEAVE.search(value):
                self.found.append(value.partition("#")[0])


def get(base: str, path: str, headers: Mapping[str, str]) -> Reached:
    """One page."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=ANSWER_S)
    try:
        connection.request("GET", path, headers={"Accept": "text/html, application/json", **headers})
        reply = connection.getresponse()
        kind = (reply.headers["Content-Type"] or "").partition(";")[0]
        return Reached(path, reply.status, kind, reply.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def crawl(
    base: str,
    headers: Mapping[str, str],
    *,
    pages_max: int,
    alike_max: int,
    start: tuple[str, ...] = ("/",),
    shape_of: Callable[[str], str] = lambda link: _PLACES.sub("*", link),
) -> Iterator[Reached]:
    """Every page that can be reached.

    Args:
        base: where the console is.
        headers: sent with each request, such as the cookie.
        pages_max: pages asked for at the most.
        alike_max: pages of one shape: a hundred machines have a hundred pages that differ in their numbers.
        start: where to begin.
        shape_of: tells what pages of one shape have in common.
    """
    waiting, seen, shapes = list(start), set(start), dict[str, int]()
    while waiting:
        found = get(base, waiting.pop(0), headers)
        yield found
        if found.kind != "text/html":
            continue
        links = _Links()
        links.feed(found.text)
        for link in links.found:
            if link in seen or len(seen) >= pages_max:
                continue
            shape = shape_of(link)
            shapes[shape] = shapes.get(shape, 0) + 1
            if shapes[shape] <= alike_max:
                seen.add(link)
                waiting.append(link)
