"""The course of one curtailment: it begins, sheds, holds and looks again, restores in steps, and is over."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from mintage.fleet.control.store import Desk, in_people_s
from mintage.fleet.curtail import steps
from mintage.fleet.curtail.asks import STEADY, Breakeven, Cap, Fixed, Thermal
from mintage.fleet.curtail.bounds import bounded
from mintage.fleet.curtail.candidates import Grounds, candidates
from mintage.fleet.curtail.choice import Choice, Plan, Situation, choose
from mintage.fleet.curtail.commands import begin_restore
from mintage.fleet.curtail.delivered import baselines, stale_after_s
from mintage.fleet.curtail.drawn import by_machine, drawn_w
from mintage.fleet.curtail.prices import power_of, prices
from mintage.fleet.curtail.states import RUN, SETTLED, Event, Target
from mintage.fleet.curtail.store import Book
from mintage.fleet.latest import Machine
from mintage.units.errors import InputError

RAMP_S = 300.0
"""A machine that hashes again draws its full power within this time."""
_CLOSE_US = 1_000_000
"""An end that is told is not corrected by less."""
REPLAN_S = 15.0
"""How often a curtailment looks again whether it sheds the right machines."""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What one round works on.

    Attributes:
        context: the site.
        book: its curtailments.
        machines: what is known of each machine.
        targets: machines of each unfinished curtailment.
        now_us: the instant of the round.
    """

    context: Desk
    book: Book
    machines: dict[str, Machine]
    targets: dict[str, dict[str, Target]]
    now_us: int

    def note(self, event: Event, what: str) -> None:
        """Add to a curtailment's log."""
        self.book.note(event.id, self.now_us, "agent", what)


def advance(stage: Stage, event: Event) -> None:
    """Move a curtailment on; changes it and its targets."""
    now_us = stage.now_us
    if event.state == "pending" and (event.ask.starts_us or 0) <= now_us:
        _begin(stage, event)
    elif event.state in ("shedding", "held"):
        if _is_over(event, now_us):
            event.words = "its end came"
            stage.note(event, "its end came; machines come back")
            begin_restore(event, now_us)
        else:
            _hold(stage, event)
    if event.state == "restoring":
        _bring_back(stage, event, list(stage.targets[event.id].values()))
        if all(target.state in SETTLED for target in stage.targets[event.id].values()):
            event.state, event.ended_us = event.outcome, now_us
            stage.note(event, f"{event.outcome}: {event.words}")


def shift(event: Event, step_us: int) -> None:
    """The wall clock was stepped: move what is a length of time; an end that was named as an instant stays."""
    event.step_us += step_us
    event.replan_us += step_us


def hold_on(event: Event, now_us: int) -> None:
    """It may be held for its longest hold from now, or until the instant that was named; changes the event."""
    event.left_us = round(event.ask.manner.hold_max_s * 1e6)
    _tell_end(event, now_us)


def pass_time(event: Event, real_us: int, now_us: int) -> None:
    """So much time has really passed: less of the hold is left; changes the event."""
    if event.began_us is None or event.state not in ("shedding", "held"):
        return
    longest_us = round(event.ask.manner.hold_max_s * 1e6)
    if event.left_us is None:  # it was begun by an agent that went by the wall clock alone
        event.left_us = (event.ends_us or now_us) - now_us + real_us
    event.left_us = min(max(event.left_us - real_us, 0), longest_us)
    _tell_end(event, now_us)


def _tell_end(event: Event, now_us: int) -> None:
    ends_us = now_us + (event.left_us or 0)
    if event.ask.until_us is not None:
        ends_us = min(ends_us, event.ask.until_us)
    if event.ends_us is None or abs(ends_us - event.ends_us) > _CLOSE_US:
        event.ends_us = ends_us


def _is_over(event: Event, now_us: int) -> bool:
    until_us = event.ask.until_us
    return event.left_us == 0 or (until_us is not None and until_us <= now_us)


