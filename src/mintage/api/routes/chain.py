"""The value chain on one page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.queries import ROWS_MAX, IsoDay
from mintage.api.reply import ApiRouter
from mintage.desk import chain as desk
from mintage.desk.chain_answer import Chain, News

router = ApiRouter(tags=["chain"])


@router.get("/chain")
def chain(asked: Asked = needs("chain.read"), on: IsoDay | None = None) -> Chain:
    """The value chain on a day: what stands at each stage, what flows between them, what is stuck, and the market."""
    return desk.chain(asked.company, asked.caller, on)


@router.get("/wall")
def wall(asked: Asked = needs("chain.read"), on: IsoDay | None = None) -> Chain:
    """The same as `/chain`, as the wall screen shows it."""
    return desk.chain(asked.company, asked.caller, on)


@router.get("/chain/news")
def chain_news(since: Annotated[int, Query(ge=0, le=ROWS_MAX)], asked: Asked = needs("chain.read")) -> News:
    """How many facts came since the journal had so many."""
    return desk.news(asked.company, since)
