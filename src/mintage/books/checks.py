"""Named checks of the books for a period: pure functions that return the problems they found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from mintage.books.cashflow import cash_flow_indirect, cash_flow_values, movements
from mintage.books.manifest import figures, read_manifest
from mintage.books.prices import closing_price
from mintage.books.remeasure import bitcoin_accounts
from mintage.books.rollforward import COLUMNS, Rollforward, bitcoin_rollforward, column
from mintage.books.statements import balance_values
from mintage.books.valuation import measured_accounts
from mintage.books.view import DAY, View, account_pattern, select
from mintage.capital.facts import PreferredRemeasured
from mintage.journal.checks import Problem, Result
from mintage.treasury.facts_money import OptionRemeasured
from mintage.units import Period, commodity, format_amount

Check = Callable[[View, Period], Iterator[Problem]]


def check_balance_sheet(view: View, period: Period) -> Iterator[Problem]:
    """Assets equal liabilities and equity."""
    values = balance_values(view, period.end)
    assets, claims = values["assets.total"], values["liabilities_equity.total"]
    if assets != claims:
        yield Problem(f"balance sheet {period.end}", f"assets {assets} differ from liabilities and equity {claims}.")


def check_cash_flow(view: View, period: Period) -> Iterator[Problem]:
    """The cash flow ends at the balance sheet's cash, both forms agree, and every movement has a line."""
    if view.flow_gap(period):
        return
    values, held = cash_flow_values(view, period), balance_values(view, period.end)["cash"]
    if values["cash"] != held:
        yield Problem(f"cash flow {period}", f"it ends at {values['cash']} cents, the balance sheet shows {held}.")
    indirect = cash_flow_indirect(view, period).row("cash.operating").now.cents
    if indirect != values["cash.operating"]:
        yield Problem(f"cash flow {period}", f"operating cash is {values['cash.operating']}, indirectly {indirect}.")
    for item in movements(view, period):
        if not item.flow:
            what = f"money moved against {item.account}, for which the chart names no cash-flow line."
            yield Problem(f"fact {item.seq} ('{item.key}')", what)


def check_rollforward(view: View, period: Period) -> Iterator[Problem]:
    """The bitcoin rollforward foots in units, cost and fair value, and ends at the lots held."""
    if view.flow_gap(period):
        return
    roll = bitcoin_rollforward(view, period)
    yield from _footing(roll)
    held = dict.fromkeys(COLUMNS, 0)
    for (account, id_), amount in view.stock(period.end).items():
        if id_ == "BTC" and column(account):
            held[column(account)] += amount
    for name in ("held", "receivable", "deposits"):
        units = roll.row("closing").units[name]
        if units != held[name]:
            yield Problem(f"bitcoin {name}", f"lots hold {units} sats, accounts {held[name]}.")


def _footing(roll: Rollforward) -> Iterator[Problem]:
    for measure in ("units", "cost", "fair_value"):
        for name in COLUMNS:
            amounts = {row.id: getattr(row, measure)[name] for row in roll.rows}
            closing = amounts.pop("closing")
            if sum(amounts.values()) != closing:
                what = f"{measure} add up to {sum(amounts.values())}, the end is {closing}."
                yield Problem(f"bitcoin rollforward {roll.period}, {name}", what)


def check_cash(view: View, period: Period) -> Iterator[Problem]:
    """No account of money is overdrawn at the end of a day."""
    yield from _overdrawn(view, period, "assets:cash:*", lambda _: True)


def check_holdings(view: View, period: Period) -> Iterator[Problem]:
    """Nothing left before it was there, at the end of a day: bitcoin, goods, machines, and what is counted beside."""
    yield from _overdrawn(view, period, "assets:*", lambda id_: commodity(id_).has_lots)
    yield from _overdrawn(view, period, "memo:*", lambda _: True)


def check_loans(view: View, period: Period) -> Iterator[Problem]:
    """No loan is repaid beyond what was owed."""
    for account, amount in select(view.stock(period.end), ("liabilities:loan:*",), "USD").items():
        if amount > 0:
            yield Problem(account, f"{format_amount(amount, 'USD')} more was repaid than was owed on {period.end}.")


