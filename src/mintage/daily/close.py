"""Closing a day: the facts that follow from what was gathered, and why others cannot be recorded yet.

What is recorded already is found in the journal first, so that closing a day again adds nothing, and a later
statement adds only its difference, under a key of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from mintage.daily.arrivals import CHAIN, Arrived
from mintage.daily.gather import Gathered
from mintage.daily.recorded import Recorded
from mintage.fleet.sites import PoolAccount, Site
from mintage.journal.core import Reversal
from mintage.journal.fact import Evidence, Fact, FactData, Grade
from mintage.journal.store import Journal
from mintage.market.prices import value_cents
from mintage.market.service import prices_observed
from mintage.mining.drivers.port import PoolDay
from mintage.mining.facts import (
    Earned,
    EarnedReduced,
    EnergyCorrected,
    EnergyMetered,
    Payout,
    PoolDayStated,
    PowerBilled,
    PowerCorrected,
)
from mintage.mining.service import payout_carrying
from mintage.units import day_end_instant
from mintage.units.errors import Shortfall

PRICE_HOUR = 24
"""Bitcoin of a day is valued at the day's close, the same every day."""


class Closing(msgspec.Struct, frozen=True):
    """What closing a day records.

    Attributes:
        facts: facts to record, in order.
        missing: what cannot be recorded yet, and why.
    """

    facts: tuple[Fact, ...]
    missing: tuple[str, ...]


