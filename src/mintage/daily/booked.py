"""Days as the journal alone tells them: what agents and closings recorded, reconciled again without asking anybody.

Pages and reports read this; `mintage.daily.service.run_day` asks the sources themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from mintage.books.view import View
from mintage.daily.arrivals import CHAIN
from mintage.daily.expected import Expectation, Expected
from mintage.daily.gather import difficulty_of, machine_side, reward_of
from mintage.daily.recorded import credited_day
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.sites import PoolAccount, Site
from mintage.journal.fact import Fact
from mintage.mining.drivers.port import PoolDay, PoolPayout
from mintage.mining.drivers.registry import scheme_of
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
from mintage.mining.reconcile import TITLES, Reconciliation, Step, Verdict, reconcile
from mintage.mining.reconcile_inputs import DAY_S, Amount, DayInputs, MachineDay, PoolSide

Status = Literal["differs", "open", "agrees"]
"""differs: a step is beyond its tolerance; open: a step between work and credit is not known; agrees: all are held."""
STEPS = {**TITLES, "booked": "booked as earned"}
"""The steps that a booked day has, as tables name them."""
_ENERGY = ("energy-machines", "energy-metered", "power-cost")
_NAMED_DAY = re.compile(r"[a-z-]+:(\d{4}-\d{2}-\d{2}):")
_KINDS = (
    DayWorked,
    PoolDayStated,
    Earned,
    EarnedReduced,
    PowerBilled,
    PowerCorrected,
    EnergyMetered,
    EnergyCorrected,
)
_Kept = dict[tuple[str, date], list[Fact]]


class BookedDay(msgspec.Struct, frozen=True, kw_only=True):
    """One site's day in the journal.

    Attributes:
        site: the site.
        day: day in UTC.
        status: how it stands.
        why: what differs or is open; "" where it agrees.
        reconciliation: its steps.
        facts: the facts that it rests on, in order.
        earned_sats: what is booked as earned; None where nothing is.
        value_cents: at what value.
        expected: what the network lets the machines' hash rate expect.
        uptime: part of the machines' time for which they told a hash rate, 0 to 1; None where unknown.
    """

    site: str
    day: date
    status: Status
    why: str
    reconciliation: Reconciliation
    facts: tuple[Fact, ...]
    earned_sats: int | None
    value_cents: int | None
    expected: Expected
    uptime: float | None


class DayBook:
    """The days of a journal.

    Args:
        view: a reading of the journal.
        sites: descriptions of the sites that are at hand; what only they tell of others is unknown.
    """

    def __init__(self, view: View, sites: Mapping[str, Site]) -> None:
        self._view, self._sites = view, sites
        self._expectation = Expectation(view)

    def days(self, start: date, end: date, sites: Iterable[str] | None = None) -> list[BookedDay]:
        """Every day of sites of which the journal tells something, oldest first, then by site.

        Args:
            start: first day.
            end: last day.
            sites: these sites; all where None.
        """
        wanted = None if sites is None else set(sites)
        found = self._kept(start, end)
        places = sorted((day, site) for site, day in found if wanted is None or site in wanted)
        return [self._booked(site, day, found[site, day]) for day, site in places]

    def day(self, site: str, day: date) -> BookedDay:
        """One day of a site, also where the journal tells nothing of it."""
        return self._booked(site, day, self._kept(day, day).get((site, day), []))

    def _kept(self, start: date, end: date) -> _Kept:
        """The facts by the site and day that they are of; one that was recorded late may have a later date."""
        return self._view.once(("booked days", start, end), lambda: self._read(start, end))

    def _read(self, start: date, end: date) -> _Kept:
        found: _Kept = defaultdict(list)
        for kind in _KINDS:
            for fact in self._view.facts_within(kind.kind, start, date.max):
                day = day_of(fact)
                if day is not None and start <= day <= end:
                    found[getattr(fact.data, "site"), day].append(fact)  # noqa: B009  each of these kinds has one
        return dict(found)

    def _booked(self, site: str, day: date, facts: Sequence[Fact]) -> BookedDay:
        about, worked = self._sites.get(site), [fact.data for fact in facts if isinstance(fact.data, DayWorked)]
        nothing = f"the agent of {site} recorded nothing for {day} (fleet.day-worked)."
        machines = machine_side(worked[-1]) if worked else MachineDay.unknown(nothing)
        credited = _credits(facts)
        pools = [self._pool(site, name, day, facts) for name in _pool_names(about, facts)]
        stated = [side.day for side in pools if side.day]
        inputs = DayInputs(
            site=site,
            day=day,
            machines=machines,
            pools=tuple(pools),
            difficulty=difficulty_of(self._view.journal, day, stated),
            reward_sats=reward_of(self._view.journal, day, stated),
            power_cost=_power(about, facts),
            pue=about.pue if about else None,
        )
        told = _with_booked(reconcile(inputs), credited)
        expected = self._expectation.of(site, day, worked[-1].hashrate if worked else None)
        status, why = _status(told)
        return BookedDay(
            site=site,
            day=day,
            status=status,
            why=why,
            reconciliation=told,
            facts=(*facts, *self._paid(day, [side.name for side in pools])),
            earned_sats=sum(sats for sats, _ in credited.values()) if credited else None,
            value_cents=sum(cents for _, cents in credited.values()) if credited else None,
            expected=expected,
            uptime=_uptime(worked[-1]) if worked else None,
        )

    def _pool(self, site: str, name: str, day: date, facts: Sequence[Fact]) -> PoolSide:
        """What the journal holds of a pool's day; the last statement counts."""
        account = self._account(site, name)
        told = [f.data for f in facts if isinstance(f.data, PoolDayStated) and f.data.pool == name]
        paid = [fact for fact in self._paid(day, [name]) if isinstance(fact.data, Payout)]
        payouts = tuple(
            PoolPayout(pool=name, account="", txid=fact.data.txid, sats=fact.data.sats, at_us=fact.at)
            for fact in paid
            if isinstance(fact.data, Payout)
        )
        unseen = next((fact.key for fact in paid if not fact.evidence or fact.evidence.source != CHAIN), "")
        arrived = (
            Amount(None, f"nobody looked on chain for '{unseen}'.")
            if unseen
            else Amount(sum(item.sats for item in payouts))
        )
        return PoolSide(
            name=name,
            scheme=scheme_of(account.adapter) if account else "as stated",
            fee_pct=account.fee_pct if account else None,
            day=_stated(told[-1], name, day) if told else None,
            reason=f"no statement of {name} for the day is in the journal.",
            payouts=payouts,
            chain=arrived,
        )

    def _account(self, site: str, name: str) -> PoolAccount | None:
        about = self._sites.get(site)
        return next((item for item in about.pool if item.name == name), None) if about else None

    def _paid(self, day: date, pools: Sequence[str]) -> list[Fact]:
        """Payouts of pools on a day, whichever of the sites they are for."""
        found = self._view.facts_within(Payout.kind, day, day)
        return [fact for fact in found if isinstance(fact.data, Payout) and fact.data.pool in pools]


