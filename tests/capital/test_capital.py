"""What each fact of capital does, and how many ADS are outstanding."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.books.facts import OpeningBalance, OpeningMemo
from mintage.capital.facts import (
    AdsIssued,
    AdsRepurchased,
    AdsVested,
    DepositaryAccrued,
    DepositaryReceived,
    PreferredConverted,
    PreferredIssued,
    PreferredRemeasured,
    RepurchasePrepaid,
    RepurchaseRefunded,
)
from mintage.capital.posting import RULES
from mintage.capital.service import (
    ads_of_shares,
    ads_outstanding,
    ads_outstanding_average,
    preferred_outstanding,
    shares_of_ads,
)
from mintage.journal.fact import fact_kinds
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.rules_on_arrays import assert_linear
from tests.trial import Trial


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Path by path, a rule posts on arrays what it posts on whole numbers, and it adds up."""
    assert_linear(RULES, kind)


def test_every_kind_of_capital_has_a_rule() -> None:
    """No fact of this room can be declared and left unposted."""
    assert RULES.missing(kind for kind in fact_kinds() if kind.startswith("capital.")) == []


@given(
    proceeds=st.integers(0, 10**12),
    remaining=st.integers(-(10**12), 10**12),
    converted=st.integers(-(10**12), 10**12),
    part=st.integers(0, 100),
)
def test_a_conversion_moves_the_carrying_amount_exactly(
    proceeds: int, remaining: int, converted: int, part: int
) -> None:
    """What leaves the liability is what enters share capital; the two changes of fair value stay apart in income."""
    trial = Trial()
    trial.book(
        PreferredIssued(series="a1", shares=100, bank="main", proceeds=proceeds, cost=7),
        PreferredRemeasured(series="a1", change=remaining, event="remaining"),
        PreferredRemeasured(series="a1", change=converted, event="converted"),
    )
    liability = -trial.usd("liabilities:preferred:a1")
    assert liability == proceeds + remaining + converted
    fair_value = liability * part // 100
    trial.book(PreferredConverted(series="a1", shares=part, fair_value=fair_value, ads=3 * part))
    assert -trial.usd("equity:shares") == fair_value
    assert -trial.usd("liabilities:preferred:a1") == liability - fair_value
    assert trial.usd("income:fair-value:preferred:remaining") == remaining
    assert trial.usd("income:fair-value:preferred:converted") == converted
    assert trial.usd("expenses:issuance:a1") == 7
    balances = trial.journal.balances()
    assert preferred_outstanding(balances) == ({"a1": 100 - part} if part < 100 else {})
    assert ads_outstanding(balances) == 3 * part


def test_ads_are_issued_net_of_costs_and_repurchased_out_of_the_prepayment() -> None:
    """Issuing raises capital less its cost; repurchasing turns the prepayment into treasury shares."""
    trial = Trial()
    trial.book(
        AdsIssued(ads=1_000_000, bank="main", proceeds=80_000_000, cost=2_000_000),
        AdsVested(ads=50_000),
        RepurchasePrepaid(broker="broker-b", bank="main", amount=30_000_000),
        AdsRepurchased(broker="broker-b", ads=300_000, cost=21_000_000),
        RepurchaseRefunded(broker="broker-b", bank="main", amount=4_000_000),
    )
    assert trial.usd("equity:shares") == -78_000_000
    assert trial.usd("equity:treasury") == 21_000_000
    assert trial.usd("assets:prepaid:repurchase:broker-b") == 5_000_000
    assert trial.usd("assets:cash:main") == 78_000_000 - 30_000_000 + 4_000_000
    assert ads_outstanding(trial.journal.balances()) == 750_000


def test_a_reimbursement_is_income_when_earned_and_cash_when_paid() -> None:
    """The depositary's debt lives between the two."""
    trial = Trial()
    trial.book(DepositaryAccrued(depositary="depositary-d", amount=500_000))
    assert trial.usd("assets:prepaid:depositary:depositary-d") == 500_000
    trial.book(DepositaryReceived(depositary="depositary-d", bank="main", amount=500_000))
    assert trial.usd("assets:prepaid:depositary:depositary-d") == 0
    assert (trial.usd("assets:cash:main"), trial.usd("income:grants:depositary-d")) == (500_000, -500_000)


@given(ads=st.integers(0, 10**12), ratio=st.integers(1, 100))
def test_ads_and_shares_convert_both_ways(ads: int, ratio: int) -> None:
    """Shares of ADS make the same ADS again."""
    assert ads_of_shares(shares_of_ads(ads, ratio), ratio) == ads


def test_an_ads_stands_for_fifteen_class_a_shares_and_is_never_split() -> None:
    """A fraction of an ADS is refused, with the number to correct."""
    assert shares_of_ads(2) == 30
    with pytest.raises(InputError, match="31 class A shares are 1 more than 2 ADS"):
        ads_of_shares(31)


def test_average_ads_weigh_each_day_alike() -> None:
    """ADS issued on the 16th of a month of 30 days count half; what happened after the month does not count."""
    trial = Trial()
    trial.book(OpeningMemo(account="memo:ads", commodity="ADS", units=900), day=date(2025, 3, 31))
    trial.book(AdsIssued(ads=300, bank="main", proceeds=1), day=date(2025, 4, 16))
    trial.book(AdsVested(ads=10_000), day=date(2025, 5, 1))
    assert ads_outstanding_average(trial.journal, parse_period("2025-04")) == 1_050
    trial.book(RepurchasePrepaid(broker="broker-b", bank="main", amount=1))
    trial.book(AdsRepurchased(broker="broker-b", ads=1, cost=1), day=date(2025, 4, 30))
    assert ads_outstanding_average(trial.journal, parse_period("2025-04")) == 1_050 - Fraction(1, 30)


def test_preferred_shares_outstanding_come_by_series() -> None:
    """Two series are not mixed."""
    trial = Trial()
    trial.book(
        OpeningBalance(account="assets:cash:main", amount=0),
        PreferredIssued(series="a1", shares=100, bank="main", proceeds=100),
        PreferredIssued(series="b", shares=7, bank="main", proceeds=7),
    )
    assert preferred_outstanding(trial.journal.balances()) == {"a1": 100, "b": 7}
