"""The pool's books: work by account, worker and day, the daily FPPS statement, and what is paid out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from mintage.market.network import HASHES_PER_DIFFICULTY
from mintage.mining.production import fpps_credit
from mintage.mining.virtual.faults import PoolFault
from mintage.units.errors import InputError

_SECOND_US = 1_000_000
_BUCKET_S = 600
_BUCKETS_KEPT = 144
WORKER_ACTIVE_S = 600
"""A worker that submitted nothing for so long is offline."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the pool pays by.

    Attributes:
        network_difficulty: difficulty of the network.
        subsidy_sats: subsidy of a block, satoshis.
        mean_fees_sats: mean fees of a block, satoshis.
        fee_pct: the pool's fee, per cent.
        payout_above_sats: a balance of at least this is paid out when a day is stated.
    """

    network_difficulty: Decimal
    subsidy_sats: int = 312_500_000
    mean_fees_sats: Decimal = Decimal(0)
    fee_pct: Decimal = Decimal(0)
    payout_above_sats: int = 100_000


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What the pool states of one account and day.

    Attributes:
        account: the account.
        day: day in UTC.
        revision: 1 for the first statement of the day, more for a correction.
        accepted_diff: difficulty of accepted shares.
        rejected_diff: difficulty of rejected shares.
        gross_sats: FPPS expectation of the work.
        fee_sats: what the pool keeps.
        net_sats: what it credits.
        stated_us: when it was stated, microseconds since 1970 UTC.
    """

    account: str
    day: date
    revision: int
    accepted_diff: int
    rejected_diff: int
    gross_sats: int
    fee_sats: int
    net_sats: int
    stated_us: int


class PaidOut(msgspec.Struct, frozen=True, kw_only=True):
    """A payout.

    Attributes:
        account: whose balance.
        address: where it went.
        sats: how much.
        txid: transaction that pays.
        at_us: when, microseconds since 1970 UTC.
    """

    account: str
    address: str
    sats: int
    txid: str
    at_us: int


@dataclass(slots=True)
class WorkerTally:
    """One worker's work on one day.

    Attributes:
        accepted_diff: difficulty of accepted shares.
        rejected_diff: difficulty of rejected shares.
    """

    accepted_diff: int = 0
    rejected_diff: int = 0


