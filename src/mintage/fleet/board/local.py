"""A site whose agent keeps its state on this machine, as the board hears of it: row by row, as rows change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import msgspec

from mintage.fleet.alerts import store as alerts
from mintage.fleet.board.source import Delta, Sighting
from mintage.fleet.latest import Place
from mintage.fleet.latest_store import define, gone, last_change
from mintage.state.db import StateDb

ALERTS_S = 2.0
"""Real seconds between two looks at the open alerts of a site."""
_SINCE = "SELECT asset, body FROM latest WHERE change > ?"
_STRUCK = """
SELECT subject, count(*) FROM alert_member JOIN alert ON alert.id = alert_member.alert
WHERE alert.state = 'open' AND alert_member.left_us IS NULL GROUP BY subject
"""


class _Identity(msgspec.Struct, gc=False):
    model: str = ""
    serial: str = ""
    nameplate_ths: float | None = None


class _Snapshot(msgspec.Struct, gc=False):
    at_us: int
    values: dict[str, float | int | str]
    unknown: dict[str, str] = {}
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class _Row(msgspec.Struct, gc=False):
    """A `Machine` as far as the board needs it: what it leaves out is most of the bytes and is passed over unread."""

    asset: str
    identity: _Identity
    place: Place
    serial: str = ""
    snapshot: _Snapshot | None = None
    seen_us: int | None = None


_DECODER = msgspec.msgpack.Decoder(_Row)


class LocalSource:
    """The `BoardSource` of a state file.

    Args:
        site: name of the site.
        db: its state file; the agent writes to it meanwhile.
        real_s: seconds that go by for people, for the pause between two looks at alerts.
    """

    kind: Literal["local"] = "local"

    def __init__(self, site: str, db: StateDb, real_s: Callable[[], float] = time.monotonic) -> None:
        self.site = site
        self._db, self._real_s = db, real_s
        self._seen = 0
        self._known: set[str] = set()
        self._alerts: dict[str, int] = {}
        self._looked_s: float | None = None
        self._defined = False

    def changes(self) -> Delta:
        """See `BoardSource.changes`."""
        if not self._defined:
            define(self._db)
            alerts.define(self._db)
            self._defined = True
        number, forgot = last_change(self._db)
        seen: list[Sighting] = []
        left: list[str] = []
        if number != self._seen:
            seen = [_sighting(asset, body) for asset, body in self._db.rows(_SINCE, (self._seen,))]
            self._known.update(item.asset for item in seen)
            left = gone(self._db, self._known) if forgot > self._seen else []
            self._known.difference_update(left)
            self._seen = number
        return Delta(seen=seen, gone=left, alerts=self._struck())

    def _struck(self) -> dict[str, int] | None:
        now_s = self._real_s()
        if self._looked_s is not None and now_s - self._looked_s < ALERTS_S:
            return None
        self._looked_s = now_s
        found: dict[str, int] = dict(self._db.rows(_STRUCK))
        if found == self._alerts:
            return None
        self._alerts = found
        return found


def _sighting(asset: str, body: bytes) -> Sighting:
    try:
        row = _DECODER.decode(body)
    except msgspec.MsgspecError as error:
        # One damaged row must not hide the others of its site; the next poll writes it anew.
        return Sighting(asset=asset, place=Place(address=""), reason=f"its latest state cannot be read: {error}")
    said = row.snapshot
    return Sighting(
        asset=asset,
        place=row.place,
        model=row.identity.model,
        serial=row.serial or row.identity.serial,
        nameplate_ths=row.identity.nameplate_ths,
        values=said.values if said else {},
        reason=said.unknown.get("", "") if said else "it was never polled",
        problems=len(said.problems) if said else 0,
        doubts=len(said.doubts) if said else 0,
        told_us=said.at_us if said else None,
        seen_us=row.seen_us,
    )
