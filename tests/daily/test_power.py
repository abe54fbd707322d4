"""The cost of a day's power: by intervals where meters were read, evenly where not, never by guessing a price."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.daily.power import TariffPower, evenly
from mintage.daily.sources import pool_opener, site_sources
from mintage.fleet.energy.tariff import Tariff, load_tariff
from mintage.fleet.sites import PoolAccount, Site
from mintage.units.errors import InputError
from mintage.wire.http import Web

DAY = date(2025, 7, 1)
SITE = Site(name="alder", region="canada", ranges=("127.0.10.0/26",), tariff="tariff.toml")
FLAT = """\
name = "flat"
zone = "UTC"
[[version]]
from = 2025-01-01
until = 2025-08-01
energy = [{ kind = "fixed", name = "energy", usd_mwh = "50" }]
"""
DEMAND = FLAT + 'demand = [{ name = "peak", usd_kw = "10" }]\n'


def _tariff(folder: Path, text: str) -> Tariff:
    path = folder / "tariff.toml"
    path.write_text(text, "utf-8")
    return load_tariff(path)


@given(st.integers(0, 10**12), st.sampled_from([5, 15, 30, 60]))
def test_even_intervals_are_even_and_sum_to_the_day(energy_wh: int, minutes: int) -> None:
    """A day spread evenly loses no watt-hour, and no interval differs from another by more than one."""
    parts = evenly(DAY, energy_wh, minutes)
    used = [part.wh or 0 for part in parts]
    assert sum(used) == energy_wh
    assert max(used) - min(used) <= 1
    assert all(one.end_us == two.start_us for one, two in pairwise(parts))
    assert parts[-1].end_us - parts[0].start_us == 86_400 * 1_000_000


def test_a_day_at_a_fixed_price_costs_its_energy(tmp_path: Path) -> None:
    """94.5 MWh at 50 USD/MWh are 4,725 USD; without readings the amount says that it was taken as even."""
    found = TariffPower(_tariff(tmp_path, FLAT), SITE).cost(DAY, 94_500_000)
    assert (found.value, found.reason) == (472_500, "energy taken as even")


def test_a_gap_in_the_tariff_is_unknown(tmp_path: Path) -> None:
    """A day that no version covers has no cost, and says so."""
    found = TariffPower(_tariff(tmp_path, FLAT), SITE).cost(date(2025, 8, 1), 94_500_000)
    assert found.value is None
    assert "no version" in found.reason


def test_a_demand_charge_is_left_to_the_months_bill_by_name(tmp_path: Path) -> None:
    """What a day cannot settle is not in its cost, and the amount names it."""
    found = TariffPower(_tariff(tmp_path, DEMAND), SITE).cost(DAY, 94_500_000)
    assert found.value == 472_500
    assert "peak" in found.reason


def test_a_token_that_is_not_set_names_its_variable() -> None:
    """A missing token is told by the variable's name before anything is sent."""
    account = PoolAccount(
        name="north",
        adapter="virtual",
        url="http://127.0.0.1:9",
        account="a",
        token_env="NORTH_TOKEN",  # noqa: S106  the name of a variable, not a secret
        stratum=(),
        workers=(),
    )
    with pytest.raises(InputError, match="NORTH_TOKEN"):
        pool_opener(Web(), {})(account)
    assert pool_opener(Web(), {"NORTH_TOKEN": "x"})(account).name == "virtual"


def test_a_site_without_its_tariff_file_is_refused() -> None:
    """A tariff that is named but not there is an error of the site, not a day without cost."""
    with pytest.raises(InputError, match="no such tariff"):
        site_sources(SITE, Web())
