"""What changed from one state of the board to the next, kept for a while for live updates."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Any

import msgspec
import numpy as np

from mintage.fleet.board.columns import columns
from mintage.fleet.board.view import Value, plain

CELLS_MAX = 1_000_000
STEPS_MAX = 2_000
"""Cells and steps that are kept: at 500 machines and 15 readings a second some two minutes."""


class Step(msgspec.Struct, frozen=True):
    """One change of the board.

    Attributes:
        version: state that it led to.
        keys: machines that changed.
        cells: by column, which of `keys` changed there and to what; "" and NaN for unknown.
        gone: machines that left.
        whole: so much changed that it is not told bit by bit.
    """

    version: int
    keys: list[str]
    cells: dict[str, tuple[Any, Any]]
    gone: tuple[str, ...] = ()
    whole: bool = False


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since a version.

    Attributes:
        version: the version now.
        complete: False where the version is too old to tell: the page must be asked for anew.
        machines: by key, what each changed column says now; None where it became unknown.
        gone: machines that left.
    """

    version: int
    complete: bool = True
    machines: dict[str, dict[str, Value]] = {}
    gone: tuple[str, ...] = ()


class History:
    """The last steps of a board. One thread adds, others read.

    Args:
        version: where it begins.
    """

    def __init__(self, version: int) -> None:
        self._steps: deque[Step] = deque()
        self._cells = 0
        self._since = version
        self._version = version

    def add(self, step: Step) -> None:
        """Keep a step, and let go of the oldest ones above the limits."""
        if step.whole:
            self._steps, self._cells, self._since, self._version = deque(), 0, step.version, step.version
            return
        steps = self._steps.copy()
        steps.append(step)
        self._cells += _size(step)
        since = self._since
        while steps and (self._cells > CELLS_MAX or len(steps) > STEPS_MAX):
            lost = steps.popleft()
            self._cells -= _size(lost)
            since = lost.version
        # Readers hold on to the deque that they took: it is never changed once it is here.
        self._steps, self._since, self._version = steps, since, step.version

    def since(self, version: int, keys: Collection[str] | None = None) -> Changes:
        """What changed after a version, of some machines or of all."""
        steps, oldest, newest = self._steps, self._since, self._version
        if not oldest <= version <= newest:
            return Changes(version=newest, complete=version == newest)
        wanted = None if keys is None else frozenset(keys)
        machines: dict[str, dict[str, Value]] = {}
        gone: dict[str, None] = {}
        for step in steps:
            if step.version <= version:
                continue
            for key in step.gone:
                machines.pop(key, None)
                if wanted is None or key in wanted:
                    gone[key] = None
            _merge(step, wanted, machines)
        for key in machines:
            gone.pop(key, None)  # it left and came back
        return Changes(version=newest, machines=machines, gone=tuple(gone))


def _merge(step: Step, wanted: frozenset[str] | None, machines: dict[str, dict[str, Value]]) -> None:
    among = None if wanted is None else {n for n, key in enumerate(step.keys) if key in wanted}
    if among is not None and not among:
        return
    for name, (which, told) in step.cells.items():
        item = columns()[name]
        for n, value in zip(which.tolist(), told.tolist(), strict=True):
            if among is None or n in among:
                cell = plain(value, item.digits) if item.kind == "number" else value or None
                machines.setdefault(step.keys[n], {})[name] = cell


def _size(step: Step) -> int:
    return sum(len(which) for which, _ in step.cells.values()) + len(step.gone) + 1


def decoded(words: list[str], told: Any) -> Any:
    """Words of a column as texts."""
    return np.array([words[index] for index in told.tolist()], dtype=object)
