"""The wire: limits on bytes and time, one connection at a time, and reasons in words."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections.abc import Awaitable, Callable

import pytest

from mintage.fleet.drivers.avalon.client import Line, Silence, line_to, request
from mintage.fleet.drivers.replay import Manner, Replay
from mintage.units.errors import InputError, WireError

ASK = request("estats")
ANSWER = [(b"estats", b'{"id":1}\0')]


async def asked(replay: Replay, deadline_s: float = 2.0, bytes_max: int = 1000) -> bytes:
    """The reply of a machine, by a line with small limits."""
    async with replay.listening() as target:
        return await line_to(target.address, target.port).ask(ASK, deadline_s, bytes_max)


def test_a_reply_comes_without_its_closing_nul() -> None:
    """The NUL that ends a reply is no part of it."""
    assert asyncio.run(asked(Replay(ANSWER))) == b'{"id":1}'


def test_a_reply_that_never_ends_is_dropped_at_the_limit() -> None:
    """An endless reply costs the limit and not the memory of the computer, and is told as too long."""
    replay = Replay(ANSWER, "endless")
    with pytest.raises(WireError, match="longer than 1,000 bytes"):
        asyncio.run(asked(replay))
    assert replay.sent_bytes < 16 * 1024 * 1024


@pytest.mark.parametrize(
    ("manner", "words"), [("mute", "said nothing for 0.3 s"), ("dribbles", "did not end within 0.3 s")]
)
def test_a_slow_machine_costs_no_more_than_the_deadline(manner: Manner, words: str) -> None:
    """The deadline is of real time and for the whole exchange: a byte now and then does not extend it."""
    start = time.monotonic()
    with pytest.raises(WireError, match=words):
        asyncio.run(asked(Replay([(b"estats", b" " * 1000)], manner), 0.3))
    assert time.monotonic() - start < 5


def test_a_call_that_nobody_takes_ends_at_the_deadline() -> None:
    """An address whose queue of calls is full is given up on in time, and told apart from one that refuses."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.settimeout(0)
            filler.connect_ex(full.getsockname())
        with pytest.raises(Silence, match=r"nobody took the call within 0\.3 s"):
            asyncio.run(_ask("127.0.0.1", full.getsockname()[1], 0.3))
    with pytest.raises(Silence, match="refuses the connection"):
        asyncio.run(_ask("127.0.0.1", 1, 0.3))


async def _ask(address: str, port: int, deadline_s: float) -> bytes:
    return await line_to(address, port).ask(ASK, deadline_s)


def test_a_machine_that_restarts_is_told_from_one_that_is_gone() -> None:
    """A connection that ends without a word says that the command was taken; a refused one that it was not."""

    async def silence(call: Callable[[], Awaitable[bytes]]) -> Silence:
        with pytest.raises(Silence) as caught:
            await call()
        return caught.value

    assert asyncio.run(silence(lambda: asked(Replay([(b"estats", b"")])))).was_taken
    assert not asyncio.run(silence(lambda: _ask("127.0.0.1", 1, 0.3))).was_taken


def test_everybody_shares_one_line_and_waits_for_it() -> None:
    """Whoever asks for the line to a machine gets the same one; fifty calls at once are one after the other."""

    async def many() -> Replay:
        replay = Replay(ANSWER)
        async with replay.listening() as target:
            lines = [line_to(target.address, target.port) for _ in range(50)]
            assert len(set(map(id, lines))) == 1
            replies = await asyncio.gather(*(line.ask(ASK) for line in lines))
            assert replies == [b'{"id":1}'] * 50
        return replay

    assert asyncio.run(many()).at_once_max == 1


def test_a_caller_that_gives_up_leaves_nothing_open() -> None:
    """A cancelled call closes its connection and frees the line for the next one."""

    async def cancelled() -> bytes:
        mute = Replay(ANSWER, "mute")
        async with mute.listening() as target:
            line = line_to(target.address, target.port)
            call = asyncio.create_task(line.ask(ASK, 60.0))
            while not mute.asked:
                await asyncio.sleep(0.01)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            with pytest.raises(Silence):
                await line.ask(ASK, 0.2)
        return b"freed"

    assert asyncio.run(cancelled()) == b"freed"


def test_a_name_is_no_address() -> None:
    """Names are refused: looking one up would hold up every other machine."""
    with pytest.raises(InputError, match="'miner-1' is no IP address"):
        Line("miner-1", 4028)


def test_a_computer_without_sockets_says_so() -> None:
    """When this computer runs out of sockets, that is what is told, not that the machine is gone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def starved() -> None:
        line = line_to("127.0.0.1", 1)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            await line.ask(ASK, 1.0)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(WireError, match="cannot open a socket") as caught:
        asyncio.run(starved())
    assert not isinstance(caught.value, Silence)
