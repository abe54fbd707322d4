"""The chain as a picture: who stands beside whom, how wide each ribbon is, and figures for little room."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from mintage.console.formats import Formats
from mintage.desk.chain_answer import Chain, Flow, Line, Stage
from mintage.desk.figure import Figure
from mintage.desk.market_answer import HashpricePoint

RIBBON_PX = 20.0
"""Width of the widest ribbon."""
RIBBON_PX_MIN = 1.5
SHOWN = ("used", "empty", "closed")
_WIDTH, _HEIGHT = 600.0, 150.0
_EN = ((9, "bn"), (6, "M"), (3, "k"))
_ZH = ((8, "億"), (4, "萬"))
_STEPS: dict[str, tuple[tuple[int, str], ...]] = {
    "TH/s": ((6, "EH/s"), (3, "PH/s"), (0, "TH/s")),
    "kWh": ((6, "GWh"), (3, "MWh"), (0, "kWh")),
    "kW": ((3, "MW"), (0, "kW")),
}
"""Units that have larger ones: power of ten and name."""
_BTC_PLACES = ((Decimal(1000), 1), (Decimal(1), 2), (Decimal("0.01"), 4), (Decimal(0), 8))
"""Decimals of an amount of bitcoin from so much on."""
_PLAIN_MAX, _PLAIN_MAX_USD = 6, 4
"""Digits before the point up to which a count, or an amount of money, is told whole."""


class Short(msgspec.Struct, frozen=True):
    """A figure as it is told where there is little room: four digits, its power of ten, its unit."""

    number: str
    unit: str
    scale: str = ""


class Ribbon(msgspec.Struct, frozen=True, kw_only=True):
    """One flow as it is drawn.

    Attributes:
        flow: what flows.
        now_px: width of the quarter to date; 0 where nothing flowed or nothing is known.
        before_px: width of the quarter before.
    """

    flow: Flow
    now_px: float
    before_px: float


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Stages by where they stand, and ribbons by their flow's id.

    Attributes:
        trunk: stages before the chain parts.
        sell: the branch that sells.
        mine: the branch that mines.
        keep: where both join.
        folded: stages that the company does not use.
        ribbons: what is drawn between them.
        widest: what the widest ribbon stands for; None where nothing flows.
    """

    trunk: tuple[Stage, ...]
    sell: tuple[Stage, ...]
    mine: tuple[Stage, ...]
    keep: tuple[Stage, ...]
    folded: tuple[Stage, ...]
    ribbons: dict[str, Ribbon]
    widest: Figure | None

    @property
    def parts(self) -> bool:
        """Whether the chain parts into two branches."""
        return bool(self.sell and self.mine)


def picture(chain: Chain) -> Picture:
    """Where everything of the picture stands."""
    shown = [stage for stage in chain.stages if stage.state in SHOWN]
    amounts = [figure.value for row in chain.flows for figure in (row.now, row.before) if figure.value is not None]
    most = max(amounts, default=Decimal(0))
    return Picture(
        trunk=_branch(shown, "trunk"),
        sell=_branch(shown, "sell"),
        mine=_branch(shown, "mine"),
        keep=tuple(reversed(_branch(shown, "keep"))),
        folded=tuple(stage for stage in chain.stages if stage.state == "unused"),
        ribbons={
            row.id: Ribbon(flow=row, now_px=_px(row.now, most), before_px=_px(row.before, most)) for row in chain.flows
        },
        widest=Figure(value=most, unit="USD") if most > 0 else None,
    )


def _branch(stages: Sequence[Stage], branch: str) -> tuple[Stage, ...]:
    return tuple(stage for stage in stages if stage.branch == branch)


def _px(figure: Figure, most: Decimal) -> float:
    if not figure.value or figure.value <= 0:
        return 0.0
    return round(max(RIBBON_PX_MIN, RIBBON_PX * float(figure.value / most)), 1)


