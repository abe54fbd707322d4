"""What the sources say of one site's day: machines, pools, network, power; an unknown carries its reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from mintage.market.series import Reading
from mintage.mining.drivers.port import PoolDay, PoolPayout

DAY_S = 86_400


class Amount(msgspec.Struct, frozen=True):
    """A whole number of minor units, or why it is not known.

    Attributes:
        value: the number; None where it is unknown.
        reason: why it is unknown, or what must be known to read it; "" where there is nothing to say.
    """

    value: int | None
    reason: str = ""


class MachineDay(msgspec.Struct, frozen=True, kw_only=True):
    """What the machines say of the day.

    Attributes:
        expected_diff: difficulty that their hash rate implies.
        accepted_diff: difficulty of shares that pools accepted, as they count.
        energy: energy that they used, Wh.
        metered: energy that the site's meters counted, Wh.
        covered_s: seconds of the day for which there are samples, the mean over the machines where that is known.
    """

    expected_diff: Amount
    accepted_diff: Amount
    energy: Amount
    metered: Amount
    covered_s: int = DAY_S

    @classmethod
    def unknown(cls, reason: str) -> MachineDay:
        """A day of which the machines said nothing."""
        nothing = Amount(None, reason)
        return cls(expected_diff=nothing, accepted_diff=nothing, energy=nothing, metered=nothing)


class PoolSide(msgspec.Struct, frozen=True, kw_only=True):
    """What one pool says of the day.

    Attributes:
        name: the pool's name in the ledger.
        scheme: how it pays.
        fee_pct: fee agreed with it, per cent; None where it is not known.
        day: its statement; None where it has none.
        reason: why there is no statement.
        payouts: payouts of the day; None where it does not say.
        payouts_reason: why it does not.
        chain: satoshis of these payouts that arrived on chain.
    """

    name: str
    scheme: str
    fee_pct: Decimal | None
    day: PoolDay | None
    reason: str = ""
    payouts: tuple[PoolPayout, ...] | None = ()
    payouts_reason: str = ""
    chain: Amount = Amount(0)


class DayInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the sources say of one site and day.

    Attributes:
        site: the site.
        day: day in UTC.
        machines: what the machines and meters say.
        pools: what each pool says.
        difficulty: network difficulty.
        reward_sats: subsidy and mean fees of a block, satoshis.
        power_cost: cost of the day's energy, cents.
        pue: energy of the site over energy of its machines; None where it is not known.
    """

    site: str
    day: date
    machines: MachineDay
    pools: tuple[PoolSide, ...]
    difficulty: Reading
    reward_sats: Reading
    power_cost: Amount
    pue: Decimal | None = Decimal(1)
