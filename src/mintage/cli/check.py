"""`mintage check`: every named check of the journal, and of the books of a period."""

from __future__ import annotations

from cyclopts import App

from mintage.books.checks import run_checks as run_book_checks
from mintage.books.view import View
from mintage.cli.options import Options
from mintage.cli.show import print_json, print_table, verdict
from mintage.house import rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import Problem, Result, run_checks
from mintage.journal.sqlite import SqliteJournal
from mintage.journal.sqlite_schema import connect
from mintage.mining.service import problems as mining_problems
from mintage.units import Period, parse_period
from mintage.units.errors import InputError

app = App(name="check", help="Check the journal and the books; exit 1 when something is wrong.")


@app.default
def check(period: str | None = None, *, options: Options = Options()) -> int:
    """Run the journal's checks; with a period also those of its books.

    Example: mintage check 2025Q2

    Args:
        period: a period whose statements are checked too, such as 2025Q2.
    """
    connect(options.db, write=False).close()  # a journal that is not there is bad input, not a check that failed
    journal = options.journal()
    results = [("journal", result) for result in run_checks(journal, default_chart(), rulebook())]
    if period is not None:
        results += _of_period(journal, parse_period(period))
    rows = [
        {
            "check": f"{room}.{result.name}",
            "meaning": result.meaning,
            "problems": [f"{problem.where}: {problem.what}" for problem in result.problems],
        }
        for room, result in results
    ]
    failed = sum(1 for row in rows if row["problems"])
    if options.json:
        print_json({"passed": failed == 0, "checks": rows})
    else:
        print_table(
            f"Checks of {options.db}" + (f", {period}" if period else ""),
            ("check", "", "what it verifies"),
            [(row["check"], verdict(passed=not row["problems"]), row["meaning"]) for row in rows],
            left=3,
        )
        for row in rows:
            for problem in row["problems"]:
                print(f"✗ {row['check']}: {problem}")
    return 1 if failed else 0


def _of_period(journal: SqliteJournal, period: Period) -> list[tuple[str, Result]]:
    """Checks of a period's books; where a damaged journal keeps them from being read, that is the finding."""
    try:
        results = [("books", result) for result in run_book_checks(View(journal), period)]
        found = tuple(Problem(item.key, item.what) for item in mining_problems(journal, period))
    except InputError as error:
        return [
            ("books", Result("readable", "The books of the period can be read.", (Problem(str(period), str(error)),)))
        ]
    return [*results, ("mining", Result("earned", "Earned values and joint shares follow their terms.", found))]
