"""The whitelist of pools: the same place in another spelling passes, another place in no spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.sites import PoolAccount, Site
from mintage.fleet.whitelist import endpoint, foreign

OURS = "stratum+tcp://pool.example:3333"
SITE = Site(
    name="alder",
    region="canada",
    ranges=(),
    pool=(
        PoolAccount(name="p", adapter="csv", url="statements", account="us", stratum=(OURS,), workers=("us.*",)),
        PoolAccount(
            name="t",
            adapter="csv",
            url="statements",
            account="us",
            stratum=("stratum+ssl://pool.example:3334",),
            workers=("us.*",),
        ),
    ),
)


@pytest.mark.parametrize(
    "url",
    [
        OURS,
        "stratum+tcp://POOL.example:3333",
        "stratum+tcp://pool.example:3333/",
        "pool.example:3333",
        " tcp://pool.example:3333 ",
        "stratum+tls://pool.example:3334",
    ],
)
def test_our_pools_pass_as_machines_spell_them(url: str) -> None:
    """With and without a scheme, with a final slash, in capitals."""
    assert foreign(SITE, url, "us.m1") == ""


@pytest.mark.parametrize(
    "url",
    [
        "stratum+tcp://evil.com:3333/x://pool.example:3333",
        "stratum+tcp://evil.com:3333#://pool.example:3333",
        "stratum+tcp://evil.com:3333?://pool.example:3333",
        "stratum+tcp://pool.example:3333@evil.com:3333",
        "stratum+tcp://evil@pool.example:3333",
        "stratum+tcp://evil.com:3333\\@pool.example:3333",
        "stratum+tcp://pool.example:3333.evil.com",
        "stratum+tcp://pool.example:3333/#evil",
        "stratum+tcp://pool.example:3333/else",
        "stratum+tcp://pool.example",
        "stratum+tcp://pool.example:3334",
        "stratum+ssl://pool.example:3333",
        "http://pool.example:3333",
        "stratum+tcp://pool.example:99999999",
        "stratum+tcp://pool\u200b.example:3333",
        "stratum+tcp://pool.example:33\n33",
        "http://[",
        "",
    ],
)
def test_no_other_place_passes_as_ours(url: str) -> None:
    """Another host, port, protocol or path is foreign, and so is what two readers could take apart differently."""
    assert "is not a pool of this site" in foreign(SITE, url, "us.m1")


def test_worker_must_be_ours() -> None:
    """Our pool under somebody else's name is foreign."""
    assert "is not a worker of ours" in foreign(SITE, OURS, "evil.m1")


@given(before=st.text(max_size=12), after=st.text(max_size=12))
def test_what_stands_around_our_pool_does_not_make_another_one_ours(before: str, after: str) -> None:
    """Whatever is written before or after, what passes leads to our host and port."""
    found = endpoint(f"stratum+tcp://{before}pool.example:3333{after}")
    if found and not foreign(SITE, f"stratum+tcp://{before}pool.example:3333{after}", "us.m1"):
        assert (before.strip(), after.strip().strip("/")) == ("", "")