def plan_for(stage: Stage, event: Event) -> Plan:
    """What a curtailment wants now.

    Raises:
        InputError: a price or a power that it needs is unknown.
    """
    context, ask = stage.context, event.ask
    site, db, now_us = context.site, context.db, stage.now_us
    own = stage.targets.get(event.id, {})
    held = {
        target.asset: target
        for other, targets in stage.targets.items()
        if other != event.id
        for target in targets.values()
        if target.holds
    }
    grounds = Grounds(
        now_us=now_us,
        site=site,
        held=held,
        own=own,
        turns=stage.book.turns(),
        stale_s=stale_after_s(context),
    )
    told = prices(site, stage.book, now_us) if isinstance(ask.shed, Breakeven) else None
    situation = Situation(
        hashprice_usd_ph_day=told.hashprice_usd_ph_day if told else None,
        price_usd_mwh=told.price_usd_mwh if told else None,
        prices_by=told.by if told else "",
        pue=float(site.pue),
        power_w=power_of(db, site, stage.machines.values(), ask.shed.feeder, now_us, by_machine(stage.targets.values()))
        if isinstance(ask.shed, Cap)
        else None,
        own=own,
    )
    return choose(ask, candidates(stage.machines.values(), ask, grounds), situation)


def _plan_within(stage: Stage, event: Event) -> Plan:
    plan = plan_for(stage, event)
    return bounded(plan, event, stage.book.unfinished(), stage.targets, stage.context.site.approval_above)


def _begin(stage: Stage, event: Event) -> None:
    now_us = stage.now_us
    try:
        plan = _plan_within(stage, event)
    except InputError as error:
        event.state = event.outcome = "aborted"
        event.ended_us, event.words = now_us, str(error)
        stage.note(event, f"not begun: {error}")
        return
    hold_on(event, now_us)
    event.state, event.began_us = "shedding", now_us
    _apply(stage, event, plan)
    event.baselines = baselines(stage.context, event, stage.targets, stage.machines, now_us)
    began = f"began: {len(plan.choices):,} machines, {plan.wanted_w / 1000:,.1f} kW asked"
    stage.note(event, "; ".join(filter(None, (began, plan.words))))


def _hold(stage: Stage, event: Event) -> None:
    """Look again where that is due, and say what has been reached."""
    targets = stage.targets[event.id]
    if stage.now_us >= event.replan_us:
        _look_again(stage, event)
    holding = [target for target in targets.values() if target.holds]
    confirmed_w = sum(target.shed_w for target in holding if target.state == "confirmed")
    waits = any(target.state in ("planned", "sent") for target in holding)
    reached = bool(holding) and (
        confirmed_w >= event.asked_w - 0.5
        if isinstance(event.ask.shed, Fixed)
        else all(target.state == "confirmed" for target in holding)
    )
    if reached and event.reached_us is None:
        event.reached_us = stage.now_us
        took_s = (stage.now_us - (event.began_us or stage.now_us)) / 1e6
        stage.note(event, f"reached after {took_s:,.0f} s: readings show {confirmed_w / 1000:,.1f} kW shed")
    if event.state == "shedding" and (reached or not waits):
        event.state = "held"


def _look_again(stage: Stage, event: Event) -> None:
    """Choose anew by what is known now: more machines where some refused, fewer where some may run again."""
    ask, now_us = event.ask, stage.now_us
    every_s = max(REPLAN_S, in_people_s(stage.context.clock, 0.5))
    event.replan_us = now_us + round(every_s * 1e6)
    try:
        plan = _plan_within(stage, event)
    except InputError as error:
        if event.words != str(error):
            event.words = str(error)
            stage.note(event, f"cannot look again: {error}")
        return
    is_bound = plan.words.startswith("stops at") != event.words.startswith("stops at")
    if plan.words != event.words and (isinstance(ask.shed, (*STEADY, Cap)) or is_bound):
        stage.note(event, plan.words or "nothing is missing any more")
    event.words = plan.words
    if ask.trigger == "rule" and ask.until_us is None:
        # What shows that it is still needed was just seen; without that it ends after the longest hold.
        hold_on(event, now_us)
    _apply(stage, event, plan)
    if isinstance(ask.shed, STEADY):
        return
    wanted = {choice.candidate.asset for choice in plan.choices}
    over = [
        target
        for target in stage.targets[event.id].values()
        if target.asset not in wanted and _may_return(target, event, now_us)
    ]
    _bring_back(stage, event, over)
    all_back = all(target.state in SETTLED for target in stage.targets[event.id].values())
    if ask.rule and ask.until_us is None and not wanted and all_back:
        event.words = "nothing is to be shed any more"
        begin_restore(event, now_us)


def _may_return(target: Target, event: Event, now_us: int) -> bool:
    """Whether a rule may bring a machine back while it holds others."""
    if not target.holds or target.state not in ("confirmed", "planned", "sent"):
        return False
    rest_s = event.ask.manner.rest_min_s
    if isinstance(event.ask.shed, Thermal):
        rest_s = max(rest_s, 600.0)  # a hall does not cool in seconds
    return (now_us - (target.sent_us or 0)) / 1e6 >= rest_s


