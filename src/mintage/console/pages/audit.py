"""The page of who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.queries import ROWS_MAX, IsoDay
from mintage.console.shell import Page, PageRouter
from mintage.desk.audit import audit as told

router = PageRouter("audit")


@router.get("/audit")
def audit(
    asked: Asked = needs("audit.read"),
    area: Annotated[str, Query(max_length=20)] = "console",
    actor: Annotated[str, Query(max_length=100)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    start: IsoDay | None = None,
    end: IsoDay | None = None,
    before: Annotated[int, Query(ge=0, le=ROWS_MAX)] = 0,
) -> Page:
    """Who changed what, and who was refused."""
    answer = told(asked.company, area=area, actor=actor, text=q, start=start, end=end, before=before)
    return Page(template="audit/index.html", answer=answer, more={"actor": actor, "q": q, "start": start, "end": end})
