"""What goes wrong with virtual machines: on a plan, or at random.

A plan is a TOML file of `[[fault]]` rows (at an instant, for so long, to these machines) and `[[random]]` rows (so
often per machine and day). `examples/faults.toml` shows every kind.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from mintage.fleet.virtual.host import Host, Wire
from mintage.fleet.virtual.pools import PoolUse, Theft
from mintage.units.toml import read_toml

Kind = Literal[
    "dead-board",
    "dead-fan",
    "overheat",
    "psu",
    "dead-pool",
    "wrong-pool",
    "stolen-hash",
    "reboot-loop",
    "power-cut",
    "slow",
    "silent",
    "half-closed",
    "garbage",
    "oversized",
    "truncated",
    "frozen",
    "empty-summary",
    "moved",
    "control-board",
]


KINDS: dict[Kind, str] = {
    "dead-board": "board `number` stops",
    "dead-fan": "fan `number` stands still",
    "overheat": "heat leaves `factor` times as badly; far too hot, the machine stops, cools down and reboots",
    "psu": "the supply states error `bits`; 2, 4, 8 (too hot), 16, 64 (current) and 32 (voltage) cut its output",
    "dead-pool": "pool `number` is out of reach; the next one takes over, without any the machine idles",
    "wrong-pool": "all shares go to `url` as `worker`, and `pools` says so",
    "stolen-hash": "a `share` of them goes to `url` as `worker`, and the machine says nothing of it",
    "reboot-loop": "it restarts every `every_s`",
    "power-cut": "it has no power",
    "slow": "replies come `delay_s` real seconds late",
    "silent": "it accepts connections and never answers",
    "half-closed": "it ends the stream without a word and keeps the socket",
    "garbage": "replies are noise",
    "oversized": "replies are megabytes without an end",
    "truncated": "replies are cut off in the middle",
    "frozen": "it repeats what it said when it froze, and goes on working",
    "empty-summary": "`stats` of a home machine lacks its summary; `litestats` has it",
    "moved": "it answers at address `to`, or at the first free one after the fleet's",
    "control-board": "another control board, with another DNA and MAC, or with `dna` and `mac` where given (a clone)",
}
"""What happens in each kind of fault."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a plan: what happens to which machines, when and for how long.

    Attributes:
        kind: what happens.
        at_s: seconds of the fleet's clock after its start.
        for_s: how long it lasts; 0 for good.
        machines: addresses, how many machines (drawn by the seed), or a share such as "3%".
        number: board, fan or pool, from 0.
        factor: resistance to heat, 1 for none.
        bits: error bits of a supply.
        url: foreign pool.
        worker: foreign worker.
        share: part of the shares that is stolen, 0 to 1.
        every_s: interval of restarts.
        delay_s: real seconds.
        to: another address.
        dna: identity that the new control board claims; "" for a new one.
        mac: network address that it claims; "" for a new one.
    """

    kind: Kind
    at_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    for_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    machines: tuple[str, ...] | int | str = 1
    number: Annotated[int, msgspec.Meta(ge=0)] = 0
    factor: Annotated[float, msgspec.Meta(gt=0)] = 3.0
    bits: Annotated[int, msgspec.Meta(gt=0)] = 2048
    url: str = "stratum+tcp://elsewhere.example:3333"
    worker: str = "stranger.1"
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.05
    every_s: Annotated[float, msgspec.Meta(gt=0)] = 600.0
    delay_s: Annotated[float, msgspec.Meta(gt=0)] = 3.0
    to: str = ""
    dna: str = ""
    mac: str = ""


class RandomFault(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that strikes at random: the same as `Fault`, to one machine drawn each time.

    Attributes:
        per_machine_day: how often it strikes each machine in a day.
    """

    per_machine_day: Annotated[float, msgspec.Meta(gt=0)]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan of faults.

    Attributes:
        fault: faults at their instants.
        random: faults at random.
    """

    fault: tuple[Fault, ...] = ()
    random: tuple[RandomFault, ...] = ()


def load_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        InputError: the file is not there, is not TOML, or has a key or kind that is not known.
    """
    return read_toml(path, Plan, "faults", "examples/faults.toml")


