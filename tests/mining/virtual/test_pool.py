"""The virtual pool over real sockets: shares, statements, payouts, tokens, and peers that misbehave."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import bdkpython
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.market.network import difficulty, target_from_bits
from mintage.mining.virtual import lines
from mintage.mining.virtual.api import token_hash
from mintage.mining.virtual.book import Terms, midnight_us
from mintage.mining.virtual.client import StratumClient
from mintage.mining.virtual.faults import PoolFault
from mintage.mining.virtual.jobs import Jobs
from mintage.mining.virtual.pool import STATED_AFTER_S, PoolSettings, VirtualPool
from mintage.mining.virtual.stratum import StratumServer
from mintage.units.clock import StepClock
from mintage.units.errors import WireError
from mintage.wire.http import Web

DAY = date(2025, 7, 1)
NOON_US = midnight_us(DAY) + 12 * 3600 * 1_000_000
TERMS = Terms(network_difficulty=Decimal(116958512019762), mean_fees_sats=Decimal(2_000_000), fee_pct=Decimal("0.5"))
SHARE = 1 << 19
WORK = 4_000_000 * SHARE


class _Chain:
    """Pays by noting down; refuses where it is told to."""

    def __init__(self) -> None:
        self.paid: list[tuple[str, int]] = []
        self.broken = False

    async def pay(self, address: str, sats: int) -> str:
        if self.broken:
            raise WireError("the chain does not answer.", peer="chain")
        self.paid.append((address, sats))
        return f"{len(self.paid):064x}"


class _Raw:
    """A connection that says exactly what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> _Raw:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def line(self) -> bytes:
        async with asyncio.timeout(5):
            return await self._reader.readline()

    async def say(self, text: str) -> bytes:
        self._writer.write(text.encode() + b"\n")
        return await self.line()

    async def share(self, number: int, job: str, time: str, nonce: str, worker: str = "acme.rig") -> Any:
        params = json.dumps([worker, job, "00000000", time, nonce])
        return json.loads(await self.say(f'{{"id":{number},"method":"mining.submit","params":{params}}}'))

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def finish(self) -> None:
        self._writer.write_eof()

    def close(self) -> None:
        self._writer.close()

    async def ended(self) -> bool:
        """Whether the other side closed, possibly after some last lines."""
        async with asyncio.timeout(5):
            try:
                while await self._reader.read(65_536):
                    pass
            except ConnectionError:
                pass
        return True


def _pool(clock: StepClock, chain: _Chain | None = None, **given: Any) -> VirtualPool:
    settings = PoolSettings(terms=TERMS, share_difficulty=SHARE, **{"refresh_s": 600, **given})
    return VirtualPool(settings, clock, chain, {"acme": "bcrt1qacme"})


def test_the_protocols_lines_are_exact() -> None:
    """Subscribe, configure, authorize and the first job go over the wire byte for byte as miners expect them."""

    async def talk() -> None:
        async with _pool(StepClock(NOON_US)) as pool:
            raw = await _Raw.to(pool.stratum_port)
            assert await raw.say('{"id":1,"method":"mining.subscribe","params":["cgminer/4.11"]}') == (
                b'{"id":1,"result":[[["mining.set_difficulty","00000001"],["mining.notify","00000001"]],'
                b'"00000001",4],"error":null}\n'
            )
            assert (
                await raw.say(
                    '{"id":2,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"ffffffff"}]}'
                )
                == b'{"id":2,"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"},"error":null}\n'
            )
            granted = await raw.say('{"id":3,"method":"mining.authorize","params":["acme.rig","x"]}')
            assert granted == b'{"id":3,"result":true,"error":null}\n'
            assert await raw.line() == b'{"id":null,"method":"mining.set_difficulty","params":[524288]}\n'
            notify = json.loads(await raw.line())
            assert (notify["id"], notify["method"], len(notify["params"])) == (None, "mining.notify", 9)
            raw.close()

    asyncio.run(talk())


async def _worker(pool: VirtualPool) -> tuple[_Raw, list[Any]]:
    raw = await _Raw.to(pool.stratum_port)
    await raw.say('{"id":1,"method":"mining.subscribe","params":[]}')
    await raw.say('{"id":2,"method":"mining.authorize","params":["acme.rig","x"]}')
    await raw.line()
    return raw, json.loads(await raw.line())["params"]


