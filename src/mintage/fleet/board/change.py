"""The way from one state of the board to the next: only columns that change are copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any

import numpy as np

from mintage.fleet.board.columns import columns, readings
from mintage.fleet.board.history import CELLS_MAX, Step, decoded
from mintage.fleet.board.source import Delta, Sighting, Worth
from mintage.fleet.board.view import Array, Kept, SiteState, View

_MWH_PER_W_DAY = 24.0 / 1e6
"""Watts for a day, in MWh."""


class Change:
    """Gathers what changed, and makes the next state of it.

    Args:
        view: the state before.
        worth: what hash rate and power are worth, by site.
    """

    def __init__(self, view: View, worth: Mapping[str, Worth]) -> None:
        self._before, self._worth = view, worth
        self._columns: dict[str, Array] = dict(view.columns)
        self._words = {name: list(words) for name, words in view.words.items()}
        self._codes = {name: {word: n for n, word in enumerate(words)} for name, words in self._words.items()}
        self._rows: Mapping[str, int] = view.rows
        self._sites = dict(view.sites)
        self._changed: dict[str, list[Array]] = {}
        self._own: set[str] = set()
        self._moved = False
        self._gone: list[str] = []

    @staticmethod
    def empty() -> View:
        """The state in which no machine is known."""
        kinds = columns().items()
        arrays: dict[str, Array] = {name: _filler(item.kind, 0) for name, item in kinds}
        return View(
            version=1,
            columns=arrays,
            words={name: [""] for name, item in kinds if item.kind == "word"},
            rows={},
            stamps=dict.fromkeys(arrays, 1),
            sites={},
        )

    def site(self, state: SiteState) -> None:
        """How a site is known now."""
        self._sites[state.site] = state

    def take(self, site: str, delta: Delta) -> None:
        """What a source told."""
        if delta.gone:
            self._drop([f"{site}/{asset}" for asset in delta.gone])
        if delta.seen:
            rows = self._places([f"{site}/{item.asset}" for item in delta.seen])
            for name, told in self._told(site, delta.seen).items():
                self._set(name, rows, told)
            self._derive(rows)
        if delta.alerts is not None:
            self._set_alerts(site, delta.alerts)

    def price_anew(self) -> None:
        """Work out all profits again."""
        self._set("profit_usd_day", (rows := np.arange(len(self._rows))), self._profit(rows))

    def made(self) -> tuple[View, Step] | None:
        """The next state and what led to it; None where nothing changed."""
        if not (self._changed or self._moved or self._gone or self._sites != dict(self._before.sites)):
            return None
        version = self._before.version + 1
        touched = self._columns if self._moved else self._changed
        stamps = {**self._before.stamps, **dict.fromkeys(touched, version)}
        for name in self._own:
            self._columns[name].flags.writeable = False
        view = View(
            version=version,
            columns=self._columns,
            words=self._words,
            rows=self._rows,
            stamps=stamps,
            sites=self._sites,
            _kept=self._before._kept if self._before.rows else Kept(),  # noqa: SLF001  handed on from state to state
        )
        return view, self._step(view)

    def _step(self, view: View) -> Step:
        changed = {name: np.unique(np.concatenate(parts)) for name, parts in self._changed.items()}
        if sum(map(len, changed.values())) > CELLS_MAX:
            return Step(view.version, [], {}, whole=True)
        rows = np.unique(np.concatenate(list(changed.values()))) if changed else np.empty(0, dtype=np.int64)
        cells = {}
        for name, which in changed.items():
            told = view.columns[name][which]
            cells[name] = (
                np.searchsorted(rows, which),
                decoded(view.words[name], told) if name in view.words else told,
            )
        return Step(view.version, [view.key(row) for row in rows.tolist()], cells, tuple(self._gone))

    # --- rows ----------------------------------------------------------------------------------------------

    def _places(self, keys: Sequence[str]) -> Array:
        """Rows of machines; new ones get a row at the end."""
        new = [key for key in dict.fromkeys(keys) if key not in self._rows]
        if new:
            first = len(self._rows)
            self._rows = {**self._rows, **{key: first + n for n, key in enumerate(new)}}
            for name, item in columns().items():
                self._columns[name] = np.concatenate([self._columns[name], _filler(item.kind, len(new))])
                self._own.add(name)
            self._moved = True
        return np.fromiter(map(self._rows.__getitem__, keys), dtype=np.int64, count=len(keys))

    def _drop(self, keys: Sequence[str]) -> None:
        known = [key for key in keys if key in self._rows]
        if not known:
            return
        keep = np.ones(len(self._rows), dtype=bool)
        keep[[self._rows[key] for key in known]] = False
        moved = np.cumsum(keep) - 1
        self._columns = {name: told[keep] for name, told in self._columns.items()}
        self._own = set(self._columns)
        self._rows = {key: int(moved[row]) for key, row in self._rows.items() if keep[row]}
        self._changed = {name: [moved[rows[keep[rows]]] for rows in parts] for name, parts in self._changed.items()}
        self._moved = True
        self._gone += known

    # --- cells ---------------------------------------------------------------------------------------------

    def _told(self, site: str, seen: Sequence[Sighting]) -> dict[str, Array]:
        """What machines say, column by column."""
        places, values = [item.place for item in seen], [item.values for item in seen]
        told: dict[str, Any] = {
            "asset": [item.asset for item in seen],
            "site": [site] * len(seen),
            "hall": [place.hall for place in places],
            "rack": [place.rack for place in places],
            "slot": [place.slot or None for place in places],
            "model": [item.model for item in seen],
            "address": [place.address for place in places],
            "serial": [item.serial for item in seen],
            "state": [said.get("state", "unknown") for said in values],
            "reason": [item.reason for item in seen],
            "nameplate_ths": [item.nameplate_ths for item in seen],
            "problems": [item.problems for item in seen],
            "doubts": [item.doubts for item in seen],
            "told_s": [None if item.told_us is None else item.told_us / 1e6 for item in seen],
            "seen_s": [None if item.seen_us is None else item.seen_us / 1e6 for item in seen],
        }
        for name in (*readings("number"), *readings("text")):
            told[name] = [said.get(name) for said in values]
        return {name: self._encoded(name, given) for name, given in told.items()}

    def _encoded(self, name: str, told: Sequence[Any]) -> Array:
        kind = columns()[name].kind
        if kind == "word":
            codes, words = self._codes[name], self._words[name]
            for word in set(map(str, told)) - codes.keys():
                codes[word] = len(words)
                words.append(word)
            return np.array([codes[str(word)] for word in told], dtype=np.int32)
        if kind == "text":
            # Machines say the same few words again and again: one copy of each is enough.
            return np.array(["" if text is None else intern(str(text)) for text in told], dtype=object)
        try:
            return np.array(told, dtype=np.float64)  # None becomes NaN
        except (ValueError, TypeError, OverflowError):
            return np.array([_number(value) for value in told])

    def _set(self, name: str, rows: Array, told: Array) -> None:
        """Write what differs."""
        before = self._columns[name][rows]
        differs = before != told
        if before.dtype == np.float64:
            differs &= ~(np.isnan(before) & np.isnan(told))
        if not differs.any():
            return
        if name not in self._own:
            self._columns[name] = self._columns[name].copy()
            self._own.add(name)
        which = rows[differs]
        self._columns[name][which] = told[differs]
        self._changed.setdefault(name, []).append(which)

    def _set_alerts(self, site: str, alerts: Mapping[str, int]) -> None:
        code = self._codes["site"].get(site)
        if code is None:
            return
        rows = np.flatnonzero(self._columns["site"] == code)
        told = np.zeros(len(self._rows))
        for asset, number in alerts.items():
            row = self._rows.get(f"{site}/{asset}")
            if row is not None:
                told[row] = number
        self._set("alerts", rows, told[rows])

    # --- what follows from readings ------------------------------------------------------------------------

    def _derive(self, rows: Array) -> None:
        read = {name: self._columns[name][rows] for name in ("hashrate_ths", "power_in_w", "hashrate_expected_ths")}
        nameplate, rate = self._columns["nameplate_ths"][rows], read["hashrate_ths"]
        expected = np.where(np.isnan(read["hashrate_expected_ths"]), nameplate, read["hashrate_expected_ths"])
        accepted, rejected, stale = (self._columns[f"{name}_diff"][rows] for name in ("accepted", "rejected", "stale"))
        lost = np.where(np.isnan(stale), rejected, np.where(np.isnan(rejected), stale, rejected + stale))
        with np.errstate(divide="ignore", invalid="ignore"):
            self._set("efficiency_j_th", rows, _finite(read["power_in_w"] / rate))
            self._set("hashrate_share_pct", rows, _finite(100 * rate / expected))
            self._set("reject_pct", rows, _finite(100 * lost / (accepted + lost)))
        self._set("profit_usd_day", rows, self._profit(rows))
        quiet = np.isnan(self._columns["alerts"][rows])
        self._set("alerts", rows[quiet], np.zeros(int(quiet.sum())))

    def _profit(self, rows: Array) -> Array:
        """Revenue at the hashprice less the cost of power, USD a day: TH/s x USD/TH/day - W x 24e-6 x PUE x USD/MWh."""
        words = self._words["site"]
        terms = np.full((len(words), 2), np.nan)
        for n, site in enumerate(words):
            if site in self._worth:
                worth = self._worth[site]
                terms[n] = worth.hashprice_usd_th_day, worth.power_usd_mwh * worth.pue * _MWH_PER_W_DAY
        sites = self._columns["site"][rows]
        rate, power = self._columns["hashrate_ths"][rows], self._columns["power_in_w"][rows]
        profit: Array = rate * terms[sites, 0] - power * terms[sites, 1]
        return profit


def _filler(kind: str, count: int) -> Array:
    if kind == "number":
        return np.full(count, np.nan)
    return np.zeros(count, dtype=np.int32) if kind == "word" else np.full(count, "", dtype=object)


def _finite(told: Array) -> Array:
    return np.where(np.isfinite(told), told, np.nan)


def _number(value: Any) -> float:
    """A number that a machine told; NaN where it told something else or more than a float holds."""
    try:
        return float(value) if isinstance(value, int | float) else np.nan
    except OverflowError:
        return np.nan
