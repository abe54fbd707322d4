"""The `PoolAdapter` port: what every source of a pool's statements can do, and the rows that it answers with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from mintage.market.network import HASHES_PER_DIFFICULTY
from mintage.units.errors import WireError

_DAY_SECONDS = 86_400
OPTIONAL = (
    "gross_sats",
    "fee_sats",
    "accepted_diff",
    "rejected_diff",
    "hashrate_ths",
    "network_difficulty",
    "subsidy_sats",
    "mean_fees_sats",
)
"""Fields of a day that a pool may be silent about."""


class PoolDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool states of one account and UTC day. None means that it is silent; `silent` says why.

    Attributes:
        pool: name of the adapter.
        account: account or user at the pool.
        day: day in UTC.
        net_sats: what it credits, satoshis, net of its fee.
        gross_sats: the same before its fee.
        fee_sats: its fee.
        accepted_diff: difficulty of the shares that it accepted.
        rejected_diff: difficulty of the shares that it rejected.
        hashrate_ths: mean hash rate that it counted, TH/s.
        network_difficulty: network difficulty that it paid by.
        subsidy_sats: subsidy of a block that it paid by, satoshis.
        mean_fees_sats: mean fees of a block that it paid by, satoshis.
        revision: 1, or more where it says itself that it corrected the day.
        silent: field to the reason why it is None.
        source: URL or file that says it, without any credential.
        sha256: hex digest of what was read.
    """

    pool: str
    account: str
    day: date
    net_sats: int
    gross_sats: int | None = None
    fee_sats: int | None = None
    accepted_diff: int | None = None
    rejected_diff: int | None = None
    hashrate_ths: Decimal | None = None
    network_difficulty: Decimal | None = None
    subsidy_sats: int | None = None
    mean_fees_sats: Decimal | None = None
    revision: int = 1
    silent: dict[str, str] = {}
    source: str = ""
    sha256: str = ""

    def work(self) -> tuple[int | None, str]:
        """Difficulty of the work that the pool counted, and how it is known or why not.

        Source: a hash rate of H hashes/s over a day is H * 86,400 / 2**32 shares of difficulty 1.
        """
        if self.accepted_diff is not None:
            return self.accepted_diff, "accepted shares"
        if self.hashrate_ths is None:
            return None, self.silent.get("accepted_diff", "the pool does not state it.")
        shares = self.hashrate_ths * 10**12 * _DAY_SECONDS / HASHES_PER_DIFFICULTY
        return int(shares.to_integral_value()), "from its mean hash rate"


class PoolPayout(msgspec.Struct, frozen=True, kw_only=True):
    """A payout that a pool says it made.

    Attributes:
        pool: name of the adapter.
        account: account or user at the pool.
        txid: transaction that pays.
        sats: amount, satoshis.
        at_us: when, microseconds since 1970 UTC.
        address: where it went; "" where the pool does not say.
    """

    pool: str
    account: str
    txid: str
    sats: int
    at_us: int
    address: str = ""


class PoolHashrate(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool sees now.

    Attributes:
        hashrate_ths: mean hash rate, TH/s.
        window_s: over how long, s.
        workers: workers online; None where the pool does not say.
    """

    hashrate_ths: Decimal
    window_s: int
    workers: int | None = None


class PoolAdapter(Protocol):
    """One way to read one kind of pool. A form that changed is refused whole: nothing is half-read."""

    name: str

    async def days(self, account: str, first: date, last: date) -> list[PoolDay]:
        """Statements of the UTC days from first to last, in order; a day that the pool does not state is left out.

        Raises:
            WireError: the pool did not answer, or not in its form.
            InputError: a file of statements cannot be read.
        """
        ...

    async def payouts(self, account: str, first: date, last: date) -> list[PoolPayout]:
        """Payouts of the UTC days from first to last, oldest first.

        Raises:
            WireError: as `days`.
            InputError: as `days`.
        """
        ...

    async def hashrate(self, account: str) -> PoolHashrate | None:
        """What the pool sees now, or None where this source cannot tell.

        Raises:
            WireError: as `days`.
            InputError: as `days`.
        """
        ...


class PoolAbout(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one kind of pool.

    Attributes:
        name: name of the adapter.
        title: the pool's own name.
        scheme: how it pays: "FPPS" pays the expectation of each share, others depend on luck.
        states: fields of a day that it states.
        silent: field that it does not state to the reason.
        source: documentation of its form.
        read: day on which that was read.
    """

    name: str
    title: str
    scheme: str
    states: tuple[str, ...]
    silent: dict[str, str]
    source: str
    read: date


class FormChanged(WireError):
    """A pool's answer is not in its form.

    Args:
        pool: name of the adapter.
        field: where in the answer.
        expected: what should be there.
        got: what is there.
        source: documentation of the form.
    """

    def __init__(self, *, pool: str, field: str, expected: str, got: Any, source: str = "") -> None:
        shown = "missing" if got is MISSING else f"{_excerpt(got)}"
        where = f" Compare it with {source}" if source else ""
        super().__init__(
            f"field '{field}' should be {expected}, but is {shown}.",
            peer=pool,
            remedy=f"Nothing of this answer was used; its form may have changed.{where}",
        )
        self.field, self.expected = field, expected


class _Missing:
    """What stands where nothing is; None is a value of JSON."""


MISSING = _Missing()


def _excerpt(value: Any) -> str:
    if isinstance(value, dict | list):
        return f"a{'n object' if isinstance(value, dict) else ' list'} of {len(value)}"
    text = repr(str(value)) if isinstance(value, str) else f"{value}"
    return text if len(text) <= 60 else f"{text[:60]}..."
