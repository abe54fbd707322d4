"""Limits on strangers: how often anything may be asked, and how soon after a wrong password."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from mintage.people.errors import TooMany
from mintage.people.secret import derived
from mintage.state.db import StateDb
from mintage.units.clock import Clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_in_failure (
    key TEXT PRIMARY KEY, count INTEGER NOT NULL, last_us INTEGER NOT NULL, until_us INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
"""
FREE = {"name": 5, "factor": 5, "address": 20}
"""Attempts before the first delay: for one name, for one name's second factor, from one address."""
DELAY_S_MAX = 900
FORGET_US = 86_400 * 1_000_000
"""After so long without an attempt the count begins anew."""
KEYS_MAX = 10_000
"""Names and addresses counted at once; beyond it the longest quiet give way."""


class Buckets:
    """Token buckets in memory, one for each key: so many at once, and then so many a second.

    Args:
        clock: what time it is.
        rate_per_s: how many come back each second.
        burst: how many may be taken at once.
        keys_max: how many keys are remembered; beyond it the longest unused give way.
    """

    def __init__(self, clock: Clock, *, rate_per_s: float, burst: float, keys_max: int = KEYS_MAX) -> None:
        self._clock, self._rate_per_s, self._burst, self._keys_max = clock, rate_per_s, burst, keys_max
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, key: str, cost: float = 1.0) -> float:
        """Take something; 0.0, or the seconds to wait where there is not enough, and then nothing is taken."""
        now_s = self._clock.elapsed_s()
        with self._lock:
            left, at_s = self._left.pop(key, (self._burst, now_s))
            left = min(self._burst, left + (now_s - at_s) * self._rate_per_s)
            short = max(0.0, cost - left)
            self._left[key] = (left if short else left - cost, now_s)
            while len(self._left) > self._keys_max:
                self._left.popitem(last=False)
        return short / self._rate_per_s

    def insist(self, key: str, cost: float = 1.0) -> None:
        """Take something.

        Raises:
            TooMany: there is not enough.
        """
        wait_s = self.take(key, cost)
        if wait_s:
            raise TooMany(wait_s)


class Lockout:
    """Wrong passwords and codes, counted in the file of tables; each one beyond the free ones doubles the delay.

    What was typed as a name may be a password, so that only a keyed hash of it is kept. Names that nobody has are
    counted alike.

    Args:
        db: the file of tables.
        clock: what time it is.
        key: tells the key beside the file.
    """

    def __init__(self, db: StateDb, clock: Clock, key: Callable[[], bytes]) -> None:
        self._db, self._clock, self._key = db, clock, key
        db.define(SCHEMA)

    def attempt(self, **who: str) -> None:
        """Count an attempt before it is looked at, so that many at once are not heard as one.

        Args:
            who: whom it is counted against, by kind: `name`, `factor`, `address`; empty ones are not counted.

        Raises:
            TooMany: it comes too soon; it is not counted.
        """
        now_us = self._clock.now_us()
        with self._db.transaction():
            counts = {}
            for kind, text in who.items():
                if text:
                    count, until_us = self._count(self._hashed(kind, text), now_us)
                    if until_us > now_us:
                        raise TooMany((until_us - now_us) / 1_000_000)
                    counts[kind] = count + 1
            for kind, count in counts.items():
                until_us = now_us + _delay_s(count - FREE[kind]) * 1_000_000
                values = (self._hashed(kind, who[kind]), count, now_us, until_us)
                self._db.execute("INSERT OR REPLACE INTO sign_in_failure VALUES (?, ?, ?, ?)", values)
            self._make_room(now_us)

    def right(self, **who: str) -> None:
        """The attempt was right: names begin anew, and an address gets back the one attempt.

        An address does not begin anew, or whoever has a name of his or her own could guess at others' without end.
        """
        with self._db.transaction():
            for kind, text in who.items():
                if kind == "address":
                    update = "UPDATE sign_in_failure SET count = count - 1, until_us = 0 WHERE key = ? AND count > 0"
                else:
                    update = "DELETE FROM sign_in_failure WHERE key = ?"
                self._db.execute(update, (self._hashed(kind, text),))

    def _count(self, key: str, now_us: int) -> tuple[int, int]:
        query = "SELECT count, until_us FROM sign_in_failure WHERE key = ? AND last_us > ?"
        for count, until_us in self._db.rows(query, (key, now_us - FORGET_US)):
            return count, until_us
        return 0, 0

    def _make_room(self, now_us: int) -> None:
        self._db.execute("DELETE FROM sign_in_failure WHERE last_us <= ?", (now_us - FORGET_US,))
        oldest = "SELECT key FROM sign_in_failure ORDER BY last_us DESC LIMIT -1 OFFSET ?"
        self._db.execute(f"DELETE FROM sign_in_failure WHERE key IN ({oldest})", (KEYS_MAX,))  # noqa: S608

    def _hashed(self, kind: str, text: str) -> str:
        plain = network_of(text) if kind == "address" else text
        return f"{kind}:{derived(self._key(), f'attempt by {kind} {plain}').hex()}"


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the 64 bits of an IPv6 network, which are one customer's."""
    with suppress(ValueError):
        ip = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(ip, ipaddress.IPv6Address):
            return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return address


def _delay_s(beyond: int) -> int:
    return 0 if beyond < 0 else min(1 << min(beyond, 20), DELAY_S_MAX)
