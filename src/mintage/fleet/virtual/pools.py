"""What a machine works for: its pools, the shares that they accepted, and the work that it really did."""

from __future__ import annotations

import math

import msgspec

from mintage.fleet.virtual.physics import HASHES_PER_DIFF1


class PoolUse(msgspec.Struct, frozen=True):
    """A pool that a machine is set to.

    Attributes:
        url: stratum URL.
        worker: name to work under.
        password: what the pool wants with it.
    """

    url: str
    worker: str
    password: str = "x"  # noqa: S105  what pools expect from everybody


class Work(msgspec.Struct, frozen=True):
    """Work that one machine did for one worker at one pool.

    Attributes:
        address: where the machine is.
        pool_url: pool that got the shares.
        worker: name that they were sent under.
        accepted_diff: difficulty of accepted shares.
        rejected_diff: difficulty of rejected shares.
    """

    address: str
    pool_url: str
    worker: str
    accepted_diff: int
    rejected_diff: int


class Theft(msgspec.Struct, frozen=True):
    """Firmware that sends a part of the shares elsewhere and counts them as the owner's.

    Attributes:
        share: part of the shares.
        url: where they go.
        worker: whose they become.
    """

    share: float
    url: str
    worker: str


class Tally:
    """Shares of one machine since it booted, and the work not yet handed to a pool.

    The k-th share comes when the work done passes k share difficulties, so that the count depends on the work alone
    and not on when somebody looks.

    Args:
        share_diff: difficulty of each share.
        phase: where in the first share's work the machine starts, 0 to 1.
        rejected_share: part of shares that pools reject.
    """

    __slots__ = ("accepted", "last_share_s", "pending", "phase", "rejected", "rejected_share", "share_diff", "shares")

    def __init__(self, share_diff: int, phase: float, rejected_share: float) -> None:
        self.share_diff, self.phase, self.rejected_share = share_diff, phase, rejected_share
        self.pending: dict[tuple[str, str], list[int]] = {}
        self.accepted: dict[int, int] = {}
        self.rejected: dict[int, int] = {}
        self.shares, self.last_share_s = 0, 0.0

    def restart(self) -> None:
        """The machine booted: its counters begin at 0; work not yet handed over stays."""
        self.accepted, self.rejected = {}, {}
        self.shares, self.last_share_s = 0, 0.0

    def reach(self, work_diff: float, now_s: float, number: int, pool: PoolUse, theft: Theft | None) -> None:
        """Count the shares that work up to `work_diff` (since boot) brought, all of them to one pool."""
        shares = int(work_diff / self.share_diff + self.phase)
        if shares <= self.shares:
            return
        before, self.shares, self.last_share_s = self.shares, shares, now_s
        rejected = self._part(shares, self.rejected_share) - self._part(before, self.rejected_share)
        accepted = shares - before - rejected
        self.accepted[number] = self.accepted.get(number, 0) + accepted
        self.rejected[number] = self.rejected.get(number, 0) + rejected
        stolen = min(self._part(shares, theft.share) - self._part(before, theft.share), accepted) if theft else 0
        self._owe(pool.url, pool.worker, accepted - stolen, rejected)
        if theft and stolen:
            self._owe(theft.url, theft.worker, stolen, 0)

    def drain(self, address: str) -> list[Work]:
        """Work since the last call, one row for each pool and worker."""
        pending, self.pending = self.pending, {}
        return [Work(address, url, worker, *counts) for (url, worker), counts in pending.items()]

    def _owe(self, url: str, worker: str, accepted: int, rejected: int) -> None:
        counts = self.pending.setdefault((url, worker), [0, 0])
        counts[0] += accepted * self.share_diff
        counts[1] += rejected * self.share_diff

    def _part(self, shares: int, share: float) -> int:
        return int(shares * share + self.phase)


def share_difficulty(hashrate_ths: float) -> int:
    """Difficulty of a share for about ten a minute, a power of two as pools set it."""
    per_minute = hashrate_ths * 1e12 * 60 / HASHES_PER_DIFF1
    return int(2 ** max(round(math.log2(per_minute / 10)), 10))
