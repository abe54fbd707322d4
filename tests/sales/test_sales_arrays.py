"""The sales rules serve plan and books alike."""

from __future__ import annotations

import pytest

from mintage.sales.posting import RULES
from tests.rules_on_arrays import assert_linear


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Path by path, a rule posts on arrays what it posts on whole numbers, and it adds up."""
    assert_linear(RULES, kind)
