"""Import duty by date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from mintage.factory.tariff import duty, duty_problems, duty_rates, tariff_table
from mintage.units.errors import InputError
from tests.factory.test_factory_posting import duty as assessed

MINER, CHIP = "8543.70.98.60", "8542.31.00"


@pytest.mark.parametrize(
    ("origin", "hs_code", "day", "pct"),
    [
        ("malaysia", MINER, date(2025, 3, 31), "2.6"),
        ("malaysia", MINER, date(2025, 4, 10), "12.6"),
        ("malaysia", CHIP, date(2025, 6, 30), "0"),
        ("china", MINER, date(2025, 4, 15), "152.6"),
        ("china", MINER, date(2025, 5, 13), "152.6"),
        ("china", MINER, date(2025, 5, 14), "37.6"),
    ],
)
def test_measures_add_up_and_the_newest_rate_of_each_counts(origin: str, hs_code: str, day: date, pct: str) -> None:
    """Published rates by origin, code and day of entry."""
    assert sum(rate.rate_pct for rate in duty_rates("us", origin, hs_code, day)) == Decimal(pct)


@pytest.mark.parametrize(
    ("origin", "hs_code", "day"),
    [
        ("malaysia", MINER, date(2025, 4, 8)),
        ("malaysia", MINER, date(2025, 8, 7)),
        ("china", MINER, date(2025, 3, 31)),
        ("china", CHIP, date(2025, 6, 30)),
        ("atlantis", MINER, date(2025, 6, 30)),
        ("malaysia", "8471.50", date(2025, 6, 30)),
    ],
)
def test_what_the_table_does_not_cover_is_unknown_not_free(origin: str, hs_code: str, day: date) -> None:
    """A day, origin or code outside the table is refused with the way out."""
    with pytest.raises(InputError, match=r"not in the tariff table.*tariffs\.toml"):
        duty_rates("us", origin, hs_code, day)


def test_duty_is_rounded_half_up_to_the_cent() -> None:
    """12.6% of 12.50 USD is 1.575 USD, taken as 1.58."""
    assert duty(12_50, duty_rates("us", "malaysia", MINER, date(2025, 6, 30))) == 1_58


def test_an_entry_at_the_table_s_rate_has_no_problem() -> None:
    """12.6% on a machine from Malaysia in June 2025 is right."""
    assert duty_problems(assessed("f1", 1), date(2025, 6, 30)) == []


def test_an_entry_at_another_rate_is_found() -> None:
    """Both rates are said, the table's by measure."""
    entry = msgspec.structs.replace(assessed("f1", 1), country_of_origin="china")
    assert duty_problems(entry, date(2025, 6, 30)) == [
        "Customs took 12.6%, the tariff table has mfn 2.6 + reciprocal 10 + additional 25 = 37.6%."
    ]


def test_every_covered_code_has_a_rate_with_a_source() -> None:
    """Coverage never promises what the table cannot say, on its first day and its last."""
    for span in tariff_table().coverage:
        for origin in span.origins:
            for hs_code in span.hs:
                for day in (span.first, span.last):
                    rates = duty_rates(span.country, origin, hs_code, day)
                    assert rates
                    assert all(rate.source for rate in rates)
