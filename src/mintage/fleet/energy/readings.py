"""What meters said, kept in the site's state file, and the questions about it: power now, energy between two instants.

Energy comes from counters. Between two readings it is shared out evenly; over a gap longer than half an hour, or
where the counter was not believed, an instant inside is unknown, with its reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from mintage.fleet.energy.counter import QUALITIES
from mintage.fleet.sites import Site
from mintage.state.db import StateDb

_TABLES = (
    """
CREATE TABLE IF NOT EXISTS meter_reading (
    meter TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    power_w REAL,
    energy_wh INTEGER,
    quality TEXT NOT NULL,
    counted_wh INTEGER,
    unknown_us INTEGER,
    PRIMARY KEY (meter, at_us)
) WITHOUT ROWID
""",
    "CREATE TABLE IF NOT EXISTS meter_counter (meter TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID",
)
SCHEMA = ";".join(_TABLES)
"""The tables of meters, for `StateDb.define`."""
MINUTES_DAYS = 40
"""Every minute is kept for so long."""
QUARTERS_DAYS = 400
"""Then every quarter of an hour, for so long."""
GAP_US_MAX = 30 * 60 * 1_000_000
"""Within a longer gap between readings, no instant's counter is guessed."""
_DAY_US = 86_400 * 1_000_000


class Metered(msgspec.Struct, frozen=True, kw_only=True):
    """Energy between two instants.

    Attributes:
        wh: energy, Wh; None where part of it is not known.
        known_wh: what was counted for certain, Wh.
        reason: why it is unknown; "" where it is known.
    """

    wh: int | None
    known_wh: int
    reason: str = ""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """Energy of one interval of a tariff.

    Attributes:
        start_us: first instant.
        end_us: instant after it.
        wh: energy, Wh; None where unknown.
        reason: why it is unknown.
    """

    start_us: int
    end_us: int
    wh: int | None
    reason: str = ""


class LastReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a meter said last.

    Attributes:
        at_us: instant.
        power_w: power, W; None where it is not believed.
        energy_wh: its counter, Wh.
        quality: a key of `mintage.fleet.energy.counter.QUALITIES`.
    """

    at_us: int
    power_w: float | None
    energy_wh: int | None
    quality: str


def last_readings(db: StateDb) -> dict[str, LastReading]:
    """The last reading of every meter, by its name."""
    _ready(db)
    rows = db.rows(
        "SELECT meter, max(at_us), power_w, energy_wh, quality FROM meter_reading GROUP BY meter"
    )  # SQLite takes the other columns from the row that has the maximum
    return {
        meter: LastReading(at_us=at_us, power_w=power_w, energy_wh=energy_wh, quality=quality)
        for meter, at_us, power_w, energy_wh, quality in rows
    }


def meter_power_w(db: StateDb, meter: str, now_us: int, max_age_s: float = 180) -> tuple[float | None, str]:
    """Power that a meter shows, W, or None with the reason."""
    _ready(db)
    rows = db.rows(
        "SELECT at_us, power_w, quality FROM meter_reading WHERE meter = ? ORDER BY at_us DESC LIMIT 1", (meter,)
    )
    if not rows:
        return None, f"meter {meter} was never read."
    at_us, power_w, quality = rows[0]
    age_s = (now_us - at_us) / 1e6
    if age_s > max_age_s:
        return None, f"meter {meter} was read last {age_s:.0f} s ago."
    if power_w is None:
        return None, f"meter {meter}: {QUALITIES.get(quality, quality)}."
    return float(power_w), ""


def site_power_w(db: StateDb, site: Site, now_us: int, max_age_s: float = 180) -> tuple[float | None, str]:
    """Power of the whole site by its meters, W, or None with the reason.

    Meters of the whole supply count; where there is none, meters of all feeders together.

    Args:
        db: state of the site.
        site: its description.
        now_us: the instant now.
        max_age_s: older readings do not count.
    """
    meters, reason = supply_meters(site)
    readings = [meter_power_w(db, meter, now_us, max_age_s) for meter in meters]
    missing = [why for power_w, why in readings if power_w is None]
    if reason or missing:
        return None, reason or missing[0]
    return sum(power_w for power_w, _ in readings if power_w is not None), ""


def supply_meters(site: Site) -> tuple[tuple[str, ...], str]:
    """The meters that together measure the site's supply, or none and the reason."""
    whole = tuple(meter.name for meter in site.meter if meter.measures == "site")
    if whole:
        return whole, ""
    by_feeder = {meter.feeder: meter.name for meter in site.meter if meter.measures == "feeder"}
    missing = [feeder.name for feeder in site.feeder if feeder.name not in by_feeder]
    if not by_feeder:
        return (), "the site has no meter of its supply."
    if missing:
        return (), f"no meter measures feeder {missing[0]}."
    return tuple(by_feeder[feeder.name] for feeder in site.feeder), ""


