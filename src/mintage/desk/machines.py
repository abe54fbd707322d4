"""The table of machines: filter, sort, page, count, export; and the views of it that somebody has saved."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterator

import msgspec
import numpy as np

from mintage.desk.ask import Ask
from mintage.desk.company import Company
from mintage.desk.figure import Figure, measured, unknown
from mintage.desk.saved import SavedView, views
from mintage.desk.worth import site_worths
from mintage.fleet.board.columns import Column, column, columns
from mintage.fleet.board.page import WORDS, Filters, Row, Totals, chosen, every, facets, page, totals
from mintage.fleet.board.view import View
from mintage.fleet.scope import SCOPE_CHARACTERS_MAX
from mintage.people.caller import Caller

_ONLY_HERE = frozenset(
    (
        "efficiency_j_th",
        "hashrate_share_pct",
        "reject_pct",
        "profit_usd_day",
        "alerts",
        "problems",
        "doubts",
        "told_s",
        "seen_s",
    )
)
"""Numbers that scopes of control do not know."""
_SCOPE_WORDS = ("hall", "rack", "model", "state")


class TotalsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the machines of the table.

    Attributes:
        machines: how many.
        states: how many in which state.
        hashrate: hash rate.
        power: power.
        efficiency: energy per hash.
        profit: profit a day.
        hottest: the hottest chip.
        struck: machines with an open alert.
    """

    machines: int
    states: dict[str, int]
    hashrate: Figure
    power: Figure
    efficiency: Figure
    profit: Figure
    hottest: Figure
    struck: int


class MachinesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the table.

    Attributes:
        ask: what was asked.
        columns: the columns, in order.
        every: all columns that there are.
        rows: the machines: "key" is site/asset, the others by column; null where unknown, "reason" says why.
        total: how many the filters mean.
        first: place of the first row, from 1; 0 where there is none.
        next: cursor of the next page; null on the last.
        previous: cursor of the page before; "" is the first page, null where this is it.
        facets: how many machines each choice of a filter would show.
        totals: sums over all machines that the filters mean.
        profit_reasons: by site, why profits there are unknown.
        scope: by site, the machines that the filters mean there, as control takes them.
        views: views that the reader saved.
        version: version of the board, for live updates.
    """

    ask: Ask
    columns: list[Column]
    every: list[Column]
    rows: list[Row]
    total: int
    first: int
    next: str | None
    previous: str | None
    facets: dict[str, dict[str, int]]
    totals: TotalsAnswer
    profit_reasons: dict[str, str]
    scope: dict[str, str]
    views: list[SavedView]
    version: int


def machines(company: Company, caller: Caller, ask: Ask) -> MachinesAnswer:
    """A page of the table of machines.

    Raises:
        InputError: a column is none, a condition or the cursor cannot be read.
    """
    worths, view, filters = site_worths(company), company.board.view, _visible(company, caller, ask)
    names = ask.told
    found = page(
        view,
        filters,
        ask.by,
        descending=ask.descending,
        limit=ask.limit,
        cursor=ask.cursor,
        names=tuple(dict.fromkeys((*names, "asset", "site", "reason"))),
    )
    counts = facets(view, filters, WORDS)
    return MachinesAnswer(
        ask=ask,
        columns=[column(name) for name in names],
        every=list(columns().values()),
        rows=found.rows,
        total=found.total,
        first=found.first,
        next=found.next,
        previous=found.previous,
        facets=counts,
        totals=_totals(totals(view, filters)),
        profit_reasons={name: told.reason for name, told in worths.items() if told.reason},
        scope={site: scope_of(view, filters, site) for site in counts["site"]} if len(counts["site"]) == 1 else {},
        views=views(company, caller, "machines"),
        version=found.version,
    )


def machines_csv(company: Company, caller: Caller, ask: Ask) -> Iterator[bytes]:
    """All machines that the filters mean as CSV, in pieces; what is unknown is an empty cell.

    Raises:
        InputError: as `machines`.
    """
    site_worths(company)
    names = ask.told if ask.columns else tuple(columns())
    rows = every(company.board.view, _visible(company, caller, ask), ask.by, descending=ask.descending, names=names)
    return _csv(names, rows)


def scope_of(view: View, filters: Filters, site: str) -> str:
    """The machines that filters mean at a site as a scope of control: by what they are, else each by its id.

    "" where they are too many to be named.
    """
    numbers = [item for item in filters.ranges if item.field not in _ONLY_HERE]
    if filters.text or filters.struck or filters.unknown or len(numbers) < len(filters.ranges):
        here = msgspec.structs.replace(filters, site=(site,))
        named = "asset=" + ",".join(view.columns["asset"][np.flatnonzero(chosen(view, here))].tolist())
        return named if len(named) <= SCOPE_CHARACTERS_MAX else ""
    terms = [f"{name}={','.join(getattr(filters, name))}" for name in _SCOPE_WORDS if getattr(filters, name)]
    for item in numbers:
        terms += [f"{item.field}>={item.low:g}"] if item.low is not None else []
        terms += [f"{item.field}<={item.high:g}"] if item.high is not None else []
    return " ".join(map(shlex.quote, terms)) or "all"


def _visible(company: Company, caller: Caller, ask: Ask) -> Filters:
    """What is asked, of the sites that somebody may see."""
    seen = frozenset(name for name in company.board.view.sites if caller.may("fleet.read", name))
    return msgspec.structs.replace(ask.filters, within=seen)


def _totals(found: Totals) -> TotalsAnswer:
    nobody = "no machine tells it"
    return TotalsAnswer(
        machines=found.machines,
        states=found.states,
        hashrate=_summed(found.hashrate_ths, found.hashrate_known, found.machines, "TH/s", 0),
        power=_summed(found.power_w / 1000, found.power_known, found.machines, "kW", 1),
        efficiency=measured(found.efficiency_j_th, "J/TH", 1, "" if found.efficiency_j_th else nobody),
        profit=_summed(found.profit_usd_day or 0.0, found.profit_known, found.machines, "USD/day", 2),
        hottest=measured(found.hottest_c, "°C", 0, "" if found.hottest_c is not None else nobody),
        struck=found.struck,
    )


def _summed(value: float, known: int, machines: int, unit: str, digits: int) -> Figure:
    if not known:
        return unknown("no machine tells it", unit)
    some = f"of {known:,} of {machines:,} machines" if known < machines else ""
    return measured(value, unit, digits, some)


def _csv(names: tuple[str, ...], rows: Iterator[Row]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for number, row in enumerate(rows, 1):
        writer.writerow([_plain(row[name]) for name in names])
        if number % 500 == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _plain(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: what a machine says may be anything."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value
