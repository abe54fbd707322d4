"""One machine's way through a curtailment: what its readings prove, and what it is told next.

Pure functions of a target, a machine and the time. A command counts as done only when readings made after it say so;
missing readings never undo what was proven, so that a dead switch starts no storm of commands.
"""

from __future__ import annotations

import msgspec

from mintage.fleet.control.store import in_people_s
from mintage.fleet.curtail.asks import Manner
from mintage.fleet.curtail.states import ASLEEP, RUN, SETTLED, Target, mode_of
from mintage.fleet.drivers.port import Action, Reboot, Result, SetMode, Sleep, Wake
from mintage.fleet.latest import Machine
from mintage.units.clock import Clock

SHED_MAX = 0.25
"""A machine that draws more than this share of what it drew before is not shed, whatever state it claims."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long things take, in microseconds of the site's clock.

    Attributes:
        confirm_us: readings must bear a command out within this time, or it is sent again.
        backoff_us: pause after the first refusal; it grows with each.
        settle_us: machines obey some seconds after they answer; readings sooner may be of the time before.
        boot_us: a machine that starts may take so long before it counts as not coming back.
        straggler_us: how often a machine that did not come back is told to again, for as long as it takes.
        tries_max: how often a command is sent.
        drifts_max: how often a machine that woke by itself is shed again.
    """

    confirm_us: int
    backoff_us: int
    settle_us: int
    boot_us: int
    straggler_us: int
    tries_max: int
    drifts_max: int


def pace(manner: Manner, clock: Clock) -> Pace:
    """The pace of a curtailment; on a clock that runs faster, networks and boots are no faster than elsewhere."""

    def at_least(seconds: float, real_s: float) -> int:
        return round(max(seconds, in_people_s(clock, real_s)) * 1_000_000)

    return Pace(
        confirm_us=at_least(manner.confirm_s, 3.0),
        backoff_us=at_least(10.0, 0.5),
        settle_us=at_least(20.0, 0.5),
        boot_us=at_least(900.0, 5.0),
        straggler_us=at_least(300.0, 5.0),
        tries_max=manner.tries_max,
        drifts_max=manner.drifts_max,
    )


class Step(msgspec.Struct, frozen=True):
    """What to do about a machine.

    Attributes:
        action: what to tell it; None for nothing.
        note: what is worth a line in the log; "" for nothing.
    """

    action: Action | None = None
    note: str = ""


NOTHING = Step()


def shown(want: str, machine: Machine | None, target: Target, since_us: int) -> bool | None:
    """Whether readings made after an instant show what is wanted; None where there are none that can tell."""
    snapshot = machine.snapshot if machine else None
    if machine is None or snapshot is None or snapshot.at_us <= since_us:
        return None
    state, power_w = machine.state, snapshot.number("power_in_w")
    if state in ("offline", "unknown"):
        return None
    if want == ASLEEP:
        if power_w is not None and target.baseline_w > 0:
            quiet = power_w <= SHED_MAX * target.baseline_w
            return quiet and state in ("asleep", "idle", "fault")
        return state == "asleep"
    if want == RUN and target.efficiency_j_th is None:
        return state != "asleep"  # it did not hash before either
    mode = mode_of(want) or (target.was_mode if want == RUN else "")
    told_mode = snapshot.values.get("mode")
    return state == "hashing" and (not mode or told_mode is None or told_mode == mode)


def action_for(want: str, machine: Machine | None, target: Target) -> Action:
    """What brings a machine nearer to what is wanted of it."""
    if want == ASLEEP:
        return Sleep()
    asleep = machine is None or machine.state in ("asleep", "idle", "offline", "unknown", "fault")
    if asleep:
        # A machine that twice did not wake is restarted: some wake no other way.
        return Reboot() if want == RUN and target.tries % 3 == 2 else Wake()
    mode = mode_of(want) or target.was_mode
    told_mode = machine.snapshot.values.get("mode") if machine and machine.snapshot else None
    return SetMode(mode) if mode and told_mode != mode else Wake()


