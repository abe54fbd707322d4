"""The job that lives a plan's futures."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.desk.jobs import Task
from mintage.desk.worker import Teller
from mintage.journal.sqlite import SqliteJournal
from mintage.plan.assumptions import Assumption, Assumptions
from mintage.plan.observed import with_market_of
from mintage.plan.result import PlanResult
from mintage.plan.service import run
from mintage.units import parse_date


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes.

    Attributes:
        months: how far.
        paths: how many futures.
        seed: seed of the random numbers.
        day: last day before the plan, ISO.
        changes: what to assume instead of the table: id to "number unit".
    """

    months: int
    paths: int
    seed: int
    day: date
    changes: dict[str, str] = {}


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What the job leaves.

    Attributes:
        result: the futures.
        assumptions: every row that they were lived by: as shipped, observed or changed.
    """

    result: PlanResult
    assumptions: list[Assumption]


def work(journal: SqliteJournal, task: Task, tell: Teller) -> Planned:
    """Live the futures from the books of a day on.

    Raises:
        InputError: an assumption is none, a number is out of bounds, or the books have nothing on that day.
    """
    asked = msgspec.convert(task.arguments, Asked)
    tell(0, asked.paths, "paths")
    result = run(
        asked.months,
        asked.paths,
        asked.seed,
        assumptions=asked.changes,
        journal=journal,
        day=asked.day,
        progress=lambda done, _all: tell(done // asked.months, asked.paths, "paths"),
    )
    table, _ = with_market_of(journal, parse_date(result.opening), Assumptions(asked.changes))
    return Planned(result=result, assumptions=list(table.rows.values()))
