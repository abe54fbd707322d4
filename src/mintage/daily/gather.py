"""Gathering what all sources say of one site and UTC day; a source that fails is a reason, not an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from mintage.daily.arrivals import Arrived, Booked, Seen, arrivals, booked, vanished
from mintage.daily.ports import Sources
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.sites import PoolAccount, Site
from mintage.journal.standing import standing
from mintage.journal.store import Journal
from mintage.market.network import RETARGET_BLOCKS, difficulty, subsidy_sats, target_from_bits
from mintage.market.series import Reading
from mintage.market.service import block_fees_on, epoch_on
from mintage.mining.drivers.port import PoolAdapter, PoolDay, PoolPayout
from mintage.mining.drivers.registry import scheme_of
from mintage.mining.reconcile_inputs import Amount, DayInputs, MachineDay, PoolSide
from mintage.treasury.watch import Payment
from mintage.units.errors import InputError, WireError

PAYOUT_DAYS = 7
"""Payouts of so many days before are looked for on chain too: a transaction may wait."""


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """All that was found.

    Attributes:
        inputs: for the reconciliation.
        energy_wh: energy that is paid for: the meters', else the machines' times PUE.
        energy_how: how that energy is known, or why it is not.
        arrived: payouts of the day and of the week before.
        vanished: payouts that are booked since then, and on the chain no more.
    """

    inputs: DayInputs
    energy_wh: int | None
    energy_how: str
    arrived: tuple[Arrived, ...] = ()
    vanished: tuple[Booked, ...] = ()


async def gather(journal: Journal, site: Site, day: date, sources: Sources) -> Gathered:
    """Ask all sources for one day.

    Args:
        journal: holds what the site's agent and the market's observers recorded.
        site: the site.
        day: day in UTC.
        sources: pools, chain and power.
    """
    machines = machine_day(journal, site.name, day)
    first = day - timedelta(days=PAYOUT_DAYS)
    asked = [await _pool(account, day, first, sources) for account in site.pool]
    claims = [(item.account, payout) for item in asked for payout in item.payouts or ()]
    known = booked(journal, site.pool)
    wanted = {account.wallet for account, _ in claims} | {item.data.wallet for item in known if item.day >= first}
    seen, unread = await _seen([account for account in site.pool if account.wallet in wanted], sources)
    arrived = arrivals(claims, seen, known)
    nobody = "" if sources.chain else "no wallet is watched."
    sides = [_side(item, day, arrived, nobody or unread.get(item.account.wallet, "")) for item in asked]
    stated = [side.day for side in sides if side.day]
    energy_wh, energy_how = _energy(machines, site.pue)
    cost = Amount(None, "the site has no tariff: the host buys the power." if sources.power is None else energy_how)
    if sources.power is not None and energy_wh is not None:
        cost = sources.power.cost(day, energy_wh)
    inputs = DayInputs(
        site=site.name,
        day=day,
        machines=machines,
        pools=tuple(sides),
        difficulty=difficulty_of(journal, day, stated),
        reward_sats=reward_of(journal, day, stated),
        power_cost=cost,
        pue=site.pue,
    )
    return Gathered(
        inputs=inputs,
        energy_wh=energy_wh,
        energy_how=energy_how,
        arrived=tuple(arrived),
        vanished=tuple(vanished(known, seen, first)),
    )


def machine_day(journal: Journal, site: str, day: date) -> MachineDay:
    """What the agent of a site recorded of a day; of several records the last counts."""
    told = ((data, data.day or stored.fact.date) for stored, data in standing(journal, DayWorked, day))
    found = [data for data, of in told if (data.site, of) == (site, day)]
    if not found:
        return MachineDay.unknown(f"the agent of {site} recorded nothing for {day} (fleet.day-worked).")
    return machine_side(found[-1])


def machine_side(worked: DayWorked) -> MachineDay:
    """What the agent of a site recorded, as one side of the reconciliation."""
    meterless = "the site's meters counted nothing, or there are none."
    return MachineDay(
        expected_diff=Amount(worked.expected_diff),
        accepted_diff=Amount(worked.accepted_diff),
        energy=Amount(worked.machine_energy),
        metered=Amount(worked.metered_energy, "" if worked.metered_energy is not None else meterless),
        covered_s=_covered_s(worked),
    )


def _covered_s(worked: DayWorked) -> int:
    """Seconds of the day with samples: the machines' mean where it was counted, since the site's hides gaps of some."""
    if worked.machine_s is None or not worked.machines:
        return worked.covered_s
    return worked.machine_s // worked.machines


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a pool answered: its statement of the day and its payouts, or why it has none."""

    account: PoolAccount
    stated: PoolDay | None
    reason: str
    payouts: list[PoolPayout] | None
    payouts_reason: str


