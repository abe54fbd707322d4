"""Pages of the board: filter, sort, count; a page goes on where the last one ended, whatever changed between."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import Any

import msgspec
import numpy as np

from mintage.fleet.board.columns import column, columns
from mintage.fleet.board.view import Array, Value, View, natural
from mintage.units.errors import InputError

LIMIT_MAX = 1000
WORDS: tuple[str, ...] = ("site", "hall", "rack", "model", "state")
"""Columns that can be filtered by any of some words, and are counted by word."""
SUMMED = (
    "hashrate_ths",
    "hashrate_expected_ths",
    "nameplate_ths",
    "power_in_w",
    "profit_usd_day",
    "chip_max_c",
    "alerts",
)
"""What totals are told of."""
Row = dict[str, Value]
"""A machine: "key" and its columns by name; None where unknown."""


class Range(msgspec.Struct, frozen=True):
    """Bounds of a number; a machine of which it is unknown is outside.

    Attributes:
        field: column.
        low: least value; None for none.
        high: greatest value; None for none.
    """

    field: str
    low: float | None = None
    high: float | None = None


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which machines are meant; everything that is said must hold.

    Attributes:
        site: at one of these sites; at any where empty.
        hall: in one of these halls.
        rack: in one of these racks.
        model: of one of these models.
        state: in one of these states.
        text: part of the asset id, address, serial number or worker's name, in any case.
        ranges: bounds of numbers.
        unknown: columns that are unknown.
        struck: with an open alert only.
        within: sites that the reader may see; all where None.
    """

    site: tuple[str, ...] = ()
    hall: tuple[str, ...] = ()
    rack: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    text: str = ""
    ranges: tuple[Range, ...] = ()
    unknown: tuple[str, ...] = ()
    struck: bool = False
    within: frozenset[str] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some machines of a sorted table.

    Attributes:
        rows: the machines.
        total: how many the filters mean.
        first: place of the first row among them, from 1; 0 where there is none.
        next: cursor of the page after this one; None where there is none.
        previous: cursor of the page before; "" is the first page, None where this is the first.
        version: version of the board.
    """

    rows: list[Row]
    total: int
    first: int
    next: str | None
    previous: str | None
    version: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over machines; each over those that told, which are counted beside.

    Attributes:
        machines: how many.
        states: how many in which state.
        hashrate_ths: hash rate.
        hashrate_known: machines that told it.
        expected_ths: hash rate that is expected of machines which told one or have a nameplate.
        power_w: power.
        power_known: machines that told it.
        efficiency_j_th: power over hash rate of the machines that told both; None where nothing is hashed.
        profit_usd_day: profit; None where nobody's is known.
        profit_known: machines of which it is known.
        struck: machines with an open alert.
        hottest_c: the hottest chip; None where unknown.
    """

    machines: int
    states: dict[str, int]
    hashrate_ths: float
    hashrate_known: int
    expected_ths: float
    power_w: float
    power_known: int
    efficiency_j_th: float | None
    profit_usd_day: float | None
    profit_known: int
    struck: int
    hottest_c: float | None


def page(
    view: View,
    filters: Filters,
    sort: str = "asset",
    *,
    descending: bool = False,
    limit: int = 100,
    cursor: str = "",
    names: Sequence[str] = (),
) -> Page:
    """A page of machines.

    Args:
        view: state of the board.
        filters: which machines.
        sort: column to sort by; unknown ones come last either way, equal ones by asset.
        descending: the greatest first.
        limit: rows of a page.
        cursor: `next` or `previous` of an earlier page; "" for the first.
        names: columns to tell; all where empty.

    Raises:
        InputError: a column is none, or the cursor cannot be read.
    """
    column(sort)
    limit = max(1, min(limit, LIMIT_MAX))
    order = ordered(view, filters, sort, descending=descending)
    begin = _after(view, order, sort, descending, _read(cursor)) if cursor else 0
    end = min(begin + limit, len(order))
    told = [column(name).name for name in names] or list(columns())
    return Page(
        rows=[row_of(view, row, told) for row in order[begin:end].tolist()],
        total=len(order),
        first=begin + 1 if end > begin else 0,
        next=_cursor(view, int(order[end - 1]), sort) if 0 < end < len(order) else None,
        previous=None if begin == 0 else "" if begin <= limit else _cursor(view, int(order[begin - limit - 1]), sort),
        version=view.version,
    )


def every(
    view: View, filters: Filters, sort: str = "asset", *, descending: bool = False, names: Sequence[str] = ()
) -> Iterator[Row]:
    """All machines that the filters mean, one after the other, for exports.

    Raises:
        InputError: as `page`.
    """
    column(sort)
    told = [column(name).name for name in names] or list(columns())
    order = ordered(view, filters, sort, descending=descending)
    return (row_of(view, row, told) for row in order.tolist())


def facets(view: View, filters: Filters, names: Sequence[str] = WORDS) -> dict[str, dict[str, int]]:
    """How many machines each choice of a filter would show, the other filters as they are; by column and word."""
    masks = _masks(view, filters)
    found = {}
    for name in names:
        mask = _all(view, [mask for what, mask in masks.items() if what != name])
        codes, words = view.factor(name)
        counts = np.bincount(codes[mask], minlength=len(words)).tolist()
        told = {word: number for word, number in zip(words, counts, strict=False) if number}
        found[name] = {word: told[word] for word in sorted(told, key=natural)}
    return found


