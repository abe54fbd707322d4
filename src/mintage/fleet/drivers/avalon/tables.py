"""The driver's own tables, read once: where readings are, what numbers mean, what commands are, which laws hold."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from mintage.fleet.readings import fields


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a reading is found.

    Attributes:
        field: its name in the table of readings.
        keys: pairs in which it may be, the preferred one first; "PS[6]" is the seventh number of PS.
        scale: reading per number.
        low: lowest number that is believed, after scaling.
        high: highest.
        absent: why it is unknown where no key is there; "" for the plain reason.
    """

    field: str
    keys: tuple[str, ...]
    scale: float = 1.0
    low: float = 0.0
    high: float
    absent: str = ""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What numbers mean.

    Attributes:
        supply: bits of the power supply's error.
        start: causes of the last start that deserve a word.
    """

    supply: dict[int, str]
    start: dict[int, str]


class _Readings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reading: tuple[Source, ...]


class Step(msgspec.Struct, frozen=True):
    """One reading, ready to be taken.

    Attributes:
        field: its name.
        key: pair in which it is.
        place: place in the list, or None where the pair is one number.
        scale: reading per number.
        low: lowest believed.
        high: highest believed.
        is_whole: whether the reading is an integer.
        absent: why it is unknown where the list is too short.
    """

    field: str
    key: bytes
    place: int | None
    scale: float
    low: float
    high: float
    is_whole: bool
    absent: str


class Plan(msgspec.Struct, frozen=True):
    """How to take the readings of machines that have the same pairs.

    Attributes:
        steps: readings to take.
        sources: command and key of each.
        absent: why others are unknown.
    """

    steps: tuple[Step, ...]
    sources: dict[str, str]
    absent: dict[str, str]


T = TypeVar("T")

COMPOSED_SOURCES = {
    "hashrate_expected_ths": "estats.Freq and the model's constant, or estats.GHSmm",
    "fan_min_rpm": "estats.Fan1 and following",
    "boards": "estats.MGHS",
    "mode": "estats.WORKMODE",
    "state": "estats.SYSTEMSTATU",
    "accepted_diff": "summary.Difficulty Accepted",
    "rejected_diff": "summary.Difficulty Rejected",
    "stale_diff": "summary.Difficulty Stale",
    "pool_url": "pools.URL",
    "worker": "pools.User",
    "firmware": "version.VERSION or LVERSION",
}
"""Readings that are more than one number of telemetry."""
SLOW_FIELDS = tuple(field.name for field in fields() if field.cadence == "slow")


def load(name: str, kind: type[T]) -> T:
    """A table of this folder."""
    return msgspec.toml.decode(files(__package__).joinpath(name).read_bytes(), type=kind, strict=False)


@cache
def words() -> Words:
    """What numbers mean."""
    return load("words.toml", Words)


@cache
def choices() -> tuple[bytes, ...]:
    """Pairs whose presence decides from where a reading is taken."""
    return tuple(split(key)[0] for source in _sources() for key in source.keys)


@cache
def plan(present: tuple[bool, ...], command: str) -> Plan:
    """How to take readings, given which of the `choices` are there and which command they answer."""
    there = {key for key, is_there in zip(choices(), present, strict=True) if is_there}
    whole = {field.name for field in fields() if field.kind == "int"}
    steps: list[Step] = []
    sources, absent = dict(COMPOSED_SOURCES), {}
    for source in _sources():
        key = next((key for key in source.keys if split(key)[0] in there), None)
        reason = source.absent or f"its telemetry has no {' or '.join(source.keys)}"
        if key is None:
            absent[source.field] = reason
            continue
        name, place = split(key)
        steps.append(
            Step(source.field, name, place, source.scale, source.low, source.high, source.field in whole, reason)
        )
        sources[source.field] = f"{command}.{key}"
    return Plan(tuple(steps), sources, absent)


def split(key: str) -> tuple[bytes, int | None]:
    """A key and the place in its list: "PS[6]" is PS and 6."""
    name, bracket, place = key.partition("[")
    return name.encode(), int(place.rstrip("]")) if bracket else None


@cache
def _sources() -> tuple[Source, ...]:
    return load("readings.toml", _Readings).reading
