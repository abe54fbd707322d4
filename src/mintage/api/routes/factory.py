"""Factory: foundries and stock, sorting runs with yields, builds with landed cost."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.reply import ApiRouter
from mintage.desk import builds as builds_desk
from mintage.desk import factory as desk
from mintage.journal.search import PAGE_MAX

router = ApiRouter(tags=["factory"])
PeriodName = Annotated[str, Query(max_length=10)]
Cursor = Annotated[str, Query(max_length=20)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/factory")
def factory(asked: Asked = needs("factory.read"), period: PeriodName = "") -> desk.FactoryAnswer:
    """The factory in a period: foundries, goods in stock with value and age, and what finished machines will bring."""
    return desk.factory(asked.company, asked.company.period(period))


@router.get("/factory/builds")
def factory_builds(
    asked: Asked = needs("factory.read"), after: Cursor = "", limit: Limit = builds_desk.SHOWN
) -> builds_desk.BuildPage:
    """Builds, the latest first, with what each machine cost landed."""
    return builds_desk.builds(asked.company, after, limit)


@router.get("/factory/sortings")
def factory_sortings(
    asked: Asked = needs("factory.read"), after: Cursor = "", limit: Limit = builds_desk.SHOWN
) -> builds_desk.SortingPage:
    """Sorting runs, the latest first: wafers used, good chips by bin, what a chip cost."""
    return builds_desk.sortings(asked.company, after, limit)
