"""Commodities: everything that can be counted, each in whole minor units.

A commodity id is a word ("USD", "BTC", "HASHRATE") or a family and a member ("MACHINE.a15-194").
The table `commodities.toml` names each with its unit, its scale (how many decimal digits of the printed
unit one minor unit is) and how the books carry it.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from mintage.units.errors import AmountError

_MEMBER = re.compile(r"[a-z0-9][a-z0-9.-]*")
Carrying = Literal["money", "cost", "fair-value", "count"]


class Commodity(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be counted.

    Attributes:
        id: the name that postings use.
        unit: the printed unit, e.g. "BTC", "TH/s", "kWh".
        scale: decimal digits of the printed unit; one minor unit is 10**-scale of it.
        carrying: "money" is its own value; "cost" takes its cost in USD along wherever it moves;
            "fair-value" has lots that remember their cost but is carried at market value; "count" has no value.
        meaning: one sentence for the docs.
    """

    id: str
    unit: str
    scale: int
    carrying: Carrying
    meaning: str

    @property
    def has_lots(self) -> bool:
        """Whether units of it are tracked in lots."""
        return self.carrying in {"cost", "fair-value"}


@cache
def commodity_table() -> dict[str, Commodity]:
    """The table as shipped: id or family ("MACHINE.*") to its entry."""
    text = resources.files("mintage.units").joinpath("commodities.toml").read_text("utf-8")
    rows = tomllib.loads(text)
    return {id_: msgspec.convert({"id": id_, **row}, Commodity) for id_, row in rows.items()}


@cache
def commodity(id_: str) -> Commodity:
    """The commodity with this id; a family's own id ("MACHINE.*") stands for all of it, as in a lot policy.

    Raises:
        AmountError: the id is not in the table, or its member is not a name.
    """
    table = commodity_table()
    if id_ in table:
        return table[id_]
    family, _, member = id_.partition(".")
    entry = table.get(f"{family}.*")
    if entry is None or not _MEMBER.fullmatch(member):
        known = ", ".join(sorted(table))
        raise AmountError(f"'{id_}' is not a commodity.", remedy=f"Known: {known}.")
    return msgspec.structs.replace(entry, id=id_)
