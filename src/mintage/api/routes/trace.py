"""Trace: from a printed number, or from a lot, back to its evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.problems import NotFound
from mintage.api.reply import ApiRouter
from mintage.books.kpis import definition
from mintage.desk import trace as desk
from mintage.units.errors import InputError

router = ApiRouter(tags=["trace"])


@router.get("/trace/kpi/{id}")
def trace_kpi(
    id: str,
    asked: Asked = needs("journal.read"),
    period: Annotated[str, Query(max_length=10)] = "",
    limit: Annotated[int, Query(ge=1, le=desk.CHILDREN_MAX)] = 10,
) -> desk.KpiTrace:
    """A KPI with all that it was made from, down to facts and evidence."""
    return desk.kpi_trace(asked.company, known(id), asked.company.period(period), limit)


@router.get("/trace/lot")
def trace_lot(lot: Annotated[str, Query(max_length=500)], asked: Asked = needs("journal.read")) -> desk.LotTrace:
    """A lot: where its units are, how they came there, and the fact that opened it."""
    return found_lot(asked, lot)


def known(id_: str) -> str:
    """The id of a KPI.

    Raises:
        NotFound: no KPI has it.
    """
    try:
        return definition(id_[:100]).id
    except InputError as error:
        raise NotFound(error.problem, field="id", remedy=error.remedy) from error


def found_lot(asked: Asked, lot: str) -> desk.LotTrace:
    """The lot that is asked for.

    Raises:
        NotFound: there is none.
    """
    try:
        return desk.lot_trace(asked.company, lot)
    except InputError as error:
        raise NotFound(error.problem, field="lot", remedy=error.remedy) from error