def test_each_share_counts_once_and_a_refusal_says_why() -> None:
    """Accepted, duplicate, stale, malformed, foreign and out-of-time shares are told apart by the error's number."""

    async def talk() -> None:
        clock = StepClock(NOON_US)
        async with _pool(clock, refresh_s=60) as pool:
            raw, (job, *_, time, _clean) = await _worker(pool)
            assert (await raw.share(3, job, time, "0000000a"))["result"] is True
            assert (await raw.share(4, job, time, "0000000A"))["error"] == [22, "Duplicate share", None]
            assert (await raw.share(5, "1f", time, "0000000b"))["error"] == [21, "Job not found", None]
            assert (await raw.share(6, job, time, "0b"))["error"][0] == 20
            assert (await raw.share(7, job, "00000000", "0000000c"))["error"] == [20, "Time out of range", None]
            assert (await raw.share(8, job, time, "0000000d", "other.rig"))["error"][0] == 24
            tally = pool.book.accounts["acme"].work[DAY]["acme.rig"]
            assert (tally.accepted_diff, tally.rejected_diff) == (SHARE, 4 * SHARE)
            await clock.advance(600)
            told = [json.loads(await raw.line())["params"] for _ in range(10)]
            assert [params[8] for params in told].count(True) == 1
            assert (await raw.share(9, job, time, "0000000e"))["error"] == [21, "Job not found", None]
            assert (await raw.share(10, told[-1][0], told[-1][7], "0000000a"))["result"] is True
            raw.close()

    asyncio.run(talk())


def test_jobs_are_what_a_miner_can_build_a_block_from() -> None:
    """The coinbase is a coinbase transaction that pays the reward, and the bits are the network's difficulty."""
    jobs = Jobs(7, TERMS.network_difficulty, 314_500_000, first_height=0)
    job = jobs.job(jobs.number(NOON_US))
    coinbase = bdkpython.Transaction(bytes.fromhex(job.coinbase1 + "00000001" + "0000002a" + job.coinbase2))
    assert coinbase.is_coinbase()
    assert [output.value.to_sat() for output in coinbase.output()] == [314_500_000]
    stated = difficulty(target_from_bits(job.bits))
    assert abs(stated / TERMS.network_difficulty - 1) < Decimal("0.0001")
    assert Jobs(7, TERMS.network_difficulty, 314_500_000).job(5) == Jobs(7, TERMS.network_difficulty, 314_500_000).job(
        5
    )
    assert Jobs(8, TERMS.network_difficulty, 314_500_000).job(5) != Jobs(7, TERMS.network_difficulty, 314_500_000).job(
        5
    )