@dataclass(slots=True)
class Account:
    """One account's books.

    Attributes:
        work: tallies by worker of each day that is not stated yet.
        seen: when each worker last had a share accepted, microseconds since 1970 UTC.
        buckets: accepted difficulty by ten minutes, for the hash rate.
        statements: the latest statement of each day.
        corrected: days that were corrected as a fault.
        paid: payouts, oldest first.
        owed_sats: balance; a correction may take it below zero.
    """

    work: dict[date, dict[str, WorkerTally]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    buckets: dict[int, int] = field(default_factory=dict)
    statements: dict[date, Statement] = field(default_factory=dict)
    corrected: set[date] = field(default_factory=set)
    paid: list[PaidOut] = field(default_factory=list)
    owed_sats: int = 0


class PoolBook:
    """The books of all accounts.

    Args:
        terms: what the pool pays by.
        began_us: when it began; the first day that is stated is the one of this instant.
        faults: what it does wrong.
    """

    def __init__(self, terms: Terms, began_us: int, faults: Sequence[PoolFault] = ()) -> None:
        self.terms, self.faults = terms, tuple(faults)
        self.accounts: dict[str, Account] = {}
        self.open_day = utc_day(began_us)

    def account(self, name: str) -> Account:
        """An account; it is opened by its first work."""
        return self.accounts.setdefault(name, Account())

    def credit_work(self, worker: str, accepted_diff: int, rejected_diff: int, at_us: int) -> None:
        """Count work of a worker, "account.worker".

        Work of a day that is stated already counts in the first day that is not: nothing is lost, and no statement
        changes.

        Raises:
            InputError: a difficulty is negative, or the worker has no account.
        """
        name = worker.partition(".")[0]
        if not name or accepted_diff < 0 or rejected_diff < 0:
            raise InputError(
                f"work of {accepted_diff} accepted and {rejected_diff} rejected by '{worker}' cannot be.",
                remedy="Name the worker account.worker and count from zero.",
                field="worker" if not name else "accepted_diff",
            )
        account = self.account(name)
        day = max(utc_day(at_us), self.open_day)
        tally = account.work.setdefault(day, {}).setdefault(worker, WorkerTally())
        tally.accepted_diff += accepted_diff
        tally.rejected_diff += rejected_diff
        if accepted_diff:
            account.seen[worker] = max(account.seen.get(worker, 0), at_us)
            bucket = at_us // (_BUCKET_S * _SECOND_US)
            account.buckets[bucket] = account.buckets.get(bucket, 0) + accepted_diff
            if len(account.buckets) > 2 * _BUCKETS_KEPT:
                account.buckets = {k: v for k, v in account.buckets.items() if k > bucket - _BUCKETS_KEPT}

    def hashrate_hs(self, name: str, now_us: int, window_s: int = 3600) -> int:
        """Mean hash rate of an account, H/s, over the whole ten minutes within a window that ends now."""
        account = self.accounts.get(name, Account())
        last, count = now_us // (_BUCKET_S * _SECOND_US), max(window_s // _BUCKET_S, 1)
        accepted = sum(account.buckets.get(last - back, 0) for back in range(1, count + 1))
        return accepted * HASHES_PER_DIFFICULTY // (count * _BUCKET_S)

    def state_days(self, now_us: int) -> list[Statement]:
        """State every day that has ended; returns the new statements, corrections among them."""
        stated: list[Statement] = []
        while self.open_day < utc_day(now_us):
            for name, account in sorted(self.accounts.items()):
                stated += [self._state(name, account, now_us), *self._corrections(name, account, now_us)]
            self.open_day += timedelta(days=1)
        return stated

    def due(self) -> Iterator[tuple[str, int]]:
        """Accounts whose balance is to be paid out, with the balance."""
        for name, account in sorted(self.accounts.items()):
            if account.owed_sats >= max(self.terms.payout_above_sats, 1):
                yield name, account.owed_sats

    def pay(self, paid: PaidOut) -> None:
        """Take a payout out of the balance."""
        account = self.account(paid.account)
        account.owed_sats -= paid.sats
        account.paid.append(paid)

    def _state(self, name: str, account: Account, now_us: int) -> Statement:
        tallies = account.work.pop(self.open_day, {}).values()
        accepted = sum(tally.accepted_diff for tally in tallies)
        rejected = sum(tally.rejected_diff for tally in tallies)
        return self._put(name, account, self.open_day, accepted, rejected, now_us)

    def _corrections(self, name: str, account: Account, now_us: int) -> Iterator[Statement]:
        for fault in self.faults:
            due = fault.kind == "late-correction" and fault.day + timedelta(days=fault.after_days) <= self.open_day
            first = account.statements.get(fault.day)
            if due and first and fault.day not in account.corrected:
                account.corrected.add(fault.day)
                accepted = int(first.accepted_diff * (100 + fault.change_pct) / 100)
                yield self._put(name, account, fault.day, accepted, first.rejected_diff, now_us)

    def _put(self, name: str, account: Account, day: date, accepted: int, rejected: int, now_us: int) -> Statement:
        terms, before = self.terms, account.statements.get(day)
        wrong = (fault.fee_pct for fault in self.faults if fault.kind == "wrong-fee" and fault.day == day)
        credit = fpps_credit(
            accepted,
            terms.network_difficulty,
            terms.subsidy_sats + terms.mean_fees_sats,
            next(wrong, terms.fee_pct),
        )
        statement = Statement(
            account=name,
            day=day,
            revision=before.revision + 1 if before else 1,
            accepted_diff=accepted,
            rejected_diff=rejected,
            gross_sats=credit.gross_sats,
            fee_sats=credit.fee_sats,
            net_sats=credit.net_sats,
            stated_us=now_us,
        )
        account.statements[day] = statement
        account.owed_sats += credit.net_sats - (before.net_sats if before else 0)
        return statement


def utc_day(at_us: int) -> date:
    """The day in UTC of an instant."""
    return datetime.fromtimestamp(at_us // _SECOND_US, UTC).date()


def midnight_us(day: date) -> int:
    """The first instant of a UTC day, microseconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * _SECOND_US
