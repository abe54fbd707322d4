"""Valuing bitcoin at a price of a stated hour and source.

Everything that is valued in the books (pool earnings, closing balances) goes through this one rule, so that the
same bitcoin at the same price is the same number of cents everywhere.
"""

from __future__ import annotations

from decimal import Decimal

from mintage.journal.lots import share
from mintage.units.errors import InputError

_SATS_PER_CENT = 10**6
"""One satoshi at USD 1 per bitcoin is a millionth of a cent."""


def value_cents(sats: int, price_usd: Decimal) -> int:
    """Value of bitcoin in cents, rounded half up, exactly.

    Args:
        sats: satoshis; negative where bitcoin is owed.
        price_usd: USD per bitcoin, at the stated hour of the stated source.

    Raises:
        InputError: the price is negative or not a number.

    Source: sats * price / 1e8 dollars. Time and source of the price are policy (ASC 606 for earnings: contract
    inception; ASC 820 for balances: the principal market at the measurement date).
    """
    if not price_usd.is_finite() or price_usd < 0:
        raise InputError(f"{price_usd} is not a price.", remedy="Give USD per bitcoin, such as 107147.00.")
    numerator, denominator = price_usd.as_integer_ratio()
    return share(sats, numerator, denominator * _SATS_PER_CENT)
