"""What only shows over time: counters that stand still, another machine behind the same address."""

from __future__ import annotations

from mintage.fleet.drivers.avalon.parse import Stats
from mintage.fleet.drivers.avalon.readings import Fresh

FROZEN_AFTER_S = 30.0
"""Shorter intervals may see the same second or the same work twice on a healthy machine."""


class History:
    """Compares each poll with an earlier one.

    Args:
        dna: identity of the control board that is expected; "" where unknown.
    """

    __slots__ = ("_at_s", "_dna", "_uptime", "_was_hashing", "_work")

    def __init__(self, dna: str) -> None:
        self._dna = dna
        self._at_s: float | None = None
        self._uptime = b""
        self._work = b""
        self._was_hashing = False

    def compare(self, stats: Stats, fresh: Fresh, elapsed_s: float) -> None:
        """Add to a poll's doubts what earlier polls tell.

        Args:
            stats: this poll.
            fresh: its readings.
            elapsed_s: the clock's running time.
        """
        pairs = stats.values
        dna = pairs.get(b"DNA", b"").decode("ascii", "replace").lower()
        if self._dna and dna and dna.isalnum() and dna != self._dna:
            fresh.doubts.append(f"another machine answers: DNA {dna[:32]} instead of {self._dna}")
        uptime, work = pairs.get(b"Elapsed", b""), pairs.get(b"MW") or pairs.get(b"MW0", b"")
        is_hashing = fresh.values["state"] == "hashing"
        since_s = FROZEN_AFTER_S if self._at_s is None else elapsed_s - self._at_s
        if self._at_s is not None and since_s >= FROZEN_AFTER_S:
            if uptime and uptime == self._uptime:
                fresh.doubts.append(f"its telemetry stands still: the same uptime after {since_s:.0f} s")
            elif work and work == self._work and is_hashing and self._was_hashing:
                fresh.doubts.append(f"its work counters stand still: no new work in {since_s:.0f} s")
        if since_s >= FROZEN_AFTER_S:
            self._at_s, self._uptime, self._work, self._was_hashing = elapsed_s, uptime, work, is_hashing