def day_of(fact: Fact) -> date | None:
    """The UTC day that a fact is of; None where it is of no single day, as a month's bill of power."""
    data = fact.data
    if isinstance(data, DayWorked):
        return data.day or fact.date
    if isinstance(data, Earned | EarnedReduced):
        return date.fromisoformat(credited_day(fact))
    named = _NAMED_DAY.match(fact.key)
    return date.fromisoformat(named[1]) if named else None


def _pool_names(about: Site | None, facts: Sequence[Fact]) -> list[str]:
    """Pools of a site: those that its description names, then those that facts name."""
    named = [item.name for item in about.pool] if about else []
    told = [fact.data.pool for fact in facts if isinstance(fact.data, PoolDayStated | Earned | EarnedReduced)]
    return list(dict.fromkeys([*named, *told]))


def _stated(data: PoolDayStated, name: str, day: date) -> PoolDay:
    silent = {
        field: f"{name} does not state it."
        for field in ("gross_sats", "fee_sats", "accepted_diff")
        if getattr(data, field) is None
    }
    return PoolDay(
        pool=name,
        account=data.account,
        day=day,
        net_sats=data.net_sats,
        gross_sats=data.gross_sats,
        fee_sats=data.fee_sats,
        accepted_diff=data.accepted_diff,
        rejected_diff=data.rejected_diff,
        revision=data.revision,
        silent=silent,
    )


def _credits(facts: Sequence[Fact]) -> dict[str, tuple[int, int]]:
    """What is booked as earned by pool: satoshis and cents, net of what pools took back."""
    found: dict[str, tuple[int, int]] = {}
    for fact in facts:
        data = fact.data
        if isinstance(data, Earned | EarnedReduced):
            sign = 1 if isinstance(data, Earned) else -1
            sats, cents = found.get(data.pool, (0, 0))
            found[data.pool] = sats + sign * data.sats, cents + sign * data.value
    return found


def _power(about: Site | None, facts: Sequence[Fact]) -> Amount:
    """Cost of the day's power as it is booked, cents."""
    booked = [fact.data.amount for fact in facts if isinstance(fact.data, PowerBilled | PowerCorrected)]
    if booked:
        return Amount(sum(booked))
    if about is not None and not about.tariff:
        return Amount(None, "the site has no tariff: the host buys the power.")
    return Amount(None, "no power is booked for the day alone.")


def _with_booked(told: Reconciliation, credited: Mapping[str, tuple[int, int]]) -> Reconciliation:
    """The reconciliation with what is booked as earned after each pool's credit."""
    steps: list[Step] = []
    for step in told.steps:
        steps.append(step)
        if step.id == "credit-net":
            steps.append(_booked_step(step, credited.get(step.pool)))
    return msgspec.structs.replace(told, steps=tuple(steps))


def _booked_step(net: Step, credit: tuple[int, int] | None) -> Step:
    """What is booked beside what the pool states: they are the same to the satoshi."""
    if credit is None:
        return Step(id="booked", pool=net.pool, unit="sat", amount=None, verdict="unknown", reason="nothing is booked.")
    difference = None if net.amount is None else credit[0] - net.amount
    verdict: Verdict = "beyond" if difference else "ok" if difference == 0 else "unknown"
    return Step(
        id="booked",
        pool=net.pool,
        unit="sat",
        amount=credit[0],
        against=net.amount,
        difference=difference,
        tolerance=None if net.amount is None else 0,
        verdict=verdict,
        reason=net.reason if net.amount is None else "",
    )


def _status(told: Reconciliation) -> tuple[Status, str]:
    """How a day stands: any step may show a difference; what energy is not known does not keep the bitcoin open."""
    beyond = next((step for step in told.steps if step.verdict == "beyond"), None)
    if beyond is not None:
        return "differs", STEPS[beyond.id]
    unknown = next((step for step in told.steps if step.verdict == "unknown" and step.id not in _ENERGY), None)
    return ("open", unknown.reason) if unknown is not None else ("agrees", "")


def _uptime(worked: DayWorked) -> float | None:
    """Part of the machines' time for which they told a hash rate."""
    if worked.machine_s is None or not worked.machines:
        return None
    return worked.machine_s / (worked.machines * DAY_S)
