"""What is known of each machine now: the latest state, which alerts, control, curtailment and pages read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from mintage.fleet.drivers.port import Identity
from mintage.fleet.readings import Snapshot


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a machine stands.

    Attributes:
        address: IP address at which it was seen last.
        hall: its hall, "" where unknown.
        rack: its rack, "" where unknown.
        feeder: feeder that powers it, "" where unknown.
        slot: its position in the rack, from 1; 0 where unknown.
    """

    address: str
    hall: str = ""
    rack: str = ""
    feeder: str = ""
    slot: int = 0


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine of a site, now.

    Attributes:
        asset: our own id of it (`mintage.fleet.identity`).
        site: site at which it is.
        identity: who it says it is.
        place: where it stands.
        serial: serial number in the factory's facts, "" where not linked.
        snapshot: what it said last; None where it was never polled.
        seen_us: instant at which it answered last.
    """

    asset: str
    site: str
    identity: Identity
    place: Place
    serial: str = ""
    snapshot: Snapshot | None = None
    seen_us: int | None = None

    @property
    def state(self) -> str:
        """What it does; one of `mintage.fleet.readings.State`."""
        return self.snapshot.state if self.snapshot else "unknown"

    @property
    def power_w(self) -> tuple[float | None, str]:
        """Power that it draws and who says so: "machine", "nameplate" or, where nobody does, "unknown".

        A machine that sleeps or is offline without saying its power is not given its nameplate.
        """
        told = self.snapshot.number("power_in_w") if self.snapshot else None
        if told is not None:
            return told, "machine"
        nameplate_w = self.identity.nameplate_w
        if self.state == "hashing" and nameplate_w is not None:
            return float(nameplate_w), "nameplate"
        return None, "unknown"


class LatestState(Protocol):
    """The latest state of every machine; adapters are held to one contract suite."""

    def put(self, machines: Iterable[Machine]) -> None:
        """Set what is known of some machines, all together or not at all.

        Other processes may be shown what chips said in a machine's last slow round in place of its last poll.
        """
        ...

    def get(self, asset: str) -> Machine | None:
        """One machine."""
        ...

    def all(self, site: str | None = None) -> list[Machine]:
        """All machines, or those of one site, by asset id."""
        ...

    def forget(self, asset: str) -> None:
        """Drop a machine that left."""
        ...
