"""Every question to telemetry, as SQL. Names of columns come from our own table; every value is a parameter."""

# ruff: noqa: S608  see above

from __future__ import annotations

from collections.abc import Sequence

from mintage.fleet.telemetry.schema import Column, column, columns
from mintage.fleet.telemetry.store import SITE_COLUMNS, measure_of

READ = "read_parquet($files, union_by_name = true, hive_partitioning = false)"
"""Files of one kind, of which older ones may lack a newer column."""
IN_RANGE = "asset >= $low AND asset <= $high AND at_s >= $since_s AND at_s < $end_s"

SORTED = f"SELECT * FROM {READ} ORDER BY asset, at_s"
"""All samples of some files, machine by machine: neighbours are alike, and one machine's lie together."""
ASSETS = f"SELECT asset, count(*) FROM {READ} GROUP BY asset ORDER BY asset"
INSTANTS = f"SELECT DISTINCT at_s FROM {READ} WHERE at_s >= $start_s - $gap_s AND at_s < $end_s ORDER BY at_s"
SITE = f"SELECT {', '.join(SITE_COLUMNS)} FROM {READ} WHERE at_s >= $start_s AND at_s < $end_s ORDER BY at_s"

CONTENTS = f"SELECT count(*), count(asset), count(at_s), min(at_s), max(at_s), max(length(asset)) FROM {READ}"
TYPES = f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {READ})"
"""Columns of some files with their types."""

_ROLLED = {
    "mean": "round(avg({0}))::BIGINT",
    "max": "max({0})",
    "min": "min({0})",
    "last": "arg_max({0}, at_s)",
    "sum-of-rises": "sum(CASE WHEN {0} >= _{0} THEN {0} - _{0} WHEN _{0} IS NOT NULL THEN {0} END)::BIGINT",
}


def counters() -> tuple[Column, ...]:
    """Columns that are told by the sum of their rises."""
    return tuple(item for item in columns() if item.rollup == "sum-of-rises")


def _counted() -> str:
    """Counters beside what they showed before."""
    return "".join(f", {c.name}, lag({c.name} IGNORE NULLS) OVER machine AS _{c.name}" for c in counters())


def samples_sql(source: str) -> str:
    """Encoded samples from a registered view, with their types, machine by machine."""
    told = ", ".join(f"{item.name}::{item.sql} AS {item.name}" for item in columns())
    return f"SELECT {told} FROM {source} ORDER BY asset, at_s"


def newest_sql(fields: Sequence[str]) -> str:
    """Newest sample of each machine; a reading that it does not hold is unknown, whatever was known before."""
    told = "".join(f", arg_max_null({column(name).name}, at_s) AS {name}" for name in fields)
    return f"SELECT asset, max(at_s) AS at_s{told} FROM {READ} GROUP BY asset ORDER BY asset"


def machine_sql(fields: Sequence[str]) -> str:
    """One machine; parameters: asset, start_s, end_s."""
    told = "".join(f", {column(name).name}" for name in fields)
    return f"SELECT at_s{told} FROM {READ} WHERE asset = $asset AND at_s >= $start_s AND at_s < $end_s ORDER BY at_s"


def worst_sql(measure: str) -> str:
    """Machines by a measure, worst first; parameters: start_s, end_s, count."""
    item = measure_of(measure)
    value = f"avg({item.top}) * {column(item.top).step}"
    if item.under:
        value += f" / nullif(avg({item.under}) * {column(item.under).step}, 0)"
    return (
        f"SELECT asset, {value} AS value FROM {READ} WHERE at_s >= $start_s AND at_s < $end_s GROUP BY asset "
        f"HAVING value IS NOT NULL ORDER BY value {'DESC' if item.worst == 'highest' else 'ASC'}, asset LIMIT $count"
    )


