"""What a journal holds of one site's day already."""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from mintage.journal.fact import Fact, FactData
from mintage.journal.standing import standing
from mintage.journal.store import Journal
from mintage.mining.facts import Earned, EarnedReduced, Payout, PoolDayStated
from mintage.units import parse_period

D = TypeVar("D", bound=FactData)
C = TypeVar("C", Earned, EarnedReduced)
_NAMED_DAY = re.compile(r"earned:(\d{4}-\d{2}-\d{2}):")


class Recorded:
    """Facts of one site's day that stand.

    Args:
        journal: the books.
        site: name of the site.
        day: day in UTC.
    """

    def __init__(self, journal: Journal, site: str, day: date) -> None:
        self._journal, self._site, self._day = journal, site, day

    def base(self, what: str, pool: str = "") -> str:
        """The key under which something of the day is recorded first."""
        return f"{what}:{self._day}:{self._site}" + (f":{pool}" if pool else "")

    def free_key(self, base: str) -> str:
        """The key itself, or with a number where it is taken, even by a fact that was reversed."""
        key, number = base, 1
        while self._journal.fact(key) is not None:
            number += 1
            key = f"{base}:{number}"
        return key

    def under(self, kind: type[D], base: str) -> list[D]:
        """Facts under a key or the key with a number, whatever their date."""
        found = standing(self._journal, kind, self._day)
        return [data for stored, data in found if stored.fact.key == base or stored.fact.key.startswith(f"{base}:")]

    def statements(self, pool: str) -> list[PoolDayStated]:
        """Statements of a pool for the day, oldest first."""
        return self.under(PoolDayStated, self.base("pool-day", pool))

    def earned(self, pool: str) -> tuple[list[Earned], list[EarnedReduced]]:
        """Credits of a pool for the day, whoever recorded them, and what it took back."""
        return self._credits(Earned, pool), self._credits(EarnedReduced, pool)

    def _credits(self, kind: type[C], pool: str) -> list[C]:
        return [
            data
            for stored, data in standing(self._journal, kind, self._day)
            if (data.site, data.pool) == (self._site, pool) and credited_day(stored.fact) == self._day.isoformat()
        ]

    def paid(self) -> set[tuple[str, str]]:
        """Pool and transaction of every payout that is recorded."""
        return {(data.pool, data.txid) for _, data in standing(self._journal, Payout)}

    def open_date(self, day: date, today: date) -> date:
        """The accounting date for what happened on a day: the day itself, or today where its period is closed."""
        closed = [parse_period(name) for name in self._journal.closed_periods()]
        return today if any(day in period for period in closed) else day


def credited_day(fact: Fact) -> str:
    """The day that a credit is of: the one its key names, else its date; a correction may be dated later."""
    named = _NAMED_DAY.match(fact.key)
    return named[1] if named else fact.date.isoformat()
