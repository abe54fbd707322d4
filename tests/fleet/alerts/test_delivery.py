"""Delivery: a real web server and a real mail server get each message once, signed, in two languages."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mintage.fleet.alerts import service
from mintage.fleet.alerts.courier import Courier
from mintage.fleet.alerts.watch import watch, watch_agents
from mintage.fleet.sites import AlertSettings
from mintage.units.errors import InputError
from mintage.wire.http import Web
from mintage.wire.serve import serving
from tests.fleet.alerts.watchtower import Tower
from tests.fleet.plant import NOON_US, Plant, a_site, asset


class Hook:
    """A web server that receives alerts.

    Attributes:
        got: headers and body of each message.
        status: what it answers.
    """

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.app = Starlette(routes=[Route("/alerts", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status)

    def bodies(self) -> list[dict[str, Any]]:
        """What was received."""
        return [msgspec.json.decode(body) for _, body in self.got]


class Inbox:
    """Keeps mail that arrives.

    Attributes:
        got: mails.
        refusal: what the server answers instead of taking one; "" while it takes them.
    """

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.refusal = ""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  the name that the library calls
        """Take a mail."""
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append(mail)
        return "250 OK"


@asynccontextmanager
async def receiving(box: Inbox) -> AsyncIterator[str]:
    """A mail server with its inbox; yields where it listens."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, hostname="mx"), "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def mail_out(tower: Tower, box: Inbox, *, seconds: tuple[float, ...] = (0.0,), **more: Any) -> None:
    """Let a courier mail what is due, once at each of these times; `more` are settings."""

    async def go() -> None:
        async with receiving(box) as smtp, Web() as web:
            courier = Courier(tower.db, mail_settings(smtp, **more), tower.clock)
            for pause_s in seconds:
                tower.clock.step(pause_s)
                await courier.deliver(web)

    asyncio.run(go())


def mail_settings(smtp: str, **more: Any) -> AlertSettings:
    return AlertSettings(smtp=smtp, mail_from="mintage@alder.example", mail_to=("ops@alder.example",), **more)


@pytest.fixture
def tower(tmp_path: Path) -> Iterator[Tower]:
    made = Tower(tmp_path)
    yield made
    made.db.close()


def deliver(tower: Tower, hook: Hook, *, seconds: tuple[float, ...] = (0.0,)) -> None:
    """Let a courier send what is due, once at each of these times."""

    async def go() -> None:
        async with serving(hook.app, "127.0.0.1", 0) as port, Web() as web:
            settings = AlertSettings(webhook=f"http://127.0.0.1:{port}/alerts")
            courier = Courier(tower.db, settings, tower.clock)
            for pause_s in seconds:
                tower.clock.step(pause_s)
                await courier.deliver(web)

    asyncio.run(go())


def test_a_webhook_gets_each_message_once_and_in_order(tower: Tower) -> None:
    """Opened and cleared arrive as JSON with both languages and remedy; a courier begun anew sends neither again."""
    hook = Hook()
    tower.ail(range(50), state="offline")
    tower.watch(150)
    deliver(tower, hook, seconds=(0, 1, 1))
    tower.heal(range(50))
    tower.watch(150)
    deliver(tower, hook, seconds=(0, 1, 1))
    bodies = hook.bodies()
    assert [(b["kind"], b["count"]) for b in bodies] == [("opened", 50), ("cleared", 50)]
    assert bodies[0]["headline"] == {"en": "Offline: 50 machines, rack r0", "zh": "離線：機櫃 r0，50 台"}
    assert len(bodies[0]["machines"]) == 50
    assert (bodies[0]["site"], bodies[0]["severity"], bodies[0]["rule"]) == ("alder", "critical", "offline")
    assert {headers["idempotency-key"] for headers, _ in hook.got} == {b["id"] for b in bodies}


