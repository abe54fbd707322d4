"""The agent's API: nothing without a token, nothing beyond a role, nothing too large, and the rest as asked."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mintage.fleet.agent.access import BODY_BYTES_MAX
from mintage.fleet.agent.api import Api, serve
from mintage.fleet.agent.sessions import Sessions
from mintage.fleet.context import Context
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import MemoryLatest
from mintage.fleet.readings import Snapshot
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from mintage.wire.http import Answer, Web
from mintage.wire.serve import serving
from tests.fleet.agent.machines import Rack
from tests.fleet.agent.site import NOON_US, Facts, small_site, write_site

USERS = {"ann": "viewer", "bob": "operator", "cleo": "approver", "dan": "operator"}
READS = ("/v1/site", "/v1/machines", "/v1/machines/m-1", "/v1/alerts", "/v1/actions", "/v1/curtailments")
WRITES = (
    "/v1/actions",
    "/v1/actions/a-1/approve",
    "/v1/actions/a-1/reject",
    "/v1/actions/a-1/cancel",
    "/v1/alerts/x/ack",
    "/v1/curtailments",
    "/v1/curtailments/preview",
    "/v1/curtailments/c-1/approve",
    "/v1/curtailments/c-1/restore",
    "/v1/curtailments/c-1/cancel",
    "/v1/curtailments/c-1/abort",
    "/v1/signals",
)
SLEEP = {"action": {"type": "sleep"}, "scope": "rack=r1", "reason": "filters are changed"}


def token(name: str) -> str:
    return f"token-of-{name}"


def guarded_site(folder: Path) -> Site:
    """The small site with a user of each role; nobody may touch more than two machines alone."""
    users = "".join(
        f'[[user]]\nname = "{name}"\nroles = ["{role}"]\ntoken_sha256 = "{sha256(token(name).encode()).hexdigest()}"\n'
        for name, role in USERS.items()
    )
    path = write_site(folder, "10.1.0", "approval_above = 2")
    path.write_text(path.read_text() + users + '[[user]]\nname = "eve"\nroles = ["admin"]\n')
    return small_site_at(path)


def small_site_at(path: Path) -> Site:
    from mintage.fleet.sites import load_site

    return load_site(path)


def context(site: Site, folder: Path) -> Context:
    """A site with three hashing machines in its first rack."""
    clock, latest = StepClock(NOON_US), MemoryLatest()
    for number in range(1, 4):
        latest.put(
            [
                Machine(
                    asset=f"m-{number}",
                    site=site.name,
                    identity=Identity(driver="avalon", make="Canaan", model="15-194", name="Avalon A15-194"),
                    place=Place(address=f"10.1.0.{number}", hall="hall-1", rack="r1", feeder="main", slot=number),
                    snapshot=Snapshot(
                        at_us=NOON_US,
                        values={"state": "hashing", "power_in_w": 3600, "hashrate_ths": 194.0},
                        unknown={"outlet_c": "no sensor"},
                    ),
                    seen_us=NOON_US,
                )
            ]
        )
    return Context(
        site=site,
        folder=folder,
        clock=clock,
        db=StateDb(None),
        latest=latest,
        hands=Sessions(Rack(clock).session, clock, 10),
        recorder=Facts(),
    )


class Door:
    """The API of the site, asked over a socket."""

    def __init__(self, context_: Context, port: int, web: Web) -> None:
        self.context, self._url, self._web = context_, f"http://127.0.0.1:{port}", web

    async def ask(self, method: str, path: str, who: str = "", body: Any = None, **headers: str) -> Answer:
        """Ask as somebody; bytes are sent as they are, anything else as JSON."""
        told = {"Authorization": f"Bearer {token(who)}"} if who else {}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return await self._web.request(method, self._url + path, content=content, headers=told | headers)

    async def json(self, method: str, path: str, who: str, body: Any = None) -> Any:
        """The JSON of what must succeed."""
        answer = await self.ask(method, path, who, body)
        assert answer.status == 200, answer.body
        return msgspec.json.decode(answer.body)


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[Door]:
    here = context(guarded_site(folder), folder)
    async with serving(Api(here).app(), "127.0.0.1", 0) as port, Web() as web:
        yield Door(here, port, web)


def run(scenario: Callable[[Door], Awaitable[None]], folder: Path) -> None:
    """Play a scenario at the door."""

    async def play() -> None:
        async with door(folder) as opened:
            await scenario(opened)

    asyncio.run(play())


def problem(answer: Answer) -> str:
    return str(msgspec.json.decode(answer.body)["error"]["problem"])


def test_no_route_answers_without_a_good_token(tmp_path: Path) -> None:
    """No token, a wrong one, another scheme, a user without one, the hash itself, an endless one: nothing is told."""

    async def scenario(at: Door) -> None:
        wrong = [
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Bearer"},
            {"Authorization": f"Basic {token('bob')}"},
            {"Authorization": f"Bearer {token('eve')}"},
            {"Authorization": f"Bearer {sha256(token('bob').encode()).hexdigest()}"},
            {"Authorization": "Bearer " + "x" * 5000},
        ]
        for headers in wrong:
            for method, paths in (("GET", READS), ("POST", WRITES)):
                for path in paths:
                    answer = await at.ask(method, path, body=SLEEP if method == "POST" else None, **headers)
                    assert answer.status == 401, (path, headers)
                    assert answer.headers["www-authenticate"] == "Bearer"
                    assert b"m-1" not in answer.body
        assert await at.json("GET", "/v1/actions", "ann") == []

    run(scenario, tmp_path)


def test_a_role_opens_its_own_doors_only(tmp_path: Path) -> None:
    """A viewer cannot act, an operator cannot approve, and the refusal names who and what."""

    async def scenario(at: Door) -> None:
        for path in WRITES:
            if path not in {"/v1/curtailments/preview", "/v1/signals"}:
                answer = await at.ask("POST", path, "ann", SLEEP)
                assert (answer.status, "ann has no role at alder" in problem(answer)) == (403, True), path
        assert (await at.ask("POST", "/v1/actions/a-1/approve", "bob", {})).status == 403
        assert (await at.ask("POST", "/v1/actions", "cleo", SLEEP)).status == 403
        assert (await at.ask("DELETE", "/v1/machines/m-1", "bob")).status == 405

    run(scenario, tmp_path)


def test_machines_are_told_with_every_reading_or_the_reason(tmp_path: Path) -> None:
    """The list can be narrowed by scope; one machine has each field, known or not."""

    async def scenario(at: Door) -> None:
        assert [row["asset_id"] for row in await at.json("GET", "/v1/machines", "ann")] == ["m-1", "m-2", "m-3"]
        some = await at.json("GET", "/v1/machines?scope=address%3D10.1.0.2", "ann")
        assert [row["asset_id"] for row in some] == ["m-2"]
        one = await at.json("GET", "/v1/machines/m-2", "ann")
        told = {reading["name"]: reading for reading in one["readings"]}
        assert told["power_in_w"]["value"] == 3600
        assert (told["outlet_c"]["value"], told["outlet_c"]["reason"]) == (None, "no sensor")
        assert (await at.ask("GET", "/v1/machines/m-9", "ann")).status == 404
        site = await at.json("GET", "/v1/site", "ann")
        assert (site["machines"], site["states"]) == (3, {"hashing": 3})

    run(scenario, tmp_path)


def test_an_action_goes_the_same_way_as_on_the_command_line(tmp_path: Path) -> None:
    """A request on three machines waits for a second person; nobody approves his own; the decision is told."""

    async def scenario(at: Door) -> None:
        asked = await at.json("POST", "/v1/actions", "bob", SLEEP)
        assert (asked["state"], asked["asked_by"], asked["machines"]) == ("pending", "bob", 3)
        approved = await at.json("POST", f"/v1/actions/{asked['id']}/approve", "cleo", {"reason": "seen"})
        assert (approved["state"], approved["decided_by"]) == ("approved", "cleo")
        told = await at.json("GET", f"/v1/actions/{asked['id']}", "ann")
        assert len(told["machines"]) == 3
        cancelled = await at.json("POST", f"/v1/actions/{asked['id']}/cancel", "dan", {"reason": "later"})
        assert cancelled["counts"].get("cancelled") == 3
        small = await at.json("POST", "/v1/actions", "bob", {**SLEEP, "scope": "address=10.1.0.1"})
        assert small["state"] == "approved"
        assert (await at.ask("GET", "/v1/actions/a-9", "ann")).status == 400

    run(scenario, tmp_path)


def test_a_curtailment_is_previewed_started_and_cancelled(tmp_path: Path) -> None:
    """It is kept as asked by a person, whatever the body claims."""

    async def scenario(at: Door) -> None:
        ask = {"shed": {"kind": "fixed", "kw": 3}, "reason": "the grid asks", "scope": "address=10.1.0.1"}
        await at.json("POST", "/v1/curtailments/preview", "ann", ask)
        forged = {**ask, "trigger": "signal", "rule": "grid"}
        started = await at.json("POST", "/v1/curtailments", "bob", forged)
        assert (started["ask"]["trigger"], started["ask"]["rule"]) == ("person", "")
        listed = await at.json("GET", "/v1/curtailments", "ann")
        assert [event["id"] for event in listed] == [started["id"]]
        assert (await at.json("GET", f"/v1/curtailments/{started['id']}", "ann"))["event"]["id"] == started["id"]
        await at.json("POST", f"/v1/curtailments/{started['id']}/cancel", "bob", {"reason": "not needed"})

    run(scenario, tmp_path)


def test_signals_are_heard_only_from_their_own_source(tmp_path: Path) -> None:
    """A token of somebody else does not speak for the grid operator."""

    async def scenario(at: Door) -> None:
        signal = {"source": "grid", "seq": 1, "at": "2026-01-05T12:00:00Z", "say": "shed", "kw": 5}
        answer = await at.ask("POST", "/v1/signals", "bob", signal)
        assert answer.status == 400
        assert await at.json("GET", "/v1/curtailments", "ann") == []

    run(scenario, tmp_path)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (BODY_BYTES_MAX + 1), 413),
        (json.dumps({**SLEEP, "reason": "y" * BODY_BYTES_MAX}).encode(), 413),
        (b"", 400),
        (b"\xff\x00", 400),
        (b"[" * 50_000, 400),
        (json.dumps({**SLEEP, "shell": "rm"}).encode(), 400),
        (json.dumps({**SLEEP, "action": {"type": "run"}}).encode(), 400),
        (json.dumps({**SLEEP, "scope": "rack=r9"}).encode(), 400),
        (json.dumps({**SLEEP, "reason": " "}).encode(), 400),
        (json.dumps({**SLEEP, "expires_s": "soon"}).encode(), 400),
    ],
)
def test_bad_bodies_are_refused_and_change_nothing(tmp_path: Path, body: bytes, status: int) -> None:
    """Too large, garbage, deeply nested, unknown or impossible: told in a sentence, and no request is kept."""

    async def scenario(at: Door) -> None:
        answer = await at.ask("POST", "/v1/actions", "bob", body)
        assert answer.status == status
        assert len(problem(answer)) < 500
        assert await at.json("GET", "/v1/actions", "ann") == []

    run(scenario, tmp_path)


def test_a_body_without_end_is_cut_off(tmp_path: Path) -> None:
    """A length that is not told does not help: reading stops at the limit, before the sender does."""

    async def scenario(at: Door) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(at._url.rpartition(":")[2]))
        head = f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token('bob')}\r\n"
        writer.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        async with asyncio.timeout(5):
            for _ in range(BODY_BYTES_MAX // 4096 + 2):
                writer.write(b"1000\r\n" + b"a" * 4096 + b"\r\n")
            assert b" 413 " in await reader.readline()
        writer.close()

    run(scenario, tmp_path)


def test_the_api_is_off_without_tokens_and_never_crosses_a_network_in_the_clear(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No user with a token: nothing listens. An address of the network without a certificate: refused by name."""
    with caplog.at_level(logging.INFO):
        asyncio.run(serve(context(small_site(tmp_path), tmp_path)))
    assert "the API is off" in caplog.text
    site = guarded_site(tmp_path)
    open_to_all = msgspec.structs.replace(site, agent=msgspec.structs.replace(site.agent, listen="0.0.0.0:0"))
    with pytest.raises(InputError, match="in the clear"):
        asyncio.run(serve(context(open_to_all, tmp_path)))
    odd = msgspec.structs.replace(site, agent=msgspec.structs.replace(site.agent, listen="here"))
    with pytest.raises(InputError, match="host:port"):
        asyncio.run(serve(context(odd, tmp_path)))
