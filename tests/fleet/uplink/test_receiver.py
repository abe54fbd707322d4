"""Headquarters on the network: whatever is sent, only whole batches of authenticated sites change anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from itertools import islice
from pathlib import Path

import duckdb
import httpx
import pytest

from mintage.fleet.uplink import receiver as receiving
from mintage.fleet.uplink.envelope import BATCH_BYTES_MAX, BODY_BYTES_MAX, Envelope, pack, unpack
from mintage.fleet.uplink.tokens import load_tokens, new_token
from mintage.units.errors import InputError
from tests.fleet.uplink.place import HeadquartersOfTest, SiteOfTest, action

Body = Callable[[HeadquartersOfTest, httpx.AsyncClient, str], Awaitable[None]]


def play(tmp_path: Path, body: Body) -> None:
    """Run a test's body against a headquarters that listens, and hold that nothing was changed."""

    async def run() -> None:
        hq = HeadquartersOfTest(tmp_path)
        async with hq.listening() as described, httpx.AsyncClient(verify=hq.tls(), trust_env=False) as client:
            await body(hq, client, described.url)
        left = [path for path in hq.telemetry.root.rglob("*") if path.is_file()]
        assert (hq.keys(), left, hq.db.rows("SELECT * FROM received")) == ([], [], [])
        hq.close()

    asyncio.run(run())


def headers(hq: HeadquartersOfTest, site: str = "alder") -> dict[str, str]:
    """What an agent sends."""
    return {"Authorization": f"Bearer {hq.tokens[site]}", "Mintage-Agent": "a1"}


def batch(tmp_path: Path, site: str = "alder") -> bytes:
    """A batch of one fact."""
    sender = SiteOfTest(tmp_path, site)
    sender.outbox.record([action(site, 1)])
    raw = pack(sender.outbox.next_batch(10, BODY_BYTES_MAX))
    sender.close()
    return raw


