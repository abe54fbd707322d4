"""One agent for one site: a lock on its folder that ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mintage.units.errors import InputError, StoreError

_NAME = "agent.lock"


@contextmanager
def only_agent(folder: Path, site: str) -> Iterator[None]:
    """Hold the lock of a site's folder.

    Raises:
        InputError: another agent holds it.
        StoreError: the folder cannot be written.
    """
    path = folder / _NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}. Check the path and its permissions.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise InputError(
                f"an agent of site {site} is running already (process {file.read().strip() or 'unknown'}).",
                file=str(path),
                remedy="Stop it first, or give this agent another --data folder if it is of another site.",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def agent_runs(folder: Path) -> bool:
    """Whether an agent holds the lock of a site's folder."""
    path = folder / _NAME
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
