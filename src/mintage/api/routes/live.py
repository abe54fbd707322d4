"""What changes: live state."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from mintage.api.access import Asked, identified, needs
from mintage.api.queries import Word
from mintage.api.reply import ApiRouter
from mintage.api.stream import Viewer, stream
from mintage.desk.live_rights import telling

router = ApiRouter(tags=["live"])


@router.get("/live")
def live(asked: Asked = needs(""), key: Annotated[list[Word] | None, Query(max_length=200)] = None) -> Response:
    """Watch keys as server-sent events: `machine:ASSET:COLUMN`, `journal:head`, `job:ID`; "*" stands for any rest."""
    caller = asked.caller

    def still() -> bool:
        """Whether it is the same person with the same roles: the stream ends when that changes."""
        now = identified(asked.request)
        return now is not None and (now.grants, now.rights) == (caller.grants, caller.rights)

    viewer = Viewer(who=caller.name, may=telling(asked.company, caller), still=still)
    return stream(asked.company.hub, key or [], viewer)
