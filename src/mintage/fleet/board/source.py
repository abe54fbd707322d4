"""Where the board learns of machines: the port that a site's state file and headquarters' telemetry both fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from mintage.fleet.latest import Place


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one machine now, as far as pages show it in columns.

    Attributes:
        asset: our id of it.
        place: where it stands.
        model: its model, "" where unknown.
        serial: its serial number, "" where unknown.
        nameplate_ths: nominal hash rate; None where unknown.
        values: readings by field name; what is absent is unknown.
        reason: why all others are unknown, "" where nobody said.
        problems: how many problems it tells.
        doubts: how many laws its readings break.
        told_us: instant of its readings; None where it was never polled.
        seen_us: instant at which it answered last; None where it never did.
    """

    asset: str
    place: Place
    model: str = ""
    serial: str = ""
    nameplate_ths: float | None = None
    values: Mapping[str, float | int | str] = {}
    reason: str = ""
    problems: int = 0
    doubts: int = 0
    told_us: int | None = None
    seen_us: int | None = None


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """What changed at a site since the last look.

    Attributes:
        seen: machines that are new or said something.
        gone: machines that left.
        alerts: open alerts of each machine that has any; None where that did not change.
    """

    seen: Sequence[Sighting] = ()
    gone: Sequence[str] = ()
    alerts: Mapping[str, int] | None = None


class Worth(msgspec.Struct, frozen=True):
    """What hash rate earns and power costs at a site now; a machine's profit follows from both.

    Attributes:
        hashprice_usd_th_day: what one TH/s earns in a day.
        power_usd_mwh: what power costs at the margin.
        pue: energy of the site per energy of its machines.
    """

    hashprice_usd_th_day: float
    power_usd_mwh: float
    pue: float = 1.0


class BoardSource(Protocol):
    """A site as the board hears of it."""

    @property
    def site(self) -> str:
        """Name of the site."""
        ...

    @property
    def kind(self) -> Literal["local", "remote"]:
        """local: its state file is on this machine; remote: it uploads telemetry."""
        ...

    def changes(self) -> Delta:
        """What changed since the last call; at the first one, everything. Called by one thread at a time.

        Raises:
            StoreError: it cannot be read; the next call tells what this one could not.
        """
        ...