class Closer:
    """Closes one site's day.

    Args:
        journal: the books.
        site: the site.
        found: what was gathered.
        actor: who closes.
        now_us: the time; what is of a closed period is recorded with today's accounting date.
        doubt: why the day's energy is not to be believed; "" where it is.
    """

    def __init__(self, journal: Journal, site: Site, found: Gathered, actor: str, now_us: int, doubt: str = "") -> None:
        self._journal, self._site, self._found, self._actor = journal, site, found, actor
        self._day = found.inputs.day
        self._now_us, self._today, self._doubt = now_us, _utc_day(now_us), doubt
        self._recorded = Recorded(journal, site.name, self._day)
        self._date = self._recorded.open_date(self._day, self._today)

    def day(self) -> Closing:
        """Statements, earnings and power of the day; payouts follow once these are recorded."""
        facts: list[Fact] = []
        missing: list[str] = []
        for account, side in zip(self._site.pool, self._found.inputs.pools, strict=True):
            if side.day is None:
                missing.append(f"earned at {account.name}: {side.reason}")
                continue
            facts += self._stated(account, side.day)
            earned = self._earned(account, side.day)
            if isinstance(earned, str):
                missing.append(f"earned at {account.name}: {earned}")
            elif earned is not None:
                facts.append(earned)
        power = self._billed() if self._site.tariff else self._metered()
        if isinstance(power, str):
            missing.append(f"power: {power}")
        elif power is not None and self._doubt:
            missing.append(f"power: {self._doubt}")
        elif power is not None:
            facts.append(power)
        return Closing(tuple(facts), tuple(missing))

    def undone(self) -> Iterator[Fact | str]:
        """Payouts whose transaction is on the chain no more: each is told in words, and its reversal follows."""
        for item in self._found.vanished:
            pool, txid = item.data.pool, item.data.txid
            yield f"payout {txid} of {pool} is on the chain no more; the fact '{item.fact.key}' does not stand."
            yield Fact(
                key=self._recorded.free_key(f"payout-undone:{txid}:{pool}"),
                at=self._now_us,
                date=self._recorded.open_date(item.fact.date, self._today),
                actor=self._actor,
                data=Reversal(of=item.fact.key, reason="Its transaction is in no block any more."),
                evidence=Evidence(source=CHAIN, txid=txid),
            )

    def payouts(self, *, booking: bool) -> Iterator[Fact | str]:
        """Payouts that arrived and are not recorded yet, one at a time: each carries a part of what earlier ones left.

        One that cannot be recorded is told in words.

        Args:
            booking: whether each is booked before the next is asked for; else what the pool holds is not known yet.
        """
        paid = self._recorded.paid()
        for item in self._found.arrived:
            if item.problem:
                yield f"payout {item.payout.txid} of {item.account.name}: {item.problem}"
            elif item.sats is not None and (item.account.name, item.payout.txid) not in paid:
                found = self._payout(item, item.sats)
                if booking or isinstance(found, Fact):
                    yield found

    def _payout(self, item: Arrived, sats: int) -> Fact | str:
        pool, txid = item.account.name, item.payout.txid
        at_us = item.at_us or item.payout.at_us
        try:
            value = payout_carrying(self._journal, pool, sats)
        except Shortfall as error:
            return f"payout {txid}: {error}"
        return Fact(
            key=self._recorded.free_key(f"payout:{txid}:{pool}"),
            at=at_us,
            date=self._recorded.open_date(_utc_day(at_us), self._today),
            actor=self._actor,
            data=Payout(pool=pool, wallet=item.account.wallet, sats=sats, txid=txid, value=value),
            evidence=Evidence(source=CHAIN, txid=txid, note=f"{pool} states {item.payout.sats} satoshis."),
        )

    def _stated(self, account: PoolAccount, stated: PoolDay) -> Iterator[Fact]:
        """The statement, where it is the first or says something new."""
        before = self._recorded.statements(account.name)
        data = PoolDayStated(
            site=self._site.name,
            pool=account.name,
            account=account.account,
            net_sats=stated.net_sats,
            revision=len(before) + 1,
            gross_sats=stated.gross_sats,
            fee_sats=stated.fee_sats,
            accepted_diff=stated.accepted_diff,
            rejected_diff=stated.rejected_diff,
        )
        if not before or msgspec.structs.replace(before[-1], revision=data.revision) != data:
            yield self._fact("pool-day", account.name, data, _evidence(stated))

    def _earned(self, account: PoolAccount, stated: PoolDay) -> Fact | str | None:
        """What the pool credited beyond what is recorded, or took back; why it has no value yet; None for nothing."""
        ups, downs = self._recorded.earned(account.name)
        sats = stated.net_sats - sum(data.sats for data in ups) + sum(data.sats for data in downs)
        if sats == 0:
            return None
        source = self._site.price_source
        reading = prices_observed(self._journal, source, PRICE_HOUR).on(self._day)
        if reading.value is None:
            return f"the price of {source} at hour {PRICE_HOUR} UTC is not known: {reading.reason}"
        fee_sats = 0 if ups else stated.fee_sats
        data = _credit(self._site, account.name, sats, reading.value, fee_sats)
        return self._fact("earned", account.name, data, _evidence(stated))

    def _billed(self) -> Fact | str | None:
        """The day's power by the tariff, or the difference from what is recorded."""
        energy, cost = self._found.energy_wh, self._found.inputs.power_cost
        if energy is None or cost.value is None:
            return self._found.energy_how if energy is None else cost.reason
        base, who = self._recorded.base("power"), {"site": self._site.name, "creditor": self._site.supplier}
        bills = self._recorded.under(PowerBilled, base)
        later = self._recorded.under(PowerCorrected, base)
        energy -= sum(bill.energy for bill in bills) + sum(bill.energy for bill in later)
        cents = cost.value - sum(bill.amount for bill in bills) - sum(bill.amount for bill in later)
        if not bills:
            return self._fact("power", "", PowerBilled(**who, energy=energy, amount=cents), *self._counted())
        if energy == 0 and cents == 0:
            return None
        return self._fact("power", "", PowerCorrected(**who, energy=energy, amount=cents), *self._counted())

    def _metered(self) -> Fact | str | None:
        """The day's energy where somebody else buys it, or the difference from what is recorded."""
        energy, base, site = self._found.energy_wh, self._recorded.base("energy"), self._site.name
        if energy is None:
            return self._found.energy_how
        metered = self._recorded.under(EnergyMetered, base)
        later = self._recorded.under(EnergyCorrected, base)
        energy -= sum(item.energy for item in metered) + sum(item.energy for item in later)
        if not metered:
            return self._fact("energy", "", EnergyMetered(site=site, energy=energy), *self._counted())
        return self._fact("energy", "", EnergyCorrected(site=site, energy=energy), *self._counted()) if energy else None

    def _counted(self) -> tuple[Evidence, Grade]:
        how = self._found.energy_how
        return Evidence(
            source="fleet.day-worked", note=f"energy: {how}."
        ), "recorded" if how == "metered" else "derived"

    def _fact(self, what: str, pool: str, data: FactData, evidence: Evidence, grade: Grade = "recorded") -> Fact:
        return Fact(
            key=self._recorded.free_key(self._recorded.base(what, pool)),
            at=day_end_instant(self._day),
            date=self._date,
            actor=self._actor,
            grade=grade,
            data=data,
            evidence=evidence,
        )


def _credit(site: Site, pool: str, sats: int, price: Decimal, fee_sats: int | None) -> FactData:
    """A credit of so many satoshis, or the taking back of so many where they are negative."""
    value, source = value_cents(abs(sats), price), site.price_source
    if sats < 0:
        return EarnedReduced(
            site=site.name, pool=pool, sats=-sats, value=value, price=price, price_source=source, price_hour=PRICE_HOUR
        )
    return Earned(
        site=site.name,
        pool=pool,
        sats=sats,
        value=value,
        price=price,
        price_source=source,
        price_hour=PRICE_HOUR,
        fee_sats=fee_sats,
    )


def _utc_day(at_us: int) -> date:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).date()


def _evidence(stated: PoolDay) -> Evidence:
    return Evidence(source=stated.source, sha256=stated.sha256 or None)
