"""Values of a pool's answer, read exactly: amounts to satoshis, times to UTC, hash rates to TH/s.

Numbers of JSON come here as whole numbers and decimals, never as binary fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_SATS_DIGITS = 8
_SATS_MAX = 21_000_000 * 10**_SATS_DIGITS
_DIGITS_MAX = 40
_UNITS_HS = {"h": 0, "kh": 3, "mh": 6, "gh": 9, "th": 12, "ph": 15, "eh": 18, "zh": 21}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_MAX = 7_258_118_400  # 2200-01-01


class Unreadable(ValueError):
    """A value is not of the kind that it should be; the text says what it should be."""


def number(value: Any) -> Decimal:
    """A number that is not negative, from a number or a string of digits."""
    wanted = "a number that is not negative"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise Unreadable(wanted)
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise Unreadable(wanted) from error
    # Bounds keep a hostile exponent from being written out.
    if not found.is_finite() or found < 0 or (found and not -_DIGITS_MAX < found.adjusted() < _DIGITS_MAX):
        raise Unreadable(wanted)
    return found


def count(value: Any) -> int:
    """A whole number that is not negative."""
    found = number(value)
    if found != found.to_integral_value():
        raise Unreadable("a whole number")
    return int(found)


def sats(value: Any) -> int:
    """Satoshis."""
    return int(_mintable(Decimal(count(value))))


def btc(value: Any) -> int:
    """BTC with at most eight decimals, as satoshis."""
    found = btc_exact(value)
    if found != found.to_integral_value():
        raise Unreadable("BTC in whole satoshis")
    return int(found)


def btc_nearest(value: Any) -> int:
    """BTC of a pool that keeps fractions of a satoshi, rounded half up to whole ones."""
    return int(btc_exact(value).to_integral_value(ROUND_HALF_UP))


def btc_exact(value: Any) -> Decimal:
    """BTC as satoshis with their fraction, such as a mean of fees."""
    return _mintable(number(value).scaleb(_SATS_DIGITS))


def _mintable(found: Decimal) -> Decimal:
    """Satoshis, no more than there can ever be."""
    if found > _SATS_MAX:
        raise Unreadable("at most 21,000,000 BTC")
    return found


def ths_from_hs(value: Any) -> Decimal:
    """H/s as TH/s."""
    return number(value).scaleb(-12)


def ths(value: Any, unit: Any) -> Decimal:
    """A hash rate in a unit such as "Gh/s", as TH/s."""
    scale = _UNITS_HS.get(str(unit).lower().removesuffix("/s"))
    if scale is None:
        raise Unreadable(f"a hash rate whose unit is one of {', '.join(name + '/s' for name in _UNITS_HS)}")
    return number(value).scaleb(scale - 12)


def instant(value: Any) -> int:
    """An instant as microseconds since 1970 UTC: Unix seconds or ISO 8601, in UTC where it names no zone."""
    wanted = "Unix seconds or ISO 8601"
    if isinstance(value, str) and not value.isdigit():
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise Unreadable(wanted) from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        found_us = (moment - _EPOCH) // timedelta(microseconds=1)
        if not 0 <= found_us < _SECONDS_MAX * 1_000_000:
            raise Unreadable(f"{wanted} between 1970 and 2200")
        return found_us
    found = number(value)
    if found >= _SECONDS_MAX:
        raise Unreadable(f"{wanted} between 1970 and 2200")
    return int(found * 1_000_000)


def day(value: Any) -> date:
    """The UTC day of an instant, or an ISO date."""
    return datetime.fromtimestamp(instant(value) // 1_000_000, UTC).date()


def text(value: Any) -> str:
    """Text that can be printed."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > 512:
        raise Unreadable("a text")
    return value


def txid(value: Any) -> str:
    """A transaction's id."""
    if not isinstance(value, str) or len(value) != 64 or not all(c in "0123456789abcdef" for c in value.lower()):
        raise Unreadable("a transaction id of 64 hexadecimal digits")
    return value.lower()


KINDS: dict[str, Callable[[Any], Any]] = {
    "btc": btc,
    "btc-exact": btc_exact,
    "btc-nearest": btc_nearest,
    "count": count,
    "day": day,
    "hashrate-hs": ths_from_hs,
    "instant": instant,
    "number": number,
    "sats": sats,
    "text": text,
    "txid": txid,
}
"""Kinds of values by their names in `forms.toml`; "hashrate" besides has a unit beside it."""
