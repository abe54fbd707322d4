"""Whoever runs one site reads nothing of another: every page and every answer, as they stand in a company with more."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.api.app import PREFIX, api_routes
from mintage.api.reply import RouteInfo
from mintage.console.app import page_routes
from tests.api.test_rights import OPEN
from tests.api.world import World

ROUTES = [(PREFIX, info) for info in api_routes()] + [("", info) for info in page_routes()]
STREAMS = {"/api/v1/live"}
FOR_ALL = {"/api/v1/ready"}
"""Open to strangers, and names the sites that can be read."""


@pytest.fixture(scope="module")
def world(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The example with a site that is alive, and one of each thing there is."""
    found = World(example_db, tmp_path_factory.mktemp("world"))
    found.fill()
    yield found
    found.close()


def reads(world: World) -> Iterator[tuple[str, RouteInfo]]:
    """Every address that is read, about things that are there."""
    for prefix, info in ROUTES:
        path = f"{prefix}{info.path}"
        if info.method == "GET" and path not in STREAMS | FOR_ALL | OPEN["GET"]:
            yield world.address(path), info


def queries(info: RouteInfo) -> list[dict[str, str]]:
    """No query, and those by which somebody might ask for the other site."""
    names = inspect.signature(info.endpoint).parameters
    told: list[dict[str, str]] = [{}]
    if "ask" in names:
        told += [{"site": "alder"}, {"q": "alder"}, {"where": "site=alder"}]
    told += [{"site": "alder"}] if "site" in names and "{site}" not in info.path else []
    return told + ([{"period": "2025Q2"}] if "period" in names else [])


@pytest.mark.parametrize("way", ["session", "token"])
def test_another_site_is_not_read(world: World, way: str) -> None:
    """Neither its name nor those of the company's other sites are in anything that the operator of a third one gets."""
    served, name = world.served, f"at-birch-{way}"
    client = served.person(name, [("operator", "birch")])
    if way == "token":
        rights = ["fleet.read", "energy.read", "production.read", "self.write"]
        made = client.post("/api/v1/settings/tokens", json={"label": "x", "rights": rights, "days": 1})
        client = served.anybody()
        client.headers["authorization"] = f"Bearer {made.json()['secret']}"
    others = {"alder", *(row["site"] for row in world.get("production", period="2025Q2")["sites"])}
    assert len(others) > 1
    assert "alder" in world.admin.get("/fleet/machines").text
    found, read = [], 0
    for path, info in reads(world):
        for query in queries(info):
            reply = client.get(path, params=query)
            assert reply.status_code < 500, path
            told = reply.text.replace(f"back={path}", "")
            if reply.status_code == 200 and query.get("site") != "alder" and query.get("q") != "alder":
                read += 1
                found += [(path, other) for other in others if other in told]
            elif reply.status_code == 200:
                found += [(path, other) for other in others - {"alder"} if other in told]
    assert read > 20
    assert found == []
