"""`mintage check`: every named check of the journal, and of the books of a period."""

from __future__ import annotations

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.show import print_json, print_table, verdict
from mintage.desk.checks import check_all
from mintage.journal.sqlite_schema import connect
from mintage.units import parse_period

app = App(name="check", help="Check the journal and the books; exit 1 when something is wrong.")


@app.default
def check(period: str | None = None, *, options: Options = Options()) -> int:
    """Run the journal's checks; with a period also those of its books.

    Example: mintage check 2025Q2

    Args:
        period: a period whose statements are checked too, such as 2025Q2.
    """
    connect(options.db, write=False).close()  # a journal that is not there is bad input, not a check that failed
    rows = check_all(options.journal(), parse_period(period) if period else None)
    failed = sum(1 for row in rows if row.problems)
    if options.json:
        print_json({"passed": failed == 0, "checks": rows})
    else:
        print_table(
            f"Checks of {options.db}" + (f", {period}" if period else ""),
            ("check", "", "what it verifies"),
            [(row.check, verdict(passed=not row.problems), row.meaning) for row in rows],
            left=3,
        )
        for row in rows:
            for problem in row.problems:
                print(f"✗ {row.check}: {problem}")
    return 1 if failed else 0