def energy_between(db: StateDb, meters: Sequence[str], from_us: int, to_us: int) -> Metered:
    """Energy that meters counted between two instants, all together.

    Args:
        db: state of the site.
        meters: names of the meters; none is unknown, not zero.
        from_us: first instant.
        to_us: last instant.
    """
    _ready(db)
    if not meters:
        return Metered(wh=None, known_wh=0, reason="there is no meter.")
    edges = {meter: (_counter_at(db, meter, from_us), _counter_at(db, meter, to_us)) for meter in meters}
    return _metered(db, edges, from_us, to_us)


def site_energy(db: StateDb, site: Site, from_us: int, to_us: int) -> Metered:
    """Energy of the whole site between two instants, by its meters."""
    meters, reason = supply_meters(site)
    return Metered(wh=None, known_wh=0, reason=reason) if reason else energy_between(db, meters, from_us, to_us)


def heat_energy(db: StateDb, site: Site, from_us: int, to_us: int) -> Metered:
    """Heat delivered between two instants, by the site's heat meters."""
    return energy_between(db, [meter.name for meter in site.meter if meter.measures == "heat"], from_us, to_us)


def site_intervals(db: StateDb, site: Site, from_us: int, to_us: int, minutes: int = 15) -> list[Interval]:
    """The site's energy in equal intervals; they sum to `site_energy` where all are known.

    Args:
        db: state of the site.
        site: its description.
        from_us: first instant, on an interval's boundary.
        to_us: last instant; an interval that ends after it is left out.
        minutes: length of an interval.
    """
    _ready(db)
    meters, reason = supply_meters(site)
    tracks = {meter: _Track(db, meter, from_us, to_us) for meter in meters}
    found = []
    for start_us, end_us in _spans(from_us, to_us, minutes * 60_000_000):
        edges = {meter: (track.at(start_us), track.at(end_us)) for meter, track in tracks.items()}
        metered = Metered(wh=None, known_wh=0, reason=reason) if reason else _metered(db, edges, start_us, end_us)
        found.append(Interval(start_us=start_us, end_us=end_us, wh=metered.wh, reason=metered.reason))
    return found


def prune(db: StateDb, now_us: int) -> None:
    """Cap the growth: minutes become quarters of an hour, and those go in the end."""
    quarters_us, gone_us = now_us - MINUTES_DAYS * _DAY_US, now_us - QUARTERS_DAYS * _DAY_US
    recent_us = quarters_us - 2 * _DAY_US
    db.execute("DELETE FROM meter_reading WHERE at_us < ?", (gone_us,))
    db.execute(
        "DELETE FROM meter_reading WHERE at_us BETWEEN ? AND ? AND at_us / 60000000 % 15 <> 0", (recent_us, quarters_us)
    )


def _ready(db: StateDb) -> None:
    """Make the tables where no agent has made them; unlike a script, this does not end a transaction that is open."""
    for statement in _TABLES:
        db.execute(statement)


def _spans(from_us: int, to_us: int, length_us: int) -> Iterator[tuple[int, int]]:
    while from_us + length_us <= to_us:
        yield from_us, from_us + length_us
        from_us += length_us


