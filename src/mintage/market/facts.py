"""What was seen of the market, so that a ledger carries the prices and difficulty that it was closed with."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from mintage.journal.fact import Count, FactData, Name, Price, Sat, fact

CompactBits = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}$", extra={"unit": "compact bits"})]
"""A target as the block header carries it: 8 hexadecimal digits, which give the difficulty exactly."""


@fact("market.price-observed")
class PriceObserved(FactData):
    """The price of bitcoin at a stated hour and source. It moves nothing.

    Attributes:
        day: day in UTC.
        source: index or exchange.
        hour: hour of that day in UTC: 0 is its first instant, 24 its last (the daily close).
        price: USD per bitcoin.
        low: lowest price of the day, where the source has it.
        high: highest price of the day, likewise.
    """

    day: date
    source: Name
    hour: Annotated[int, msgspec.Meta(ge=0, le=24, extra={"unit": "hour UTC"})]
    price: Price
    low: Price | None = None
    high: Price | None = None


@fact("market.difficulty-observed")
class DifficultyObserved(FactData):
    """A difficulty epoch of the bitcoin network begins. It moves nothing.

    Attributes:
        day: day in UTC of its first block.
        source: node or block explorer that shows it.
        height: height of its first block, a multiple of 2016.
        bits: compact target of its blocks.
    """

    day: date
    source: Name
    height: Count
    bits: CompactBits


@fact("market.block-fees-observed")
class BlockFeesObserved(FactData):
    """What the blocks of a day paid in fees. It moves nothing.

    Attributes:
        day: day in UTC.
        source: node or block explorer that shows it.
        blocks: how many blocks the day had.
        fees: sum of their fees.
    """

    day: date
    source: Name
    blocks: Count
    fees: Sat
