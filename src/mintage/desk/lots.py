"""Lots of bitcoin, chips, machines and other goods as pages and API tell them, with the policies that choose them."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction

import msgspec

from mintage.books.view import View, account_pattern
from mintage.desk.company import Company
from mintage.desk.figure import Figure, minor, ratio, trace_fact, trace_lot, unknown, usd
from mintage.desk.journal import cursor_of, limit_of
from mintage.desk.register import pattern_of
from mintage.desk.treasury import price_on
from mintage.journal.core import LotPolicySet
from mintage.journal.lots import LotPolicy
from mintage.journal.store import LotState
from mintage.market.prices import value_cents
from mintage.units import commodity

SHOWN = 50


class LotRow(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a lot on an account.

    Attributes:
        lot: its id.
        account: where it lies.
        kind: how it was got.
        acquired_us: when, microseconds since 1970 UTC.
        units: how many.
        cost: what they cost.
        unit_cost: cost of one bitcoin, or of one piece.
        value: worth at the price of bitcoin; unknown for goods.
        gain: value less cost.
        href: address of the lot's life.
    """

    lot: str
    account: str
    kind: str
    acquired_us: int
    units: Figure
    cost: Figure
    unit_cost: Figure
    value: Figure
    gain: Figure
    href: str


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """How lots of a commodity are chosen.

    Attributes:
        commodity: the commodity or family.
        method: fifo, lifo, hifo or average.
        scope: account or global.
        since: first day of it, "" where it is the rule by default.
        reason: the decision behind it.
        fact: address of its fact, "" for the default.
    """

    commodity: str
    method: str
    scope: str
    since: str = ""
    reason: str = ""
    fact: str = ""


class LotPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of open lots, the oldest first.

    Attributes:
        rows: the lots.
        on: the day.
        commodity: which.
        account: pattern of the accounts that were asked for.
        total: how many lots are open.
        units: units of all of them.
        cost: cost of all of them.
        policies: how lots are chosen.
        next: cursor of the next page, "" where there is none.
    """

    rows: tuple[LotRow, ...]
    on: str
    commodity: str
    account: str
    total: int
    units: Figure
    cost: Figure
    policies: tuple[PolicyRow, ...]
    next: str


def lots(
    company: Company,
    commodity_: str = "BTC",
    on: date | None = None,
    account: str = "*",
    after: str = "",
    limit: int = SHOWN,
) -> LotPage:
    """A page of open lots at the end of a day.

    Raises:
        InputError: the commodity is not known, or the cursor is none.
    """
    view, day = company.view(), on or company.today()
    commodity(commodity_)
    shown, place, fits = limit_of(limit), _place(after), account_pattern(pattern_of(account, "account"))
    states = [state for state in view.journal.lot_states(commodity_, day) if fits(state.account)]
    first = bisect_right(states, place, key=_key) if place else 0
    price = price_on(view, day).figure if commodity_ == "BTC" else unknown("goods have no market price here", "USD")
    some = states[first : first + shown]
    return LotPage(
        rows=tuple(_row(state, commodity_, price) for state in some),
        on=day.isoformat(),
        commodity=commodity_,
        account=account,
        total=len(states),
        units=minor(sum(state.units for state in states), commodity_),
        cost=usd(sum(state.cost for state in states)),
        policies=policies(view, day),
        next=".".join(str(part) for part in _key(some[-1])) if first + shown < len(states) else "",
    )


_Key = tuple[int, int, str]


def _key(state: LotState) -> _Key:
    """What open lots are in order of."""
    return state.lot.acquired_at, state.lot.order, state.account


def _place(cursor: str) -> _Key | None:
    """The last lot of the page before.

    Raises:
        InputError: the cursor is none.
    """
    if not cursor:
        return None
    acquired, _, rest = cursor.partition(".")
    order, _, account = rest.partition(".")
    return cursor_of(acquired), cursor_of(order), account


def _row(state: LotState, id_: str, price: Figure) -> LotRow:
    one = 10 ** commodity(id_).scale
    value = gain = unknown(price.reason, "USD")
    if price.value is not None:
        cents = value_cents(state.units, price.value)
        value, gain = usd(cents), usd(cents - state.cost)
    each = unknown("the lot is empty", "USD")
    if state.units:
        each = ratio(Fraction(state.cost * one, 100 * state.units), "USD", 2)
    return LotRow(
        lot=state.lot.id,
        account=state.account,
        kind=state.lot.kind,
        acquired_us=state.lot.acquired_at,
        units=minor(state.units, id_),
        cost=usd(state.cost),
        unit_cost=each,
        value=value,
        gain=gain,
        href=trace_lot(state.lot.id),
    )


def policies(view: View, on: date) -> tuple[PolicyRow, ...]:
    """The lot policies in force on a day, the default last."""
    found: dict[str, PolicyRow] = {}
    for fact in sorted(view.facts(LotPolicySet.kind), key=lambda fact: fact.date):
        data = fact.data
        if isinstance(data, LotPolicySet) and fact.date <= on:
            found[data.commodity] = PolicyRow(
                commodity=data.commodity,
                method=data.method,
                scope=data.scope,
                since=fact.date.isoformat(),
                reason=data.reason,
                fact=trace_fact(fact.key),
            )
    default = LotPolicy()
    rest = PolicyRow(commodity="*", method=default.method, scope=default.scope)
    return (*(found[name] for name in sorted(found)), rest)
