"""A site that is known at headquarters by what it uploads: its newest samples, and the facts that say who is who."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec

from mintage.fleet.board.columns import readings
from mintage.fleet.board.source import Delta, Sighting
from mintage.fleet.facts_site import MachineAdopted, MachineChanged
from mintage.fleet.latest import Place
from mintage.fleet.models import model_of
from mintage.fleet.telemetry.parquet import ParquetStore, newest_files
from mintage.journal.standing import standing
from mintage.journal.store import Journal

_PLAIN = ("problems", "doubts", "silence")


class Known(msgspec.Struct, frozen=True):
    """Who a machine is, as facts tell it.

    Attributes:
        model: its model.
        place: where it stands.
        serial: its serial number, "" where unknown.
    """

    model: str
    place: Place
    serial: str = ""


class RemoteSource:
    """The `BoardSource` of uploaded telemetry.

    Args:
        site: name of the site.
        store: headquarters' telemetry.
        who: tells who its machines are; asked anew when samples came.
    """

    kind: Literal["remote"] = "remote"

    def __init__(self, site: str, store: ParquetStore, who: Callable[[], Mapping[str, Known]]) -> None:
        self.site = site
        self._store, self._who = store, who
        self._number = -1
        self._told: dict[str, float] = {}

    def changes(self) -> Delta:
        """See `BoardSource.changes`. A machine whose sample is no newer than before is not told again."""
        _, number = newest_files(self._store.root, self.site)
        if number == self._number:
            return Delta()
        names = [*readings("number"), *readings("text"), "state", *_PLAIN]
        frame = self._store.latest(self.site, names)
        who = self._who()
        seen = [
            _sighting(row, who.get(str(row["asset"])))
            for row in frame.rows()
            if self._told.get(str(row["asset"])) != row["at_s"]
        ]
        self._told.update((item.asset, (item.told_us or 0) / 1e6) for item in seen)
        self._number = number
        return Delta(seen=seen)


def remote_sources(folder: Path, journal: Journal) -> list[RemoteSource]:
    """A source for each site that has uploaded telemetry to headquarters.

    Args:
        folder: where headquarters keeps what it received.
        journal: holds the facts of their machines.
    """
    root = folder / "telemetry"
    if not root.is_dir():
        return []
    store = ParquetStore(root, memory_mb=512)
    names = {
        path.name.removeprefix("site=") for kind in ("samples/*", "latest") for path in root.glob(f"{kind}/site=*")
    }
    return [RemoteSource(name, store, partial(known_machines, journal, name)) for name in sorted(names)]


def known_machines(journal: Journal, site: str) -> dict[str, Known]:
    """The machines of a site by asset id, as facts of their adoption and of later changes have them."""
    found: dict[str, Known] = {}
    for _, data in standing(journal, MachineAdopted):
        if data.site == site:
            place = Place(address=data.address, rack=data.rack)
            found[data.asset] = Known(data.model, place, data.serial)
    for _, change in standing(journal, MachineChanged):
        before = found.get(change.asset) if change.site == site else None
        if before is not None and change.what in ("address", "rack"):
            place = msgspec.structs.replace(before.place, **{change.what: change.after})
            found[change.asset] = msgspec.structs.replace(before, place=place)
        elif before is not None and change.what == "serial":
            found[change.asset] = msgspec.structs.replace(before, serial=change.after)
    return found


def _sighting(row: Mapping[str, Any], known: Known | None) -> Sighting:
    model = model_of(known.model) if known else None
    told_us = int(row["at_s"]) * 1_000_000
    values = {
        name: value for name, value in row.items() if value is not None and name not in ("asset", "at_s", *_PLAIN)
    }
    return Sighting(
        asset=str(row["asset"]),
        place=known.place if known else Place(address=""),
        model=known.model if known else "",
        serial=known.serial if known else "",
        nameplate_ths=model.hashrate_ths if model else None,
        values=values,
        reason=row["silence"] or "",
        problems=_count(row["problems"]),
        doubts=_count(row["doubts"]),
        told_us=told_us,
        seen_us=None if values.get("state") == "offline" else told_us,
    )


def _count(text: str | None) -> int:
    """How many items a column of telemetry joins."""
    return text.count("; ") + 1 if text else 0