async def _pool(account: PoolAccount, day: date, first: date, sources: Sources) -> _Asked:
    stated: PoolDay | None = None
    payouts: list[PoolPayout] | None = None
    reason = payouts_reason = ""
    try:
        adapter = sources.pools(account)
        stated, reason = await _day(adapter, account, day)
        payouts = list(dict.fromkeys(await adapter.payouts(account.account, first, day)))
    except (InputError, WireError) as error:
        payouts_reason = str(error)
        reason = reason if stated or reason else payouts_reason
    return _Asked(account=account, stated=stated, reason=reason, payouts=payouts, payouts_reason=payouts_reason)


async def _day(adapter: PoolAdapter, account: PoolAccount, day: date) -> tuple[PoolDay | None, str]:
    days = await adapter.days(account.account, day, day)
    return (days[0], "") if days else (None, f"{account.name} has no statement for {day}.")


async def _seen(pools: Sequence[PoolAccount], sources: Sources) -> tuple[Seen, dict[str, str]]:
    """Payments in blocks by wallet and transaction, and for wallets that cannot be read the reason."""
    seen: dict[str, dict[str, Payment]] = {}
    unread: dict[str, str] = {}
    for account in pools:
        if sources.chain is not None and account.wallet not in seen:
            try:
                found = await sources.chain.payments(account)
                seen[account.wallet] = {item.txid: item for item in found if item.confirmations}
            except (InputError, WireError) as error:
                unread[account.wallet] = str(error)
    return seen, unread


def _side(asked: _Asked, day: date, arrived: Sequence[Arrived], unread: str) -> PoolSide:
    own = [item for item in arrived if item.account == asked.account and _utc_day(item.payout.at_us) == day]
    return PoolSide(
        name=asked.account.name,
        scheme=scheme_of(asked.account.adapter),
        fee_pct=asked.account.fee_pct,
        day=asked.stated,
        reason=asked.reason,
        payouts=None if asked.payouts is None else tuple(item.payout for item in own),
        payouts_reason=asked.payouts_reason,
        chain=_on_chain(own, unread or asked.payouts_reason),
    )


def _on_chain(payouts: Sequence[Arrived], reason: str) -> Amount:
    if reason:
        return Amount(None, reason)
    for item in payouts:
        if item.sats is None:
            return Amount(None, item.problem or f"transaction {item.payout.txid} is not in a block yet.")
    return Amount(sum(item.sats or 0 for item in payouts))


def _energy(machines: MachineDay, pue: Decimal) -> tuple[int | None, str]:
    if machines.metered.value is not None:
        return machines.metered.value, "metered"
    if machines.energy.value is None:
        return None, machines.energy.reason
    return int((machines.energy.value * pue).to_integral_value()), "machines' own readings times PUE"


def difficulty_of(journal: Journal, day: date, stated: Sequence[PoolDay]) -> Reading:
    """The difficulty that was observed, else the one that a pool states it paid by."""
    epoch = epoch_on(journal, day)
    if epoch is not None:
        return Reading(difficulty(target_from_bits(epoch.bits)), "", day)
    for item in stated:
        if item.network_difficulty is not None:
            return Reading(item.network_difficulty, "difficulty as the pool states it", day)
    return Reading(None, f"no difficulty epoch was observed for {day} (market.difficulty-observed).", day)


def reward_of(journal: Journal, day: date, stated: Sequence[PoolDay]) -> Reading:
    """Subsidy and mean fees, satoshis; the fees observed, else those that a pool states."""
    epoch, fees = epoch_on(journal, day), block_fees_on(journal, day)
    if epoch and subsidy_sats(epoch.height) != subsidy_sats(epoch.height + RETARGET_BLOCKS - 1):
        return Reading(None, f"the subsidy halves within the epoch from height {epoch.height}.", day)
    subsidies = [item.subsidy_sats for item in stated if item.subsidy_sats is not None]
    means = [item.mean_fees_sats for item in stated if item.mean_fees_sats is not None]
    if not epoch and not subsidies:
        return Reading(None, f"no difficulty epoch was observed for {day}, so the subsidy is not known.", day)
    subsidy = subsidy_sats(epoch.height) if epoch else subsidies[0]
    if fees.value is not None:
        return Reading(subsidy + fees.value, "", day)
    if means:
        return Reading(subsidy + means[0], "block fees as the pool states them", day)
    return Reading(None, fees.reason, day)


def _utc_day(at_us: int) -> date:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).date()
