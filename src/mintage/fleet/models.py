"""Models of machines: nameplate, boards, chips, modes and the constant that ties clock to hash rate, from a table."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

_BIN_SPREAD = 0.25
"""A bin lies at most so far from its nearest neighbour in the table."""
Positive = Annotated[float, msgspec.Meta(gt=0)]
Grade = Literal["captured", "quoted", "derived", "assumed"]
"""captured: a recording of a real machine shows it; quoted: maker or shop prints it; derived: computed from another
bin of its series; assumed: nothing public was found."""


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A work mode.

    Attributes:
        level: number by which the machine knows it.
        hashrate_ths: hash rate in this mode.
        power_w: power drawn from the wall in this mode.
    """

    level: int
    hashrate_ths: Positive
    power_w: Annotated[int, msgspec.Meta(gt=0)]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of machine in one bin.

    Attributes:
        id: our short name of it, such as "a15-194".
        model: what the machine calls itself (MODEL), such as "15-194".
        name: name under which it is sold.
        product: what the machine says under PROD.
        aliases: other ways to write it.
        generation: series that it belongs to.
        family: "a" answers as machines with a K210 controller do, "home" as the Q and those with a K230.
        cooling: how it is cooled.
        hashrate_ths: nominal hash rate.
        power_w: nominal power from the wall.
        boards: hash boards.
        chips_per_board: chips on each.
        fans: fans.
        fan_max_rpm: speed of its fans at full duty; 0 without fans.
        core: kind of chip; "" where not published.
        ghs_per_mhz_per_1000_chips: the K in hash rate in GH/s = K x clock in MHz x chips / 1000.
        psu_efficiency: power to the boards over power from the wall.
        standby_w: power from the wall while it sleeps, as its supply states it.
        hash_bus_v: voltage that the supply gives to the boards.
        chip_mv: mean voltage of a chip.
        pll_per_chip: PLL counts of a board over its chips; a board's counts always add up to this.
        chip_target_c: mean chip temperature that its cooling aims at.
        hardware: kind of control board (HWTYPE).
        firmware: version of firmware of the capture, or an assumed one.
        modes: work modes by name.
        source: where the figures come from.
        grade: what that source is worth.
        assumed: figures that are not published, each with the reason for the one used instead.
    """

    id: str
    model: str
    name: str
    product: str
    aliases: tuple[str, ...]
    generation: str
    family: Literal["a", "home"]
    cooling: Literal["air", "immersion", "hydro"]
    hashrate_ths: Positive
    power_w: int
    boards: int
    chips_per_board: int
    fans: int
    fan_max_rpm: int
    core: str
    ghs_per_mhz_per_1000_chips: Positive
    psu_efficiency: Positive
    standby_w: int
    hash_bus_v: Positive
    chip_mv: int
    pll_per_chip: int
    chip_target_c: int
    hardware: str
    firmware: str
    modes: dict[str, Mode]
    source: str
    grade: Grade
    assumed: dict[str, str]

    @property
    def chips(self) -> int:
        """Chips on all boards (TA)."""
        return self.boards * self.chips_per_board

    @property
    def nominal_mode(self) -> str:
        """Name of the mode that the nameplate is of."""
        return max(self.modes, key=lambda name: self.modes[name].hashrate_ths)

    def mode_at(self, level: int) -> str | None:
        """Name of the mode with a number; None where there is none."""
        return next((name for name, mode in self.modes.items() if mode.level == level), None)


class _Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    model: str
    name: str
    product: str
    aliases: tuple[str, ...] = ()
    hashrate_ths: Positive
    power_w: Annotated[int, msgspec.Meta(gt=0)]
    modes: dict[str, Mode]
    assumed: dict[str, str] = {}


class _Series(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str
    family: Literal["a", "home"]
    cooling: Literal["air", "immersion", "hydro"]
    hardware: str
    firmware: str
    boards: int
    chips_per_board: int
    fans: int
    fan_max_rpm: int = 0
    core: str = ""
    ghs_per_mhz_per_1000_chips: Positive
    psu_efficiency: Positive
    standby_w: int
    hash_bus_v: Positive
    chip_mv: int
    pll_per_chip: int
    chip_target_c: int
    source: str
    grade: Grade
    assumed: dict[str, str] = {}
    model: tuple[_Row, ...]

    def members(self) -> list[Model]:
        shared = {name: getattr(self, name) for name in self.__struct_fields__ if name not in ("name", "model")}
        return [
            Model(
                **shared
                | {name: getattr(row, name) for name in row.__struct_fields__}
                | {"id": _slug(row.model), "generation": self.name, "assumed": self.assumed | row.assumed}
            )
            for row in self.model
        ]


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    series: tuple[_Series, ...]


@cache
def models() -> dict[str, Model]:
    """All models by id, in the order of the table."""
    raw = files("mintage.fleet").joinpath("models.toml").read_bytes()
    table = msgspec.toml.decode(raw, type=_Table)
    return {model.id: model for series in table.series for model in series.members()}


@cache
def _by_name() -> dict[str, Model]:
    return {
        _plain(name): model
        for model in models().values()
        for name in (model.id, model.model, model.name, model.product, *model.aliases)
    }


def model_of(text: str) -> Model | None:
    """The model that a machine or a person names, in any case; None where it is unknown.

    A bin that the table lacks, such as "15-190", takes the efficiency of the nearest bin of its series: the suffix
    is the nominal hash rate in TH/s. Such a model is graded "derived". A suffix far from every bin is no bin.
    """
    known = _by_name().get(_plain(text))
    if known:
        return known
    stem, dash, suffix = text.strip().rpartition("-")
    if not dash or not suffix.isascii() or not suffix.isdigit() or not 0 < int(suffix) < 10_000:
        return None
    stem = _plain(stem).removeprefix("avalonminer").removeprefix("a")
    bins = [model for model in models().values() if _plain(model.model.rpartition("-")[0]) == stem != ""]
    nearest = min(bins, key=lambda model: abs(model.hashrate_ths - int(suffix)), default=None)
    if nearest is None or abs(int(suffix) / nearest.hashrate_ths - 1) > _BIN_SPREAD:
        return None
    return _derived(nearest, int(suffix))


def _derived(model: Model, hashrate_ths: int) -> Model:
    """Another bin of a model's series, with that model's efficiency."""
    share = hashrate_ths / model.hashrate_ths
    series = model.model.rpartition("-")[0]
    modes = {
        name: Mode(mode.level, round(mode.hashrate_ths * share, 1), max(round(mode.power_w * share), 1))
        for name, mode in model.modes.items()
    }
    return msgspec.structs.replace(
        model,
        id=_slug(f"{series}-{hashrate_ths}"),
        model=f"{series}-{hashrate_ths}",
        name=f"Avalon {model.generation} {hashrate_ths}T",
        product=f"AvalonMiner {series}-{hashrate_ths}",
        aliases=(),
        hashrate_ths=float(hashrate_ths),
        power_w=max(round(model.power_w * share), 1),
        modes=modes,
        source=f"the suffix of its name; efficiency of the {model.model}",
        grade="derived",
        assumed=model.assumed | {"power_w": f"as many joules per terahash as the {model.model}"},
    )


def _slug(model: str) -> str:
    """Our id of a model: "15-194" is "a15-194", "Q" is "q"."""
    return ("a" if model[0].isdigit() else "") + model.lower()


def _plain(text: str) -> str:
    return text.strip().lower().replace(" ", "")
