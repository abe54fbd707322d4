"""Whatever happens to bitcoin in whatever order, sats and cost are conserved and the close books the right gain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.journal.fact import FactData
from mintage.mining.facts import Earned
from mintage.treasury.facts import (
    BitcoinBought,
    BitcoinLent,
    BitcoinPaid,
    BitcoinPledged,
    BitcoinPledgedReusable,
    BitcoinRepaid,
    BitcoinReturned,
    BitcoinReturnedReusable,
    BitcoinSold,
    LendingInterest,
    ReceivableRemeasured,
    Remeasured,
)
from mintage.treasury.service import holdings, owned
from tests.trial import Trial

POOL, FREE, PLEDGED = "assets:bitcoin:pool:p", "assets:bitcoin:free:w", "assets:bitcoin:pledged:l"
REUSABLE, LENT, OUT = "assets:bitcoin-receivable:current:l", "assets:bitcoin-receivable:lent:b", "world:"
Make = Callable[[int, int], FactData]
OPERATIONS: dict[str, tuple[str, str, Make]] = {
    "mine": (
        OUT,
        POOL,
        lambda sats, value: Earned(
            site="s", pool="p", sats=sats, value=value, price=Decimal(1), price_source="index", price_hour=24
        ),
    ),
    "buy": (OUT, FREE, lambda sats, value: BitcoinBought(wallet="w", bank="m", sats=sats, cost=value)),
    "interest": (OUT, LENT, lambda sats, value: LendingInterest(borrower="b", sats=sats, value=value)),
    "sell": (FREE, OUT, lambda sats, value: BitcoinSold(wallet="w", bank="m", sats=sats, proceeds=value)),
    "pay": (FREE, OUT, lambda sats, value: BitcoinPaid(wallet="w", creditor="c", sats=sats, value=value)),
    "pledge": (FREE, PLEDGED, lambda sats, value: BitcoinPledged(wallet="w", lender="l", sats=sats, value=value)),
    "return": (PLEDGED, FREE, lambda sats, value: BitcoinReturned(lender="l", wallet="w", sats=sats, value=value)),
    "pledge-reusable": (
        FREE,
        REUSABLE,
        lambda sats, value: BitcoinPledgedReusable(wallet="w", lender="l", term="current", sats=sats, value=value),
    ),
    "return-reusable": (
        REUSABLE,
        FREE,
        lambda sats, value: BitcoinReturnedReusable(lender="l", wallet="w", term="current", sats=sats, value=value),
    ),
    "lend": (FREE, LENT, lambda sats, value: BitcoinLent(borrower="b", wallet="w", sats=sats, value=value)),
    "repay": (LENT, FREE, lambda sats, value: BitcoinRepaid(borrower="b", wallet="w", sats=sats, value=value)),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(1, 10**9), st.integers(0, 10**9)),
    max_size=25,
)
CLOSE: dict[str, Callable[[int], FactData]] = {
    POOL: lambda change: Remeasured(state="pool", holder="p", change=change),
    FREE: lambda change: Remeasured(state="free", holder="w", change=change),
    PLEDGED: lambda change: Remeasured(state="pledged", holder="l", change=change),
    REUSABLE: lambda change: ReceivableRemeasured(term="current", holder="l", change=change),
    LENT: lambda change: ReceivableRemeasured(term="lent", holder="b", change=change),
}


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_sats_and_cost_are_conserved_in_every_state(steps: list[tuple[str, int, int]]) -> None:
    """Balances are what went in less what went out of each state; lots agree; own moves change no cost."""
    trial, sats_in, cost_in = Trial(), Counter[str](), 0
    for name, wanted, value in steps:
        source, target, make = OPERATIONS[name]
        sats = wanted if source == OUT else min(wanted, sats_in[source])
        trial.book(make(sats, value))
        sats_in[source] -= sats
        sats_in[target] += sats
        cost_in += value if source == OUT else 0
    lots: Counter[str] = Counter()
    for state in trial.journal.lot_states("BTC"):
        lots[state.account] += state.units
    for account in CLOSE:
        assert trial.sats(account) == lots[account] == sats_in[account]
    given_up = -sum(row.move.cost for row in trial.journal.moves("BTC") if row.move.kind in {"sold", "paid"})
    held = holdings(trial.journal)
    assert owned(held).cost + given_up == cost_in
    assert owned(held).sats == sum(sats_in[account] for account in CLOSE)
    assert trial.total("", "USD") == trial.total("", "BTC") == 0


@settings(max_examples=100, deadline=None)
@given(steps=STEPS, price=st.integers(1, 10**7))
def test_the_close_books_closing_value_less_what_was_put_in(steps: list[tuple[str, int, int]], price: int) -> None:
    """Gains = fair value held + fair value given up - fair value got, however often it was moved in between."""
    trial, net_in = Trial(), 0
    for name, wanted, value in steps:
        source, target, make = OPERATIONS[name]
        trial.book(make(wanted if source == OUT else min(wanted, trial.sats(source)), value))
        net_in += value * ((source == OUT) - (target == OUT))
    for account, remeasure in CLOSE.items():
        trial.book(remeasure(trial.sats(account) * price - trial.usd(account)))
        assert trial.usd(account) == trial.sats(account) * price
    assert -trial.total("income:fair-value:") == owned(holdings(trial.journal)).carrying - net_in
