"""The close of a month or quarter: accruals, measurement, checks, lock, and a stamped manifest.

A close writes only what is missing: run again after more facts arrived it books the differences, and run again on
a closed period it answers with the manifest that is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from mintage.books.checks import BEFORE_CLOSE, run_checks
from mintage.books.depreciation import CLOSE_KEY, depreciation_due
from mintage.books.facts import Depreciation
from mintage.books.interest import interest_due
from mintage.books.manifest import build_manifest, encode_manifest, read_manifest
from mintage.books.prices import ClosingPrice, closing_price
from mintage.books.remeasure import bitcoin_accounts, bitcoin_changes, currency_changes
from mintage.books.view import DAY, View
from mintage.journal.checks import Result
from mintage.journal.core import PeriodLocked, PeriodReopened, Reversal
from mintage.journal.fact import Evidence, Fact, FactData
from mintage.journal.store import Journal
from mintage.treasury.facts_money import InterestAccrued
from mintage.units import Period, day_end_instant, parse_instant, parse_period
from mintage.units.errors import CheckFailed, InputError

HOUR_US = 3_600_000_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a close would write.

    Attributes:
        period: the period's name.
        price: the price of bitcoin that it measures at; None where there is no bitcoin.
        facts: accruals and measurements that are missing.
    """

    period: str
    price: ClosingPrice | None
    facts: tuple[Fact, ...]


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """What a close did.

    Attributes:
        period: the period's name.
        manifest: the stamped manifest, or None where the period was locked without one.
        sha256: hex digest of the manifest's canonical JSON.
        facts: facts written, the lock last; empty where the period was closed already.
        already: whether it was closed before.
    """

    period: str
    manifest: dict[str, Any] | None
    sha256: str
    facts: tuple[Fact, ...]
    already: bool


def preview(
    journal: Journal,
    period: Period,
    *,
    actor: str = "close",
    price: ClosingPrice | None = None,
    rates: dict[str, Decimal] | None = None,
) -> Draft:
    """What closing a period would write, without writing it.

    Args:
        journal: the books.
        period: a month or a quarter.
        actor: who closes.
        price: price of bitcoin to measure at; by default the one observed at the last hour of the last day.
        rates: currency to USD for one unit of it, at the period's end.

    Raises:
        InputError: the period is neither month nor quarter, or a price or rate is unknown.
    """
    if len(period.name) not in {6, 7}:
        raise InputError(f"{period} cannot be closed.", remedy="Close a month such as 2025-06 or a quarter: 2025Q2.")
    view = View(journal)
    found = price or _price(view, period)
    return Draft(period=period.name, price=found, facts=tuple(_Draft(view, period, actor).facts(found, rates or {})))


def _price(view: View, period: Period) -> ClosingPrice | None:
    if not bitcoin_accounts(view, period.end):
        return None
    found = closing_price(view, period.end)
    if isinstance(found, str):
        raise InputError(
            f"{period} cannot be closed: {found}.",
            remedy="Record market.price-observed for that day, or give the price with its hour and source.",
        )
    return found


class _Draft:
    """Collects the facts that are missing."""

    def __init__(self, view: View, period: Period, actor: str) -> None:
        self.view, self.period, self.actor = view, period, actor
        self.closed = set(view.journal.closed_periods())

    def facts(self, price: ClosingPrice | None, rates: dict[str, Decimal]) -> Iterator[Fact]:
        yield from self._accruals(Depreciation, "site", depreciation_due(self.view, self.period))
        yield from self._accruals(InterestAccrued, "lender", interest_due(self.view, self.period))
        end = self.period.end
        if price is not None:
            instant = parse_instant(f"{price.day}T00:00:00Z") + price.hour * HOUR_US
            source = f"{price.source}, {price.day} hour {price.hour} UTC"
            evidence = Evidence(source=source, note=f"fact {price.key}" if price.key else None)
            for item in bitcoin_changes(self.view, end, price):
                yield from self._missing(
                    f"{end}:measure:{item.account}", end, item.change, item.data, instant, evidence
                )
        for item in currency_changes(self.view, end, rates):
            yield from self._missing(f"{end}:translate:{item.account}", end, item.change, item.data)

    def _accruals(
        self, cls: type[Depreciation | InterestAccrued], holder: str, due: dict[tuple[Period, str], int]
    ) -> Iterator[Fact]:
        """Accruals of the open months; one that a close wrote before and that is other now is reversed first."""
        written: dict[tuple[Period, str], list[Fact]] = {}
        for month in self.period.months():
            for fact in self.view.facts(cls.kind):
                if fact.date in month and fact.key.startswith(CLOSE_KEY):
                    written.setdefault((month, getattr(fact.data, holder)), []).append(fact)
        for slot in sorted(set(due) | set(written), key=lambda slot: (slot[0].start, slot[1])):
            (month, name), amount, old = slot, due.get(slot, 0), written.get(slot, [])
            if month.name in self.closed or amount == sum(getattr(fact.data, "amount", 0) for fact in old):
                continue
            for fact in old:
                yield self._fact(f"{fact.key}:undone", month.end, Reversal(of=fact.key, reason="computed again"))
            if amount:
                data = msgspec.convert({holder: name, "amount": amount}, cls)
                yield self._fact(free_key(self.view.journal, f"{month}:{cls.kind}:{name}"), month.end, data)

    def _missing(
        self,
        name: str,
        day: date,
        change: int,
        data: FactData,
        instant: int | None = None,
        evidence: Evidence | None = None,
    ) -> Iterator[Fact]:
        """A measurement under its first free key; none where it says nothing new."""
        key = free_key(self.view.journal, name)
        if change or key == f"{CLOSE_KEY}{name}":
            yield self._fact(key, day, data, instant, evidence)

    def _fact(
        self, key: str, day: date, data: FactData, instant: int | None = None, evidence: Evidence | None = None
    ) -> Fact:
        at = day_end_instant(day) if instant is None else instant
        return Fact(key=key, at=at, date=day, actor=self.actor, grade="derived", evidence=evidence, data=data)


