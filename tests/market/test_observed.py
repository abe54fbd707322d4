"""A journal carries its own prices and difficulty."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mintage.journal.core import Reversal
from mintage.journal.fact import FactData
from mintage.market.facts import DifficultyObserved, PriceObserved
from mintage.market.posting import RULES
from mintage.market.service import difficulty_on, hashprice_on, prices_observed
from mintage.units.errors import InputError
from tests.rules_on_arrays import assert_linear
from tests.trial import Trial

MAY_17, MAY_31 = date(2025, 5, 17), date(2025, 5, 31)
EPOCH_445 = DifficultyObserved(day=MAY_17, source="node", height=897_120, bits="17025049")
EPOCH_446 = DifficultyObserved(day=MAY_31, source="node", height=899_136, bits="17023a04")


def _price(day: date, price: str, hour: int = 24) -> FactData:
    return PriceObserved(day=day, source="index", hour=hour, price=Decimal(price))


@pytest.fixture
def trial() -> Trial:
    """Two closes, a price at another hour, and two epochs."""
    trial = Trial()
    trial.book(_price(MAY_17, "103000"), _price(MAY_31, "104600.5"), _price(MAY_31, "104000", 0), EPOCH_445, EPOCH_446)
    return trial


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Observations post nothing, on arrays as on numbers."""
    assert_linear(RULES, kind, hour=24)


def test_observations_move_nothing(trial: Trial) -> None:
    """A journal of observations alone has no balance."""
    assert trial.journal.balances() == {}


def test_prices_of_one_source_and_hour(trial: Trial) -> None:
    """Prices of another hour or source stay out; a day without one is unknown; a reversed one does not count."""
    closes = prices_observed(trial.journal, "index")
    assert closes.on(MAY_31).value == Decimal("104600.5")
    assert prices_observed(trial.journal, "index", 0).on(MAY_31).value == 104_000
    assert prices_observed(trial.journal, "other").on(MAY_31).value is None
    trial.book(Reversal(of="f2", reason="wrong index"))
    assert prices_observed(trial.journal, "index").on(MAY_31).value is None
    trial.book(_price(MAY_31, "104601"))
    assert prices_observed(trial.journal, "index").on(MAY_31).value == 104_601


def test_contradicting_prices_are_refused(trial: Trial) -> None:
    """Two prices of one day, source and hour are an error to correct, not a choice to make."""
    trial.book(_price(MAY_31, "104601"))
    with pytest.raises(InputError, match="two values for 2025-05-31"):
        prices_observed(trial.journal, "index")


def test_difficulty_in_force(trial: Trial) -> None:
    """The last epoch begun by a day is in force; before the first and long after the last it is unknown."""
    assert round(difficulty_on(trial.journal, date(2025, 5, 30)).require()) == 121_658_450_774_825
    assert difficulty_on(trial.journal, MAY_31).require() > difficulty_on(trial.journal, MAY_17).require()
    assert difficulty_on(trial.journal, date(2025, 5, 16)).value is None
    assert "28 days up to 2025-07-01" in difficulty_on(trial.journal, date(2025, 7, 1)).reason


def test_hashprice_of_an_observed_day(trial: Trial) -> None:
    """Hashprice follows from close and difficulty; fees add in proportion; it is unknown where either is."""
    bare = hashprice_on(trial.journal, MAY_17, "index", Decimal(0)).require()
    full = hashprice_on(trial.journal, MAY_17, "index", Decimal("0.03125")).require()
    assert round(bare, 2) == Decimal("53.22")
    assert abs(full / bare - Decimal("1.01")) < Decimal("1e-20")
    assert "no value for 2025-05-18" in hashprice_on(trial.journal, date(2025, 5, 18), "index", Decimal(0)).reason


def test_hashprice_does_not_guess_within_a_halving_epoch() -> None:
    """The epoch from height 838,656 holds the halving at 840,000: by the day alone the subsidy is unknown."""
    day = date(2024, 4, 20)
    trial = Trial()
    epoch = DifficultyObserved(day=date(2024, 4, 10), source="node", height=838_656, bits="17034219")
    trial.book(_price(day, "64993.7"), epoch)
    reading = hashprice_on(trial.journal, day, "index", Decimal(0))
    assert reading.value is None
    assert "halves within the epoch from height 838656" in reading.reason