def totals(view: View, filters: Filters) -> Totals:
    """Sums over the machines that the filters mean."""
    rows = np.flatnonzero(chosen(view, filters))
    read = {name: view.columns[name][rows] for name in SUMMED}
    rate, power, profit = read["hashrate_ths"], read["power_in_w"], read["profit_usd_day"]
    expected = np.where(np.isnan(read["hashrate_expected_ths"]), read["nameplate_ths"], read["hashrate_expected_ths"])
    both = ~np.isnan(rate) & ~np.isnan(power)
    hashed = float(rate[both].sum())
    states = Counter(dict(enumerate(np.bincount(view.columns["state"][rows]).tolist())))
    hot, profits = read["chip_max_c"], profit[~np.isnan(profit)]
    return Totals(
        machines=len(rows),
        states={view.words["state"][code]: number for code, number in states.items() if number},
        hashrate_ths=float(np.nansum(rate)),
        hashrate_known=int((~np.isnan(rate)).sum()),
        expected_ths=float(np.nansum(expected)),
        power_w=float(np.nansum(power)),
        power_known=int((~np.isnan(power)).sum()),
        efficiency_j_th=float(power[both].sum()) / hashed if hashed else None,
        profit_usd_day=float(profits.sum()) if len(profits) else None,
        profit_known=len(profits),
        struck=int((read["alerts"] > 0).sum()),
        hottest_c=float(np.nanmax(hot)) if (~np.isnan(hot)).any() else None,
    )


def chosen(view: View, filters: Filters) -> Array:
    """Which rows the filters mean."""
    return _all(view, list(_masks(view, filters).values()))


def ordered(view: View, filters: Filters, sort: str, *, descending: bool = False) -> Array:
    """The rows that the filters mean, in order."""
    order = view.order(sort, descending=descending)
    masks = _masks(view, filters)
    return order[_all(view, list(masks.values()))[order]] if masks else order


def row_of(view: View, row: int, names: Sequence[str]) -> Row:
    """A machine as pages tell it."""
    return {"key": view.key(row), **{name: view.cell(name, row) for name in names}}


def _masks(view: View, filters: Filters) -> dict[str, Array]:
    masks: dict[str, Array] = {}
    for name in WORDS:
        wanted = getattr(filters, name)
        if wanted:
            masks[name] = _among(view, name, wanted)
    if filters.within is not None:
        masks["within"] = _among(view, "site", tuple(filters.within))
    if filters.text.strip():
        masks["text"] = _with_text(view, filters.text.strip().lower())
    if filters.struck:
        masks["struck"] = view.columns["alerts"] > 0
    for number, item in enumerate(filters.ranges):
        told = _numbers(view, item.field)
        mask = ~np.isnan(told)
        if item.low is not None:
            mask &= told >= item.low
        if item.high is not None:
            mask &= told <= item.high
        masks[f"range {number}"] = mask
    for name in filters.unknown:
        told = view.columns[column(name).name]
        masks[f"unknown {name}"] = np.isnan(told) if told.dtype == np.float64 else _among(view, name, ("",))
    return masks


def _among(view: View, name: str, wanted: Sequence[str]) -> Array:
    codes, words = view.factor(name)
    meant = np.array([word in set(wanted) for word in words], dtype=bool)
    mask: Array = meant[codes] if len(meant) else np.zeros(len(codes), dtype=bool)
    return mask


def _with_text(view: View, text: str) -> Array:
    blob, starts = view.blob()
    mask = np.zeros(len(view), dtype=bool)
    found, at = [], blob.find(text)
    while at >= 0:
        found.append(at)
        line = int(np.searchsorted(starts, at, side="right"))
        at = blob.find(text, int(starts[line])) if line < len(starts) else -1
    mask[np.searchsorted(starts, found, side="right") - 1] = True
    return mask


def _all(view: View, masks: Sequence[Array]) -> Array:
    mask = np.ones(len(view), dtype=bool)
    for one in masks:
        mask &= one
    return mask


def _numbers(view: View, name: str) -> Array:
    item = column(name)
    if item.kind != "number":
        raise InputError(f"'{name}' is no number.", field=name, remedy="Give bounds for a reading in numbers.")
    return view.columns[name]


# --- cursors -----------------------------------------------------------------------------------------------


def _cursor(view: View, row: int, sort: str) -> str:
    """Where a page ended: the value that is sorted by, and the machine."""
    told = view.columns[sort][row]
    value: Any = (None if np.isnan(told) else float(told)) if column(sort).kind == "number" else view.text(sort, row)
    return base64.urlsafe_b64encode(msgspec.json.encode([value, _tie(view, row)])).decode().rstrip("=")


def _read(cursor: str) -> tuple[float | str | None, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=tuple[float | str | None, str])
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise InputError("this is no cursor of a page.", field="cursor", remedy="Begin with the first page.") from error


def _after(view: View, order: Array, sort: str, descending: bool, cursor: tuple[Any, str]) -> int:  # noqa: FBT001
    """How many of the sorted rows come no later than a cursor."""
    value, tie = cursor
    if (value is not None and isinstance(value, str)) == (column(sort).kind == "number"):
        raise InputError("this cursor is of a page that is sorted otherwise.", field="cursor")
    at = _sortable(sort, value)
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        row = int(order[middle])
        here = _sortable(sort, view.cell_exact(sort, row))
        if here == at:
            later = _tie(view, row) > tie
        elif here is None or at is None:
            later = here is None
        else:
            later = (here > at) != descending
        if later:
            high = middle
        else:
            low = middle + 1
    return low


def _sortable(sort: str, value: Any) -> Any:
    """What a value is compared by; None where it is unknown."""
    if value is None or value == "":
        return None
    if sort == "address":
        try:
            return int(IPv4Address(value))
        except ValueError:
            return None
    kind = column(sort).kind
    return natural(value) if kind == "word" else value


def _tie(view: View, row: int) -> str:
    return f"{view.columns['asset'][row]}/{view.text('site', row)}"
