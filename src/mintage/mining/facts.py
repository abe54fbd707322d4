"""What can happen between the company, its pools, its power suppliers and its joint-mining hosts."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from mintage.journal.fact import Count, EnergyWh, FactData, Name, Price, Sat, SignedUsd, Usd, fact
from mintage.units.amount import UNITS_MAX

HourUtc = Annotated[int, msgspec.Meta(ge=0, le=24, extra={"unit": "hour UTC"})]
"""An hour of the accounting date in UTC: 0 is its first instant, 24 its last (the daily close)."""
SignedWh = Annotated[int, msgspec.Meta(ge=-UNITS_MAX, le=UNITS_MAX, extra={"unit": "ENERGY"})]
"""Watt-hours that may be negative: a correction."""
JointForm = Literal["even", "recover-then-even", "revenue-share"]


@fact("mining.earned")
class Earned(FactData):
    """What a pool credited for one day's hashing at one site: revenue, and bitcoin at the pool.

    One fact per site, pool and day. The contract renews continuously, so the bitcoin is measured at the price of a
    stated hour and source, the same every day (ASC 606, non-cash consideration at contract inception).

    Attributes:
        site: mining site that hashed.
        pool: pool that credited.
        sats: bitcoin credited, net of the pool's fee.
        value: sats times price, rounded half up to the cent (`mintage.market.prices.value_cents`).
        price: USD per bitcoin.
        price_source: index or exchange that the price comes from.
        price_hour: hour of the accounting date that the price is of.
        fee_sats: fee that the pool kept before crediting; None where the pool is silent. Informative, not posted.
    """

    site: Name
    pool: Name
    sats: Sat
    value: Usd
    price: Price
    price_source: Name
    price_hour: HourUtc
    fee_sats: Sat | None = 0


@fact("mining.earned-reduced")
class EarnedReduced(FactData):
    """A pool corrected a day's credit downwards, late: revenue and bitcoin at the pool are less by the difference.

    A correction upwards is another `mining.earned`. Both are valued as the day itself was.

    Attributes:
        site: mining site that hashed.
        pool: pool that corrected.
        sats: bitcoin that it took back.
        value: sats times price, rounded half up to the cent (`mintage.market.prices.value_cents`).
        price: USD per bitcoin.
        price_source: index or exchange that the price comes from.
        price_hour: hour of the day that the price is of.
    """

    site: Name
    pool: Name
    sats: Sat
    value: Usd
    price: Price
    price_source: Name
    price_hour: HourUtc


@fact("mining.pool-day-stated")
class PoolDayStated(FactData):
    """What a pool stated of a day, kept as evidence; what it is worth follows in `mining.earned`. It moves nothing.

    Attributes:
        site: mining site that hashed.
        pool: pool that stated it.
        account: account at the pool.
        net_sats: bitcoin credited, net of the pool's fee.
        revision: 1 for the first statement seen of the day, one more for each that differed.
        gross_sats: the same before the fee; None where the pool does not say.
        fee_sats: the fee; None where the pool does not say.
        accepted_diff: difficulty of the shares accepted; None where the pool does not say.
        rejected_diff: difficulty of the shares rejected; None where the pool does not say.
    """

    site: Name
    pool: Name
    account: str
    net_sats: Sat
    revision: Count
    gross_sats: Sat | None = None
    fee_sats: Sat | None = None
    accepted_diff: Count | None = None
    rejected_diff: Count | None = None


@fact("mining.payout")
class Payout(FactData):
    """A pool pays credited bitcoin on chain, to one of the company's wallets.

    Attributes:
        pool: pool that pays.
        wallet: wallet that receives.
        sats: bitcoin paid.
        txid: transaction that pays.
        value: carrying amount that goes along (`mintage.mining.service.payout_carrying`).
    """

    pool: Name
    wallet: Name
    sats: Sat
    txid: str
    value: Usd


@fact("mining.power-billed")
class PowerBilled(FactData):
    """A supplier bills a site's electricity.

    Attributes:
        site: mining site.
        creditor: power supplier.
        energy: electrical energy billed.
        amount: cost before program credits; may be negative where prices were.
    """

    site: Name
    creditor: Name
    energy: EnergyWh
    amount: SignedUsd


@fact("mining.power-corrected")
class PowerCorrected(FactData):
    """Energy and cost of power that were recorded turned out otherwise: the difference.

    Attributes:
        site: mining site.
        creditor: power supplier.
        energy: energy billed beyond what was recorded; negative where it was less.
        amount: cost beyond what was recorded; negative where it was less.
    """

    site: Name
    creditor: Name
    energy: SignedWh
    amount: SignedUsd


@fact("mining.energy-corrected")
class EnergyCorrected(FactData):
    """Energy that was recorded as metered turned out otherwise: the difference.

    Attributes:
        site: mining site.
        energy: energy used beyond what was recorded; negative where it was less.
    """

    site: Name
    energy: SignedWh


@fact("mining.energy-metered")
class EnergyMetered(FactData):
    """A meter shows energy that no power bill states: under hosting or joint mining the host buys the power.

    Attributes:
        site: mining site.
        energy: electrical energy used.
    """

    site: Name
    energy: EnergyWh


@fact("mining.program-credit")
class ProgramCredit(FactData):
    """A supplier or grid operator credits a site for curtailing; it lowers the cost of power, even below zero.

    Attributes:
        site: mining site.
        creditor: power supplier on whose account it is credited.
        program: what it is for: power-sold-back, demand-response, ...
        amount: the credit.
    """

    site: Name
    creditor: Name
    program: Name
    amount: Usd


@fact("mining.hosting-billed")
class HostingBilled(FactData):
    """A host bills for housing, and mostly powering, the company's machines.

    Attributes:
        site: mining site.
        creditor: the host.
        amount: fee billed.
    """

    site: Name
    creditor: Name
    amount: Usd


@fact("mining.site-cost-billed")
class SiteCostBilled(FactData):
    """Another cash cost of running a site: labour, repair, network, rent.

    Attributes:
        site: mining site.
        creditor: who bills it.
        amount: cost billed.
    """

    site: Name
    creditor: Name
    amount: Usd


@fact("mining.joint-contract-set")
class JointContractSet(FactData):
    """From here on, a site's result is shared with its host on these terms. It moves nothing.

    Attributes:
        site: mining site.
        host: partner that houses and powers the machines.
        form: "even": the net of power and operating cost is shared at `share_pct` throughout (50 is one half each);
            "recover-then-even": `share_pct` to the company until its capital is back, then `share_after_pct`;
            "revenue-share": the company keeps `share_pct` of the mined bitcoin, the rest pays for hosting.
        share_pct: the company's share, per cent.
        share_after_pct: the company's share once the capital is back, per cent; "recover-then-even" needs it.
        capital: capital cost to recover first, counted from this fact on; "recover-then-even" needs it.
    """

    site: Name
    host: Name
    form: JointForm
    share_pct: Price
    share_after_pct: Price | None = None
    capital: Usd = 0


@fact("mining.joint-settled")
class JointSettled(FactData):
    """A period's result of a joint site is shared. The host is a supplier: full revenue, its share is a cost.

    Source: answer to the SEC staff on hosting for a share of bitcoin (BTBT CORRESP, 2022-11-28).

    Attributes:
        site: mining site.
        host: partner.
        net_revenue: what is shared: revenue net of power and operating cost, or all mined bitcoin at its
            recorded value under "revenue-share".
        company_share: the company's part.
        host_share: the host's part; both parts sum to `net_revenue`.
        recovered: part of the company's share that counts towards its capital cost; 0 where nothing is recovered.
    """

    site: Name
    host: Name
    net_revenue: Usd
    company_share: Usd
    host_share: Usd
    recovered: Usd = 0


@fact("mining.joint-paid")
class JointPaid(FactData):
    """The host's share is paid in money.

    Attributes:
        host: partner.
        bank: bank account that pays.
        amount: amount paid.
    """

    host: Name
    bank: Name
    amount: Usd


@fact("mining.joint-paid-btc")
class JointPaidBtc(FactData):
    """The host's share is paid in bitcoin.

    Attributes:
        host: partner.
        wallet: wallet that pays.
        sats: bitcoin paid.
        value: its fair value at payment, which settles the debt.
    """

    host: Name
    wallet: Name
    sats: Sat
    value: Usd