def lines_of(stage: Stage, role: str) -> list[Line]:
    """Lines of a role that are worth showing: quiet ones only where they are something."""
    wanted = ("month", "day") if role == "other" else (role,)
    return [
        item
        for item in stage.lines
        if item.role in wanted and not item.head and not item.apart and (not item.quiet or item.now.value)
    ]


def head_of(stage: Stage) -> Line | None:
    """The stage's first figure."""
    return next((item for item in stage.lines if item.head), None)


def change(item: Line) -> Figure | None:
    """By how much a stock grew since the quarter before; None where that is not known or nothing."""
    if item.role != "stock" or item.before is None or item.now.value is None or item.before.value is None:
        return None
    grown = item.now.value - item.before.value
    return Figure(value=grown, unit=item.now.unit, digits=item.now.digits) if grown else None


# --- figures where there is little room -------------------------------------------------------------------------


def short(words: Formats, figure: Figure, *, sign: bool = False) -> Short:
    """A known figure in about four digits, in the language's own way of telling large numbers."""
    value = figure.value if figure.value is not None else Decimal(0)
    if figure.unit in _STEPS:
        return _stepped(words, value, figure.unit, sign)
    unit = words.unit(figure.unit, value)
    if figure.unit == "BTC":
        places = 0 if not value else next(places for least, places in _BTC_PLACES if abs(value) >= least)
        return Short(words.number(value, places, sign=sign), unit)
    plain_max = _PLAIN_MAX_USD if figure.unit == "USD" else _PLAIN_MAX
    if _magnitude(value) <= plain_max:
        small = figure.unit == "USD" or figure.unit.startswith("USD/BTC")
        return Short(words.number(value, 0 if small else figure.digits, sign=sign), unit)
    if figure.unit.startswith("USD/"):
        return Short(words.number(value, 0, sign=sign), unit)
    for power, name in _ZH if words.chinese else _EN:
        if _magnitude(value) > power:
            told = words.number(value.scaleb(-power), _places(value, power), sign=sign)
            return Short(told, unit, name if words.chinese else f" {name}")
    return Short(words.number(value, 0, sign=sign), unit)


def _stepped(words: Formats, value: Decimal, unit: str, sign: bool) -> Short:  # noqa: FBT001  private
    for power, name in _STEPS[unit]:
        if abs(value) >= Decimal(10) ** power or power == 0:
            return Short(words.number(value.scaleb(-power), _places(value, power) if value else 0, sign=sign), name)
    raise AssertionError(f"{unit} has no smallest step")


def _magnitude(value: Decimal) -> int:
    """Digits before the point."""
    return len(str(abs(int(value)))) if value else 0


def _places(value: Decimal, power: int) -> int:
    """Decimals that leave about four digits."""
    return max(0, min(2, 3 - (_magnitude(value) - power)))


# --- the hashprice's line -----------------------------------------------------------------------------------------


def hashprice_line(points: Sequence[HashpricePoint], mark: Decimal) -> dict[str, Any] | None:
    """Where the line, the bull and the bear side and the mark lie; None where too little is known.

    Returns:
        Paths in a field of 600 by 150, the mark's height, the last point, and the values at the edges.
    """
    values = [None if point.value is None else float(point.value) for point in points]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(*known, float(mark)) - 1.5, max(*known, float(mark)) + 1.5
    step, scale = _WIDTH / (len(values) - 1), _HEIGHT / (high - low)
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((at * step, _HEIGHT - (value - low) * scale))
    drawn = [run for run in runs if run]
    level = _HEIGHT - (float(mark) - low) * scale
    return {
        "line": "".join(_path(run) for run in drawn),
        "area": "".join(f"{_path(run)}L{run[-1][0]:.1f} {level:.1f}L{run[0][0]:.1f} {level:.1f}Z" for run in drawn),
        "level": round(level, 1),
        "last": (round(drawn[-1][-1][0], 1), round(drawn[-1][-1][1], 1)),
        "low": min(known),
        "high": max(known),
    }


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
