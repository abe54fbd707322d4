"""What people ask of a curtailment that runs: done in the next round, whatever state it is in."""

from __future__ import annotations

from mintage.fleet.curtail import steps
from mintage.fleet.curtail.states import OPEN, RUN, SETTLED, Event, Target
from mintage.fleet.curtail.store import Book, Command

__all__ = ["Command", "obey"]


def obey(book: Book, command: Command, events: list[Event], targets: dict[str, dict[str, Target]], now_us: int) -> None:
    """Carry out one command; changes events and targets."""
    if command.what == "release":
        _release(book, command, events, targets, now_us)
        return
    event = next((item for item in events if item.id == command.event and item.state in OPEN), None)
    if event is None:
        return  # it was over before the command came
    book.note(event.id, now_us, command.who, f"{command.what}: {command.reason}")
    begun = event.state != "pending"
    if command.what == "restore":
        event.words = f"restored by {command.who}"
    else:
        event.outcome = "cancelled" if command.what == "cancel" else "aborted"
        event.words = f"{event.outcome} by {command.who}"
    if command.what == "abort-leave":
        for target in targets[event.id].values():
            if target.state not in SETTLED:
                target.state, target.words = "released", f"left as it is by {command.who}"
    if not begun:
        event.state, event.ended_us = "cancelled", now_us
        event.outcome = "cancelled"
        return
    begin_restore(event, now_us)
    if command.what == "abort":
        for target in targets[event.id].values():
            steps.restore(target, now_us)


def begin_restore(event: Event, now_us: int) -> None:
    """From now on machines come back; changes the event."""
    if event.state == "restoring":
        return
    event.state, event.restoring_us, event.step_us = "restoring", now_us, now_us


def _release(
    book: Book, command: Command, events: list[Event], targets: dict[str, dict[str, Target]], now_us: int
) -> None:
    """Machines that an operator wants to run, run: whatever holds them lets go, and does not take them again."""
    for asset in command.assets:
        for event in events:
            target = targets[event.id].get(asset)
            if target is None or not target.holds:
                continue
            target.left = True
            target.told = max(target.told, 1)
            steps.restore(target, now_us)
            if target.want == RUN:
                target.words = f"released by {command.who}: {command.reason}"
            book.note(event.id, now_us, command.who, f"{asset} released: {command.reason}")
