"""What can happen to the company's bitcoin: bought, moved, pledged, lent, paid away, measured.

The USD balance of a bitcoin account is its carrying amount. Whatever leaves it takes fair value at that moment away
(`value`), so between two closes the balance drifts from fair value by the gain not yet booked, and may even be a
credit; `treasury.remeasured` at the close brings it to units x price, through income (ASC 350-60). Lots remember
what the bitcoin cost, wherever it lies.

A pledge under which the lender may re-use the bitcoin is derecognised to a receivable at fair value. Its lots go
along with their cost, so both policies found in filings can be stated from the same facts: one reports `value` less
the lots' cost as realised on the transfer, the other only when the bitcoin is given up for good.
"""

from __future__ import annotations

from typing import Literal

from mintage.journal.fact import FactData, Name, Price, Sat, SignedUsd, Usd, fact

Term = Literal["current", "noncurrent"]
"""Due within a year of the balance sheet's date, or later."""
HeldState = Literal["free", "pool", "pledged", "deposits"]
"""Where bitcoin stands on the line "cryptocurrency"."""


@fact("treasury.bitcoin-bought")
class BitcoinBought(FactData):
    """Bitcoin was bought for money.

    Attributes:
        wallet: own wallet that received it.
        bank: bank or exchange account that paid.
        sats: bitcoin received.
        cost: price paid, without the fee; the cost of the lot and its first carrying amount.
        fee: fee of the exchange or broker, expensed.
    """

    wallet: Name
    bank: Name
    sats: Sat
    cost: Usd
    fee: Usd = 0


@fact("treasury.bitcoin-sold")
class BitcoinSold(FactData):
    """Bitcoin was sold for money.

    Attributes:
        wallet: own wallet that it left.
        bank: bank or exchange account that was paid.
        sats: bitcoin sold.
        proceeds: price received before the fee, which is the fair value given up.
        fee: fee of the exchange or broker, expensed.
        lots: ids of the lots sold, where they were identified; else the lot policy chooses.
    """

    wallet: Name
    bank: Name
    sats: Sat
    proceeds: Usd
    fee: Usd = 0
    lots: tuple[str, ...] = ()


@fact("treasury.bitcoin-paid")
class BitcoinPaid(FactData):
    """A creditor was paid in bitcoin.

    Attributes:
        wallet: own wallet that it left.
        creditor: whose payable it settles.
        sats: bitcoin paid.
        value: fair value at payment, which is the part of the payable settled.
        lots: ids of the lots paid, where they were identified.
    """

    wallet: Name
    creditor: Name
    sats: Sat
    value: Usd
    lots: tuple[str, ...] = ()


@fact("treasury.bitcoin-moved")
class BitcoinMoved(FactData):
    """Bitcoin went from one own wallet to another.

    Attributes:
        from_wallet: wallet that it left.
        to_wallet: wallet that received it.
        sats: bitcoin that arrived; the network's fee is a fact of its own.
        value: carrying amount that goes along, by custom fair value at the time.
    """

    from_wallet: Name
    to_wallet: Name
    sats: Sat
    value: Usd


@fact("treasury.network-fee-paid")
class NetworkFeePaid(FactData):
    """A transaction of the company paid a fee to the miner of its block.

    Attributes:
        wallet: wallet that paid.
        sats: the fee.
        value: its fair value, expensed.
    """

    wallet: Name
    sats: Sat
    value: Usd


@fact("treasury.bitcoin-pledged")
class BitcoinPledged(FactData):
    """Bitcoin was pledged under an agreement that leaves control with the company: no re-use, substitution allowed.

    It stays on the line "cryptocurrency", as restricted.

    Attributes:
        wallet: wallet that it left.
        lender: who holds the collateral.
        sats: bitcoin pledged.
        value: fair value at the time.
    """

    wallet: Name
    lender: Name
    sats: Sat
    value: Usd


@fact("treasury.bitcoin-returned")
class BitcoinReturned(FactData):
    """Bitcoin pledged with control kept came back.

    Attributes:
        lender: who held the collateral.
        wallet: wallet that received it.
        sats: bitcoin returned.
        value: fair value at the time.
    """

    lender: Name
    wallet: Name
    sats: Sat
    value: Usd


@fact("treasury.bitcoin-pledged-reusable")
class BitcoinPledgedReusable(FactData):
    """Bitcoin was pledged to a lender who may re-use it: derecognised to a receivable at fair value.

    Attributes:
        wallet: wallet that it left.
        lender: who owes it back.
        term: when it is due back, as the balance sheet divides it.
        sats: bitcoin pledged.
        value: fair value at the time; less the lots' cost it is the gain that a transfer realises, by that policy.
    """

    wallet: Name
    lender: Name
    term: Term
    sats: Sat
    value: Usd


