"""Telemetry turned into readings: values by field, boards, fans, state, and what the machine says is wrong."""

from __future__ import annotations

import math

import msgspec

from mintage.fleet.drivers.avalon.laws import doubts_of
from mintage.fleet.drivers.avalon.parse import BOARDS_MAX, Stats, number
from mintage.fleet.drivers.avalon.tables import Step, choices, plan, words
from mintage.fleet.models import Model
from mintage.fleet.readings import Board

FANS_MAX = 8
STARTING_S = 600.0
"""A machine that works without hash rate for longer has a fault."""
RESTART_TOLD_S = 3600
BOARD_GHS_MAX = 2_000_000.0
_CHIPS = tuple((b"PVT_T%d" % slot, b"PVT_V%d" % slot, b"MW%d" % slot) for slot in range(BOARDS_MAX))
_FANS = tuple(b"Fan%d" % place for place in range(1, FANS_MAX + 1))

Value = float | int | str


class Fresh(msgspec.Struct, gc=False):
    """What one poll brings.

    Attributes:
        values: readings by field.
        unknown: why others are absent.
        sources: command and key of each known reading.
        boards: hash boards.
        fans_rpm: speed of each fan.
        problems: what the machine says is wrong.
        doubts: laws that its readings break.
    """

    values: dict[str, Value]
    unknown: dict[str, str]
    sources: dict[str, str]
    boards: tuple[Board, ...]
    fans_rpm: tuple[int, ...]
    problems: list[str]
    doubts: list[str]


def read(stats: Stats, model: Model | None) -> Fresh:
    """All readings of one telemetry reply.

    Args:
        stats: the reply.
        model: the machine's model; None where unknown: it is read as far as the protocol goes.
    """
    pairs = stats.values
    found = plan(tuple([key in pairs for key in choices()]), stats.command)
    values, unknown = _take(found.steps, pairs)
    unknown |= found.absent
    fresh = Fresh(values, unknown, found.sources, (), (), [], [])
    hashrate_ths = values.get("hashrate_ths")
    is_working = isinstance(hashrate_ths, float) and hashrate_ths > 0
    fresh.problems = _faults(pairs, values)
    state = values["state"] = _state(pairs, values, is_working=is_working, has_faults=bool(fresh.problems))
    fresh.problems += _restart(pairs, values)
    if model:
        fresh.problems += _missing_boards(pairs, model)
    fresh.boards = _boards(stats, state)
    if fresh.boards:
        values["boards"] = sum(bool(board.hashrate_ths) for board in fresh.boards) if state == "hashing" else 0
        fresh.problems += [f"board {board.number}: {board.problem}" for board in fresh.boards if board.problem]
    else:
        unknown["boards"] = "its telemetry has no MGHS"
    _fans(fresh, pairs, model)
    _mode(fresh, pairs, model)
    _expect(fresh, stats, model)
    if is_working:
        fresh.doubts = doubts_of(stats, model)
    if stats.modules:
        fresh.doubts.append("several machines answer behind one controller; only the first is read")
    return fresh


def _take(steps: tuple[Step, ...], pairs: dict[bytes, bytes]) -> tuple[dict[str, Value], dict[str, str]]:
    """Readings that are one number each."""
    values: dict[str, Value] = {}
    unknown: dict[str, str] = {}
    lists: dict[bytes, list[bytes]] = {}
    for step in steps:
        word = pairs[step.key]
        if step.place is not None:
            listed = lists.get(step.key)
            if listed is None:
                listed = lists[step.key] = word.split(None, 15)
            if step.place >= len(listed):
                unknown[step.field] = step.absent
                continue
            word = listed[step.place]
        told = number(word) * step.scale
        if step.low <= told <= step.high:
            values[step.field] = round(told) if step.is_whole else told
        else:
            unknown[step.field] = f"the machine says '{shown(word)}', which cannot be"
    return values, unknown


def shown(word: bytes) -> str:
    """The machine's own word, short and printable."""
    return "".join(letter if letter.isprintable() else "?" for letter in word[:20].decode("ascii", "replace"))


def _state(pairs: dict[bytes, bytes], values: dict[str, Value], *, is_working: bool, has_faults: bool) -> str:
    """What the machine does; see `mintage.fleet.readings.State`."""
    doing = pairs.get(b"SYSTEMSTATU", b"")
    if b"In Work" in doing:
        if is_working:
            return "hashing"
        uptime_s = values.get("uptime_s")
        return "starting" if isinstance(uptime_s, int) and uptime_s < STARTING_S else "fault"
    if b"In Init" in doing:
        return "starting"
    if b"In Idle" in doing:
        if pairs.get(b"SoftOFF", b"0") not in (b"0", b""):
            return "asleep"
        return "fault" if has_faults else "idle"
    return "hashing" if is_working else "unknown"


def _faults(pairs: dict[bytes, bytes], values: dict[str, Value]) -> list[str]:
    """What the machine says is wrong with it now, boards left aside."""
    found = []
    bits = values.get("error_bits")
    if isinstance(bits, int) and bits:
        known = words().supply
        found += [f"power supply: {word}" for bit, word in known.items() if bits & bit]
        rest = bits & ~sum(known)
        if rest:
            found.append(f"power supply: error bits {rest}, whose meaning is not public")
    if pairs.get(b"ECMM", b"0") != b"0":
        found.append(f"control board: error code {shown(pairs[b'ECMM'])}")
    if pairs.get(b"FanErr", b"0") != b"0":
        found.append(f"fans: error code {shown(pairs[b'FanErr'])}")
    return found