_Counter = tuple[tuple[int, int] | None, str]
"""Energy counted and time unknown since the meter's first reading, at an instant; None with the reason."""
_Row = tuple[int, int, int]
_BELIEVED = "SELECT at_us, counted_wh, unknown_us FROM meter_reading WHERE meter = ? AND counted_wh IS NOT NULL"


class _Track:
    """A meter's believed readings from the last one before an instant to the first one after another, read once."""

    def __init__(self, db: StateDb, meter: str, from_us: int, to_us: int) -> None:
        self._db, self._meter = db, meter
        before = db.rows(f"{_BELIEVED} AND at_us <= ? ORDER BY at_us DESC LIMIT 1", (meter, from_us))
        within = db.rows(f"{_BELIEVED} AND at_us > ? AND at_us <= ? ORDER BY at_us", (meter, from_us, to_us))
        after = db.rows(f"{_BELIEVED} AND at_us > ? ORDER BY at_us LIMIT 1", (meter, to_us))
        self._rows: list[_Row] = [(at, wh, unknown) for at, wh, unknown in (*before, *within, *after)]
        self._at = [row[0] for row in self._rows]

    def at(self, at_us: int) -> _Counter:
        """The counter at an instant."""
        index = bisect_right(self._at, at_us)
        before = self._rows[index - 1] if index else None
        after = self._rows[index] if index < len(self._rows) else None
        return _counter(self._db, self._meter, at_us, before, after)


def _counter_at(db: StateDb, meter: str, at_us: int) -> _Counter:
    """The counter of a meter at one instant."""
    before = db.rows(f"{_BELIEVED} AND at_us <= ? ORDER BY at_us DESC LIMIT 1", (meter, at_us))
    after = db.rows(f"{_BELIEVED} AND at_us > ? ORDER BY at_us LIMIT 1", (meter, at_us))
    low, high = (rows[0] if rows else None for rows in (before, after))
    return _counter(
        db,
        meter,
        at_us,
        None if low is None else (low[0], low[1], low[2]),
        None if high is None else (high[0], high[1], high[2]),
    )


def _counter(db: StateDb, meter: str, at_us: int, before: _Row | None, after: _Row | None) -> _Counter:
    """The counter between the believed readings beside an instant."""
    if before and before[0] == at_us:
        return (before[1], before[2]), ""
    if not before or not after:
        return None, f"meter {meter} has no reading {'before' if not before else 'after'} the instant."
    (low_us, low_wh, low_unknown), (high_us, high_wh, high_unknown) = before, after
    if high_us - low_us > GAP_US_MAX:
        return None, f"meter {meter} has a gap of {(high_us - low_us) / 60e6:.0f} minutes around the instant."
    if high_unknown > low_unknown:
        return None, f"meter {meter} was not believed around the instant: {_first_fault(db, meter, low_us, high_us)}."
    part = Fraction(at_us - low_us, high_us - low_us)
    return (low_wh + round((high_wh - low_wh) * part), low_unknown), ""


def _metered(db: StateDb, edges: Mapping[str, tuple[_Counter, _Counter]], from_us: int, to_us: int) -> Metered:
    """What meters counted between two instants, from their counters there."""
    known_wh, reason = 0, ""
    for meter, ((first, why_first), (last, why_last)) in edges.items():
        reason = reason or why_first or why_last
        if first is None or last is None:
            continue
        known_wh += last[0] - first[0]
        unknown_s = (last[1] - first[1]) / 1e6
        if unknown_s and not reason:
            fault = _first_fault(db, meter, from_us, to_us)
            reason = f"for {unknown_s / 60:.0f} minutes meter {meter} was not believed: {fault}."
    return Metered(wh=None if reason else known_wh, known_wh=known_wh, reason=reason)


def _first_fault(db: StateDb, meter: str, from_us: int, to_us: int) -> str:
    """What went wrong first between two instants, in words."""
    rows = db.rows(
        "SELECT quality FROM meter_reading WHERE meter = ? AND at_us BETWEEN ? AND ? AND quality <> 'good' "
        "ORDER BY at_us LIMIT 1",
        (meter, from_us, to_us),
    )
    return QUALITIES.get(str(rows[0][0]), str(rows[0][0])) if rows else "unknown"
