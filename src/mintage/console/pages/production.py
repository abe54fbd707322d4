"""Pages of production: days from work to satoshis, one day step by step, the cost of one bitcoin."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.console.charts import Axis, Line, Spec, bars
from mintage.console.shell import Page, PageRouter, words_for
from mintage.console.words import Words
from mintage.desk import production as desk
from mintage.desk import production_cost as costs
from mintage.desk import production_day as days
from mintage.desk.production_answer import Choice, Column, Production
from mintage.units import parse_date

router = PageRouter("production")
SITES_DRAWN = 7
"""Sites with a colour of their own; those that earned least are drawn together."""
ROWS = 40
LIVE = ("journal:head",)
COST_ROWS = ("power", "hosting", "site", "depreciation", "overhead")


@router.get("/production")
def production(
    asked: Asked = needs("production.read"),
    period: Annotated[str, Query(max_length=10)] = "",
    status: Choice = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> Page:
    """All sites, day by day, differences first."""
    answer = desk.production(
        asked.company, asked.caller, period=period, status=status, after=after, limit=_rows(asked.request)
    )
    return Page(template="production/index.html", answer=answer, more=_more(asked.request, answer), live=LIVE)


@router.get("/production/cost")
def production_cost(asked: Asked = needs("production.read"), period: Annotated[str, Query(max_length=10)] = "") -> Page:
    """The cost of one bitcoin in rows."""
    answer = costs.production_cost(asked.company, asked.caller, period=period)
    more = {"chart": _cost_chart(words_for(asked.request), answer), "choices": choices(answer.period)}
    return Page(template="production/cost.html", answer=answer, more=more)


@router.get("/production/{site}")
def site_production(
    site: str,
    asked: Asked = needs("production.read"),
    day: date | None = None,
    period: Annotated[str, Query(max_length=10)] = "",
    status: Choice = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> Page:
    """A site's days; or one day step by step."""
    if day is not None:
        found = days.production_day(asked.company, asked.caller, site, day)
        live = (f"job:{found.sourced.job.id}",) if found.sourced and not found.sourced.job.over else ("journal:head",)
        return Page(template="production/day.html", answer=found, live=live)
    days.insist_known(asked.company, site)
    answer = desk.production(
        asked.company,
        asked.caller,
        period=period,
        site=site,
        status=status,
        after=after,
        limit=_rows(asked.request),
    )
    return Page(template="production/index.html", answer=answer, more=_more(asked.request, answer), live=LIVE)


@router.post("/production/{site}/reconcile")
def reconcile(site: str, asked: Asked = needs("production.write"), form: FormData = form_of()) -> Response:
    """Ask the sources of a day and record what follows."""
    told = days.Reconcile(day=parse_date(str(form.get("day", ""))), accept_energy=form.get("accept_energy") == "yes")
    days.reconcile(asked.company, asked.caller, site, told, request=asked.id)
    query = urlencode({"day": told.day.isoformat(), "done": "started"})
    return RedirectResponse(f"/production/{site}?{query}", 303)


def choices(period: str, last: date | None = None) -> list[str]:
    """Periods to choose from: the year of one that is looked at, and that of the last day with anything in it."""
    found: list[str] = []
    for year in sorted({int(period[:4]), *([last.year] if last else [])}, reverse=True):
        found += [str(year), *(f"{year}Q{quarter}" for quarter in range(4, 0, -1))]
        found += [f"{year}-{month:02}" for month in range(12, 0, -1)]
    return found


def _rows(request: Request) -> int:
    """Rows of a page; JSON may ask for more."""
    told = request.query_params.get("limit", "")
    return min(int(told), desk.ROWS_MAX) if told.isdigit() and told != "0" else ROWS


def _more(request: Request, answer: Production) -> dict[str, Any]:
    words = words_for(request)
    return {
        "chart": _chart(words, answer),
        "trend": _trend(words, answer),
        "choices": choices(answer.period, answer.last),
    }


def _chart(words: Words, answer: Production) -> Spec | None:
    """Earned BTC a day by site, with the line that the network lets the hash rate expect."""
    if not answer.columns:
        return None
    lines = _by_site(words, answer.columns)
    expected = [column.expected for column in answer.columns]
    if any(value is not None for value in expected):
        lines.append(Line(name=words.gettext("expected by hash rate"), values=expected, kind="line", tone="text"))
    axis = Axis(name=words.gettext("Earned"), unit="BTC/day" if not words.chinese else words.unit("BTC/day"), digits=4)
    names = [words.period(column.name) for column in answer.columns]
    hrefs = [_href(answer, column) for column in answer.columns]
    label = words.gettext("day") if answer.by == "day" else words.gettext("month")
    return bars(words, names, lines, axis, names_name=label, hrefs=hrefs)


def _href(answer: Production, column: Column) -> str:
    if answer.by == "day" and answer.site:
        return f"/production/{answer.site}?day={column.name}"
    return f"/production{f'/{answer.site}' if answer.site else ''}?period={column.name}"


def _trend(words: Words, answer: Production) -> Spec | None:
    """The year up to the period's end."""
    if len(answer.trend) < 2 or answer.by == "month":
        return None
    axis = Axis(name=words.gettext("Earned"), unit=words.unit("BTC/day"), digits=4)
    names = [words.period(column.name) for column in answer.trend]
    hrefs = [_href(answer, column) for column in answer.trend]
    return bars(words, names, _by_site(words, answer.trend), axis, names_name=words.gettext("month"), hrefs=hrefs)


def _by_site(words: Words, columns: tuple[Column, ...]) -> list[Line]:
    sums: Counter[str] = Counter()
    for column in columns:
        for site, value in column.earned.items():
            sums[site] += value  # type: ignore[assignment]  # a counter of Decimals counts as well
    names = [name for name, _ in sums.most_common()]
    shown, rest = names[:SITES_DRAWN], names[SITES_DRAWN:]
    lines = [
        Line(name=name, values=[column.earned.get(name) for column in columns], kind="bar", stack="sites")
        for name in shown
    ]
    if rest:
        values = [sum((column.earned.get(name, Decimal(0)) for name in rest), Decimal(0)) for column in columns]
        lines.append(Line(name=words.gettext("other sites"), values=values, kind="bar", stack="sites"))
    return lines


def _cost_chart(words: Words, answer: costs.ProductionCost) -> Spec | None:
    """What makes up the cost of a bitcoin in each of the three periods."""
    rows = {line.id: line for line in answer.lines}
    if not rows:
        return None
    columns = [("per_btc", answer.period), ("before", answer.before), ("year_before", answer.year_before)]
    lines = [
        Line(
            name=row_name(words, id_),
            values=[getattr(rows[id_], field).value for field, _ in reversed(columns)],
            kind="bar",
            stack="cost",
        )
        for id_ in COST_ROWS
    ]
    if all(value is None for line in lines for value in line.values):
        return None
    names = [words.period(name) for _, name in reversed(columns)]
    axis = Axis(name=words.gettext("Cost"), unit=words.unit("USD/BTC"), digits=0)
    return bars(words, names, lines, axis, names_name=words.gettext("period"))


def row_name(words: Words, id_: str) -> str:
    """The name of a row of cost."""
    names = {
        "power": words.gettext("Power"),
        "hosting": words.gettext("Hosting and partners' shares"),
        "site": words.gettext("Other site cost"),
        "cash": words.gettext("Cash cost"),
        "depreciation": words.gettext("Depreciation"),
        "overhead": words.gettext("Overhead"),
        "all-in": words.gettext("All-in cost"),
    }
    return names[id_]
