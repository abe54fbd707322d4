"""The virtual pool as a whole: shares and HTTP in, statements and payouts out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

import msgspec

from mintage.mining.virtual.api import pool_api
from mintage.mining.virtual.book import PaidOut, PoolBook, Terms, midnight_us
from mintage.mining.virtual.faults import PoolFault
from mintage.mining.virtual.jobs import Jobs
from mintage.mining.virtual.stratum import StratumServer
from mintage.units.clock import Clock
from mintage.units.errors import MintageError
from mintage.wire.serve import serving

STATED_AFTER_S = 300
"""A day is stated so long after its end, so that work counted at its end is in it."""


_SHARE_DIFFICULTY = 1 << 19
"""A machine of 200 TH/s finds one such share in eleven seconds."""


class Payer(Protocol):
    """Who makes the payouts' transactions, such as the virtual chain."""

    async def pay(self, address: str, sats: int) -> str:
        """Pay, and give the id of the transaction."""
        ...


class PoolSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how the pool works.

    Attributes:
        terms: what it pays by.
        stratum: host and port for shares; port 0 chooses one.
        http: host and port of the API, likewise.
        seed: what makes two pools equal.
        share_difficulty: difficulty that shares are set to.
        refresh_s: seconds between jobs; divides ten minutes.
        token_hashes: SHA-256 of the tokens that may read the API, hex; with none anybody may.
        faults: what it does wrong.
    """

    terms: Terms
    stratum: tuple[str, int] = ("127.0.0.1", 0)
    http: tuple[str, int] = ("127.0.0.1", 0)
    seed: int = 1
    share_difficulty: int = _SHARE_DIFFICULTY
    refresh_s: int = 60
    token_hashes: frozenset[str] = frozenset()
    faults: tuple[PoolFault, ...] = ()


class VirtualPool:
    """The pool; it works while its context is open.

    Args:
        settings: where and how it works.
        clock: its time.
        payer: makes the payouts; balances only grow where there is none.
        addresses: account to the address that it is paid to.
    """

    def __init__(
        self,
        settings: PoolSettings,
        clock: Clock,
        payer: Payer | None = None,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        terms = settings.terms
        self.settings, self.clock = settings, clock
        self.book = PoolBook(terms, clock.now_us(), settings.faults)
        reward_sats = terms.subsidy_sats + int(terms.mean_fees_sats)
        jobs = Jobs(settings.seed, terms.network_difficulty, reward_sats, refresh_s=settings.refresh_s)
        self.stratum = StratumServer(jobs, self.book.credit_work, clock, share_difficulty=settings.share_difficulty)
        self.stratum_port = self.http_port = 0
        self._payer, self._addresses = payer, dict(addresses or {})
        self._open = AsyncExitStack()
        self._stating: asyncio.Task[None] | None = None
        self.unpaid: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Base URL of the API."""
        return f"http://{self.settings.http[0]}:{self.http_port}"

    @property
    def accounts(self) -> Collection[str]:
        """Names of the accounts that have worked."""
        return self.book.accounts.keys()

    async def __aenter__(self) -> Self:
        api = pool_api(self.book, self.clock, self.settings.token_hashes)
        try:
            self.stratum_port = await self._open.enter_async_context(self.stratum.listening(*self.settings.stratum))
            self.http_port = await self._open.enter_async_context(serving(api, *self.settings.http))
        except BaseException:
            await self._open.aclose()
            raise
        self._stating = asyncio.create_task(self._state_days())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stating:
            self._stating.cancel()
            await asyncio.gather(self._stating, return_exceptions=True)
        await self._open.aclose()

    def credit_work(self, worker: str, accepted_diff: int, rejected_diff: int, at_us: int) -> None:
        """Count work of machines whose shares do not come over the wire; see `PoolBook.credit_work`."""
        self.book.credit_work(worker, accepted_diff, rejected_diff, at_us)

    def pay_to(self, account: str, address: str) -> None:
        """Pay an account's balance to an address from now on."""
        self._addresses[account] = address

    async def settle(self) -> None:
        """State the days that have ended, and pay the balances that are due."""
        now_us = self.clock.now_us()
        self.book.state_days(now_us)
        for account, sats in list(self.book.due()):
            await self._pay(account, sats)

    async def _pay(self, account: str, sats: int) -> None:
        address = self._addresses.get(account)
        if self._payer is None or address is None:
            self.unpaid[account] = "nobody pays here." if address else "the account has no address."
            return
        try:
            txid = await self._payer.pay(address, sats)
        except (MintageError, OSError) as error:
            self.unpaid[account] = str(error)  # the balance stands, and is due again tomorrow
            return
        self.unpaid.pop(account, None)
        paid = PaidOut(account=account, address=address, sats=sats, txid=txid, at_us=self.clock.now_us())
        self.book.pay(paid)

    async def _state_days(self) -> None:
        while True:
            ends_us = midnight_us(self.book.open_day + timedelta(days=1)) + STATED_AFTER_S * 1_000_000
            await self.clock.sleep((ends_us - self.clock.now_us()) / 1_000_000)
            await self.settle()


def share_difficulty_at(speed: float) -> int:
    """Difficulty of shares for a clock that runs so many times as fast, so that a machine sends one a second or so."""
    doublings = max(0, math.ceil(math.log2(max(speed, 1) / 16)))
    return _SHARE_DIFFICULTY << doublings
