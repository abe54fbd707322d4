"""One virtual machine: what it does now, computed from the time that went by since anybody last looked."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from ipaddress import IPv4Address

from mintage.fleet.models import Model
from mintage.fleet.virtual import physics
from mintage.fleet.virtual.chips import PATTERNS
from mintage.fleet.virtual.condition import Ails, Settings, Surroundings
from mintage.fleet.virtual.physics import HASHES_PER_DIFF1, HEAT_TAU_S, TRIP_C, Point
from mintage.fleet.virtual.pools import PoolUse, Tally, share_difficulty
from mintage.units.clock import Clock

BOOT_S = 45.0
"""From power to a first answer."""
INIT_S = 60.0
"""From a first answer to a first hash."""
WAKE_S = 20.0
"""From the end of sleep to a first hash."""
RAMP_S = 20.0
"""How long each third of the full clock is held on the way up."""
COOL_S = 300.0
"""How long an overheated machine rests before it reboots."""
WINDOWS_S = (30.0, 60.0, 300.0, 900.0)
BOOTBY = {"power-on": 1, "overheat": 2, "netfail": 3, "web": 4, "api": 5, "options": 6, "polling": 7, "pool": 8}
"""Why a machine booted; source: BOOTBY codes of the A10 generation."""
STOPPING_BITS = 2 | 4 | 8 | 16 | 32 | 64
"""Errors at which a supply cuts its output: over-temperature, over-current, output under-voltage."""
_STEPS = 3
_BASE_SHARE = 0.1
_LEVEL_STEP = 0.04


class Machine:
    """A machine at an address. Read it after `advance`, which brings it to now.

    Args:
        address: where it answers.
        model: what it is.
        clock: time that it lives by.
        pools: what it works for, the first one first.
        seed: what makes it differ from its neighbours.
        uptime_s: for how long it has been working when it is made; 0 for one that is just powered.
        surroundings: what it shares with its neighbours.

    Attributes:
        state: off, boot, init, work, idle or asleep.
        settings: what its owner set; see `Settings`.
        ails: what is wrong with it; see `Ails`.
    """

    def __init__(
        self,
        address: str,
        model: Model,
        clock: Clock,
        pools: Sequence[PoolUse],
        *,
        seed: int,
        uptime_s: float,
        surroundings: Surroundings,
    ) -> None:
        draw = random.Random(seed)  # noqa: S311  figures of a model, not secrets
        self.address, self.model, self.clock, self._surroundings = address, model, clock, surroundings
        self.dna = f"0201{draw.getrandbits(48):012x}" if model.family == "a" else f"{draw.getrandbits(128):032x}"
        self.mac = f"b4a2eb{int(IPv4Address(address)) & 0xFFFFFF ^ surroundings.mac_bits:06x}"
        self.pattern = draw.randrange(PATTERNS)
        self.salt = draw.getrandbits(31)
        self.error_share = draw.uniform(0.006, 0.016)
        self._rate_factor, self._power_factor = draw.gauss(1, 0.008), draw.gauss(1, 0.008)
        self._pll_shares = tuple(
            (draw.uniform(0.07, 0.14), draw.uniform(0.08, 0.11), draw.uniform(0.15, 0.20)) for _ in range(model.boards)
        )
        self.settings = Settings(model, tuple(pools))
        self.ails = Ails()
        self.tally = Tally(share_difficulty(model.hashrate_ths), draw.random(), draw.uniform(0.001, 0.006))
        now = clock.elapsed_s()
        self.state, self._until_s, self._step = "boot", now + BOOT_S, 0
        self._last_s = self.booted_s = self.worked_s = now
        self.bootby, self._boot_reason = "power-on", "power-on"
        self.total_gh = self.energy_j = 0.0
        self.rates_ghs = [0.0] * len(WINDOWS_S)
        self.chip_c = surroundings.ambient_c
        self.soft: tuple[float, str] | None = None
        self.soft_off_epoch = self.soft_on_epoch = 0
        self._refresh()
        if uptime_s > 0:
            self._settle(now, uptime_s)

    # What it does now

    def advance(self) -> float:
        """Bring it to now; the clock's seconds."""
        now_s = self.clock.elapsed_s()
        if self._surroundings.ambient_c != self._planned_c:
            self._plan_trip()
        while True:
            due_s = min(self._until_s, self.soft[0] if self.soft else math.inf, self._trip_s)
            if due_s > now_s:
                break
            too_hot = self._trip_s <= due_s
            self._flow(due_s)
            self._turn(due_s, too_hot=too_hot)
        self._flow(now_s)
        return now_s

    @property
    def now_s(self) -> float:
        """Instant to which it was brought, in seconds of its clock."""
        return self._last_s

    @property
    def until_s(self) -> float:
        """When its state ends by itself, in seconds of its clock; infinite where it does not."""
        return self._until_s

    @property
    def hash_ghs(self) -> float:
        """Hash rate that reaches the pool, GH/s."""
        return self._hash_ghs

    @property
    def point(self) -> Point:
        """Operating point that it runs at, or ran at last."""
        return self._point

    @property
    def fan_duty(self) -> float:
        """Fan duty, 0 to 1."""
        if self.state != "work" or not self.model.fans:
            return 0.0
        if self.settings.fan_pct >= 0:
            return self.settings.fan_pct / 100
        heat = self._power_share * self.ails.resistance
        return min(physics.duty_for(self.model, heat, self._surroundings.ambient_c) / self._spinning, 1.0)

    @property
    def ambient_c(self) -> float:
        """Temperature of what enters it."""
        return self._surroundings.ambient_c

    @property
    def active_pool(self) -> int | None:
        """Number of the pool that it works for; None where all are dead."""
        order = [self.settings.pool, *range(len(self.settings.pools))]
        return next((n for n in order if n < len(self.settings.pools) and n not in self.ails.dead_pools), None)

    def power_w(self) -> float:
        """Power that it draws from the wall now, as its supply states it."""
        self.advance()
        return float(self.supply()[6])

    def supply(self) -> tuple[int, int, int, int, int, int, int]:
        """PS: error bits, control and hash voltage (10 mV), amperes, watts, set voltage (10 mV), watts at the wall."""
        bus = round(self.model.hash_bus_v * 100)
        if self.state == "off":
            return (0, 0, 0, 0, 0, 0, 0)
        if self._hash_w <= 0:
            return (self.ails.psu_bits, 1222, 4, 0, 0, bus, self.model.standby_w)
        leak = 1 + 0.0015 * (self.chip_c - self.model.chip_target_c)
        hash_v = bus - 1 + self.jitter(5) % 3
        amps = round(self._hash_w * leak * 100 / hash_v)
        hash_w = round(hash_v * amps / 100)
        return (self.ails.psu_bits, 1209, hash_v, amps, hash_w, bus, round(hash_w / self.model.psu_efficiency))

    def jitter(self, what: int) -> int:
        """A small number that changes every second, equal for the same second: noise that needs no state."""
        return (self.salt ^ (int(self._last_s) * 2_654_435_761 + what * 40_503)) >> 5 & 0xFF

    # What is done to it

    def reboot(self, reason: str) -> None:
        """Restart it, if it has power; counters begin at 0 and settings that waited for a restart take effect."""
        now_s = self.advance()
        if self.state != "off":
            self._boot(now_s, reason)

    def power(self, *, on: bool) -> None:
        """Give it mains power, or take it away."""
        now_s = self.advance()
        if not on:
            self._enter("off", math.inf)
        elif self.state == "off":
            self._boot(now_s, "power-on")

    def sleep_at(self, due_s: float, what: str) -> None:
        """Fall asleep ("off") or wake ("on") at a time of its clock."""
        self.advance()
        self.soft = (due_s, what)

    def sleep(self) -> None:
        """Stop hashing now."""
        self.advance()
        self._enter("asleep", math.inf)

    def wake(self) -> None:
        """Hash again, if it sleeps."""
        now_s = self.advance()
        if self.state == "asleep":
            self._enter("init", now_s + WAKE_S)

    def changed(self) -> None:
        """Settings or ailments were changed: work out anew what it does."""
        now_s = self._last_s
        stopped = self.active_pool is None or bool(self.ails.psu_bits & STOPPING_BITS)
        if self.state == "work" and stopped:
            self._enter("idle", math.inf)
        elif self.state == "idle" and not stopped and self._until_s == math.inf:
            self._enter("init", now_s + WAKE_S)
        else:
            self._refresh()

    # How time goes by

    def _flow(self, to_s: float) -> None:
        """Let it run unchanged until `to_s`."""
        dt_s = to_s - self._last_s
        if dt_s <= 0:
            return
        self._last_s = to_s
        rate = self._hash_ghs
        for number, window_s in enumerate(WINDOWS_S):
            self.rates_ghs[number] = physics.relaxed(self.rates_ghs[number], rate, dt_s, window_s)
        self.chip_c = physics.relaxed(self.chip_c, self._settled_c(), dt_s, HEAT_TAU_S)
        self.energy_j += self.supply()[6] * dt_s
        if rate > 0:
            self.total_gh += rate * dt_s
            pool = self.active_pool
            if pool is not None:
                use = self.settings.pools[pool]
                self.tally.reach(self.work_diff, to_s - self.booted_s, pool, use, self.ails.theft)
        self._plan_trip()

    @property
    def work_diff(self) -> float:
        """Work since it booted, in difficulty 1."""
        return self.total_gh * 1e9 / HASHES_PER_DIFF1

    def _turn(self, now_s: float, *, too_hot: bool) -> None:
        """Do what was due now."""
        if too_hot:
            self._enter("idle", now_s + COOL_S)
            self._boot_reason = "overheat"
        elif self.soft and self.soft[0] <= now_s:
            what, self.soft = self.soft[1], None
            if what == "off" and self.state in ("init", "work", "idle"):
                self._enter("asleep", math.inf)
            elif what == "on" and self.state == "asleep":
                self._enter("init", now_s + WAKE_S)
        elif self.state == "boot":
            self._enter("init", now_s + INIT_S)
        elif self.state == "init":
            stopped = self.active_pool is None or self.ails.psu_bits & STOPPING_BITS
            self._enter("idle", math.inf) if stopped else self._enter("work", now_s + RAMP_S, step=1)
            if self.worked_s == self.booted_s:
                self.worked_s = now_s
        elif self.state == "work" and self._step < _STEPS:
            last = self._step + 1 == _STEPS
            self._enter("work", math.inf if last else now_s + RAMP_S, step=self._step + 1)
        else:
            self._boot(now_s, self._boot_reason)

    def _boot(self, now_s: float, reason: str) -> None:
        self.bootby, self._boot_reason, self.soft = reason, "power-on", None
        self.booted_s = self.worked_s = now_s
        self.total_gh, self.rates_ghs = 0.0, [0.0] * len(WINDOWS_S)
        self.tally.restart()
        self.settings.take_effect()
        self._enter("boot", now_s + BOOT_S)

    def _enter(self, state: str, until_s: float, step: int = 0) -> None:
        self.state, self._until_s, self._step = state, until_s, step
        self._refresh()

    def _refresh(self) -> None:
        """Work out the operating point; the last one stays visible while it does not hash, as on real machines."""
        working = self.state == "work"
        share = self._step / _STEPS if working else 1.0
        mode = self.model.modes[self.settings.mode]
        level = 1 + _LEVEL_STEP * self.settings.level
        clock_mhz = physics.clock_for(self.model, mode.hashrate_ths * self._rate_factor, self.error_share)
        full_w = mode.power_w * self.model.psu_efficiency * self._power_factor * level
        self._point = physics.operating_point(
            self.model,
            clock_mhz=clock_mhz * share * level,
            hash_w=full_w * (_BASE_SHARE + (1 - _BASE_SHARE) * share),
            pll_shares=self._pll_shares,
            dead=frozenset(self.ails.dead_boards),
        )
        self._hash_ghs = self._point.ghs * (1 - self.error_share) if working else 0.0
        self._hash_w = self._point.hash_w if working else 0.0
        self._power_share = self._hash_w / (self.model.power_w * self.model.psu_efficiency)
        self._plan_trip()

    @property
    def _spinning(self) -> float:
        """Part of the fans that turn; never quite nothing, as air moves by itself."""
        fans = self.model.fans
        return max((fans - len(self.ails.dead_fans)) / fans, 0.1) if fans else 1.0

    def _settled_c(self) -> float:
        duty = self.fan_duty * self._spinning
        return physics.settled_c(
            self.model, self._power_share, self._surroundings.ambient_c, duty, self.ails.resistance
        )

    def _plan_trip(self) -> None:
        self._trip_s, self._planned_c = math.inf, self._surroundings.ambient_c
        if self.state == "work":
            self._trip_s = self._last_s + physics.time_to_reach(self.chip_c, self._settled_c(), TRIP_C, HEAT_TAU_S)

    def _settle(self, now_s: float, uptime_s: float) -> None:
        """Make it one that has been working for so long."""
        self.booted_s = now_s - uptime_s
        self.worked_s = min(self.booted_s + BOOT_S + INIT_S, now_s)
        self._enter("work", math.inf, step=_STEPS)
        self.total_gh = self._hash_ghs * (now_s - self.worked_s)
        self.rates_ghs = [self._hash_ghs] * len(WINDOWS_S)
        self.chip_c = self._settled_c()
        pool = self.active_pool
        if pool is not None:
            self.tally.reach(self.work_diff, now_s - self.booted_s, pool, self.settings.pools[pool], None)
            self.tally.pending = {}
        self._plan_trip()
