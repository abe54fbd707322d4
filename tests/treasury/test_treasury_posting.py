"""What each fact of the treasury does to balances, lots and income."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mintage.books.facts import OpeningBalance, OpeningDeposit
from mintage.journal.fact import FactData, fact_kinds
from mintage.treasury.facts import (
    BitcoinBought,
    BitcoinLent,
    BitcoinLiquidated,
    BitcoinMoved,
    BitcoinPaid,
    BitcoinPledged,
    BitcoinPledgedReusable,
    BitcoinRepaid,
    BitcoinReturned,
    BitcoinReturnedReusable,
    BitcoinSold,
    CreditLossAllowed,
    DepositsRemeasured,
    LendingInterest,
    NetworkFeePaid,
    ReceivableReclassified,
    ReceivableRemeasured,
    Remeasured,
)
from mintage.treasury.posting import RULES
from mintage.units.errors import Shortfall
from tests.rules_on_arrays import assert_linear
from tests.trial import Trial

BTC = 100_000_000
FREE = "assets:bitcoin:free:cold"
PLEDGED = "assets:bitcoin:pledged:lender-a"
CURRENT = "assets:bitcoin-receivable:current:lender-a"
LENT = "assets:bitcoin-receivable:lent:desk"
CRYPTO = "income:fair-value:crypto"


@pytest.fixture
def trial() -> Trial:
    """Two lots: 1 BTC bought for 80,000.00 and 2 BTC bought for 190,000.00 USD."""
    trial = Trial()
    trial.book(
        OpeningBalance(account="assets:cash:main", amount=100_000_000),
        BitcoinBought(wallet="cold", bank="main", sats=BTC, cost=8_000_000),
        BitcoinBought(wallet="cold", bank="main", sats=2 * BTC, cost=19_000_000, fee=50_000),
    )
    return trial


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Path by path, a rule posts on arrays what it posts on whole numbers, and it adds up."""
    assert_linear(RULES, kind, lots=())


def test_every_kind_of_the_treasury_has_a_rule() -> None:
    """No fact of this room can be declared and left unposted."""
    assert RULES.missing(kind for kind in fact_kinds() if kind.startswith("treasury.")) == []


def test_a_purchase_opens_a_lot_at_its_price_and_expenses_the_fee(trial: Trial) -> None:
    """The fee is no part of the cost basis."""
    assert trial.lots(FREE) == [("bought", BTC, 8_000_000), ("bought", 2 * BTC, 19_000_000)]
    assert trial.usd(FREE) == 27_000_000
    assert trial.usd("expenses:operating:ga:fees") == 50_000
    assert trial.usd("assets:cash:main") == 100_000_000 - 27_050_000


def test_a_sale_and_the_close_together_book_the_gain(trial: Trial) -> None:
    """Proceeds leave at fair value; measuring what is left then shows gain sold plus gain held."""
    trial.book(BitcoinSold(wallet="cold", bank="main", sats=BTC, proceeds=10_000_000, fee=10_000))
    assert trial.usd(FREE) == 17_000_000
    trial.book(Remeasured(state="free", holder="cold", change=22_000_000 - 17_000_000, price=Decimal(110_000)))
    assert trial.usd(FREE) == 22_000_000
    realised, unrealised = 10_000_000 - 8_000_000, 22_000_000 - 19_000_000
    assert trial.usd(CRYPTO) == -(realised + unrealised)


def test_a_sale_names_its_kind_and_proceeds_on_the_lots(trial: Trial) -> None:
    """The rollforward reads kind, cost and proceeds of a disposal from the lot ledger, shared over the lots."""
    key = trial.book(BitcoinSold(wallet="cold", bank="main", sats=2 * BTC, proceeds=21_000_000))
    moves = [row.move for row in trial.journal.moves("BTC") if row.key == key]
    assert [(m.kind, m.units, m.cost, m.value) for m in moves] == [
        ("sold", -BTC, -8_000_000, 10_500_000),
        ("sold", -BTC, -9_500_000, 10_500_000),
    ]


def test_a_sale_takes_the_lots_that_it_identifies(trial: Trial) -> None:
    """Specific identification overrides the method."""
    trial.book(BitcoinSold(wallet="cold", bank="main", sats=BTC, proceeds=10_000_000, lots=("f3",)))
    assert trial.lots(FREE) == [("bought", BTC, 8_000_000), ("bought", BTC, 9_500_000)]


