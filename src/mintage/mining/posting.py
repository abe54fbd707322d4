"""How facts about pools, power, hosting and joint mining are posted."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook, Transfer, usd
from mintage.mining.facts import (
    Earned,
    EarnedReduced,
    EnergyCorrected,
    EnergyMetered,
    HostingBilled,
    JointContractSet,
    JointPaid,
    JointPaidBtc,
    JointSettled,
    Payout,
    PoolDayStated,
    PowerBilled,
    PowerCorrected,
    ProgramCredit,
    SiteCostBilled,
)

RULES = Rulebook()
POOLS = "world:pools"
GRID = "world:grid"


def _payable(creditor: str) -> str:
    return f"liabilities:payable:{creditor}"


def _joint(host: str) -> str:
    return f"liabilities:joint:{host}"


def _power(site: str) -> str:
    return f"expenses:cost:mining:power:{site}"


def _hosting(site: str) -> str:
    return f"expenses:cost:mining:hosting:{site}"


def _at_pool(pool: str) -> str:
    return f"assets:bitcoin:pool:{pool}"


def _free(wallet: str) -> str:
    return f"assets:bitcoin:free:{wallet}"


@RULES.rule
def earned(fact: Earned) -> Effects:
    """Revenue at the stated price; the bitcoin is a mined lot at the pool, whose cost is that revenue."""
    pool = _at_pool(fact.pool)
    return (
        usd(fact.value, f"income:mining:{fact.site}", pool),
        Transfer("BTC", fact.sats, POOLS, pool, kind="mined"),
    )


@RULES.rule
def earned_reduced(fact: EarnedReduced) -> Effects:
    """The opposite of earning: revenue and carrying amount are less, and lots at the pool are given up."""
    pool = _at_pool(fact.pool)
    return (
        usd(fact.value, pool, f"income:mining:{fact.site}"),
        Transfer("BTC", fact.sats, pool, POOLS, kind="corrected", value=fact.value),
    )


@RULES.rule
def pool_day_stated(_fact: PoolDayStated) -> Effects:
    """A statement moves nothing; it is the evidence of what is earned."""
    return ()


@RULES.rule
def payout(fact: Payout) -> Effects:
    """Lots and carrying amount go from the pool to the wallet."""
    pool, wallet = _at_pool(fact.pool), _free(fact.wallet)
    return (usd(fact.value, pool, wallet), Transfer("BTC", fact.sats, pool, wallet))


@RULES.rule
def power_billed(fact: PowerBilled) -> Effects:
    """Cost of power is owed; the energy is counted."""
    return (
        usd(fact.amount, _payable(fact.creditor), _power(fact.site)),
        Transfer("ENERGY", fact.energy, GRID, f"memo:energy:{fact.site}"),
    )


@RULES.rule
def power_corrected(fact: PowerCorrected) -> Effects:
    """The differences of energy and cost are posted as the bill was."""
    return (
        usd(fact.amount, _payable(fact.creditor), _power(fact.site)),
        Transfer("ENERGY", fact.energy, GRID, f"memo:energy:{fact.site}"),
    )


@RULES.rule
def energy_metered(fact: EnergyMetered) -> Effects:
    """The energy is counted; whoever buys it bills it elsewhere."""
    return (Transfer("ENERGY", fact.energy, GRID, f"memo:energy:{fact.site}"),)


@RULES.rule
def energy_corrected(fact: EnergyCorrected) -> Effects:
    """The difference is counted as the energy was."""
    return (Transfer("ENERGY", fact.energy, GRID, f"memo:energy:{fact.site}"),)


@RULES.rule
def program_credit(fact: ProgramCredit) -> Effects:
    """The credit lowers both the cost of power and what is owed for it."""
    return (usd(fact.amount, _power(fact.site), _payable(fact.creditor)),)


@RULES.rule
def hosting_billed(fact: HostingBilled) -> Effects:
    """The host's fee is owed."""
    return (usd(fact.amount, _payable(fact.creditor), _hosting(fact.site)),)


@RULES.rule
def site_cost_billed(fact: SiteCostBilled) -> Effects:
    """The cost is owed."""
    return (usd(fact.amount, _payable(fact.creditor), f"expenses:cost:mining:site:{fact.site}"),)


@RULES.rule
def joint_contract_set(_fact: JointContractSet) -> Effects:
    """Terms move nothing."""
    return ()


@RULES.rule
def joint_settled(fact: JointSettled) -> Effects:
    """The host's share is a cost of hosting and is owed to it."""
    return (usd(fact.host_share, _joint(fact.host), _hosting(fact.site)),)


@RULES.rule
def joint_paid(fact: JointPaid) -> Effects:
    """Money settles the debt."""
    return (usd(fact.amount, f"assets:cash:{fact.bank}", _joint(fact.host)),)


@RULES.rule
def joint_paid_btc(fact: JointPaidBtc) -> Effects:
    """Bitcoin leaves at its fair value, which settles the debt."""
    wallet = _free(fact.wallet)
    return (
        usd(fact.value, wallet, _joint(fact.host)),
        Transfer("BTC", fact.sats, wallet, f"world:{fact.host}", kind="paid", value=fact.value),
    )
