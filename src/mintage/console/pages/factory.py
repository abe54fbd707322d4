"""Pages of the factory: stock with value and age, builds with landed cost, sorting runs with yields."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.console.charts import Axis, Line, Spec, bars
from mintage.console.pages.books import around
from mintage.console.shell import Page, PageRouter, words_for
from mintage.console.words import Words
from mintage.desk import builds as builds_desk
from mintage.desk import factory as desk
from mintage.desk.builds import BuildRow

router = PageRouter("factory")
LIVE = ("journal:head",)
PeriodName = Annotated[str, Query(max_length=10)]
Cursor = Annotated[str, Query(max_length=20)]
DRAWN = 12
"""Builds drawn at most."""


@router.get("/factory")
def factory(asked: Asked = needs("factory.read"), period: PeriodName = "") -> Page:
    """What is in stock, what foundries hold, what finished machines will bring."""
    span = asked.company.period(period)
    answer = desk.factory(asked.company, span)
    return Page(template="factory/index.html", answer=answer, more=around(asked.company, span), live=LIVE)


@router.get("/factory/builds")
def builds(asked: Asked = needs("factory.read"), after: Cursor = "") -> Page:
    """Builds with what each machine cost landed."""
    answer = builds_desk.builds(asked.company, after)
    more = {"chart": _landed(words_for(asked.request), answer.rows)}
    return Page(template="factory/builds.html", answer=answer, more=more, live=LIVE)


@router.get("/factory/sortings")
def sortings(asked: Asked = needs("factory.read"), after: Cursor = "") -> Page:
    """Sorting runs with yields."""
    return Page(template="factory/sortings.html", answer=builds_desk.sortings(asked.company, after), live=LIVE)


def _landed(words: Words, rows: tuple[BuildRow, ...]) -> Spec | None:
    """What a machine of the latest builds cost, by part, the oldest of them first."""
    shown = [row for row in rows[:DRAWN] if row.units.value][::-1]
    if not shown:
        return None
    parts = (
        (words.gettext("Chips"), [row.chips for row in shown]),
        (words.gettext("Materials"), [row.materials for row in shown]),
        (words.gettext("Conversion"), [row.conversion for row in shown]),
        (words.gettext("Freight"), [row.freight for row in shown]),
        (words.gettext("Duty"), [row.duty for row in shown]),
        (words.gettext("Other costs"), [row.other for row in shown]),
    )
    lines = [
        Line(
            name=name,
            values=[
                (figure.value or Decimal(0)) / (row.units.value or Decimal(1))
                for figure, row in zip(figures, shown, strict=True)
            ],
            kind="bar",
            stack="cost",
        )
        for name, figures in parts
        if any(figure.value for figure in figures)
    ]
    names = [f"{row.model} {row.date}" for row in shown]
    axis = Axis(name=words.gettext("Cost of a machine"), unit="USD", digits=2)
    return bars(words, names, lines, axis, names_name=words.gettext("Build"), hrefs=[row.href for row in shown])
