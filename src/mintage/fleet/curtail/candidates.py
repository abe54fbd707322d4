"""Which machines may be shed now, what each draws and earns, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import pairwise

import msgspec

from mintage.fleet.curtail.asks import Ask, Full
from mintage.fleet.curtail.states import ASLEEP, Target, lower
from mintage.fleet.energy.merit import Point, hull
from mintage.fleet.latest import Machine
from mintage.fleet.models import model_of
from mintage.fleet.scope import Scope, parse_scope
from mintage.fleet.sites import Site

STANDBY_W = 60.0
"""Taken as the draw of a sleeping machine whose model is unknown, until its readings tell: every plan subtracts it."""


class Cut(msgspec.Struct, frozen=True):
    """One way to take power from a machine, on top of those before it.

    Attributes:
        want: what the machine does then.
        shed_w: power that this saves.
        lost_ths: hash rate that this gives up.
    """

    want: str
    shed_w: float
    lost_ths: float

    @property
    def joules_per_th(self) -> float:
        """Energy saved per hash given up: the higher, the sooner it is taken; infinite where nothing is given up."""
        return self.shed_w / self.lost_ths if self.lost_ths > 0 else float("inf")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that may be shed, or the reason why it may not.

    Attributes:
        machine: the machine.
        power_w: what it draws, or drew before it was shed.
        power_by: who says so: machine or nameplate; "" where nobody does.
        hashrate_ths: what it hashes, or hashed before.
        mode: its work mode before; "" where unknown.
        cuts: ways to take power from it, the one that saves most per hash given up first.
        heat: whether it heats for somebody.
        held_by: another curtailment that holds it already.
        blocked: why it may not be shed; "" where it may.
    """

    machine: Machine
    power_w: float
    power_by: str
    hashrate_ths: float
    mode: str = ""
    cuts: tuple[Cut, ...] = ()
    heat: bool = False
    held_by: str = ""
    blocked: str = ""

    @property
    def asset(self) -> str:
        """Our id of the machine."""
        return self.machine.asset

    @property
    def efficiency_j_th(self) -> float | None:
        """Energy per hash; None where it does not hash."""
        return self.power_w / self.hashrate_ths if self.hashrate_ths > 0 else None


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known beside the machines.

    Attributes:
        now_us: the instant.
        site: the site.
        held: machines that other curtailments hold, with what they drew before.
        own: machines that this curtailment took, with where they stand.
        stale_s: age at which a machine's readings no longer say what it does now.
        turns: when each machine was last put to sleep and woken.
    """

    now_us: int
    site: Site
    held: Mapping[str, Target] = {}
    own: Mapping[str, Target] = {}
    turns: Mapping[str, tuple[int, int]] = {}
    stale_s: float = 120.0


def candidates(machines: Iterable[Machine], ask: Ask, grounds: Grounds) -> list[Candidate]:
    """Every machine in the scope of an ask, with its cuts or with why it is left out."""
    scope = parse_scope(ask.scope)
    excluded = parse_scope(ask.manner.exclude) if ask.manner.exclude else None
    heat = parse_scope(ask.manner.heat) if ask.manner.heat else None
    meant = [(machine, scope.holds(machine)) for machine in machines]
    make = partial(_candidate, ask=ask, grounds=grounds, excluded=excluded, heat=heat)
    return [make(machine, meant=answer is not None) for machine, answer in meant if answer is not False]


def from_target(target: Target, machine: Machine, ask: Ask, *, held_by: str = "") -> Candidate:
    """A machine that is shed already, as it was before."""
    efficiency = target.efficiency_j_th
    hashrate_ths = target.baseline_w / efficiency if efficiency else 0.0
    heat = bool(ask.manner.heat and parse_scope(ask.manner.heat).holds(machine))
    cuts = _cuts(machine, target.baseline_w, hashrate_ths, target.was_mode, lower_modes=ask.manner.lower_modes)
    return Candidate(
        machine=machine,
        power_w=target.baseline_w,
        power_by=target.baseline_by,
        hashrate_ths=hashrate_ths,
        mode=target.was_mode,
        cuts=cuts,
        heat=heat,
        held_by=held_by,
    )


def _candidate(
    machine: Machine, *, ask: Ask, grounds: Grounds, meant: bool, excluded: Scope | None, heat: Scope | None
) -> Candidate:
    warms = bool(heat and heat.holds(machine) is not False)
    own, other = grounds.own.get(machine.asset), grounds.held.get(machine.asset)
    if own is not None and (own.holds or own.left):
        return msgspec.structs.replace(from_target(own, machine, ask), heat=warms, blocked=_given_up(own))
    if other is not None:
        return msgspec.structs.replace(from_target(other, machine, ask, held_by=other.event), heat=warms)
    power_w, power_by = machine.power_w
    hashrate_ths = _hashrate_ths(machine)
    mode = str(machine.snapshot.values.get("mode", "")) if machine.snapshot else ""
    # A machine of which nobody can say whether it is excluded is left alone.
    kept_out = excluded is not None and excluded.holds(machine) is not False
    return Candidate(
        machine=machine,
        power_w=power_w or 0.0,
        power_by=power_by if power_w is not None else "",
        hashrate_ths=hashrate_ths,
        mode=mode,
        cuts=_cuts(machine, power_w or 0.0, hashrate_ths, mode, lower_modes=ask.manner.lower_modes),
        heat=warms,
        blocked=_blocked(machine, ask, grounds, meant=meant, excluded=kept_out),
    )


def _given_up(own: Target) -> str:
    """Why a machine that this curtailment took is not counted on any more; "" where it is."""
    if own.left:
        return "left to an operator"
    return f"{own.state}: {own.words}" if own.state in ("refused", "silent", "drifted") else ""


def _blocked(machine: Machine, ask: Ask, grounds: Grounds, *, meant: bool, excluded: bool) -> str:
    """Why a machine may not be shed now; "" where it may."""
    snapshot = machine.snapshot
    age_s = (grounds.now_us - snapshot.at_us) / 1e6 if snapshot else 0.0
    woke_us = grounds.turns.get(machine.asset, (0, 0))[1]
    ran_s = (grounds.now_us - woke_us) / 1e6
    reasons = (
        (not meant, "what its scope asks for is unknown of it"),
        (excluded, f"excluded ({ask.manner.exclude})"),
        (snapshot is None or machine.state == "offline", "does not answer"),
        (age_s > grounds.stale_s, f"its readings are {age_s:,.0f} s old"),
        (machine.state == "asleep", "sleeps already, and not for a curtailment"),
        (bool(woke_us) and ran_s < ask.manner.run_min_s, f"was woken less than {ask.manner.run_min_s:,.0f} s ago"),
        (machine.power_w[0] is None and not isinstance(ask.shed, Full), "nobody knows its power"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _hashrate_ths(machine: Machine) -> float:
    """Its hash rate: the steadier average where it has one, else the last."""
    snapshot = machine.snapshot
    if snapshot is None or machine.state != "hashing":
        return 0.0
    known = (snapshot.number(name) for name in ("hashrate_avg_ths", "hashrate_ths", "hashrate_expected_ths"))
    return next((value for value in known if value), 0.0)


def _cuts(machine: Machine, power_w: float, hashrate_ths: float, mode: str, *, lower_modes: bool) -> tuple[Cut, ...]:
    """Ways to take power from a machine: the hull of its modes, walked down from where it stands.

    Source: merit order of `mintage.fleet.energy.merit`; the greedy choice of such segments is exact.
    """
    off_w = standby_w(machine)
    if power_w <= off_w:
        return ()
    if hashrate_ths <= 0:
        return (Cut(ASLEEP, power_w - off_w, 0.0),)
    points = [Point(mode="", power_w=power_w, hashrate_ths=hashrate_ths)]
    model = model_of(machine.identity.model) if lower_modes else None
    if model and mode in model.modes:
        now = model.modes[mode]
        scaled = [
            Point(
                mode=name,
                power_w=power_w * item.power_w / now.power_w,
                hashrate_ths=hashrate_ths * item.hashrate_ths / now.hashrate_ths,
            )
            for name, item in model.modes.items()
            if item.power_w < now.power_w and item.hashrate_ths < now.hashrate_ths
        ]
        points += [point for point in scaled if point.power_w > off_w]
    down = hull(points, off_w)[::-1]
    return tuple(
        Cut(
            ASLEEP if low.mode == "off" else lower(low.mode),
            high.power_w - low.power_w,
            high.hashrate_ths - low.hashrate_ths,
        )
        for high, low in pairwise(down)
    )


def standby_w(machine: Machine) -> float:
    """What a machine draws while it sleeps, as its model states it."""
    model = model_of(machine.identity.model)
    return float(model.standby_w) if model else STANDBY_W
