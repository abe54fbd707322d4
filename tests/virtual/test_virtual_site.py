"""A virtual site: what machines do arrives at the pool, is paid on chain, and is seen by a meter and a wallet."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.sites import Site, load_site
from mintage.fleet.virtual.faults import Fault
from mintage.mining.virtual.book import Account, WorkerTally
from mintage.treasury.watch import Wallet, balance, payments
from mintage.units import parse_instant
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from mintage.virtual.site import VirtualSite
from mintage.wire.http import Web
from tests.loopback import block

pytest.importorskip("pbk", reason="Bitcoin Core's consensus library is not installed")
ROOT = Path(__file__).parents[2]
START_US = parse_instant("2025-08-01T00:00:00Z")
DAY_S = 86_400


def described(number: int) -> Site:
    """The example site on addresses of this test's own, with fourteen machines."""
    site, own = load_site(ROOT / "examples" / "site.toml"), block("site", number)
    account = msgspec.structs.replace(site.pool[0], stratum=(f"stratum+tcp://{own}.200:4133",))
    virtual = msgspec.structs.replace(
        site.virtual, machines=14, faults="", pool_listen=f"{own}.201:4180", chain_listen=f"{own}.202:4190"
    )
    meter = msgspec.structs.replace(site.meter[0], address=f"{own}.250:5020")
    return msgspec.structs.replace(
        site, ranges=(f"{own}.0/28",), rack=(), pool=(account,), meter=(meter,), virtual=virtual
    )


async def _statements(site: Site) -> list[dict[str, object]]:
    async with Web() as web:
        url = f"http://{site.virtual.pool_listen}/api/v1/accounts/lodequarry/days"
        return list((await web.json("GET", url))["days"])


def _account(playing: VirtualSite) -> Account:
    assert playing.pool is not None
    return playing.pool.book.accounts["lodequarry"]


def _tallies(playing: VirtualSite) -> dict[str, WorkerTally]:
    return _account(playing).work[date(2025, 8, 1)]


def test_a_day_of_work_is_stated_and_paid_on_chain(tmp_path: Path) -> None:
    """The pool's statement follows from the shares that machines counted, and the wallet holds what it paid."""
    site, clock = described(0), StepClock(START_US)

    async def scenario() -> None:
        async with VirtualSite(site, clock, tmp_path) as playing:
            await clock.advance(DAY_S - 1)
            await playing.hand_over()
            counted = sum(tally.accepted_diff for tally in _tallies(playing).values())
            await clock.advance(900)
            stated = (await _statements(site))[0]
            assert stated["date"] == "2025-08-01"
            hashes = counted * 2**32
            rate_ths = sum(machine.model.hashrate_ths for machine in playing.fleet.machines)
            assert hashes / DAY_S / 1e12 == pytest.approx(rate_ths, rel=0.05)
            assert int(str(stated["accepted_difficulty"])) == counted
            paid = _account(playing).paid
            await clock.advance(1200)
            wallet = Wallet(
                name="cold",
                network="regtest",
                source=f"http://{site.virtual.chain_listen}",
                addresses=(site.pool[0].address,),
            )
            found = await asyncio.to_thread(payments, wallet)
            assert balance(found) == sum(item.sats for item in paid) > 0
            assert [item.txid for item in found] == [item.txid for item in paid]

    asyncio.run(scenario())


def test_work_for_a_foreign_pool_is_not_credited(tmp_path: Path) -> None:
    """A machine that was turned to another pool earns nothing at ours, and the pool's count falls by its share."""
    site, clock = described(1), StepClock(START_US)

    async def scenario() -> None:
        async with VirtualSite(site, clock, tmp_path) as playing:
            await clock.advance(3600)
            await playing.hand_over()
            victim = playing.fleet.machines[-1]
            worker = victim.settings.pools[0].worker
            before = _tallies(playing)[worker].accepted_diff
            playing.fleet.strike(
                Fault(kind="wrong-pool", machines=(victim.address,), url="stratum+tcp://thief:3333", worker="thief.1")
            )
            await clock.advance(3600)
            await playing.hand_over()
            assert _tallies(playing)[worker].accepted_diff - before < before / 10
            assert playing.pool is not None
            assert set(playing.pool.accounts) == {"lodequarry"}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"pool": ()}, "needs a pool to play"),
        ({"ranges": ("127.0.0.1-127.0.0.9",)}, "needs a network"),
        ({"virtual": {"mix": "Q=0.5,X=0.5"}}, "no model is called 'X'"),
        ({"virtual": {"pool_listen": "nowhere"}}, "no address to listen on"),
    ],
)
def test_a_site_that_cannot_be_played_is_refused(tmp_path: Path, change: dict[str, object], word: str) -> None:
    """A site without pool, network, known models or address to listen on is refused before anything is left open."""
    site = described(2)
    virtual = change.pop("virtual", None)
    if isinstance(virtual, dict):
        change["virtual"] = msgspec.structs.replace(site.virtual, **virtual)
    site = msgspec.structs.replace(site, **change)

    async def scenario() -> None:
        async with VirtualSite(site, StepClock(START_US), tmp_path):
            pass

    with pytest.raises(InputError, match=word):
        asyncio.run(scenario())
