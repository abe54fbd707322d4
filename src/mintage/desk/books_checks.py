"""What the checks of a period's books say at once, and the job that checks the whole journal."""

from __future__ import annotations

import msgspec

from mintage.books.checks import CHECKS, run_checks
from mintage.desk.checks import Checked
from mintage.desk.company import Company
from mintage.desk.jobs import Job
from mintage.desk.ledger_words import check_in_chinese
from mintage.desk.periods import PeriodRow, period_row
from mintage.journal.checks import Result
from mintage.people.caller import Caller
from mintage.units import Period
from mintage.units.errors import InputError


class BookCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check of the books.

    Attributes:
        name: its name.
        meaning: what it verifies, in English.
        meaning_zh: the same in Traditional Chinese.
        state: passed, failed, or unknown where the books cannot be read.
        problems: what it found.
    """

    name: str
    meaning: str
    meaning_zh: str
    state: str
    problems: tuple[str, ...]


class ChecksAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Checks of a period's books, and the last check of the whole journal.

    Attributes:
        period: the period.
        rows: the checks of its books.
        passed: whether all of them passed.
        job: the last job that checked the whole journal; None where none ran.
        found: what that job found, once it is done.
    """

    period: PeriodRow
    rows: tuple[BookCheck, ...]
    passed: bool
    job: Job | None = None
    found: tuple[Checked, ...] = ()


class _CheckedAll(msgspec.Struct):
    """What the job leaves; see `mintage.desk.check_job`."""

    checks: tuple[Checked, ...] = ()


def checks(company: Company, period: Period) -> ChecksAnswer:
    """Run the checks of a period's books now, and tell of the last check of the whole journal."""
    view = company.view()
    rows = view.once(("book checks", period), lambda: tuple(_run(name, company, period) for name in CHECKS))
    job = next(iter(company.jobs.recent("check", limit=1)), None)
    raw = company.jobs.result(job.id) if job else None
    found = msgspec.json.decode(raw, type=_CheckedAll).checks if raw else ()
    return ChecksAnswer(
        period=period_row(company, period),
        rows=rows,
        passed=all(row.state == "passed" for row in rows),
        job=job,
        found=found,
    )


def _run(name: str, company: Company, period: Period) -> BookCheck:
    meaning = (CHECKS[name].__doc__ or "").strip()
    try:
        (result,) = run_checks(company.view(), period, (name,))
    except InputError as error:  # a damaged journal keeps the books from being read, and that is the finding
        told = check_in_chinese(meaning)
        return BookCheck(name=name, meaning=meaning, meaning_zh=told, state="unknown", problems=(str(error),))
    return _told(result)


def _told(result: Result) -> BookCheck:
    problems = tuple(f"{problem.where}: {problem.what}" for problem in result.problems)
    return BookCheck(
        name=result.name,
        meaning=result.meaning,
        meaning_zh=check_in_chinese(result.meaning),
        state="passed" if result.passed else "failed",
        problems=problems,
    )


def start_check(company: Company, caller: Caller, period: Period, *, request: str) -> Job:
    """Check the whole journal, and the books of a period, in a process of its own.

    Raises:
        InputError: too many jobs wait already.
    """
    job = company.jobs.start("check", period.name, {"period": period.name}, caller.name, href="/books/checks")
    company.record(caller, "books.checked", period.name, request=request, detail=job.id)
    return job
