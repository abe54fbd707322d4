"""Meters as data: which register holds which quantity, and how its words become a number."""

from __future__ import annotations

import math
import struct
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from mintage.journal.fact import Grade
from mintage.units.errors import InputError

Quantity = Literal["power_w", "energy_wh", "heat_wh", "serial", "flow_l_h", "supply_c", "return_c"]
Kind = Literal["u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"]
Words = Literal["big", "little"]

_FORMATS: dict[Kind, str] = {
    "u16": ">H",
    "s16": ">h",
    "u32": ">I",
    "s32": ">i",
    "u64": ">Q",
    "s64": ">q",
    "f32": ">f",
    "f64": ">d",
}
_SPANS: dict[Kind, int] = {"u16": 2**16, "u32": 2**32, "u64": 2**64}
# A signed counter starts again at zero after its highest value.
_SPANS |= {"s16": 2**15, "s32": 2**31, "s64": 2**63}


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one quantity is.

    Attributes:
        address: first register, from 0.
        table: holding or input registers.
        type: how the number is stored.
        words: which word comes first.
        scale: what one count is, in the unit of the quantity.
        rolls_at: a counter's value, in the quantity's unit, at which it starts again; that of its type where left out.
        grade: how well the row is known.
    """

    address: int
    table: Literal["holding", "input"] = "holding"
    type: Kind
    words: Words = "big"
    scale: Decimal = Decimal(1)
    rolls_at: Decimal | None = None
    grade: Grade

    @property
    def length(self) -> int:
        """How many registers it takes."""
        return struct.calcsize(_FORMATS[self.type]) // 2

    @property
    def span(self) -> Decimal | None:
        """Where the counter starts again, in the unit of the quantity; None for a float that states no such value."""
        if self.rolls_at is not None:
            return self.rolls_at
        counts = _SPANS.get(self.type)
        return None if counts is None else counts * self.scale

    def decode(self, words: Sequence[int]) -> Decimal | None:
        """The quantity in its unit; None for what makers write where there is no value.

        No value is: not a number, infinity, or the extreme of an integer type (0xFFFF..., 0x8000..., 0x7FFF...).

        Raises:
            ValueError: the number of words is not `length`.
        """
        if len(words) != self.length:
            raise ValueError(f"{len(words)} words where {self.length} are needed")
        ordered = words if self.words == "big" else words[::-1]
        raw = struct.pack(f">{len(ordered)}H", *ordered)
        (number,) = struct.unpack(_FORMATS[self.type], raw)
        if isinstance(number, float):
            return Decimal(number) * self.scale if math.isfinite(number) else None
        bits = 8 * len(raw)
        extremes = {2**bits - 1} if self.type[0] == "u" else {2 ** (bits - 1) - 1, -(2 ** (bits - 1))}
        return None if number in extremes else number * self.scale


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of meter.

    Attributes:
        name: its id in site files.
        model: which meters it fits.
        source: where the registers are from.
        registers: register of each quantity.
    """

    name: str
    model: str
    source: str
    registers: dict[Quantity, Register]

    @property
    def counter(self) -> Quantity | None:
        """The quantity that counts: electrical energy, or heat; None where the meter states none in a known unit."""
        return next((name for name in ("energy_wh", "heat_wh") if name in self.registers), None)


@cache
def profiles() -> dict[str, Profile]:
    """Every profile, by name."""
    rows = tomllib.loads(resources.files("mintage.fleet.energy").joinpath("profiles.toml").read_text("utf-8"))
    found = {}
    for name, row in rows.items():
        told = {"model": row.pop("model"), "source": row.pop("source")}
        registers = msgspec.convert(row, dict[Quantity, Register], strict=False)
        found[name] = Profile(name=name, registers=registers, **told)
    return found


def profile(name: str) -> Profile:
    """One profile.

    Raises:
        InputError: there is none of that name.
    """
    try:
        return profiles()[name]
    except KeyError:
        raise InputError(
            f"no meter profile is called '{name}'.",
            field="profile",
            remedy=f"Known are {', '.join(sorted(profiles()))}; see `mintage energy profiles`.",
        ) from None
