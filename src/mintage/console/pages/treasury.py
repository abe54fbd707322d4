"""Pages of the treasury: bitcoin by state, loans, lots, wallets against the chain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.treasury import DAYS_MAX, Number, number_of
from mintage.console.charts import Axis, Line, Spec, time_series
from mintage.console.drawings import Zone, bullet
from mintage.console.pages.rounding import ROUNDING
from mintage.console.shell import Page, PageRouter, words_for
from mintage.console.words import Words
from mintage.desk import loans as loans_desk
from mintage.desk import lots as lots_desk
from mintage.desk import treasury as desk
from mintage.desk import wallets as wallets_desk
from mintage.desk.loans import LoanRow
from mintage.treasury.service import STATES

router = PageRouter("treasury")
LIVE = ("journal:head",)
LTV_MOST = Decimal(100)
POINTS_MAX = 400
"""Days drawn of a history at most; longer ones are drawn by every so many days."""


@router.get("/treasury")
def treasury(
    asked: Asked = needs("treasury.read"),
    on: date | None = None,
    days: Annotated[int, Query(ge=2, le=DAYS_MAX)] = desk.HISTORY_DAYS,
) -> Page:
    """Bitcoin by state, now and over time, with loans beside it."""
    answer = desk.treasury(asked.company, on, days)
    owed = loans_desk.loans(asked.company, on)
    words = words_for(asked.request)
    more = {
        **ROUNDING,
        "chart": _history(words, answer.history),
        "days": days,
        "loans": owed,
        "bullets": _bullets(words, owed.rows),
        "today": asked.company.today(),
    }
    return Page(template="treasury/index.html", answer=answer, more=more, live=LIVE)


@router.get("/treasury/loans")
def loans(
    asked: Asked = needs("treasury.read"), on: date | None = None, price: Number = "", target: Number = ""
) -> Page:
    """Loans: how far it is to a margin call, and what to add."""
    answer = loans_desk.loans(asked.company, on, number_of(price, "price"), number_of(target, "target"))
    more = {**ROUNDING, "bullets": _bullets(words_for(asked.request), answer.rows), "price": price, "target": target}
    return Page(template="treasury/loans.html", answer=answer, more=more, live=LIVE)


@router.get("/treasury/lots")
def lots(
    asked: Asked = needs("treasury.read"),
    commodity: Annotated[str, Query(max_length=60)] = "BTC",
    on: date | None = None,
    account: Annotated[str, Query(max_length=200)] = "*",
    after: Annotated[str, Query(max_length=300)] = "",
) -> Page:
    """Open lots and the policies that choose them."""
    answer = lots_desk.lots(asked.company, commodity, on, account or "*", after)
    return Page(template="treasury/lots.html", answer=answer, more={**ROUNDING, "goods": _goods(asked)}, live=LIVE)


def _goods(asked: Asked) -> list[str]:
    """What has lots."""
    found = {id_ for _, id_ in asked.company.view().stock(date.max) if "." in id_}
    return ["BTC", *sorted(found)]


@router.get("/treasury/wallets")
def wallets(asked: Asked = needs("treasury.read")) -> Page:
    """Wallets against the chain."""
    return Page(template="treasury/wallets.html", answer=wallets_desk.wallets(asked.company))


@router.post("/treasury/wallets")
def read_wallets(asked: Asked = needs("treasury.write"), form: FormData = form_of()) -> Response:
    """Read wallets from the chain now."""
    name = form.get("wallet", "")
    wallets_desk.read_wallets(asked.company, asked.caller, str(name), request=asked.id)
    return RedirectResponse(f"/treasury/wallets?{urlencode({'done': 'read'})}", 303)


def _history(words: Words, history: desk.History) -> Spec | None:
    """A stacked area of what is owned; customers' bitcoin as a line of its own."""
    if not history.days:
        return None
    step = -(-len(history.days) // POINTS_MAX)
    places = list(range(len(history.days) - 1, -1, -step))[::-1]
    lines = []
    for state in STATES:
        values = [history.states[state][at] for at in places]
        if any(values):
            name = state_name(words, state)
            apart = state == "deposits"
            lines.append(Line(name=name, values=values, kind="line" if apart else "area", stack="" if apart else "btc"))
    if not lines:
        return None
    axis = Axis(name=words.gettext("Bitcoin"), unit="BTC", digits=2)
    at = [date.fromisoformat(history.days[place]) for place in places]
    return time_series(words, at, lines, axis, at_name=words.gettext("Day"))


def state_name(words: Words, state: str) -> str:
    """What a state of bitcoin is called."""
    return {
        "free": words.gettext("Free"),
        "pool": words.gettext("At pools"),
        "pledged": words.gettext("Pledged"),
        "receivable": words.gettext("Receivable"),
        "lent": words.gettext("Lent"),
        "deposits": words.gettext("Customers' deposits"),
    }[state]


def _bullets(words: Words, rows: tuple[LoanRow, ...]) -> dict[str, Markup]:
    """LTV of each loan on a scale to 100%, with the margin call's and the liquidation's LTV."""
    return {row.lender: _bullet(words, row) for row in rows}


def _bullet(words: Words, row: LoanRow) -> Markup:
    label = words.gettext(
        "LTV %(ltv)s, margin call at %(call)s, liquidation at %(end)s",
        ltv=words.figure(row.ltv),
        call=words.figure(row.margin_call_ltv),
        end=words.figure(row.liquidation_ltv),
    )
    zones = (
        Zone(row.margin_call_ltv.value, "good"),
        Zone(row.liquidation_ltv.value, "warn"),
        Zone(LTV_MOST, "bad"),
    )
    tone = {"safe": "good", "near": "warn", "margin-call": "bad", "liquidation": "bad"}.get(row.state, "")
    return bullet(row.ltv.value, label, most=LTV_MOST, target=row.target_ltv.value, zones=zones, tone=tone)
