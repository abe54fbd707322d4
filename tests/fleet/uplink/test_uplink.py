"""The contract of `Uplink`, held over HTTPS and on one machine: each parcel is in place once, or refused visibly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.sites import Headquarters
from mintage.fleet.uplink.envelope import Envelope, Kind, Uplink
from mintage.fleet.uplink.upload import send_some
from mintage.fleet.uplink.ways import HttpsUplink, LocalUplink
from mintage.units.errors import InputError, StoreError, WireError
from tests.fleet.uplink.place import HeadquartersOfTest, SiteOfTest, action


@asynccontextmanager
async def local(site: SiteOfTest, hq: HeadquartersOfTest) -> AsyncIterator[Uplink]:
    yield LocalUplink(site.name, site.outbox.agent, hq.inbox)


@asynccontextmanager
async def https(site: SiteOfTest, hq: HeadquartersOfTest) -> AsyncIterator[Uplink]:
    async with hq.listening() as described:
        uplink = HttpsUplink(site.name, site.outbox.agent, described)
        try:
            yield uplink
        finally:
            await uplink.close()


WAYS = {"local": local, "https": https}


def play(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    body: Callable[[SiteOfTest, HeadquartersOfTest, Uplink], Awaitable[None]],
) -> None:
    """Run a test's body between a site and headquarters."""

    async def run() -> None:
        site, hq = SiteOfTest(tmp_path), HeadquartersOfTest(tmp_path)
        monkeypatch.setenv("MINTAGE_SITE_TOKEN", hq.tokens["alder"])
        try:
            async with WAYS[way](site, hq) as uplink:
                await body(site, hq, uplink)
        finally:
            site.close()
            hq.close()

    asyncio.run(run())


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    """Each adapter."""
    return str(request.param)


def test_everything_arrives_once_and_is_forgotten_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Samples lie in headquarters' telemetry and facts in its journal before the outbox forgets them."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        for number in range(3):
            assert site.flush(number)
            site.outbox.record([action("alder", number)])
        assert site.outbox.waiting().parcels == 6
        while await send_some(site.outbox, uplink):
            pass
        assert hq.samples() == 90
        assert hq.keys() == ["fleet.action/alder/0", "fleet.action/alder/1", "fleet.action/alder/2"]
        assert hq.telemetry.work("alder", 0, 1 << 32, 300) == site.store.work("alder", 0, 1 << 32, 300)
        left = site.outbox.waiting()
        assert (left.parcels, left.size, left.refused, left.trouble) == (0, 0, 0, "")
        assert not list((site.folder / "outbox").iterdir())

    play(tmp_path, monkeypatch, way, body)


def test_parcels_that_come_again_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """An acknowledgement that was lost on the way costs a second sending and no second sample."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.flush(1)
        site.outbox.record([action("alder", 1)])
        batch = site.outbox.next_batch(10, 1 << 25)
        first, second = await uplink.send(batch), await uplink.send(batch)
        assert first == second
        assert all(receipt.taken for receipt in first)
        assert (hq.samples(), hq.keys()) == (30, ["fleet.action/alder/1"])

    play(tmp_path, monkeypatch, way, body)


def test_crash_of_headquarters_between_placing_and_noting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """What was put in place and not noted comes again and changes nothing, even after it was merged."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.flush(1)
        site.outbox.record([action("alder", 1)])
        batch = site.outbox.next_batch(10, 1 << 25)
        await uplink.send(batch)
        hq.db.execute("DELETE FROM received")
        assert [receipt.taken for receipt in await uplink.send(batch)] == [True, True]
        assert (hq.samples(), hq.keys()) == (30, ["fleet.action/alder/1"])

    play(tmp_path, monkeypatch, way, body)


