"""What the meters of the supply say of a curtailment: their mean power, and how curtailments at once share it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from mintage.fleet.curtail.states import Event, Minute
from mintage.fleet.energy.readings import SCHEMA, energy_between
from mintage.state.db import StateDb

MINUTE_US = 60_000_000
SPREAD_US = 2 * MINUTE_US
"""Meters are read once a minute: a mean over readings further apart is no reading of its minute."""
_AROUND = """
SELECT (SELECT max(at_us) FROM meter_reading WHERE meter = ?1 AND at_us <= ?2 AND counted_wh IS NOT NULL),
    (SELECT min(at_us) FROM meter_reading WHERE meter = ?1 AND at_us >= ?3 AND counted_wh IS NOT NULL)
"""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What machines say of one curtailment in a minute in which others steer too.

    Attributes:
        event: the curtailment.
        shed_w: power that its machines say they shed; None where none was read.
        seconds: how much of the minute belongs to it.
    """

    event: Event
    shed_w: float | None
    seconds: float

    @property
    def said_ws(self) -> float:
        """Energy that it claims by its machines."""
        return max(self.shed_w or 0.0, 0.0) * self.seconds

    @property
    def planned_ws(self) -> float:
        """Energy that it claims by what its machines drew when they were chosen."""
        return max(self.event.baselines.get("machines", 0.0), 0.0) * self.seconds


def metered_mean_w(db: StateDb, meters: Iterable[str], from_us: int, to_us: int) -> tuple[float | None, str]:
    """Mean power of the supply between two instants with what is to be known of it, or None with the reason.

    The meters' own power readings count; where they have none in between, what their counters rose by.
    """
    db.define(SCHEMA)
    names = tuple(meters)
    if not names:
        return None, "there is no meter"
    sum_w, note = 0.0, ""
    for meter in names:
        ((mean_w, readings),) = db.rows(
            "SELECT avg(power_w), count(power_w) FROM meter_reading"
            " WHERE meter = ? AND at_us > ? AND at_us <= ? AND quality = 'good'",
            (meter, from_us, to_us),
        )
        if not readings:
            metered = energy_between(db, (meter,), from_us, to_us)
            if metered.wh is None or to_us <= from_us:
                return None, metered.reason.rstrip(".")
            mean_w = metered.wh * 3600e6 / (to_us - from_us)
            note = note or _spread(db, meter, from_us, to_us)
        sum_w += mean_w
    return sum_w, note


def divided(db: StateDb, meters: Sequence[str], event: Event, claims: Sequence[Claim], minute_us: int) -> Minute | None:
    """One curtailment's part of what the meters show in a minute in which several steer; None where they cannot tell.

    Meters and machines are not read at the same instant, so that what each curtailment counts by itself may add up to
    more than the meters show. Here their parts add up to just that: the metered reduction since the first of them
    began, divided by the energy that their machines say.

    Args:
        db: state of the site.
        meters: meters of its supply.
        event: the curtailment.
        claims: those of all curtailments that steer in the minute, its own too.
        minute_us: beginning of the minute.
    """
    first = min(
        (claim.event for claim in claims if "meters" in claim.event.baselines),
        key=lambda item: (item.began_us or 0, item.id),
        default=None,
    )
    power_w, note = metered_mean_w(db, meters, minute_us, minute_us + MINUTE_US)
    own = next(claim for claim in claims if claim.event.id == event.id)
    if first is None or power_w is None or not own.seconds:
        return None
    base_w = first.baselines["meters"] + first.baselines.get("others", 0.0)
    said = all(claim.shed_w is not None for claim in claims) and any(claim.said_ws for claim in claims)
    parts = {claim.event.id: claim.said_ws if said else claim.planned_ws for claim in claims}
    whole = sum(parts.values())
    part = parts[event.id] / whole if whole else 1 / len(claims)
    by = "what machines say" if said else "what was planned, for no machine was read"
    return Minute(
        minute_us=max(minute_us, event.began_us or 0),
        seconds=own.seconds,
        delivered_w=(base_w - power_w) * part * (MINUTE_US / 1e6) / own.seconds,
        counted_by="meters",
        baseline_w=base_w,
        power_w=power_w,
        reason="; ".join(
            filter(
                None,
                (
                    f"its part of {(base_w - power_w) / 1000:,.1f} kW that {len(claims)} curtailments shed, by {by}",
                    note,
                ),
            )
        ),
    )


def _spread(db: StateDb, meter: str, from_us: int, to_us: int) -> str:
    """Between which readings a mean was spread, where they lie far apart."""
    ((before_us, after_us),) = db.rows(_AROUND, (meter, from_us, to_us))
    if before_us is None or after_us is None or after_us - before_us <= SPREAD_US:
        return ""
    low, high = (datetime.fromtimestamp(at_us / 1e6, UTC) for at_us in (before_us, after_us))
    return f"spread evenly between readings of {low:%H:%M} and {high:%H:%M}"
