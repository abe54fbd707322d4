"""A site's desk that reads no more machines than a scope can mean: of 100,000, those that the board has in its columns.

The board answers a scope's terms on whole columns; the site's services then apply the scope itself to what is left, so
that what they do never rests on the board. A term that the board cannot answer narrows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

import numpy as np

from mintage.desk.company import Company
from mintage.desk.sites import SiteDesk
from mintage.fleet.board.columns import columns
from mintage.fleet.board.view import Array, View
from mintage.fleet.latest import Machine
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.ranges import range_bounds
from mintage.fleet.scope import Term, parse_scope
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.clock import Clock

_TEXTS = frozenset({"asset", "hall", "rack", "serial", "state"})
"""Texts that the board has as scopes know them."""
_NUMBERS = frozenset(name for name, item in columns().items() if item.kind == "number")
_ELSEWHERE = frozenset({"efficiency_j_th", "hashrate_share_pct", "reject_pct", "profit_usd_day", "alerts"})
EVERYTHING = 0.5
"""Where more than this part of the machines may be meant, all are read at once."""


class Some:
    """The latest state of some machines, as the services read it.

    Args:
        latest: that of all.
        assets: the machines.
    """

    def __init__(self, latest: SqliteLatest, assets: list[str]) -> None:
        self._latest, self._assets = latest, assets

    def put(self, machines: Iterable[Machine]) -> None:
        """Set what is known of some machines."""
        self._latest.put(machines)

    def get(self, asset: str) -> Machine | None:
        """One machine."""
        return self._latest.get(asset)

    def all(self, site: str | None = None) -> list[Machine]:
        """Those machines, or those of them at one site."""
        return [machine for machine in self._latest.some(self._assets) if site in (None, machine.site)]

    def forget(self, asset: str) -> None:
        """Drop a machine that left."""
        self._latest.forget(asset)


@dataclass(frozen=True)
class Scoped:
    """A site's desk whose machines are those that a scope can mean.

    Attributes:
        site: its description, with the caller among its users.
        db: its state file.
        latest: what is known of those machines.
        clock: the time that it goes by.
    """

    site: Site
    db: StateDb
    latest: SqliteLatest | Some
    clock: Clock


def scoped(company: Company, desk: SiteDesk, scope: str) -> Scoped:
    """A desk that knows no more machines than a scope can mean now.

    Raises:
        InputError: the scope cannot be read.
    """
    terms = parse_scope(scope).terms
    latest = desk.latest
    if terms:
        view = company.board.refresh()
        words = view.words["site"]
        here = view.columns["site"] == (words.index(desk.site.name) if desk.site.name in words else -1)
        meant = here.copy()
        for term in terms:
            meant &= _may_hold(view, term)
        if meant.sum() <= EVERYTHING * here.sum():
            return Scoped(desk.site, desk.db, Some(latest, view.columns["asset"][meant].tolist()), desk.clock)
    return Scoped(desk.site, desk.db, latest, desk.clock)


def _may_hold(view: View, term: Term) -> Array:
    """Machines of which a term holds or is unknown; all where the board cannot tell."""
    everyone: Array = np.ones(len(view), dtype=bool)
    if term.field in _TEXTS and not any("*" in value for value in term.values):
        codes, words = view.factor(term.field)
        among = np.array([word.lower() in term.values or not word for word in words], dtype=bool)
        return among[codes] if term.sign == "=" else everyone
    if term.field == "address" and term.sign == "=":
        addresses, bounds = view.columns["address"].tolist(), [range_bounds(value) for value in term.values]
        codes = np.array([int(IPv4Address(text)) if text else -1 for text in addresses], dtype=np.int64)
        found = codes < 0
        for low, high in bounds:
            found |= (codes >= low) & (codes <= high)
        return found
    if term.field in _NUMBERS and term.field not in _ELSEWHERE and term.sign != "!=":
        return _numbers(view, term)
    return everyone


def _numbers(view: View, term: Term) -> Array:
    told, wanted = view.columns[term.field], [float(value) for value in term.values]
    if term.sign == "=":
        holds = np.isin(told, wanted)
    else:
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[term.sign]
        holds = compare(told, wanted[0])
    found: Array = holds | np.isnan(told)
    return found
