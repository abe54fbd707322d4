"""How statements are laid out: rows as data, read from TOML and checked when loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from mintage.books.figures import Cell, Growth, growth, ratio_cell, unknown_cell, usd_cell
from mintage.books.view import View
from mintage.units import Period
from mintage.units.errors import InputError

Kind = Literal["heading", "line", "sum", "ratio"]
Values = dict[str, Fraction | int]
"""Row id to its value: cents, or an exact ratio for rows in another unit."""


class RowDef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a statement, as the data files declare it.

    Attributes:
        id: the row's id; the KPI of the same id takes its value.
        en: name in English.
        zh: name in Traditional Chinese.
        kind: heading, line (adds up the books), sum (adds up rows), ratio (computed by name).
        level: indent.
        unit: USD, or the unit of a ratio.
        digits: decimals of a ratio.
        normal: -1 where the usual sign is minus.
        lines: statement lines of the chart.
        accounts: account patterns.
        without: account patterns left out of `accounts`, because another row has them.
        rows: rows that a sum adds up, "-id" to take one off, or that a ratio is made of.
        results: whether all results to date are added.
        flows: cash-flow lines.
        back: results taken out of net income (indirect cash flow).
        forth: results put to the accounts that they moved.
        residual: accounts whose non-cash change counts.
        since: first definition version that has the row (bridge).
        until: last version that has it, or 0.
    """

    id: str
    en: str
    zh: str
    kind: Kind
    level: int = 0
    unit: str = "USD"
    digits: int = 2
    normal: int = 1
    lines: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    results: bool = False
    flows: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    forth: tuple[str, ...] = ()
    residual: tuple[str, ...] = ()
    since: int = 1
    until: int = 0


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement's name, whether it sums over a period or shows its end, and its rows in order."""

    en: str
    zh: str
    span: Literal["flow", "stock"]
    row: tuple[RowDef, ...]
    versions: dict[str, str] = {}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One printed row: the figure, the period before, the year before, and the growth from each."""

    id: str
    en: str
    zh: str
    kind: Kind
    level: int
    unit: str
    now: Cell
    before: Cell
    year_before: Cell
    growth_before: Growth
    growth_year: Growth


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement for a period with its comparatives."""

    id: str
    en: str
    zh: str
    period: str
    before: str
    year_before: str
    rows: tuple[Row, ...]

    def row(self, id_: str) -> Row:
        """The row with this id.

        Raises:
            InputError: the statement has none.
        """
        for row in self.rows:
            if row.id == id_:
                return row
        raise InputError(f"the {self.en.lower()} has no row '{id_}'.", remedy=f"It has {', '.join(self.ids)}.")

    @property
    def ids(self) -> list[str]:
        """Ids of the rows that carry figures."""
        return [row.id for row in self.rows if row.kind != "heading"]


def read_table(name: str) -> dict[str, Any]:
    """A data file of the books as read from TOML."""
    return tomllib.loads(resources.files("mintage.books").joinpath("data", name).read_text("utf-8"))


@cache
def layouts(name: str) -> dict[str, Layout]:
    """The statements declared in a data file, by id."""
    return {id_: msgspec.convert(table, Layout) for id_, table in read_table(name).items()}


def add_up(rows: tuple[RowDef, ...], values: Values) -> Values:
    """Fill in the sums, in the order of the rows; a sum may only add up rows above it."""
    for row in rows:
        if row.kind == "sum":
            terms = ((-1, id_[1:]) if id_[0] == "-" else (1, id_) for id_ in row.rows)
            values[row.id] = sum(sign * values[id_] for sign, id_ in terms)
    return values


def statement(view: View, id_: str, layout: Layout, period: Period, compute: Callable[[Period], Values]) -> Statement:
    """Compute a statement and its comparatives.

    Args:
        view: the books.
        id_: id of the statement.
        layout: its rows.
        period: the period, at whose end stocks are shown.
        compute: values of all rows but the headings; a ratio that cannot be computed is left out.
    """
    spans = (period, period.before(), period.year_before())
    columns = [_column(view, layout, span, compute) for span in spans]
    rows = tuple(_row(row, *(column[row.id] for column in columns)) for row in layout.row)
    return Statement(
        id=id_,
        en=layout.en,
        zh=layout.zh,
        period=period.name,
        before=spans[1].name,
        year_before=spans[2].name,
        rows=rows,
    )


def _column(view: View, layout: Layout, span: Period, compute: Callable[[Period], Values]) -> dict[str, Cell]:
    gap = view.flow_gap(span) if layout.span == "flow" else view.stock_gap(span.end)
    values = {} if gap else compute(span)
    return {row.id: _cell(view, row, span, values.get(row.id), gap) for row in layout.row}


def _cell(view: View, row: RowDef, span: Period, value: Fraction | int | None, gap: str) -> Cell:
    if row.kind == "heading":
        return Cell(reason="a heading")
    if value is not None:
        note = view.to_date(span.end)
        return ratio_cell(Fraction(value), row.digits, note) if row.unit != "USD" else usd_cell(int(value), note)
    reported = view.reported(row.id, span.name)
    if gap and reported is not None:
        # KPIs state costs and payments as positive amounts; a statement takes them off.
        amount = reported.value * row.normal if row.unit == "USD" else reported.value
        cents = int(amount.scaleb(2)) if row.unit == "USD" else None
        return Cell(value=amount, cents=cents, source="reported", reason=reported.document)
    return unknown_cell(gap or f"{row.en} cannot be computed for {span}")


def _row(row: RowDef, now: Cell, before: Cell, year_before: Cell) -> Row:
    return Row(
        id=row.id,
        en=row.en,
        zh=row.zh,
        kind=row.kind,
        level=row.level,
        unit=row.unit,
        now=now,
        before=before,
        year_before=year_before,
        growth_before=growth(now, before, normal=row.normal),
        growth_year=growth(now, year_before, normal=row.normal),
    )
