"""Use cases of mining on a journal: payouts, joint settlements, checks, and the cost of one bitcoin."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from mintage.books.facts import Depreciation
from mintage.journal.core import Reversal
from mintage.mining.cost import CostRow, cost_per_bitcoin
from mintage.mining.facts import Earned, HostingBilled, JointContractSet, Payout, PowerBilled, SiteCostBilled
from mintage.mining.service import capital_recovered, earned, joint_contract, payout_carrying, problems, settle_joint
from mintage.units import Period, parse_period
from mintage.units.errors import InputError, Shortfall
from tests.trial import Trial

BTC = 100_000_000
APRIL: Period = parse_period("2025-04")
DAY = date(2025, 4, 30)


def _credit(sats: int = BTC, price: str = "90000", site: str = "erie") -> Earned:
    return earned(site=site, pool="north", sats=sats, price=Decimal(price), price_source="index", price_hour=0)


@pytest.fixture
def trial() -> Trial:
    """Three credits of a bitcoin each at 80,000.01, 90,000 and 100,000 USD."""
    trial = Trial()
    trial.book(_credit(price="80000.01"), _credit(), _credit(price="100000"))
    return trial


def test_payouts_in_parts_move_all_the_carrying_amount(trial: Trial) -> None:
    """A payout takes its share of what stands at the pool, and the last one leaves exactly nothing."""
    for sats in (70_000_001, 50_000_000, 179_999_999):
        value = payout_carrying(trial.journal, "north", sats)
        trial.book(Payout(pool="north", wallet="cold", sats=sats, txid="ab" * 32, value=value))
    assert trial.usd("assets:bitcoin:pool:north") == trial.sats("assets:bitcoin:pool:north") == 0
    assert trial.usd("assets:bitcoin:free:cold") == 27_000_001


def test_a_payout_beyond_what_the_pool_owes_is_refused(trial: Trial) -> None:
    """More than was credited by the day, or nothing at all, cannot be paid out."""
    with pytest.raises(Shortfall, match=r"3\.00000001 BTC cannot be paid"):
        payout_carrying(trial.journal, "north", 3 * BTC + 1)
    with pytest.raises(Shortfall, match=r"holds 0\.00000000 BTC"):
        payout_carrying(trial.journal, "north", BTC, date(2025, 3, 31))
    with pytest.raises(Shortfall):
        payout_carrying(trial.journal, "north", 0)


def _contract(capital: int) -> JointContractSet:
    return JointContractSet(
        site="texas",
        host="west",
        form="recover-then-even",
        share_pct=Decimal(70),
        share_after_pct=Decimal(50),
        capital=capital,
    )


def test_the_capital_ledger_is_the_sum_of_settlements() -> None:
    """Each settlement starts from what earlier ones recovered; a reversed one gives its recovery back."""
    trial = Trial()
    trial.book(_contract(100_000), day=date(2025, 4, 1))
    keys = [
        trial.book(settle_joint(trial.journal, "texas", "west", 60_000, day), day=day)
        for day in (date(2025, 4, 10), date(2025, 4, 20), DAY)
    ]
    recovered = [42_000, 42_000, 16_000]
    since, _ = joint_contract(trial.journal, "texas", "west", DAY)
    assert capital_recovered(trial.journal, "texas", "west", since, date(2025, 4, 20)) == sum(recovered[:2])
    assert capital_recovered(trial.journal, "texas", "west", since, DAY) == 100_000
    assert settle_joint(trial.journal, "texas", "west", 60_000, DAY).recovered == 0
    trial.book(Reversal(of=keys[1], reason="metered again"), day=DAY)
    assert capital_recovered(trial.journal, "texas", "west", since, DAY) == 58_000


def test_a_new_contract_counts_its_own_capital() -> None:
    """Settlements follow the contract in force on their day; another host or site has none."""
    trial = Trial()
    trial.book(_contract(10_000), day=date(2025, 4, 1))
    trial.book(settle_joint(trial.journal, "texas", "west", 10_000, date(2025, 4, 10)), day=date(2025, 4, 10))
    trial.book(_contract(500_000), day=date(2025, 4, 15))
    assert joint_contract(trial.journal, "texas", "west", date(2025, 4, 14))[1].capital == 10_000
    assert settle_joint(trial.journal, "texas", "west", 10_000, DAY).recovered == 7_000
    with pytest.raises(InputError, match="no joint-mining contract with west at omo"):
        settle_joint(trial.journal, "omo", "west", 1, DAY)
    with pytest.raises(InputError, match="in force on 2025-03-31"):
        joint_contract(trial.journal, "texas", "west", date(2025, 3, 31))


def test_a_wrong_value_or_share_is_found_until_it_is_reversed(trial: Trial) -> None:
    """A credit off by a cent and a settlement whose parts do not sum are named with their key."""
    assert problems(trial.journal, APRIL) == []
    wrong = trial.book(msgspec.structs.replace(_credit(), value=9_000_001))
    trial.book(_contract(10_000))
    short = trial.book(
        msgspec.structs.replace(settle_joint(trial.journal, "texas", "west", 10_000, DAY), host_share=2_999)
    )
    found = problems(trial.journal, APRIL)
    assert [problem.key for problem in found] == [wrong, short]
    assert "90,000.01 USD; sats times price is 90,000.00 USD" in found[0].what
    assert "0.01 USD less" in found[1].what
    trial.book(Reversal(of=wrong, reason="cent"), Reversal(of=short, reason="cent"))
    assert problems(trial.journal, APRIL) == []


def _rows(trial: Trial, overhead: int | None = None) -> dict[str, CostRow]:
    return {row.id: row for row in cost_per_bitcoin(trial.journal, APRIL, overhead)}


def test_cost_of_a_bitcoin_row_by_row(trial: Trial) -> None:
    """Cash cost is power, hosting and site cost over bitcoin mined; all-in adds depreciation and overhead."""
    trial.book(
        PowerBilled(site="erie", creditor="grid", energy=1, amount=12_000_000),
        SiteCostBilled(site="erie", creditor="crew", amount=600_000),
        Depreciation(site="erie", amount=9_000_000),
    )
    rows = _rows(trial, overhead=300_000)
    assert list(rows) == ["power", "hosting", "site", "cash", "depreciation", "overhead", "all-in"]
    each = [row.per_btc for row in rows.values()]
    assert each == [40_000, 0, 2_000, 42_000, 30_000, 1_000, 73_000]
    assert rows["cash"].amount == 12_600_000


def test_a_row_that_is_not_known_makes_its_totals_unknown(trial: Trial) -> None:
    """Overhead that nobody gave, depreciation not booked and a site without power are unknown, never nothing."""
    trial.book(
        HostingBilled(site="erie", creditor="host", amount=12_000_000),
        SiteCostBilled(site="erie", creditor="crew", amount=600_000),
    )
    rows = _rows(trial)
    assert rows["cash"].per_btc == 42_000
    assert (rows["all-in"].amount, rows["all-in"].per_btc) == (None, None)
    assert rows["all-in"].reason == "not known: depreciation, overhead."
    trial.book(_credit(site="omo"))
    rows = _rows(trial)
    assert rows["cash"].amount is None
    assert rows["power"].reason == "neither power nor hosting is booked for omo in 2025-04."


def test_no_bitcoin_mined_has_no_cost_per_bitcoin() -> None:
    """Costs of a month without production are known; per bitcoin they are not."""
    trial = Trial()
    trial.book(PowerBilled(site="erie", creditor="grid", energy=1, amount=100))
    power = _rows(trial)["power"]
    assert (power.amount, power.per_btc, power.reason) == (100, None, "no bitcoin was mined.")
