"""A desk over a copy of the example company, with callers in its roles."""

from __future__ import annotations

import shutil
from pathlib import Path

from mintage.desk.company import Company, Settings
from mintage.people.caller import Caller
from mintage.people.roles import Grant

WAIT_S = 60.0
CHEN = Caller(name="chen", grants=(Grant("controller"),))
CORA = Caller(name="cora", grants=(Grant("controller"),))
THEO = Caller(name="theo", grants=(Grant("treasurer"),))
TESS = Caller(name="tess", grants=(Grant("treasurer"),))
VERA = Caller(name="vera", grants=(Grant("viewer"),))


def open_company(folder: Path, db: Path | None) -> Company:
    """A company at its desk; without a journal to copy an empty one."""
    path = folder / "company.db"
    if db is not None:
        shutil.copyfile(db, path)
    return Company(Settings(db=path, data=folder / "sites", state=folder / "console.db"))
