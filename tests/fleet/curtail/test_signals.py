"""Signals from outside: a real broker, and everything that must not get through."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from amqtt.broker import Broker

from mintage.fleet.curtail import service, signals
from mintage.fleet.curtail.asks import Manner, Restore
from mintage.fleet.curtail.follower import standings
from mintage.fleet.curtail.part import run
from mintage.fleet.curtail.rules import Mqtt, Rules, Source
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError
from mintage.units.instant import format_instant
from tests.fleet.curtail.ground import Ground, ground
from tests.loopback import block

SECRET = "a secret of the grid"  # noqa: S105  of a test
VARIABLE = "TEST_GRID_SECRET"
GRID = Source(name="grid", kw_max=20, secret_env=VARIABLE, may=("shed", "restore", "price"), age_max_s=60)
RULES = Rules(manner=Manner(restore=Restore(every_s=0)), source=(GRID, Source(name="feed", kw_max=1, may=("price",))))


def said(site: Ground, seq: int, **more: object) -> bytes:
    """A signal of the grid, now."""
    words = {"source": "grid", "seq": seq, "at": format_instant(site.clock.now_us()), "say": "shed", **more}
    return msgspec.json.encode(words)


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)


def test_a_signal_sheds_goes_on_and_restores(tmp_path: Path) -> None:
    """Shed, ask more, restore: one curtailment, told as a signal's, and machines follow."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=4) as site:
            service.set_rules(site.context, RULES, who="ann")
            heeded = signals.heed(site.context, said(site, 1, kw=3), who="grid")
            await site.live(60)
            assert len(site.asleep()) == 1
            assert site.event(heeded.event).ask.mode == "signal"
            again = signals.heed(site.context, said(site, 2, kw=6), who="grid")
            assert again.event == heeded.event
            await site.live(60)
            assert len(site.asleep()) == 2
            signals.heed(site.context, said(site, 3, say="restore"), who="grid")
            await site.live(180)
            assert not site.asleep()
            assert site.event(heeded.event).state == "ended"

    asyncio.run(scenario())


def test_what_must_not_get_through(tmp_path: Path) -> None:
    """Old, early, repeated, too much, not allowed, for somebody else, unreadable: each is named, none acts."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=2) as site:
            service.set_rules(site.context, RULES, who="ann")
            past = format_instant(site.clock.now_us() - 61_000_000)
            future = format_instant(site.clock.now_us() + 61_000_000)
            signals.heed(site.context, said(site, 10, say="price", price_usd_mwh=90), who="grid")
            refused: list[tuple[bytes, str, str]] = [
                (said(site, 10, kw=3), "grid", "was said before"),
                (said(site, 9, kw=3), "grid", "was said before"),
                (said(site, 11, kw=3, at=past), "grid", "61 s ago"),
                (said(site, 12, kw=3, at=future), "grid", "61 s from now"),
                (said(site, 13, kw=21), "grid", "at most 20 kW"),
                (said(site, 14), "grid", "one of kw, full and cap_kw"),
                (said(site, 15, kw=3, source="feed"), "feed", "may not say shed"),
                (said(site, 16, kw=3), "feed", "may not signal for grid"),
                (said(site, 17, kw=3, source="mallory"), "mallory", "nobody of that name"),
                (said(site, 18, kw=-3), "grid", "no signal"),
                (said(site, 19, kw=3, command="rm"), "grid", "no signal"),
                (said(site, 20, kw=3, until=past), "grid", "ends before it begins"),
                (b"\xff\x00", "grid", "no signal"),
                (b"[" * 5000, "grid", "at most 4096 bytes"),
                (said(site, 21, say="price", price_usd_mwh=1e9), "grid", "no price_usd_mwh"),
            ]
            for raw, who, problem in refused:
                with pytest.raises(InputError, match=problem):
                    signals.heed(site.context, raw, who=who)
            assert not service.events(site.context, who="ann")
            signals.heed(site.context, said(site, 13, kw=3), who="grid")  # a refused number is not used up

    asyncio.run(scenario())


def test_a_seal_is_checked(tmp_path: Path) -> None:
    """A changed body, another secret, and a source without a secret are refused."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=2) as site:
            service.set_rules(site.context, RULES, who="ann")
            good = signals.seal(said(site, 1, kw=3), SECRET)
            for raw, problem in (
                (good.replace(b'\\"kw\\":3', b'\\"kw\\":9'), "not that of the source"),
                (signals.seal(said(site, 1, kw=3), "guessed"), "not that of the source"),
                (signals.seal(said(site, 1, source="feed", say="price"), ""), "no secret"),
                (said(site, 1, kw=3), "no sealed signal"),
            ):
                with pytest.raises(InputError, match=problem):
                    signals.heed_sealed(site.context, raw)
            assert signals.heed_sealed(site.context, good).did == "sheds"
            with pytest.raises(InputError, match="was said before"):
                signals.heed_sealed(site.context, good)

    asyncio.run(scenario())


def test_whoever_ends_it_is_not_overruled(tmp_path: Path) -> None:
    """An operator aborts what a source asked for: the source is paused until somebody resumes it."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=2) as site:
            service.set_rules(site.context, RULES, who="ann")
            event = signals.heed(site.context, said(site, 1, full=True), who="grid").event
            await site.live(60)
            service.abort(site.context, event, who="ann", reason="broker gone mad")
            await site.live(120)
            assert not site.asleep()
            with pytest.raises(InputError, match="it rests"):
                signals.heed(site.context, said(site, 2, kw=3), who="grid")
            assert standings(Book(site.db))["grid"].paused_by == "ann"
            service.resume(site.context, "grid", who="ann")
            assert signals.heed(site.context, said(site, 3, kw=3), who="grid").did == "sheds"

    asyncio.run(scenario())


@asynccontextmanager
async def broker() -> AsyncIterator[int]:
    """A real MQTT broker on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    served = Broker(config)
    await served.start()
    try:
        yield port
    finally:
        await served.shutdown()


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait, in real time, until something holds."""
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.05)


def test_over_a_real_broker(tmp_path: Path) -> None:
    """The part listens: a sealed message sheds, a forged one does not."""

    async def scenario() -> None:
        async with ground(tmp_path, block("curtail", 6), count=2) as site, broker() as port:
            told = Mqtt(host="127.0.0.1", port=port, topic="grid/alder", tls=False)
            service.set_rules(site.context, msgspec.structs.replace(RULES, mqtt=told), who="ann")
            part = asyncio.create_task(run(site.context))
            try:
                async with aiomqtt.Client("127.0.0.1", port) as client:
                    for seq in range(1, 100):
                        await client.publish("grid/alder", signals.seal(said(site, seq, kw=9), "forged"), qos=1)
                        await client.publish("grid/alder", signals.seal(said(site, seq, kw=3), SECRET), qos=1)
                        await asyncio.sleep(0.05)
                        if service.events(site.context, who="ann"):
                            break
                    (event,) = service.events(site.context, who="ann")
                    assert event.ask.shed.kw == 3  # type: ignore[union-attr]  # a Fixed
                    await site.clock.advance(1)
                    await eventually(lambda: "Sleep" in [what for _, what in site.wires.told])
            finally:
                part.cancel()
                await asyncio.gather(part, return_exceptions=True)

    asyncio.run(scenario())
