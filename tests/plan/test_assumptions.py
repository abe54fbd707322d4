"""The table of assumptions: complete, and strict about what a user says instead."""

from __future__ import annotations

import pytest

from mintage.plan.assumptions import Assumptions, default_assumptions
from mintage.units.errors import InputError


def test_every_shipped_row_is_within_its_own_bounds_and_says_its_source() -> None:
    """The table would accept each of its own values, and none is without source and meaning."""
    for id_, row in default_assumptions().items():
        assert Assumptions({id_: f"{row.value} {row.unit}"}).number(id_) == float(row.value)
        assert row.source.endswith(".")
        assert row.meaning.endswith(".")


def test_a_bare_number_is_in_the_rows_unit() -> None:
    """Unit and thousands separators may be left out or given."""
    table = Assumptions({"market.price": "90,000", "treasury.cash-floor": "1000000.50 USD"})
    assert table.number("market.price") == 90_000
    assert table.units("treasury.cash-floor", 2) == 100_000_050
    assert table.said == {"market.price": "90000 USD/BTC", "treasury.cash-floor": "1000000.50 USD"}


@pytest.mark.parametrize(
    ("id_", "text", "words"),
    [
        ("market.prize", "90000", "Did you mean market.price"),
        ("mining.power-price", "0.046 USD/kWh", "is in USD/MWh, not in USD/kWh"),
        ("market.price", "ninety", "not a number"),
        ("market.price", "", "not a number"),
        ("sales.sold-share", "1.2", "at most 1"),
        ("opening.cash", "-5", "at least 0"),
        ("market.price-volatility", "nan", "not a number"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field(id_: str, text: str, words: str) -> None:
    """Unknown ids, other units, words and impossible values are errors that name the row and the remedy."""
    with pytest.raises(InputError, match=words) as caught:
        Assumptions({id_: text})
    assert caught.value.field == id_
