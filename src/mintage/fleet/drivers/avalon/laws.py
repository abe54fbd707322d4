"""Laws that an Avalon's readings keep while it hashes; one that breaks them tells something untrue.

Source: checked on public captures of A1066, A1246, A15, Q and Mini 3; each law's tolerance is in `quality.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import msgspec

from mintage.fleet.drivers.avalon.parse import Stats, number
from mintage.fleet.drivers.avalon.tables import load
from mintage.fleet.models import Model

DIFFICULTY_1_HASHES = 2**32
SUPPLY_W_MIN = 100.0
"""Below it the supply only idles, and its ratios say nothing."""


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relation between readings.

    Attributes:
        id: its name.
        says: the relation, in words.
        within: largest relative difference that is still believed.
        source: where the relation and the tolerance come from.
    """

    id: str
    says: str
    within: float
    source: str


class _Quality(msgspec.Struct, frozen=True):
    law: tuple[Law, ...]


@cache
def laws() -> dict[str, Law]:
    """The laws of the quality file, by id."""
    return {law.id: law for law in load("quality.toml", _Quality).law}


class _Told(msgspec.Struct, gc=False):
    """What the laws are about; NaN where it was not told."""

    pairs: dict[bytes, bytes]
    supply: list[float]
    boards_ghs: float
    model: Model | None

    def of(self, name: bytes) -> float:
        return number(self.pairs.get(name, b""))


def doubts_of(stats: Stats, model: Model | None) -> list[str]:
    """Laws that the readings break, each with both figures. What was not told breaks no law."""
    told = _Told(stats.values, stats.numbers(b"PS"), sum(stats.numbers(b"MGHS")), model)
    found = []
    for id_, law in laws().items():
        compared = _LAWS[id_](told)
        if compared is None:
            continue
        said, implied = compared
        # A comparison with NaN is false: what was not told is not doubted.
        if abs(said - implied) > law.within * max(abs(implied), 1e-9):
            found.append(f"{law.says}: it says {said:,.6g}, which should be {implied:,.6g}")
    return found


def _chip_rate(told: _Told) -> tuple[float, float] | None:
    model = told.model
    if model is None or "ghs_per_mhz_per_1000_chips" in model.assumed:
        return None
    return told.of(b"GHSmm"), model.ghs_per_mhz_per_1000_chips * told.of(b"Freq") * told.of(b"TA") / 1000


def _work(told: _Told) -> tuple[float, float]:
    return told.of(b"WU"), told.of(b"GHSavg") * 1e9 * 60 / DIFFICULTY_1_HASHES


def _boards(told: _Told) -> tuple[float, float]:
    return told.boards_ghs, told.of(b"GHSavg")


def _excess(told: _Told) -> tuple[float, float] | None:
    """Only too much is impossible; too little is a sick machine, not a lie."""
    said, chips = told.of(b"GHSspd"), told.of(b"GHSmm")
    return (said, chips) if said > chips else None


def _nameplate(told: _Told) -> tuple[float, float] | None:
    model = told.model
    said = told.of(b"GHSspd") / 1000
    return (said, model.hashrate_ths) if model and said > model.hashrate_ths else None


def _supply_power(told: _Told) -> tuple[float, float] | None:
    supply = told.supply
    if len(supply) < 5 or not supply[4] > SUPPLY_W_MIN:
        return None
    return supply[4], supply[2] / 100 * supply[3]


def _supply_efficiency(told: _Told) -> tuple[float, float] | None:
    """Efficiency against 92 %, the middle of what supplies reach."""
    supply = told.supply
    if len(supply) < 7 or not supply[4] > SUPPLY_W_MIN or not supply[6] > 0:
        return None
    return supply[4] / supply[6], 0.92


def _wall_power(told: _Told) -> tuple[float, float] | None:
    if len(told.supply) < 7 or not told.supply[4] > SUPPLY_W_MIN:
        return None
    return told.of(b"WALLPOWER"), told.supply[6]


_LAWS: dict[str, Callable[[_Told], tuple[float, float] | None]] = {
    "chip-rate": _chip_rate,
    "work": _work,
    "boards": _boards,
    "excess": _excess,
    "nameplate": _nameplate,
    "supply-power": _supply_power,
    "supply-efficiency": _supply_efficiency,
    "wall-power": _wall_power,
}