def test_the_client_hands_in_the_work_of_its_machine() -> None:
    """Over any number of calls, the pool counts the machine's work to within one share, and its rejects as rejects."""

    async def talk() -> None:
        async with (
            _pool(StepClock(NOON_US)) as pool,
            StratumClient("127.0.0.1", pool.stratum_port, "acme.r7") as client,
        ):
            for _ in range(5):
                await client.work(700 * SHARE + SHARE // 3, SHARE)
            tally = pool.book.accounts["acme"].work[DAY]["acme.r7"]
            assert (client.accepted_shares, client.rejected_shares) == (3_501, 5)
            assert (tally.accepted_diff, tally.rejected_diff) == (3_501 * SHARE, 5 * SHARE)

    asyncio.run(talk())


def test_the_client_says_when_the_pool_is_gone() -> None:
    """A pool that closes is an error of the wire at once, not a wait."""

    async def talk() -> None:
        async with _pool(StepClock(NOON_US)) as pool:
            client = StratumClient("127.0.0.1", pool.stratum_port, "acme.r7")
            await client.__aenter__()
        async with asyncio.timeout(5):
            with pytest.raises(WireError):
                await client.work(SHARE)
            await client.__aexit__(None, None, None)

    asyncio.run(talk())


@pytest.mark.parametrize(
    "hostile",
    [b"x" * (lines.LINE_BYTES_MAX + 2), b"GET / HTTP/1.1\n", b"[1,2]\n", b'{"id":1,"method":5}\n', b"\xff\xfe\n"],
    ids=["long", "http", "array", "type", "bytes"],
)
def test_what_is_not_stratum_ends_the_connection_and_nothing_else(hostile: bytes) -> None:
    """A peer that sends garbage is closed; the others go on."""

    async def talk() -> None:
        async with _pool(StepClock(NOON_US)) as pool:
            good, (job, *_, time, _clean) = await _worker(pool)
            bad = await _Raw.to(pool.stratum_port)
            bad.send(hostile)
            assert await bad.ended()
            bad.close()
            assert (await good.share(3, job, time, "0000000a"))["result"] is True
            good.close()

    asyncio.run(talk())


def test_silent_peers_and_too_many_peers_are_closed() -> None:
    """Who does not subscribe in time is closed, and so is who comes above the limit of connections."""

    async def talk() -> None:
        clock = StepClock(NOON_US)
        jobs = Jobs(1, TERMS.network_difficulty, 1)
        server = StratumServer(jobs, lambda *_: None, clock, connections_max=2, handshake_s=0.2)
        async with server.listening("127.0.0.1", 0) as port:
            raws = [await _Raw.to(port) for _ in range(3)]
            for raw in raws:
                assert await raw.ended()
                raw.close()

    asyncio.run(talk())


def test_a_day_is_stated_paid_and_read_over_http() -> None:
    """A day's work becomes a statement after midnight, a payout to the account's address, and rows of the API."""

    async def live() -> None:
        clock, chain = StepClock(NOON_US), _Chain()
        async with _pool(clock, chain) as pool, Web() as web:
            pool.credit_work("acme.r1", WORK, SHARE, NOON_US)
            base = f"{pool.url}/api/v1/accounts/acme"
            assert (await web.json("GET", f"{base}/days"))["days"] == []
            workers = (await web.json("GET", f"{base}/workers"))["workers"]
            assert [(row["worker"], row["accepted_difficulty"]) for row in workers] == [("acme.r1", WORK)]
            await clock.advance(12 * 3600 + STATED_AFTER_S)
            (row,) = (await web.json("GET", f"{base}/days?first={DAY}&last={DAY}"))["days"]
            assert (row["date"], row["accepted_difficulty"], row["rejected_difficulty"]) == (str(DAY), WORK, SHARE)
            gross, fee, net = (Decimal(row[name]) for name in ("gross_btc", "fee_btc", "net_btc"))
            assert gross - fee == net > 0
            assert chain.paid == [("bcrt1qacme", int(net.scaleb(8)))]
            (payout,) = (await web.json("GET", f"{base}/payouts"))["payouts"]
            assert (payout["txid"], Decimal(payout["amount_btc"])) == (f"{1:064x}", net)
            assert (await web.json("GET", f"{base}/hashrate"))["hashrate_24h_hs"] > 0
            nobody = await web.request("GET", f"{pool.url}/api/v1/accounts/nobody/days")
            slip = await web.request("GET", f"{base}/days?first=yesterday")
            assert (nobody.status, slip.status) == (404, 400)

    asyncio.run(live())


def test_a_payout_that_fails_is_due_again() -> None:
    """Where the chain does not answer, the balance stands, says why, and is paid with the next day's."""

    async def live() -> None:
        clock, chain = StepClock(NOON_US), _Chain()
        chain.broken = True
        async with _pool(clock, chain) as pool:
            pool.credit_work("acme.r1", WORK, 0, NOON_US)
            await clock.advance(86_400)
            assert chain.paid == []
            assert "does not answer" in pool.unpaid["acme"]
            chain.broken = False
            await clock.advance(86_400)
            assert chain.paid == [("bcrt1qacme", pool.book.accounts["acme"].statements[DAY].net_sats)]
            assert pool.unpaid == {}

    asyncio.run(live())


def test_without_the_token_nothing_is_read() -> None:
    """The API answers 401 without a token or with a wrong one, and never says what the right one is."""

    async def live() -> None:
        hashes = frozenset({token_hash("right")})
        async with _pool(StepClock(NOON_US), token_hashes=hashes) as pool, Web() as web:
            pool.credit_work("acme.r1", 1, 0, NOON_US)
            url = f"{pool.url}/api/v1/accounts/acme/days"
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right"}):
                answer = await web.request("GET", url, headers=headers)
                assert (answer.status, answer.body) == (401, b'{"error":"a token is needed"}')
            assert (await web.request("GET", url, headers={"Authorization": "Bearer right"})).status == 200

    asyncio.run(live())


def test_faults_of_the_api_show_in_its_answers() -> None:
    """A missing day is left out; a changed form has none of the fields that were there."""

    async def live() -> None:
        clock = StepClock(NOON_US)
        next_day = DAY + timedelta(days=1)
        faults = (
            PoolFault(kind="missing-day", day=DAY),
            PoolFault(kind="changed-form", day=DAY + timedelta(days=3)),
        )
        async with _pool(clock, faults=faults) as pool, Web() as web:
            pool.credit_work("acme.r1", WORK, 0, NOON_US)
            await clock.advance(2 * 86_400)
            url = f"{pool.url}/api/v1/accounts/acme/days"
            assert [row["date"] for row in (await web.json("GET", url))["days"]] == [str(next_day)]
            await clock.advance(86_400)
            changed = await web.json("GET", url)
            assert "days" not in changed
            assert len(changed["statements"]) == 3

    asyncio.run(live())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
METHODS = st.sampled_from(
    ["mining.subscribe", "mining.authorize", "mining.submit", "mining.configure", "mining.suggest_difficulty", "x"]
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(METHODS, st.lists(JSON, max_size=6)), min_size=1, max_size=20))
def test_no_parameters_break_the_pool(asked: list[tuple[str, list[Any]]]) -> None:
    """Whatever stands in a request, each is answered or the connection ends, and an honest worker is served after."""

    async def talk() -> None:
        async with _pool(StepClock(NOON_US)) as pool:
            raw = await _Raw.to(pool.stratum_port)
            for number, (method, params) in enumerate(asked):
                raw.send(lines.request(number, method, params))
            raw.finish()
            assert await raw.ended()
            raw.close()
            good, (job, *_, time, _clean) = await _worker(pool)
            assert (await good.share(3, job, time, "0000000a"))["result"] is True
            good.close()

    asyncio.run(talk())
