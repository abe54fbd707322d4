"""Bitcoin in the hands of lenders and borrowers, and what makes the restriction lapse (ASC 350-60-50-6)."""

from __future__ import annotations

import msgspec

from mintage.books.view import View, select
from mintage.journal.store import Balances
from mintage.treasury.facts_money import LoanAgreed
from mintage.units import Period


class Restricted(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin that a lender or borrower holds.

    Attributes:
        holder: who.
        account: where it stands in the books.
        control_kept: False where the holder may re-use it and it is carried as a receivable.
        sats: how much.
        cost: cost basis in cents; None where a global lot policy knows no cost by holder.
        fair_value: carrying amount, cents.
        loan: what is owed to the holder, cents.
        release: what makes the restriction lapse.
        due: when that is due, an ISO date; "" where no terms are recorded.
    """

    holder: str
    account: str
    control_kept: bool
    sats: int
    cost: int | None
    fair_value: int
    loan: int
    release: str
    due: str


RESTRICTED = ("assets:bitcoin:pledged:*", "assets:bitcoin-receivable:*")


def restricted(view: View, period: Period) -> tuple[Restricted, ...]:
    """Bitcoin in the hands of lenders and borrowers at a period's end, by account."""
    balances = view.stock(period.end)
    costs: dict[str, int] = {}
    for row in view.moves_within("BTC", None, period.end):
        costs[row.move.account] = costs.get(row.move.account, 0) + row.move.cost
    terms = {
        fact.data.lender: fact.data
        for fact in view.facts(LoanAgreed.kind)
        if isinstance(fact.data, LoanAgreed) and fact.date <= period.end
    }
    held = select(balances, RESTRICTED, "BTC")
    return tuple(_restriction(balances, costs, terms, account, sats) for account, sats in sorted(held.items()))


def _restriction(
    balances: Balances, costs: dict[str, int], terms: dict[str, LoanAgreed], account: str, sats: int
) -> Restricted:
    holder = account.rpartition(":")[2]
    loan = terms.get(holder)
    return Restricted(
        holder=holder,
        account=account,
        control_kept=account.startswith("assets:bitcoin:pledged:"),
        sats=sats,
        cost=costs.get(account),
        fair_value=balances.get((account, "USD"), 0),
        loan=-sum(select(balances, (f"liabilities:loan:*:{holder}",), "USD").values()),
        release=loan.release if loan else "",
        due=loan.due.isoformat() if loan else "",
    )
