"""The market as a journal saw it on the day that a plan begins after, in place of the shipped assumptions."""

from __future__ import annotations

from datetime import date

from mintage.books.prices import closing_price
from mintage.books.view import View
from mintage.journal.store import Journal
from mintage.market.network import (
    BLOCK_SECONDS,
    RETARGET_BLOCKS,
    difficulty,
    implied_hashrate_ths,
    target_from_bits,
)
from mintage.market.service import epoch_on
from mintage.plan.assumptions import Assumptions

BLOCKS_PER_DAY = 86_400 // BLOCK_SECONDS


def with_market_of(journal: Journal, day: date, assumptions: Assumptions) -> tuple[Assumptions, list[str]]:
    """Fill in what the journal observed and nobody said otherwise.

    Args:
        journal: the books, with `market.price-observed` and `market.difficulty-observed`.
        day: last day before the plan.
        assumptions: what was said.

    Returns:
        The assumptions with the day's price, difficulty, height and network hash rate; and a note for each that the
        journal does not know, which then stays as shipped or said.
    """
    found: dict[str, tuple[str, str]] = {}
    notes = []
    price = closing_price(View(journal), day)
    if isinstance(price, str):
        notes.append(f"market.price is assumed: {price}.")
    else:
        found["market.price"] = (f"{price.price:f}", f"Observed: {price.source}, {price.day} hour {price.hour}.")
    epoch = epoch_on(journal, day)
    if epoch is None:
        notes.append(f"market.difficulty is assumed: no epoch in force on {day} was observed.")
    else:
        hard = difficulty(target_from_bits(epoch.bits))
        mined = min(RETARGET_BLOCKS - 1, BLOCKS_PER_DAY * ((day - epoch.day).days + 1))
        source = f"Observed: epoch from height {epoch.height} on {epoch.day}, {epoch.source}."
        found["market.difficulty"] = (str(round(hard)), source)
        found["market.height"] = (str(epoch.height + mined), source)
        found["market.hashrate"] = (str(round(implied_hashrate_ths(hard) / 10**6, 3)), source)
    said = [note for note in notes if note.partition(" ")[0] not in assumptions.said]
    return assumptions.observed(found), said
