"""Live state: what changed since a moment ago, once for all who look.

One thread looks at the board, the journal and the jobs several times a second and hands what changed to those who watch
it. Who reads slowly misses no state: changes that wait for a viewer are merged by key, so that the newest value is sent
and nothing piles up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Value = Any
"""A number, text or None: what a key stands at now."""
KEYS_MAX = 2_000
"""Keys that one viewer may watch."""
LOOK_S = 0.5
"""Real seconds between two looks."""
Source = Callable[[], Mapping[str, Value]]
"""Tells what changed since it was asked last, by key."""
May = Callable[[str], bool]
"""Whether a viewer may be told of a key."""


class Watch:
    """What one viewer has still to be told.

    Args:
        keys: what the viewer watches: whole keys, or beginnings that end in "*".
        wake: called from the hub's thread when something waits.
        may: whether the viewer may be told of a key; None where of all.
        who: name of the viewer.
    """

    def __init__(self, keys: Iterable[str], wake: Callable[[], None], may: May | None = None, who: str = "") -> None:
        wanted = list(keys)
        self._keys = frozenset(key for key in wanted if not key.endswith("*"))
        self._beginnings = tuple(key[:-1] for key in wanted if key.endswith("*"))
        self._wake, self._may, self.who = wake, may, who
        self._pending: dict[str, Value] = {}
        self._lock = threading.Lock()

    def hear(self, changes: Mapping[str, Value]) -> None:
        """Note those changes that the viewer watches."""
        if self._beginnings:
            mine = {key: value for key, value in changes.items() if self._wants(key)}
        else:
            mine = {key: changes[key] for key in self._keys & changes.keys()}
        if self._may is not None:
            mine = {key: value for key, value in mine.items() if self._may(key)}
        if mine:
            with self._lock:
                self._pending.update(mine)
            self._wake()

    def take(self) -> dict[str, Value]:
        """What waits for the viewer; it waits no more."""
        with self._lock:
            found, self._pending = self._pending, {}
        return found

    def _wants(self, key: str) -> bool:
        return key in self._keys or key.startswith(self._beginnings)


class Hub:
    """Looks, and tells those who watch.

    Args:
        sources: what it looks at.
        look_s: real seconds between two looks.
    """

    def __init__(self, sources: Iterable[Source], look_s: float = LOOK_S) -> None:
        self._sources, self._look_s = list(sources), look_s
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.told = 0
        """Changes told so far."""

    @property
    def watching(self) -> int:
        """How many viewers there are."""
        return len(self._watches)

    def watching_of(self, who: str) -> int:
        """How often somebody watches."""
        with self._lock:
            return sum(watch.who == who for watch in self._watches)

    def watch(self, keys: Iterable[str], wake: Callable[[], None], may: May | None = None, who: str = "") -> Watch:
        """Begin to watch; see `Watch`."""
        found = Watch(keys, wake, may, who)
        with self._lock:
            self._watches.add(found)
        return found

    def leave(self, watch: Watch) -> None:
        """Watch no more."""
        with self._lock:
            self._watches.discard(watch)

    def tell(self, changes: Mapping[str, Value]) -> None:
        """Tell of changes at once."""
        if not changes:
            return
        with self._lock:
            watches = list(self._watches)
        self.told += len(changes)
        for watch in watches:
            watch.hear(changes)

    def look(self) -> None:
        """Ask every source once, and tell what changed."""
        for source in self._sources:
            self.tell(source())

    def start(self) -> None:
        """Look again and again in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(self._look_s):
            self.look()