def step(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> Step:
    """Move one target on by what is known now; changes the target."""
    if target.state in SETTLED:
        return NOTHING
    if target.want == RUN:
        return _restore(target, machine, pace, now_us)
    return _shed(target, machine, pace, now_us)


def _shed(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> Step:
    since_us = target.sent_us if target.sent_us is not None else now_us
    proof = shown(target.want, machine, target, since_us)
    if target.state in ("sent", "refused", "silent", "drifted") and proof:
        target.state, target.words = "confirmed", ""
        target.confirmed_us, target.next_us = target.confirmed_us or now_us, now_us
        return NOTHING
    if now_us < target.next_us or (target.state != "planned" and _boots(target, machine, pace, now_us)):
        return NOTHING
    if target.state == "planned" or (target.state == "sent" and target.tries < pace.tries_max):
        return Step(_tell(target, machine, pace, now_us))
    if target.state == "sent":
        target.state = "silent" if proof is None else "drifted"
        target.words = "no readings since it was told" if proof is None else "said yes, but its readings do not show it"
        target.next_us = now_us + pace.straggler_us
        return Step(note=f"{target.asset}: {target.words}")
    if target.state in ("confirmed", "silent", "refused", "drifted") and proof is False:
        return _drift(target, machine, pace, now_us)
    return NOTHING


def _boots(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> bool:
    """Whether a machine that is to hash, fast or slowly, is on its way there."""
    starts = machine is not None and machine.state == "starting" and target.want != ASLEEP
    return starts and now_us - (target.sent_us or 0) < pace.boot_us


def _drift(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> Step:
    """It runs although it should not: tell it again, as often as allowed."""
    if target.drifts >= pace.drifts_max:
        if target.state == "drifted":
            return NOTHING
        target.state = "drifted"
        target.words = f"runs again after {target.drifts} times of being shed anew; left alone"
        return Step(note=f"{target.asset}: {target.words}")
    target.drifts += 1
    target.tries = 0
    action = _tell(target, machine, pace, now_us)
    return Step(action, f"{target.asset}: runs again, shed anew (time {target.drifts})")


def _restore(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> Step:
    settled_us = (target.sent_us or 0) + pace.settle_us
    if shown(RUN, machine, target, settled_us if target.tries == 0 else target.sent_us or 0):
        target.state, target.restored_us, target.words = "restored", now_us, ""
        return NOTHING
    if now_us < target.next_us:
        return NOTHING
    if target.tries and _boots(target, machine, pace, now_us):
        return NOTHING
    # A machine in doubt is told once more than one that merely sleeps: it must not stay asleep.
    if target.tries < pace.tries_max + 2:
        return Step(_tell(target, machine, pace, now_us))
    target.state = "not-restored"
    target.words = target.words or (f"still {machine.state}" if machine else "gone")
    target.next_us = now_us + pace.straggler_us
    return Step(note=f"{target.asset}: did not come back: {target.words}")


def straggle(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> Step:
    """Keep trying to bring back a machine of a curtailment that is over; changes the target."""
    if shown(RUN, machine, target, target.sent_us or 0):
        target.state, target.restored_us, target.words = "restored", now_us, "came back late"
        return Step(note=f"{target.asset}: came back")
    if now_us < target.next_us:
        return NOTHING
    action = action_for(RUN, machine, target)
    target.tries += 1
    target.sent_us, target.next_us = now_us, now_us + pace.straggler_us
    return Step(action)


def answered(target: Target, result: Result, pace: Pace, now_us: int) -> str:
    """Take a machine's answer; changes the target and returns what is worth a line in the log, "" for nothing."""
    if result.outcome == "done" or target.state in SETTLED:
        return ""
    target.words = result.words or result.outcome
    if target.want == RUN:
        target.next_us = now_us + pace.backoff_us * target.tries
        return ""
    again = result.outcome != "unsupported" and target.tries < pace.tries_max
    if again:
        target.state, target.next_us = "planned", now_us + pace.backoff_us * target.tries
        return ""
    target.state = "silent" if result.outcome == "silent" else "refused"
    target.next_us = now_us + pace.straggler_us
    return f"{target.asset}: {target.state}: {target.words}"


def cover(target: Target, machine: Machine | None, now_us: int) -> None:
    """Another curtailment sees to it that the machine does at least this; changes the target."""
    target.told = max(target.told, 1)
    target.sent_us = target.sent_us or now_us
    if target.state != "confirmed" and shown(ASLEEP, machine, target, target.sent_us):
        target.state, target.confirmed_us = "confirmed", target.confirmed_us or now_us


def restore(target: Target, now_us: int) -> None:
    """From now on the curtailment wants the machine to run as before; changes the target."""
    if target.want == RUN or target.state in SETTLED:
        return
    target.want, target.tries, target.next_us = RUN, 0, now_us
    target.state = "restoring"
    if target.kept_by:
        target.state, target.words = "released", f"sleeps because {target.kept_by} put it to sleep"
    elif target.told == 0:
        target.state, target.words = "released", "was never told to sleep"


def _tell(target: Target, machine: Machine | None, pace: Pace, now_us: int) -> Action:
    """Mark the target as told, before it is: a crash in between costs a repetition, never a machine."""
    action = action_for(target.want, machine, target)
    target.tries += 1
    target.told += 1
    target.sent_us = now_us
    target.next_us = now_us + pace.confirm_us
    if target.want != RUN:
        target.state = "sent"
    return action
