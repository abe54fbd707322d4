"""Statements as tables: this period, the one before, the year before, with what is unknown and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.books.figures import Cell, to_decimal
from mintage.books.layout import Row, Statement
from mintage.report.html import Html, el, join
from mintage.report.notes import Notes
from mintage.report.words import Words, accounting
from mintage.units import parse_period

THOUSANDS_FROM = 1_000_000_00
"""A statement whose largest figure is at least so many cents is told in thousands."""


class Column(msgspec.Struct, frozen=True):
    """A comparative column that is shown: the attribute of a row's cell, and of its growth."""

    period: str
    cell: str
    growth: str


def table(caption: str, heads: Sequence[str], rows: Iterable[Html], *, remark: str = "") -> Html:
    """A table that can be scrolled sideways where it is wider than the screen.

    Args:
        caption: what it shows.
        heads: column headings; all but the first stand over figures.
        rows: its rows.
        remark: unit and the like, beside the caption.
    """
    first, *rest = heads
    cells = [el("th", first, scope="col"), *(el("th", head, scope="col", class_="n") for head in rest)]
    inner = el(
        "table",
        el("caption", el("span", caption, *([" ", el("small", remark)] if remark else []))),
        el("thead", el("tr", *cells)),
        el("tbody", *rows),
    )
    return el("div", inner, class_="scroll", tabindex=0, role="region", aria_label=caption)


def row(name: str, cells: Iterable[str], kind: str = "") -> Html:
    """A row: its name, and figures."""
    return el("tr", el("th", name, scope="row"), *(el("td", cell, class_="n") for cell in cells), class_=kind or None)


def datum(shown: str, exact: Decimal, unit: str) -> Html:
    """A figure that carries its exact value with it."""
    kind = "negative" if shown.startswith("(") else None
    return el("data", shown, value=f"{exact:f}", title=f"{exact:,f} {unit}".strip(), class_=kind)


def statement_table(words: Words, statement: Statement, *, at_end: bool = False) -> Html:
    """A statement with its comparatives; a column that is unknown throughout becomes a note.

    Args:
        words: the language.
        statement: the statement.
        at_end: whether it shows the ends of its periods, which are then what the columns are called by.
    """

    def head(period: str) -> str:
        return words.day(parse_period(period).end) if at_end else short(words, period)

    notes = Notes(words, statement.id)
    figures = [item for item in statement.rows if item.kind != "heading"]
    columns, dropped = [], []
    for period, cell, growth in (
        (statement.before, "before", "growth_before"),
        (statement.year_before, "year_before", "growth_year"),
    ):
        cells: list[Cell] = [getattr(item, cell) for item in figures]
        reasons = {item.reason for item in cells}
        if all(item.value is None for item in cells) and len(reasons) == 1:
            reason = words.reason(reasons.pop())
            dropped.append(words("column_unknown", period=head(period), reason=reason))
        else:
            columns.append(Column(period, cell, growth))
    scale = 3 if scale_thousands(statement) else 0
    heads = [words("item"), head(statement.period)]
    for column in columns:
        heads += [head(column.period), words("change")]
    body = [_statement_row(words, notes, item, columns, scale) for item in statement.rows]
    unit = words("usd_thousand" if scale else "usd_plain")
    meaningless = any(
        getattr(item, column.cell).value and item.now.value is not None and _growth(item, column) is None
        for item in figures
        for column in columns
    )
    remark = words("unit_and_brackets", unit=unit)
    return join(
        [
            table(words.name(statement), heads, body, remark=remark),
            notes.html(*dropped, words("no_growth_why") if meaningless else ""),
        ]
    )


def scale_thousands(statement: Statement) -> bool:
    """Whether a statement is large enough to be told in thousands of USD."""
    return any(abs(item.now.cents or 0) >= THOUSANDS_FROM for item in statement.rows)


def short(words: Words, period: str) -> str:
    """A period as a column heading: "Q2 2025"."""
    if "Q" in period:
        return f"{period[4:]} {period[:4]}" if words.column == "en" else f"{period[:4]} {period[4:]}"
    return words.period(parse_period(period)) if len(period) < 10 else period


def _growth(item: Row, column: Column) -> Decimal | None:
    """Growth in percent to one decimal; None where a rate says nothing, as from a gain to a loss."""
    now, base, rate = item.now.value, getattr(item, column.cell).value, getattr(item, column.growth)
    if now is None or base is None or rate.percent is None or now * base < 0:
        return None
    return to_decimal((Fraction(now) / Fraction(base) - 1) * 100, 1)


def _statement_row(words: Words, notes: Notes, item: Row, columns: Sequence[Column], scale: int) -> Html:
    name = words.name(item)
    if item.unit != "USD":
        name = f"{name} ({words.unit(item.unit)})" if item.unit not in name else name
    kind = f"{item.kind} l{item.level}"
    if item.kind == "heading":
        return el("tr", el("th", name, scope="colgroup", colspan=2 + 2 * len(columns)), class_=kind)
    cells: list[str] = [_figure(notes, item, item.now, scale)]
    for column in columns:
        cell: Cell = getattr(item, column.cell)
        percent = _growth(item, column)
        both = item.now.value is not None and cell.value is not None
        growth = words.growth(percent) if percent is not None else words("no_growth") if both and cell.value else ""
        cells += [_figure(notes, item, cell, scale), el("span", growth, class_="growth") if growth else ""]
    return row(name, cells, kind)


def _figure(notes: Notes, item: Row, cell: Cell, scale: int) -> Html:
    if cell.value is None:
        return notes.unknown(cell.reason)
    if item.unit == "USD":
        shown = accounting(cell.value.scaleb(-scale), 0)
    else:
        shown = accounting(cell.value, max(0, -int(cell.value.as_tuple().exponent)))
    return join([datum(shown, cell.value, item.unit), notes.origin(cell.source, cell.reason)])
