"""What can happen to the company's capital.

ADS are counted as outstanding on the memo account; the class A shares behind them follow from the ratio.
"""

from __future__ import annotations

from typing import Literal

from mintage.journal.fact import Count, FactData, Name, SignedUsd, Usd, fact


@fact("capital.preferred-issued")
class PreferredIssued(FactData):
    """Convertible preferred shares were issued, carried at fair value as a liability.

    Attributes:
        series: name of the series, e.g. "a1".
        shares: how many.
        bank: account that received the money.
        proceeds: what was received before costs.
        cost: cost of issuance, expensed since the instrument is carried at fair value.
    """

    series: Name
    shares: Count
    bank: Name
    proceeds: Usd
    cost: Usd = 0


@fact("capital.preferred-remeasured")
class PreferredRemeasured(FactData):
    """Preferred shares were measured at fair value, through income.

    Attributes:
        series: name of the series.
        change: increase of the liability, an expense; may be negative.
        event: "converted" for shares about to be converted, "remaining" for those still outstanding.
    """

    series: Name
    change: SignedUsd
    event: Literal["remaining", "converted"]


@fact("capital.preferred-converted")
class PreferredConverted(FactData):
    """Preferred shares were converted into ADS. Measure them first: their fair value becomes share capital.

    Attributes:
        series: name of the series.
        shares: preferred shares given up.
        fair_value: their carrying amount at conversion.
        ads: ADS received for them.
    """

    series: Name
    shares: Count
    fair_value: Usd
    ads: Count


@fact("capital.ads-issued")
class AdsIssued(FactData):
    """ADS were sold to the market, e.g. at the market (ATM).

    Attributes:
        ads: how many.
        bank: account that received the money.
        proceeds: what was received before costs.
        cost: cost of issuance, taken from the capital raised.
    """

    ads: Count
    bank: Name
    proceeds: Usd
    cost: Usd = 0


@fact("capital.ads-vested")
class AdsVested(FactData):
    """Share awards vested and were delivered as ADS. Their cost is booked as share-based compensation.

    Attributes:
        ads: how many.
    """

    ads: Count


@fact("capital.repurchase-prepaid")
class RepurchasePrepaid(FactData):
    """Money was given to a broker ahead, to repurchase ADS.

    Attributes:
        broker: who repurchases.
        bank: account that paid.
        amount: what was paid.
    """

    broker: Name
    bank: Name
    amount: Usd


@fact("capital.repurchase-refunded")
class RepurchaseRefunded(FactData):
    """A broker gave back what was left of the money for repurchases.

    Attributes:
        broker: who gave it back.
        bank: account that received it.
        amount: what came back.
    """

    broker: Name
    bank: Name
    amount: Usd


@fact("capital.ads-repurchased")
class AdsRepurchased(FactData):
    """ADS were repurchased out of the money prepaid to a broker.

    Attributes:
        broker: who repurchased.
        ads: how many.
        cost: price and commission.
    """

    broker: Name
    ads: Count
    cost: Usd


@fact("capital.depositary-accrued")
class DepositaryAccrued(FactData):
    """A reimbursement by the depositary bank of the ADS programme was earned.

    Attributes:
        depositary: the depositary bank.
        amount: what it owes.
    """

    depositary: Name
    amount: Usd


@fact("capital.depositary-received")
class DepositaryReceived(FactData):
    """The depositary bank paid the reimbursement.

    Attributes:
        depositary: the depositary bank.
        bank: account that received it.
        amount: what was paid.
    """

    depositary: Name
    bank: Name
    amount: Usd
