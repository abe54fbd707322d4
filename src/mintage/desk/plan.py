"""Plan: futures of the company from the books on, what they assume, and what another assumption would change."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.desk.company import Company
from mintage.desk.jobs import Job
from mintage.desk.plan_choices import MONTHS, PATHS, PATHS_MAX, SEED, days, missing
from mintage.desk.plan_view import KeptPlan, PlanPage, differences, futures, medians, outlook, rows
from mintage.desk.plans import KEPT_MAX, PlanRow, Plans, new_id
from mintage.people.caller import Caller, Forbidden
from mintage.plan.assumptions import Assumptions, default_assumptions
from mintage.plan.opening import months_after
from mintage.plan.service import MONTHS_MAX
from mintage.units import parse_date
from mintage.units.errors import InputError, LimitError

PATH_MONTHS_MAX = 2_400_000
"""Bounds time and memory of one job."""
NAME_MAX = 80


class NewPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan to live.

    Attributes:
        name: what it is called.
        months: how far.
        paths: how many futures.
        seed: seed of the random numbers; the same seed gives the same market.
        day: last day before the plan, the end of a month, ISO; "" for the end of the last closed period.
        changes: what to assume instead: id of the assumption to a number, or "number unit".
        against: id of a kept plan of which this is a variant: days, seed and changes are then its own where nothing
            else is said.
    """

    name: str
    months: int | None = None
    paths: int | None = None
    seed: int | None = None
    day: str = ""
    changes: dict[str, str] = {}
    against: str = ""


class PlanList(msgspec.Struct, frozen=True, kw_only=True):
    """The kept plans.

    Attributes:
        plans: the baseline first, then the newest.
        kept_max: how many are kept at most.
        missing: why no plan can be lived from the books, "" where one can.
        remedy: what to do about it.
        may_run: whether the reader may run plans.
    """

    plans: list[PlanRow]
    kept_max: int
    missing: str
    remedy: str
    may_run: bool


def listing(company: Company, caller: Caller) -> PlanList:
    """The kept plans."""
    why, remedy = missing(company)
    return PlanList(
        plans=_kept(company).rows(),
        kept_max=KEPT_MAX,
        missing=why,
        remedy=remedy,
        may_run=caller.may("plan.run"),
    )


def start(company: Company, caller: Caller, told: NewPlan, request: str) -> PlanRow:
    """Keep a plan and live it beside the desk.

    Raises:
        InputError: a number is out of bounds, an assumption is none, or there is nothing to begin from.
        LimitError: it is too large, or too many are kept.
    """
    kept = _kept(company)
    base = kept.row(told.against) if told.against else None
    row = PlanRow(
        id=new_id(),
        name=_name(told.name),
        asked_by=caller.name,
        at_us=company.wall.now_us(),
        day=_day(company, told.day, base),
        months=_bounded("months", _first(told.months, base.months if base else None, MONTHS), 1, MONTHS_MAX),
        paths=_bounded("paths", _first(told.paths, base.paths if base else None, PATHS), 1, PATHS_MAX),
        seed=_bounded("seed", _first(told.seed, base.seed if base else None, SEED), 0, 2**31 - 1),
        changes=_changes(told.changes, base),
        against=told.against,
        job="",
        state="waiting",
        baseline=False,
    )
    if row.months * row.paths > PATH_MONTHS_MAX:
        raise LimitError(
            f"{row.months} months on {row.paths} paths are more than {PATH_MONTHS_MAX:,} path-months.",
            field="paths",
            remedy="Plan fewer paths or months.",
        )
    kept.add(row)
    asked = {"months": row.months, "paths": row.paths, "seed": row.seed, "day": row.day.isoformat()}
    try:
        job = company.jobs.start("plan", row.name, {**asked, "changes": row.changes}, caller.name, f"/plan/{row.id}")
    except InputError:
        kept.delete(row.id)
        raise
    kept.worked_on(row.id, job)
    company.record(caller, "plan.run", row.name, request=request, detail=f"{row.id} from {row.day}, seed {row.seed}")
    return kept.row(row.id)


def hold_against(company: Company, caller: Caller, id_: str, request: str) -> PlanRow:
    """Make a plan the baseline: the one that the company is held against.

    Raises:
        InputError: there is none of that id, or nothing came out of it.
    """
    kept = _kept(company)
    row = kept.row(id_)
    if row.state != "done":
        raise InputError("nothing came out of this plan.", field="id", remedy="Choose one that is done.")
    kept.hold_against(id_)
    company.record(
        caller, "plan.baseline", row.name, request=request, detail=f"{row.id} from {row.day}, seed {row.seed}"
    )
    return kept.row(id_)


