"""Late corrections of credits and power, and the cost of one bitcoin by site."""

from __future__ import annotations

from decimal import Decimal

from mintage.mining.cost import CostRow, cost_by_site
from mintage.mining.facts import (
    EarnedReduced,
    EnergyCorrected,
    EnergyMetered,
    HostingBilled,
    PoolDayStated,
    PowerBilled,
    PowerCorrected,
    SiteCostBilled,
)
from mintage.mining.service import earned
from mintage.units import parse_period
from tests.trial import Trial

POOL = "assets:bitcoin:pool:north"
BTC = 100_000_000
PERIOD = parse_period("2025-04")


def _earn(trial: Trial, site: str, sats: int) -> None:
    trial.book(earned(site=site, pool="north", sats=sats, price=Decimal(80_000), price_source="index", price_hour=24))


def _reduce(trial: Trial, site: str, sats: int, value: int) -> None:
    trial.book(
        EarnedReduced(
            site=site,
            pool="north",
            sats=sats,
            value=value,
            price=Decimal(80_000),
            price_source="index",
            price_hour=24,
        )
    )


def test_a_credit_that_is_taken_back_leaves_nothing_behind() -> None:
    """Earning and taking back the same satoshis leaves revenue, bitcoin, carrying amount and lots at zero."""
    trial = Trial()
    _earn(trial, "erie", BTC)
    _reduce(trial, "erie", BTC // 4, 2_000_000)
    assert trial.usd("income:mining:erie") == -6_000_000
    assert (trial.sats(POOL), trial.usd(POOL)) == (BTC * 3 // 4, 6_000_000)
    assert trial.lots(POOL) == [("mined", BTC * 3 // 4, 6_000_000)]
    _reduce(trial, "erie", BTC * 3 // 4, 6_000_000)
    assert (trial.usd("income:mining:erie"), trial.sats(POOL), trial.usd(POOL), trial.lots(POOL)) == (0, 0, 0, [])
    assert trial.sats("world:pools") == 0


def test_power_and_energy_are_corrected_up_and_down() -> None:
    """Differences of a bill and of a meter reach cost, debt and counted energy with their sign."""
    trial = Trial()
    trial.book(
        PowerBilled(site="erie", creditor="grid-co", energy=1_000_000, amount=5_000),
        PowerCorrected(site="erie", creditor="grid-co", energy=-100_000, amount=-600),
        EnergyMetered(site="omo", energy=500_000),
        EnergyCorrected(site="omo", energy=-20_000),
    )
    assert trial.usd("expenses:cost:mining:power:erie") == 4_400
    assert trial.usd("liabilities:payable:grid-co") == -4_400
    assert trial.units("memo:energy:erie", "ENERGY") == 900_000
    assert trial.units("memo:energy:omo", "ENERGY") == 480_000


def test_a_statement_is_evidence_and_moves_nothing() -> None:
    """What a pool states is kept; nothing is earned by it."""
    trial = Trial()
    trial.book(PoolDayStated(site="erie", pool="north", account="acme", net_sats=BTC, revision=1))
    assert trial.journal.balances() == {}


def test_cost_by_site_keeps_its_unknowns_and_its_sites_apart() -> None:
    """Each site's cost is over its own bitcoin, net of what was taken back; what is not booked is unknown."""
    trial = Trial()
    _earn(trial, "erie", 2 * BTC)
    _reduce(trial, "erie", BTC, 8_000_000)
    _earn(trial, "omo", BTC)
    trial.book(
        PowerBilled(site="erie", creditor="grid-co", energy=1, amount=3_000_000),
        SiteCostBilled(site="erie", creditor="crew", amount=500_000),
        HostingBilled(site="omo", creditor="host", amount=4_000_000),
        PowerBilled(site="idle", creditor="grid-co", energy=1, amount=100),
    )
    rows = {site: {row.id: row for row in found} for site, found in cost_by_site(trial.journal, PERIOD).items()}
    assert rows["erie"]["power"] == CostRow("power", 3_000_000, Decimal(30_000))
    assert rows["erie"]["cash"] == CostRow("cash", 3_500_000, Decimal(35_000))
    assert rows["omo"]["power"].per_btc == 0
    assert rows["omo"]["hosting"].per_btc == Decimal(40_000)
    assert (rows["omo"]["site"].amount, rows["omo"]["cash"].amount) == (None, None)
    assert "omo" in rows["omo"]["site"].reason
    assert (rows["idle"]["power"].amount, rows["idle"]["power"].per_btc) == (100, None)


def test_an_empty_period_has_no_sites() -> None:
    """Where nothing was earned and nothing cost, there is no row to misread."""
    assert cost_by_site(Trial().journal, PERIOD) == {}
