"""Plan: the kept plans, one with its fans and assumptions beside another, and the form for a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Annotated, Any, TypeVar

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.jobs import there
from mintage.console.pages.plan_draw import charts, large, short_of_cash
from mintage.console.shell import Page, PageRouter, words_for
from mintage.desk import plan as desk
from mintage.desk import plan_choices
from mintage.desk.plan_view import PlanPage
from mintage.units.errors import InputError

T = TypeVar("T")
router = PageRouter("plan")
ASSUME = "assume:"
"""What the names of fields with assumptions begin with."""
PLAIN = ("name", "day", "months", "paths", "seed")


@router.get("/plan")
def plans(asked: Asked = needs("plan.read")) -> Page:
    """The kept plans."""
    return Page(template="plan/index.html", answer=desk.listing(asked.company, asked.caller))


@router.get("/plan/new")
def new_plan(asked: Asked = needs("plan.run"), base: Annotated[str, Query(max_length=40)] = "") -> Page:
    """The form for a new plan, or for a variant of a kept one."""
    with there():
        answer = plan_choices.choices(asked.company, base)
    return _form(answer, {})


@router.post("/plan")
def run_plan(asked: Asked = needs("plan.run"), form: FormData = form_of()) -> Page | Response:
    """Live a plan; where something is wrong with what it assumes, the form says what."""
    told = {name: _text(form, name) for name in form if name in PLAIN or name.startswith(ASSUME)}
    with there():
        answer = plan_choices.choices(asked.company, _text(form, "against"))
    try:
        wanted = desk.NewPlan(
            name=told.get("name", ""),
            months=_whole(told, "months"),
            paths=_whole(told, "paths"),
            seed=_whole(told, "seed"),
            day=told.get("day", ""),
            changes=plan_choices.changed(
                answer.assumptions,
                {name.removeprefix(ASSUME): text for name, text in told.items() if name.startswith(ASSUME)},
            ),
            against=answer.base.id if answer.base else "",
        )
        row = desk.start(asked.company, asked.caller, wanted, asked.id)
    except InputError as error:
        return _form(answer, told, error)
    return RedirectResponse(f"/plan/{row.id}", 303)


@router.get("/plan/{id}")
def plan(
    id: str,
    asked: Asked = needs("plan.read"),
    against: Annotated[str | None, Query(max_length=40)] = None,
) -> Page:
    """One plan."""
    with there():
        answer = desk.show(asked.company, asked.caller, id, against)
    return Page(template="plan/show.html", answer=answer, more=_shown(asked, answer))


@router.post("/plan/{id}/baseline")
def choose_baseline(id: str, asked: Asked = needs("plan.run")) -> Response:
    """Make a plan the one that the company is held against."""
    with there():
        desk.hold_against(asked.company, asked.caller, id, asked.id)
    return RedirectResponse(f"/plan/{id}?done=saved", 303)


@router.post("/plan/{id}/delete")
def delete_plan(id: str, asked: Asked = needs("plan.run")) -> Response:
    """Forget a plan."""
    with there():
        desk.delete(asked.company, asked.caller, id, asked.id)
    return RedirectResponse("/plan?done=deleted", 303)


def _shown(asked: Asked, answer: PlanPage) -> dict[str, Any]:
    words = words_for(asked.request)
    found: dict[str, Any] = {
        "large": large,
        "charts": [],
        "short": None,
        "groups": rooms(answer.rows, lambda one: one.assumption.id),
    }
    if answer.futures is not None:
        found["charts"] = charts(words, answer.futures, answer.other_futures)
        found["short"] = short_of_cash(words, answer.futures, answer.other_futures)
    return found


def _form(answer: plan_choices.PlanChoices, told: dict[str, str], error: InputError | None = None) -> Page:
    fields = {name.removeprefix(ASSUME): text for name, text in told.items()}
    wrong = (error.field or "") if error is not None else ""
    known = {*PLAIN, *(one.id for one in answer.assumptions)}
    return Page(
        template="plan/new.html",
        answer=answer,
        more={
            "typed": fields,
            "error": error,
            "wrong": wrong if wrong in known else "",
            "groups": rooms(answer.assumptions, lambda one: one.id),
            "number_plain": lambda value: f"{value:f}",
        },
        status=200 if error is None else 400,
        twin=f"/api/v1/plan/new{f'?base={answer.base.id}' if answer.base else ''}",
    )


def rooms(rows: Iterable[T], id_of: Callable[[T], str]) -> list[tuple[str, list[T]]]:
    """Rows by the room that their ids begin with."""
    return [(name, list(group)) for name, group in groupby(rows, key=lambda row: id_of(row).partition(".")[0])]


def _whole(told: dict[str, str], name: str) -> int | None:
    """A whole number of the form; None where nothing was typed."""
    text = told.get(name, "").strip().replace(",", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise InputError(f"'{text[:20]}' is no whole number.", field=name, remedy="Write digits alone.")
    return int(text)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:200] if isinstance(value, str) else ""
