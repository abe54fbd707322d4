"""How a joint site's result is shared between the company and its host, exact in cents.

Three forms of contract are known (`mining.joint-contract-set`):

* even: revenue net of power and operating cost is shared at one rate throughout, mostly one half each;
* recover-then-even: the company takes more, say 70 %, until its share has paid back its capital, then one half;
* revenue-share: the host buys the power and is paid with a share of the mined bitcoin.

Source: the example company's published Texas contracts of November 2024 (the first two forms); row 12 of the
accounting checklist for the third: the host is a supplier, its share a cost, and revenue stays whole.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec

from mintage.mining.facts import JointContractSet, JointSettled
from mintage.units.errors import InputError


class Shares(msgspec.Struct, frozen=True):
    """One amount in two parts, cents or satoshis.

    Attributes:
        company: the company's part.
        host: the host's part; both sum to what was shared.
        recovered: of the company's part, what counts towards its capital, cents.
    """

    company: int
    host: int
    recovered: int = 0


def check_terms(contract: JointContractSet) -> JointContractSet:
    """The contract, if its terms can be applied.

    Raises:
        InputError: a share is not between 0 and 100 per cent, or terms of "recover-then-even" are missing or are
            given to another form.
    """
    for field, share_pct in (("share_pct", contract.share_pct), ("share_after_pct", contract.share_after_pct)):
        if share_pct is not None and not 0 <= share_pct <= 100:
            raise InputError(f"{share_pct} is not a share in per cent.", remedy="Give 0 to 100.", field=field)
    recovers = contract.form == "recover-then-even"
    if recovers and (contract.share_after_pct is None or contract.capital <= 0 or contract.share_pct == 0):
        raise InputError(
            "a contract that recovers capital first needs capital, a share until then and a share after it.",
            remedy="Give capital, share_pct and share_after_pct.",
            field="capital",
        )
    if not recovers and (contract.share_after_pct is not None or contract.capital):
        raise InputError(
            f"a contract of the form '{contract.form}' recovers no capital.",
            remedy="Leave out capital and share_after_pct, or use the form recover-then-even.",
            field="form",
        )
    return contract


def split_net(contract: JointContractSet, net_cents: int, recovered_cents: int = 0) -> Shares:
    """Share a period's result.

    Args:
        contract: the terms.
        net_cents: what is shared: revenue net of power and operating cost, or under "revenue-share" the value of
            the mined bitcoin; cents.
        recovered_cents: capital recovered under this contract before, cents.

    Raises:
        InputError: the terms cannot be applied, the result is a loss, or more was recovered than the capital.

    Source: the company's part is rounded half up to the cent and the host has the rest. Where the capital comes
    back within the period, the result up to (capital left / share) is shared at the first rate, the rest at the
    second.
    """
    check_terms(contract)
    if net_cents < 0:
        raise InputError(
            "the period made a loss, and who bears a loss is not among the terms.",
            remedy="Agree it with the host, then record mining.joint-settled with the agreed parts.",
            field="net_revenue",
        )
    first = _ratio(contract.share_pct)
    if contract.share_after_pct is None:
        company = _half_up(net_cents * first)
        return Shares(company, net_cents - company)
    left = contract.capital - recovered_cents
    if left < 0 or recovered_cents < 0:
        raise InputError(
            f"{recovered_cents} cents recovered do not fit a capital of {contract.capital} cents.",
            remedy="Correct the earlier settlements by reversal.",
            field="recovered",
        )
    company = _half_up(net_cents * first)
    if company <= left:
        return Shares(company, net_cents - company, company)
    net_first = _half_up(left / first)
    company = left + _half_up((net_cents - net_first) * _ratio(contract.share_after_pct))
    return Shares(company, net_cents - company, left)


def split_sats(contract: JointContractSet, sats: int) -> Shares:
    """Share mined bitcoin under a contract of the form "revenue-share", in satoshis.

    Raises:
        InputError: the contract has another form, its terms cannot be applied, or `sats` is negative.

    Source: the company's part is rounded half up to the satoshi and the host has the rest.
    """
    check_terms(contract)
    if contract.form != "revenue-share":
        raise InputError(
            f"a contract of the form '{contract.form}' shares money, not bitcoin.",
            remedy="Use split_net with the period's result.",
            field="form",
        )
    if sats < 0:
        raise InputError(f"{sats} satoshis cannot be mined.", field="sats")
    company = _half_up(sats * _ratio(contract.share_pct))
    return Shares(company, sats - company)


def settlement(contract: JointContractSet, net_cents: int, recovered_cents: int = 0) -> JointSettled:
    """The fact that records a period's sharing.

    Raises:
        InputError: as `split_net`.
    """
    shares = split_net(contract, net_cents, recovered_cents)
    return JointSettled(
        site=contract.site,
        host=contract.host,
        net_revenue=net_cents,
        company_share=shares.company,
        host_share=shares.host,
        recovered=shares.recovered,
    )


def _ratio(share_pct: Decimal) -> Fraction:
    return Fraction(share_pct) / 100


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
