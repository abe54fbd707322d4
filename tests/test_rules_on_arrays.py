"""The helper that runs rules on arrays finds the rules that it must find."""

from __future__ import annotations

import pytest

from mintage.factory.facts import SupplierPaid, VatPaid
from mintage.journal.rules import Effects, Rulebook, usd
from tests.rules_on_arrays import assert_linear

BAD_RULES = Rulebook()


@BAD_RULES.rule
def squared(fact: SupplierPaid) -> Effects:
    """Serves arrays, but is not linear."""
    return (usd(fact.amount * fact.amount, "world:a", "world:b"),)


@BAD_RULES.rule
def branching(fact: VatPaid) -> Effects:
    """Posts positive amounts only."""
    return (usd(max(0, fact.amount), "world:a", "world:b"),)


def test_a_rule_that_is_not_linear_is_found() -> None:
    """A product of amounts fails, although it runs on arrays."""
    with pytest.raises(AssertionError, match="not the sum"):
        assert_linear(BAD_RULES, SupplierPaid.kind)


def test_a_rule_that_branches_is_found() -> None:
    """A choice that depends on an amount fails as soon as it sees an array."""
    with pytest.raises(ValueError, match="ambiguous"):
        assert_linear(BAD_RULES, VatPaid.kind)
