"""What changes: live state."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from mintage.api.access import Asked, needs
from mintage.api.queries import Word
from mintage.api.reply import ApiRouter
from mintage.api.stream import stream

router = ApiRouter(tags=["live"])


@router.get("/live")
def live(asked: Asked = needs(""), key: Annotated[list[Word] | None, Query(max_length=200)] = None) -> Response:
    """Watch keys as server-sent events: `machine:ASSET:COLUMN`, `journal:head`, `job:ID`; "*" stands for any rest."""
    return stream(asked.company.hub, key or [])