@fact("treasury.bitcoin-returned-reusable")
class BitcoinReturnedReusable(FactData):
    """Bitcoin that a lender could re-use came back: recognised again at fair value, with the lots that it left with.

    Attributes:
        lender: who owed it.
        wallet: wallet that received it.
        term: where the receivable stood.
        sats: bitcoin returned.
        value: fair value at the time.
    """

    lender: Name
    wallet: Name
    term: Term
    sats: Sat
    value: Usd


@fact("treasury.receivable-reclassified")
class ReceivableReclassified(FactData):
    """Bitcoin receivable moved between current and non-current.

    Attributes:
        lender: who owes it.
        from_term: where it stood.
        to_term: where it stands now.
        sats: bitcoin reclassified.
        value: fair value at the time.
    """

    lender: Name
    from_term: Term
    to_term: Term
    sats: Sat
    value: Usd


@fact("treasury.bitcoin-lent")
class BitcoinLent(FactData):
    """Bitcoin was lent for interest: derecognised to a loan receivable at fair value.

    Attributes:
        borrower: who owes it back.
        wallet: wallet that it left.
        sats: bitcoin lent.
        value: fair value at the time.
    """

    borrower: Name
    wallet: Name
    sats: Sat
    value: Usd


@fact("treasury.lending-interest")
class LendingInterest(FactData):
    """Interest in bitcoin was earned and added to what the borrower owes. It opens a lot of kind "interest".

    Attributes:
        borrower: who owes it.
        sats: interest earned.
        value: fair value when earned, the cost of the lot.
    """

    borrower: Name
    sats: Sat
    value: Usd


@fact("treasury.bitcoin-repaid")
class BitcoinRepaid(FactData):
    """Bitcoin lent, or interest on it, came back.

    Attributes:
        borrower: who owed it.
        wallet: wallet that received it.
        sats: bitcoin returned.
        value: fair value at the time.
    """

    borrower: Name
    wallet: Name
    sats: Sat
    value: Usd


@fact("treasury.credit-loss-allowed")
class CreditLossAllowed(FactData):
    """The allowance for credit losses on bitcoin lent changed.

    Attributes:
        borrower: who may not pay in full.
        change: increase of the allowance, an expense; a release may be negative.
    """

    borrower: Name
    change: SignedUsd


@fact("treasury.bitcoin-liquidated")
class BitcoinLiquidated(FactData):
    """A lender sold collateral to cover the loan.

    The fair value given up is settled in full: part reduces the loan, part the interest owed, part is the lender's fee,
    a surplus is paid out, and what is left over (`value` less these) is the loss of a sale below fair value.
    A deficit needs no field: it is the part of the loan that is still owed.

    Attributes:
        lender: who sold it.
        state: how the collateral was carried: pledged, or receivable current or noncurrent.
        sats: bitcoin sold.
        value: fair value at the time.
        loan_term: which part of the loan is reduced.
        loan_reduced: principal settled.
        bank: account for the surplus.
        interest_settled: accrued interest settled.
        fee: what the lender kept for the liquidation.
        surplus: what the lender paid out in money.
    """

    lender: Name
    state: Literal["pledged", "current", "noncurrent"]
    sats: Sat
    value: Usd
    loan_term: Term
    loan_reduced: Usd
    bank: Name
    interest_settled: Usd = 0
    fee: Usd = 0
    surplus: Usd = 0


@fact("treasury.remeasured")
class Remeasured(FactData):
    """Bitcoin on the balance sheet was measured at fair value, through income (ASC 350-60).

    The envelope's instant is the hour of the price, its evidence the source of the price.

    Attributes:
        state: free, pool, pledged, or customers' deposits held.
        holder: the wallet, pool or lender that the account names.
        change: units x price less the carrying amount; may be negative.
        price: fair value of one bitcoin in USD, where one was used.
    """

    state: HeldState
    holder: Name
    change: SignedUsd
    price: Price | None = None


@fact("treasury.receivable-remeasured")
class ReceivableRemeasured(FactData):
    """Bitcoin receivable was measured at fair value, through income.

    Attributes:
        term: current, noncurrent, or lent.
        holder: the lender or borrower who owes it.
        change: units x price less the carrying amount; may be negative.
        price: fair value of one bitcoin in USD, where one was used.
    """

    term: Literal["current", "noncurrent", "lent"]
    holder: Name
    change: SignedUsd
    price: Price | None = None


@fact("treasury.deposits-remeasured")
class DepositsRemeasured(FactData):
    """What is owed to a customer for a deposit in bitcoin was measured at fair value, through income.

    Attributes:
        customer: to whom it is owed.
        change: increase of the liability, a loss; may be negative.
        price: fair value of one bitcoin in USD, where one was used.
    """

    customer: Name
    change: SignedUsd
    price: Price | None = None