def _restart(pairs: dict[bytes, bytes], values: dict[str, Value]) -> list[str]:
    """Why it started last, where nobody wished it and it was not long ago. BOOTBY begins with the cause in hex."""
    uptime_s = values.get("uptime_s")
    cause, _, _ = pairs.get(b"BOOTBY", b"").partition(b".")
    if not isinstance(uptime_s, int) or uptime_s > RESTART_TOLD_S or len(cause) != 4 or not cause.startswith(b"0x"):
        return []
    try:
        reason = words().start.get(int(cause, 16))
    except ValueError:
        return []
    return [reason] if reason else []


def _missing_boards(pairs: dict[bytes, bytes], model: Model) -> list[str]:
    """Boards that the machine does not find; it says how many it has: "Work: In Work, Hash Board: 3"."""
    word = pairs.get(b"SYSTEMSTATU", b"").rpartition(b"Hash Board:")[2].strip()
    if not word.isdigit() or len(word) > 2 or int(word) >= model.boards:
        return []
    return [f"only {int(word)} of {model.boards} hash boards are found"]


def _boards(stats: Stats, state: str) -> tuple[Board, ...]:
    """Hash boards, with what their chips say left as text."""
    pairs = stats.values
    rates = pairs.get(b"MGHS", b"").split(None, BOARDS_MAX)[:BOARDS_MAX]
    means, tops = pairs.get(b"MTavg", b"").split(), pairs.get(b"MTmax", b"").split()
    if len(rates) == 1 and not means:
        means, tops = [pairs.get(b"TAvg", b"")], [pairs.get(b"TMax", b"")]
    codes = pairs.get(b"ECHU", b"").split(None, BOARDS_MAX)
    boards = []
    for slot, rate in enumerate(rates):
        ghs = number(rate)
        code = codes[slot] if slot < len(codes) else b"0"
        problem = ""
        if state == "hashing" and ghs == 0:
            problem = "hashes nothing"
        elif code != b"0":
            problem = f"error code {shown(code)}"
        chips_c, chips_mv, chips_work = _CHIPS[slot]
        temperatures = pairs.get(chips_c, b"")
        if state == "hashing" and not problem and b" 0 " in temperatures:
            problem = f"{temperatures.split().count(b'0')} chips tell no temperature"
        boards.append(
            Board(
                slot,
                ghs / 1000 if 0 <= ghs <= BOARD_GHS_MAX else None,
                _degrees(means, slot),
                _degrees(tops, slot),
                temperatures,
                pairs.get(chips_mv, b""),
                pairs.get(chips_work, b""),
                problem,
            )
        )
    return tuple(boards)


def _degrees(words_: list[bytes], slot: int) -> int | None:
    """A believable chip temperature in °C; a sensor that is not there says -273."""
    told = number(words_[slot]) if slot < len(words_) else math.nan
    return round(told) if -60 <= told <= 250 else None


def _fans(fresh: Fresh, pairs: dict[bytes, bytes], model: Model | None) -> None:
    speeds = []
    for key in _FANS:
        word = pairs.get(key)
        if word is None:
            break
        told = number(word)
        speeds.append(round(told) if 0 <= told <= 60_000 else 0)
    fresh.fans_rpm = tuple(speeds)
    needed = speeds[: model.fans] if model else speeds
    if model and not model.fans:
        fresh.values.pop("fan_duty_pct", None)
        fresh.unknown |= {"fan_min_rpm": "it has no fans", "fan_duty_pct": "it has no fans"}
        return
    if not needed:
        fresh.unknown["fan_min_rpm"] = "its telemetry has no Fan1"
        return
    fresh.values["fan_min_rpm"] = min(needed)
    if min(needed) == 0 and fresh.values["state"] == "hashing":
        still = [str(place) for place, speed in enumerate(needed, 1) if speed == 0]
        fresh.problems.append(f"fan {' and '.join(still)} stands still")


def _mode(fresh: Fresh, pairs: dict[bytes, bytes], model: Model | None) -> None:
    told = pairs.get(b"WORKMODE")
    if told is None:
        fresh.unknown["mode"] = "its telemetry has no WORKMODE"
        return
    level = number(told)
    name = model.mode_at(int(level)) if model and level == level // 1 else None
    if name:
        fresh.values["mode"] = name
    else:
        fresh.unknown["mode"] = f"the machine says mode '{shown(told)}', which has no known name"


def _expect(fresh: Fresh, stats: Stats, model: Model | None) -> None:
    """Expected hash rate: all chips of the model at this clock, so that a missing board shows as a shortfall.

    Source: hash rate in GH/s = K x clock in MHz x chips / 1000, checked on captures of four models; where K is not
    proven for the model, the machine's own figure (GHSmm) is taken.
    """
    frequency_mhz = fresh.values.get("frequency_mhz")
    if model and "ghs_per_mhz_per_1000_chips" not in model.assumed and isinstance(frequency_mhz, float):
        ths = model.ghs_per_mhz_per_1000_chips * frequency_mhz * model.chips / 1e6
        fresh.values["hashrate_expected_ths"] = ths
        return
    told_ghs = number(stats.values.get(b"GHSmm", b""))
    if 0 <= told_ghs <= 5_000_000:
        fresh.values["hashrate_expected_ths"] = told_ghs / 1000
    else:
        fresh.unknown["hashrate_expected_ths"] = "neither a proven constant of the model nor GHSmm is there"
