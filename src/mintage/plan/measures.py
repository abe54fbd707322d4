"""What is read off a plan's ledger each month, by the books' own definitions of each figure."""

from __future__ import annotations

from mintage.books.bridge import bridge_layout, bridge_values, bridge_version
from mintage.books.layout import layouts
from mintage.books.statements import line_values
from mintage.books.view import View
from mintage.house import memory_journal
from mintage.journal.ledger import Ledger
from mintage.journal.store import Balances
from mintage.treasury.service import STATE_OF_STEM
from mintage.units import Period
from mintage.units.arrays import PathAmount

MEASURES = (
    ("revenue.total", "Revenue", "USD"),
    ("cash", "Cash", "USD"),
    ("bitcoin.owned", "Bitcoin owned", "BTC"),
    ("ebitda.adjusted", "Adjusted EBITDA", "USD"),
    ("hashrate.energized", "Energized hash rate", "HASHRATE"),
)
"""KPI id, name and unit, in the order they are printed."""
FLOWS = frozenset({"revenue.total", "ebitda.adjusted"})
"""Those that are of a span of time; the others stand at its end."""
STATEMENTS = "statements.toml"


class Measurer(View):
    """Reads a plan's ledger as the books read a journal, once at the end of each month.

    Args:
        ledger: the plan's ledger; what it holds now is where the first month begins.
    """

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(memory_journal(), ledger.chart)
        self._ledger = ledger
        self._before: Balances = dict(ledger.balances)
        self._change: Balances = {}

    def flow(self, start: object, end: object) -> Balances:
        """Changes of the balances over the month that was read last, on every path."""
        _ = start, end
        return self._change

    def read(self, month: Period) -> tuple[PathAmount, ...]:
        """The month's figures on every path, in the order of `MEASURES`."""
        now = dict(self._ledger.balances)
        self._change = {slot: amount - self._before.get(slot, 0) for slot, amount in now.items()}
        self._before = now
        rows = layouts(STATEMENTS)
        bridge = bridge_layout(bridge_version(month.end))
        return (
            line_values(self, rows["income"].row, self._change)["revenue.total"],
            line_values(self, rows["balance"].row, now)["cash"],
            sum(amount for (account, id_), amount in now.items() if id_ == "BTC" and is_owned(account)),
            bridge_values(self, month, bridge)["ebitda.adjusted"],
            sum(
                amount
                for (account, id_), amount in now.items()
                if id_ == "HASHRATE" and account.startswith("memo:hashrate:energized:")
            ),
        )


def is_owned(account: str) -> bool:
    """Whether bitcoin on an account belongs to the company; customers' deposits are held, not owned."""
    return STATE_OF_STEM.get(account.rpartition(":")[0], "deposits") != "deposits"
