"""The bitcoin network's arithmetic: subsidy, targets, retargets, and what a hash is worth.

Consensus quantities are exact integers (heights, seconds, satoshis, 256-bit targets). Economic ones are `Decimal`
with 28 significant digits; each function says the unit of what it takes and gives.

Source: consensus rules as in Bitcoin Core (`validation.cpp`, `pow.cpp`, `arith_uint256.cpp`); the economic identities
follow from them and are written out where they stand.
"""

from __future__ import annotations

from decimal import Decimal

from mintage.units.errors import InputError

HALVING_BLOCKS = 210_000
SUBSIDY_SATS_FIRST = 50 * 10**8
RETARGET_BLOCKS = 2016
BLOCK_SECONDS = 600
RETARGET_SECONDS = RETARGET_BLOCKS * BLOCK_SECONDS
RETARGET_CLAMP = 4
TARGET_MAX = 2**224 - 1
"""The easiest target that main net allows (`powLimit`)."""
TARGET_ONE = 0xFFFF << 208
"""The target of difficulty 1."""
HASHES_PER_DIFFICULTY = 2**32
"""Mean number of hashes per block at difficulty 1, as the trade counts it.

The exact mean is 2**256 / (target + 1), which is larger by 1.5e-5; pools and indices use 2**32.
"""
_DAY_SECONDS = 86_400
_SIGN_BIT = 0x0080_0000