def test_damage_on_the_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """A batch with one flipped bit is not taken, in no part, and is sent again later."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.outbox.record([action("alder", 1)])
        site.flush(1)
        batch = site.outbox.next_batch(10, 1 << 25)
        flipped = bytes([batch[1].body[0] ^ 1]) + batch[1].body[1:]
        with pytest.raises(WireError, match="damaged"):
            await uplink.send([batch[0], msgspec.structs.replace(batch[1], body=flipped)])
        assert (hq.samples(), hq.keys()) == (0, [])

    play(tmp_path, monkeypatch, way, body)


def test_parcel_of_another_site_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """A site cannot speak for another one, neither on the envelope nor inside."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.outbox.record([action("birch", 1)])
        batch = site.outbox.next_batch(10, 1 << 25)
        with pytest.raises(WireError, match="birch"):
            await uplink.send([msgspec.structs.replace(batch[0], site="birch")])
        await send_some(site.outbox, uplink)
        assert "another site" in site.outbox.waiting().problem
        assert hq.keys() == []

    play(tmp_path, monkeypatch, way, body)


def test_second_agent_of_a_site_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Two agents for one site are noticed; the second is heard when the first has been silent for a quarter hour."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.outbox.record([action("alder", 1)])
        await send_some(site.outbox, uplink)
        other = SiteOfTest(tmp_path / "elsewhere")
        other.outbox.record([action("alder", 2)])
        async with WAYS[way](other, hq) as second:
            with pytest.raises(WireError, match="another agent"):
                await send_some(other.outbox, second)
            assert hq.keys() == ["fleet.action/alder/1"]
            await hq.clock.advance(900)
            await send_some(other.outbox, second)
            assert hq.keys() == ["fleet.action/alder/1", "fleet.action/alder/2"]
        other.close()

    play(tmp_path, monkeypatch, way, body)


def test_state_that_was_set_back_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Another content under a number that was taken is refused, and so is a number below."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.outbox.record([action("alder", 1)])
        first = site.outbox.next_batch(1, 1 << 25)[0]
        await send_some(site.outbox, uplink)
        site.outbox.record([action("alder", 2)])
        second = site.outbox.next_batch(1, 1 << 25)[0]
        again = (await uplink.send([msgspec.structs.replace(second, seq=first.seq)]))[0]
        below = (await uplink.send([msgspec.structs.replace(second, seq=first.seq - 1)]))[0]
        assert "two agents" in again.problem
        assert "later parcels" in below.problem
        assert hq.keys() == ["fleet.action/alder/1"]

    play(tmp_path, monkeypatch, way, body)


def test_facts_that_a_site_may_not_tell_are_refused_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A site's token books no sales; a parcel that is refused for good does not stop those behind it."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        raw = (
            b'{"kind":"market.price-observed","key":"k","at":0,"date":"2026-01-05","actor":"x","grade":"recorded",'
            b'"evidence":null,"data":{}}'
        )
        forged = _envelope(site, site.outbox.reserve(), raw)
        site.outbox.give_up(forged.seq)
        garbage = _envelope(site, forged.seq + 1, b"PAR1 this is no Parquet file PAR1", kind="telemetry")
        receipts = await uplink.send([forged, garbage])
        assert [receipt.taken for receipt in receipts] == [False, False]
        assert "no file of samples" in receipts[1].problem
        site.outbox.reserve()
        site.outbox.give_up(forged.seq + 1)
        site.outbox.record([action("alder", 5)])
        await send_some(site.outbox, uplink)
        assert hq.keys() == ["fleet.action/alder/5"]

    play(tmp_path, monkeypatch, way, body)


