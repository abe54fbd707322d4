"""The library's report turned into readings. It tells shares and not their difficulty, so work stays unknown."""

from __future__ import annotations

import math

from mintage.fleet.drivers.makes.parse import BoardData, Report
from mintage.fleet.readings import Board, Pool, Snapshot

_STATES = {
    "mining": "hashing",
    "stable": "hashing",
    "degradedmining": "hashing",
    "tuning": "hashing",
    "adjustingfrequency": "hashing",
    "adjustingvoltage": "hashing",
    "adjustingclockvoltage": "hashing",
    "initializing": "starting",
    "starting": "starting",
    "restarting": "starting",
    "paused": "asleep",
    "stopped": "asleep",
    "stopping": "asleep",
    "suspended": "asleep",
    "idling": "idle",
    "coolingdown": "fault",
    "restricted": "fault",
    "error": "fault",
}
SHARES_ONLY = "pyasic_rs tells the number of shares, not their difficulty"
_UNKNOWN = {
    "": "pyasic_rs does not tell it for this machine",
    "accepted_diff": SHARES_ONLY,
    "rejected_diff": SHARES_ONLY,
    "stale_diff": SHARES_ONLY,
    "error_bits": "errors of this make are told in words only",
}
SOURCES = {
    "hashrate_ths": "pyasic_rs.hashrate",
    "hashrate_expected_ths": "pyasic_rs.expected_hashrate",
    "power_in_w": "pyasic_rs.wattage",
    "power_target_w": "pyasic_rs.tuning_target",
    "inlet_c": "pyasic_rs.fluid_temperature",
    "outlet_c": "pyasic_rs.outlet_fluid_temperature",
    "chip_avg_c": "pyasic_rs.average_temperature",
    "chip_max_c": "pyasic_rs.hashboards",
    "fan_min_rpm": "pyasic_rs.fans",
    "boards": "pyasic_rs.hashboards",
    "frequency_mhz": "pyasic_rs.hashboards.frequency",
    "uptime_s": "pyasic_rs.uptime",
    "mode": "pyasic_rs.tuning_target",
    "state": "pyasic_rs.operating_state or is_mining",
    "pool_url": "pyasic_rs.pools",
    "worker": "pyasic_rs.pools",
    "firmware": "pyasic_rs.firmware_version",
}


def snapshot_of(report: Report, at_us: int) -> Snapshot:
    """All readings of one report.

    Args:
        report: what the library answered.
        at_us: when.
    """
    boards = tuple(_board(board) for board in report.hashboards)
    pools = sorted(
        (
            Pool(pool.url or "", pool.user or "", pool.active)
            for group in report.pools
            for pool in group.pools
            if pool.url
        ),
        key=lambda pool: pool.active is not True,
    )
    state = _state(report)
    told = _numbers(report, boards) | {
        "boards": sum(not board.problem for board in boards) if boards and state == "hashing" else None,
        "mode": _aim(report, "preset", "mode"),
        "pool_url": pools[0].url if pools else None,
        "worker": pools[0].worker if pools else None,
        "firmware": report.firmware_version,
    }
    values = {"state": state} | {name: value for name, value in told.items() if value not in (None, "")}
    return Snapshot(
        at_us=at_us,
        slow_us=at_us,
        values=values,
        unknown=_UNKNOWN,
        sources=SOURCES,
        boards=boards,
        fans_rpm=tuple(round(fan.rpm) for fan in report.fans if fan.rpm is not None and math.isfinite(fan.rpm)),
        pools=tuple(pools),
        problems=tuple(message.message for message in report.messages if message.severity.lower() != "info"),
    )


def nothing(reason: str, at_us: int) -> Snapshot:
    """A poll that brought nothing."""
    return Snapshot(at_us=at_us, values={"state": "offline"}, unknown={"": reason}, sources=SOURCES)


def _numbers(report: Report, boards: tuple[Board, ...]) -> dict[str, float | int | str | None]:
    aim = _aim(report, "power")
    clocks = [board.frequency for board in report.hashboards if board.frequency]
    speeds = [fan.rpm for fan in report.fans if fan.rpm is not None]
    hottest = [board.chip_max_c for board in boards if board.chip_max_c is not None]
    return {
        "hashrate_ths": _finite(report.hashrate.ths if report.hashrate else None),
        "hashrate_expected_ths": _finite(report.expected_hashrate.ths if report.expected_hashrate else None),
        "power_in_w": _whole(report.wattage),
        "power_target_w": _whole(aim if isinstance(aim, float) else None),
        "inlet_c": _whole(report.fluid_temperature),
        "outlet_c": _whole(report.outlet_fluid_temperature),
        "chip_avg_c": _whole(report.average_temperature),
        "chip_max_c": max(hottest, default=None),
        "fan_min_rpm": _whole(min(speeds, default=None)),
        "frequency_mhz": _finite(sum(clocks) / len(clocks) if clocks else None),
        "uptime_s": _whole(report.uptime.total_seconds() if report.uptime else None),
    }


def _board(told: BoardData) -> Board:
    temperatures = [chip.temperature for chip in told.chips if chip.temperature is not None]
    volts = [chip.voltage for chip in told.chips if chip.voltage is not None]
    lacking = (told.expected_chips or 0) - told.working_chips if told.working_chips is not None else 0
    problem = "hashes nothing" if told.active is False else f"{lacking} chips do not work" if lacking > 0 else ""
    return Board(
        number=told.position,
        hashrate_ths=_finite(told.hashrate.ths if told.hashrate else None),
        chip_avg_c=_whole(told.board_temperature),
        chip_max_c=_whole(max(temperatures, default=told.outlet_chip_temperature)),
        chips_c_text=b" ".join(b"%d" % round(celsius) for celsius in temperatures if math.isfinite(celsius)),
        chips_mv_text=b" ".join(b"%d" % round(volt * 1000) for volt in volts if math.isfinite(volt)),
        problem=problem,
    )


def _state(report: Report) -> str:
    """What it does; where the library tells no operating state, whether it hashes."""
    told = report.operating_state
    name = str(told.get("type", "") if isinstance(told, dict) else told or "").lower().replace("_", "").replace(" ", "")
    if name in _STATES:
        return _STATES[name]
    if not report.is_mining:
        return "idle"
    rate = report.hashrate.ths if report.hashrate else None
    return "hashing" if rate is None or rate > 0 else "starting"


def _aim(report: Report, *kinds: str) -> str | float | None:
    """What its tuning aims at, where that is of one of these kinds."""
    target = report.tuning_target
    return target.value if target and target.type.lower() in kinds and isinstance(target.value, str | float) else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _whole(value: float | None) -> int | None:
    return round(value) if value is not None and math.isfinite(value) and abs(value) < 1e15 else None