def rollup_sql(width_s: int) -> str:
    """Intervals of machines between two assets; parameters: low, high, since_s, start_s, end_s.

    Samples from `since_s` on are read only to know where counters stood before `start_s`. Counters are told apart from
    the rest: a window over all columns would carry every text through its sort, five times the work.
    """
    window = f"at_s // {width_s} * {width_s}"
    rises = ", ".join(f"{_ROLLED[c.rollup].format(c.name)} AS {c.name}" for c in counters())
    plain = [c for c in columns() if c.rollup not in ("key", "sum-of-rises")]
    told = ", ".join(f"{_ROLLED[c.rollup].format(c.name)} AS {c.name}" for c in plain)
    every = ", ".join(c.name for c in columns()[2:])
    return (
        f"WITH c AS (SELECT asset, at_s{_counted()} FROM {READ} WHERE {IN_RANGE} "
        "WINDOW machine AS (PARTITION BY asset ORDER BY at_s)), "
        f"r AS (SELECT asset, {window} AS start_s, {rises} FROM c WHERE at_s >= $start_s GROUP BY 1, 2), "
        f"s AS (SELECT asset, {window} AS start_s, count(*) AS samples, {told} FROM {READ} "
        f"WHERE {IN_RANGE} AND at_s >= $start_s GROUP BY 1, 2) "
        f"SELECT asset, start_s AS at_s, samples, {every} FROM s JOIN r USING (asset, start_s) ORDER BY 1, 2"
    )


def site_sql(source: str) -> str:
    """A site by interval, from intervals of its machines."""
    return f"""
        SELECT at_s, count(*) AS machines, count(*) FILTER (state = 'hashing') AS hashing,
          sum(hashrate_ths)::BIGINT AS hashrate_ths, count(hashrate_ths) AS hashrate_known,
          sum(power_in_w)::BIGINT AS power_in_w, count(power_in_w) AS power_known,
          round(avg(inlet_c))::BIGINT AS inlet_c, max(chip_max_c) AS chip_max_c,
          sum(accepted_diff)::BIGINT AS accepted_diff,
          (sum(coalesce(rejected_diff, 0) + coalesce(stale_diff, 0))
            FILTER (rejected_diff IS NOT NULL OR stale_diff IS NOT NULL))::BIGINT AS rejected_diff
        FROM {source} GROUP BY at_s ORDER BY at_s"""


def work_sql() -> str:
    """What machines between two assets did; parameters: low, high, since_s, start_s, end_s, gap_s.

    One row: work accepted, rejected and stale, each NULL where no counter is known; hash rate in steps times seconds;
    watt-seconds; machines that hashed; seconds for which these told their hash rate.
    """
    rises = ", ".join(
        f"{_ROLLED['sum-of-rises'].format(c.name)} FILTER (at_s >= $start_s) AS {c.name}".replace("::BIGINT", "")
        for c in counters()
    )
    return f"""
        WITH s AS (
          SELECT asset, at_s, hashrate_ths, power_in_w{_counted()},
            least(coalesce(lead(at_s) OVER machine, $end_s), at_s + $gap_s) - greatest(at_s, $start_s) AS held_s
          FROM {READ} WHERE {IN_RANGE} WINDOW machine AS (PARTITION BY asset ORDER BY at_s)),
        m AS (
          SELECT {rises}, sum(hashrate_ths * held_s) FILTER (held_s > 0) AS rate_s,
            sum(power_in_w * held_s) FILTER (held_s > 0) AS energy_ws,
            coalesce(bool_or(hashrate_ths > 0) FILTER (held_s > 0), false) AS hashed,
            sum(held_s) FILTER (held_s > 0 AND hashrate_ths IS NOT NULL) AS told_s
          FROM s GROUP BY asset)
        SELECT {", ".join(f"sum({c.name})" for c in counters())}, sum(rate_s), sum(energy_ws),
          count(*) FILTER (hashed), sum(told_s) FILTER (hashed)
        FROM m"""
