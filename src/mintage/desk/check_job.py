"""The job that checks the journal, and the books of a period."""

from __future__ import annotations

import msgspec

from mintage.desk.checks import Checked, check_all
from mintage.desk.jobs import Task
from mintage.desk.worker import Teller
from mintage.journal.sqlite import SqliteJournal
from mintage.units import parse_period


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes.

    Attributes:
        period: a period whose books are checked too; "" for none.
    """

    period: str = ""


class CheckedAll(msgspec.Struct, frozen=True, kw_only=True):
    """What the job leaves.

    Attributes:
        passed: whether nothing was found.
        checks: each check with what it found.
    """

    passed: bool
    checks: list[Checked]


def work(journal: SqliteJournal, task: Task, tell: Teller) -> CheckedAll:
    """Run every check.

    Raises:
        InputError: the period is none.
    """
    asked = msgspec.convert(task.arguments, Asked)
    found = check_all(journal, parse_period(asked.period) if asked.period else None, tell)
    return CheckedAll(passed=all(not one.problems for one in found), checks=found)