def _apply(stage: Stage, event: Event, plan: Plan) -> None:
    """Take the machines of a plan into the curtailment."""
    targets = stage.targets.setdefault(event.id, {})
    event.asked_w = round(plan.wanted_w)
    for choice in plan.choices:
        asset = choice.candidate.asset
        known = targets.get(asset)
        if known is None:
            stage.book.track(_target(event, choice, len(targets), stage.now_us), targets)
        elif not known.holds or known.want != choice.want:
            known.want, known.shed_w = choice.want, choice.shed_w
            known.state, known.tries, known.next_us, known.words = "planned", 0, stage.now_us, ""
            known.confirmed_us = known.restored_us = None


def _target(event: Event, choice: Choice, rank: int, now_us: int) -> Target:
    item = choice.candidate
    return Target(
        event=event.id,
        asset=item.asset,
        rank=rank,
        want=choice.want,
        was_mode=item.mode,
        shed_w=choice.shed_w,
        baseline_w=item.power_w,
        baseline_by=item.power_by or "unknown",
        efficiency_j_th=item.efficiency_j_th,
        next_us=now_us,
    )


def _bring_back(stage: Stage, event: Event, over: list[Target]) -> None:
    """One step of restoring: best machines first, so many as a step may bring, where their feeder has room."""
    waiting = [target for target in over if target.want != RUN and target.state not in SETTLED]
    if not waiting or stage.now_us < event.step_us:
        return
    manner = event.ask.manner.restore
    room_w, drawn = _room_w(stage)
    sum_w, count, blocked = 0.0, 0, 0
    for target in sorted(waiting, key=lambda item: -item.rank):
        feeder = _feeder(stage, target)
        more_w = target.baseline_w - drawn.get(target.asset, 0.0)
        if target.told and more_w > max(room_w.get(feeder, float("inf")), 0.0):
            blocked += 1
            continue
        full = (manner.machines and count >= manner.machines) or (
            manner.kw and sum_w + target.baseline_w > manner.kw * 1000
        )
        if full and count:
            break
        count, sum_w = count + 1, sum_w + target.baseline_w
        if feeder in room_w:
            room_w[feeder] -= max(more_w, 0.0)
        steps.restore(target, stage.now_us)
    event.step_us = stage.now_us + round(manner.every_s * 1e6)
    words = f"{blocked:,} machines wait for room on their feeder" if blocked else ""
    if blocked and words != event.words:
        event.words = words
        stage.note(event, words)


def _feeder(stage: Stage, target: Target) -> str:
    machine = stage.machines.get(target.asset)
    return machine.place.feeder if machine else ""


def _ramps(target: Target, now_us: int) -> bool:
    """Whether a machine that hashes again may still be on its way to full power."""
    return target.state == "restored" and now_us - (target.restored_us or 0) < RAMP_S * 1e6


def _room_w(stage: Stage) -> tuple[dict[str, float], dict[str, float]]:
    """What each feeder may still carry, and what each machine is counted with.

    It is the limit less what the machines draw, and less what is on its way back. A machine of which nobody knows
    what it draws counts as the largest of its feeder: one unknown machine does not keep all others asleep.
    """
    held = by_machine(stage.targets.values())
    room_w = {feeder.name: feeder.limit_kw * 1000.0 for feeder in stage.context.site.feeder}
    used_w: dict[str, float] = defaultdict(float)
    coming = {
        target.asset: target.baseline_w
        for targets in stage.targets.values()
        for target in targets.values()
        if target.want == RUN and (target.state == "restoring" or _ramps(target, stage.now_us))
    }
    known = {asset: drawn_w(machine, held.get(asset)) for asset, machine in stage.machines.items()}
    most_w: dict[str, float] = defaultdict(float)
    for asset, machine in stage.machines.items():
        most_w[machine.place.feeder] = max(most_w[machine.place.feeder], known[asset] or 0.0)
    drawn: dict[str, float] = {}
    for asset, machine in stage.machines.items():
        power_w = known[asset]
        drawn[asset] = max(most_w[machine.place.feeder] if power_w is None else power_w, coming.get(asset, 0.0))
        used_w[machine.place.feeder] += drawn[asset]
    return {name: limit_w - used_w[name] for name, limit_w in room_w.items()}, drawn
