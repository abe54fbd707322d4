"""Gauges of a site: power of the site and its feeders, meters, parts of the agent; at headquarters, agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from mintage.fleet.alerts.subjects import Gauge, GaugeKind
from mintage.fleet.energy.readings import meter_power_w, site_power_w
from mintage.fleet.latest import Machine
from mintage.fleet.sites import Site
from mintage.state.db import StateDb

SCHEMA = "CREATE TABLE IF NOT EXISTS part_failure (part TEXT NOT NULL, at_us INTEGER NOT NULL, words TEXT NOT NULL);"
FAILURES_MAX = 1000
_HOUR_US = 3_600_000_000
_KW_W = 1000


def part_failed(db: StateDb, part: str, words: str, now_us: int) -> None:
    """Note that a part of the agent failed; whoever runs the parts calls it before starting the part again.

    Args:
        db: state of the site.
        part: its name.
        words: what it failed with.
        now_us: when.
    """
    db.define(SCHEMA)
    db.execute("INSERT INTO part_failure (part, at_us, words) VALUES (?, ?, ?)", (part, now_us, words[:500]))
    db.execute("DELETE FROM part_failure WHERE rowid <= (SELECT max(rowid) FROM part_failure) - ?", (FAILURES_MAX,))


def site_gauges(db: StateDb, site: Site, machines: Sequence[Machine], now_us: int) -> list[Gauge]:
    """Everything at a site that is no machine.

    Power comes from meters where they measure it, else from the machines times PUE, as far as machines tell it.
    """
    meters = [_meter(db, meter.name, meter.feeder or "", now_us) for meter in site.meter]
    measured = {item.feeder: item.name for item in site.meter if item.measures == "feeder"}
    found = []
    for feeder in site.feeder:
        power_w, words = None, ""
        if feeder.name in measured:
            power_w, words = meter_power_w(db, measured[feeder.name], now_us)
        own = [machine for machine in machines if machine.place.feeder == feeder.name]
        found.append(_power("feeder-power", feeder.name, power_w, words, own, site.pue, feeder.limit_kw))
    power_w, words = site_power_w(db, site, now_us)
    limit_kw = sum(feeder.limit_kw for feeder in site.feeder)
    return [
        *found,
        _power("site-power", site.name, power_w, words, machines, site.pue, limit_kw),
        *meters,
        *_parts(db, now_us),
    ]


def agent_gauges(contacts: Mapping[str, int | None]) -> list[Gauge]:
    """Agents as headquarters sees them.

    Args:
        contacts: instant at which each site's agent was heard of last; None where never.
    """
    return [Gauge(kind="agent", name=name, at_us=at_us) for name, at_us in sorted(contacts.items())]


def _power(
    kind: GaugeKind,
    name: str,
    power_w: float | None,
    words: str,
    machines: Sequence[Machine],
    pue: Decimal,
    limit_kw: int,
) -> Gauge:
    """Power by a meter, or the least that it can be by what machines tell."""
    feeder, limit_w = name if kind == "feeder-power" else "", float(limit_kw * _KW_W) or None
    if power_w is not None:
        return Gauge(kind=kind, name=name, value=power_w, limit=limit_w, feeder=feeder)
    told = [machine.power_w[0] for machine in machines]
    known = [watts for watts in told if watts is not None]
    return Gauge(
        kind=kind,
        name=name,
        value=sum(known) * float(pue) if known else None,
        is_complete=len(known) == len(told),
        limit=limit_w,
        words=words,
        feeder=feeder,
    )


def _meter(db: StateDb, name: str, feeder: str, now_us: int) -> Gauge:
    power_w, words = meter_power_w(db, name, now_us)
    return Gauge(
        kind="meter", name=name, value=power_w, at_us=None if power_w is None else now_us, words=words, feeder=feeder
    )


def _parts(db: StateDb, now_us: int) -> list[Gauge]:
    db.define(SCHEMA)
    rows = db.rows(
        "SELECT part, sum(at_us > ?), max(at_us), words FROM part_failure GROUP BY part ORDER BY part",
        (now_us - _HOUR_US,),
    )
    return [Gauge(kind="part", name=row[0], value=float(row[1]), at_us=row[2], words=row[3]) for row in rows]