def test_full_disk_of_headquarters_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """While headquarters cannot write, parcels wait at the site; what was taken before the trouble is acknowledged."""

    async def body(site: SiteOfTest, hq: HeadquartersOfTest, uplink: Uplink) -> None:
        site.outbox.record([action("alder", 1)])
        site.flush(1)
        blocked = hq.telemetry.root / ".incoming"
        hq.telemetry.root.mkdir(parents=True)
        blocked.write_text("a file where a folder is needed: nothing can be written under it")
        assert await send_some(site.outbox, uplink) == 1
        with pytest.raises(WireError):
            await send_some(site.outbox, uplink)
        assert site.outbox.waiting().parcels == 1
        blocked.unlink()
        await send_some(site.outbox, uplink)
        assert (hq.samples(), hq.keys(), site.outbox.waiting().parcels) == (30, ["fleet.action/alder/1"], 0)

    play(tmp_path, monkeypatch, way, body)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1:1", "http://hq.example", "ftp://127.0.0.1", "https://user:pw@hq.example", "https://", "hq"]
)
def test_token_never_travels_in_the_clear(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only https, or http that does not leave the machine."""
    monkeypatch.setenv("MINTAGE_SITE_TOKEN", "secret")
    with pytest.raises(InputError, match="token"):
        HttpsUplink("alder", "a1", Headquarters(url=url))


def test_missing_token_and_bad_trust_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing in the site's settings is said with its place."""
    monkeypatch.delenv("MINTAGE_SITE_TOKEN", raising=False)
    with pytest.raises(InputError, match="MINTAGE_SITE_TOKEN"):
        HttpsUplink("alder", "a1", Headquarters(url="https://hq.example"))
    monkeypatch.setenv("MINTAGE_SITE_TOKEN", "secret")
    trust = tmp_path / "trust.pem"
    trust.write_text("no certificate")
    for path in (trust, tmp_path / "nowhere.pem"):
        with pytest.raises(InputError, match=path.name):
            HttpsUplink("alder", "a1", Headquarters(url="https://hq.example", trust=str(path)))


def test_headquarters_that_nobody_vouches_for_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server with a certificate of an unknown authority is not sent a byte of the batch."""

    async def run() -> None:
        site, hq = SiteOfTest(tmp_path), HeadquartersOfTest(tmp_path)
        monkeypatch.setenv("MINTAGE_SITE_TOKEN", hq.tokens["alder"])
        site.outbox.record([action("alder", 1)])
        async with hq.listening() as described:
            uplink = HttpsUplink("alder", "a1", msgspec.structs.replace(described, trust=""))
            with pytest.raises(WireError, match=r"(?i)certificate"):
                await send_some(site.outbox, uplink)
            await uplink.close()
        assert hq.keys() == []
        assert site.outbox.waiting().parcels == 1
        site.close()
        hq.close()

    asyncio.run(run())


def test_local_site_keeps_its_own_samples(tmp_path: Path) -> None:
    """Where this machine is headquarters, samples are in place already and only facts move."""

    async def run() -> None:
        site, hq = SiteOfTest(tmp_path), HeadquartersOfTest(tmp_path)
        hq.inbox._telemetry = None
        site.flush(1)
        site.outbox.record([action("alder", 1)])
        await send_some(site.outbox, LocalUplink("alder", site.outbox.agent, hq.inbox))
        assert (hq.samples(), hq.keys(), site.outbox.waiting().parcels) == (0, ["fleet.action/alder/1"], 0)
        site.close()
        hq.close()

    asyncio.run(run())


def test_journal_that_cannot_be_written_is_trouble_not_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store error is told as such; the facts stay in the outbox."""

    async def run() -> None:
        site, hq = SiteOfTest(tmp_path), HeadquartersOfTest(tmp_path)

        def full(_facts: object) -> None:
            raise StoreError("disk full")

        monkeypatch.setattr(hq.journal, "append", full)
        site.outbox.record([action("alder", 1)])
        with pytest.raises(WireError, match="disk full"):
            await send_some(site.outbox, LocalUplink("alder", site.outbox.agent, hq.inbox))
        assert site.outbox.waiting().parcels == 1
        site.close()
        hq.close()

    asyncio.run(run())


def _envelope(site: SiteOfTest, seq: int, raw: bytes, kind: Kind = "facts") -> Envelope:
    return Envelope(site=site.name, seq=seq, kind=kind, sha256=sha256(raw).hexdigest(), body=raw)
