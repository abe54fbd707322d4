"""Payouts against the chain: each payment counts once, where it should have gone, and only while it is in a block."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from mintage.daily.arrivals import Arrived, arrivals
from mintage.fleet.sites import PoolAccount
from mintage.journal.core import PeriodLocked, Reversal
from mintage.mining.drivers.port import PoolPayout
from mintage.mining.facts import Payout
from mintage.mining.virtual.book import midnight_us
from mintage.treasury.facts import BitcoinSold
from mintage.treasury.watch import Payment
from tests.daily.world import ADDRESS, DAY, ENERGY_WH, NEXT, World, world

POOL, COLD = "assets:bitcoin:pool:north", "assets:bitcoin:free:cold"
TX = "a" * 64
AT_US = midnight_us(DAY) + 7200 * 1_000_000
SATS = 400_000


def _account(name: str, address: str = "") -> PoolAccount:
    return PoolAccount(
        name=name, adapter="virtual", url="http://x", account="acme", stratum=(), workers=(), address=address
    )


def _claim(name: str, sats: int = SATS, address: str = "", paid_to: str = "") -> tuple[PoolAccount, PoolPayout]:
    stated = PoolPayout(pool="virtual", account="acme", txid=TX, sats=sats, at_us=AT_US, address=paid_to)
    return _account(name, address), stated


def _found(*claims: tuple[PoolAccount, PoolPayout], sats: int = SATS) -> Sequence[Arrived]:
    return arrivals(claims, {"cold": {TX: Payment(AT_US, TX, sats, (ADDRESS,), 5, 1)}}, [])


def test_two_pools_that_name_one_transaction_are_paid_once() -> None:
    """One payment is worth no more than it brought, however many pools claim it; the second claim is told."""
    first, second = _found(_claim("north"), _claim("south"))
    assert (first.account.name, first.sats, first.problem) == ("north", SATS, "")
    assert second.sats is None
    assert "of which 0.00000000 BTC is not another payout's" in second.problem


def test_one_transaction_that_pays_two_accounts_is_shared_as_they_state() -> None:
    """A pool may pay two accounts at once: each gets what is stated where the payment brought it all."""
    found = _found(_claim("north", 300_000), _claim("south", 100_000))
    assert [item.sats for item in found] == [300_000, 100_000]


def test_a_payment_to_another_address_is_not_this_payout() -> None:
    """Where the account has an address, a payment that went to another one of the wallet is told, not taken."""
    (wrong,) = _found(_claim("north", address="bc1qother"))
    assert (wrong.sats, wrong.problem) == (None, f"it went to {ADDRESS}, not to bc1qother.")
    (right,) = _found(_claim("north", address=ADDRESS))
    assert right.sats == SATS
    (never,) = arrivals([_claim("north", address=ADDRESS, paid_to="bc1qthief")], {"cold": {}}, [])
    assert "says that it paid bc1qthief" in never.problem


def test_what_leaves_the_wallet_is_no_payout() -> None:
    """A transaction that spent from the wallet cannot have paid it."""
    (item,) = _found(_claim("north"), sats=-SATS)
    assert item.sats is None
    assert "brought -0.00400000 BTC" in item.problem


async def _paid(made: World) -> str:
    """Two days, after which the first day's payout is booked; its transaction."""
    for day in (DAY, NEXT):
        made.observe(day)
        made.worked(day)
        await made.mine()
        await made.run(day)
    (stored,) = made.journal.facts(Payout.kind)
    assert isinstance(stored.fact.data, Payout)
    return stored.fact.data.txid


def test_a_payout_that_was_reorganised_away_is_told_and_undone() -> None:
    """Its fact is reversed once and the day is not closed; mined again, it is booked anew, once."""

    async def live() -> None:
        async with world() as made:
            txid = await _paid(made)
            held = made.journal.balances()[COLD, "BTC"]
            away = [item for item in made.chain.seen if item.txid == txid]
            made.chain.seen = [item for item in made.chain.seen if item.txid != txid]
            told = await made.run(NEXT, record=False)
            assert told.pending == (f"payout-undone:{txid}:north",)
            report = await made.run(NEXT)
            assert not report.closed
            assert any("is on the chain no more" in text for text in report.missing)
            assert report.recorded == (f"payout-undone:{txid}:north",)
            assert (COLD, "BTC") not in made.journal.balances()
            assert (await made.run(NEXT)).recorded == ()
            made.chain.seen += [replace(item, height=99) for item in away]
            assert (await made.run(NEXT)).recorded == (f"payout:{txid}:north:2",)
            assert made.journal.balances()[COLD, "BTC"] == held
            assert (await made.run(NEXT)).recorded == ()

    asyncio.run(live())


def test_a_payout_replaced_by_another_transaction_is_booked_once() -> None:
    """The pool names another transaction: the lost one is undone, the new one is booked, the wallet holds one."""

    async def live() -> None:
        async with world() as made:
            txid = await _paid(made)
            held, pool = made.journal.balances()[COLD, "BTC"], made.pool.book.accounts["acme"]
            pool.paid[:] = [replace(item, txid="b" * 64) if item.txid == txid else item for item in pool.paid]
            made.chain.seen = [replace(item, txid="b" * 64) if item.txid == txid else item for item in made.chain.seen]
            report = await made.run(NEXT)
            assert report.recorded == (f"payout-undone:{txid}:north", f"payout:{'b' * 64}:north")
            assert made.journal.balances()[COLD, "BTC"] == held
            assert (await made.run(NEXT)).closed

    asyncio.run(live())


def test_a_lost_payout_that_was_spent_is_told_and_stops_nothing() -> None:
    """What left the wallet since cannot be undone by itself: the report says so and the rest of the day is recorded."""

    async def live() -> None:
        async with world() as made:
            txid = await _paid(made)
            held = made.journal.balances()[COLD, "BTC"]
            made.note("sold", BitcoinSold(wallet="cold", bank="dbs", sats=held, proceeds=1), NEXT)
            made.chain.seen = [item for item in made.chain.seen if item.txid != txid]
            made.worked(NEXT, number=2, metered=ENERGY_WH)
            report = await made.run(NEXT)
            assert any("have left" in text for text in report.missing)
            assert report.recorded == (f"power:{NEXT}:alder:2",)
            assert list(made.journal.facts(Reversal.kind)) == []

    asyncio.run(live())


def test_a_payout_of_a_closed_period_is_dated_today() -> None:
    """A payment that is found after its period was closed is booked with the open date, and blocks nothing."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY)
            await made.mine()
            await made.run()
            made.observe(NEXT)
            made.worked(NEXT)
            await made.mine()
            made.note("lock", PeriodLocked(period="2025-07-02"), NEXT)
            report = await made.run(NEXT)
            assert report.closed
            (stored,) = made.journal.facts(Payout.kind)
            assert stored.fact.date == date(2025, 7, 3)

    asyncio.run(live())


def test_where_today_is_closed_too_the_report_says_so() -> None:
    """The journal's refusal is a reason in the report, fact by fact, not the end of the run."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.worked(DAY)
            await made.mine()
            made.note("lock", PeriodLocked(period="2025-07"), date(2025, 7, 31))
            report = await made.run()
            assert report.recorded == ()
            assert any("2025-07, which is closed" in text for text in report.missing)

    asyncio.run(live())
