"""KPIs in the report: headline cards, and the table of all."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from mintage.books.figures import to_decimal
from mintage.books.kpis import KpiValue, definitions, kpi
from mintage.books.view import View
from mintage.report.html import Html, el, join
from mintage.report.layout import layout
from mintage.report.notes import Notes
from mintage.report.tables import datum, row, short, table
from mintage.report.words import MINUS, Words, signed
from mintage.units import Period

RATIO = "%"


class Trio(msgspec.Struct, frozen=True):
    """A KPI in the period, in the one before, and a year before."""

    now: KpiValue
    before: KpiValue
    year_before: KpiValue

    @property
    def known(self) -> bool:
        """Whether any of the three is known."""
        return any(item.value is not None for item in (self.now, self.before, self.year_before))


def trio(view: View, id_: str, period: Period) -> Trio:
    """A KPI with its comparatives."""
    return Trio(*(kpi(view, id_, span) for span in (period, period.before(), period.year_before())))


def printed(words: Words, value: KpiValue) -> tuple[str, str]:
    """A known KPI as number and unit in the report's language."""
    number, _, unit = value.printed.replace("-", MINUS, 1).partition(" ")
    return number, words.unit(unit)


def change(words: Words, now: KpiValue, base: KpiValue) -> str:
    """From an earlier figure to this one: in percent, in points for a ratio, in units where percent says nothing."""
    if now.value is None or base.value is None:
        return ""
    moved = now.value - base.value
    arrow = "▲ " if moved > 0 else "▼ " if moved < 0 else "= "
    if now.unit == RATIO:
        return arrow + words("points", value=signed(moved))
    if base.value > 0 and now.value >= 0:
        return f"{arrow}{signed(to_decimal(Fraction(moved) / Fraction(base.value) * 100, 1))}%"
    shown = definitions()[now.id].shown
    scale, digits, unit = (shown.scale, shown.digits, shown.unit) if shown else (0, now.digits, now.unit)
    if abs(moved) < 10 ** (scale - 1):
        scale, digits, unit = 0, now.digits, now.unit
    told = f"{arrow}{signed(to_decimal(Fraction(moved) / 10**scale, digits))}"
    return told if printed(words, now)[1] == words.unit(unit) else f"{told} {words.unit(unit)}"


def cards(words: Words, view: View, period: Period) -> Html:
    """The headline figures, each with its change since the period and the year before."""
    notes = Notes(words, "cards")
    listed = [_card(words, notes, trio(view, id_, period)) for id_ in layout().cards]
    return join([el("ul", *listed, class_="cards"), notes.html()])


def _card(words: Words, notes: Notes, item: Trio) -> Html:
    now = item.now
    if now.value is None:
        figure = el("p", notes.unknown(now.reason), class_="figure")
    else:
        number, unit = printed(words, now)
        mark = notes.origin(now.source, now.reason)
        figure = el(
            "p", datum(number, now.value, now.unit), mark, " ", el("span", unit, class_="unit"), class_="figure"
        )
    bases = [_base(words, notes, now, base) for base in (item.before, item.year_before)]
    return el("li", el("h3", words.name(now)), figure, el("dl", *bases))


def _base(words: Words, notes: Notes, now: KpiValue, base: KpiValue) -> Html:
    head = el("dt", short(words, base.period))
    if base.value is None:
        return join([head, el("dd", notes.unknown(base.reason))])
    number, unit = printed(words, base)
    same = now.value is not None and printed(words, now)[1] == unit
    told = (number if same else f"{number} {unit}", notes.origin(base.source, base.reason))
    return join([head, el("dd", *told, " ", el("b", change(words, now, base)))])


def kpi_tables(words: Words, view: View, period: Period) -> Html:
    """All KPIs by group; those that are unknown in every column stand apart, with the reason."""
    groups: dict[str, list[Trio]] = {name: [] for name in (*layout().groups, "other")}
    for id_ in definitions():
        groups[layout().group(id_)].append(trio(view, id_, period))
    heads = [words("item"), *(short(words, span.name) for span in (period, period.before(), period.year_before()))]
    parts = []
    for name, items in groups.items():
        known = [item for item in items if item.known]
        if known:
            notes = Notes(words, f"kpi-{name}")
            rows = [_kpi_row(words, notes, item) for item in known]
            parts.append(el("div", table(words(f"group.{name}"), heads, rows), notes.html(), class_="kpis"))
    dark = [item.now for items in groups.values() for item in items if not item.known]
    if dark:
        listed = [el("li", words.name(item), ": ", words.reason(item.reason)) for item in dark]
        summary = el("summary", words("kpi.unknown", count=len(dark)))
        parts.append(el("details", summary, el("ul", *listed, class_="notes")))
    return join([*parts, _definitions(words)])


def _kpi_row(words: Words, notes: Notes, item: Trio) -> Html:
    cells = []
    for value in (item.now, item.before, item.year_before):
        if value.value is None:
            cells.append(notes.unknown(value.reason))
        else:
            number, unit = printed(words, value)
            figure = datum(number, value.value, value.unit)
            mark = notes.origin(value.source, value.reason)
            cells.append(join([figure, " ", el("span", unit, class_="unit"), mark]))
    name = join([words.name(item.now), " ", el("code", item.now.id)])
    return row(name, cells)


def _definitions(words: Words) -> Html:
    listed = [
        join(
            [
                el("dt", words.name(item), " ", el("code", item.id)),
                el("dd", el("span", item.definition, lang="en"), f" ({words('version', number=item.version)})"),
            ]
        )
        for item in definitions().values()
    ]
    remark = [el("p", words("kpi.english"))] if words.column != "en" else []
    return el("details", el("summary", words("kpi.definitions")), *remark, el("dl", *listed), class_="definitions")
