"""Does the chain hold what the ledger says? Each wallet's balance and transactions against the journal."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mintage.journal.store import Journal
from mintage.treasury.watch import Payment

_HELD = ("assets:bitcoin:free", "assets:bitcoin:deposits")


class Matched(msgspec.Struct, frozen=True):
    """A transaction and the fact that tells of it.

    Attributes:
        payment: the transaction.
        fact: key of the fact, "" where the journal knows nothing of it.
    """

    payment: Payment
    fact: str


class Reserve(msgspec.Struct, frozen=True):
    """One wallet, on chain and in the ledger.

    Attributes:
        wallet: its name.
        chain_sats: balance of transactions that are deep enough.
        waiting_sats: what those that are not would change.
        ledger_sats: balance in the ledger, own and customers'.
        transactions: all transactions, oldest first.
    """

    wallet: str
    chain_sats: int
    waiting_sats: int
    ledger_sats: int
    transactions: tuple[Matched, ...]

    @property
    def gap_sats(self) -> int:
        """How much more the chain holds than the ledger."""
        return self.chain_sats - self.ledger_sats

    @property
    def unexplained(self) -> tuple[Payment, ...]:
        """Transactions of which no fact tells."""
        return tuple(item.payment for item in self.transactions if not item.fact)


def reserve(journal: Journal, wallet: str, found: Sequence[Payment], confirmations: int) -> Reserve:
    """Compare a wallet's transactions with the journal.

    Args:
        journal: the ledger.
        wallet: its name there.
        found: its transactions (`mintage.treasury.watch.payments`).
        confirmations: blocks that make one count.
    """
    keys = _keys_by_txid(journal) if found else {}
    deep = [item for item in found if item.confirmations >= confirmations]
    accounts = {f"{stem}:{wallet}" for stem in _HELD}
    return Reserve(
        wallet=wallet,
        chain_sats=sum(item.sats for item in deep),
        waiting_sats=sum(item.sats for item in found) - sum(item.sats for item in deep),
        ledger_sats=sum(
            amount
            for (account, commodity), amount in journal.balances().items()
            if commodity == "BTC" and account in accounts
        ),
        transactions=tuple(Matched(item, keys.get(item.txid, "")) for item in found),
    )


def _keys_by_txid(journal: Journal) -> dict[str, str]:
    """The first fact that names each transaction, in its data or as its evidence."""
    found: dict[str, str] = {}
    for stored in journal.facts():
        evidence = stored.fact.evidence
        for txid in (getattr(stored.fact.data, "txid", None), evidence.txid if evidence else None):
            if txid:
                found.setdefault(txid, stored.fact.key)
    return found
