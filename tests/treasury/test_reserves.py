"""Wallets against the ledger: a gap is counted, and a transaction that no fact tells of is found."""

from __future__ import annotations

from mintage.sales.facts import DepositReceivedBtc
from mintage.treasury.facts import BitcoinBought
from mintage.treasury.reserves import reserve
from mintage.treasury.watch import Payment
from tests.trial import Trial


def _payment(txid: str, sats: int, confirmations: int = 6) -> Payment:
    return Payment(at_us=1, txid=txid, sats=sats, addresses=(), height=1, confirmations=confirmations)


def test_a_gap_and_an_unexplained_payment_are_found() -> None:
    """What arrived without a fact widens the gap; what waits does not; a fact's txid explains its payment."""
    trial = Trial()
    trial.book(DepositReceivedBtc(customer="acme", wallet="cold", sats=500, txid="aa", value=50))
    found = [_payment("aa", 500), _payment("bb", 300), _payment("cc", 200, confirmations=0)]
    held = reserve(trial.journal, "cold", found, confirmations=2)
    assert (held.chain_sats, held.ledger_sats, held.gap_sats, held.waiting_sats) == (800, 500, 300, 200)
    assert [item.fact for item in held.transactions] == ["f1", "", ""]
    assert [item.txid for item in held.unexplained] == ["bb", "cc"]


def test_a_wallet_that_agrees_has_no_gap() -> None:
    """Own bitcoin and customers' deposits of one wallet together are what the chain holds."""
    trial = Trial()
    trial.book(
        BitcoinBought(wallet="cold", bank="bank", sats=700, cost=70),
        DepositReceivedBtc(customer="acme", wallet="cold", sats=500, txid="aa", value=50),
    )
    held = reserve(trial.journal, "cold", [_payment("aa", 500), _payment("zz", 700)], confirmations=1)
    assert held.gap_sats == 0
