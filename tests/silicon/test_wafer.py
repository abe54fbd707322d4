"""Dies on a wafer and what part of them is good."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.silicon.facts import ChipBin
from mintage.silicon.service import sorting_problems, sorting_yield
from mintage.silicon.wafer import (
    Die,
    dies_counted,
    dies_estimated,
    yield_murphy,
    yield_negative_binomial,
    yield_poisson,
    yield_seeds,
)
from tests.factory.chain import SORTED

BZM1 = Die(width_mm=4.14, height_mm=3.42)  # the only mining die whose size is published (ISSCC 2022)
LOADS = st.floats(min_value=1e-6, max_value=5)


def test_a_published_die_fits_as_often_as_published() -> None:
    """About 4,000 of Intel's 14.16 mm2 dies fit on a wafer: 4,380 by formula, 4,409 by counting."""
    assert dies_estimated(BZM1) == pytest.approx(4_380, abs=1)
    assert dies_counted(BZM1) == 4_409


@given(width=st.floats(2, 8), height=st.floats(2, 8))
def test_the_formula_estimates_what_counting_finds(width: float, height: float) -> None:
    """Estimate and count stay within 4% of each other, and no more dies fit than their area allows."""
    die = Die(width_mm=width, height_mm=height)
    counted = dies_counted(die)
    assert counted == pytest.approx(dies_estimated(die), rel=0.04)
    assert counted * (width + 0.1) * (height + 0.1) < 3.141593 * 147**2


def test_no_model_matters_on_a_mining_die() -> None:
    """On 14.16 mm2 at 0.1 defects per cm2 all models give 98.6%."""
    models = [yield_poisson, yield_murphy, yield_seeds]
    assert [model(BZM1.area_cm2, 0.1) for model in models] == pytest.approx([0.98594, 0.98596, 0.98604], abs=5e-6)


@given(load=LOADS)
def test_spread_of_defects_helps_the_yield(load: float) -> None:
    """Poisson is the lowest, Murphy between, Seeds the highest; clustering runs from Seeds to Poisson."""
    poisson, murphy, seeds = yield_poisson(load, 1), yield_murphy(load, 1), yield_seeds(load, 1)
    slack = 1e-9
    assert 0 < poisson <= murphy + slack
    assert murphy <= seeds + slack
    assert yield_negative_binomial(load, 1, 1) == pytest.approx(seeds)
    assert yield_negative_binomial(load, 1, 1e7) == pytest.approx(poisson, rel=1e-5)


def test_a_wafer_without_defects_is_all_good() -> None:
    """No defects, no loss, in every model."""
    clustered = yield_negative_binomial(0.14, 0, 2)
    assert [yield_poisson(0.14, 0), yield_murphy(0.14, 0), yield_seeds(0.14, 0), clustered] == [1, 1, 1, 1]


def test_a_run_within_its_wafers_is_fine() -> None:
    """40,000 chips from 10 wafers of 4,409 dies are a yield below one and no problem."""
    assert sorting_yield(SORTED, BZM1) == Fraction(40_000, 44_090)
    assert sorting_problems(SORTED, BZM1) == []


def test_a_run_with_more_chips_than_dies_is_found() -> None:
    """A keying error that makes chips out of nothing is said with both numbers."""
    run = msgspec.structs.replace(SORTED, bins=(ChipBin(chip="w5-b1", chips=44_091),))
    assert sorting_problems(run, BZM1) == ["44,091 chips came out of 10 wafers, which hold only 44,090 whole dies."]


def test_a_bin_given_twice_and_a_run_without_wafers_are_found() -> None:
    """Both mistakes are named at once."""
    run = msgspec.structs.replace(SORTED, wafers=0, bins=SORTED.bins + SORTED.bins[:1])
    assert sorting_problems(run, BZM1) == ["Bin w5-b1 is given more than once.", "0 wafers cannot be sorted."]
