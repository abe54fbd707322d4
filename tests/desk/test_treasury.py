"""The treasury's answers: bitcoin by state, its history, lots, loans at a price, wallets against the chain."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.desk import wallets as wallets_desk
from mintage.desk.company import Company
from mintage.desk.loans import loans
from mintage.desk.lots import LotRow, lots
from mintage.desk.treasury import treasury
from mintage.desk.wallets import NEVER, read_wallets, wallets
from mintage.people.caller import Forbidden
from mintage.treasury.service import STATES, holdings
from mintage.units.errors import InputError
from tests.desk.example import at_its_desk, encodes, somebody

QUARTER = date(2025, 6, 30)
TREASURER = somebody("tess", "treasurer")
WALLETS = """
[[wallet]]
name = "ops"
network = "regtest"
source = "http://127.0.0.1:{port}"
descriptor = "{descriptor}"
"""
DESCRIPTOR = (
    "wpkh([73c5da0a/84'/1'/0']tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQo"
    "QgewGiYZqrA9DsP4zbQ1M/<0;1>/*)"
)


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with at_its_desk(example_db, tmp_path_factory.mktemp("desk")) as found:
        yield found


def test_bitcoin_by_state_is_that_of_the_ledger(company: Company) -> None:
    """Each state as the treasury's service has it; what is owned sums up without customers' bitcoin."""
    told, held = treasury(company, QUARTER), holdings(company.view().journal, QUARTER)
    for row in (*told.states, told.deposits):
        assert row.held.value == Decimal(held[row.state].sats).scaleb(-8)
        assert row.carrying.value == Decimal(held[row.state].carrying).scaleb(-2)
        assert row.cost.value == Decimal(held[row.state].cost).scaleb(-2)
    owned = [row for row in told.states if row.owned]
    assert sum(row.held.value or Decimal(0) for row in owned) == told.owned.held.value
    assert round(sum(row.share.value or Decimal(0) for row in owned), 9) == 100
    assert told.deposits.share.value is None
    assert encodes(told)


def test_the_history_ends_with_today_and_agrees_with_the_ledger_on_every_day_looked_at(company: Company) -> None:
    """At the end of each month, each state of the history is what the ledger had then."""
    told = treasury(company, QUARTER, 200)
    assert told.history.days[-1] == "2025-06-30"
    assert told.history.days[0] == "2024-12-31"  # the ledger begins there
    for day in ("2024-12-31", "2025-02-28", "2025-04-30", "2025-06-30"):
        held, at = holdings(company.view().journal, date.fromisoformat(day)), told.history.days.index(day)
        for state in STATES:
            assert told.history.states[state][at] == Decimal(held[state].sats).scaleb(-8)


def test_without_a_price_worth_is_unknown_and_not_zero(company: Company) -> None:
    """Long after the last observation values have a reason, amounts stay known."""
    told = treasury(company, date(2026, 3, 1))
    assert told.price.figure.value is None
    assert told.owned.value.value is None
    assert "no price" in told.unrealized.reason
    assert told.owned.held.value
    assert all(row.ltv.value is None and row.state == "unknown" for row in loans(company, date(2026, 3, 1)).rows)


def test_loans_are_told_at_a_price_by_hand(company: Company) -> None:
    """LTV, margin-call price, distance and what to add follow from debt, collateral and terms."""
    told = loans(company, QUARTER, Decimal(100_000), Decimal(25))
    assert len(told.rows) == 3
    for row in told.rows:
        debt, held = row.debt.value, row.collateral.value
        call = row.margin_call_price.value
        assert debt is not None
        assert held is not None
        assert call is not None
        assert row.ltv.value == round(debt / (held * 100_000) * 100, 1)
        assert 0 <= call - debt / held / ((row.margin_call_ltv.value or Decimal(0)) / 100) < Decimal("0.01")
        assert row.distance.value == round((100_000 - call) / 1000, 1)
        wanted = debt / (100_000 * Decimal("0.25")) - held
        assert row.top_up.value is not None
        assert abs(row.top_up.value - max(Decimal(0), wanted)) <= Decimal("0.00000001")
    assert told.debt.value == sum(row.debt.value or 0 for row in told.rows)
    assert encodes(told)


def test_a_falling_price_leads_from_safe_to_liquidation(company: Company) -> None:
    """The state of a loan follows the price."""
    lender = "quillon-credit"

    def state(price: str) -> str:
        return next(row.state for row in loans(company, QUARTER, Decimal(price)).rows if row.lender == lender)

    row = next(row for row in loans(company, QUARTER).rows if row.lender == lender)
    call, end = row.margin_call_price.value, row.liquidation_price.value
    assert call is not None
    assert end is not None
    cent = Decimal("0.01")
    assert [state(str(price)) for price in (call * 2, call, call - cent, end - cent)] == [
        "safe",
        "near",
        "margin-call",
        "liquidation",
    ]
    with pytest.raises(InputError, match="above zero"):
        loans(company, QUARTER, Decimal(0))


def test_the_lots_of_all_pages_are_all_lots(company: Company) -> None:
    """Page by page every open lot once, the oldest first; units and cost sum to the totals."""
    rows: list[LotRow] = []
    after = ""
    while True:
        page = lots(company, "BTC", QUARTER, after=after, limit=37)
        rows += page.rows
        after = page.next
        if not after:
            break
    states = company.view().journal.lot_states("BTC", QUARTER)
    assert [(row.lot, row.account) for row in rows] == [(state.lot.id, state.account) for state in states]
    assert sum(row.units.value or Decimal(0) for row in rows) == page.units.value
    assert sum(row.cost.value or Decimal(0) for row in rows) == page.cost.value
    assert page.total == len(rows)
    assert encodes(page)


def test_lots_of_goods_and_of_some_accounts(company: Company) -> None:
    """Goods have no market price here; a pattern narrows the accounts; the default policy is told last."""
    page = lots(company, "MACHINE.f15-185", QUARTER, account="assets:inventory:finished:*")
    assert page.rows
    assert all(row.account.startswith("assets:inventory:finished:") for row in page.rows)
    assert page.rows[0].value.value is None
    assert page.policies[-1].commodity == "*"
    with pytest.raises(InputError, match="commodity"):
        lots(company, "GOLD", QUARTER)
    with pytest.raises(InputError, match="no cursor"):
        lots(company, after="x.y.z")


def test_wallets_that_nobody_read_are_unknown(company: Company) -> None:
    """Without a file of wallets the answer says so."""
    told = wallets(company)
    assert not told.rows
    assert "no file of wallets" in told.reason


def test_a_server_that_is_not_there_is_told_and_the_ledger_stays_known(
    example_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never read: unknown. Read in vain: failed with the problem and the instant. Readers alone may not read."""
    monkeypatch.setattr(wallets_desk, "DEADLINE_S", 5.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        path = tmp_path / "wallets.toml"
        path.write_text(WALLETS.format(port=port, descriptor=DESCRIPTOR), "utf-8")
        with at_its_desk(example_db, tmp_path, path) as company:
            (row,) = wallets(company).rows
            assert (row.state, row.at_us, row.chain.reason) == ("unread", None, NEVER)
            assert row.ledger.value
            with pytest.raises(Forbidden):
                read_wallets(company, somebody("eve", "viewer"), request="r0")
            (row,) = read_wallets(company, TREASURER, request="r1").rows
            assert (row.state, row.chain.value) == ("failed", None)
            assert row.problem
            assert row.at_us == company.clock.now_us()
            with pytest.raises(InputError, match="no such wallet"):
                read_wallets(company, TREASURER, "vault", request="r2")
