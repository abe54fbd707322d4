"""Options that every command shares."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from getpass import getuser
from pathlib import Path
from pwd import getpwuid
from typing import Annotated

from cyclopts import Parameter

from mintage.books.view import View
from mintage.house import open_journal
from mintage.journal.sqlite import SqliteJournal
from mintage.units.errors import InputError


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Options:
    """Shared options.

    Attributes:
        db: the journal's file.
        json: print JSON with stable keys instead of tables.
    """

    db: Annotated[Path, Parameter(env_var="MINTAGE_DB")] = Path("var/mintage.db")
    json: Annotated[bool, Parameter(negative=())] = False

    def journal(self) -> SqliteJournal:
        """The journal that the command works on."""
        return open_journal(self.db)

    def journal_on(self, day: date | None) -> SqliteJournal:
        """The journal, for a question about the end of a day, or about now.

        Raises:
            InputError: the ledger begins after that day, so that nothing is known of it.
        """
        journal = self.journal()
        gap = View(journal).stock_gap(day) if day else ""
        if gap:
            raise InputError(f"unknown on {day}: {gap}.", remedy="Ask for a later day.", field="--on")
        return journal

    def view(self) -> View:
        """A view of the books for one command."""
        return View(self.journal())


def login() -> str:
    """The login that the operating system knows the command by; "" where it knows none."""
    try:
        return getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def actor() -> str:
    """Who runs the command: MINTAGE_ACTOR, or the name that the operating system knows.

    Raises:
        InputError: the operating system knows no name, as in some containers.
    """
    try:
        return os.environ.get("MINTAGE_ACTOR") or getuser()
    except (KeyError, OSError) as error:
        raise InputError("nobody is named who does this.", remedy="Set MINTAGE_ACTOR.") from error
