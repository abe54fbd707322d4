"""Which bitcoin accounts are carried at fair value, and which were measured on a day."""

from __future__ import annotations

from datetime import date

from mintage.books.facts import OpeningBitcoin
from mintage.books.view import View
from mintage.treasury.facts import ReceivableRemeasured, Remeasured


def measured_accounts(view: View, day: date) -> set[str]:
    """Bitcoin accounts whose carrying amount is fair value at the end of a day: measured, or opened, on it."""
    found = set()
    for kind in (Remeasured.kind, ReceivableRemeasured.kind, OpeningBitcoin.kind):
        for fact in view.facts(kind):
            if fact.date == day:
                found.add(_account(fact.data))
    return found


def _account(data: object) -> str:
    match data:
        case Remeasured():
            return f"assets:bitcoin:{data.state}:{data.holder}"
        case ReceivableRemeasured():
            return f"assets:bitcoin-receivable:{data.term}:{data.holder}"
        case OpeningBitcoin():
            return data.account
    raise AssertionError(f"{data} measures no bitcoin")
