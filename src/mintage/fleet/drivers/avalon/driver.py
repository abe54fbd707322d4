"""The driver: who is an Avalon, and a session with one."""

from __future__ import annotations

from mintage.fleet.drivers.avalon.client import PORT, line_to, request
from mintage.fleet.drivers.avalon.identity import identity_of
from mintage.fleet.drivers.avalon.replies import document
from mintage.fleet.drivers.avalon.session import AvalonSession
from mintage.fleet.drivers.port import Identity, Target
from mintage.units.clock import Clock
from mintage.units.errors import WireError

VERSION = request("version")


class Avalon:
    """Avalon machines."""

    name = "avalon"
    port = PORT

    async def identify(self, target: Target, timeout_s: float) -> Identity | None:
        """Who is at an address; None where nobody is, or nobody of this make."""
        try:
            reply = await line_to(target.address, target.port).ask(VERSION, timeout_s)
        except WireError:
            return None
        return identity_of(document(reply))

    def session(self, target: Target, identity: Identity, clock: Clock, slow_every_s: float = 60.0) -> AvalonSession:
        """A session with a machine that was identified."""
        return AvalonSession(line_to(target.address, target.port), identity, clock, slow_every_s)
