"""What the library answers, as structs: `model_dump()` of its `MinerData`, with what we need of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

_PER_THS = {"H/s": 1e-12, "KH/s": 1e-9, "MH/s": 1e-6, "GH/s": 1e-3, "TH/s": 1.0, "PH/s": 1e3, "EH/s": 1e6}


class Rate(msgspec.Struct, frozen=True):
    """A hash rate with its unit."""

    value: float
    unit: str

    @property
    def ths(self) -> float | None:
        """In TH/s; None in a unit that we do not know."""
        factor = _PER_THS.get(self.unit)
        return None if factor is None else self.value * factor


class Chip(msgspec.Struct, frozen=True):
    """A chip."""

    temperature: float | None = None
    voltage: float | None = None


class BoardData(msgspec.Struct, frozen=True):
    """A hash board."""

    position: int
    hashrate: Rate | None = None
    board_temperature: float | None = None
    outlet_chip_temperature: float | None = None
    expected_chips: int | None = None
    working_chips: int | None = None
    chips: tuple[Chip, ...] = ()
    frequency: float | None = None
    active: bool | None = None


class FanData(msgspec.Struct, frozen=True):
    """A fan."""

    rpm: float | None = None


class PoolData(msgspec.Struct, frozen=True):
    """A pool."""

    url: str | None = None
    user: str | None = None
    active: bool | None = None


class PoolGroup(msgspec.Struct, frozen=True):
    """Pools that share a quota."""

    pools: tuple[PoolData, ...] = ()


class Message(msgspec.Struct, frozen=True):
    """Something that the machine reports."""

    message: str
    severity: str


class Target(msgspec.Struct, frozen=True):
    """What its tuning aims at."""

    type: str
    value: Any = None


class Hardware(msgspec.Struct, frozen=True):
    """What the model should have."""

    fans: int | None = None


class Device(msgspec.Struct, frozen=True):
    """What it is."""

    make: str
    model: str
    firmware: str
    hardware: Hardware = Hardware()


class Report(msgspec.Struct, frozen=True):
    """Everything that the library reads of a machine in one call."""

    device_info: Device
    mac: str | None = None
    serial_number: str | None = None
    firmware_version: str | None = None
    hashboards: tuple[BoardData, ...] = ()
    hashrate: Rate | None = None
    expected_hashrate: Rate | None = None
    fans: tuple[FanData, ...] = ()
    average_temperature: float | None = None
    fluid_temperature: float | None = None
    outlet_fluid_temperature: float | None = None
    wattage: float | None = None
    tuning_target: Target | None = None
    messages: tuple[Message, ...] = ()
    uptime: timedelta | None = None
    is_mining: bool = False
    operating_state: Any = None
    pools: tuple[PoolGroup, ...] = ()


def report_of(data: Any) -> Report:
    """The library's answer as a struct.

    Raises:
        msgspec.ValidationError: another version of the library answers in another form.
    """
    dumped = data if isinstance(data, dict) else data.model_dump()
    return msgspec.convert(dumped, Report, strict=False)
