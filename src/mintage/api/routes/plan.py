"""Plans: futures of the company, what they assume, and what another assumption would change."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.reply import ApiRouter, body_of
from mintage.api.routes.jobs import there
from mintage.desk import plan as desk
from mintage.desk import plan_choices
from mintage.desk.plan_view import PlanPage
from mintage.desk.plans import PlanRow

router = ApiRouter(tags=["plan"])


@router.get("/plan")
def plans(asked: Asked = needs("plan.read")) -> desk.PlanList:
    """The kept plans; the baseline, which the company is held against, comes first."""
    return desk.listing(asked.company, asked.caller)


@router.get("/plan/new")
def new_plan(
    asked: Asked = needs("plan.run"), base: Annotated[str, Query(max_length=40)] = ""
) -> plan_choices.PlanChoices:
    """What a new plan may assume, or a variant of a kept one: every assumption with unit, grade and source."""
    with there():
        return plan_choices.choices(asked.company, base)


@router.post("/plan", status_code=201)
def run_plan(asked: Asked = needs("plan.run"), told: desk.NewPlan = body_of(desk.NewPlan)) -> PlanRow:
    """Live a plan: thousands of futures under the books' own rules.

    It goes on as a job; ask for the plan by its id until its state is done.
    """
    return desk.start(asked.company, asked.caller, told, asked.id)


@router.get("/plan/{id}")
def plan(
    id: str,
    asked: Asked = needs("plan.read"),
    against: Annotated[str | None, Query(max_length=40)] = None,
) -> PlanPage:
    """One plan: fans by month, what is likely, its assumptions, and the difference to another plan."""
    with there():
        return desk.show(asked.company, asked.caller, id, against)


@router.post("/plan/{id}/baseline")
def choose_baseline(id: str, asked: Asked = needs("plan.run")) -> PlanRow:
    """Make a plan the one that the company is held against."""
    with there():
        return desk.hold_against(asked.company, asked.caller, id, asked.id)


@router.post("/plan/{id}/delete")
def delete_plan(id: str, asked: Asked = needs("plan.run")) -> PlanRow:
    """Forget a plan: whoever asked for it may, and whoever keeps the books."""
    with there():
        return desk.delete(asked.company, asked.caller, id, asked.id)