def test_no_more_can_be_sold_than_is_free(trial: Trial) -> None:
    """Bitcoin pledged cannot be sold out of the wallet that it left."""
    trial.book(BitcoinPledged(wallet="cold", lender="lender-a", sats=2 * BTC, value=20_000_000))
    with pytest.raises(Shortfall, match=r"which holds 1\.00000000 BTC"):
        trial.book(BitcoinSold(wallet="cold", bank="main", sats=2 * BTC, proceeds=20_000_000))


def test_a_creditor_paid_in_bitcoin_is_settled_at_fair_value(trial: Trial) -> None:
    """The payable falls by the fair value; the disposal's kind is "paid"."""
    trial.book(
        OpeningBalance(account="liabilities:payable:host", amount=-6_000_000),
        BitcoinPaid(wallet="cold", creditor="host", sats=BTC // 2, value=5_000_000),
    )
    assert trial.usd("liabilities:payable:host") == -1_000_000
    assert trial.sats(FREE) == 2 * BTC + BTC // 2
    assert [row.move.kind for row in trial.journal.moves("BTC")][-1] == "paid"


def test_a_network_fee_is_a_disposal_and_an_expense(trial: Trial) -> None:
    """Wallets agree with the chain because fees are taken out of them."""
    trial.book(
        BitcoinMoved(from_wallet="cold", to_wallet="hot", sats=BTC, value=10_000_000),
        NetworkFeePaid(wallet="cold", sats=1_000, value=100),
    )
    assert trial.sats(FREE) == 2 * BTC - 1_000
    assert trial.lots("assets:bitcoin:free:hot") == [("bought", BTC, 8_000_000)]
    assert trial.usd("expenses:operating:ga:fees") == 50_000 + 100


PLEDGES = [
    pytest.param(
        BitcoinPledged(wallet="cold", lender="lender-a", sats=2 * BTC, value=20_000_000),
        BitcoinReturned(lender="lender-a", wallet="cold", sats=2 * BTC, value=22_000_000),
        PLEDGED,
        id="control-kept",
    ),
    pytest.param(
        BitcoinPledgedReusable(wallet="cold", lender="lender-a", term="current", sats=2 * BTC, value=20_000_000),
        BitcoinReturnedReusable(lender="lender-a", wallet="cold", term="current", sats=2 * BTC, value=22_000_000),
        CURRENT,
        id="re-use",
    ),
    pytest.param(
        BitcoinLent(borrower="desk", wallet="cold", sats=2 * BTC, value=20_000_000),
        BitcoinRepaid(borrower="desk", wallet="cold", sats=2 * BTC, value=22_000_000),
        LENT,
        id="lent",
    ),
]


@pytest.mark.parametrize(("out", "back", "place"), PLEDGES)
def test_the_same_lots_go_out_and_come_back(trial: Trial, out: FactData, back: FactData, place: str) -> None:
    """Neither date nor cost of a lot is lost where bitcoin is pledged or lent, and nothing is realised."""
    before = trial.journal.lot_states("BTC")
    trial.book(out)
    assert trial.lots(place) == [("bought", BTC, 8_000_000), ("bought", BTC, 9_500_000)]
    assert trial.usd(place) == 20_000_000
    assert trial.usd(CRYPTO) == 0
    trial.book(back)
    assert trial.journal.lot_states("BTC") == before
    assert (trial.sats(place), trial.usd(place)) == (0, -2_000_000), "the close books this gain of the time away"


def test_a_pledge_with_re_use_leaves_the_line_of_cryptocurrency(trial: Trial) -> None:
    """Carrying amount and gain move from one line of balance sheet and income to the other."""
    trial.book(
        Remeasured(state="free", holder="cold", change=3_000_000),
        BitcoinPledgedReusable(wallet="cold", lender="lender-a", term="noncurrent", sats=3 * BTC, value=30_000_000),
        ReceivableReclassified(
            lender="lender-a", from_term="noncurrent", to_term="current", sats=BTC, value=10_000_000
        ),
        ReceivableRemeasured(term="current", holder="lender-a", change=1_000_000),
        ReceivableRemeasured(term="noncurrent", holder="lender-a", change=2_000_000),
    )
    assert trial.total("assets:bitcoin:") == 0
    assert trial.usd(CURRENT) == 11_000_000
    assert trial.usd("assets:bitcoin-receivable:noncurrent:lender-a") == 22_000_000
    assert (trial.usd(CRYPTO), trial.usd("income:fair-value:receivable")) == (-3_000_000, -3_000_000)


def test_interest_in_bitcoin_is_a_lot_of_its_own(trial: Trial) -> None:
    """Interest is income at fair value, and a lot of kind "interest" at that cost."""
    trial.book(
        BitcoinLent(borrower="desk", wallet="cold", sats=BTC, value=10_000_000),
        LendingInterest(borrower="desk", sats=BTC // 100, value=101_000),
        CreditLossAllowed(borrower="desk", change=30_000),
    )
    assert trial.lots(LENT) == [("bought", BTC, 8_000_000), ("interest", BTC // 100, 101_000)]
    assert trial.usd("income:interest:desk") == -101_000
    assert trial.total("assets:bitcoin-receivable:") == 10_000_000 + 101_000 - 30_000
    assert trial.usd("expenses:other:credit-loss") == 30_000


@pytest.mark.parametrize("state", ["pledged", "current"])
def test_a_liquidation_settles_the_loan_and_pays_the_surplus(trial: Trial, state: str) -> None:
    """Fair value given up = principal + interest + fee + surplus + loss of a sale below fair value."""
    pledge = (
        BitcoinPledged(wallet="cold", lender="lender-a", sats=2 * BTC, value=20_000_000)
        if state == "pledged"
        else BitcoinPledgedReusable(wallet="cold", lender="lender-a", term="current", sats=2 * BTC, value=20_000_000)
    )
    trial.book(
        pledge,
        OpeningBalance(account="liabilities:loan:current:lender-a", amount=-13_000_000),
        OpeningBalance(account="liabilities:interest:lender-a", amount=-200_000),
    )
    cash = trial.usd("assets:cash:main")
    key = trial.book(
        BitcoinLiquidated(
            lender="lender-a",
            state="pledged" if state == "pledged" else "current",
            sats=2 * BTC,
            value=15_000_000,
            loan_term="current",
            loan_reduced=13_000_000,
            bank="main",
            interest_settled=200_000,
            fee=300_000,
            surplus=1_450_000,
        )
    )
    place = PLEDGED if state == "pledged" else CURRENT
    assert trial.total("liabilities:") == 0
    assert trial.usd("assets:cash:main") - cash == 1_450_000
    assert (trial.usd("expenses:interest:lender-a"), trial.usd("expenses:other:liquidation")) == (300_000, 50_000)
    assert (trial.sats(place), trial.usd(place)) == (0, 20_000_000 - 15_000_000)
    moves = [row.move for row in trial.journal.moves("BTC") if row.key == key]
    assert {move.kind for move in moves} == {"liquidated"}
    assert sum(move.value for move in moves) == 15_000_000


def test_a_deficit_of_a_liquidation_stays_owed(trial: Trial) -> None:
    """A collateral worth less than the loan leaves the rest as debt."""
    trial.book(
        BitcoinPledged(wallet="cold", lender="lender-a", sats=BTC, value=10_000_000),
        OpeningBalance(account="liabilities:loan:noncurrent:lender-a", amount=-9_000_000),
        BitcoinLiquidated(
            lender="lender-a",
            state="pledged",
            sats=BTC,
            value=7_000_000,
            loan_term="noncurrent",
            loan_reduced=7_000_000,
            bank="main",
        ),
    )
    assert trial.usd("liabilities:loan:noncurrent:lender-a") == -2_000_000
    assert trial.usd("expenses:other:liquidation") == 0


def test_deposits_of_customers_gain_nothing_on_balance() -> None:
    """Bitcoin held for a customer gains as much as what is owed to him."""
    trial = Trial()
    trial.book(
        OpeningDeposit(customer="buyer", wallet="vault", sats=BTC, value=9_000_000),
        Remeasured(state="deposits", holder="vault", change=1_000_000),
        DepositsRemeasured(customer="buyer", change=1_000_000),
    )
    assert trial.usd("assets:bitcoin:deposits:vault") == 10_000_000
    assert trial.usd("liabilities:deposits-btc:buyer") == -10_000_000
    assert trial.total("income:") == 0
