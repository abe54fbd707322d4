"""The example company, served."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Served


@pytest.fixture(scope="module")
def served(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The example company for the tests of one module."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copyfile(example_db, folder / "company.db")
    found = Served(folder, folder / "company.db")
    yield found
    found.close()
