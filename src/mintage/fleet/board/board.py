"""The board: hears of changes from its sources, one look at a time, and gives readers states that never change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Mapping

from mintage.fleet.board.change import Change
from mintage.fleet.board.history import Changes, History
from mintage.fleet.board.source import BoardSource, Delta, Worth
from mintage.fleet.board.view import SiteState, View
from mintage.units.errors import StoreError

LOG = logging.getLogger(__name__)


class Board:
    """All machines of many sites. Any thread may read `view`; whoever refreshes while another does waits for it.

    Args:
        sources: the sites.
    """

    def __init__(self, sources: Iterable[BoardSource] = ()) -> None:
        self._sources: dict[str, BoardSource] = {}
        self._worth: Mapping[str, Worth] = {}
        self._lock = threading.Lock()
        self._view = Change.empty()
        self._history = History(self._view.version)
        self.watch(sources)

    @property
    def view(self) -> View:
        """The state as of the last refresh."""
        return self._view

    def watch(self, sources: Iterable[BoardSource]) -> None:
        """Listen to more sites; one that is known already by its name and kind stays as it is."""
        with self._lock:
            for source in sources:
                known = self._sources.get(source.site)
                if known is None or known.kind != source.kind:
                    self._sources[source.site] = source

    def price(self, worth: Mapping[str, Worth]) -> None:
        """Say what hash rate and power are worth at each site; at a site left out profit is unknown."""
        with self._lock:
            if worth == self._worth:
                return
            self._worth = dict(worth)
            change = Change(self._view, self._worth)
            change.price_anew()
            self._keep(change)

    def refresh(self) -> View:
        """Hear of what changed; a site that cannot be read stays as it was, with its problem.

        Returns:
            The state now.
        """
        with self._lock:
            change = Change(self._view, self._worth)
            for source in self._sources.values():
                try:
                    delta, problem = source.changes(), ""
                except StoreError as error:
                    LOG.warning("%s: %s", source.site, error)
                    delta, problem = Delta(), str(error)
                change.take(source.site, delta)
                known = self._view.sites.get(source.site)
                before_s = known.told_s if known else None
                told_s = max((item.told_us / 1e6 for item in delta.seen if item.told_us is not None), default=before_s)
                change.site(SiteState(site=source.site, kind=source.kind, told_s=told_s, problem=problem))
            self._keep(change)
            return self._view

    def changes_since(self, version: int, keys: Collection[str] | None = None) -> Changes:
        """What changed after a version of `view`, of some machines by key or of all."""
        return self._history.since(version, keys)

    def _keep(self, change: Change) -> None:
        """Swap the state for the next one, where anything changed."""
        made = change.made()
        if made is None:
            return
        view, step = made
        self._view = view
        self._history.add(step)


def open_board(sources: Iterable[BoardSource]) -> Board:
    """A board that has heard of all its sites once."""
    board = Board(sources)
    board.refresh()
    return board
