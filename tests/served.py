"""A company that is served on a real socket by a thread of the test's process, over real files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from mintage.api.access import COOKIE, CSRF_HEADER
from mintage.console.app import console
from mintage.desk.company import Company, Settings
from mintage.people.caller import Caller
from mintage.people.passwords import Effort, Passwords
from mintage.people.roles import EVERYWHERE, Grant
from mintage.people.service import People
from mintage.units.clock import Clock, SystemClock
from mintage.wire.serve import serving

PASSWORD = "a long enough passphrase 41"  # noqa: S105  nobody's password
TIMEOUT_S = 60.0


class Server:
    """An application on a socket of this machine, in a thread of its own.

    Args:
        app: ASGI application.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.base = ""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(TIMEOUT_S)

    def close(self) -> None:
        """Stop it, and wait until it is gone."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT_S)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self._app, "127.0.0.1", 0, connections_max=1_000) as port:
            self.base = f"http://127.0.0.1:{port}"
            self._ready.set()
            await self._stop.wait()


class Served:
    """A company with people, each with a client of his or her own.

    Args:
        folder: where its files are.
        db: its journal.
        data: folder of its sites.
        demo: whether nobody signs in.
        clock: the time of the business; this machine's where left out.
    """

    def __init__(
        self, folder: Path, db: Path, *, data: Path | None = None, demo: bool = False, clock: Clock | None = None
    ) -> None:
        settings = Settings(
            db=db,
            data=data or folder / "sites",
            state=folder / "console.db",
            demo=demo,
            clock=clock or SystemClock(),
        )
        self.company = Company(settings)
        # Real hashes that cost little: what one guess costs is asked of the product's own effort in tests/people.
        cheap = Passwords(Effort(memory_kib=8, passes=1))
        self.company.people = People(self.company.state, self.company.wall, passwords=cheap)
        self.app = console(self.company)
        self.server = Server(self.app)
        self.base = self.server.base
        self._clients: list[httpx.Client] = []
        self._admin: Caller | None = None

    def anybody(self) -> httpx.Client:
        """A client of somebody who has not signed in."""
        client = httpx.Client(base_url=self.base, timeout=TIMEOUT_S)
        self._clients.append(client)
        return client

    def person(self, name: str, roles: Iterable[str | tuple[str, str]]) -> httpx.Client:
        """A client of somebody with some roles, signed in; its requests carry the session's secret."""
        grants = [Grant(role, EVERYWHERE) if isinstance(role, str) else Grant(*role) for role in roles]
        self.company.people.add_person(self._administrator(), name, name, PASSWORD, grants)
        return self.signed_in(name)

    def signed_in(self, name: str) -> httpx.Client:
        """A client with a new session of somebody."""
        done = self.company.people.sign_in(name, PASSWORD)
        assert done.cookie is not None
        client = self.anybody()
        client.cookies.set(COOKIE, done.cookie.reveal())
        client.headers[CSRF_HEADER] = done.csrf
        return client

    def close(self) -> None:
        """Let go of it."""
        for client in self._clients:
            client.close()
        self.server.close()
        self.company.close()

    def _administrator(self) -> Caller:
        """The first administrator, who adds the others."""
        if self._admin is None:
            people = self.company.people
            done = people.setup(people.setup_code().reveal(), "first-admin", "First", PASSWORD)
            found = people.caller_of_session(done.cookie.reveal() if done.cookie else "")
            assert found is not None
            self._admin = found
        return self._admin
