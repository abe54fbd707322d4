"""One state of the board: columns that never change again, so that any number of readers may work on it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from mintage.fleet.board.columns import columns

Array = npt.NDArray[Any]
Value = float | int | str | None
ORDERS_MAX = 12
"""Sorted orders that a state keeps."""


class SiteState(msgspec.Struct, frozen=True, kw_only=True):
    """How a site is known.

    Attributes:
        site: its name.
        kind: local: its state file is on this machine; remote: it uploads telemetry.
        told_s: instant of its newest reading, seconds since 1970; None where there is none.
        problem: why the last look at it failed, "" where it did not.
    """

    site: str
    kind: Literal["local", "remote"]
    told_s: float | None = None
    problem: str = ""


class Kept:
    """What was worked out of a state and may be asked for again; handed on to the next state, where it may hold too."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, int, bool], Any] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, int, bool], make: Callable[[], Any]) -> Any:
        """What was made under a key, or make it now; two that ask at once may both make it."""
        found = self._made.get(key)
        if found is None:
            found = make()
            with self._lock:
                stale = [old for old in self._made if old[:2] == key[:2] and old[2] != key[2]]
                for old in (*stale, *list(self._made)[: max(0, len(self._made) - len(stale) - ORDERS_MAX)]):
                    self._made.pop(old, None)
                self._made[key] = found
        return found


@dataclass(frozen=True, kw_only=True)
class View:
    """All machines at one instant. Texts are "" and numbers NaN where unknown.

    Attributes:
        version: number of this state; it rises with every change.
        columns: an array for each column; a word is an index into `words`.
        words: the words of each word column, by index.
        rows: row of each machine by key, "site/asset".
        stamps: version at which each column changed last.
        sites: how each site is known.
    """

    version: int
    columns: Mapping[str, Array]
    words: Mapping[str, list[str]]
    rows: Mapping[str, int]
    stamps: Mapping[str, int]
    sites: Mapping[str, SiteState]
    _kept: Kept = field(default_factory=Kept)

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, name: str, row: int) -> str:
        """A text or word of one machine."""
        told = self.columns[name][row]
        return self.words[name][told] if name in self.words else str(told)

    def cell(self, name: str, row: int) -> Value:
        """A column of one machine; None where it is unknown."""
        item = columns()[name]
        if item.kind != "number":
            return self.text(name, row) or None
        return plain(self.columns[name][row], item.digits)

    def cell_exact(self, name: str, row: int) -> Value:
        """The same, not rounded."""
        if columns()[name].kind != "number":
            return self.text(name, row)
        value = float(self.columns[name][row])
        return None if np.isnan(value) else value

    def key(self, row: int) -> str:
        """Key of the machine in a row."""
        return f"{self.text('site', row)}/{self.columns['asset'][row]}"

    def order(self, name: str, *, descending: bool) -> Array:
        """Rows sorted by a column, unknown ones last, equal ones by asset."""
        found: Array = self._kept.get(
            ("order", name, self.stamps[name], descending), lambda: self._order(name, descending)
        )
        return found

    def factor(self, name: str) -> tuple[Array, list[str]]:
        """A text or word column as indices into the different texts in it."""
        if name in self.words:
            return self.columns[name], self.words[name]
        found: tuple[Array, list[str]] = self._kept.get(
            ("factor", name, self.stamps[name], False), lambda: _factor(self.columns[name].tolist())
        )
        return found

    def blob(self) -> tuple[str, Array]:
        """Lower-case text of all machines in one string, and where each one begins."""
        names = ("asset", "address", "serial", "worker")
        stamp = max(self.stamps[name] for name in names)
        blob: tuple[str, Array] = self._kept.get(("blob", "", stamp, False), lambda: self._blob(names))
        return blob

    def _blob(self, names: tuple[str, ...]) -> tuple[str, Array]:
        told = zip(*(self.columns[name].tolist() for name in names), strict=True)
        lines = ["\t".join(line).lower() for line in told]
        sizes = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
        return "\n".join(lines), np.concatenate([[0], np.cumsum(sizes + 1)])

    def _order(self, name: str, descending: bool) -> Array:  # noqa: FBT001  private, and named at its one call
        base = np.arange(len(self)) if name == "asset" else self.order("asset", descending=False)
        ranks = self._ranks(name)[base]
        unknown = np.isnan(ranks)
        keys = np.where(unknown, np.inf, -ranks if descending else ranks)
        found: Array = base[np.argsort(keys, kind="stable")]
        return found

    def _ranks(self, name: str) -> Array:
        """Numbers in whose order the values of a column stand; NaN where unknown."""
        told = self.columns[name]
        if columns()[name].kind == "number":
            return told
        if name in self.words:
            return _rank_table(self.words[name])[told]
        texts: list[str] = told.tolist()
        if name == "asset":  # of two sites that know one asset, the same one always comes first
            sites = self.words["site"]
            texts = [f"{text}/{sites[site]}" for text, site in zip(texts, self.columns["site"].tolist(), strict=True)]
        if name == "address":
            return np.array([_address(text) for text in texts], dtype=np.float64)
        codes, words = _factor(texts)
        return np.where(codes == 0, np.nan, codes) if words and not words[0] else codes.astype(np.float64)


def _factor(texts: list[str]) -> tuple[Array, list[str]]:
    words = sorted(set(texts))
    codes = dict(zip(words, range(len(words)), strict=True))
    return np.fromiter(map(codes.__getitem__, texts), dtype=np.int32, count=len(texts)), words


def plain(value: Any, digits: int) -> float | int | None:
    """A number as it is told; None where it is unknown."""
    if value != value:  # noqa: PLR0124  NaN alone differs from itself
        return None
    return round(float(value), digits) if digits else round(float(value))


def natural(text: str) -> tuple[tuple[int, str, int], ...]:
    """A key by which r2 comes before r10."""
    parts, number = [], ""
    for char in f"{text}\0":
        if char.isdecimal() and char.isascii():
            number += char
            continue
        if number:
            parts.append((0, "", int(number)))
            number = ""
        parts.append((1, char, 0))
    return tuple(parts)


def _rank_table(words: list[str]) -> Array:
    """Rank of each word by index."""
    words = list(words)  # it may grow meanwhile
    ranks = np.empty(len(words))
    for rank, index in enumerate(sorted(range(len(words)), key=lambda index: natural(words[index]))):
        ranks[index] = rank if words[index] else np.nan
    return ranks


def _address(text: str) -> float:
    try:
        return float(int(IPv4Address(text)))
    except ValueError:
        return np.nan
