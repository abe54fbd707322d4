"""What somebody asks of the table of machines, as a page's query says it."""

from __future__ import annotations

import math
import re

import msgspec

from mintage.fleet.board.columns import column
from mintage.fleet.board.page import WORDS, Filters, Range
from mintage.units.errors import InputError

SHOWN = (
    "asset",
    "site",
    "rack",
    "slot",
    "model",
    "address",
    "state",
    "hashrate_ths",
    "hashrate_share_pct",
    "power_in_w",
    "efficiency_j_th",
    "chip_max_c",
    "inlet_c",
    "fan_min_rpm",
    "reject_pct",
    "uptime_s",
    "profit_usd_day",
    "alerts",
)
"""Columns that are shown where nobody asks for others."""
_TERM = re.compile(r"^([a-z_]+)\s*(>=|<=|=)\s*(.+)$")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the table.

    Attributes:
        site: at one of these sites.
        hall: in one of these halls.
        rack: in one of these racks.
        model: of one of these models.
        state: in one of these states.
        q: part of the asset id, address, serial number or worker's name.
        where: conditions on columns: "chip_max_c>=90", "hashrate_ths<=50", "power_in_w=unknown".
        struck: with an open alert only.
        sort: column to sort by, with "-" before it for the greatest first.
        columns: columns to tell; the usual ones where empty.
        limit: rows of a page.
        cursor: where the page begins, from an earlier answer.
    """

    site: tuple[str, ...] = ()
    hall: tuple[str, ...] = ()
    rack: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    q: str = ""
    where: tuple[str, ...] = ()
    struck: bool = False
    sort: str = "asset"
    columns: tuple[str, ...] = ()
    limit: int = 100
    cursor: str = ""

    @property
    def filters(self) -> Filters:
        """The same as the board has it.

        Raises:
            InputError: a condition cannot be read.
        """
        ranges, missing = [], []
        for text in self.where:
            found = _TERM.match(text.strip())
            if found is None:
                raise InputError(f"'{text[:80]}' is no condition.", field="where", remedy='Write "chip_max_c>=90".')
            name, sign, value = found.groups()
            if value == "unknown" and sign == "=":
                missing.append(column(name).name)
                continue
            number = _number(value)
            ranges.append(Range(name, None if sign == "<=" else number, None if sign == ">=" else number))
        words = {name: getattr(self, name) for name in WORDS}
        return Filters(**words, text=self.q[:200], ranges=tuple(ranges), unknown=tuple(missing), struck=self.struck)

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.sort.startswith("-")

    @property
    def by(self) -> str:
        """The column that is sorted by."""
        return column(self.sort.removeprefix("-")).name

    @property
    def told(self) -> tuple[str, ...]:
        """The columns that are told."""
        return tuple(column(name).name for name in self.columns) or SHOWN


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not math.isfinite(found):
        raise InputError(f"'{text[:40]}' is no number.", field="where", remedy='Write "chip_max_c>=90".')
    return found
