"""The meter profiles: rows are readable, and words become the numbers that an independent library says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.client.mixin import ModbusClientMixin

from mintage.fleet.energy.profiles import Kind, Register, Words, profile, profiles
from mintage.fleet.virtual.meter import _encode
from mintage.units.errors import InputError

JUDGE = ModbusClientMixin.DATATYPE
TYPES: dict[Kind, ModbusClientMixin.DATATYPE] = {
    "u16": JUDGE.UINT16,
    "s16": JUDGE.INT16,
    "u32": JUDGE.UINT32,
    "s32": JUDGE.INT32,
    "u64": JUDGE.UINT64,
    "s64": JUDGE.INT64,
    "f32": JUDGE.FLOAT32,
    "f64": JUDGE.FLOAT64,
}


@given(st.sampled_from(sorted(TYPES)), st.sampled_from(["big", "little"]), st.integers(0, 30_000), st.integers(-3, 3))
def test_words_mean_what_pymodbus_says(kind: Kind, words: Words, counts: int, exponent: int) -> None:
    """Our decoding and the virtual meter's encoding agree with pymodbus for every type, word order and scale."""
    row = Register(address=0, type=kind, words=words, scale=Decimal(1).scaleb(exponent), grade="stated")
    told = ModbusClientMixin.convert_to_registers(counts, TYPES[kind], word_order=words)
    assert row.decode(told) == counts * row.scale
    assert _encode(row, counts * row.scale, turned=False) == told


def test_a_meter_that_has_no_value_is_not_taken_at_its_word() -> None:
    """NaN, infinity and the extremes of integers, as makers write them for "not available", are no values."""
    missing = {
        "f32": ([0x7FC0, 0], [0xFF80, 0]),
        "u32": ([0xFFFF, 0xFFFF],),
        "s32": ([0x8000, 0], [0x7FFF, 0xFFFF]),
        "u64": ([0xFFFF] * 4,),
    }
    for kind, cases in missing.items():
        for words in cases:
            assert Register(address=0, type=kind, grade="stated").decode(words) is None  # type: ignore[arg-type]  # a literal by name


def test_every_profile_says_where_it_is_from_and_measures_something() -> None:
    """Each row has a source and a power register; only grades that we define; counters have a unit and an end."""
    for name, row in profiles().items():
        assert row.source
        assert row.model
        assert "power_w" in row.registers, name
        for register in row.registers.values():
            assert register.grade in {"recorded", "stated", "assumed"}
            assert 0 <= register.address < 65536
    assert profile("siemens-pac").registers["energy_wh"].span == 10**12


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    """A slip in a site file says which profiles there are."""
    with pytest.raises(InputError, match=r"no meter profile is called 'pm5650'.*carlo-gavazzi-em24"):
        profile("pm5650")