def free_key(journal: Journal, name: str) -> str:
    """The first key of a close's fact that is not taken: keys derive from what the fact is about."""
    key, number = f"{CLOSE_KEY}{name}", 1
    while journal.fact(key) is not None:
        number += 1
        key = f"{CLOSE_KEY}{name}:{number}"
    return key


def close_period(
    journal: Journal,
    period: Period,
    *,
    actor: str = "close",
    price: ClosingPrice | None = None,
    rates: dict[str, Decimal] | None = None,
    at: int | None = None,
) -> Closed:
    """Close a month or a quarter.

    The lock is dated the day after the period, when it is done; its evidence holds the manifest's JSON.

    Args:
        journal: the books.
        period: a month or a quarter.
        actor: who closes.
        price: see `preview`.
        rates: see `preview`.
        at: instant of the close, microseconds since 1970 UTC; by default the period's last second.

    Raises:
        InputError: see `preview`, or an earlier period of the ledger is still open; nothing was written.
        CheckFailed: the books do not foot; the period stays open. Before accruals nothing was written.
    """
    if period.name in journal.closed_periods():
        manifest = read_manifest(View(journal), period)
        digest = encode_manifest(manifest)[1] if manifest else ""
        return Closed(period=period.name, manifest=manifest, sha256=digest, facts=(), already=True)
    _require_order(View(journal), period)
    draft = preview(journal, period, actor=actor, price=price, rates=rates)
    _require(run_checks(View(journal), period, BEFORE_CLOSE), period)
    journal.append(draft.facts)
    view = View(journal)
    _require(run_checks(view, period), period)
    told = {name: str(rate) for name, rate in (rates or {}).items()}
    manifest = build_manifest(view, period, draft.price, told)
    text, digest = encode_manifest(manifest)
    lock = _stamp(journal, f"lock:{period}", period, actor, PeriodLocked(period=period.name, manifest=digest), text, at)
    journal.append([lock])
    return Closed(period=period.name, manifest=manifest, sha256=digest, facts=(*draft.facts, lock), already=False)


def reopen(
    journal: Journal, period: Period, *, reason: str, approved_by: str, actor: str = "close", at: int | None = None
) -> Fact:
    """Open a closed period again, on the record; returns the fact that says so.

    Args:
        journal: the books.
        period: the closed period.
        reason: why, in words an auditor accepts.
        approved_by: who decided it.
        actor: who does it.
        at: instant of it; by default the period's last second.

    Raises:
        LedgerError: it is not closed.
    """
    data = PeriodReopened(period=period.name, reason=reason, approved_by=approved_by)
    fact = _stamp(journal, f"reopen:{period}", period, actor, data, None, at)
    journal.append([fact])
    return fact


def _stamp(
    journal: Journal, name: str, period: Period, actor: str, data: FactData, manifest: str | None, at: int | None
) -> Fact:
    key = free_key(journal, name)
    day = period.end + timedelta(days=1)
    evidence = Evidence(source=f"manifest of the close of {period}", note=manifest) if manifest else None
    return Fact(
        key=key,
        at=day_end_instant(period.end) if at is None else at,
        date=day,
        actor=actor,
        grade="derived",
        evidence=evidence,
        data=data,
    )


def _require(results: list[Result], period: Period) -> None:
    problems = [f"{result.name}: {p.where}: {p.what}" for result in results for p in result.problems]
    if problems:
        more = f" And {len(problems) - 3} more." if len(problems) > 3 else ""
        raise CheckFailed(f"{period} stays open. {' '.join(problems[:3])}{more}")


def _require_order(view: View, period: Period) -> None:
    """Periods close in order: depreciation and fair value of one begin where those of the one before ended."""
    day_before = period.start - DAY
    if view.began is None or day_before <= view.began:
        return
    if not any(day_before in parse_period(name) for name in view.journal.closed_periods()):
        raise InputError(
            f"{period} cannot be closed while {period.before()} is open.", remedy=f"Close {period.before()} first."
        )