def test_a_secret_signs_time_and_body(tower: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that knows the secret can tell our messages from others, and old ones from new."""
    monkeypatch.setenv("MINTAGE_WEBHOOK_SECRET", "hush")
    hook = Hook()
    tower.ail([1], state="offline")
    tower.watch(150)
    deliver(tower, hook)
    headers, body = hook.got[0]
    told = hmac.new(b"hush", headers["x-mintage-time"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["x-mintage-signature"] == f"sha256={told}"
    assert int(headers["x-mintage-time"]) == tower.clock.now_us() // 1_000_000


def test_an_unsigned_message_has_no_signature(tower: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a secret nothing pretends to be signed."""
    monkeypatch.delenv("MINTAGE_WEBHOOK_SECRET", raising=False)
    hook = Hook()
    tower.ail([1], state="offline")
    tower.watch(150)
    deliver(tower, hook)
    assert "x-mintage-signature" not in hook.got[0][0]


def test_a_webhook_that_fails_is_tried_again_at_growing_intervals_and_nothing_is_lost(tower: Tower) -> None:
    """While the server refuses, only the oldest message is tried; then all arrive in order, under the same ids."""
    hook = Hook()
    hook.status = 500
    tower.ail([1], state="offline")
    tower.ail([60], chip_max_c=120)
    tower.watch(150)
    deliver(tower, hook, seconds=(0, 5, 6, 20, 11))
    assert len(hook.got) == 3, "at once, after 10 s and after 30 s more"
    keys = [headers["idempotency-key"] for headers, _ in hook.got]
    assert len(set(keys)) == 1
    hook.status = 200
    deliver(tower, hook, seconds=(3600,))
    assert [headers["idempotency-key"] for headers, _ in hook.got][3:] == [b["id"] for b in hook.bodies()[3:]]
    assert {b["rule"] for b in hook.bodies()[3:]} == {"offline", "hot"}
    assert hook.bodies()[3]["id"] == keys[0]


def test_a_message_that_nobody_takes_is_given_up_in_the_end_and_says_why(tower: Tower) -> None:
    """The queue does not grow for ever; the alert stands in the list all the same."""
    hook = Hook()
    hook.status = 503
    tower.ail([1], state="offline")
    tower.watch(150)
    deliver(tower, hook, seconds=(3601,) * 40)
    _, _, messages = service.show(tower.db, tower.open()[0].id)
    assert [(m.state, m.tries) for m in messages] == [("given up", 30)]
    assert "answered 503" in messages[0].words
    assert len(hook.got) == 30


def test_a_message_that_the_server_will_not_have_does_not_hold_up_the_others(tower: Tower) -> None:
    """A refusal of one message is about that message; a server in trouble is left alone."""
    hook = Hook()
    hook.status = 400
    tower.ail([1], state="offline")
    tower.ail([60], chip_max_c=120)
    tower.watch(150)
    deliver(tower, hook)
    assert len({headers["idempotency-key"] for headers, _ in hook.got}) == 2


def test_mail_is_one_digest_in_two_languages(tower: Tower) -> None:
    """What happens at one time is one mail, the worst first, in both languages, with machines and remedies."""
    box = Inbox()
    tower.engine._channels = ["mail"]
    tower.ail(range(50), state="offline")
    tower.ail([160], fan_min_rpm=0)
    tower.watch(300)
    mail_out(tower, box, seconds=(0, 1, 100))
    (mail,) = box.got
    text = mail.get_content()
    assert mail["Subject"] == "[alder] Offline: 50 machines, rack r0 (+1 more)"
    assert (mail["To"], mail["From"]) == ("ops@alder.example", "mintage@alder.example")
    for part in ("2 alerts at alder", "Fan too slow: m-0000000000a0", "and 30 more", "alder：2 則警報", "處理方式："):
        assert part in text
    assert text.index("Offline") < text.index("Fan too slow")


def test_mails_keep_a_minute_between_them(tower: Tower) -> None:
    """What happens within a minute of a mail is the next mail, not many."""
    box = Inbox()
    tower.engine._channels = ["mail"]
    tower.ail([1], state="offline")
    tower.watch(150)
    mail_out(tower, box)
    tower.ail([60, 110, 161], chip_max_c=120)
    tower.watch(150)
    mail_out(tower, box, seconds=(0, 10, 10))
    assert [mail["Subject"].count("more") for mail in box.got] == [0, 1]


def test_a_site_can_choose_its_language(tower: Tower) -> None:
    """Mail in one language only says nothing in the other."""
    box = Inbox()
    tower.engine._channels = ["mail"]
    tower.ail([160], fan_min_rpm=0)
    tower.watch(300)
    mail_out(tower, box, language="zh")
    assert "風扇過慢" in box.got[0]["Subject"]
    assert "Fan too slow" not in box.got[0].get_content()


def test_mail_that_is_refused_waits_and_is_the_same_mail_when_it_comes(tower: Tower) -> None:
    """A refusing server loses nothing; the mail keeps its Message-ID, so that it is known if it comes twice."""
    box = Inbox()
    box.refusal = "451 try later"
    tower.engine._channels = ["mail"]
    tower.ail([160], fan_min_rpm=0)
    tower.watch(300)
    mail_out(tower, box, seconds=(0, 5))
    box.refusal = ""
    mail_out(tower, box)
    assert box.got == [], "not before its pause is over"
    mail_out(tower, box, seconds=(6, 1))
    _, _, messages = service.show(tower.db, tower.open()[0].id)
    assert [(m.state, m.tries) for m in messages] == [("sent", 2)]
    assert [mail["Message-ID"] for mail in box.got] == [f"<{messages[0].id}@alder.mintage>"]


def test_what_a_machine_says_cannot_forge_a_mails_headers(tower: Tower) -> None:
    """Line breaks and control characters from a machine become blanks."""
    box = Inbox()
    tower.engine._channels = ["mail"]
    tower.ail([160], state="fault")
    machine = tower.latest.get(asset(160))
    assert machine is not None
    assert machine.snapshot is not None
    evil = msgspec.structs.replace(machine.snapshot, problems=("hot\r\nBcc: all@example\x1b[2J",))
    tower.latest.put([msgspec.structs.replace(machine, snapshot=evil)])
    tower.watch(900)
    mail_out(tower, box)
    assert box.got[0]["Bcc"] is None
    assert "\x1b" not in box.got[0].as_string()


def test_a_test_message_goes_everywhere_and_says_what_does_not_work(tmp_path: Path) -> None:
    """`mintage alerts test` shows which channel works, and leaves nothing in the queue."""
    box, hook = Inbox(), Hook()
    hook.status = 404

    async def go() -> dict[str, str]:
        async with serving(hook.app, "127.0.0.1", 0) as port, receiving(box) as smtp, Web() as web:
            settings = mail_settings(smtp, webhook=f"http://127.0.0.1:{port}/alerts")
            plant = Plant(tmp_path, 1, site=a_site(alerts=settings))
            message = service.test_message(plant.context, who="ann")
            assert service.open_alerts(plant.db) == []
            found = await Courier(plant.db, settings, plant.clock).try_out(web, message)
            assert plant.db.rows("SELECT * FROM alert_message") == []
            plant.db.close()
            return found

    found = asyncio.run(go())
    assert "answered 404" in found["webhook"]
    assert found["mail"] == ""
    assert "Test: asked for by ann" in box.got[0]["Subject"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (AlertSettings(smtp="mail.example"), "not host:port"),
        (AlertSettings(smtp="mail.example:25"), "sender and receivers"),
    ],
)
def test_mail_settings_that_cannot_be_used_are_told(tower: Tower, settings: AlertSettings, problem: str) -> None:
    """The agent says at once what is wrong with them, not at the first alert."""
    with pytest.raises(InputError, match=problem):
        Courier(tower.db, settings, tower.clock)


