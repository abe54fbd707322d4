"""What hash rate earns and power costs at each site now, from the journal's market facts and the sites' tariffs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import msgspec

from mintage.desk.company import Company
from mintage.desk.sites import SiteDesk
from mintage.fleet.board.source import Worth
from mintage.fleet.energy.tariff import load_tariff, price_usd_mwh
from mintage.market.network import difficulty, hashprice_usd_ph_day, subsidy_sats, target_from_bits
from mintage.market.service import block_fees_on, epoch_on, last_price
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

PRICE_DAYS_MAX = 7
"""Age in days from which the last price of bitcoin says nothing of now."""
_MINUTE_US = 60_000_000


class Earning(msgspec.Struct, frozen=True, kw_only=True):
    """What hash rate earns on a day.

    Attributes:
        usd_ph_day: hashprice; None where it is unknown.
        reason: why it is unknown, or what it rests on.
    """

    usd_ph_day: Decimal | None
    reason: str


class Power(msgspec.Struct, frozen=True, kw_only=True):
    """What one more MWh costs at an instant.

    Attributes:
        usd_mwh: the price; None where it is unknown.
        reason: why it is unknown, "" where it is known.
    """

    usd_mwh: Decimal | None
    reason: str


class SiteWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine's profit at a site rests on.

    Attributes:
        earning: what hash rate earns.
        power: what power costs.
        pue: energy of the site per energy of its machines.
    """

    earning: Earning
    power: Power
    pue: Decimal

    @property
    def worth(self) -> Worth | None:
        """The same for the board; None where something is unknown."""
        if self.earning.usd_ph_day is None or self.power.usd_mwh is None:
            return None
        return Worth(float(self.earning.usd_ph_day) / 1000, float(self.power.usd_mwh), float(self.pue))

    @property
    def reason(self) -> str:
        """Why a profit is unknown, "" where it is known."""
        if self.earning.usd_ph_day is None:
            return self.earning.reason
        return self.power.reason if self.power.usd_mwh is None else ""


def site_worths(company: Company) -> dict[str, SiteWorth]:
    """What profits rest on, by site; the board's profits follow it."""
    found = {name: _site_worth(company, desk) for name, desk in company.sites.all().items()}
    company.board.price({name: worth for name, told in found.items() if (worth := told.worth) is not None})
    return found


def earning_on(company: Company, day: date) -> Earning:
    """What hash rate earns on a day: the last price of the days before, the difficulty in force, that day's fees."""
    view = company.view()

    def work_out() -> Earning:
        price, epoch = last_price(view.journal, day), epoch_on(view.journal, day)
        if price is None or (day - price.day).days > PRICE_DAYS_MAX:
            return Earning(usd_ph_day=None, reason=f"no price of bitcoin was observed in the week to {day}.")
        if epoch is None:
            return Earning(usd_ph_day=None, reason=f"no difficulty is known for {day}.")
        fees = block_fees_on(view.journal, day).value
        reward_btc = Decimal(subsidy_sats(epoch.height)).scaleb(-8) + (fees or Decimal(0)).scaleb(-8)
        found = hashprice_usd_ph_day(difficulty(target_from_bits(epoch.bits)), reward_btc, price.price)
        basis = f"price of {price.day}, difficulty from block {epoch.height}"
        return Earning(usd_ph_day=found, reason=basis if fees is not None else f"{basis}, without fees")

    return view.once(("hashprice of the fleet", day), work_out)


def _site_worth(company: Company, desk: SiteDesk) -> SiteWorth:
    now_us = desk.clock.now_us()
    if not desk.site.tariff:
        power = Power(usd_mwh=None, reason="the site has no tariff.")
    else:
        power = _power(desk.site.tariff, now_us // _MINUTE_US)
    return SiteWorth(earning=earning_on(company, utc_date(now_us)), power=power, pue=desk.site.pue)


@lru_cache(maxsize=256)
def _power(tariff: str, minute: int) -> Power:
    try:
        price = price_usd_mwh(load_tariff(Path(tariff)), minute * _MINUTE_US)
    except InputError as error:
        return Power(usd_mwh=None, reason=str(error))
    return Power(usd_mwh=price.usd_mwh, reason=price.reason)
