"""Drawings of the fleet's pages: the map, halls as one path per colour, charts of telemetry, chips in colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mintage.console.charts import Axis, Line, Spec, time_series
from mintage.console.drawings import Heat, Shade, heat
from mintage.console.words import Words
from mintage.console.world_map import Place, World, world
from mintage.desk.fleet import FleetAnswer, SiteCard
from mintage.desk.halls import LegendRow, SitePlan
from mintage.desk.machine import MachineAnswer
from mintage.desk.machines import MachinesAnswer
from mintage.desk.series import SeriesAnswer
from mintage.fleet.board.metrics import EMPTY, Metric
from mintage.fleet.board.plan import HallPlan
from mintage.fleet.board.view import Value

CELL = 0.88
"""Side of a machine's square; the rest is the gap to the next one."""
UNKNOWN_SHADE, EMPTY_SHADE = "s-unknown", ""
SHADES: dict[str, tuple[str, ...]] = {
    "hash": ("s7", "s6", "s5", "s4", "s3", "s1"),
    "temperature": ("d1", "d2", "d3", "d4", "d6", "d7"),
    "efficiency": ("s1", "s2", "s3", "s4", "s5", "s7"),
    "profit": ("s7", "s6", "s4", "s3", "s2", "s1"),
    "state": ("s1", "s-info", "s-warn", "s-idle", "s-bad", "s-out"),
}
"""Classes of colours by metric, in the order of `metrics.toml`: what is well recedes, trouble stands out."""
CHIP_BOUNDS = (60.0, 70.0, 78.0, 85.0, 90.0, 95.0)
CHIPS_ACROSS = 20
CHARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hash", ("hashrate_ths", "hashrate_expected_ths")),
    ("power", ("power_in_w",)),
    ("heat", ("inlet_c", "outlet_c", "chip_avg_c", "chip_max_c")),
    ("fans", ("fan_min_rpm",)),
    ("errors", ("error_pct",)),
)
"""Charts of a machine with the readings in each."""


class DrawnRack(msgspec.Struct, frozen=True, kw_only=True):
    """A rack's frame and name; the name leads to its machines.

    Attributes:
        name: its name.
        href: its machines in the table.
        x: left edge of the frame.
        y: upper edge of the frame.
        w: width of the frame.
        h: height of the frame.
    """

    name: str
    href: str
    x: float
    y: float
    w: float
    h: float


class DrawnHall(msgspec.Struct, frozen=True, kw_only=True):
    """A hall as its page draws it.

    Attributes:
        name: its name.
        cooling: how it is cooled, "" where unknown.
        feeder: what powers it, "" where unknown.
        width: width of the drawing.
        height: height of the drawing.
        racks: frames and names.
        paths: outline of all machines of a colour, by the colour's class.
        cells: what the script reads: x, y, w, h, label, href.
        machines: machines that are drawn.
    """

    name: str
    cooling: str
    feeder: str
    width: float
    height: float
    racks: list[DrawnRack]
    paths: list[tuple[str, str]]
    cells: list[tuple[float, float, float, float, str, str]]
    machines: int


def world_of(answer: FleetAnswer) -> World | None:
    """The sites that somebody has placed, on the map; None where there is none."""
    places = [
        Place(
            latitude=float(card.latitude),
            longitude=float(card.longitude),
            label=card.title,
            href=f"/fleet/{card.name}",
            tone=tone_of(card),
        )
        for card in answer.sites
        if card.latitude is not None and card.longitude is not None
    ]
    return world(places) if places else None


def tone_of(card: SiteCard) -> str:
    """What a site's mark says: bad where alerts are open for more than a few machines, idle where nobody tells."""
    if not card.machines:
        return "idle"
    if card.problem or card.struck * 20 > card.machines:
        return "bad"
    return "warn" if card.struck else "good"


def hall_of(words: Words, answer: SitePlan, hall: HallPlan) -> DrawnHall:
    """A hall with one path for each colour."""
    outlines: dict[str, list[str]] = {}
    cells: list[tuple[float, float, float, float, str, str]] = []
    site, metric = answer.site.name, answer.metric
    labels = _labels(words, metric)
    for rack in hall.racks:
        for slot, (asset, index, told) in enumerate(zip(rack.assets, rack.classes, rack.told, strict=True)):
            if index == EMPTY:
                continue
            x, y = rack.x + slot % rack.columns, rack.y + slot // rack.columns
            outlines.setdefault(shade_of(metric, index), []).append(f"M{x:g} {y:g}h{CELL}v{CELL}h-{CELL}z")
            label = f"{rack.name} {slot + 1}, {asset}: {labels(told)}"
            cells.append((x, y, CELL, CELL, label, f"/fleet/{site}/{asset}"))
    return DrawnHall(
        name=hall.name,
        cooling=hall.cooling,
        feeder=hall.feeder,
        width=hall.width,
        height=hall.height,
        racks=[
            DrawnRack(
                name=rack.name,
                href=f"/fleet/machines?site={site}&hall={hall.name}&rack={rack.name}",
                x=rack.x - 0.2,
                y=rack.y - 0.2,
                w=rack.w + 0.28,
                h=rack.h + 0.28,
            )
            for rack in hall.racks
        ],
        paths=[(shade, "".join(parts)) for shade, parts in sorted(outlines.items())],
        cells=cells,
        machines=len(cells),
    )


