"""Events and their machines: the states that a curtailment can be in, and what is kept of each."""

from __future__ import annotations

from typing import Literal

import msgspec

from mintage.fleet.curtail.asks import Ask

EventState = Literal["preview", "pending", "shedding", "held", "restoring", "ended", "cancelled", "aborted"]
"""preview: shown, nothing done, waits for a second person; pending: waits for its begin; shedding: machines are told;
held: all machines answered for; restoring: machines come back; ended, cancelled, aborted: over."""
OPEN: tuple[EventState, ...] = ("pending", "shedding", "held", "restoring")
STEERING: tuple[EventState, ...] = ("shedding", "held", "restoring")
OVER: tuple[EventState, ...] = ("ended", "cancelled", "aborted")

TargetState = Literal[
    "planned",
    "sent",
    "confirmed",
    "drifted",
    "refused",
    "silent",
    "restoring",
    "restored",
    "not-restored",
    "released",
]
"""planned: to be told; sent: told; confirmed: its readings bear it out; drifted: runs again although it was told not
to; refused: said no; silent: never answered; restoring: to run again; restored: its readings bear that out;
not-restored: tried as often as allowed, tried again now and then; released: left to an operator or another event."""
SETTLED: frozenset[TargetState] = frozenset({"restored", "not-restored", "released"})
"""Nothing is left to do for the event."""

ASLEEP, RUN = "asleep", "run"
_MODE = "mode:"


def lower(mode: str) -> str:
    """The wish that a machine works in a lower mode."""
    return _MODE + mode


def mode_of(want: str) -> str:
    """The work mode that a wish names; "" where it names none."""
    return want.removeprefix(_MODE) if want.startswith(_MODE) else ""


def strength(want: str) -> int:
    """Which of two wishes for one machine wins: sleep over a lower mode over running."""
    return 2 if want == ASLEEP else 1 if mode_of(want) else 0


class Event(msgspec.Struct, kw_only=True):
    """A curtailment.

    Attributes:
        id: its id.
        state: where it stands.
        ask: what was asked.
        who: who or what asked.
        login: login of the operating system that was asked from; "" where that is not known.
        approved_by: second person who approved it; "" where nobody did.
        foreseen: machines that it was to shed when it was asked for without approval.
        asked_w: power to be shed, W; what the plan found where no figure was asked for.
        created_us: when it was asked.
        began_us: when shedding began; None before.
        reached_us: when the machines' readings showed that the target was reached; None where they never did.
        ends_us: when machines come back at the latest; None before it began.
        left_us: time for which it may still be held, however the wall clock is set; None before it began.
        restoring_us: when restoring began; None before.
        ended_us: when it was over; None before.
        outcome: what it becomes when all machines are back: ended, cancelled or aborted.
        words: why it stands where it stands.
        step_us: earliest instant of the next step of restoring.
        replan_us: when machines are chosen anew.
        baselines: power before shedding by who counted it, W; what it is measured against.
        proof: SHA-256 of its proof document; "" before there is one.
        recorded: whether its fact is on its way.
    """

    id: str
    state: EventState
    ask: Ask
    who: str
    login: str = ""
    approved_by: str = ""
    foreseen: tuple[str, ...] = ()
    asked_w: int = 0
    created_us: int
    began_us: int | None = None
    reached_us: int | None = None
    ends_us: int | None = None
    left_us: int | None = None
    restoring_us: int | None = None
    ended_us: int | None = None
    outcome: EventState = "ended"
    words: str = ""
    step_us: int = 0
    replan_us: int = 0
    baselines: dict[str, float] = {}
    proof: str = ""
    recorded: bool = False


class Target(msgspec.Struct, kw_only=True):
    """One machine of a curtailment.

    Attributes:
        event: the curtailment.
        asset: the machine.
        rank: its place in the order of shedding, from 0.
        want: what the curtailment wants of it: "asleep", "mode:NAME" or "run".
        was_mode: its work mode before; "" where unknown.
        shed_w: power that shedding it should save.
        baseline_w: power that it drew before.
        baseline_by: who said so: machine or nameplate.
        efficiency_j_th: energy per hash before; None where unknown or where it did not hash.
        state: where it stands.
        tries: how often it was told what is wanted of it now.
        told: how often it was told anything in this curtailment.
        drifts: how often it ran again by itself.
        sent_us: when it was told last.
        next_us: when it may be told again.
        confirmed_us: when its readings first bore the shedding out.
        restored_us: when they bore the restoring out.
        words: its own words, or why it stands where it stands.
        kept_by: who put it to sleep by hand meanwhile; it is not woken for the curtailment's sake.
        late: how often it was told to wake after it was away for more than a day.
        left: whether an operator took it out of the curtailment; it is not shed again in it.
    """

    event: str
    asset: str
    rank: int
    want: str
    was_mode: str
    shed_w: float
    baseline_w: float
    baseline_by: str
    efficiency_j_th: float | None = None
    state: TargetState = "planned"
    tries: int = 0
    told: int = 0
    drifts: int = 0
    sent_us: int | None = None
    next_us: int = 0
    confirmed_us: int | None = None
    restored_us: int | None = None
    words: str = ""
    kept_by: str = ""
    late: int = 0
    left: bool = False

    @property
    def holds(self) -> bool:
        """Whether the curtailment still keeps it from running as before."""
        return self.want != RUN and self.state not in SETTLED


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """One minute of a curtailment.

    Attributes:
        minute_us: its beginning.
        seconds: how much of it belongs to the curtailment.
        delivered_w: mean power shed in it; None where nobody could count it.
        counted_by: meters, machines or nameplate; "" where nobody could.
        baseline_w: what it is measured against.
        power_w: what was drawn instead.
        reason: why it is a gap, or what is to be known of the count.
    """

    minute_us: int
    seconds: float
    delivered_w: float | None
    counted_by: str
    baseline_w: float | None = None
    power_w: float | None = None
    reason: str = ""


class Note(msgspec.Struct, frozen=True):
    """One entry of a curtailment's log.

    Attributes:
        at_us: when.
        who: who or what.
        what: what happened, in words.
    """

    at_us: int
    who: str
    what: str
