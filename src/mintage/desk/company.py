"""The company at its desk: the one handle through which pages and API reach the journal, sites, people and jobs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mintage.books.view import View
from mintage.books.warm import WarmBooks
from mintage.desk.demo import Demo
from mintage.desk.jobs import Job, Jobs
from mintage.desk.limits import Limits
from mintage.desk.live import Hub
from mintage.desk.pulse import PulseSource
from mintage.desk.sites import Sites
from mintage.fleet.board.board import Board
from mintage.fleet.board.local import LocalSource
from mintage.fleet.board.remote import remote_sources
from mintage.house import open_journal
from mintage.journal.sqlite import SqliteJournal
from mintage.people.caller import Caller
from mintage.people.done import Done, record, record_of
from mintage.people.facts import Outcome
from mintage.people.service import People
from mintage.state.db import StateDb
from mintage.units.clock import Clock, SystemClock
from mintage.units.errors import MintageError
from mintage.units.instant import Period, parse_period, utc_date

LOG = logging.getLogger("mintage.desk")
UPLOADS_LOOK_S = 60.0
"""Real seconds between two looks for sites that upload to headquarters for the first time."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where a company's things are.

    Attributes:
        name: the company's name, as pages show it.
        db: the journal's file.
        data: folder in which each site keeps its state and telemetry.
        state: the console's own file.
        headquarters: folder of what remote sites uploaded; None where there are none.
        wallets: file of the watched wallets; None where none are watched.
        demo: whether nobody signs in, on this machine alone.
        clock: the time that the company's business goes by.
    """

    name: str = "Mintage"
    db: Path = Path("var/mintage.db")
    data: Path = Path("var/sites")
    state: Path = Path("var/console.db")
    headquarters: Path | None = None
    wallets: Path | None = None
    demo: bool = False
    clock: Clock = SystemClock()


class Company:
    """A company's desk, open until it is closed.

    Args:
        settings: where its things are.

    Raises:
        StoreError: a file cannot be opened, or the journal is none.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = settings.clock
        """The time of the business: a demonstration's is that of its virtual site."""
        self.wall = SystemClock()
        """The time by which sessions, tokens and jobs go."""
        self.journal: SqliteJournal = open_journal(settings.db)
        self.journal.append(())  # makes the file, so that an empty company is one that can be read
        self.books = WarmBooks(self.journal)
        self.state = StateDb(settings.state)
        self.people = People(self.state, self.wall)
        self.limits = Limits(self.wall)
        self.sites = Sites(settings.data)
        self.demo = Demo() if settings.demo else None
        self.jobs = Jobs(self.state, self.wall, str(settings.db), self._heard)
        self.hub = Hub((self._machines, self._pulse, self._journal))
        self._seen_version, self._seen_head = 0, 0
        self._board: Board | None = None
        self._board_lock = threading.Lock()
        self._watched: set[str] = set()
        self._uploads_s = -UPLOADS_LOOK_S
        self._pulses = PulseSource()

    def view(self) -> View:
        """The books as of now; see `WarmBooks`."""
        return self.books.view()

    @property
    def board(self) -> Board:
        """All machines of all sites; it has heard of them once."""
        with self._board_lock:
            if self._board is None:
                board = Board()
                self._watch(board)
                board.refresh()
                self._board = board
            return self._board

    def record(
        self,
        by: Caller,
        action: str,
        subject: str,
        *,
        request: str,
        outcome: Outcome = "done",
        detail: str = "",
        site: str = "",
    ) -> None:
        """Leave the fact that somebody changed something, or was refused; see `mintage.people.facts.Acted`."""
        at_us = self.wall.now_us()
        told = record(by, action, subject, request=request, at_us=at_us, outcome=outcome, detail=detail, site=site)
        self.journal.append([told])

    def record_of(self, done: Done, request: str) -> None:
        """Leave the fact that something was changed about people."""
        self.journal.append([record_of(done, request=request, at_us=self.wall.now_us())])

    def today(self) -> date:
        """The accounting date of now."""
        return utc_date(self.clock.now_us())

    def period(self, name: str = "") -> Period:
        """The period of a name, or the quarter of today.

        Raises:
            InputError: the name is none of a period.
        """
        if name:
            return parse_period(name)
        today = self.today()
        return parse_period(f"{today.year}Q{(today.month + 2) // 3}")

    def open(self, prepare: Callable[[Company], None] | None = None) -> None:
        """Begin to look for what changes.

        Args:
            prepare: run once beside it, so that the first reader finds the books read already; its failure is told in
                the log, and by the pages that it concerns.
        """
        self.hub.start()
        if prepare is not None:
            threading.Thread(target=self._prepare, args=(prepare,), name="prepare", daemon=True).start()

    def close(self) -> None:
        """Let go of everything."""
        self.hub.close()
        self.jobs.close()
        self.sites.close()
        self.journal.close()
        self.state.close()

    def _prepare(self, prepare: Callable[[Company], None]) -> None:
        try:
            prepare(self)
        except MintageError as error:
            LOG.warning("the books could not be read ahead: %s", error)

    def _heard(self, job: Job) -> None:
        self.hub.tell({f"job:{job.id}": {"state": job.state, "done": job.done, "total": job.total, "note": job.note}})

    def _watch(self, board: Board) -> None:
        """Let a board hear of the sites that are known now; of new uploads of remote ones, now and then."""
        local = self.sites.all()
        board.watch(LocalSource(name, local[name].db) for name in local.keys() - self._watched)
        self._watched |= local.keys()
        folder = self.settings.headquarters
        if folder is not None and self.wall.elapsed_s() - self._uploads_s >= UPLOADS_LOOK_S:
            self._uploads_s = self.wall.elapsed_s()
            found = remote_sources(folder, self.journal)
            board.watch(source for source in found if source.site not in self._watched)

    def _machines(self) -> Mapping[str, Any]:
        """What the board's machines changed to, as `machine:KEY:COLUMN`."""
        board = self.board
        self._watch(board)
        board.refresh()
        changes = board.changes_since(self._seen_version)
        self._seen_version = changes.version
        if not changes.complete:
            return {"machines:anew": changes.version}
        return {f"machine:{key}:{name}": value for key, row in changes.machines.items() for name, value in row.items()}

    def _pulse(self) -> Mapping[str, Any]:
        """What the figures of all machines together changed to, as `chain:NAME`."""
        return self._pulses.changes(self.board.view)

    def _journal(self) -> Mapping[str, Any]:
        """The number of facts, where some came."""
        head, _ = self.journal.head()
        if head == self._seen_head:
            return {}
        self._seen_head = head
        return {"journal:head": head}
