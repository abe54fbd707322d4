"""Charts of the pages of energy."""

from __future__ import annotations

from decimal import Decimal

from mintage.console.charts import Axis, Line, Spec, bars, time_series
from mintage.console.words import Words
from mintage.desk.energy_answer import BreakevenRow, SiteEnergy
from mintage.desk.energy_course import Course
from mintage.desk.energy_heat import SiteHeat
from mintage.desk.energy_tariff import SiteTariff

MINUTES_DRAWN = 720


def prices(words: Words, answer: SiteEnergy) -> Spec | None:
    """What a MWh costs in each hour, with the prices up to which the best and the worst model pay."""
    now = answer.now
    if now is None or not now.hours:
        return None
    axis = Axis(name=words.gettext("Price of power"), unit=words.unit("USD/MWh"), digits=2)
    lines = [Line(name=words.gettext("Price of power"), values=[hour.usd_mwh.value for hour in now.hours], kind="step")]
    if now.breakevens:
        best, worst = now.breakevens[0], now.breakevens[-1]
        lines.append(_level(words, best, len(now.hours), "good"))
        if worst.with_heat.value != best.with_heat.value:
            lines.append(_level(words, worst, len(now.hours), "warn"))
    at = [hour.start_us for hour in now.hours]
    return time_series(words, at, lines, axis, at_name=words.gettext("hour"))


def months(words: Words, answer: SiteEnergy) -> Spec | None:
    """Cost of power by month and what a MWh cost, by the journal."""
    known = list(reversed(answer.months))
    if len(known) < 2:
        return None
    axes = (
        Axis(name=words.gettext("Energy used"), unit="MWh", digits=0),
        Axis(name=words.gettext("Cost"), unit=words.unit("USD/MWh"), digits=2),
    )
    lines = [
        Line(name=words.gettext("Energy used"), values=[month.energy.value for month in known], kind="bar"),
        Line(
            name=words.gettext("Cost of a MWh"),
            values=[month.usd_mwh.value for month in known],
            kind="line",
            axis=1,
            tone="text",
        ),
    ]
    return bars(words, [words.period(month.period) for month in known], lines, axes, names_name=words.gettext("month"))


def hours(words: Words, answer: SiteTariff) -> Spec | None:
    """A day's energy by the hour and its cost."""
    if not any(hour.energy.value is not None for hour in answer.hours):
        return None
    axes = (
        Axis(name=words.gettext("Energy used"), unit="kWh", digits=1),
        Axis(name=words.gettext("Cost"), unit=words.unit("USD"), digits=2),
    )
    lines = [
        Line(name=words.gettext("Energy used"), values=[hour.energy.value for hour in answer.hours], kind="bar"),
        Line(
            name=words.gettext("Cost"),
            values=[hour.cost.value for hour in answer.hours],
            kind="step",
            axis=1,
            tone="text",
        ),
    ]
    at = [hour.start_us for hour in answer.hours]
    return time_series(words, at, lines, axes, at_name=words.gettext("hour"))


def minutes(words: Words, answer: Course) -> Spec | None:
    """Power shed minute by minute, with a line at what was asked."""
    shown = answer.minutes[-MINUTES_DRAWN:]
    if not shown:
        return None
    axis = Axis(name=words.gettext("Power shed"), unit="kW", digits=1)
    lines = []
    names = {
        "meters": words.gettext("counted by meters"),
        "machines": words.gettext("counted by machines"),
        "nameplate": words.gettext("by nameplate"),
    }
    for by, name in names.items():
        values: list[Decimal | None] = [row.delivered.value if row.counted_by == by else None for row in shown]
        if any(value is not None for value in values):
            lines.append(Line(name=name, values=values, kind="bar", stack="shed"))
    if not lines:
        return None
    if answer.asked.value is not None:
        lines.append(Line(name=words.gettext("asked"), values=[answer.asked.value] * len(shown), tone="bad"))
    return time_series(words, [row.at_us for row in shown], lines, axis, at_name=words.gettext("minute (UTC)"))


def heat(words: Words, answer: SiteHeat) -> Spec | None:
    """Heat sold by day, as it is booked."""
    rows = list(reversed(answer.sold))
    if len(rows) < 2:
        return None
    axes = (
        Axis(name=words.gettext("Heat sold"), unit="MWh", digits=3),
        Axis(name=words.gettext("Worth"), unit=words.unit("USD"), digits=2),
    )
    lines = [
        Line(name=words.gettext("Heat sold"), values=[row.energy.value for row in rows], kind="bar"),
        Line(name=words.gettext("Worth"), values=[row.value.value for row in rows], axis=1, tone="text"),
    ]
    return bars(words, [words.date(row.day) for row in rows], lines, axes, names_name=words.gettext("day"))


def _level(words: Words, row: BreakevenRow, hours: int, tone: str) -> Line:
    """The price up to which a model pays, across the day."""
    model = f"{row.model} {words.told(row.mode)}"
    name = words.gettext("breakeven %(model)s", model=model)
    return Line(name=name, values=[row.with_heat.value] * hours, tone=tone)
