"""Rows that tell of a machine's pools."""

from __future__ import annotations

from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.rows import Row, flag, fraction, number, word

IDLE: Row = [
    number("Calls", 0),
    fraction("Wait", 0, 6),
    fraction("Max", 0, 6),
    fraction("Min", 99999999, 6),
]
"""What cgminer counts of its devices and pools, and nobody reads."""


def uptime_s(machine: Machine) -> int:
    """Seconds since it booted."""
    return int(machine.now_s - machine.booted_s)


def pool_stats(machine: Machine, index: int) -> Row:
    """Row of `stats` for a pool."""
    active = index == machine.active_pool
    diff = machine.tally.share_diff if active else 0
    shares = machine.tally.shares if active else 0
    sent, received = (shares * 164 + 289, shares * 985 + 2055) if active else (289, 2055)
    row = [number("STATS", index + 1), word("ID", f"POOL{index}"), number("Elapsed", uptime_s(machine)), *IDLE]
    row += [number("Pool Calls", 0), number("Pool Attempts", 0), fraction("Pool Wait", 0, 6)]
    row += [fraction("Pool Max", 0, 6), fraction("Pool Min", 99999999, 6), fraction("Pool Av", 0, 6)]
    row += [flag(name, value=False) for name in ("Work Had Roll Time", "Work Can Roll", "Work Had Expire")]
    row += [number("Work Roll Time", 0)]
    row += [fraction(name, diff, 8) for name in ("Work Diff", "Min Diff", "Max Diff")]
    row += [number("Min Diff Count", int(active)), number("Max Diff Count", int(active))]
    row += [number("Times Sent", shares + 3), number("Bytes Sent", sent)]
    row += [number("Times Recv", shares + 7), number("Bytes Recv", received)]
    return [*row, number("Net Bytes Sent", sent), number("Net Bytes Recv", received)]


def pool(machine: Machine, index: int) -> Row:
    """Row of `pools` for a pool."""
    use, tally = machine.settings.pools[index], machine.tally
    active = index == machine.active_pool
    accepted, rejected = tally.accepted.get(index, 0), tally.rejected.get(index, 0)
    diff = tally.share_diff
    host = use.url.removeprefix("stratum+tcp://")
    return [
        number("POOL", index),
        word("URL", use.url),
        word("Status", "Dead" if index in machine.ails.dead_pools else "Alive"),
        number("Priority", (index - machine.settings.pool) % len(machine.settings.pools)),
        number("Quota", 1),
        word("Long Poll", "N"),
        number("Getworks", uptime_s(machine) // 30 if active else 1),
        number("Accepted", accepted),
        number("Rejected", rejected),
        number("Works", accepted * 70),
        number("Discarded", 0),
        number("Stale", 0),
        number("Get Failures", 0),
        number("Remote Failures", 0),
        word("User", use.worker),
        *([word("Password", use.password)] if machine.model.family == "home" else []),
        number("Last Share Time", int(tally.last_share_s) if accepted + rejected and active else 0),
        number("Diff1 Shares", (accepted + rejected) * diff),
        word("Proxy Type", ""),
        word("Proxy", ""),
        *difficulties(accepted * diff, rejected * diff),
        fraction("Last Share Difficulty", diff if accepted else 0, 8),
        fraction("Work Difficulty", diff if active else 0, 8),
        flag("Has Stratum", value=True),
        flag("Stratum Active", value=active),
        word("Stratum URL", use.url if machine.model.family == "home" else host.partition(":")[0]),
        fraction("Stratum Difficulty", diff if active else 0, 8),
        flag("Has Vmask", value=True),
        flag("Has GBT", value=False),
        number("Best Share", diff * accepted),
        fraction("Pool Rejected%", percent(rejected, accepted + rejected), 4),
        fraction("Pool Stale%", 0, 4),
        number("Bad Work", 0),
        number("Current Block Height", 907089 if active else 0),
        number("Current Block Version", 536870912),
    ]


def difficulties(accepted: float, rejected: float) -> Row:
    """Difficulties of shares: accepted, rejected and stale."""
    return [
        fraction("Difficulty Accepted", accepted, 8),
        fraction("Difficulty Rejected", rejected, 8),
        fraction("Difficulty Stale", 0, 8),
    ]


def percent(part: float, whole: float) -> float:
    """A part in percent of the whole; 0 of nothing."""
    return part * 100 / whole if whole else 0.0
