"""`mintage plan`: futures under the books' own rules."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.show import print_json, print_table, progress
from mintage.plan.assumptions import default_assumptions
from mintage.plan.result import PlanResult
from mintage.plan.service import run as run_plan
from mintage.units import format_amount, parse_date
from mintage.units.errors import InputError

app = App(name="plan", help="Run the books' own rules over thousands of futures.")


@app.command
def run(
    *,
    months: int = 12,
    paths: int = 10_000,
    seed: int = 7,
    assume: Annotated[list[str] | None, Parameter(name="--assume", negative=())] = None,
    from_assumptions: Annotated[bool, Parameter(negative=())] = False,
    day: str | None = None,
    options: Options = Options(),
) -> None:
    """Live the coming months on many paths: revenue, cash, bitcoin and adjusted EBITDA as P10, P50, P90.

    The same seed gives the same figures on any number of cores.

    Example: mintage plan run --months 12 --paths 10000 --seed 7

    Args:
        months: how far.
        paths: how many futures.
        seed: seed of the random numbers.
        assume: an assumption to replace, "id=number unit"; may be repeated. `mintage plan assumptions` lists them.
        from_assumptions: begin from the assumptions' company, not from the journal.
        day: last day before the plan; by default the end of the last closed period.
    """
    replaced = {}
    for text in assume or []:
        id_, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"'{text}' is no assumption.", remedy="Write id=number unit.", field="--assume")
        replaced[id_.strip()] = value.strip()
    with progress("path-months") as step:
        result = run_plan(
            months,
            paths,
            seed,
            assumptions=replaced,
            journal=None if from_assumptions else options.journal(),
            day=parse_date(day) if day else None,
            progress=step,
        )
    if options.json:
        print_json(result.to_json())
    else:
        show(result)


def show(result: PlanResult) -> None:
    """Print a plan as one table: a bar chart and the ends of each percentile."""
    rows = []
    for line in result.chart():
        name = line["name"] if line["percentile"] == 10 else ""
        first, last = (format_amount(line[key], line["unit"]) for key in ("first", "last"))
        rows.append((name, f"P{line['percentile']}", line["bars"], first, last))
    title = f"{result.paths:,} futures from {result.opening}, seed {result.seed}"
    ends = (result.months[0], result.months[-1])
    print_table(title, ("measure", "", "by month", *ends), rows, left=3)
    short = max(result.cash_short)
    print(f"Paths short of cash in the worst month: {100 * short:.1f}%")
    for note in result.notes:
        print(note)


@app.command
def assumptions(*, options: Options = Options()) -> None:
    """List the assumptions with their values, units and sources.

    Example: mintage plan assumptions
    """
    table = default_assumptions()
    if options.json:
        print_json(table)
        return
    rows = [(id_, row.value, row.unit, row.meaning) for id_, row in table.items()]
    print_table("Assumptions", ("id", "value", "unit", "meaning"), rows, left=4)
