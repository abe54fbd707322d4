"""What the facts of capital do to the ledger."""

from __future__ import annotations

from mintage.capital import facts as f
from mintage.journal.rules import Effects, Rulebook, Transfer, usd

RULES = Rulebook()

SHARES = "equity:shares"
HOLDERS = "world:shareholders"
ADS = "memo:ads"


def _cash(bank: str) -> str:
    return f"assets:cash:{bank}"


@RULES.rule
def preferred_issued(fact: f.PreferredIssued) -> Effects:
    """A liability at fair value; its cost of issuance is an expense."""
    bank = _cash(fact.bank)
    return (
        Transfer(f"PREF.{fact.series}", fact.shares, HOLDERS, f"memo:preferred:{fact.series}"),
        usd(fact.proceeds, f"liabilities:preferred:{fact.series}", bank),
        usd(fact.cost, bank, f"expenses:issuance:{fact.series}"),
    )


@RULES.rule
def preferred_remeasured(fact: f.PreferredRemeasured) -> Effects:
    """The liability grows against income."""
    return (usd(fact.change, f"liabilities:preferred:{fact.series}", f"income:fair-value:preferred:{fact.event}"),)


@RULES.rule
def preferred_converted(fact: f.PreferredConverted) -> Effects:
    """The liability becomes share capital; preferred shares become ADS."""
    return (
        Transfer(f"PREF.{fact.series}", fact.shares, f"memo:preferred:{fact.series}", HOLDERS),
        Transfer("ADS", fact.ads, HOLDERS, ADS),
        usd(fact.fair_value, SHARES, f"liabilities:preferred:{fact.series}"),
    )


@RULES.rule
def ads_issued(fact: f.AdsIssued) -> Effects:
    """Capital is raised net of its cost."""
    bank = _cash(fact.bank)
    return (
        Transfer("ADS", fact.ads, HOLDERS, ADS),
        usd(fact.proceeds, SHARES, bank),
        usd(fact.cost, bank, SHARES),
    )


@RULES.rule
def ads_vested(fact: f.AdsVested) -> Effects:
    """More ADS, no money."""
    return (Transfer("ADS", fact.ads, HOLDERS, ADS),)


@RULES.rule
def repurchase_prepaid(fact: f.RepurchasePrepaid) -> Effects:
    """A prepayment until ADS are repurchased."""
    return (usd(fact.amount, _cash(fact.bank), f"assets:prepaid:repurchase:{fact.broker}"),)


@RULES.rule
def repurchase_refunded(fact: f.RepurchaseRefunded) -> Effects:
    """What was left comes back."""
    return (usd(fact.amount, f"assets:prepaid:repurchase:{fact.broker}", _cash(fact.bank)),)


@RULES.rule
def ads_repurchased(fact: f.AdsRepurchased) -> Effects:
    """Treasury shares at cost; fewer ADS outstanding."""
    return (
        Transfer("ADS", fact.ads, ADS, HOLDERS),
        usd(fact.cost, f"assets:prepaid:repurchase:{fact.broker}", "equity:treasury"),
    )


@RULES.rule
def depositary_accrued(fact: f.DepositaryAccrued) -> Effects:
    """Other income, due from the depositary."""
    return (usd(fact.amount, f"income:grants:{fact.depositary}", f"assets:prepaid:depositary:{fact.depositary}"),)


@RULES.rule
def depositary_received(fact: f.DepositaryReceived) -> Effects:
    """What was due is paid."""
    return (usd(fact.amount, f"assets:prepaid:depositary:{fact.depositary}", _cash(fact.bank)),)
