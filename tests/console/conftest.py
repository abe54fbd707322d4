"""A browser for the tests of the console."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser

from mintage.api.access import COOKIE
from mintage.console.words import LANGUAGES
from tests.browser import chromium
from tests.console.lived import lived, lived_company
from tests.console.visitor import SOAK
from tests.console.walk import pages_of, shape_of, walk
from tests.served import Served
from tools.crawl import Reached


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module: while it is open, Playwright's loop keeps others from running theirs."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of one test run share, and no other run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "lived"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lived_files(example_db: Path, shared: Path) -> Path:
    """Files of a company in which everything has happened once; copy them."""
    return lived(shared, example_db)


@pytest.fixture(scope="session")
def company(lived_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The company that has lived, served; whoever looks at its pages must not change it."""
    served = lived_company(lived_files, tmp_path_factory.mktemp("lived-copy"))
    yield served
    served.close()


@pytest.fixture(scope="session")
def cookie(company: Served) -> str:
    """The session of an administrator of that company."""
    return str(company.signed_in("first-admin").cookies[COOKIE])


@pytest.fixture(scope="session")
def walked(company: Served, cookie: str, shared: Path) -> dict[str, list[Reached]]:
    """One page of each shape by language; the processes of one test run share them."""
    file = shared / "walked.json"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            found = {language: walk(company.base, cookie, language) for language in LANGUAGES}
            half = file.with_suffix(".half")
            half.write_bytes(msgspec.json.encode(found))
            half.rename(file)
    return msgspec.json.decode(file.read_bytes(), type=dict[str, list[Reached]])


@pytest.fixture(scope="session")
def addresses(walked: dict[str, list[Reached]]) -> list[str]:
    """Addresses of one page of each route, and of every shape where the long runs are wanted."""
    found: dict[str, str] = {}
    for one in pages_of(walked["en"]):
        found.setdefault(one.path if SOAK else shape_of(one.path), one.path)
    return list(found.values())
