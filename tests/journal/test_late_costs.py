"""Costs that arrive after the units they belong to: nothing of them may get lost."""

from __future__ import annotations

from datetime import date

import pytest

from mintage.factory.facts import FreightBilled
from mintage.house import memory_journal
from mintage.journal.core import Reversal
from mintage.journal.fact import Fact
from mintage.silicon.facts import WafersReceived
from mintage.units.errors import LedgerError
from tests.journal.conftest import made

DAY = date(2025, 4, 1)


def wafers(key: str, units: int, cost: int) -> Fact:
    return made(key, DAY, WafersReceived(foundry="f", wafer="w", site="s", wafers=units, cost=cost))


def test_a_late_cost_of_lots_that_cost_nothing_goes_by_units() -> None:
    """Wafers got for free still bear their freight."""
    journal = memory_journal()
    freight = FreightBilled(origin="free", creditor="ship", amount=700)
    journal.append([wafers("free", 10, 0), made("freight", DAY, freight)])
    assert journal.balances()["assets:inventory:wafers:s", "USD"] == 700


def test_a_late_cost_of_a_reversed_origin_is_refused() -> None:
    """A freight bill for wafers that were never there does not vanish: it is refused."""
    journal = memory_journal()
    journal.append([wafers("w1", 10, 500), made("undo", DAY, Reversal(of="w1", reason="never came"))])
    with pytest.raises(LedgerError, match="reversed"):
        journal.append([made("freight", DAY, FreightBilled(origin="w1", creditor="ship", amount=700))])


def test_a_cost_without_units_is_refused() -> None:
    """A receipt of no wafers at a price would leave money on an account without a lot."""
    with pytest.raises(LedgerError, match="without any"):
        memory_journal().append([wafers("w0", 0, 500)])
