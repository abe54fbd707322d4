"""Use cases of mining that read the journal: value a day's credit, move a payout, settle a joint site, check both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from mintage.journal.lots import share
from mintage.journal.standing import standing
from mintage.journal.store import Journal, Stored
from mintage.market.prices import value_cents
from mintage.mining.facts import Earned, EarnedReduced, JointContractSet, JointSettled
from mintage.mining.joint import settlement
from mintage.units import Period, format_amount
from mintage.units.errors import InputError, Shortfall


class MiningProblem(msgspec.Struct, frozen=True):
    """Something in the journal that contradicts itself.

    Attributes:
        key: key of the fact.
        what: what is wrong.
        remedy: what to do about it.
    """

    key: str
    what: str
    remedy: str


def earned(
    *, site: str, pool: str, sats: int, price: Decimal, price_source: str, price_hour: int, fee_sats: int = 0
) -> Earned:
    """A day's credit, valued by the one rule of `mintage.market.prices.value_cents`.

    Raises:
        InputError: the price is not a price.
    """
    return Earned(
        site=site,
        pool=pool,
        sats=sats,
        value=value_cents(sats, price),
        price=price,
        price_source=price_source,
        price_hour=price_hour,
        fee_sats=fee_sats,
    )


def payout_carrying(journal: Journal, pool: str, sats: int, day: date | None = None) -> int:
    """Carrying amount, in cents, that goes along when a pool pays out: the paid share of what stands at the pool.

    Args:
        journal: the books.
        pool: the pool that pays.
        sats: bitcoin paid.
        day: last accounting date that counts, or None for all.

    Raises:
        Shortfall: the pool is not known to hold so much.

    Source: carrying amount * sats paid / sats held, rounded half up; a payout of all takes all.
    """
    account, balances = f"assets:bitcoin:pool:{pool}", journal.balances(end=day)
    held = balances.get((account, "BTC"), 0)
    if not 0 < sats <= held:
        raise Shortfall(
            f"{format_amount(sats, 'BTC')} cannot be paid out of {account}, which holds {format_amount(held, 'BTC')}.",
            remedy="Record what the pool credited (mining.earned) first.",
            field="sats",
        )
    return share(balances.get((account, "USD"), 0), sats, held)


def joint_contract(journal: Journal, site: str, host: str, day: date) -> tuple[date, JointContractSet]:
    """The contract in force with a host at a site on a day, and since when: the last one set by then.

    Raises:
        InputError: there is none.
    """
    found = [
        (stored.fact.date, data)
        for stored, data in standing(journal, JointContractSet, end=day)
        if (data.site, data.host) == (site, host)
    ]
    if not found:
        raise InputError(
            f"no joint-mining contract with {host} at {site} is in force on {day}.",
            remedy="Record mining.joint-contract-set first.",
        )
    last = max(since for since, _ in found)
    return next(pair for pair in reversed(found) if pair[0] == last)


def capital_recovered(journal: Journal, site: str, host: str, start: date, end: date) -> int:
    """Capital recovered from a joint site from one day to another, cents: the sum over its settlements."""
    settled = standing(journal, JointSettled, start, end)
    return sum(data.recovered for _, data in settled if (data.site, data.host) == (site, host))


def settle_joint(journal: Journal, site: str, host: str, net_cents: int, day: date) -> JointSettled:
    """The settlement of a period's result under the contract in force on a day.

    Args:
        journal: the books; they hold the contract and the earlier settlements.
        site: mining site.
        host: partner.
        net_cents: what is shared, cents (see `mining.joint-settled`).
        day: accounting date of the settlement.

    Raises:
        InputError: no contract is in force, its terms cannot be applied, or the result is a loss.
    """
    since, contract = joint_contract(journal, site, host, day)
    return settlement(contract, net_cents, capital_recovered(journal, site, host, since, day))


def problems(journal: Journal, period: Period) -> list[MiningProblem]:
    """Credits whose value is not sats times price, and settlements whose parts do not sum to what was shared."""
    found = []
    for stored, data in _credits(journal, period):
        right = value_cents(data.sats, data.price)
        if data.value != right:
            what = (
                f"is valued at {format_amount(data.value, 'USD')}; sats times price is {format_amount(right, 'USD')}."
            )
            found.append(MiningProblem(stored.fact.key, what, "Reverse it and record it with the right value."))
    for stored, shared in standing(journal, JointSettled, period.start, period.end):
        rest = shared.net_revenue - shared.company_share - shared.host_share
        if rest:
            what = f"shares {format_amount(rest, 'USD')} less than there was."
            found.append(MiningProblem(stored.fact.key, what, "Reverse it and record parts that sum to the net."))
    return found


def _credits(journal: Journal, period: Period) -> Iterator[tuple[Stored, Earned | EarnedReduced]]:
    """What pools credited and took back."""
    yield from standing(journal, Earned, period.start, period.end)
    yield from standing(journal, EarnedReduced, period.start, period.end)
