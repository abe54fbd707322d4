"""The arithmetic of the close: pure, exact, and the same for one company and for many futures.

Every function takes whole numbers or numpy arrays of them (int64 or object, one element per path), rounds half up to
the cent by `mintage.journal.lots.share`, and has no branch on an amount.
"""

from __future__ import annotations

from decimal import Decimal

from mintage.journal.lots import share

SATS_PER_BTC = 10**8


def price_ratio(price: Decimal) -> tuple[int, int]:
    """A price in USD per bitcoin as cents over satoshis, in lowest terms."""
    numerator, denominator = (price * 100 / SATS_PER_BTC).as_integer_ratio()
    return numerator, denominator


def fair_value(sats: int, price_cents: int, per_sats: int = SATS_PER_BTC) -> int:
    """Fair value in cents of so many satoshis, at `price_cents` for each `per_sats`.

    Source: ASC 350-60-35-1: units times the price in the principal market.
    """
    return share(sats, price_cents, per_sats)


def remeasurement(sats: int, carrying: int, price_cents: int, per_sats: int = SATS_PER_BTC) -> int:
    """Change in cents that brings a carrying amount to fair value."""
    return fair_value(sats, price_cents, per_sats) - carrying


def depreciation(cost_left: int, months_left: int) -> int:
    """One month's straight-line depreciation in cents of a cost not depreciated yet.

    The next month's is computed from what is left, so that over all months exactly the cost is depreciated, and a
    cost that arrives late is spread over the months that remain. Source: ASC 360-10-35-4.

    Args:
        cost_left: cost less depreciation so far, in cents.
        months_left: months of useful life that remain, this one included; at least 1.
    """
    return share(cost_left, 1, months_left)


def rate_ratio(rate_pct: Decimal, days_in_year: int) -> tuple[int, int]:
    """A rate in percent a year as the interest of a day on one unit, a numerator and a denominator."""
    numerator, denominator = rate_pct.as_integer_ratio()
    return numerator, denominator * 100 * days_in_year


def interest(principal_days: int, rate: int, per: int) -> int:
    """Simple interest in cents: the sum over days of the principal owed, times the daily rate `rate / per`."""
    return share(principal_days, rate, per)
