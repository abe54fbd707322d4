"""The figures of all machines together, by the keys under which pages watch them."""

from __future__ import annotations

from collections.abc import Mapping

from mintage.fleet.board.page import Filters, totals
from mintage.fleet.board.view import View

HASHING = "hashing"
Told = Mapping[str, float | int | None]


def pulse_keys(board: View) -> Told:
    """Figures of all machines by key; hash rate and power are None where no machine tells them."""
    if not len(board):
        return {}
    whole = totals(board, Filters())
    return {
        "chain:machines": whole.machines,
        "chain:hashing": whole.states.get(HASHING, 0),
        "chain:hashrate_phs": round(whole.hashrate_ths / 1000, 2) if whole.hashrate_known else None,
        "chain:power_mw": round(whole.power_w / 1e6, 2) if whole.power_known else None,
        "chain:struck": whole.struck,
    }


class PulseSource:
    """What changed of those figures since it was asked last."""

    def __init__(self) -> None:
        self._version = 0
        self._told: dict[str, float | int | None] = {}

    def changes(self, board: View) -> Told:
        """Keys whose values differ from those told last."""
        if board.version == self._version:
            return {}
        self._version = board.version
        now = pulse_keys(board)
        fresh = {key: value for key, value in now.items() if key not in self._told or self._told[key] != value}
        self._told.update(now)
        return fresh
