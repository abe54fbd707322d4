"""The bitcoin rollforward and the cash of bitcoin sold: kinds, transfers, gains, restrictions, age of lots."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from mintage.books.cashflow import flow_sums, movements
from mintage.books.close import close_period
from mintage.books.facts import Leg, ManualEntry, OpeningBitcoin
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.view import View
from mintage.house import memory_journal
from mintage.journal.core import LotPolicySet, Reversal
from mintage.sales.facts import DepositAppliedBtc, DepositReceivedBtc
from mintage.treasury.facts import BitcoinBought, BitcoinPledged, BitcoinReturnedReusable, BitcoinSold, Remeasured
from mintage.units import parse_instant, parse_period
from tests.books.company import BTC, OPENING, quarter, stated, usd

Q2 = parse_period("2025Q2")


@pytest.fixture(scope="module")
def view() -> View:
    """The company's second quarter, closed."""
    journal = quarter()
    close_period(journal, Q2)
    return View(journal)


def test_additions_and_dispositions_stand_by_their_nature(view: View) -> None:
    """Owned bitcoin: units, cost and fair value of each row as computed by hand."""
    rows = bitcoin_rollforward(view, Q2).rows
    told = {
        row.id: (row.units["owned"], row.cost["owned"], row.fair_value["owned"])
        for row in rows
        if any((row.units["owned"], row.cost["owned"], row.fair_value["owned"]))
    }
    assert told == {
        "opening": (2 * BTC, usd(100_000), usd(160_000)),
        "mined": (3 * BTC // 10, usd(28_500), usd(28_500)),
        "received": (BTC // 5, usd(20_000), usd(20_000)),
        "bought": (BTC // 2, usd(52_000), usd(52_000)),
        "sold": (-BTC // 5, usd(-20_000), usd(-20_900)),
        "gains": (0, 0, usd(60_000)),
        "closing": (28 * BTC // 10, usd(180_500), usd(299_600)),
    }


def test_a_pledge_with_re_use_leaves_the_held_line_for_the_receivable(view: View) -> None:
    """It moves at fair value with its lots' cost, and is no disposal: owned bitcoin stays the same."""
    row = bitcoin_rollforward(view, Q2).row("transfer")
    assert (row.units["held"], row.units["receivable"], row.units["owned"]) == (-BTC, BTC, 0)
    assert (row.cost["held"], row.cost["receivable"]) == (usd(-50_000), usd(50_000))
    assert (row.fair_value["held"], row.fair_value["receivable"]) == (usd(-105_000), usd(105_000))


def test_restrictions_name_holder_loan_and_release(view: View) -> None:
    """ASC 350-60-50-6: fair value, nature, what makes it lapse, and when."""
    (item,) = bitcoin_rollforward(view, Q2).restricted
    assert (item.holder, item.control_kept, item.sats, item.cost) == ("lender", False, BTC, usd(50_000))
    assert (item.fair_value, item.loan) == (usd(107_000), usd(100_000))
    assert (item.release, item.due) == ("repayment of the loan", "2027-06-01")


def test_realised_gains_are_over_cost_not_over_carrying_amount(view: View) -> None:
    """10,500 and 10,400 for lots that cost 10,000 each."""
    roll = bitcoin_rollforward(view, Q2)
    assert (roll.realised_gains, roll.realised_losses, roll.realised_cumulative) == (usd(900), 0, usd(900))


def test_an_asset_with_a_net_loss_stands_wholly_among_losses() -> None:
    """ASC 350-60-50-3 nets per asset, so one of the two rows is empty."""
    journal = memory_journal()
    wallet = "assets:bitcoin:free:w"
    lot = OpeningBitcoin(account=wallet, sats=BTC, value=usd(80_000), cost=usd(90_000), lot_kind="mined")
    journal.append([stated(OPENING, "open", lot)])
    journal.append([stated(date(2025, 4, 30), "up", Remeasured(state="free", holder="w", change=usd(5_000)))])
    journal.append([stated(date(2025, 5, 31), "down", Remeasured(state="free", holder="w", change=usd(-9_000)))])
    sold = BitcoinSold(wallet="w", bank="main", sats=BTC, proceeds=usd(76_000))
    journal.append([stated(date(2025, 6, 1), "sold", sold)])
    roll = bitcoin_rollforward(View(journal), Q2)
    assert (roll.row("gains").fair_value["owned"], roll.row("losses").fair_value["owned"]) == (0, usd(-4_000))
    assert (roll.realised_gains, roll.realised_losses) == (0, usd(-14_000))


def test_a_deposit_is_a_column_of_its_own_until_it_is_applied() -> None:
    """Taken as payment it leaves the deposits and is received as owned, at its value of that day."""
    journal = quarter()
    held = DepositReceivedBtc(customer="buyer", wallet="escrow", sats=BTC, value=usd(100_000), txid="cc")
    half = DepositAppliedBtc(
        customer="buyer",
        from_wallet="escrow",
        wallet="vault",
        sats=BTC // 2,
        carrying=usd(50_000),
        value=usd(52_000),
    )
    journal.append([stated(date(2025, 6, 7), "in", held), stated(date(2025, 6, 9), "applied", half)])
    roll = bitcoin_rollforward(View(journal), Q2)
    assert roll.row("deposit").units["deposits"] == BTC
    assert roll.row("deposit.applied").units["deposits"] == -BTC // 2
    assert roll.row("closing").units["deposits"] == BTC // 2
    assert roll.row("received").units["owned"] == BTC // 5 + BTC // 2
    assert roll.row("received").fair_value["owned"] == usd(72_000)


def test_under_a_global_policy_no_cost_is_told_by_holder() -> None:
    """One pool serves all lenders, so a restriction's own cost is unknown, and the whole still foots."""
    journal = memory_journal()
    policy = LotPolicySet(commodity="BTC", method="fifo", reason="test", scope="global")
    lot = OpeningBitcoin(
        account="assets:bitcoin:free:w", sats=2 * BTC, value=usd(160_000), cost=usd(90_000), lot_kind="mined"
    )
    journal.append([stated(OPENING, "policy", policy), stated(OPENING, "open", lot)])
    pledged = BitcoinPledged(wallet="w", lender="l", sats=BTC, value=usd(80_000))
    journal.append([stated(date(2025, 4, 30), "pledge", pledged)])
    roll = bitcoin_rollforward(View(journal), Q2)
    assert roll.row("closing").cost["held"] == usd(90_000)
    assert [(item.control_kept, item.cost) for item in roll.restricted] == [(True, None)]


def test_collateral_that_comes_back_ends_its_restriction() -> None:
    """Returned with its lots: nothing is restricted, the receivable is empty."""
    journal = quarter()
    back = BitcoinReturnedReusable(lender="lender", wallet="vault", term="noncurrent", sats=BTC, value=usd(106_000))
    journal.append([stated(date(2025, 6, 25), "back", back)])
    close_period(journal, Q2)
    roll = bitcoin_rollforward(View(journal), Q2)
    assert roll.restricted == ()
    assert roll.row("closing").units["receivable"] == 0
    assert roll.row("closing").fair_value["receivable"] == 0


def test_the_hour_decides_whether_bitcoin_was_sold_nearly_immediately() -> None:
    """Seven days to the second are operating, a second more is investing: a date alone could not tell."""
    for moment, flow in (("12:00:00", "bitcoin.sold.operating"), ("12:00:01", "bitcoin.sold.investing")):
        journal = quarter(leave_out=("sold-fast", "sold-late"))
        sold = BitcoinSold(wallet="desk", bank="main", sats=BTC // 5, proceeds=usd(20_900))
        fact = stated(date(2025, 5, 28), "sold", sold)
        journal.append([msgspec.structs.replace(fact, at=parse_instant(f"2025-05-28T{moment}Z"))])
        assert flow_sums(View(journal), Q2)[flow] == usd(20_900)


def test_bitcoin_that_was_bought_is_an_investment_however_soon_it_is_sold() -> None:
    """The rule is for what customers and pools gave (ASC 230-10-45-27A); a trade within a day is investing."""
    journal = quarter()
    before = flow_sums(View(journal), Q2)
    bought = BitcoinBought(wallet="trade", bank="main", sats=BTC, cost=usd(100_000))
    sold = BitcoinSold(wallet="trade", bank="main", sats=BTC, proceeds=usd(101_000))
    journal.append([stated(date(2025, 6, 20), "bought", bought), stated(date(2025, 6, 20), "sold", sold)])
    after = flow_sums(View(journal), Q2)
    lines = ("bitcoin.sold.operating", "bitcoin.sold.investing", "bitcoin.bought")
    assert [after.get(line, 0) - before.get(line, 0) for line in lines] == [0, usd(101_000), usd(-100_000)]


def test_one_sale_of_old_and_new_lots_is_divided_by_units() -> None:
    """3/4 of what was sold were mined years ago."""
    journal = quarter(leave_out=("sold-fast", "sold-late"))
    old = OpeningBitcoin(
        account="assets:bitcoin:free:desk", sats=6 * BTC // 10, value=usd(48_000), cost=usd(1_000), lot_kind="mined"
    )
    sold = BitcoinSold(wallet="desk", bank="main", sats=8 * BTC // 10, proceeds=usd(84_000))
    journal.append([stated(OPENING, "old", old), stated(date(2025, 5, 22), "sold", sold)])
    sums = flow_sums(View(journal), Q2)
    assert (sums["bitcoin.sold.operating"], sums["bitcoin.sold.investing"]) == (usd(21_000), usd(63_000))


def test_a_reversed_sale_leaves_the_line_that_it_stood_on() -> None:
    """It is undone months later, but by the age that its lots had when they were sold."""
    journal = quarter()
    journal.append([stated(date(2025, 6, 29), "undo", Reversal(of="sold-fast", reason="it bounced"))])
    assert flow_sums(View(journal), Q2)["bitcoin.sold.operating"] == 0


def test_a_manual_entry_of_many_legs_is_classified_by_each_leg() -> None:
    """90 paid: 60 of it rent, 30 for a loan; the legs need not come in pairs."""
    journal = quarter()
    legs = (
        Leg(account="assets:cash:main", amount="-90.00 USD"),
        Leg(account="expenses:operating:ga:rent", amount="60.00 USD"),
        Leg(account="liabilities:loan:current:bank", amount="30.00 USD"),
    )
    journal.append([stated(date(2025, 6, 29), "entry", ManualEntry(legs=legs, purpose="one bank line"))])
    told = {item.flow: item.amount for item in movements(View(journal), Q2) if item.key == "entry"}
    assert told == {"paid.operations": usd(-60), "financing.loans": usd(-30)}
