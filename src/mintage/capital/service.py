"""What is asked of capital: how many ADS and shares are outstanding, and how many were on average."""

from __future__ import annotations

from fractions import Fraction

from mintage.capital.posting import ADS
from mintage.journal.store import Balances, Journal
from mintage.units import Period
from mintage.units.errors import InputError

CLASS_A_PER_ADS = 15
"""Class A shares that one ADS stands for, by the deposit agreement."""


def shares_of_ads(ads: int, shares_per_ads: int = CLASS_A_PER_ADS) -> int:
    """Class A shares that so many ADS stand for.

    Source: deposit agreement of the ADS programme.
    """
    return ads * shares_per_ads


def ads_of_shares(shares: int, shares_per_ads: int = CLASS_A_PER_ADS) -> int:
    """ADS that so many class A shares make.

    Raises:
        InputError: they do not make whole ADS.
    """
    ads, rest = divmod(shares, shares_per_ads)
    if rest:
        raise InputError(
            f"{shares} class A shares are {rest} more than {ads} ADS.",
            remedy=f"Give a multiple of {shares_per_ads}: only whole ADS are issued.",
        )
    return ads


def ads_outstanding(balances: Balances) -> int:
    """ADS outstanding, without those repurchased."""
    return balances.get((ADS, "ADS"), 0)


def preferred_outstanding(balances: Balances) -> dict[str, int]:
    """Preferred shares outstanding by series, those at zero left out."""
    return {
        account.rpartition(":")[2]: units
        for (account, _), units in sorted(balances.items())
        if account.startswith("memo:preferred:") and units
    }


def ads_outstanding_average(journal: Journal, period: Period) -> Fraction:
    """ADS outstanding on average over the days of a period, each weighted alike; a change counts from its own day.

    Source: ASC 260-10-45-10, weighted-average number of shares outstanding.
    """
    weighted = 0
    for row in journal.postings(ADS, "ADS", end=period.end):
        weighted += row.amount * ((period.end - max(row.date, period.start)).days + 1)
    return Fraction(weighted, period.days)
