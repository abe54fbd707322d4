"""Observations of the market are kept as facts and move nothing."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook
from mintage.market.facts import DifficultyObserved, PriceObserved

RULES = Rulebook()


@RULES.rule
def price_observed(_fact: PriceObserved) -> Effects:
    """A price moves nothing."""
    return ()


@RULES.rule
def difficulty_observed(_fact: DifficultyObserved) -> Effects:
    """A difficulty moves nothing."""
    return ()