def _overdrawn(view: View, period: Period, accounts: str, counts: Callable[[str], bool]) -> Iterator[Problem]:
    """Accounts that hold less than nothing at the end of a day, each at the first such day of the period."""
    fits = account_pattern(accounts)
    held = {
        slot: amount for slot, amount in view.stock(period.start - DAY).items() if fits(slot[0]) and counts(slot[1])
    }
    by_day: dict[date, list[tuple[tuple[str, str], int]]] = {}
    for row in view.journal.postings(accounts, start=period.start, end=period.end):
        if counts(row.commodity):
            by_day.setdefault(row.date, []).append(((row.account, row.commodity), row.amount))
    overdrawn: set[tuple[str, str]] = set()
    for day, moved in sorted(by_day.items()):
        for slot, amount in moved:
            held[slot] = held.get(slot, 0) + amount
        for slot in dict.fromkeys(slot for slot, _ in moved):
            if held[slot] < 0 and slot not in overdrawn:
                overdrawn.add(slot)
                yield Problem(slot[0], f"holds {format_amount(held[slot], slot[1])} at the end of {day}.")


def check_deposits(view: View, period: Period) -> Iterator[Problem]:
    """Customers' bitcoin held equals what is owed to them."""
    balances = view.stock(period.end)
    held = sum(select(balances, ("assets:bitcoin:deposits:*",), "BTC").values())
    owed = -sum(select(balances, ("liabilities:deposits-btc:*",), "BTC").values())
    if held != owed:
        yield Problem("bitcoin deposits", f"{held} sats are held, {owed} are owed.")


def check_price(view: View, period: Period) -> Iterator[Problem]:
    """Where there is bitcoin, the price of the period's end is known."""
    if bitcoin_accounts(view, period.end) and not _all_measured(view, period):
        price = closing_price(view, period.end)
        if isinstance(price, str):
            yield Problem(f"price {period.end}", f"{price}.")


def _all_measured(view: View, period: Period) -> bool:
    owned = {account for account in bitcoin_accounts(view, period.end) if column(account) in {"held", "receivable"}}
    return owned <= measured_accounts(view, period.end)


def check_measured(view: View, period: Period) -> Iterator[Problem]:
    """At a quarter's end, everything carried at fair value was measured on its last day."""
    if "Q" not in period.name:
        return
    balances, owned = view.stock(period.end), bitcoin_accounts(view, period.end)
    missing = {account for account in owned if column(account) in {"held", "receivable"}}
    missing -= measured_accounts(view, period.end)
    for stem, kind in (
        ("liabilities:preferred:", PreferredRemeasured.kind),
        ("liabilities:option:", OptionRemeasured.kind),
    ):
        done = {getattr(fact.data, "series", "") for fact in view.facts(kind) if fact.date == period.end}
        held = select(balances, (stem + "*",), "USD")
        missing |= {account for account in held if account.removeprefix(stem) not in done}
    for account in sorted(missing):
        yield Problem(account, f"was not measured at fair value on {period.end}.")


def check_manifest(view: View, period: Period) -> Iterator[Problem]:
    """A closed period still shows the figures that its manifest was stamped with."""
    if period.name not in view.journal.closed_periods():
        return
    stamped = read_manifest(view, period)
    if stamped is None:
        return
    now = figures(view, period)
    for name, rows in stamped["rows"].items():
        for id_, amount in rows.items():
            if now[name].get(id_) != amount:
                yield Problem(f"{name} {period}, {id_}", f"was closed at {amount}, is {now[name].get(id_)} now.")


CHECKS: dict[str, Check] = {
    "balance-sheet": check_balance_sheet,
    "cash-flow": check_cash_flow,
    "rollforward": check_rollforward,
    "cash": check_cash,
    "holdings": check_holdings,
    "loans": check_loans,
    "deposits": check_deposits,
    "price": check_price,
    "measured": check_measured,
    "manifest": check_manifest,
}
BEFORE_CLOSE = ("balance-sheet", "cash-flow", "rollforward", "cash", "holdings", "loans", "deposits")
"""Checks that must pass before a close writes anything."""


def run_checks(view: View, period: Period, names: tuple[str, ...] = tuple(CHECKS)) -> list[Result]:
    """Run checks of the books, by default all."""
    return [Result(name, (CHECKS[name].__doc__ or "").strip(), tuple(CHECKS[name](view, period))) for name in names]
