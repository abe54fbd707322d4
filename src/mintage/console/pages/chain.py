"""The chain page, and the same for a wall screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, needs
from mintage.console.pages import chain_draw as draw
from mintage.console.shell import Page, PageRouter, menu, words_for
from mintage.desk import chain as desk
from mintage.desk.chain_answer import Chain
from mintage.desk.figure import Figure

router = PageRouter("chain")
LIVE = ("journal:head", "chain:*")


@router.get("/")
def chain(asked: Asked = needs(""), on: date | None = None) -> Page | Response:
    """The value chain as one picture; who may not see it begins at the first page that he or she may."""
    if not asked.caller.may("chain.read"):
        return RedirectResponse(
            next(row.href for row in menu() if row.href != "/" and asked.caller.may(row.right)), 303
        )
    answer = desk.chain(asked.company, asked.caller, on)
    return Page(template="chain/index.html", answer=answer, more=_more(asked.request, answer), live=LIVE)


@router.get("/wall")
def wall(asked: Asked = needs("chain.read"), on: date | None = None) -> Page:
    """The picture alone, for a screen on the wall; it loads itself anew."""
    answer = desk.chain(asked.company, asked.caller, on)
    return Page(template="chain/wall.html", answer=answer, more=_more(asked.request, answer), live=LIVE)


@router.get("/chain/news")
def chain_news(since: int, asked: Asked = needs("chain.read")) -> Page:
    """Says that facts came since the page was drawn."""
    return Page(template="chain/news.html", answer=desk.news(asked.company, since))


def _more(request: Request, answer: Chain) -> dict[str, Any]:
    words = words_for(request)

    def short(figure: Figure, *, sign: bool = False) -> draw.Short:
        return draw.short(words, figure, sign=sign)

    mark = answer.market.mark.value
    return {
        "picture": draw.picture(answer),
        "short": short,
        "lines_of": draw.lines_of,
        "head_of": draw.head_of,
        "change": draw.change,
        "hashprice": draw.hashprice_line(answer.market.line, mark) if mark is not None else None,
    }
