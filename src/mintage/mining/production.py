"""What a pool should have credited for a day's hashing, and whether it did.

Under FPPS a pool pays the expectation of every share, subsidy and average fees alike, so luck plays no part: what
was credited differs from the expectation only by hash rate that did not arrive (outage, rejected shares), by the
pool's fee, or by how the pool averages fees.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import msgspec

from mintage.journal.lots import share
from mintage.market.network import expected_blocks
from mintage.units.errors import InputError

_DAY_SECONDS = 86_400


class ProductionCheck(msgspec.Struct, frozen=True):
    """A day's credit beside its expectation.

    Attributes:
        expected_sats: FPPS expectation, or None where an input is unknown.
        earned_sats: what the pool credited.
        gap_pct: (earned - expected) / expected, per cent; None where it is unknown.
        ok: whether the gap is within the tolerance; None where it is unknown.
        reason: what is unknown, or "".
    """

    expected_sats: int | None
    earned_sats: int
    gap_pct: Decimal | None
    ok: bool | None
    reason: str = ""


class Credit(msgspec.Struct, frozen=True):
    """What FPPS owes for work that a pool counted, in whole satoshis; gross less fee is net, exactly.

    Attributes:
        gross_sats: expectation of the work, rounded half up.
        net_sats: expectation less the pool's fee, rounded half up.
    """

    gross_sats: int
    net_sats: int

    @property
    def fee_sats(self) -> int:
        """What the pool keeps."""
        return self.gross_sats - self.net_sats


def fpps_credit(accepted_diff: int, difficulty: Decimal, reward_sats: Decimal, fee_pct: Decimal = Decimal(0)) -> Credit:
    """What a pool owes under FPPS for accepted shares.

    Args:
        accepted_diff: sum of the difficulties of accepted shares.
        difficulty: network difficulty.
        reward_sats: subsidy and mean fees of a block, satoshis.
        fee_pct: the pool's fee, per cent.

    Raises:
        InputError: the difficulty is not positive, work or reward is negative, or the fee is not in 0 to 100 per cent.

    Source: a share of difficulty d stands for d * 2**32 hashes, so shares of accepted difficulty A are expected to
    find A / difficulty blocks: A / difficulty * reward * (1 - fee).
    """
    if not difficulty > 0:
        raise InputError(f"the difficulty is {difficulty}.", remedy="It must be more than zero.", field="difficulty")
    if accepted_diff < 0 or reward_sats < 0:
        raise InputError(
            "work and reward cannot be negative.", field="accepted_diff" if accepted_diff < 0 else "reward"
        )
    _check_fee(fee_pct)
    gross = accepted_diff * Fraction(reward_sats) / Fraction(difficulty)
    net = gross * (1 - Fraction(fee_pct) / 100)
    return Credit(share(1, *gross.as_integer_ratio()), share(1, *net.as_integer_ratio()))


def fpps_expected_sats(
    hashrate_ths: Decimal,
    difficulty: Decimal,
    subsidy_sats: int,
    fees_sats: Decimal,
    *,
    pool_fee_pct: Decimal = Decimal(0),
    seconds: int = _DAY_SECONDS,
) -> int:
    """Satoshis that a pool owes for a day under FPPS.

    Args:
        hashrate_ths: average operating hash rate, TH/s.
        difficulty: network difficulty of the day.
        subsidy_sats: subsidy of a block, satoshis.
        fees_sats: average fees of a block over the pool's window, satoshis.
        pool_fee_pct: the pool's fee, per cent.
        seconds: length of the time, s.

    Raises:
        InputError: the difficulty is not positive, the hash rate is negative or the fee not in 0 to 100 per cent.

    Source: hashes / (difficulty * 2**32) * (subsidy + average fees) * (1 - pool fee), rounded half up.
    """
    if hashrate_ths < 0:
        raise InputError(f"a hash rate of {hashrate_ths} TH/s cannot be.", field="hashrate")
    _check_fee(pool_fee_pct)
    gross = expected_blocks(hashrate_ths, seconds, difficulty) * (subsidy_sats + fees_sats)
    return int((gross * (100 - pool_fee_pct) / 100).to_integral_value(ROUND_HALF_UP))


def check_production(
    earned_sats: int, expected_sats: int | None, tolerance_pct: Decimal, reason: str = ""
) -> ProductionCheck:
    """Whether a credit is what FPPS owes, within a tolerance.

    Args:
        earned_sats: what the pool credited.
        expected_sats: `fpps_expected_sats`, or None where an input of it is unknown.
        tolerance_pct: largest gap either way that passes, per cent.
        reason: what is unknown, where `expected_sats` is None.

    Raises:
        InputError: the expectation is missing and no reason says why.
    """
    if expected_sats is None:
        if not reason:
            raise InputError("the expectation is missing without a reason.", remedy="Say what is unknown.")
        return ProductionCheck(None, earned_sats, None, None, reason)
    if expected_sats == 0:
        unknown = "nothing was expected, so there is no gap in per cent."
        return ProductionCheck(0, earned_sats, None, earned_sats == 0, unknown)
    gap_pct = Decimal(earned_sats - expected_sats) * 100 / expected_sats
    return ProductionCheck(expected_sats, earned_sats, gap_pct, abs(gap_pct) <= tolerance_pct)


def _check_fee(fee_pct: Decimal) -> None:
    if not 0 <= fee_pct <= 100:
        raise InputError(f"{fee_pct} is not a fee in per cent.", remedy="Give 0 to 100.", field="pool_fee_pct")
