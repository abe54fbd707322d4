"""The power price up to which each model pays, mode by mode; and the hashprice that it goes by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from mintage.fleet.energy.heat import breakeven_usd_mwh
from mintage.fleet.models import Model
from mintage.fleet.sites import Site
from mintage.journal.store import Journal
from mintage.market.series import Reading
from mintage.market.service import block_fees_on, hashprice_on
from mintage.units.errors import InputError

_CENT = Decimal("0.01")
_SATS = 100_000_000


class Pays(msgspec.Struct, frozen=True, kw_only=True):
    """One model in one work mode.

    Attributes:
        model: the model as machines name it.
        mode: its work mode.
        joules_per_th: its nameplate efficiency, J/TH.
        breakeven_usd_mwh: the power price up to which it pays, USD/MWh of the site.
        breakeven_with_heat_usd_mwh: the same where its heat is sold.
        pays: whether it pays at the price that was asked about; None where none was.
    """

    model: str
    mode: str
    joules_per_th: Decimal
    breakeven_usd_mwh: Decimal
    breakeven_with_heat_usd_mwh: Decimal
    pays: bool | None


def breakevens(
    models: Iterable[Model],
    hashprice: Decimal,
    pue: Decimal = Decimal(1),
    heat_usd_mwh: Decimal = Decimal(0),
    at: Decimal | None = None,
) -> list[Pays]:
    """Models and modes, the one that pays longest first.

    Args:
        models: which models.
        hashprice: USD/PH/day.
        pue: power usage effectiveness of the site.
        heat_usd_mwh: what heat earns per MWh of the machine, USD.
        at: a power price to compare with, USD/MWh.

    Raises:
        InputError: the hashprice is not positive.
    """
    if hashprice <= 0:
        raise InputError(f"a hashprice of {hashprice} cannot be.", field="hashprice")
    rows = []
    for item in models:
        for name, mode in item.modes.items():
            efficiency = Decimal(mode.power_w) / Decimal(str(mode.hashrate_ths))
            warm = breakeven_usd_mwh(hashprice, efficiency, pue, heat_usd_mwh)
            rows.append(
                Pays(
                    model=item.model,
                    mode=name,
                    joules_per_th=efficiency.quantize(_CENT),
                    breakeven_usd_mwh=breakeven_usd_mwh(hashprice, efficiency, pue).quantize(_CENT),
                    breakeven_with_heat_usd_mwh=warm.quantize(_CENT),
                    pays=None if at is None else warm >= at,
                )
            )
    return sorted(rows, key=lambda row: -row.breakeven_with_heat_usd_mwh)


def journal_hashprice(journal: Journal, site: Site, day: date) -> Reading:
    """The journal's hashprice of a day at a site's source of prices, USD/PH/day.

    Without observed fees it is the subsidy's part alone, a lower bound: a machine is shed too early, never too late.
    """
    fees_sat = block_fees_on(journal, day).value
    fees_btc = fees_sat / _SATS if fees_sat is not None else Decimal(0)
    return hashprice_on(journal, day, site.price_source, fees_btc)
