"""Readings of a machine: what a driver answers, field by field, each known or unknown with a reason."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Value = float | int | str | None
State = Literal["hashing", "starting", "idle", "asleep", "fault", "offline", "unknown"]
"""hashing: works; starting: boots or initialises; idle: powered, no work; asleep: told to sleep; fault: stopped itself;
offline: does not answer; unknown: answers, but not what it does."""


class Field(msgspec.Struct, frozen=True):
    """One reading that a machine may have; the table is `fields.toml`.

    Attributes:
        name: its name in telemetry, JSON and API; carries the unit.
        unit: unit in words.
        kind: type of its value.
        step: resolution at which telemetry stores it.
        cadence: whether every poll brings it or only the slow round.
        rollup: how an interval is told from its samples.
        en: label in English.
        zh: label in Traditional Chinese.
        meaning: what it says.
    """

    name: str
    unit: str
    kind: Literal["float", "int", "text"]
    step: float
    cadence: Literal["poll", "slow"]
    rollup: Literal["mean", "max", "min", "last", "sum-of-rises"]
    en: str
    zh: str
    meaning: str


class _Table(msgspec.Struct):
    field: tuple[Field, ...]


@cache
def fields() -> tuple[Field, ...]:
    """All readings, in the order of the table."""
    raw = files("mintage.fleet").joinpath("fields.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_Table).field


class Reading(msgspec.Struct, frozen=True):
    """One value with what must be known to believe it.

    Attributes:
        field: what it is.
        value: in the field's unit, or None where unknown.
        source: command and key that it was read from, such as "estats.PS[6]"; "" where unknown.
        age_s: seconds since the machine said it; None where unknown.
        reason: why it is unknown; "" where it is known.
    """

    field: Field
    value: Value
    source: str
    age_s: float | None
    reason: str


class Board(msgspec.Struct, frozen=True, gc=False):
    """A hash board. What its chips say is kept as the machine's own text and read only where somebody asks.

    Attributes:
        number: its slot, from 0.
        hashrate_ths: its average hash rate; None where unknown.
        chip_avg_c: mean chip temperature.
        chip_max_c: hottest chip.
        chips_c_text: temperature of each chip in °C, whole numbers with spaces between; b"" where not told.
        chips_mv_text: voltage of each chip in mV, likewise.
        chips_work_text: matching works of each chip, likewise.
        problem: what is wrong with it, in words; "" where nothing is known to be.
    """

    number: int
    hashrate_ths: float | None = None
    chip_avg_c: int | None = None
    chip_max_c: int | None = None
    chips_c_text: bytes = b""
    chips_mv_text: bytes = b""
    chips_work_text: bytes = b""
    problem: str = ""

    @property
    def chips_c(self) -> tuple[int, ...]:
        """Temperature of each chip; empty where the machine does not tell it, or not in numbers."""
        return _whole_numbers(self.chips_c_text)

    @property
    def chips_v(self) -> tuple[float, ...]:
        """Voltage of each chip."""
        return tuple(millivolts / 1000 for millivolts in _whole_numbers(self.chips_mv_text))

    @property
    def chips_work(self) -> tuple[int, ...]:
        """Matching works of each chip."""
        return _whole_numbers(self.chips_work_text)


def _whole_numbers(text: bytes) -> tuple[int, ...]:
    """Numbers with spaces between; none where one of them is no number of at most nine digits."""
    words = text.split()
    if not all(len(word) <= 10 and word.removeprefix(b"-").isdigit() for word in words):
        return ()
    return tuple(map(int, words))


class Pool(msgspec.Struct, frozen=True, gc=False):
    """A pool that a machine is set to.

    Attributes:
        url: where it is.
        worker: name that the machine works under.
        active: whether shares go there now; None where unknown.
        accepted_diff: difficulty accepted.
        rejected_diff: difficulty rejected.
        stale_diff: difficulty too late.
    """

    url: str
    worker: str
    active: bool | None = None
    accepted_diff: int | None = None
    rejected_diff: int | None = None
    stale_diff: int | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything that a machine said in one poll, joined with its last slow round.

    Attributes:
        at_us: instant of the poll.
        slow_us: instant of the slow round whose values are in it; None where there was none yet.
        values: readings by field name; a field that is absent is unknown.
        unknown: why fields are absent, by field name; "" stands for all fields.
        sources: command and key of each known field; shared between snapshots of one protocol.
        boards: hash boards, in order of their slots.
        fans_rpm: speed of each fan.
        pools: pools, the one in use first.
        problems: what the machine says is wrong, in words.
        doubts: laws that its readings break: the readings, not the machine, may be wrong.
    """

    at_us: int
    slow_us: int | None = None
    values: dict[str, float | int | str]
    unknown: dict[str, str] = {}
    sources: dict[str, str] = {}
    boards: tuple[Board, ...] = ()
    fans_rpm: tuple[int, ...] = ()
    pools: tuple[Pool, ...] = ()
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """What the machine does; one of `State`."""
        return str(self.values.get("state", "unknown"))

    def number(self, name: str) -> float | None:
        """A numeric reading, or None where it is unknown."""
        value = self.values.get(name)
        return None if value is None or isinstance(value, str) else float(value)

    @property
    def efficiency_j_th(self) -> float | None:
        """Energy per hash from input power and hash rate; None where either is unknown or nothing is hashed."""
        power_w, hashrate_ths = self.number("power_in_w"), self.number("hashrate_ths")
        return power_w / hashrate_ths if power_w is not None and hashrate_ths else None

    def reading(self, field: Field, now_us: int) -> Reading:
        """One reading with source, age and, where it is unknown, the reason."""
        value = self.values.get(field.name)
        if value is None:
            reason = self.unknown.get(field.name) or self.unknown.get("") or "the machine does not tell it"
            return Reading(field, None, "", None, reason)
        said_us = self.at_us if field.cadence == "poll" or self.slow_us is None else self.slow_us
        return Reading(field, value, self.sources.get(field.name, ""), (now_us - said_us) / 1e6, "")
