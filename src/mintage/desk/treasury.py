"""The treasury as pages and API tell it: bitcoin by state, over time, and the options written on it."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from mintage.books.view import View, select
from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, count, trace_account, trace_fact, unknown, usd
from mintage.market.facts import PriceObserved
from mintage.market.prices import value_cents
from mintage.market.service import last_price
from mintage.treasury.facts_money import OptionSettled, OptionWritten
from mintage.treasury.service import STATE_OF_STEM, STATES, Holding, State, holdings, owned

HISTORY_DAYS = 365
PRICE_DAYS_MAX = 7
"""Age in days from which the last price says nothing of a day."""


class PriceNow(msgspec.Struct, frozen=True, kw_only=True):
    """The price that bitcoin is told at.

    Attributes:
        figure: USD per bitcoin; unknown where none was observed lately.
        day: the day of it, "" where it is unknown.
        source: who says so.
        hour: hour of that day in UTC.
    """

    figure: Figure
    day: str = ""
    source: str = ""
    hour: int = 0


class StateRow(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin in one state.

    Attributes:
        state: free, pool, pledged, receivable, lent or deposits.
        owned: whether the company owns it; customers' deposits it only holds.
        held: how much.
        carrying: carrying amount in the books.
        cost: cost of its lots.
        value: worth at the price.
        share: of what is owned, percent; unknown for what is not owned.
    """

    state: State
    owned: bool
    held: Figure
    carrying: Figure
    cost: Figure
    value: Figure
    share: Figure


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin by state at the end of each day.

    Attributes:
        days: ISO dates.
        states: bitcoin by state, one value for each day.
    """

    days: tuple[str, ...]
    states: dict[State, tuple[Decimal, ...]]


class OptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A series of options that the company wrote.

    Attributes:
        series: its name.
        contracts: contracts open, each on one bitcoin.
        premium: premiums received.
        liability: fair value of what is open.
        written: day of the first contract.
        fact: key of its fact.
    """

    series: str
    contracts: Figure
    premium: Figure
    liability: Figure
    written: str
    fact: str


class TreasuryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The treasury at the end of a day.

    Attributes:
        on: the day.
        price: the price that values are at.
        states: bitcoin by state.
        owned: all that is owned.
        deposits: customers' bitcoin, apart.
        unrealized: worth of what is owned less its cost.
        history: bitcoin by state over time.
        options: options written; none where no fact tells of any.
        cash: USD and other money in banks.
        debt: loans and accrued interest.
    """

    on: str
    price: PriceNow
    states: tuple[StateRow, ...]
    owned: StateRow
    deposits: StateRow
    unrealized: Figure
    history: History
    options: tuple[OptionRow, ...]
    cash: Figure
    debt: Figure


def price_on(view: View, on: date) -> PriceNow:
    """The price that bitcoin is told at on a day: the latest observed, if it is not too old."""

    def look() -> PriceNow:
        last = last_price(view.journal, on)
        if last is None or (on - last.day).days > PRICE_DAYS_MAX:
            reason = f"no price of bitcoin was observed in the {PRICE_DAYS_MAX} days to {on}"
            return PriceNow(figure=unknown(reason, "USD/BTC"))
        key = next((fact.key for fact in reversed(view.facts(PriceObserved.kind)) if fact.data == last), "")
        trace = trace_fact(key) if key else ""
        figure = Figure(value=last.price, unit="USD/BTC", digits=2, trace=trace)
        return PriceNow(figure=figure, day=last.day.isoformat(), source=last.source, hour=last.hour)

    return view.once(("treasury price", on), look)


def treasury(company: Company, on: date | None = None, days: int = HISTORY_DAYS) -> TreasuryAnswer:
    """The treasury at the end of a day, by default today.

    Args:
        company: whose.
        on: the day.
        days: length of the history.
    """
    view, day = company.view(), on or company.today()
    price = price_on(view, day)
    held = holdings(view.journal, day)
    whole = owned(held)
    rows = {state: _row(state, held[state], whole, price.figure, day) for state in STATES}
    total = _row("free", whole, whole, price.figure, day, patterns=_patterns(None))
    balances = view.stock(day)
    debts = ("liabilities:loan:*", "liabilities:interest:*")
    return TreasuryAnswer(
        on=day.isoformat(),
        price=price,
        states=tuple(rows[state] for state in STATES if state != "deposits"),
        owned=total,
        deposits=rows["deposits"],
        unrealized=_gain(whole, price.figure),
        history=history(view, day, days),
        options=options(view, day),
        cash=usd(
            sum(select(balances, ("assets:cash:*",), "USD").values()),
            trace_account("assets:cash:*", "USD", end=day.isoformat()),
        ),
        debt=usd(
            -sum(select(balances, debts, "USD").values()),
            trace_account("liabilities:loan:*", "USD", end=day.isoformat()),
        ),
    )


def _patterns(state: State | None) -> str:
    """A pattern of the accounts of a state; one pattern can only tell the whole where a state has several stems."""
    if state is None:
        return "assets:bitcoin*"
    stems = [stem for stem, of in STATE_OF_STEM.items() if of == state]
    return f"{stems[0]}:*" if len(stems) == 1 else "assets:bitcoin-receivable:*"


def _row(state: State, held: Holding, whole: Holding, price: Figure, day: date, patterns: str = "") -> StateRow:
    pattern, end = patterns or _patterns(state), day.isoformat()
    value = unknown(price.reason, "USD")
    if price.value is not None:
        value = usd(value_cents(held.sats, price.value))
    mine = state != "deposits"
    share = unknown("it is not the company's own", "%")
    if mine:
        share = unknown("nothing is owned", "%")
        if whole.sats:
            share = Figure(value=Decimal(held.sats) * 100 / whole.sats, unit="%", digits=1)
    return StateRow(
        state=state,
        owned=mine,
        held=btc(held.sats, trace_account(pattern, "BTC", end=end)),
        carrying=usd(held.carrying, trace_account(pattern, "USD", end=end)),
        cost=usd(held.cost),
        value=value,
        share=share,
    )


def _gain(whole: Holding, price: Figure) -> Figure:
    if price.value is None:
        return unknown(price.reason, "USD")
    return usd(value_cents(whole.sats, price.value) - whole.cost)


def history(view: View, on: date, days: int) -> History:
    """Bitcoin by state at the end of each day up to one."""
    ends, sums = view.once("treasury history", lambda: _cumulated(view))
    known = min(days, (on - date.min).days + 1)
    shown = [on - timedelta(days=back) for back in range(known - 1, -1, -1)]
    if view.began is not None:
        shown = [day for day in shown if day >= view.began]
    found: dict[State, tuple[Decimal, ...]] = {}
    places = [bisect_right(ends, day) - 1 for day in shown]
    for state in STATES:
        found[state] = tuple(Decimal(sums[at][state] if at >= 0 else 0).scaleb(-8) for at in places)
    return History(days=tuple(day.isoformat() for day in shown), states=found)


def _cumulated(view: View) -> tuple[list[date], list[dict[State, int]]]:
    """Days on which bitcoin moved, and what was held by state at the end of each."""
    changes: dict[date, dict[State, int]] = {}
    for row in view.postings("BTC", None, date.max):
        state = STATE_OF_STEM.get(row.account.rpartition(":")[0]) or STATE_OF_STEM.get(row.account)
        if state is not None:
            day = changes.setdefault(row.date, {})
            day[state] = day.get(state, 0) + row.amount
    ends, sums = sorted(changes), []
    held = dict.fromkeys(STATES, 0)
    for end in ends:
        for state, amount in changes[end].items():
            held[state] += amount
        sums.append(dict(held))
    return ends, sums


def options(view: View, on: date) -> tuple[OptionRow, ...]:
    """Options that the company wrote and that are open, or still carried, by series."""
    rows: dict[str, dict[str, int]] = {}
    first: dict[str, tuple[str, str]] = {}
    for fact in view.facts(OptionWritten.kind):
        data = fact.data
        if isinstance(data, OptionWritten) and fact.date <= on:
            row = rows.setdefault(data.series, {"contracts": 0, "premium": 0})
            row["contracts"] += data.contracts
            row["premium"] += data.premium
            first.setdefault(data.series, (fact.date.isoformat(), fact.key))
    for fact in view.facts(OptionSettled.kind):
        data = fact.data
        if isinstance(data, OptionSettled) and fact.date <= on and data.series in rows:
            rows[data.series]["contracts"] -= data.contracts
    balances, end = view.stock(on), on.isoformat()
    found = []
    for series, row in sorted(rows.items()):
        account = f"liabilities:option:{series}"
        liability = -balances.get((account, "USD"), 0)
        if row["contracts"] or liability:
            found.append(
                OptionRow(
                    series=series,
                    contracts=count(row["contracts"], "contracts"),
                    premium=usd(row["premium"]),
                    liability=usd(liability, trace_account(account, "USD", end=end)),
                    written=first[series][0],
                    fact=first[series][1],
                )
            )
    return tuple(found)