def strike(host: Host, fault: Fault) -> Callable[[], None]:
    """Let a fault happen to a machine; what is returned undoes it."""
    host.machine.advance()
    undo = _STRIKES[fault.kind](host, fault)

    def mend() -> None:
        host.machine.advance()
        undo()
        host.machine.changed()

    host.machine.changed()
    return mend


def _member(name: str) -> Callable[[Host, Fault], Callable[[], None]]:
    """A fault that puts a number into one of the machine's sets of dead parts."""

    def apply(host: Host, fault: Fault) -> Callable[[], None]:
        dead: set[int] = getattr(host.machine.ails, name)
        dead.add(fault.number)
        return lambda: dead.discard(fault.number)

    return apply


def _overheat(host: Host, fault: Fault) -> Callable[[], None]:
    ails = host.machine.ails
    ails.resistance = fault.factor

    def undo() -> None:
        ails.resistance = 1.0

    return undo


def _psu(host: Host, fault: Fault) -> Callable[[], None]:
    ails = host.machine.ails
    ails.psu_bits |= fault.bits

    def undo() -> None:
        ails.psu_bits &= ~fault.bits

    return undo


def _wrong_pool(host: Host, fault: Fault) -> Callable[[], None]:
    settings = host.machine.settings
    before = settings.pools
    settings.pools = (PoolUse(fault.url, fault.worker), *before[1:])

    def undo() -> None:
        settings.pools = before

    return undo


def _stolen(host: Host, fault: Fault) -> Callable[[], None]:
    ails = host.machine.ails
    ails.theft = Theft(fault.share, fault.url, fault.worker)

    def undo() -> None:
        ails.theft = None

    return undo


def _empty_summary(host: Host, _fault: Fault) -> Callable[[], None]:
    ails = host.machine.ails
    ails.empty_summary = True

    def undo() -> None:
        ails.empty_summary = False

    return undo


def _reboot_loop(host: Host, fault: Fault) -> Callable[[], None]:
    host.reboot_every(fault.every_s)
    return lambda: host.reboot_every(0)


def _power_cut(host: Host, _fault: Fault) -> Callable[[], None]:
    host.power(on=False)
    return lambda: host.power(on=True)


def _wire(host: Host, fault: Fault) -> Callable[[], None]:
    host.wire = Wire(fault.kind, fault.delay_s)

    def undo() -> None:
        host.wire = None

    return undo


def _moved(host: Host, fault: Fault) -> Callable[[], None]:
    before = host.machine.address
    host.move(fault.to)
    return lambda: host.move(before)


def _control_board(host: Host, fault: Fault) -> Callable[[], None]:
    machine = host.machine
    before = (machine.dna, machine.mac)
    machine.dna = fault.dna or f"{int(machine.dna, 16) ^ 0x5A5A_5A5A_5A5A:0{len(machine.dna)}x}"
    machine.mac = fault.mac or f"{int(machine.mac, 16) ^ 0x5A_5A5A:012x}"
    host.reboot("power-on")

    def undo() -> None:
        machine.dna, machine.mac = before
        host.reboot("power-on")

    return undo


_STRIKES: dict[str, Callable[[Host, Fault], Callable[[], None]]] = {
    "dead-board": _member("dead_boards"),
    "dead-fan": _member("dead_fans"),
    "dead-pool": _member("dead_pools"),
    "overheat": _overheat,
    "psu": _psu,
    "wrong-pool": _wrong_pool,
    "stolen-hash": _stolen,
    "empty-summary": _empty_summary,
    "reboot-loop": _reboot_loop,
    "power-cut": _power_cut,
    "moved": _moved,
    "control-board": _control_board,
    "slow": _wire,
    "silent": _wire,
    "half-closed": _wire,
    "garbage": _wire,
    "oversized": _wire,
    "truncated": _wire,
    "frozen": _wire,
}
