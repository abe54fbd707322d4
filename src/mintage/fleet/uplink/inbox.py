"""Headquarters' side of the uplink: what sites send is put in place, each parcel once."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence

from mintage.fleet.telemetry.adopt import adopt
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.uplink.envelope import Envelope, Receipt
from mintage.fleet.uplink.vetting import dated_on_arrival, same_told, vetted
from mintage.journal.fact import Fact
from mintage.journal.store import Journal
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import DuplicateKey, InputError, PeriodClosed, StoreError
from mintage.units.instant import utc_date

LOG = logging.getLogger(__name__)
LEASE_S = 900
"""So long after an agent's last parcels no other agent of its site is heard."""
RECEIVED_MAX = 200_000
"""Parcels of a site that are remembered, so that one sent again is known; an agent never goes back so far."""
PROBLEMS_MAX = 3
"""Refused facts of one parcel that are told one by one."""

_TABLES = """
CREATE TABLE IF NOT EXISTS received (
  site TEXT NOT NULL,
  seq INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  problem TEXT NOT NULL,
  PRIMARY KEY (site, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS agent_of (
  site TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  seen_us INTEGER NOT NULL
) WITHOUT ROWID;
"""


class SecondAgent(InputError):
    """Another agent of the site was heard a short while ago."""


class Inbox:
    """Takes parcels of sites into the journal and the telemetry.

    Args:
        db: what was received.
        journal: takes facts.
        telemetry: takes samples; None where this machine is the site too, and has them in place already.
        clock: tells when an agent was heard.
    """

    def __init__(self, db: StateDb, journal: Journal, telemetry: ParquetStore | None, clock: Clock) -> None:
        self._db, self._journal, self._telemetry, self._clock = db, journal, telemetry, clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        db.define(_TABLES)

    async def take(self, site: str, agent: str, parcels: Sequence[Envelope]) -> list[Receipt]:
        """Take parcels in order; receipts of those that are in place or refused for good.

        A parcel is put in place before it is noted as received, and both happen before its receipt: after a crash it
        comes again, and changes nothing.

        Args:
            site: the site that was authenticated.
            agent: its agent.
            parcels: what it sent.

        Raises:
            SecondAgent: another agent of the site was heard a short while ago.
            InputError: a parcel is of another site or was damaged on the way; nothing was taken.
            StoreError: nothing can be written here now.
        """
        for parcel in parcels:
            if parcel.site != site:
                raise InputError(f"a parcel of site '{parcel.site}' came with the token of '{site}'.", field="site")
            if not parcel.intact:
                raise InputError(f"parcel {parcel.seq} was damaged on the way.", field="sha256")
        async with self._turns[site]:
            self._admit(site, agent)
            receipts: list[Receipt] = []
            for parcel in parcels:
                try:
                    receipts.append(await self._take(parcel))
                except StoreError:
                    if not receipts:
                        raise
                    LOG.exception("%s: parcels from %d on cannot be taken now", site, parcel.seq)
                    break
            return receipts

    def last(self, site: str) -> int:
        """Highest number that was received from a site, 0 where none was."""
        return int(self._db.rows("SELECT coalesce(max(seq), 0) FROM received WHERE site = ?", (site,))[0][0])

    def heard(self, site: str) -> int | None:
        """Instant at which a site was heard last, microseconds since 1970; None where it never was."""
        known = self._db.rows("SELECT seen_us FROM agent_of WHERE site = ?", (site,))
        return int(known[0][0]) if known else None

    def refused(self, site: str) -> int:
        """How many parcels of a site were refused for good."""
        return int(self._db.rows("SELECT count(*) FROM received WHERE site = ? AND problem != ''", (site,))[0][0])

    def _admit(self, site: str, agent: str) -> None:
        now_us = self._clock.now_us()
        known = self._db.rows("SELECT agent, seen_us FROM agent_of WHERE site = ?", (site,))
        if known and known[0][0] != agent and now_us - known[0][1] < LEASE_S * 1_000_000:
            raise SecondAgent(
                f"another agent of site '{site}' was heard {(now_us - known[0][1]) / 1e6:.0f} s ago.",
                remedy=f"Stop one of the two; a new one is heard {LEASE_S // 60} minutes after the old one.",
            )
        self._db.execute("INSERT OR REPLACE INTO agent_of VALUES (?, ?, ?)", (site, agent, now_us))

    async def _take(self, parcel: Envelope) -> Receipt:
        known = self._db.rows(
            "SELECT sha256, problem FROM received WHERE site = ? AND seq = ?", (parcel.site, parcel.seq)
        )
        if known:
            digest, problem = known[0]
            if digest != parcel.sha256:
                problem = "another parcel has that number: two agents write for this site, or its state was set back"
            return Receipt(parcel.seq, taken=not problem, problem=problem)
        if parcel.seq < self.last(parcel.site):
            return Receipt(parcel.seq, taken=False, problem="later parcels of the site were received already")
        problem = ""
        try:
            if parcel.kind == "facts":
                problem = self._book(parcel)
            elif self._telemetry is not None:
                await asyncio.to_thread(adopt, self._telemetry, parcel.site, parcel.seq, parcel.body)
        except InputError as error:
            problem = str(error)
        if problem:
            LOG.warning("%s: parcel %d is refused: %s", parcel.site, parcel.seq, problem)
        self._note(parcel, problem)
        return Receipt(parcel.seq, taken=not problem, problem=problem)

    def _book(self, parcel: Envelope) -> str:
        """Book the facts of a parcel, each by itself; which were refused and why, "" where none was."""
        problems: list[str] = []
        facts: list[Fact] = []
        lines = parcel.body.splitlines()
        for line in lines:
            try:
                facts.append(vetted(line, parcel.site, self._clock.now_us()))
            except InputError as error:
                problems.append(str(error))
        try:
            self._journal.append(facts)
        except InputError:  # all or nothing: which one it was is found out one by one
            problems += filter(None, map(self._refusal, facts))
        if not problems:
            return ""
        more = f" And {len(problems) - PROBLEMS_MAX} more." if len(problems) > PROBLEMS_MAX else ""
        return f"{len(problems)} of {len(lines)} facts are refused: {' '.join(problems[:PROBLEMS_MAX])}{more}"

    def _refusal(self, fact: Fact) -> str:
        """Book one fact; why it is refused, "" where it is in the journal."""
        try:
            self._journal.append([fact])
        except (PeriodClosed, DuplicateKey) as error:
            stored = self._journal.fact(fact.key)
            if stored is not None:
                return "" if same_told(stored.fact, fact) else str(error)
            try:
                self._journal.append([dated_on_arrival(fact, utc_date(self._clock.now_us()))])
            except InputError:
                return str(error)
        except InputError as error:
            return str(error)
        return ""

    def _note(self, parcel: Envelope, problem: str) -> None:
        with self._db.transaction():
            row = (parcel.site, parcel.seq, parcel.sha256, self._clock.now_us(), problem)
            self._db.execute("INSERT INTO received VALUES (?, ?, ?, ?, ?)", row)
            self._db.execute(
                "DELETE FROM received WHERE site = ? AND seq <= (SELECT seq FROM received WHERE site = ? "
                "ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                (parcel.site, parcel.site, RECEIVED_MAX),
            )
