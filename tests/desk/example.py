"""The example company at its desk, on a day after its second quarter was closed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from mintage.desk.company import Company, Settings
from mintage.people.caller import Caller
from mintage.people.roles import EVERYWHERE, Grant
from mintage.units import parse_instant
from mintage.units.clock import StepClock

NOW_US = parse_instant("2025-08-10T09:00:00Z")


@contextmanager
def at_its_desk(db: Path, folder: Path, wallets: Path | None = None) -> Iterator[Company]:
    """The company over a journal; what it keeps beside it goes into the folder."""
    copy = folder / "journal.db"
    shutil.copyfile(db, copy)
    settings = Settings(
        name="Lodequarry",
        db=copy,
        data=folder / "sites",
        state=folder / "console.db",
        wallets=wallets,
        clock=StepClock(NOW_US),
    )
    company = Company(settings)
    try:
        yield company
    finally:
        company.close()


def somebody(name: str, *roles: str) -> Caller:
    """A caller with some roles."""
    return Caller(name=name, shown=name, grants=tuple(Grant(role, EVERYWHERE) for role in roles), via="session")


def encodes(answer: object) -> bool:
    """Whether an answer goes out as JSON."""
    return bool(msgspec.json.encode(answer, enc_hook=str))
