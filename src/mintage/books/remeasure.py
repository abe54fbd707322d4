"""What a close must measure: bitcoin held, receivable and owed, and accounts in other currencies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from mintage.books import accruals
from mintage.books.prices import ClosingPrice
from mintage.books.view import View
from mintage.journal.fact import FactData
from mintage.treasury.facts import DepositsRemeasured, ReceivableRemeasured, Remeasured
from mintage.treasury.facts_money import CurrencyRemeasured
from mintage.units import commodity
from mintage.units.errors import InputError


class Measured(msgspec.Struct, frozen=True):
    """A remeasurement that a close proposes: the account, and the fact that brings it to fair value."""

    account: str
    change: int
    data: FactData


def bitcoin_accounts(view: View, day: date) -> list[str]:
    """Accounts that hold or owe bitcoin, or still carry an amount for it, at the end of a day."""
    stems = ("assets:bitcoin:", "assets:bitcoin-receivable:", "liabilities:deposits-btc:")
    return sorted(
        {
            account
            for account, _ in view.stock(day)
            if account.startswith(stems) and not account.startswith("assets:bitcoin-receivable:allowance:")
        }
    )


def bitcoin_changes(view: View, day: date, price: ClosingPrice) -> Iterator[Measured]:
    """Remeasurements of every bitcoin account at a price; a change of zero is a measurement too."""
    balances = view.stock(day)
    cents, per = accruals.price_ratio(price.price)
    for account in bitcoin_accounts(view, day):
        sats, carrying = balances.get((account, "BTC"), 0), balances.get((account, "USD"), 0)
        change = accruals.remeasurement(sats, carrying, cents, per)
        _, kind, *rest = account.split(":")
        data: FactData
        if kind == "bitcoin":
            data = msgspec.convert(
                {"state": rest[0], "holder": rest[1], "change": change, "price": price.price}, Remeasured
            )
        elif kind == "bitcoin-receivable":
            data = msgspec.convert(
                {"term": rest[0], "holder": rest[1], "change": change, "price": price.price}, ReceivableRemeasured
            )
        else:
            change = -change  # a liability: more owed is an increase
            data = DepositsRemeasured(customer=rest[0], change=change, price=price.price)
        yield Measured(account, change, data)


def currency_changes(view: View, day: date, rates: dict[str, Decimal]) -> Iterator[Measured]:
    """Translations of every account in another currency at the closing rates.

    Raises:
        InputError: a currency is held, has no rate, and its account was not translated on that day by hand.
    """
    balances = view.stock(day)
    by_hand = {
        fact.data.bank
        for fact in view.facts(CurrencyRemeasured.kind)
        if isinstance(fact.data, CurrencyRemeasured) and fact.date == day
    }
    for (account, id_), units in sorted(balances.items()):
        if not account.startswith("assets:cash:") or id_ == "USD":
            continue
        bank = account.rpartition(":")[2]
        if id_ in rates:
            numerator, denominator = (rates[id_] * 100).as_integer_ratio()
            per = denominator * 10 ** commodity(id_).scale
            change = accruals.remeasurement(units, balances.get((account, "USD"), 0), numerator, per)
            yield Measured(account, change, CurrencyRemeasured(bank=bank, change=change, rate=rates[id_]))
        elif bank not in by_hand:
            raise InputError(
                f"{account} holds {id_}, but no rate of {day} is given.",
                remedy=f"Give the rate of {id_} in USD, or record treasury.currency-remeasured for {bank}.",
            )
