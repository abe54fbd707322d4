"""Every named check of the journal, and of the books of a period, in one list for commands, pages and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from mintage.books.checks import CHECKS as BOOK_CHECKS
from mintage.books.checks import run_checks as run_book_checks
from mintage.books.view import View
from mintage.house import rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import CHECKS, Problem, Result, run_checks
from mintage.journal.store import Journal
from mintage.mining.service import problems as mining_problems
from mintage.units import Period
from mintage.units.errors import InputError

Step = Callable[[int, int, str], None]
"""Told of checks done, of so many in all, and what is checked next."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One check and what it found.

    Attributes:
        check: "journal.chain", "books.cash-flow" ...
        meaning: what it verifies.
        problems: what is wrong; empty where it passed.
    """

    check: str
    meaning: str
    problems: tuple[str, ...]


def check_all(journal: Journal, period: Period | None, step: Step = lambda _done, _all, _next: None) -> list[Checked]:
    """Run every check.

    Args:
        journal: what is checked.
        period: a period whose books are checked too.
        step: told how far it is.
    """
    found: list[Checked] = []
    total = len(CHECKS) + (len(BOOK_CHECKS) + 1 if period is not None else 0)
    for name in CHECKS:
        step(len(found), total, f"journal.{name}")
        found += [_checked("journal", one) for one in run_checks(journal, default_chart(), rulebook(), (name,))]
    for room, result in _of_period(journal, period) if period is not None else ():
        found.append(_checked(room, result))
        step(len(found), total, f"{room}.{result.name}")
    step(total, total, "")
    return found


def _checked(room: str, result: Result) -> Checked:
    told = tuple(f"{problem.where}: {problem.what}" for problem in result.problems)
    return Checked(check=f"{room}.{result.name}", meaning=result.meaning, problems=told)


def _of_period(journal: Journal, period: Period) -> Iterator[tuple[str, Result]]:
    """Checks of a period's books; where a damaged journal keeps them from being read, that is the finding."""
    try:
        view = View(journal)
        for name in BOOK_CHECKS:
            yield from (("books", result) for result in run_book_checks(view, period, (name,)))
        found = tuple(Problem(item.key, item.what) for item in mining_problems(journal, period))
    except InputError as error:
        yield (
            "books",
            Result("readable", "The books of the period can be read.", (Problem(str(period), str(error)),)),
        )
        return
    yield "mining", Result("earned", "Earned values and joint shares follow their terms.", found)
