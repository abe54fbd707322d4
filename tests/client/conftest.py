"""A company with one of each thing, and a client of somebody who may everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.client import Client
from tests.api.world import World


@pytest.fixture(scope="module")
def world(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The served company."""
    found = World(example_db, tmp_path_factory.mktemp("client"))
    found.fill()
    found.served.company.open()
    yield found
    found.close()


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[Client]:
    """Its client."""
    with Client(world.served.base, world.token("cleo", "administrator")) as found:
        yield found
