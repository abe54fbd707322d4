"""Who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.queries import ROWS_MAX, IsoDay
from mintage.api.reply import ApiRouter
from mintage.desk.audit import LIMIT_MAX, Audit
from mintage.desk.audit import audit as told

router = ApiRouter(tags=["audit"])


@router.get("/audit")
def audit(
    asked: Asked = needs("audit.read"),
    area: Annotated[str, Query(max_length=20)] = "console",
    actor: Annotated[str, Query(max_length=100)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    start: IsoDay | None = None,
    end: IsoDay | None = None,
    before: Annotated[int, Query(ge=0, le=ROWS_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
) -> Audit:
    """Who changed what, and who was refused, the latest first; `next` of a page is `before` of the one after it."""
    return told(asked.company, area=area, actor=actor, text=q, start=start, end=end, before=before, limit=limit)