def delete(company: Company, caller: Caller, id_: str, request: str) -> PlanRow:
    """Forget a plan.

    Raises:
        InputError: there is none of that id, or it is the baseline.
        Forbidden: it is somebody else's, and the caller does not keep the books.
    """
    kept = _kept(company)
    row = kept.row(id_)
    if not _may_delete(caller, row):
        raise Forbidden("books.close")
    if row.baseline:
        raise InputError("the company is held against this plan.", field="id", remedy="Choose another baseline first.")
    if row.state in ("waiting", "running"):
        company.jobs.cancel(row.job)
    kept.delete(id_)
    company.record(caller, "plan.deleted", row.name, request=request, detail=row.id)
    return row


def show(company: Company, caller: Caller, id_: str, against: str | None = None) -> PlanPage:
    """One plan, beside another where one is named or it is a variant of one.

    Args:
        company: whose desk.
        caller: who asks.
        id_: the plan.
        against: the plan to compare it with; "" for none; None for that of which it is a variant.

    Raises:
        InputError: there is none of that id.
    """
    kept = _kept(company)
    row, planned = kept.row(id_), kept.result(id_)
    others = [one for one in kept.rows() if one.id != id_ and one.state == "done"]
    wanted = row.against if against is None else against
    other = next((one for one in others if one.id == wanted), None) if planned is not None else None
    then = kept.result(other.id) if other is not None else None
    return PlanPage(
        row=row,
        progress=None if planned is not None else _job(company, row),
        futures=futures(planned.result) if planned is not None else None,
        outlook=outlook(planned.result) if planned is not None else [],
        other=other,
        other_futures=futures(then.result) if then is not None else None,
        differences=differences(planned.result, then.result) if planned is not None and then is not None else [],
        short_then=max(then.result.cash_short) if then is not None else None,
        short_now=max(planned.result.cash_short) if planned is not None else None,
        rows=rows(planned, row, then),
        others=others,
        may_run=caller.may("plan.run"),
        may_delete=_may_delete(caller, row) and not row.baseline,
    )


def baseline(company: Company) -> KeptPlan | None:
    """The plan that the company is held against, with its medians by measure and month; None where there is none."""
    kept = _kept(company)
    row = kept.baseline()
    planned = kept.result(row.id) if row is not None else None
    return medians(row, planned.result) if row is not None and planned is not None else None


def _kept(company: Company) -> Plans:
    return Plans(company.state, company.jobs)


def _day(company: Company, told: str, base: PlanRow | None) -> date:
    """The last day before the plan."""
    if told:
        try:
            day = parse_date(told)
            next(months_after(day, 1))
        except InputError as error:
            raise error.at(field="day") from error
        return day
    if base is not None:
        return base.day
    ends = days(company)
    if not ends:
        why, remedy = missing(company)
        raise InputError(why, field="day", remedy=remedy)
    return ends[0]


def _changes(told: dict[str, str], base: PlanRow | None) -> dict[str, str]:
    """What a plan assumes: its base's changes and its own, checked, without what says nothing new."""
    merged = {**(base.changes if base else {}), **{id_: text for id_, text in told.items() if text.strip()}}
    shipped = default_assumptions()
    for id_ in merged:
        if id_.startswith("opening."):
            raise InputError(f"{id_} comes from the books.", field=id_, remedy="Choose another day to begin from.")
    said = Assumptions(merged).said
    return {id_: text for id_, text in said.items() if id_ in merged and id_ in shipped}


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > NAME_MAX or not plain.isprintable():
        raise InputError(f"a name of 1 to {NAME_MAX} characters is needed.", field="name", remedy="Say what it is of.")
    return plain


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def _bounded(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise InputError(f"{name} is {value}.", field=name, remedy=f"It lies between {low} and {high:,}.")
    return value


def _may_delete(caller: Caller, row: PlanRow) -> bool:
    return caller.may("plan.run") and (row.asked_by == caller.name or caller.may("books.close"))


def _job(company: Company, row: PlanRow) -> Job | None:
    try:
        return company.jobs.get(row.job)
    except InputError:
        return None
