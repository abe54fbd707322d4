"""Observations of the market are kept as facts and move nothing."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook
from mintage.market.facts import BlockFeesObserved, DifficultyObserved, PriceObserved

RULES = Rulebook()


@RULES.rule
def price_observed(_fact: PriceObserved) -> Effects:
    """A price moves nothing."""
    return ()


@RULES.rule
def difficulty_observed(_fact: DifficultyObserved) -> Effects:
    """A difficulty moves nothing."""
    return ()


@RULES.rule
def block_fees_observed(_fact: BlockFeesObserved) -> Effects:
    """Fees of other people's blocks move nothing."""
    return ()
