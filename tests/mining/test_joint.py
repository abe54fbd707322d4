"""Joint mining: the three forms, worked by hand and held by laws."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mintage.mining.facts import JointContractSet
from mintage.mining.joint import settlement, split_net, split_sats
from mintage.units.errors import InputError

EVEN = JointContractSet(site="texas", host="west", form="even", share_pct=Decimal(50))
RECOVER = JointContractSet(
    site="texas",
    host="west",
    form="recover-then-even",
    share_pct=Decimal(70),
    share_after_pct=Decimal(50),
    capital=1_000_000_00,
)
SHARE = JointContractSet(site="omo", host="south", form="revenue-share", share_pct=Decimal("37.5"))

nets = st.integers(0, 10**12)
shares = st.decimals("0.01", "100", places=2)
contracts = st.one_of(
    st.builds(JointContractSet, site=st.just("a"), host=st.just("b"), form=st.just("even"), share_pct=shares),
    st.builds(
        JointContractSet,
        site=st.just("a"),
        host=st.just("b"),
        form=st.just("recover-then-even"),
        share_pct=shares,
        share_after_pct=shares,
        capital=st.integers(1, 10**10),
    ),
)


def test_even_halves_the_net_and_the_host_bears_the_odd_cent() -> None:
    """USD 100.01 is shared 50.01 to 50.00: the company's half is rounded half up."""
    parts = split_net(EVEN, 10_001)
    assert (parts.company, parts.host, parts.recovered) == (5_001, 5_000, 0)


def test_the_company_takes_70_pct_until_its_capital_is_back() -> None:
    """Of USD 1m capital, a first USD 1m of net recovers 0.7m; the next 1m recovers 0.3m and shares the rest evenly."""
    first = split_net(RECOVER, 1_000_000_00)
    assert (first.company, first.host, first.recovered) == (700_000_00, 300_000_00, 700_000_00)
    second = split_net(RECOVER, 1_000_000_00, first.recovered)
    # 300,000 / 0.7 = 428,571.43 of the net at 70 %; the other 571,428.57 in halves of 285,714.29 and .28
    assert (second.company, second.host, second.recovered) == (585_714_29, 414_285_71, 300_000_00)
    third = split_net(RECOVER, 1_000_000_00, first.recovered + second.recovered)
    assert (third.company, third.host, third.recovered) == (500_000_00, 500_000_00, 0)


def test_hosting_is_paid_with_a_share_of_the_mined_bitcoin() -> None:
    """At 37.5 % to the company, 1.00000001 BTC leaves it 0.375 BTC and the host the rest; money splits alike."""
    parts = split_sats(SHARE, 100_000_001)
    assert (parts.company, parts.host) == (37_500_000, 62_500_001)
    assert split_net(SHARE, 10_000).company == 3_750
    with pytest.raises(InputError, match="shares money, not bitcoin"):
        split_sats(EVEN, 1)
    with pytest.raises(InputError, match="cannot be mined"):
        split_sats(SHARE, -1)


@given(contracts, nets, st.data())
def test_parts_sum_to_the_net_and_recovery_stops_at_the_capital(
    contract: JointContractSet, net: int, data: st.DataObject
) -> None:
    """No cent is lost, nobody gets less than nothing, and no more is recovered than the capital or the share."""
    before = data.draw(st.integers(0, contract.capital))
    settled = settlement(contract, net, before)
    assert settled.company_share + settled.host_share == net == settled.net_revenue
    assert settled.company_share >= settled.recovered >= 0
    assert settled.host_share >= 0
    assert before + settled.recovered <= contract.capital


@given(contracts, st.lists(nets, min_size=1, max_size=12))
def test_settling_in_parts_is_settling_at_once(contract: JointContractSet, parts: list[int]) -> None:
    """However the periods fall, the company ends within a cent or so per settlement of one settlement of all."""
    assume(contract.share_pct >= 1)
    recovered = company = 0
    for net in parts:
        settled = split_net(contract, net, recovered)
        company, recovered = company + settled.company, recovered + settled.recovered
    whole = split_net(contract, sum(parts))
    # A cent of rounding in what is recovered shifts up to 1 / share of net from the first rate to the second.
    slack = 2 * len(parts) * (1 + 1 / float(contract.share_pct / 100))
    assert abs(whole.company - company) <= slack
    assert abs(whole.recovered - recovered) <= len(parts)


@given(contracts, nets, nets)
def test_more_to_share_is_never_less_for_either(contract: JointContractSet, net: int, more: int) -> None:
    """Neither the company nor, within the cents of rounding, the host gets less when there is more to share."""
    low, high = split_net(contract, net), split_net(contract, net + more)
    assert high.company >= low.company - 1
    assert high.host >= low.host - 1


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"form": "even", "share_pct": Decimal(101)}, "share_pct"),
        ({"form": "even", "share_pct": Decimal(-1)}, "share_pct"),
        ({"form": "even", "share_pct": Decimal(50), "capital": 1}, "form"),
        ({"form": "revenue-share", "share_pct": Decimal(50), "share_after_pct": Decimal(50)}, "form"),
        ({"form": "recover-then-even", "share_pct": Decimal(70), "share_after_pct": Decimal(50)}, "capital"),
        ({"form": "recover-then-even", "share_pct": Decimal(70), "capital": 1}, "capital"),
        (
            {"form": "recover-then-even", "share_pct": Decimal(0), "share_after_pct": Decimal(50), "capital": 1},
            "capital",
        ),
        (
            {"form": "recover-then-even", "share_pct": Decimal(70), "share_after_pct": Decimal(500), "capital": 1},
            "share_after_pct",
        ),
    ],
)
def test_terms_that_cannot_be_applied_are_refused(terms: dict[str, object], field: str) -> None:
    """Shares outside 0 to 100, recovery without capital, and capital without recovery are bad input."""
    contract = JointContractSet(site="texas", host="west", **terms)  # type: ignore[arg-type]  # keywords by table
    with pytest.raises(InputError) as caught:
        split_net(contract, 100)
    assert caught.value.field == field


def test_a_loss_is_not_shared_by_guessing() -> None:
    """The terms do not say who bears a loss, so it is refused; so is a recovery beyond the capital."""
    with pytest.raises(InputError, match="made a loss"):
        split_net(EVEN, -1)
    with pytest.raises(InputError, match="do not fit a capital"):
        split_net(RECOVER, 100, RECOVER.capital + 1)
