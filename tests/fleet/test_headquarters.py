"""Headquarters at work: a site that falls silent is told of, over real HTTPS, by a clock that the test moves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mintage.fleet.alerts.service import open_alerts
from mintage.fleet.headquarters import Store, headquarters, load_alerts
from mintage.fleet.sites import AlertSettings, Headquarters
from mintage.fleet.uplink.tokens import load_tokens
from mintage.fleet.uplink.upload import send_some
from mintage.fleet.uplink.ways import HttpsUplink
from mintage.units.errors import InputError
from mintage.wire.serve import serving
from tests.fleet.uplink.place import HeadquartersOfTest, SiteOfTest, action, authority


def test_site_that_falls_silent_is_told_and_cleared_when_it_is_heard_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One alert names it after a quarter hour and not before, until it is back; a site that never came is no alert."""
    got: list[dict[str, Any]] = []

    async def take(request: Request) -> Response:
        got.append(msgspec.json.decode(await request.body()))
        return Response(status_code=204)

    async def run() -> None:
        hq, site = HeadquartersOfTest(tmp_path), SiteOfTest(tmp_path)
        monkeypatch.setenv("MINTAGE_SITE_TOKEN", hq.tokens["alder"])
        certificate, trust = tmp_path / "server.pem", tmp_path / "trust.pem"
        authority().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        authority().cert_pem.write_to_path(str(trust))
        store, tokens = Store(hq.db, hq.journal, hq.telemetry, 10**9), load_tokens(hq.sites)
        hook = Starlette(routes=[Route("/", take, methods=["POST"])])
        async with serving(hook, "127.0.0.1", 0) as hook_port:
            told = AlertSettings(webhook=f"http://127.0.0.1:{hook_port}/")
            async with headquarters(
                store, tokens, told, hq.clock, ("127.0.0.1", 0), (certificate, certificate)
            ) as port:
                uplink = HttpsUplink(
                    "alder", site.outbox.agent, Headquarters(url=f"https://127.0.0.1:{port}", trust=str(trust))
                )
                site.outbox.record([action("alder", 1)])
                assert await send_some(site.outbox, uplink) == 1

                async def until(count: int, seconds: float) -> None:
                    """Let so much time pass, half a minute at a time, or until so many messages came."""
                    for _ in range(round(seconds / 30)):
                        if len(got) < count:
                            await hq.clock.advance(30)
                            await asyncio.sleep(0.25)  # judging pauses for a fifth of a real second as well

                await hq.clock.advance(780)
                await until(1, 60)
                assert (got, open_alerts(hq.db)) == ([], [])
                await until(1, 300)
                assert [(item["kind"], item["rule"]) for item in got] == [("opened", "agent")]
                assert "alder" in got[0]["headline"]["en"]
                await uplink.send(())
                await until(2, 300)
                assert [item["kind"] for item in got] == ["opened", "cleared"]
                await uplink.close()
        site.close()
        hq.close()

    asyncio.run(run())


def test_settings_of_alerts_are_read_from_a_file_and_refused_by_name(tmp_path: Path) -> None:
    """The keys are those of a site's file; rules lie beside it; a slip is told before anything is served."""
    path = tmp_path / "alerts.toml"
    path.write_text('webhook = "https://hooks.example/x"\nmail_to = ["ops@alder.example"]\n')
    assert load_alerts(path).webhook == "https://hooks.example/x"
    assert load_alerts(None) == AlertSettings()
    path.write_text('web_hook = "x"\n')
    with pytest.raises(InputError, match=r"alerts\.toml.*web_hook"):
        load_alerts(path)
    path.write_text('rules = "none.toml"\n')
    with pytest.raises(InputError, match=r"none\.toml"):
        load_alerts(path)