def legend_of(words: Words, answer: SitePlan) -> list[tuple[Shade, int]]:
    """The classes in words and bounds, with how many machines are in each."""
    return [
        (Shade(shade_of(answer.metric, row.index), _legend_label(words, answer.metric, row)), row.count)
        for row in answer.legend
    ]


def shade_of(metric: Metric, index: int) -> str:
    """Class of the colour of a class of machines."""
    if index < 0:
        return EMPTY_SHADE if index == EMPTY else UNKNOWN_SHADE
    return SHADES[metric.id][index]


def reason_of(answer: MachinesAnswer) -> Callable[[dict[str, Value], str], str]:
    """Why a cell of the table is unknown."""

    def reason(row: dict[str, Value], name: str) -> str:
        if row.get("reason"):
            return str(row["reason"])
        if name == "profit_usd_day" and str(row["site"]) in answer.profit_reasons:
            return answer.profit_reasons[str(row["site"])]
        return "the machine does not tell it"

    return reason


def charts_of(words: Words, told: SeriesAnswer) -> list[tuple[str, Spec]]:
    """Charts of a machine's telemetry; none where there is nothing to draw."""
    if not told.at_s:
        return []
    fields = {field.name: field for field in told.fields}
    at = [second * 1_000_000 for second in told.at_s]
    found = []
    for id_, names in CHARTS:
        shown = [fields[name] for name in names if any(value is not None for value in fields[name].values)]
        if not shown:
            continue
        lines = [Line(name=words.either(field.en, field.zh), values=field.values) for field in shown]
        digits = 1 if any(value % 1 for field in shown for value in field.values if value is not None) else 0
        axis = Axis(name=_chart_name(words, id_), unit=words.unit(shown[0].unit), digits=digits, zero=id_ != "heat")
        found.append((_chart_name(words, id_), time_series(words, at, lines, axis, at_name=words.gettext("Time"))))
    return found


def chips_of(words: Words, answer: MachineAnswer) -> list[tuple[int, Heat]]:
    """Temperatures of the chips of each board that tells them, as tables in colours."""
    found = []
    for board in answer.boards:
        chips: Sequence[int] = board.chips_c
        if not chips:
            continue
        rows = [chips[first : first + CHIPS_ACROSS] for first in range(0, len(chips), CHIPS_ACROSS)]
        padded: list[list[Any]] = [[*row, *[None] * (CHIPS_ACROSS - len(row))] for row in rows]
        across = [str(number + 1) for number in range(min(CHIPS_ACROSS, len(chips)))]
        down = [str(number * CHIPS_ACROSS + 1) for number in range(len(rows))]
        values = [row[: len(across)] for row in padded]
        drawn = heat(words, across, down, values, CHIP_BOUNDS, down_name=words.gettext("Chip"))
        found.append((board.number, drawn))
    return found


def events_of(words: Words, answer: MachineAnswer) -> list[dict[str, Any]]:
    """A machine's life as a timeline."""
    told = []
    for row in answer.life:
        if row.what == "adopted":
            title, text = words.gettext("Adopted"), f"{row.after}, {row.by}"
        elif row.what == "changed":
            title = words.gettext("Changed: %(what)s", what=words.told(row.subject))
            text = f"{row.before or words.gettext('none')} → {row.after or words.gettext('none')} ({row.by})"
        else:
            title = words.gettext("Somebody claims its %(what)s", what=words.told(row.subject))
            text = f"{row.after}, {row.by}"
        tone = "warn" if row.what == "claimed" else ""
        told.append({"at_us": row.at_us, "title": title, "text": text, "tone": tone, "href": row.trace})
    return told


def _labels(words: Words, metric: Metric) -> Callable[[float | str | None], str]:
    """What a machine is said to say."""
    names = dict(zip(metric.keys, metric.words_zh if words.chinese else metric.words_en, strict=False))
    unit = f" {words.unit(metric.unit)}" if metric.unit else ""
    silent = words.gettext("not told")

    def label(told: float | str | None) -> str:
        if told is None:
            return silent
        return names.get(told, told) if isinstance(told, str) else f"{words.number(told, 1)}{unit}"

    return label


def _legend_label(words: Words, metric: Metric, row: LegendRow) -> str:
    name = row.zh if words.chinese else row.en
    if row.low is None and row.high is None:
        return name
    low, high = (None if value is None else words.number(value, int(value % 1 != 0)) for value in (row.low, row.high))
    bounds = f"< {high}" if low is None else f"≥ {low}" if high is None else f"{low}–{high}"
    return f"{name} ({bounds} {words.unit(metric.unit)})"


def _chart_name(words: Words, id_: str) -> str:
    names = {
        "hash": words.gettext("Hash rate"),
        "power": words.gettext("Power"),
        "heat": words.gettext("Temperatures"),
        "fans": words.gettext("Slowest fan"),
        "errors": words.gettext("Hash errors"),
    }
    return names[id_]