def subsidy_sats(height: int) -> int:
    """New bitcoin in the block at a height, in satoshis.

    Raises:
        InputError: the height is negative.

    Source: 50 BTC, halved every 210,000 blocks; `GetBlockSubsidy` of Bitcoin Core.
    """
    if height < 0:
        raise InputError(f"{height} is not a block height.", remedy="Heights count from 0.")
    return SUBSIDY_SATS_FIRST >> (height // HALVING_BLOCKS)


def target_from_bits(bits: str) -> int:
    """The target that 8 hexadecimal digits of compact bits stand for.

    Raises:
        InputError: they are not 8 hexadecimal digits, or stand for a negative, zero or too large target.

    Source: `arith_uint256::SetCompact` of Bitcoin Core: one byte of size, three of signed mantissa, base 256.
    """
    try:
        compact = int(bits, 16) if len(bits) == 8 else -1
    except ValueError:
        compact = -1
    if compact < 0:
        raise InputError(f"'{bits}' is not a compact target.", remedy="Write 8 hexadecimal digits, such as 1d00ffff.")
    size, mantissa = compact >> 24, compact & (_SIGN_BIT - 1)
    shift = 8 * (size - 3)
    target = mantissa << shift if shift >= 0 else mantissa >> -shift
    if compact & _SIGN_BIT or not 0 < target < 2**256:
        raise InputError(
            f"'{bits}' stands for a target that no block can have.", remedy="Copy `bits` from the block header."
        )
    return target


def bits_from_target(target: int) -> str:
    """The compact bits of a target, which keep its first three bytes (16 to 23 significant bits).

    Raises:
        InputError: the target is not in 1 .. 2**256 - 1.

    Source: `arith_uint256::GetCompact` of Bitcoin Core.
    """
    if not 0 < target < 2**256:
        raise InputError(f"{target} is not a target.", remedy="Targets lie between 1 and 2**256 - 1.")
    size = (target.bit_length() + 7) // 8
    shift = 8 * (size - 3)
    mantissa = target >> shift if shift >= 0 else target << -shift
    if mantissa & _SIGN_BIT:  # the mantissa is signed: make room for the sign
        mantissa >>= 8
        size += 1
    return f"{size << 24 | mantissa:08x}"


def retarget(bits: str, first_time_s: int, last_time_s: int) -> str:
    """The compact bits of the next 2016 blocks.

    Args:
        bits: compact bits of the 2016 blocks that end.
        first_time_s: header time of the first of them, seconds since 1970 UTC.
        last_time_s: header time of the last of them, seconds since 1970 UTC.

    Raises:
        InputError: `bits` is not a compact target.

    Source: `CalculateNextWorkRequired` of Bitcoin Core: target * timespan / two weeks, the timespan held within a
    factor of four. The span covers 2015 intervals, not 2016, as it always has.
    """
    lowest, highest = RETARGET_SECONDS // RETARGET_CLAMP, RETARGET_SECONDS * RETARGET_CLAMP
    timespan_s = min(max(last_time_s - first_time_s, lowest), highest)
    target = target_from_bits(bits) * timespan_s // RETARGET_SECONDS
    return bits_from_target(min(target, TARGET_MAX))


def difficulty(target: int) -> Decimal:
    """How many times harder than difficulty 1 a target is to meet (no unit).

    Raises:
        InputError: the target is not positive.

    Source: target of difficulty 1 / target; `GetDifficulty` of Bitcoin Core.
    """
    return Decimal(TARGET_ONE) / _positive(Decimal(target), "target")


def implied_hashrate_ths(difficulty_: Decimal, blocks: int = 1, seconds: int = BLOCK_SECONDS) -> Decimal:
    """Hash rate of the whole network, TH/s, that finds so many blocks in so many seconds at a difficulty.

    The defaults give the hash rate that the difficulty is made for.

    Raises:
        InputError: the difficulty or the number of seconds is not positive.

    Source: difficulty * 2**32 * blocks / seconds hashes per second.
    """
    hashes = _positive(difficulty_, "difficulty") * HASHES_PER_DIFFICULTY * blocks
    return hashes / _positive(Decimal(seconds), "seconds") / 10**12


def expected_blocks(hashrate_ths: Decimal, seconds: int, difficulty_: Decimal) -> Decimal:
    """Mean number of blocks that a hash rate finds in a time.

    Args:
        hashrate_ths: average hash rate, TH/s.
        seconds: length of the time, s.
        difficulty_: network difficulty.

    Raises:
        InputError: the difficulty is not positive.

    Source: hashes / (difficulty * 2**32).
    """
    return hashrate_ths * 10**12 * seconds / (_positive(difficulty_, "difficulty") * HASHES_PER_DIFFICULTY)


def hashprice_usd_ph_day(difficulty_: Decimal, reward_btc: Decimal, price_usd: Decimal) -> Decimal:
    """What one PH/s is expected to earn in a day, USD/PH/day.

    Args:
        difficulty_: network difficulty.
        reward_btc: subsidy plus average fees of a block, BTC.
        price_usd: price of bitcoin, USD/BTC.

    Raises:
        InputError: the difficulty is not positive.

    Source: 1e15 * 86400 / (difficulty * 2**32) * (subsidy + fees) * price.
    """
    return expected_blocks(Decimal(1000), _DAY_SECONDS, difficulty_) * reward_btc * price_usd


def curtail_above_usd_mwh(hashprice: Decimal, efficiency_j_th: Decimal, pue: Decimal = Decimal(1)) -> Decimal:
    """Power price above which a machine earns less than its power costs, USD/MWh.

    Args:
        hashprice: USD/PH/day.
        efficiency_j_th: machine efficiency, J/TH.
        pue: power usage effectiveness, energy of the site per energy of its machines.

    Raises:
        InputError: efficiency or PUE is not positive.

    Source: hashprice / (0.024 * efficiency * PUE); 1 PH/s at 1 J/TH draws 1 kW, which is 0.024 MWh a day.
    """
    energy_mwh_ph_day = Decimal("0.024") * _positive(efficiency_j_th, "efficiency") * _positive(pue, "PUE")
    return hashprice / energy_mwh_ph_day


def payback_days(
    price_usd_th: Decimal, hashprice: Decimal, efficiency_j_th: Decimal, power_usd_mwh: Decimal
) -> Decimal | None:
    """Days until a machine has earned its price at today's hashprice, or None where it earns nothing over its power.

    Args:
        price_usd_th: price of the machine, USD per TH/s.
        hashprice: USD/PH/day.
        efficiency_j_th: machine efficiency, J/TH.
        power_usd_mwh: power price, USD/MWh.

    Source: price / (hashprice / 1000 - 24e-6 * efficiency * power price).
    """
    margin_usd_th_day = hashprice / 1000 - Decimal("0.000024") * efficiency_j_th * power_usd_mwh
    return price_usd_th / margin_usd_th_day if margin_usd_th_day > 0 else None


def _positive(value: Decimal, what: str) -> Decimal:
    if not value > 0:
        raise InputError(f"the {what} is {value}.", remedy="It must be more than zero.", field=what)
    return value
