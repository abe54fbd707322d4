"""Posting rules: pure functions from a fact to what moves.

A rule is linear arithmetic on the amounts of its fact and has no branch on an amount, so that the same function
runs on integers (the books) and on arrays with one element per path (the plan). It answers with

* `Transfer`: so much of one commodity goes from one account to another. Every commodity therefore sums to zero.
* `LateCost`: a cost that arrives after the units it belongs to; the ledger spreads it over where they are now.
* `Posting`: one leg of a manual entry, whose legs the ledger checks to balance.

Lots need no words in a rule: units of a lot-tracked commodity that reach an `assets:` account from outside open a
lot there, whose cost is the USD that the same fact lands on that account; units that leave one take lots
along, by the method in force; commodities carried at cost take their USD cost along, to the target or to `cost_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_type_hints

import msgspec

from mintage.journal.fact import FactData


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """An amount of a commodity goes from `source` to `target`.

    Attributes:
        amount: minor units, an integer or an array of one per path; never negative.
        kind: how a lot was got (mined, received, bought, ...) or given up (sold, paid, ...).
        cost_to: account that bears the cost of units leaving for `world:` (commodities carried at cost).
        value: fair value in USD of units leaving (commodities carried at fair value).
        weight: this output's share of the cost that lands, where one fact has several outputs on one account.
        lots: ids of the lots to take, in order, where the fact identifies them.
    """

    commodity: str
    amount: int
    source: str
    target: str
    kind: str = ""
    cost_to: str = ""
    value: int = 0
    weight: int = 1
    lots: tuple[str, ...] = ()


class LateCost(msgspec.Struct, frozen=True, gc=False):
    """A USD cost from `source` for the units that the fact `origin` brought in, wherever they are now."""

    origin: str
    amount: int
    source: str


class Posting(msgspec.Struct, frozen=True, gc=False):
    """A signed amount of a commodity on an account: plus is a debit, minus a credit."""

    account: str
    commodity: str
    amount: int


Effect = Transfer | LateCost | Posting
Effects = tuple[Effect, ...]
Rule = Callable[[Any], Effects]
F = TypeVar("F", bound=Rule)


class Rulebook:
    """The rules of one room, or of all: kind of fact to the function that posts it."""

    def __init__(self, *parts: Rulebook) -> None:
        self.rules: dict[str, Rule] = {}
        for part in parts:
            for kind, function in part.rules.items():
                self._add(kind, function)

    def rule(self, function: F) -> F:
        """Register a rule under the kind of its only parameter's annotation."""
        hints = get_type_hints(function)
        (cls,) = (hint for name, hint in hints.items() if name != "return")
        assert issubclass(cls, FactData)  # noqa: S101  a programming error, found at import
        self._add(cls.kind, function)
        return function

    def _add(self, kind: str, function: Rule) -> None:
        if self.rules.setdefault(kind, function) is not function:
            raise AssertionError(f"two rules post {kind}")

    def missing(self, kinds: Iterable[str]) -> list[str]:
        """Kinds of facts that no rule posts."""
        return [kind for kind in kinds if kind not in self.rules]


def usd(amount: int, source: str, target: str) -> Transfer:
    """USD from `source` (credit) to `target` (debit)."""
    return Transfer("USD", amount, source, target)