async def begun(
    hq: HeadquartersOfTest, url: str, part: bytes, length: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose body is longer than what was sent of it."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=hq.tls(), server_hostname="127.0.0.1")
    lines = [f"{name}: {value}" for name, value in headers(hq).items()]
    head = ["POST /v1/sites/alder/parcels HTTP/1.1", "Host: hq", *lines, f"Content-Length: {length}", "", ""]
    writer.write("\r\n".join(head).encode() + part)
    await writer.drain()
    return reader, writer


def test_only_a_site_itself_may_send(tmp_path: Path) -> None:
    """No token, a wrong one, another site's, another scheme, a lost agent: each has its status and no effect."""
    raw = batch(tmp_path)

    async def body(hq: HeadquartersOfTest, client: httpx.AsyncClient, url: str) -> None:
        own = headers(hq)
        tries = [
            ({}, "alder", 401),
            ({**own, "Authorization": "Bearer wrong"}, "alder", 401),
            ({**own, "Authorization": own["Authorization"].replace("Bearer", "Basic")}, "alder", 401),
            ({**own, "Authorization": f"Bearer {load_tokens(hq.sites).site[0].token_sha256}"}, "alder", 401),
            (headers(hq, "birch"), "alder", 403),
            (own, "birch", 403),
            (own, "..%2F..%2Fetc", 404),
            (own, "../alder", 404),
            ({"Authorization": own["Authorization"]}, "alder", 400),
            ({**own, "Mintage-Agent": "a" * 65}, "alder", 400),
        ]
        for sent, site, status in tries:
            answer = await client.post(f"{url}/v1/sites/{site}/parcels", content=raw, headers=sent)
            assert answer.status_code == status, (sent, site)
            assert hq.tokens["alder"] not in answer.text

    play(tmp_path, body)


def test_what_is_no_batch_is_refused(tmp_path: Path) -> None:
    """Garbage, a batch cut short, wrong types, unknown fields and numbers out of range."""
    raw = batch(tmp_path)

    async def body(hq: HeadquartersOfTest, client: httpx.AsyncClient, url: str) -> None:
        for sent in (
            b"",
            b"\xc1",
            b"\x91" * 200_000 + b"\x90",
            raw[:-3],
            raw + b"x",
            b"[]",
            raw.replace(b"facts", b"files"),
            raw.replace(b"seq", b"sek"),
        ):
            answer = await client.post(f"{url}/v1/sites/alder/parcels", content=sent, headers=headers(hq))
            assert answer.status_code == 400, sent
            assert answer.json()["problem"]

    play(tmp_path, body)


def test_body_above_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    """An endless body ends with the limit, not with memory."""
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        part = bytes(1 << 20)
        for _ in range(2 * (BATCH_BYTES_MAX >> 20)):
            taken += len(part)
            yield part

    async def body(hq: HeadquartersOfTest, client: httpx.AsyncClient, url: str) -> None:
        try:
            answer = await client.post(f"{url}/v1/sites/alder/parcels", content=endless(), headers=headers(hq))
            assert answer.status_code == 413
        except httpx.TransportError:
            pass  # the server answered and closed while the client still wrote
        assert taken < 2 * BATCH_BYTES_MAX

    play(tmp_path, body)


def test_half_sent_upload_changes_nothing(tmp_path: Path) -> None:
    """A site that dies in the middle of a batch leaves no trace."""
    raw = batch(tmp_path)

    async def body(hq: HeadquartersOfTest, client: httpx.AsyncClient, url: str) -> None:
        _, writer = await begun(hq, url, raw[:-1], len(raw))
        writer.transport.abort()
        answer = await client.get(f"{url}/v1/health")
        assert answer.status_code == 204

    play(tmp_path, body)


def test_slow_upload_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends a byte now and then holds a place only for so long."""
    monkeypatch.setattr(receiving, "BODY_S", 0.1)
    raw = batch(tmp_path)

    async def body(hq: HeadquartersOfTest, _client: httpx.AsyncClient, url: str) -> None:
        reader, writer = await begun(hq, url, raw[:10], len(raw))
        assert b" 408 " in await reader.readline()
        writer.transport.abort()

    play(tmp_path, body)


def test_upload_that_stands_still_is_given_up_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that sends nothing more does not hold its place for the whole time of a batch."""
    monkeypatch.setattr(receiving, "PART_S", 0.1)

    async def body(hq: HeadquartersOfTest, _client: httpx.AsyncClient, url: str) -> None:
        reader, writer = await begun(hq, url, b"x", 100)
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        writer.transport.abort()

    play(tmp_path, body)


def test_slow_site_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """As many slow batches of one site as headquarters takes at once leave it room for another site."""

    async def body(hq: HeadquartersOfTest, client: httpx.AsyncClient, url: str) -> None:
        slow = [await begun(hq, url, b"x", 100) for _ in range(receiving.AT_ONCE)]
        first = [asyncio.ensure_future(reader.readline()) for reader, _ in slow]
        for told in islice(asyncio.as_completed(first, timeout=5), receiving.AT_ONCE - 1):
            assert b" 503 " in await told
        answer = await client.post(f"{url}/v1/sites/birch/parcels", content=pack([]), headers=headers(hq, "birch"))
        assert answer.status_code == 200
        for _, writer in slow:
            writer.transport.abort()
        await asyncio.wait(first)

    play(tmp_path, body)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT 1 AS a", "columns"),
        ("SELECT 'm-a' AS asset, 1767571200.5 AS at_s", "columns"),
        ("SELECT 'm-a' AS asset", "which machine and when"),
        ("SELECT 'm-a' AS asset, 5::BIGINT AS at_s", "one day"),
        ("SELECT 'm-a' AS asset, unnest([1767571199, 1767571200])::BIGINT AS at_s", "one day"),
        ("SELECT NULL::VARCHAR AS asset, 1767571200::BIGINT AS at_s", "without machine"),
        ("SELECT 'm-a' AS asset, 1767571200::BIGINT AS at_s WHERE false", "none"),
        ("SELECT repeat('a', 501) AS asset, 1767571200::BIGINT AS at_s", "without machine"),
    ],
)
def test_files_that_are_no_samples_are_refused(tmp_path: Path, query: str, why: str) -> None:
    """A Parquet file with other columns, other days or no machine never reaches the telemetry."""
    path = tmp_path / "sent.parquet"
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    raw = path.read_bytes()

    async def run() -> None:
        hq = HeadquartersOfTest(tmp_path)
        parcel = Envelope(site="alder", seq=1, kind="telemetry", sha256=sha256(raw).hexdigest(), body=raw)
        receipt = (await hq.inbox.take("alder", "a1", [parcel]))[0]
        assert not receipt.taken
        assert why in receipt.problem
        assert [item for item in hq.telemetry.root.rglob("*") if item.is_file()] == []
        hq.close()

    asyncio.run(run())


def test_batch_has_limits_of_its_own() -> None:
    """Too many parcels are refused before any is looked at."""
    parcel = Envelope(site="alder", seq=1, kind="facts", sha256="0" * 64, body=b"")
    with pytest.raises(InputError, match="500"):
        unpack(pack([parcel] * 501))


def test_file_of_sites_keeps_hashes_only(tmp_path: Path) -> None:
    """A new token replaces the site's former one, and no token can be read from the file."""
    path = tmp_path / "sites.toml"
    first, other, second = new_token(path, "alder"), new_token(path, "birch"), new_token(path, "alder")
    tokens = load_tokens(path)
    assert [tokens.site_of(token) for token in (first, other, second)] == [None, "birch", "alder"]
    assert not any(token in path.read_text() for token in (first, other, second))
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["[[site]]\nname = 3", "x =", '[[site]]\nname = "a"\ntoken_sha256 = "no"', "key = 1"])
def test_wrong_file_of_sites_is_named(tmp_path: Path, text: str) -> None:
    """The file and what is wrong with it are said."""
    path = tmp_path / "sites.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"sites\.toml"):
        load_tokens(path)
    with pytest.raises(InputError, match="name of a site"):
        new_token(tmp_path / "new.toml", '"]\n[[site]]')
