"""Building a fleet from a network, a number, a mix of models and a seed."""

from __future__ import annotations

import random
from ipaddress import IPv4Network

import msgspec

from mintage.fleet.models import Model, model_of, models
from mintage.fleet.virtual.condition import Surroundings
from mintage.fleet.virtual.faults import Plan
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.pools import PoolUse
from mintage.units.clock import Clock
from mintage.units.errors import InputError

POOLS = ("stratum+tcp://127.0.0.1:4133", "stratum+tcp://127.0.0.2:4133", "stratum+tcp://127.0.0.3:4133")
ACCOUNT = "lodequarry"
_LONGEST_UPTIME_S = 20 * 86_400


class FleetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a fleet is made of.

    Attributes:
        network: CIDR block of loopback addresses.
        count: how many machines.
        mix: models and their shares.
        seed: what makes two runs equal.
        pools: stratum URLs, the preferred one first.
        account: account at the pools; each machine works as "account.CxD", C and D from its address A.B.C.D.
        uptime_s: for how long all have been working; drawn up to 20 days where None, 0 for machines just powered.
        ambient_c: temperature of what enters them.
    """

    network: str
    count: int
    mix: str = "A15-194"
    seed: int = 1
    pools: tuple[str, ...] = POOLS
    account: str = ACCOUNT
    uptime_s: float | None = None
    ambient_c: float = 25.0


def parse_mix(text: str) -> list[tuple[Model, float]]:
    """Models and their shares, as in "A15-194=0.7,Q=0.3"; a single model needs no share.

    Raises:
        InputError: a model is unknown, a share is no number, or the shares do not add up to 1.
    """
    shares: list[tuple[Model, float]] = []
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        name, equals, share = part.partition("=")
        model = model_of(name)
        if model is None:
            known = ", ".join(model.model for model in models().values())
            raise InputError(f"no model is called '{name}'.", field="--mix", remedy=f"Choose among {known}.")
        try:
            value = float(share) if equals or len(parts) > 1 else 1.0
        except ValueError as error:
            raise InputError(f"'{share}' is no share of '{name}'.", field="--mix", remedy="Write 0.7.") from error
        if not 0 < value <= 1:
            raise InputError(f"the share of '{name}' is {share}.", field="--mix", remedy="Shares lie between 0 and 1.")
        shares.append((model, value))
    total = sum(share for _, share in shares)
    if abs(total - 1) > 0.001:
        raise InputError(f"the shares add up to {total:g}.", field="--mix", remedy="Make it 1.")
    return shares


def build_fleet(spec: FleetSpec, clock: Clock, plan: Plan | None = None) -> VirtualFleet:
    """A fleet on the first addresses of a network, model after model; equal specifications make equal fleets.

    Args:
        spec: what it is made of.
        clock: time that its machines live by.
        plan: what goes wrong, and when.

    Raises:
        InputError: no such network or model, or more machines than addresses.
    """
    draw = random.Random(spec.seed)  # noqa: S311  a fleet that must repeat
    surroundings = Surroundings(spec.ambient_c, draw.getrandbits(24))
    lineup = _lineup(parse_mix(spec.mix), spec.count)
    machines = []
    for address, model in zip(_addresses(spec.network, spec.count), lineup, strict=True):
        third, fourth = address.split(".")[2:]
        uptime_s = draw.uniform(3600, _LONGEST_UPTIME_S) if spec.uptime_s is None else spec.uptime_s
        pools = [PoolUse(url, f"{spec.account}.{third}x{fourth}") for url in spec.pools]
        seed = draw.getrandbits(48)
        machines.append(Machine(address, model, clock, pools, seed=seed, uptime_s=uptime_s, surroundings=surroundings))
    return VirtualFleet(machines, clock, surroundings=surroundings, plan=plan, seed=spec.seed)


def _addresses(network: str, count: int) -> list[str]:
    try:
        block = IPv4Network(network)
    except ValueError as error:
        raise InputError(f"{error}.", field="--network", remedy="Write 127.0.1.0/24.") from error
    if not block.is_loopback:
        raise InputError(f"{network} is not a loopback network.", field="--network", remedy="Write 127.0.1.0/24.")
    room = max(block.num_addresses - 2, 1)
    if not 0 < count <= room:
        raise InputError(f"{network} has room for {room} machines, not {count}.", field="--count")
    first = block.network_address + (1 if block.num_addresses > 1 else 0)
    return [str(first + n) for n in range(count)]


def _lineup(shares: list[tuple[Model, float]], count: int) -> list[Model]:
    """So many of each model, by largest remainder."""
    numbers = [int(share * count) for _, share in shares]
    order = sorted(range(len(shares)), key=lambda n: numbers[n] - shares[n][1] * count)
    for n in order[: count - sum(numbers)]:
        numbers[n] += 1
    return [model for (model, _), number in zip(shares, numbers, strict=True) for _ in range(number)]
