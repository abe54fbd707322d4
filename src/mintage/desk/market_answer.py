"""The market as pages tell it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from mintage.desk.figure import Figure


class HashpricePoint(msgspec.Struct, frozen=True):
    """The hashprice of a day.

    Attributes:
        day: the day.
        value: USD/PH/day; None where it is unknown.
    """

    day: date
    value: str | None


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """The market that all of it stands in.

    Attributes:
        day: day of the hashprice.
        source: whose price it is.
        hashprice: USD/PH/day.
        mark: the industry's line between bull and bear market for machines, USD/PH/day.
        mood: on which side the hashprice is; "" where it is unknown.
        fees: whether blocks' fees are in it, or only the subsidy, as in the line.
        price: of bitcoin.
        difficulty: of the network.
        network: hash rate that it implies.
        height: first block of the difficulty's epoch; 0 where unknown.
        line: the hashprice of the last days.
    """

    day: date | None = None
    source: str = ""
    hashprice: Figure
    mark: Figure
    mood: Literal["bull", "bear", ""] = ""
    fees: bool = False
    price: Figure
    difficulty: Figure
    network: Figure
    height: int = 0
    line: tuple[HashpricePoint, ...] = ()
