"""The port that every driver fills: who is there, how is it, do this."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from mintage.fleet.readings import Snapshot
from mintage.units.clock import Clock


class Target(msgspec.Struct, frozen=True):
    """Where a machine answers.

    Attributes:
        address: IP address.
        port: TCP port of the machine's API; None for the driver's own.
    """

    address: str
    port: int | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a machine says it is. All of it can change or lie; the asset id is ours (`mintage.fleet.identity`).

    Attributes:
        driver: name of the driver that knows it.
        make: maker.
        model: model with its bin as the machine names it, such as "15-194".
        name: the name under which the maker sells it, such as "Avalon A15-194".
        dna: identity of its control board; "" where it tells none.
        mac: network address, lower-case hex without separators; "" where it tells none.
        serial: serial number; "" where it tells none.
        firmware: version of its firmware; "" where it tells none.
        hardware: kind of control board; "" where it tells none.
        nameplate_ths: nominal hash rate; None where unknown.
        nameplate_w: nominal power; None where unknown.
        cooling: air, immersion or hydro; "" where unknown.
        known: whether the driver knows the model; an unknown one is read as far as its protocol allows.
    """

    driver: str
    make: str
    model: str
    name: str
    dna: str = ""
    mac: str = ""
    serial: str = ""
    firmware: str = ""
    hardware: str = ""
    nameplate_ths: float | None = None
    nameplate_w: int | None = None
    cooling: str = ""
    known: bool = True


class PoolSetting(msgspec.Struct, frozen=True):
    """A pool that a machine is to be set to.

    Attributes:
        url: stratum URL.
        worker: name to work under.
        password: what the pool wants with it, mostly "x"; never a secret.
    """

    url: str
    worker: str
    password: str = "x"  # noqa: S105  what pools expect from everybody


class Sleep(msgspec.Struct, frozen=True, tag="sleep"):
    """Stop hashing; the control board stays on."""


class Wake(msgspec.Struct, frozen=True, tag="wake"):
    """Hash again."""


class Reboot(msgspec.Struct, frozen=True, tag="reboot"):
    """Restart the machine."""


class SetMode(msgspec.Struct, frozen=True, tag="mode"):
    """Change the work mode.

    Attributes:
        mode: its name, in the words of the model (`mintage.fleet.models`) or of its driver.
    """

    mode: str


class SetPower(msgspec.Struct, frozen=True, tag="power"):
    """Aim at another input power, where the machine can.

    Attributes:
        power_w: watts at the inlet.
    """

    power_w: int


class SetPools(msgspec.Struct, frozen=True, tag="pools"):
    """Work for other pools.

    Attributes:
        pools: the first one first.
    """

    pools: tuple[PoolSetting, ...]


class Led(msgspec.Struct, frozen=True, tag="led"):
    """Light the machine up, so that it is found in the rack.

    Attributes:
        on: whether its light is to shine.
    """

    on: bool


class Fan(msgspec.Struct, frozen=True, tag="fan"):
    """Run the fans at a share of their highest speed.

    Attributes:
        duty_pct: percent of it; None gives them back to the machine.
    """

    duty_pct: int | None = None


Action = Sleep | Wake | Reboot | SetMode | SetPower | SetPools | Led | Fan
Outcome = Literal["done", "refused", "silent", "unsupported"]
"""done: the machine accepted it; refused: it said no; silent: no answer in time; unsupported: this model cannot."""


class Result(msgspec.Struct, frozen=True):
    """What became of an action at one machine.

    Attributes:
        outcome: what became of it.
        words: the machine's own words, or why there are none.
        effective: when it takes effect.
    """

    outcome: Outcome
    words: str
    effective: Literal["now", "after-reboot"] = "now"


class Session(Protocol):
    """One machine. Calls on one session never overlap on the wire: the session queues them."""

    async def poll(self) -> Snapshot:
        """Read the machine; a machine that does not answer is a snapshot in state offline, with the reason.

        The slow round (version, pools, counters) is made when it is due.
        """
        ...

    async def identify(self) -> Identity | None:
        """Ask anew who it is; None where it no longer answers as a machine of this driver."""
        ...

    async def act(self, action: Action) -> Result:
        """Do something to it. Never raises for what the machine says or fails to say."""
        ...


class Driver(Protocol):
    """A make of machines.

    Attributes:
        name: its name, as in its manifest.
        port: TCP port on which it looks for machines.
    """

    @property
    def name(self) -> str:
        """Its name, as in its manifest."""
        ...

    @property
    def port(self) -> int:
        """TCP port on which it looks for machines."""
        ...

    async def identify(self, target: Target, timeout_s: float) -> Identity | None:
        """Who is at an address; None where nobody is, or nobody of this make."""
        ...

    def session(self, target: Target, identity: Identity, clock: Clock, slow_every_s: float = 60.0) -> Session:
        """A session with a machine that was identified.

        Args:
            target: where it is.
            identity: who it said it is.
            clock: stamps snapshots and tells when the slow round is due; deadlines on the wire are of real time.
            slow_every_s: seconds of that clock between slow rounds.
        """
        ...
