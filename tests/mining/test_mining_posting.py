"""What pools, power, hosts and joint contracts do to balances, lots and counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mintage.books.facts import OpeningBalance
from mintage.journal.fact import fact_kinds
from mintage.mining.facts import (
    EnergyMetered,
    HostingBilled,
    JointPaid,
    JointPaidBtc,
    JointSettled,
    Payout,
    PowerBilled,
    ProgramCredit,
    SiteCostBilled,
)
from mintage.mining.posting import RULES
from mintage.mining.service import earned
from mintage.units.errors import Shortfall
from tests.rules_on_arrays import assert_linear
from tests.trial import Trial

POOL, WALLET = "assets:bitcoin:pool:north", "assets:bitcoin:free:cold"
BTC = 100_000_000


def _day(trial: Trial, sats: int, price: str, day: int) -> str:
    credit = earned(
        site="erie", pool="north", sats=sats, price=Decimal(price), price_source="index", price_hour=0, fee_sats=100
    )
    return trial.book(credit, day=date(2025, 4, day))


@pytest.fixture
def trial() -> Trial:
    """Two days at the pool: 1 BTC at 80,000 and 2 BTC at 90,000 USD."""
    trial = Trial()
    _day(trial, BTC, "80000", 1)
    _day(trial, 2 * BTC, "90000", 2)
    return trial


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Path by path, a rule posts on arrays what it posts on whole numbers, and it adds up."""
    assert_linear(RULES, kind, price_hour=0)


def test_every_fact_of_mining_has_a_rule() -> None:
    """No kind of fact can be recorded that nothing posts."""
    assert RULES.missing(kind for kind in fact_kinds() if kind.startswith("mining.")) == []


def test_a_credit_is_revenue_and_a_mined_lot(trial: Trial) -> None:
    """A day's credit is revenue of its site at the stated price, and a mined lot at the pool that cost the same."""
    assert trial.usd("income:mining:erie") == -26_000_000
    assert (trial.sats(POOL), trial.usd(POOL)) == (3 * BTC, 26_000_000)
    assert trial.lots(POOL) == [("mined", BTC, 8_000_000), ("mined", 2 * BTC, 18_000_000)]
    assert trial.sats("world:pools") == -3 * BTC


def test_a_payout_carries_lots_and_value_to_the_wallet(trial: Trial) -> None:
    """A payout earns nothing: lots keep their day, kind and cost, and the carrying amount goes along."""
    trial.book(
        Payout(pool="north", wallet="cold", sats=2 * BTC, txid="ab" * 32, value=17_333_333), day=date(2025, 4, 3)
    )
    assert trial.lots(WALLET) == [("mined", BTC, 8_000_000), ("mined", BTC, 9_000_000)]
    assert trial.lots(POOL) == [("mined", BTC, 9_000_000)]
    assert (trial.usd(WALLET), trial.usd(POOL)) == (17_333_333, 26_000_000 - 17_333_333)
    assert trial.usd("income:mining:erie") == -26_000_000
    with pytest.raises(Shortfall):
        trial.book(Payout(pool="north", wallet="cold", sats=2 * BTC, txid="cd" * 32, value=0), day=date(2025, 4, 3))


def test_program_credits_lower_power_even_below_zero(trial: Trial) -> None:
    """Credits for curtailing reduce the cost of power and what is owed for it, even below nothing."""
    trial.book(
        PowerBilled(site="erie", creditor="grid-co", energy=5_000_000_000, amount=20_000_000),
        ProgramCredit(site="erie", creditor="grid-co", program="demand-response", amount=25_000_000),
    )
    assert trial.usd("expenses:cost:mining:power:erie") == -5_000_000
    assert trial.usd("liabilities:payable:grid-co") == 5_000_000
    assert trial.units("memo:energy:erie", "ENERGY") == 5_000_000_000


def test_energy_counts_once_whoever_bills_it(trial: Trial) -> None:
    """Hosted energy is metered and counted without a cost of its own; the host's fee is the cost."""
    trial.book(
        EnergyMetered(site="omo", energy=7_000_000_000),
        HostingBilled(site="omo", creditor="omo-host", amount=30_000_000),
        SiteCostBilled(site="omo", creditor="crew", amount=1_000_000),
    )
    assert trial.units("memo:energy:omo", "ENERGY") == 7_000_000_000
    assert trial.units("world:grid", "ENERGY") == -7_000_000_000
    assert trial.usd("expenses:cost:mining:hosting:omo") == 30_000_000
    assert trial.usd("expenses:cost:mining:site:omo") == 1_000_000
    assert trial.usd("liabilities:payable:omo-host") == -30_000_000


def test_a_hosts_share_is_a_cost_and_revenue_stays_whole(trial: Trial) -> None:
    """The host is a supplier: its share is owed and then paid in money or bitcoin; revenue is untouched."""
    trial.book(
        OpeningBalance(account="assets:cash:main", amount=10_000_000),
        Payout(pool="north", wallet="cold", sats=3 * BTC, txid="ab" * 32, value=26_000_000),
        JointSettled(site="erie", host="west", net_revenue=20_000_000, company_share=10_000_000, host_share=10_000_000),
        JointPaid(host="west", bank="main", amount=4_000_000),
        JointPaidBtc(host="west", wallet="cold", sats=BTC // 15, value=6_000_000),
        day=date(2025, 4, 3),
    )
    assert trial.usd("income:mining:erie") == -26_000_000
    assert trial.usd("expenses:cost:mining:hosting:erie") == 10_000_000
    assert trial.usd("liabilities:joint:west") == 0
    assert trial.usd("assets:cash:main") == 6_000_000
    assert trial.sats("world:west") == BTC // 15
    (paid,) = [row.move for row in trial.journal.moves("BTC") if row.move.kind == "paid"]
    assert (paid.units, paid.value) == (-(BTC // 15), 6_000_000)
