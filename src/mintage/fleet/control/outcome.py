"""What an answer, a silence or a later reading means for an action at one machine. All of it is pure.

Only silence is tried again, at growing intervals and not often: a refusal is an answer. What must not be done twice (a
reboot) is not sent again after a silence, because the machine may have heard it; telemetry then tells.
"""

from __future__ import annotations

import msgspec

from mintage.fleet.control.actions import trait
from mintage.fleet.control.store import TargetState
from mintage.fleet.drivers.port import Action, Reboot, Result, Sleep, Wake
from mintage.fleet.latest import Machine

RETRY_S = (5.0, 20.0, 60.0)
"""Pauses before a silent machine is asked again; after the last one it is silent for good."""
SETTLE_S = 10.0
"""A soft sleep begins some seconds after it was accepted: until then a hashing machine proves no wake."""
CLOCK_SLACK_S = 5.0
"""Machines count their uptime in whole seconds, from somewhere in their boot."""
_SECOND_US = 1_000_000


class Step(msgspec.Struct, frozen=True):
    """Where an action stands at a machine now.

    Attributes:
        state: the new state.
        words: what is told of it.
        again_s: seconds until it is asked again; None where it is not.
        answered: whether the machine itself said yes.
        effective: when it takes effect.
    """

    state: TargetState
    words: str
    again_s: float | None = None
    answered: bool = False
    effective: str = "now"


def after_answer(action: Action, result: Result, tries: int) -> Step:
    """What follows from a machine's answer, or from its silence, at the so-many-th try."""
    if result.outcome == "done":
        to_confirm = trait(action).confirm_s > 0 and result.effective == "now"
        state: TargetState = "accepted" if to_confirm else "done"
        return Step(state, result.words, answered=True, effective=result.effective)
    if result.outcome != "silent":
        return Step(result.outcome, result.words)
    if not trait(action).repeatable:
        return Step("accepted", f"no answer, and not repeated: {result.words}")
    if tries > len(RETRY_S):
        return Step("silent", result.words)
    return Step("waiting", result.words, again_s=RETRY_S[tries - 1])


def after_crash(action: Action, tries: int) -> Step:
    """What follows where the agent stopped between asking and keeping the answer."""
    if not trait(action).repeatable:
        return Step("accepted", "the agent stopped while it asked; not repeated")
    if tries > len(RETRY_S):
        return Step("silent", f"the agent stopped {tries} times while it asked")
    return Step("waiting", "the agent stopped while it asked; asked again", again_s=0.0)


def borne_out(action: Action, machine: Machine | None, since_us: int) -> str:
    """What telemetry after an instant says that proves the action; "" where it proves nothing yet."""
    snapshot = machine.snapshot if machine else None
    if snapshot is None or snapshot.at_us <= since_us:
        return ""
    if isinstance(action, Sleep) and snapshot.state == "asleep":
        return "telemetry: asleep"
    if isinstance(action, Wake) and snapshot.state == "hashing" and snapshot.at_us >= since_us + SETTLE_S * _SECOND_US:
        return "telemetry: hashing"
    uptime_s = snapshot.number("uptime_s")
    if isinstance(action, Reboot) and uptime_s is not None and snapshot.state != "offline":
        began_us = snapshot.at_us - uptime_s * _SECOND_US
        return f"telemetry: up for {uptime_s:.0f} s" if began_us > since_us - CLOCK_SLACK_S * _SECOND_US else ""
    return ""


def unproven(machine: Machine | None, *, answered: bool, words: str) -> Step:
    """What is told where the time for telemetry to bear an action out has passed."""
    state = machine.state if machine else "no machine of this site any more"
    told = f"{words}; telemetry: {state}" if words else f"telemetry: {state}"
    return Step("unconfirmed" if answered else "silent", told)
