"""The bridge from net income to EBITDA and adjusted EBITDA, whose rows are versioned data.

Source: SEC Regulation G: a non-GAAP measure is reconciled to the nearest GAAP measure, by a definition that stays.
"""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.books.layout import Layout, RowDef, Statement, Values, add_up, layouts, statement
from mintage.books.view import View, select
from mintage.units import Period
from mintage.units.errors import InputError


def bridge_version(day: date) -> int:
    """The definition version in force on a day."""
    versions = layouts("bridge.toml")["bridge"].versions
    return max(int(number) for number, since in versions.items() if date.fromisoformat(since) <= day)


def bridge_layout(version: int) -> Layout:
    """The rows of a definition version; its sums leave out rows that it has not.

    Raises:
        InputError: there is no such version.
    """
    layout = layouts("bridge.toml")["bridge"]
    if str(version) not in layout.versions:
        raise InputError(f"the bridge has no version {version}.", remedy=f"It has {', '.join(layout.versions)}.")
    return msgspec.structs.replace(layout, row=rows_of(layout.row, version))


def rows_of(rows: tuple[RowDef, ...], version: int) -> tuple[RowDef, ...]:
    """The rows that a version has."""
    kept = [row for row in rows if row.since <= version and not 0 < row.until < version]
    ids = {row.id for row in kept}
    return tuple(
        msgspec.structs.replace(row, rows=tuple(id_ for id_ in row.rows if id_.lstrip("-") in ids)) for row in kept
    )


def ebitda_bridge(view: View, period: Period, version: int | None = None) -> Statement:
    """Net income to adjusted EBITDA for a period and its comparatives, all by one definition version.

    Args:
        view: the books.
        period: the period.
        version: the definition; by default the one in force at the period's end.

    Raises:
        InputError: there is no such version.
    """
    layout = bridge_layout(bridge_version(period.end) if version is None else version)
    return statement(view, "bridge", layout, period, lambda span: bridge_values(view, span, layout))


def bridge_values(view: View, period: Period, layout: Layout) -> Values:
    """Values of the bridge's rows in cents: what was expensed is added back."""
    balances = view.flow(period.start, period.end)
    values: Values = {"net_income": view.result(balances)}
    for row in layout.row:
        if row.kind == "line":
            values[row.id] = sum(select(balances, row.accounts, "USD", row.without).values())
    return add_up(layout.row, values)
