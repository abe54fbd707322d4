"""What a machine's owner set, what ails it, and what it shares with its neighbours."""

from __future__ import annotations

from mintage.fleet.models import Model
from mintage.fleet.virtual.pools import PoolUse, Theft


class Surroundings:
    """What all machines of a fleet share.

    Attributes:
        ambient_c: temperature of the air or liquid that enters them.
        mac_bits: 24 bits by which their network addresses differ from those of other fleets.
    """

    __slots__ = ("ambient_c", "mac_bits")

    def __init__(self, ambient_c: float = 25.0, mac_bits: int = 0) -> None:
        self.ambient_c, self.mac_bits = ambient_c, mac_bits


class Settings:
    """What an owner sets on a machine; some of it waits for a restart.

    Attributes:
        mode: name of its work mode.
        level: fine step of power within the mode (WORKLEVEL).
        pools: its pools.
        pool: number of the pool that it prefers.
        fan_pct: fan duty, -1 for automatic.
        led: whether its light is on.
        lcd: whether its display is on.
        password: of its owner.
        next_mode: mode after a restart.
        next_pools: pools after a restart.
        next_address: address after a restart; "" for the one it has.
    """

    def __init__(self, model: Model, pools: tuple[PoolUse, ...]) -> None:
        self.mode = self.next_mode = self.factory_mode = model.nominal_mode
        self.pools = self.next_pools = pools
        self.level, self.pool, self.fan_pct = 0, 0, -1
        self.led, self.lcd = False, True
        self.password = "root"  # noqa: S105  what every Avalon leaves the factory with
        self.next_address = ""

    def take_effect(self) -> None:
        """A restart: what waited for it is now so."""
        self.mode, self.pools, self.pool = self.next_mode, self.next_pools, 0


class Ails:
    """What is wrong with a machine.

    Attributes:
        dead_boards: boards that do not work.
        dead_fans: fans that stand still.
        dead_pools: pools, by number, that it cannot reach.
        psu_bits: error bits of its supply.
        resistance: how badly heat leaves, 1 for well.
        theft: where firmware sends a part of its shares.
        empty_summary: whether `stats` leaves its summary empty, as some firmware of the Q does (asic-rs#307).
    """

    def __init__(self) -> None:
        self.dead_boards: set[int] = set()
        self.dead_fans: set[int] = set()
        self.dead_pools: set[int] = set()
        self.psu_bits, self.resistance = 0, 1.0
        self.theft: Theft | None = None
        self.empty_summary = False
