"""What the treasury's facts do to the ledger."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook, Transfer, usd
from mintage.treasury import facts as f
from mintage.treasury import facts_money as m

RULES = Rulebook()

CRYPTO_INCOME = "income:fair-value:crypto"
RECEIVABLE_INCOME = "income:fair-value:receivable"
FEES = "expenses:operating:ga:fees"
MARKET = "world:market"


def _free(wallet: str) -> str:
    return f"assets:bitcoin:free:{wallet}"


def _pledged(lender: str) -> str:
    return f"assets:bitcoin:pledged:{lender}"


def _receivable(term: str, holder: str) -> str:
    return f"assets:bitcoin-receivable:{term}:{holder}"


def _cash(bank: str) -> str:
    return f"assets:cash:{bank}"


def _loan(term: str, lender: str) -> str:
    return f"liabilities:loan:{term}:{lender}"


def _own_move(sats: int, value: int, source: str, target: str) -> Effects:
    """Bitcoin between own accounts: the lots go along, the carrying amount moves at fair value."""
    return (Transfer("BTC", sats, source, target), usd(value, source, target))


@RULES.rule
def bitcoin_bought(fact: f.BitcoinBought) -> Effects:
    """The lot costs what was paid; the fee is an expense."""
    wallet, bank = _free(fact.wallet), _cash(fact.bank)
    return (
        Transfer("BTC", fact.sats, MARKET, wallet, kind="bought"),
        usd(fact.cost, bank, wallet),
        usd(fact.fee, bank, FEES),
    )


@RULES.rule
def bitcoin_sold(fact: f.BitcoinSold) -> Effects:
    """The proceeds are the fair value given up; the gain follows at the close, from the carrying amount left."""
    wallet, bank = _free(fact.wallet), _cash(fact.bank)
    return (
        Transfer("BTC", fact.sats, wallet, MARKET, kind="sold", value=fact.proceeds, lots=fact.lots),
        usd(fact.proceeds, wallet, bank),
        usd(fact.fee, bank, FEES),
    )


@RULES.rule
def bitcoin_paid(fact: f.BitcoinPaid) -> Effects:
    """A payable is settled at the bitcoin's fair value."""
    wallet = _free(fact.wallet)
    return (
        Transfer("BTC", fact.sats, wallet, f"world:{fact.creditor}", kind="paid", value=fact.value, lots=fact.lots),
        usd(fact.value, wallet, f"liabilities:payable:{fact.creditor}"),
    )


@RULES.rule
def bitcoin_moved(fact: f.BitcoinMoved) -> Effects:
    """From wallet to wallet."""
    return _own_move(fact.sats, fact.value, _free(fact.from_wallet), _free(fact.to_wallet))


@RULES.rule
def network_fee_paid(fact: f.NetworkFeePaid) -> Effects:
    """A disposal of bitcoin for a service, an expense at fair value."""
    wallet = _free(fact.wallet)
    return (
        Transfer("BTC", fact.sats, wallet, "world:network", kind="fee", value=fact.value),
        usd(fact.value, wallet, FEES),
    )


@RULES.rule
def bitcoin_pledged(fact: f.BitcoinPledged) -> Effects:
    """Control is kept: restricted, but on the same line."""
    return _own_move(fact.sats, fact.value, _free(fact.wallet), _pledged(fact.lender))


@RULES.rule
def bitcoin_returned(fact: f.BitcoinReturned) -> Effects:
    """The restriction lapses."""
    return _own_move(fact.sats, fact.value, _pledged(fact.lender), _free(fact.wallet))


@RULES.rule
def bitcoin_pledged_reusable(fact: f.BitcoinPledgedReusable) -> Effects:
    """Control is lost: a receivable at fair value takes the place of the bitcoin."""
    return _own_move(fact.sats, fact.value, _free(fact.wallet), _receivable(fact.term, fact.lender))


@RULES.rule
def bitcoin_returned_reusable(fact: f.BitcoinReturnedReusable) -> Effects:
    """Control is regained, at fair value."""
    return _own_move(fact.sats, fact.value, _receivable(fact.term, fact.lender), _free(fact.wallet))


@RULES.rule
def receivable_reclassified(fact: f.ReceivableReclassified) -> Effects:
    """From one line of the balance sheet to the other."""
    source, target = _receivable(fact.from_term, fact.lender), _receivable(fact.to_term, fact.lender)
    return _own_move(fact.sats, fact.value, source, target)


@RULES.rule
def bitcoin_lent(fact: f.BitcoinLent) -> Effects:
    """A loan receivable at fair value takes the place of the bitcoin."""
    return _own_move(fact.sats, fact.value, _free(fact.wallet), _receivable("lent", fact.borrower))


@RULES.rule
def lending_interest(fact: f.LendingInterest) -> Effects:
    """Income, and a lot that costs what was earned."""
    lent = _receivable("lent", fact.borrower)
    return (
        Transfer("BTC", fact.sats, f"world:{fact.borrower}", lent, kind="interest"),
        usd(fact.value, f"income:interest:{fact.borrower}", lent),
    )


@RULES.rule
def bitcoin_repaid(fact: f.BitcoinRepaid) -> Effects:
    """Lent bitcoin is back in a wallet, at fair value."""
    return _own_move(fact.sats, fact.value, _receivable("lent", fact.borrower), _free(fact.wallet))


