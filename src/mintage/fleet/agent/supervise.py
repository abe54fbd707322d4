"""Supervision: a part of the agent that fails is told and started again, and the others go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from mintage.fleet.alerts.gauges import part_failed
from mintage.fleet.contain import contained, in_words
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import MintageError, StoreError

LOG = logging.getLogger("mintage.agent")
PAUSE_S, PAUSE_MAX_S = 1.0, 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS agent_part (
    part TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    since_us INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    problem TEXT NOT NULL
) WITHOUT ROWID;
"""


class PartState(msgspec.Struct, frozen=True):
    """How a part of the agent is.

    Attributes:
        part: its name.
        state: "running", "failed" (it will be started again), "ended" (it had nothing to do) or "stopped".
        since_us: since when.
        failures: how often it failed since the agent started.
        problem: what went wrong last; "" where nothing did.
    """

    part: str
    state: str
    since_us: int
    failures: int
    problem: str


class Supervisor:
    """Runs parts, each on its own.

    Args:
        db: state file in which commands read how the parts are.
        clock: the time that pauses go by.
    """

    def __init__(self, db: StateDb, clock: Clock) -> None:
        self._db, self._clock = db, clock
        db.define(_SCHEMA)
        db.execute("DELETE FROM agent_part")

    async def run(self, part: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run a part until it ends or is cancelled; after a failure it starts again, after a pause that doubles."""
        failures, problem, pause_s = 0, "", PAUSE_S
        try:
            while True:
                self._tell(part, "running", failures, problem)
                began_s = self._clock.elapsed_s()
                error = await contained(work())
                if error is None:
                    self._tell(part, "ended", failures, problem)
                    return
                failures += 1
                if self._clock.elapsed_s() - began_s > PAUSE_MAX_S:
                    pause_s = PAUSE_S  # it had recovered from what failed before
                problem = in_words(error)
                # What we know says itself in a sentence; anything else is a fault of ours, and its place matters.
                LOG.error("%s failed: %s", part, problem, exc_info=None if isinstance(error, MintageError) else error)
                self._tell(part, "failed", failures, problem)
                await self._clock.sleep(pause_s)
                pause_s = min(pause_s * 2, PAUSE_MAX_S)
        except asyncio.CancelledError:
            self._tell(part, "stopped", failures, problem)
            raise

    def _tell(self, part: str, state: str, failures: int, problem: str) -> None:
        row = (part, state, self._clock.now_us(), failures, problem)
        try:
            self._db.execute("INSERT OR REPLACE INTO agent_part VALUES (?, ?, ?, ?, ?)", row)
            if state == "failed":
                part_failed(self._db, part, problem, row[2])
        except StoreError as error:  # on a full disk the parts must go on; the log tells what the table cannot
            LOG.error("%s is %s: %s", part, state, error)  # noqa: TRY400  a sentence, not a traceback


def part_states(db: StateDb) -> list[PartState]:
    """How the parts of the agent are, by name."""
    db.define(_SCHEMA)
    return [PartState(*row) for row in db.rows("SELECT * FROM agent_part ORDER BY part")]
