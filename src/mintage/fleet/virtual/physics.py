"""How a machine turns clock, voltage and cooling into hash rate, heat and power.

Source: laws found on public captures of an A1066, A1246, A15 and Q; each is a test on the replies of our machines.
"""

from __future__ import annotations

import math

import msgspec

from mintage.fleet.models import Model

HASHES_PER_DIFF1 = 2**32
TRIP_C = 98.0
"""Mean chip temperature at which a machine stops itself."""
HEAT_TAU_S = 90.0
"""Time constant of chips and heat sinks."""
_LADDER = (0.867, 0.919, 0.980, 1.0405)
"""Clock of each PLL step over the mean clock, as in a capture of a 15-194."""
_REFERENCE_C = 30.0
_REFERENCE_DUTY = 0.49
_DUTY_EXPONENT = 0.6
_DUTY_MIN = 0.15
_LIQUID_RISE_SHARE = 0.9


class Point(msgspec.Struct, frozen=True):
    """An operating point.

    Attributes:
        sf_mhz: clock of each PLL step.
        pll: for each board, how many PLLs run at each step; zeros for a dead board.
        freq_mhz: mean clock of the boards that live.
        ghs: hash rate that clock and chips imply, before errors, GH/s.
        chips: chips of the boards that live.
        hash_w: power to the boards at this point.
    """

    sf_mhz: tuple[int, int, int, int]
    pll: tuple[tuple[int, int, int, int], ...]
    freq_mhz: float
    ghs: float
    chips: int
    hash_w: float


def operating_point(
    model: Model, *, clock_mhz: float, hash_w: float, pll_shares: tuple[tuple[float, ...], ...], dead: frozenset[int]
) -> Point:
    """The point at which a machine runs when its mean clock should be `clock_mhz`.

    The clock that results is the mean over living boards of their PLL-weighted steps, so it differs a little from
    the one asked for, as on real machines.

    Args:
        model: what it is.
        clock_mhz: mean clock aimed at.
        hash_w: power to all boards at that clock.
        pll_shares: for each board, shares of its PLLs at the four steps.
        dead: boards that do not work.
    """
    steps = [max(round(clock_mhz * share), 1) for share in _LADDER]
    sf_mhz = (steps[0], steps[1], steps[2], steps[3])
    total = model.pll_per_chip * model.chips_per_board
    pll = tuple((0, 0, 0, 0) if board in dead else _counts(total, pll_shares[board]) for board in range(model.boards))
    alive = [counts for board, counts in enumerate(pll) if board not in dead]
    means = [sum(n * mhz for n, mhz in zip(counts, sf_mhz, strict=True)) / total for counts in alive]
    freq_mhz = sum(means) / len(means) if means else 0.0
    chips = len(alive) * model.chips_per_board
    return Point(
        sf_mhz,
        pll,
        freq_mhz,
        ghs_of(model, freq_mhz, chips),
        chips,
        hash_w * len(alive) / model.boards,
    )


def ghs_of(model: Model, freq_mhz: float, chips: int) -> float:
    """Hash rate before errors, GH/s: K x clock in MHz x chips / 1000."""
    return model.ghs_per_mhz_per_1000_chips * freq_mhz * chips / 1000


def clock_for(model: Model, hashrate_ths: float, error_share: float) -> float:
    """Clock in MHz at which all boards together reach a hash rate after errors."""
    ghs = hashrate_ths * 1000 / (1 - error_share)
    return ghs * 1000 / (model.ghs_per_mhz_per_1000_chips * model.chips)


def duty_for(model: Model, power_share: float, ambient_c: float) -> float:
    """Fan duty (0.15 to 1) that holds the target temperature, or full duty where nothing holds it."""
    if not model.fans or power_share <= 0:
        return 0.0
    room = model.chip_target_c - ambient_c
    if room <= 0:
        return 1.0
    needed = power_share * (model.chip_target_c - _REFERENCE_C) / room
    duty = _REFERENCE_DUTY * math.pow(needed, 1 / _DUTY_EXPONENT)
    return min(max(duty, _DUTY_MIN), 1.0)


def settled_c(model: Model, power_share: float, ambient_c: float, duty: float, resistance: float) -> float:
    """Mean chip temperature that a machine settles at.

    Args:
        model: what it is.
        power_share: power to the boards over the nominal.
        ambient_c: air at the inlet, or liquid.
        duty: fan duty; ignored in liquid.
        resistance: 1 for a clean machine; more where heat leaves badly.
    """
    rise = (model.chip_target_c - _REFERENCE_C) * power_share * resistance
    if not model.fans:
        return ambient_c + rise * _LIQUID_RISE_SHARE
    return ambient_c + rise * math.pow(_REFERENCE_DUTY / max(duty, 0.05), _DUTY_EXPONENT)


def relaxed(value: float, settled: float, dt_s: float, tau_s: float) -> float:
    """A first-order lag: where a value is after `dt_s` on its way to where it settles."""
    return settled + (value - settled) * math.exp(-dt_s / tau_s)


def time_to_reach(value: float, settled: float, limit: float, tau_s: float) -> float:
    """Seconds until a value on its way up reaches a limit; infinite where it never does."""
    if value >= limit:
        return 0.0
    if settled <= limit:
        return math.inf
    return tau_s * math.log((settled - value) / (settled - limit))


def _counts(total: int, shares: tuple[float, ...]) -> tuple[int, int, int, int]:
    first, second, third = (round(total * share) for share in shares[:3])
    return first, second, third, total - first - second - third
