"""Every route by every role: what a role lacks is refused, what it has is not."""

from __future__ import annotations

import re

import httpx
import pytest

from mintage.api.app import PREFIX, api_routes
from mintage.api.reply import RouteInfo
from mintage.console.app import page_routes
from mintage.people.roles import rights_of, role_book
from tests.served import Served

ROUTES = [(PREFIX + info.path, info) for info in api_routes()] + [(info.path, info) for info in page_routes()]
OPEN = {
    "GET": {"/api/v1/health", "/api/v1/ready", "/api/v1/openapi.json", "/api/v1/problems", "/api/docs", "/api/problems"}
    | {"/sign-in", "/second-factor", "/setup", "/invited", "/language", "/theme"},
    "POST": {"/sign-in", "/second-factor", "/setup", "/invited"},
}
"""What is open to somebody who is not known: the door, and what says nothing of the company."""
AT_ALDER, AT_BIRCH = "operator at alder", "operator at birch"
ROLES = (*(role for role in role_book().role if role != "operator"), AT_ALDER, AT_BIRCH)


@pytest.fixture(scope="module")
def clients(served: Served) -> dict[str, httpx.Client]:
    """Somebody in each role; two operators at a site each."""
    found = {role: served.person(f"the-{role}", [role]) for role in role_book().role if role != "operator"}
    found[AT_ALDER] = served.person("at-alder", [("operator", "alder")])
    found[AT_BIRCH] = served.person("at-birch", [("operator", "birch")])
    return found


def _ask(client: httpx.Client, info: RouteInfo, path: str) -> int:
    """Status of a request with nothing in it, at the site alder where it names one; a stream is not read."""
    filled = re.sub(r"{[^}]+}", "x", path.replace("{site}", "alder"))
    data = {"data": {"nothing": "x"}} if info.method != "GET" and not path.startswith(PREFIX) else {}
    with client.stream(info.method, filled, **data) as reply:  # type: ignore[arg-type]  # as httpx takes it
        return reply.status_code


def _may(role: str, info: RouteInfo) -> bool:
    """Whether the table says that a role has what a route takes."""
    if not info.right:
        return True
    rights = rights_of("operator" if role in (AT_ALDER, AT_BIRCH) else role)
    return info.right in rights and not (role == AT_BIRCH and "{site}" in info.path)


def test_routes_are_open_to_strangers_only_where_that_is_meant(served: Served) -> None:
    """A route without a right is on the list of those, and nothing else is."""
    found: dict[str, set[str]] = {}
    for path, info in ROUTES:
        if info.right is None:
            found.setdefault(info.method, set()).add(path)
    assert found == OPEN
    nobody = served.anybody()
    for path, info in ROUTES:
        if info.right is not None:
            assert _ask(nobody, info, path) in (401, 303), path


def test_every_right_that_a_route_takes_is_in_the_table() -> None:
    """A right that nobody can be given would lock a route for ever."""
    taken = {info.right for _, info in ROUTES if info.right}
    assert taken <= set(role_book().right)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says_and_nothing_else(clients: dict[str, httpx.Client], role: str) -> None:
    """Each route by somebody in the role: 403 where the right is missing; where it is there neither 403 nor a fault."""
    wrong = []
    for path, info in sorted(ROUTES, key=lambda row: row[0] == "/sign-out"):
        status = _ask(clients[role], info, path)
        refused = status == 403
        if refused == _may(role, info) or status >= 500:
            wrong.append(f"{info.method} {path} ({info.right}): {status}")
    assert wrong == []


def test_a_viewer_changes_nothing() -> None:
    """No route that writes takes a right that a viewer has, but for the viewer's own account and for looking first."""
    rights = rights_of("viewer") - set(role_book().everyone)
    writing = [f"{info.method} {path}" for path, info in ROUTES if info.method != "GET" and info.right in rights]
    assert [text for text in writing if "preview" not in text and "view" not in text] == []