def test_a_password_is_not_sent_without_tls(tower: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that offers no TLS gets no password and no mail."""
    monkeypatch.setenv("MINTAGE_SMTP_USER", "mintage")
    monkeypatch.setenv("MINTAGE_SMTP_PASSWORD", "hush")
    box = Inbox()
    tower.engine._channels = ["mail"]
    tower.ail([160], fan_min_rpm=0)
    tower.watch(300)
    mail_out(tower, box)
    _, _, messages = service.show(tower.db, tower.open()[0].id)
    assert [(m.state, m.tries) for m in messages] == [("queued", 1)]
    assert "offers no TLS" in messages[0].words
    assert box.got == []


def test_the_agents_part_judges_and_sends_by_itself(tmp_path: Path) -> None:
    """Run as the agent runs it, a dead rack reaches the webhook; cancelled, it ends."""
    hook = Hook()

    async def go() -> None:
        async with serving(hook.app, "127.0.0.1", 0) as port:
            plant = Plant(tmp_path, site=a_site(alerts=AlertSettings(webhook=f"http://127.0.0.1:{port}/alerts")))
            plant.floor.poll(range(50), state="offline")
            task = asyncio.create_task(watch(plant.context))
            for _ in range(200):
                await plant.clock.advance(5)
                await asyncio.sleep(0.02)
                if hook.got or task.done():
                    break
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            plant.db.close()

    asyncio.run(go())
    assert [(b["kind"], b["rule"], b["count"]) for b in hook.bodies()][:1] == [("opened", "offline", 50)]


def test_headquarters_tells_of_agents_that_fell_silent(tmp_path: Path) -> None:
    """From a table of last contacts, one silent agent is one alert that names the site."""
    hook = Hook()

    async def go() -> None:
        async with serving(hook.app, "127.0.0.1", 0) as port:
            plant = Plant(tmp_path, 1)
            contacts = {"alder": NOON_US, "birch": NOON_US + 10_000_000_000}
            settings = AlertSettings(webhook=f"http://127.0.0.1:{port}/alerts")
            task = asyncio.create_task(watch_agents(plant.db, settings, plant.clock, lambda: contacts))
            for _ in range(200):
                await plant.clock.advance(30)
                await asyncio.sleep(0.02)
                if hook.got or task.done():
                    break
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            plant.db.close()

    asyncio.run(go())
    assert "Agent silent: alder" in hook.bodies()[0]["headline"]["en"]
