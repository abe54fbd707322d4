"""Which payout arrived in which transaction: a payment counts once over all pools, and only where it should have gone.

What was booked before and is on the chain no more, as after a reorganisation, is found here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from mintage.fleet.sites import PoolAccount
from mintage.journal.fact import Fact
from mintage.journal.standing import standing
from mintage.journal.store import Journal
from mintage.mining.drivers.port import PoolPayout
from mintage.mining.facts import Payout
from mintage.treasury.watch import Payment
from mintage.units import format_amount

Seen = Mapping[str, Mapping[str, Payment]]
"""Wallet to its payments by transaction; a wallet that nobody could read is left out."""
CHAIN = "chain"
"""The evidence of payouts that were booked because the chain showed them."""
Claim = tuple[PoolAccount, PoolPayout]
"""A payout that the pool of an account states."""


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A payout that a pool states, with what of it arrived on chain.

    Attributes:
        account: the site's account at the pool.
        payout: what the pool states.
        sats: what arrived; None where it has not, or nobody looked.
        at_us: time of its block.
        problem: why what is on chain is not this payout; "" where nothing is wrong.
    """

    account: PoolAccount
    payout: PoolPayout
    sats: int | None = None
    at_us: int | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A payout in the journal.

    Attributes:
        fact: its fact.
        data: what that says.
    """

    fact: Fact
    data: Payout

    @property
    def day(self) -> date:
        """The UTC day of its block."""
        return datetime.fromtimestamp(self.fact.at // 1_000_000, UTC).date()


def booked(journal: Journal, pools: Sequence[PoolAccount]) -> list[Booked]:
    """Payouts that stand in the journal, to the wallets that these accounts are paid to."""
    wallets = {account.wallet for account in pools}
    found = standing(journal, Payout)
    return [Booked(fact=stored.fact, data=data) for stored, data in found if data.wallet in wallets]


def arrivals(claims: Sequence[Claim], seen: Seen, known: Sequence[Booked]) -> list[Arrived]:
    """What of each payout arrived, in the order of the claims' transactions.

    Args:
        claims: payouts as pools state them.
        seen: what is on chain.
        known: payouts that are booked; what they took of a payment is not there for others.
    """
    groups: dict[tuple[str, str], list[Claim]] = {}
    for account, payout in claims:
        groups.setdefault((account.wallet, payout.txid), []).append((account, payout))
    found: list[Arrived] = []
    for (wallet, txid), group in groups.items():
        payment = seen.get(wallet, {}).get(txid)
        if payment is None:
            found += [Arrived(account=one, payout=payout, problem=_sent(one, payout)) for one, payout in group]
            continue
        of_it = [item.data for item in known if (item.data.wallet, item.data.txid) == (wallet, txid)]
        found += _shared(payment, group, {data.pool: data.sats for data in of_it})
    return found


def vanished(known: Sequence[Booked], seen: Seen, first: date) -> list[Booked]:
    """Payouts that were booked from the chain since a day, whose transaction is in no block now.

    Args:
        known: payouts that are booked.
        seen: what is on chain.
        first: earliest day of the block that was seen.
    """
    return [
        item
        for item in known
        if item.fact.evidence is not None
        and item.fact.evidence.source == CHAIN
        and item.day >= first
        and item.data.wallet in seen
        and item.data.txid not in seen[item.data.wallet]
    ]


def _sent(account: PoolAccount, payout: PoolPayout) -> str:
    """Why a payout that is not on chain will not come, where its pool itself says that it went elsewhere."""
    if not account.address or payout.address in {"", account.address}:
        return ""
    return f"{account.name} says that it paid {payout.address}, not {account.address}."


def _shared(payment: Payment, group: Sequence[Claim], taken: Mapping[str, int]) -> Iterator[Arrived]:
    """The claims on one payment: alone a claim is worth what arrived; beside others what its pool states."""
    right = [(account, payout) for account, payout in group if account.address in {"", *payment.addresses}]
    for account, payout in group:
        if (account, payout) not in right:
            where = ", ".join(payment.addresses) or "no address of the wallet"
            yield Arrived(account=account, payout=payout, problem=f"it went to {where}, not to {account.address}.")
    others = sum(sats for pool, sats in taken.items() if pool not in {account.name for account, _ in right})
    left, alone = payment.sats - others, len(right) == 1 and not others
    for account, payout in sorted(right, key=lambda claim: claim[0].name not in taken):
        sats = left if alone else payout.sats
        if 0 < sats <= left:
            left -= sats
            yield Arrived(account=account, payout=payout, sats=sats, at_us=payment.at_us)
            continue
        brought, rest = (format_amount(amount, "BTC") for amount in (payment.sats, left))
        problem = f"its transaction brought {brought}, of which {rest} is not another payout's."
        yield Arrived(account=account, payout=payout, problem=problem)
