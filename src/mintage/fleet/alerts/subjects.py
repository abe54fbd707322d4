"""What rules look at: machines with their recent past, and gauges of the site around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import Literal

import msgspec

from mintage.fleet.latest import Machine
from mintage.fleet.sites import Site

GaugeKind = Literal["site-power", "feeder-power", "meter", "agent", "part"]
RESTARTS_MAX = 50


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of something that is no machine.

    Attributes:
        kind: what sort of thing it is.
        name: which one.
        value: what it shows now; None where it is unknown.
        is_complete: False where the value is only what is known of it: the truth is as large or larger.
        limit: what it may not pass; None where there is no limit.
        at_us: instant at which it was heard of last; None where never.
        words: why it is unknown, or what it says of itself.
        feeder: feeder that it belongs to, "" where none.
    """

    kind: GaugeKind
    name: str
    value: float | None = None
    is_complete: bool = True
    limit: float | None = None
    at_us: int | None = None
    words: str = ""
    feeder: str = ""


class Subject(msgspec.Struct, frozen=True):
    """Somebody or something that a rule found fault with.

    Attributes:
        key: asset id of a machine, or "kind:name" of a gauge.
        label: how people find it.
        rack: its rack, "" where it has none.
        feeder: its feeder, "" where it has none.
    """

    key: str
    label: str
    rack: str = ""
    feeder: str = ""


class Past(msgspec.Struct, gc=False):
    """What must be remembered of a machine between two polls.

    It is not kept over a restart of the agent: rules that need more of the past than there is say "unknown".

    Attributes:
        since_us: first poll that was seen.
        at_us: last poll that was seen.
        uptime_s: uptime at that poll; None where unknown.
        restarts: instants of restarts seen, the last ones.
        still: value of a field and the instant since which it has been the same.
    """

    since_us: int
    at_us: int
    uptime_s: float | None = None
    restarts: tuple[int, ...] = ()
    still: dict[str, tuple[float | int | str, int]] = {}


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule may know besides its subject.

    Attributes:
        now_us: the instant.
        site: the site; None at headquarters.
        pasts: recent past of each machine by asset id.
        twins: what a machine claims in common with another one that answers too, "dna ..." or "mac ...", by asset id.
        kept: machines that a curtailment or somebody's word keeps asleep; None where that is not known.
        started_us: since when it is watched: the start of the agent.
    """

    now_us: int
    site: Site | None = None
    pasts: dict[str, Past] = {}
    twins: dict[str, str] = {}
    kept: Container[str] | None = None
    started_us: int = 0


def of_machine(machine: Machine) -> Subject:
    """A machine as subject."""
    place = machine.place
    where = f", rack {place.rack}" + (f" slot {place.slot}" if place.slot else "") if place.rack else ""
    return Subject(machine.asset, f"{machine.asset} ({place.address}{where})", place.rack, place.feeder)


def of_gauge(gauge: Gauge) -> Subject:
    """A gauge as subject."""
    return Subject(f"{gauge.kind}:{gauge.name}", gauge.name, "", gauge.feeder)


def remember(past: Past | None, machine: Machine, still_fields: Iterable[str]) -> Past | None:
    """The past of a machine with its newest poll added; the one given is changed."""
    snapshot = machine.snapshot
    if snapshot is None:
        return past
    if past is None:
        past = Past(snapshot.at_us, snapshot.at_us)
    if snapshot.state == "offline":
        past.at_us = snapshot.at_us
        return past
    uptime_s = snapshot.number("uptime_s")
    if uptime_s is not None and past.uptime_s is not None and uptime_s < past.uptime_s:
        past.restarts = (*past.restarts, snapshot.at_us)[-RESTARTS_MAX:]
    past.uptime_s = past.uptime_s if uptime_s is None else uptime_s
    for field in still_fields:
        value = snapshot.values.get(field)
        if value is None:
            past.still.pop(field, None)
        elif past.still.get(field, (None, 0))[0] != value:
            past.still[field] = (value, snapshot.at_us)
    past.at_us = snapshot.at_us
    return past


def twins(machines: Sequence[Machine]) -> dict[str, str]:
    """Machines that answer and claim the DNA or MAC of another one that answers: asset id to what they share."""
    alive = [machine for machine in machines if machine.state not in ("offline", "unknown")]
    found: dict[str, str] = {}
    for what in ("mac", "dna"):
        claims = Counter(getattr(machine.identity, what) for machine in alive)
        double = {claim for claim, count in claims.items() if claim and count > 1}
        if double:
            for machine in alive:
                claim = getattr(machine.identity, what)
                if claim in double:
                    found[machine.asset] = f"{what} {claim}"
    return found
