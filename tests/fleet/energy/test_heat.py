"""Heat sold, programs that pay for curtailing, and the prices at which machines still pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mintage.fleet.energy.heat import (
    breakeven_hashprice,
    breakeven_usd_mwh,
    contract_on,
    day_hours,
    demand_wh,
    heat_credit_usd_mwh,
    heat_day,
    heat_fact,
    heat_usd_mwh,
)
from mintage.fleet.energy.programs import Performance, credit
from mintage.fleet.energy.tariff import load_tariff
from mintage.fleet.energy.terms import HeatContract, Program
from mintage.fleet.energy.windows import zone_of
from mintage.fleet.facts_site import HeatSold
from mintage.units.errors import InputError
from tests.fleet.energy.test_tariff import EXAMPLE
from tests.trial import Trial

DAY = date(2025, 1, 15)


def contract(**more: object) -> HeatContract:
    """A contract with a greenhouse."""
    terms = {"customer": "greenhouse", "first": date(2025, 1, 1), "terms": "fixed", "usd_kwh": Decimal("0.03")}
    return HeatContract(**{**terms, "capacity_kw": Decimal(100), **more})  # type: ignore[arg-type]  # keys by name


def test_what_heat_is_worth() -> None:
    """A fixed price; gas over boiler efficiency; electricity over the coefficient of performance; the agreed share."""
    assert heat_usd_mwh(contract()) == 30
    gas = contract(terms="gas", fuel_usd_mwh=Decimal(27), efficiency=Decimal("0.9"), share_pct=Decimal(50))
    assert heat_usd_mwh(gas) == 15
    pump = contract(terms="heat-pump", fuel_usd_mwh=Decimal(90), efficiency=Decimal(3))
    assert heat_usd_mwh(pump) == 30
    with pytest.raises(InputError, match="terms 'gas' need fuel_usd_mwh"):
        heat_usd_mwh(contract(terms="gas"))


def test_a_customer_takes_what_the_weather_asks_up_to_his_connection() -> None:
    """Nothing but the base on a warm day, the slope below it, the connection in a frost."""
    here = contract(base_kw=Decimal(5), kw_per_degree=Decimal(4), base_c=Decimal(15))
    assert [demand_wh(here, Decimal(c), Decimal(1)) for c in (20, 10, -40)] == [5_000, 25_000, 100_000]


def test_a_day_sells_the_smaller_of_demand_and_heat_unless_a_meter_counts() -> None:
    """Cold days sell all heat, warm days what is wanted; a heat meter outweighs both; the unknown stays unknown."""
    here = contract(kw_per_degree=Decimal(4), recovery=Decimal("0.9"))
    cold = heat_day(here, electric_wh=1_000_000, outdoor_c=Decimal(-20))
    assert (cold.sold_wh, cold.cents) == (900_000, 2700)
    mild = heat_day(here, electric_wh=1_000_000, outdoor_c=Decimal(14))
    assert (mild.sold_wh, mild.cents) == (96_000, 288)
    assert heat_day(here, metered_wh=500_000).cents == 1500
    unknown = heat_day(here, electric_wh=1_000_000)
    assert (unknown.sold_wh, unknown.cents) == (None, None)
    assert unknown.reason == "no heat meter counted, and the outdoor temperature is unknown."


def test_heat_is_revenue_that_the_customer_owes() -> None:
    """The fact of a day's heat books other income and a receivable; an unknown or empty day books nothing."""
    here = contract()
    fact = heat_fact("alder", here, DAY, heat_day(here, metered_wh=500_000), "agent")
    assert fact is not None
    assert fact.key == "heat:alder:greenhouse:2025-01-15"
    assert isinstance(fact.data, HeatSold)
    trial = Trial()
    trial.book(fact.data)
    assert trial.usd("assets:receivable:greenhouse") == 1500
    assert heat_fact("alder", here, DAY, heat_day(here, metered_wh=0), "agent") is None
    assert heat_fact("alder", here, DAY, heat_day(here), "agent") is None


def test_a_machine_that_heats_runs_through_prices_at_which_others_stop() -> None:
    """Break-even rises by recovery times the value of heat; the break-even hashprice falls likewise, to nothing."""
    here = contract(recovery=Decimal("0.9"))
    heat = heat_credit_usd_mwh(here)
    assert heat == 27
    plain = breakeven_usd_mwh(Decimal("38.2"), Decimal("17.5"))
    assert round(plain) == 91
    assert breakeven_usd_mwh(Decimal("38.2"), Decimal("17.5"), credit_usd_mwh=heat) == plain + 27
    assert heat_credit_usd_mwh(here, Decimal("0.5")) == Decimal("13.5")
    floor = breakeven_hashprice(Decimal(60), Decimal("17.5"), credit_usd_mwh=heat)
    assert breakeven_usd_mwh(floor, Decimal("17.5"), credit_usd_mwh=heat) == pytest.approx(Decimal(60))
    assert breakeven_hashprice(Decimal(20), Decimal("17.5"), credit_usd_mwh=heat) == 0


def test_the_contract_of_a_day_is_the_one_in_force() -> None:
    """The example's greenhouse is found; a day before it, and two customers without a name, are input errors."""
    held = load_tariff(EXAMPLE).file.heat
    assert contract_on(held, DAY).customer == "alder-greenhouse"
    with pytest.raises(InputError, match="no heat contract is in force on 2024-12-31"):
        contract_on(held, date(2024, 12, 31))
    with pytest.raises(InputError, match="2 heat contracts are"):
        contract_on((contract(), contract(customer="pool")), DAY)


def test_days_of_clock_changes_heat_for_23_and_25_hours() -> None:
    """Hours of a local day follow the zone."""
    zone = zone_of("America/Toronto")
    assert [day_hours(date(2025, month, day), zone) for month, day in ((3, 9), (7, 1), (11, 2))] == [23, 24, 25]


def test_a_program_pays_for_readiness_and_energy_and_charges_for_shortfall() -> None:
    """Capacity by availability, energy shed up to what was called, a penalty for the rest; unknown stays unknown."""
    program = Program(
        name="dr",
        capacity_usd_mw_h=Decimal("8.5"),
        committed_mw=Decimal(2),
        deployment_usd_mwh=Decimal(250),
        penalty_usd_mwh=Decimal(400),
    )
    done = Performance(hours=Decimal(744), availability=Decimal("0.95"), shed_wh=3_000_000, called_wh=4_000_000)
    found = credit(program, done)
    assert (found.capacity_cents, found.deployment_cents, found.penalty_cents) == (1_201_560, 75_000, -40_000)
    assert found.cents == 1_236_560
    more = credit(
        program, Performance(hours=Decimal(0), availability=Decimal(1), shed_wh=9_000_000, called_wh=1_000_000)
    )
    assert more.cents == 25_000
    silent = credit(program, Performance(hours=Decimal(1), availability=None, shed_wh=1, called_wh=1))
    assert (silent.cents, silent.reason) == (None, "dr: the availability is unknown.")
