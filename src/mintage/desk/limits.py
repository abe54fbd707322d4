"""How often one caller may ask: generous to a person and to a program that is well behaved, and an end to a flood."""

from __future__ import annotations

from mintage.people.limits import Buckets
from mintage.units.clock import Clock

READS_PER_S, READS_BURST = 100.0, 1_000.0
"""Reads of one caller: a page with everything on it asks for less than ten."""
WRITES_PER_S, WRITES_BURST = 5.0, 100.0
"""Acts of one caller."""


class Limits:
    """The limits of one server.

    Args:
        clock: what time it is.
    """

    def __init__(self, clock: Clock) -> None:
        self._reads = Buckets(clock, rate_per_s=READS_PER_S, burst=READS_BURST)
        self._writes = Buckets(clock, rate_per_s=WRITES_PER_S, burst=WRITES_BURST)

    def insist(self, key: str, *, reads: bool) -> None:
        """Take one request of a caller.

        Raises:
            TooMany: there were too many of late.
        """
        (self._reads if reads else self._writes).insist(key)
