"""What a machine draws, also while it says nothing: silence is not zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mintage.fleet.curtail.candidates import standby_w
from mintage.fleet.curtail.states import ASLEEP, Target
from mintage.fleet.latest import Machine


def drawn_w(machine: Machine, target: Target | None = None) -> float | None:
    """Power that a machine draws, W; None where nobody knows.

    A machine that does not say so and was not seen asleep counts with what it drew before it was shed, or with its
    nameplate: the switch may be dead and the machine run on.

    Args:
        machine: the machine.
        target: what the curtailment that holds it knows of it, if one does.
    """
    power_w, _ = machine.power_w
    if power_w is not None:
        return power_w
    shed = target is not None and target.state == "confirmed" and target.want == ASLEEP
    if machine.state == "asleep" or (shed and machine.state in ("offline", "unknown")):
        return standby_w(machine)
    if target is not None and target.baseline_w > 0:
        return target.baseline_w
    nameplate_w = machine.identity.nameplate_w
    return None if nameplate_w is None else float(nameplate_w)


def by_machine(targets: Iterable[Mapping[str, Target]]) -> dict[str, Target]:
    """What is known of each machine that a curtailment holds; one whose sleep was seen comes first."""
    found: dict[str, Target] = {}
    for table in targets:
        for asset, target in table.items():
            if target.holds and (asset not in found or target.state == "confirmed"):
                found[asset] = target
    return found
