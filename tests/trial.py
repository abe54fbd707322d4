"""A journal in memory that tests book facts into, with short questions about it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mintage.house import rulebook
from mintage.journal.chart import default_chart
from mintage.journal.fact import Fact, FactData
from mintage.journal.memory import MemoryJournal

FIRST_DAY = date(2025, 4, 1)


class Trial:
    """An empty journal with the whole house's rules; facts get the keys f1, f2, ... and one minute each."""

    def __init__(self) -> None:
        self.journal = MemoryJournal(default_chart(), rulebook())
        self._count = 0

    def book(self, *data: FactData, day: date = FIRST_DAY) -> str:
        """Book facts on one day; returns the key of the last."""
        for item in data:
            self._count += 1
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
            at = int(moment.timestamp()) * 1_000_000 + self._count * 60_000_000
            self.journal.append([Fact(key=f"f{self._count}", at=at, date=day, actor="test", data=item)])
        return f"f{self._count}"

    def units(self, account: str, commodity: str) -> int:
        """Balance of one account in a commodity."""
        return self.journal.balances().get((account, commodity), 0)

    def usd(self, account: str) -> int:
        """Balance of one account in cents; a debit is plus."""
        return self.units(account, "USD")

    def sats(self, account: str) -> int:
        """Balance of one account in sats."""
        return self.units(account, "BTC")

    def total(self, prefix: str, commodity: str = "USD") -> int:
        """Sum of the balances of all accounts that begin so."""
        return sum(
            amount
            for (account, id_), amount in self.journal.balances().items()
            if account.startswith(prefix) and id_ == commodity
        )

    def lots(self, account: str) -> list[tuple[str, int, int]]:
        """Lots of bitcoin on an account, oldest first: kind, sats, cost."""
        states = self.journal.lot_states("BTC")
        return [(state.lot.kind, state.units, state.cost) for state in states if state.account == account]
