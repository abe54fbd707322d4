"""Plans that are kept in the console's file, with what they assume and what came out."""

from __future__ import annotations

import secrets
import zlib
from datetime import date
from typing import Any, Literal

import msgspec

from mintage.desk.jobs import Job, Jobs
from mintage.desk.plan_job import Planned
from mintage.state.db import Row, StateDb
from mintage.units.errors import InputError, LimitError

KEPT_MAX = 200
"""Plans that are kept; then some must be deleted before another comes."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept_plan (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    day TEXT NOT NULL,
    months INTEGER NOT NULL,
    paths INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    changes TEXT NOT NULL,
    against TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    baseline INTEGER NOT NULL DEFAULT 0,
    result BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS kept_plan_by_time ON kept_plan (at_us);
"""
_COLUMNS = "id, name, asked_by, at_us, day, months, paths, seed, changes, against, job, baseline, result IS NOT NULL"


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kept plan.

    Attributes:
        id: its id.
        name: what it is called.
        asked_by: who asked for it.
        at_us: when, microseconds since 1970 UTC.
        day: last day before the plan.
        months: how far it goes.
        paths: how many futures.
        seed: seed of the random numbers.
        changes: what it assumes instead of the table and what was observed: id to "number unit".
        against: id of the plan that it is a variant of, "" where it is none.
        job: id of the job that lives it.
        state: how far that is.
        baseline: whether it is the plan that the company is held against.
    """

    id: str
    name: str
    asked_by: str
    at_us: int
    day: date
    months: int
    paths: int
    seed: int
    changes: dict[str, str]
    against: str
    job: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    baseline: bool


class Plans:
    """The kept plans.

    Args:
        db: the console's file of tables.
        jobs: the jobs that live plans.
    """

    def __init__(self, db: StateDb, jobs: Jobs) -> None:
        self._db, self._jobs = db, jobs
        db.define(_SCHEMA)

    def add(self, row: PlanRow) -> None:
        """Keep a plan that is to be lived.

        Raises:
            LimitError: too many are kept.
        """
        self.gather()
        with self._db.transaction():
            if self._db.rows("SELECT count(*) FROM kept_plan")[0][0] >= KEPT_MAX:
                raise LimitError(f"{KEPT_MAX} plans are kept already.", remedy="Delete some of them first.")
            self._db.execute(
                "INSERT INTO kept_plan (id, name, asked_by, at_us, day, months, paths, seed, changes, against)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row.id,
                    row.name,
                    row.asked_by,
                    row.at_us,
                    row.day.isoformat(),
                    row.months,
                    row.paths,
                    row.seed,
                    msgspec.json.encode(row.changes).decode(),
                    row.against,
                ),
            )

    def worked_on(self, id_: str, job: Job) -> None:
        """Note the job that lives a plan."""
        self._db.execute("UPDATE kept_plan SET job = ? WHERE id = ?", (job.id, id_))

    def gather(self) -> None:
        """Keep what jobs have left since; jobs are forgotten after a while, plans are not."""
        for id_, job in self._db.rows("SELECT id, job FROM kept_plan WHERE result IS NULL"):
            left = self._jobs.result(job)
            if left is not None:
                self._db.execute("UPDATE kept_plan SET result = ? WHERE id = ?", (zlib.compress(left), id_))

    def rows(self) -> list[PlanRow]:
        """All kept plans, the baseline first, then the newest."""
        self.gather()
        query = f"SELECT {_COLUMNS} FROM kept_plan ORDER BY baseline DESC, at_us DESC, id"  # noqa: S608  our own columns
        return [self._row(row) for row in self._db.rows(query)]

    def row(self, id_: str) -> PlanRow:
        """One kept plan.

        Raises:
            InputError: there is none of that id.
        """
        self.gather()
        found = self._db.rows(f"SELECT {_COLUMNS} FROM kept_plan WHERE id = ?", (id_,))  # noqa: S608  our own columns
        if not found:
            raise InputError(f"there is no plan '{id_[:40]}'.", field="id", remedy="See the list of plans.")
        return self._row(found[0])

    def baseline(self) -> PlanRow | None:
        """The plan that the company is held against; None where there is none."""
        query = f"SELECT {_COLUMNS} FROM kept_plan WHERE baseline = 1"  # noqa: S608  our own columns
        found = self._db.rows(query)
        return self._row(found[0]) if found else None

    def result(self, id_: str) -> Planned | None:
        """What came out of a plan; None while nothing has."""
        found = self._db.rows("SELECT result FROM kept_plan WHERE id = ?", (id_,))
        if not found or found[0][0] is None:
            return None
        return msgspec.json.decode(zlib.decompress(found[0][0]), type=Planned)

    def hold_against(self, id_: str) -> None:
        """Make a plan the baseline, instead of what was it before; "" makes none."""
        with self._db.transaction():
            self._db.execute("UPDATE kept_plan SET baseline = 0 WHERE baseline = 1")
            self._db.execute("UPDATE kept_plan SET baseline = 1 WHERE id = ?", (id_,))

    def delete(self, id_: str) -> None:
        """Forget a plan."""
        self._db.execute("DELETE FROM kept_plan WHERE id = ?", (id_,))

    def _row(self, row: Row) -> PlanRow:
        told: dict[str, Any] = dict(zip(PlanRow.__struct_fields__[:11], row[:11], strict=True))
        told["changes"] = msgspec.json.decode(told["changes"], type=dict[str, str])
        told["day"] = date.fromisoformat(told["day"])
        return PlanRow(**told, baseline=bool(row[11]), state="done" if row[12] else self._state(told["job"]))

    def _state(self, job: str) -> Literal["waiting", "running", "failed", "cancelled"]:
        try:
            state = self._jobs.get(job).state
        except InputError:
            return "failed"
        return "running" if state == "done" else state  # what it left is gathered in the next moment


def new_id() -> str:
    """A fresh id."""
    return f"p-{secrets.token_hex(6)}"
