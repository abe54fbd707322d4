"""The drivers that there are: our own, and those that other packages bring by the entry point `mintage.drivers`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from mintage.fleet.drivers.avalon import driver as avalon
from mintage.fleet.drivers.makes import driver as makes
from mintage.fleet.drivers.makes.library import is_installed, library
from mintage.fleet.drivers.port import Driver, Identity, Session, Target
from mintage.units.clock import Clock
from mintage.units.errors import InputError

ENTRY_POINTS = "mintage.drivers"


@cache
def drivers() -> tuple[Driver, ...]:
    """All drivers: Avalon, those of other packages by name, and last, where it is installed, the one for other makes.

    Raises:
        InputError: a package's driver cannot be loaded, is no driver, or takes a name that is taken.
    """
    found: list[Driver] = [avalon]
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        added = _load(point)
        if any(added.name == driver.name for driver in (*found, makes)):
            raise InputError(
                f"two drivers are named '{added.name}'.",
                field=f"entry point {ENTRY_POINTS}:{point.name}",
                remedy=f"Uninstall {_package(point)}, or rename its driver.",
            )
        found.append(added)
    return (*found, makes) if is_installed() else tuple(found)


def driver_named(name: str) -> Driver:
    """The driver with a name.

    Raises:
        InputError: none has it.
    """
    for driver in drivers():
        if driver.name == name:
            return driver
    if name == makes.name:
        library()
    known = ", ".join(driver.name for driver in drivers())
    raise InputError(f"no driver '{name}' is installed.", field="driver", remedy=f"Installed are: {known}.")


async def identify(target: Target, timeout_s: float, among: Iterable[Driver] | None = None) -> Identity | None:
    """Who is at an address, by the first driver that knows it; None where nobody does.

    Drivers are asked one after the other, so that no machine gets two connections at once.

    Args:
        target: where.
        timeout_s: real seconds for each driver.
        among: drivers to ask; all of them where None.
    """
    for driver in drivers() if among is None else among:
        found = await driver.identify(target, timeout_s)
        if found is not None:
            return found
    return None


def open_session(target: Target, identity: Identity, clock: Clock, slow_every_s: float = 60.0) -> Session:
    """A session with an identified machine, by the driver that knows it.

    Raises:
        InputError: that driver is not installed here.
    """
    return driver_named(identity.driver).session(target, identity, clock, slow_every_s)


def _load(point: EntryPoint) -> Driver:
    try:
        added: Driver = point.load()
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"the driver cannot be loaded: {error}.",
            field=f"entry point {ENTRY_POINTS}:{point.name}",
            remedy=f"Repair or uninstall {_package(point)}.",
        ) from error
    lacking = [name for name in ("name", "port", "identify", "session") if not hasattr(added, name)]
    if lacking:
        raise InputError(
            f"this is no driver: it has no {', '.join(lacking)}.",
            field=f"entry point {ENTRY_POINTS}:{point.name}",
            remedy="See mintage.fleet.drivers.port.Driver.",
        )
    return added


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "the package that brings it"
