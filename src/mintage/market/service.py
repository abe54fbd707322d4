"""What a journal has seen of the market: series of prices, the difficulty in force, and the hashprice that follows.

Observations that were reversed do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from mintage.journal.standing import standing
from mintage.journal.store import Journal
from mintage.market.facts import BlockFeesObserved, DifficultyObserved, PriceObserved
from mintage.market.network import RETARGET_BLOCKS, difficulty, hashprice_usd_ph_day, subsidy_sats, target_from_bits
from mintage.market.series import DailySeries, Reading, series

EPOCH_DAYS_MAX = 28
"""Age in days from which the last observed epoch cannot be the one in force; the longest on record took 24."""


def prices_observed(journal: Journal, source: str, hour: int = 24) -> DailySeries:
    """Daily prices of one source at one hour, USD/BTC.

    Raises:
        InputError: two observations of one day differ.
    """
    found = ((d.day, d.price) for _, d in standing(journal, PriceObserved) if (d.source, d.hour) == (source, hour))
    return series(f"{source} at hour {hour} UTC", "USD/BTC", found)


def price_sources(journal: Journal, hour: int = 24) -> list[str]:
    """Sources whose prices of an hour were observed, by name."""
    return sorted({data.source for _, data in standing(journal, PriceObserved) if data.hour == hour})


def last_price(journal: Journal, day: date | None = None) -> PriceObserved | None:
    """The latest price observed by the end of a day, or None; of several at one hour the one recorded last."""
    seen = [data for _, data in standing(journal, PriceObserved) if day is None or data.day <= day]
    return max(reversed(seen), key=lambda data: (data.day, data.hour), default=None)


def difficulty_on(journal: Journal, day: date) -> Reading:
    """The difficulty in force at the end of a day: that of the last epoch seen to begin by then.

    Unknown where that was more than 28 days before: epochs last two weeks, so one was not observed.
    """
    epoch = epoch_on(journal, day)
    if epoch is None:
        return _no_difficulty(day)
    return Reading(difficulty(target_from_bits(epoch.bits)), "", day)


def block_fees_on(journal: Journal, day: date) -> Reading:
    """Mean fees of a block of a day, satoshis; of several observations the one recorded last."""
    seen = [data for _, data in standing(journal, BlockFeesObserved) if data.day == day and data.blocks]
    if not seen:
        return Reading(None, f"no block fees were observed for {day} (market.block-fees-observed).", day)
    return Reading(Decimal(seen[-1].fees) / seen[-1].blocks, "", day)


def hashprice_on(journal: Journal, day: date, source: str, fees_btc: Decimal) -> Reading:
    """Hashprice of a day, USD/PH/day, at its close and the difficulty in force.

    Args:
        journal: holds the observations.
        day: day in UTC.
        source: source of the closing price.
        fees_btc: average fees of a block, BTC; they are not observed in the journal, and 0 gives the part of
            the hashprice that the subsidy earns.

    Returns:
        Unknown where the price or the difficulty is, and where the subsidy halves within the epoch.

    Raises:
        InputError: two prices of one day differ.
    """
    return hashprices(journal, [day], source, fees_btc)[0]


def hashprices(journal: Journal, days: Sequence[date], source: str, fees_btc: Decimal) -> list[Reading]:
    """Hashprice of each day; see `hashprice_on`. The journal is read once."""
    prices, epochs = prices_observed(journal, source), _epochs(journal)
    return [_hashprice(prices.on(day), _in_force(epochs, day), day, fees_btc) for day in days]


def _hashprice(price: Reading, epoch: DifficultyObserved | None, day: date, fees_btc: Decimal) -> Reading:
    if price.value is None:
        return price
    if epoch is None:
        return _no_difficulty(day)
    subsidy = subsidy_sats(epoch.height)
    if subsidy != subsidy_sats(epoch.height + RETARGET_BLOCKS - 1):
        return Reading(None, f"the subsidy halves within the epoch from height {epoch.height}.", day)
    reward_btc = Decimal(subsidy).scaleb(-8) + fees_btc
    hard = difficulty(target_from_bits(epoch.bits))
    return Reading(hashprice_usd_ph_day(hard, reward_btc, price.value), "", day)


def epoch_on(journal: Journal, day: date) -> DifficultyObserved | None:
    """The last epoch seen to begin by the end of a day, or None where that is too long ago to be in force."""
    return _in_force(_epochs(journal), day)


def _epochs(journal: Journal) -> list[DifficultyObserved]:
    return [data for _, data in standing(journal, DifficultyObserved)]


def _in_force(epochs: list[DifficultyObserved], day: date) -> DifficultyObserved | None:
    oldest = day - timedelta(days=EPOCH_DAYS_MAX)
    return max((e for e in epochs if oldest <= e.day <= day), key=lambda e: e.height, default=None)


def _no_difficulty(day: date) -> Reading:
    return Reading(None, f"no difficulty epoch was observed in the {EPOCH_DAYS_MAX} days up to {day}.", day)
