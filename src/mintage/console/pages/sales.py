"""The page of sales."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.console.charts import Axis, Line, Spec, bars
from mintage.console.pages.books import around
from mintage.console.shell import Page, PageRouter, words_for
from mintage.console.words import Words
from mintage.desk import sales as desk
from mintage.desk.sales import PriceRow

router = PageRouter("sales")
LIVE = ("journal:head",)


@router.get("/sales")
def sales(asked: Asked = needs("sales.read"), period: Annotated[str, Query(max_length=10)] = "") -> Page:
    """Customers, orders, deposits, deliveries, prices."""
    span = asked.company.period(period)
    answer = desk.sales(asked.company, span)
    more = {**around(asked.company, span), "chart": _prices(words_for(asked.request), answer.prices)}
    return Page(template="sales/index.html", answer=answer, more=more, live=LIVE)


def _prices(words: Words, rows: tuple[PriceRow, ...]) -> Spec | None:
    """Hash rate sold as bars, the average price as a line over them."""
    if not rows:
        return None
    lines = [
        Line(name=words.gettext("Hash rate sold"), values=[row.hashrate.value for row in rows], kind="bar"),
        Line(
            name=words.gettext("Average price"),
            values=[row.asp.value for row in rows],
            kind="line",
            axis=1,
            tone="accent",
        ),
    ]
    axes = (
        Axis(name=words.gettext("Hash rate sold"), unit="TH/s", digits=0),
        Axis(name=words.gettext("Average price"), unit="USD/TH/s", digits=2),
    )
    names = [words.period(row.period) for row in rows]
    hrefs = [f"/sales?period={row.period}" for row in rows]
    return bars(words, names, lines, axes, names_name=words.gettext("Quarter"), hrefs=hrefs)
