"""Time that really passed, whatever the wall clock says, also while the agent was down.

What is kept beside each round: wall clock, monotonic clock, and the boot that the monotonic clock counts from. Within
one boot the monotonic clock tells how long the agent was away. After another boot only the wall clock can: where it
shows less than was kept it is wrong, and the time away counts as none until it is set right.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from mintage.fleet.control.store import in_people_s
from mintage.fleet.curtail.store import Book
from mintage.units.clock import Clock

STEP_S = 5.0
"""The wall clock may run away from the monotonic one by so much before it counts as stepped."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAME = "clock"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks at one instant.

    Attributes:
        wall_us: the wall clock.
        elapsed_us: the monotonic clock.
        boot: boot that the monotonic clock counts from; "" where the system does not tell.
    """

    wall_us: int
    elapsed_us: int
    boot: str


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """What happened between two rounds.

    Attributes:
        real_us: time that passed.
        step_us: by how much the wall clock was stepped; 0 where it was not.
    """

    real_us: int = 0
    step_us: int = 0


class Timekeeper:
    """Tells how much time passed between rounds, over restarts too.

    Args:
        clock: the site's clock.
        book: keeps the marks.
        boot: boot that the monotonic clock counts from.
    """

    def __init__(self, clock: Clock, book: Book, boot: str) -> None:
        self._clock, self._book, self._boot = clock, book, boot
        self._last: Mark | None = None
        self._away: tuple[Mark, int, int] | None = None
        """After another boot: the mark before, our monotonic clock at the start, and what was counted as away."""

    def passed(self) -> Passed:
        """What happened since the last call, or since what an agent before kept."""
        now = Mark(wall_us=self._clock.now_us(), elapsed_us=round(self._clock.elapsed_s() * 1e6), boot=self._boot)
        before, is_first = self._last or self._kept(), self._last is None
        self._last = now
        if before is None:
            return Passed()
        wall_us = now.wall_us - before.wall_us
        same_boot = bool(now.boot) and now.boot == before.boot and now.elapsed_us >= before.elapsed_us
        if is_first and not same_boot:
            self._away = (before, now.elapsed_us, max(wall_us, 0))
            return Passed(real_us=max(wall_us, 0), step_us=min(wall_us, 0))
        real_us = now.elapsed_us - before.elapsed_us
        step_us = wall_us - real_us
        if abs(step_us) < in_people_s(self._clock, STEP_S) * 1e6:
            return Passed(real_us=real_us)
        return Passed(real_us=real_us + self._found_out(now, step_us), step_us=step_us)

    def keep(self) -> None:
        """Keep the clocks for the next agent; belongs into the transaction of the round."""
        if self._last is not None:
            self._book.set(_NAME, msgspec.json.encode(self._last), "agent", self._last.wall_us)

    def _found_out(self, now: Mark, step_us: int) -> int:
        """The first step forward after a boot sets a wrong clock right: then the time away is known."""
        if self._away is None or step_us <= 0:
            return 0
        before, started_us, counted_us = self._away
        self._away = None
        away_us = now.wall_us - before.wall_us - (now.elapsed_us - started_us)
        return max(away_us - counted_us, 0)

    def _kept(self) -> Mark | None:
        body = self._book.setting(_NAME)
        return msgspec.json.decode(body, type=Mark) if body else None


def boot_id() -> str:
    """The running boot of the operating system; "" where it does not tell."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""
