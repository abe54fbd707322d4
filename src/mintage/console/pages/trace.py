"""Pages that walk from a printed number, or from a lot, back to its evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.routes.trace import found_lot, known
from mintage.console.pages.books import around
from mintage.console.shell import Page, PageRouter
from mintage.desk import trace as desk

router = PageRouter("books")


@router.get("/trace/kpi/{id}")
def kpi(
    id: str,
    asked: Asked = needs("journal.read"),
    period: Annotated[str, Query(max_length=10)] = "",
    limit: Annotated[int, Query(ge=1, le=desk.CHILDREN_MAX)] = 10,
) -> Page:
    """A KPI with all that it was made from."""
    span = asked.company.period(period)
    answer = desk.kpi_trace(asked.company, known(id), span, limit)
    return Page(template="trace/kpi.html", answer=answer, more={**around(asked.company, span), "limit": limit})


@router.get("/trace/lot")
def lot(lot: Annotated[str, Query(max_length=500)], asked: Asked = needs("journal.read")) -> Page:
    """A lot: where its units are, and what opened it."""
    answer = found_lot(asked, lot)
    return Page(template="trace/lot.html", answer=answer)
