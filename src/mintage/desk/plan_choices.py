"""What a plan may begin from and assume, for the form that asks for one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from mintage.desk.company import Company
from mintage.desk.plans import PlanRow, Plans
from mintage.plan.assumptions import Assumption, Assumptions
from mintage.plan.observed import with_market_of
from mintage.plan.service import MONTHS_MAX
from mintage.units import parse_number, parse_period
from mintage.units.errors import InputError

PATHS_MAX = 100_000
"""Futures of one plan at the desk; the command line takes more."""
MONTHS, PATHS, SEED = 12, 10_000, 7
"""What a new plan has where nothing is said."""


class PlanChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen for a new plan.

    Attributes:
        base: the plan of which a variant is made; None for a plan of its own.
        days: last days of closed months and quarters, the newest first.
        day: the one that is chosen.
        months: how far.
        paths: how many futures.
        seed: seed of the random numbers.
        assumptions: every row, as observed on that day and as the base has it.
        months_max: the farthest.
        paths_max: the most futures.
        missing: why no plan can be lived from the books, "" where one can.
        remedy: what to do about it.
    """

    base: PlanRow | None
    days: list[date]
    day: date | None
    months: int
    paths: int
    seed: int
    assumptions: list[Assumption]
    months_max: int
    paths_max: int
    missing: str
    remedy: str


def choices(company: Company, base: str = "") -> PlanChoices:
    """What can be chosen for a new plan, or for a variant of a kept one.

    Raises:
        InputError: there is no such plan.
    """
    row = Plans(company.state, company.jobs).row(base) if base else None
    ends = days(company)
    day = row.day if row else next(iter(ends), None)
    table = Assumptions(row.changes if row else None)
    if day is not None:
        table, _ = with_market_of(company.journal, day, table)
    why, remedy = missing(company)
    return PlanChoices(
        base=row,
        days=ends if day is None or day in ends else [day, *ends],
        day=day,
        months=row.months if row else MONTHS,
        paths=row.paths if row else PATHS,
        seed=row.seed if row else SEED,
        assumptions=[one for one in table.rows.values() if not one.id.startswith("opening.")],
        months_max=MONTHS_MAX,
        paths_max=PATHS_MAX,
        missing=why,
        remedy=remedy,
    )


def days(company: Company) -> list[date]:
    """Ends of closed periods, which end months."""
    return sorted({parse_period(name).end for name in company.journal.closed_periods()}, reverse=True)


def missing(company: Company) -> tuple[str, str]:
    """Why no plan can begin from the books, and what to do; both empty where one can."""
    if days(company):
        return "", ""
    return "no period is closed yet.", "Close a month or a quarter under Books; a plan begins where it ends."


def changed(assumptions: Iterable[Assumption], told: dict[str, str]) -> dict[str, str]:
    """What a form that shows every assumption changes: values that are not those that it showed.

    Args:
        assumptions: rows as shown.
        told: id to the number in the form.

    Raises:
        InputError: a value is no number.
    """
    shown = {one.id: one.value for one in assumptions}
    found = {}
    for id_, text in told.items():
        if not text.strip() or id_ not in shown:
            continue
        try:
            value = parse_number(text.strip().partition(" ")[0])
        except InputError as error:
            raise error.at(field=id_) from error
        if value != shown[id_]:
            found[id_] = text.strip()
    return found