@RULES.rule
def credit_loss_allowed(fact: f.CreditLossAllowed) -> Effects:
    """The allowance is a credit beside the receivable."""
    return (usd(fact.change, _receivable("allowance", fact.borrower), "expenses:other:credit-loss"),)


COLLATERAL = {
    "pledged": "assets:bitcoin:pledged",
    "current": "assets:bitcoin-receivable:current",
    "noncurrent": "assets:bitcoin-receivable:noncurrent",
}


@RULES.rule
def bitcoin_liquidated(fact: f.BitcoinLiquidated) -> Effects:
    """A disposal at fair value that settles principal, interest, fee and surplus; the rest is a loss."""
    collateral, lender = f"{COLLATERAL[fact.state]}:{fact.lender}", fact.lender
    loss = fact.value - fact.loan_reduced - fact.interest_settled - fact.fee - fact.surplus
    return (
        Transfer("BTC", fact.sats, collateral, f"world:{lender}", kind="liquidated", value=fact.value),
        usd(fact.loan_reduced, collateral, _loan(fact.loan_term, lender)),
        usd(fact.interest_settled, collateral, f"liabilities:interest:{lender}"),
        usd(fact.fee, collateral, f"expenses:interest:{lender}"),
        usd(fact.surplus, collateral, _cash(fact.bank)),
        usd(loss, collateral, "expenses:other:liquidation"),
    )


@RULES.rule
def remeasured(fact: f.Remeasured) -> Effects:
    """ASC 350-60: fair value through net income."""
    return (usd(fact.change, CRYPTO_INCOME, f"assets:bitcoin:{fact.state}:{fact.holder}"),)


@RULES.rule
def receivable_remeasured(fact: f.ReceivableRemeasured) -> Effects:
    """Its own line of income."""
    return (usd(fact.change, RECEIVABLE_INCOME, _receivable(fact.term, fact.holder)),)


@RULES.rule
def deposits_remeasured(fact: f.DepositsRemeasured) -> Effects:
    """The liability grows against income."""
    return (usd(fact.change, f"liabilities:deposits-btc:{fact.customer}", "income:fair-value:deposits"),)


@RULES.rule
def loan_agreed(_fact: m.LoanAgreed) -> Effects:
    """Terms only."""
    return ()


@RULES.rule
def loan_drawn(fact: m.LoanDrawn) -> Effects:
    """Principal is owed; the fee is an expense."""
    bank = _cash(fact.bank)
    return (
        usd(fact.amount, _loan(fact.term, fact.lender), bank),
        usd(fact.fee, bank, f"expenses:interest:{fact.lender}"),
    )


@RULES.rule
def interest_accrued(fact: m.InterestAccrued) -> Effects:
    """Expense of the period."""
    return (usd(fact.amount, f"liabilities:interest:{fact.lender}", f"expenses:interest:{fact.lender}"),)


@RULES.rule
def interest_paid(fact: m.InterestPaid) -> Effects:
    """What was accrued is paid."""
    return (usd(fact.amount, _cash(fact.bank), f"liabilities:interest:{fact.lender}"),)


@RULES.rule
def loan_repaid(fact: m.LoanRepaid) -> Effects:
    """Less is owed."""
    return (usd(fact.amount, _cash(fact.bank), _loan(fact.term, fact.lender)),)


@RULES.rule
def loan_reclassified(fact: m.LoanReclassified) -> Effects:
    """From non-current to current."""
    return (usd(fact.amount, _loan("current", fact.lender), _loan("noncurrent", fact.lender)),)


@RULES.rule
def option_written(fact: m.OptionWritten) -> Effects:
    """The premium is a liability until the option ends."""
    return (
        Transfer(f"OPTION.{fact.series}", fact.contracts, MARKET, f"memo:options:{fact.series}"),
        usd(fact.premium, f"liabilities:option:{fact.series}", _cash(fact.bank)),
    )


@RULES.rule
def option_remeasured(fact: m.OptionRemeasured) -> Effects:
    """The liability grows against income."""
    return (usd(fact.change, f"liabilities:option:{fact.series}", "income:fair-value:options"),)


@RULES.rule
def option_settled(fact: m.OptionSettled) -> Effects:
    """The liability falls by what was paid."""
    return (
        Transfer(f"OPTION.{fact.series}", fact.contracts, f"memo:options:{fact.series}", MARKET),
        usd(fact.amount, _cash(fact.bank), f"liabilities:option:{fact.series}"),
    )


@RULES.rule
def currency_bought(fact: m.CurrencyBought) -> Effects:
    """The currency stands beside its carrying amount in USD."""
    bank = _cash(fact.bank)
    return (Transfer(fact.currency, fact.units, MARKET, bank), usd(fact.cost, _cash(fact.bank_usd), bank))


@RULES.rule
def currency_sold(fact: m.CurrencySold) -> Effects:
    """The currency leaves at what it brought; the close translates the rest."""
    bank = _cash(fact.bank)
    return (Transfer(fact.currency, fact.units, bank, MARKET), usd(fact.proceeds, bank, _cash(fact.bank_usd)))


@RULES.rule
def currency_remeasured(fact: m.CurrencyRemeasured) -> Effects:
    """A gain or loss of exchange."""
    return (usd(fact.change, "income:fx", _cash(fact.bank)),)
