"""How far a plan may go: what a source may shed, and how many machines one person may touch alone.

Both are held again whenever machines are chosen anew. What is shed already stays; a plan stops growing at its bound,
and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from mintage.fleet.control.preview import SPLIT_S
from mintage.fleet.control.roles import same_person
from mintage.fleet.control.store import in_people_s
from mintage.fleet.curtail.asks import Fixed
from mintage.fleet.curtail.choice import Choice, Plan
from mintage.fleet.curtail.states import OPEN, Event, Target
from mintage.fleet.curtail.store import Book
from mintage.units.clock import Clock


def alone(event: Event) -> bool:
    """Whether one person asked for a curtailment and no second one approved it."""
    return event.ask.trigger == "person" and not event.approved_by


def his_machines(book: Book, who: str, clock: Clock) -> set[str]:
    """Machines that a person sheds without approval, or asked lately to be shed: they count as one request."""
    since_us = clock.now_us() - round(in_people_s(clock, SPLIT_S) * 1e6)
    found: set[str] = set()
    for event in book.of_people(since_us):
        if event.state == "preview" or not alone(event) or not same_person(event.who, who):
            continue
        if event.state in OPEN or event.created_us > since_us:
            found.update(event.foreseen)
        if event.state in OPEN:
            found.update(target.asset for target in book.targets(event.id) if target.holds)
    return found


def bounded(
    plan: Plan,
    event: Event,
    events: Iterable[Event],
    targets: Mapping[str, Mapping[str, Target]],
    machines_max: int,
) -> Plan:
    """A plan that stays within its bounds.

    Args:
        plan: what the curtailment wants.
        event: the curtailment.
        events: all unfinished ones.
        targets: their machines.
        machines_max: machines that one person may touch alone.
    """
    own = {target.asset for target in targets.get(event.id, {}).values() if target.holds}
    kept, told = plan.choices, []
    if event.ask.kw_max is not None and not isinstance(event.ask.shed, Fixed):
        kept = _within_power(kept, own, event.ask.kw_max * 1000.0)
        if len(kept) < len(plan.choices):
            told.append(f"stops at {event.ask.kw_max:,} kW, the most that {event.ask.rule or event.who} may shed")
    if alone(event):
        others = {
            target.asset
            for other in events
            if other.id != event.id and alone(other) and same_person(other.who, event.who)
            for target in targets.get(other.id, {}).values()
            if target.holds
        }
        within = _within_number(kept, own, others, machines_max)
        if len(within) < len(kept):
            told.append(f"stops at {machines_max:,} machines: for more a second person must approve")
        kept = within
    if not told:
        return plan
    wanted_w = plan.wanted_w
    if not isinstance(event.ask.shed, Fixed):
        wanted_w = min(wanted_w, sum(choice.shed_w for choice in kept if not choice.candidate.held_by))
    words = "; ".join(filter(None, (*told, plan.words)))
    return msgspec.structs.replace(plan, choices=kept, wanted_w=wanted_w, words=words)


def _within_power(choices: Iterable[Choice], own: Collection[str], most_w: float) -> tuple[Choice, ...]:
    choices = tuple(choices)
    sum_w = sum(choice.shed_w for choice in choices if choice.candidate.asset in own)
    kept = []
    for choice in choices:
        if choice.candidate.asset not in own:
            power_w = choice.shed_w or choice.candidate.machine.identity.nameplate_w or 0.0
            if sum_w + power_w > most_w:
                continue
            sum_w += power_w
        kept.append(choice)
    return tuple(kept)


def _within_number(
    choices: Iterable[Choice], own: Collection[str], others: Collection[str], most: int
) -> tuple[Choice, ...]:
    touched = {*own, *others}
    kept = []
    for choice in choices:
        asset = choice.candidate.asset
        if asset not in touched:
            if len(touched) >= most:
                continue
            touched.add(asset)
        kept.append(choice)
    return tuple(kept)
