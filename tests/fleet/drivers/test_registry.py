"""Drivers of other packages: found by their entry point, named in every error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.fleet.drivers import registry
from mintage.fleet.drivers.port import Identity, Target
from mintage.units.clock import SystemClock
from mintage.units.errors import InputError

DRIVER = """
class Acme:
    name = {name!r}
    port = 4999

    async def identify(self, target, timeout_s):
        return None

    def session(self, target, identity, clock, slow_every_s=60.0):
        raise NotImplementedError

driver = Acme()
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test sees what is installed then."""
    registry.drivers.cache_clear()
    yield
    registry.drivers.cache_clear()
    sys.modules.pop("acme_driver", None)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, point: str = "acme_driver:driver") -> None:
    """A package with a driver, as an installer leaves it."""
    (folder / "acme_driver.py").write_text(code)
    info = folder / "acme_driver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-driver\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[mintage.drivers]\nacme = {point}\n")
    monkeypatch.syspath_prepend(folder)


def test_a_package_brings_a_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver under the entry point is among the drivers, after ours, and can be asked for by name."""
    install(tmp_path, monkeypatch, DRIVER.format(name="acme"))
    names = [driver.name for driver in registry.drivers()]
    assert names[0] == "avalon"
    assert "acme" in names
    assert registry.driver_named("acme").port == 4999


@pytest.mark.parametrize(
    ("code", "point", "words"),
    [
        (DRIVER.format(name="avalon"), "acme_driver:driver", "two drivers are named 'avalon'"),
        ("import a_module_that_is_not_there", "acme_driver:driver", "cannot be loaded"),
        ("driver = 7", "acme_driver:driver", "it has no name, port, identify, session"),
        (DRIVER.format(name="acme"), "acme_driver:pilot", "cannot be loaded"),
    ],
)
def test_a_broken_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, point: str, words: str
) -> None:
    """A driver that cannot be had is an error that names its package and what to do."""
    install(tmp_path, monkeypatch, code, point)
    with pytest.raises(InputError, match=words) as caught:
        registry.drivers()
    assert "mintage.drivers:acme" in str(caught.value)


def test_an_identity_of_a_driver_that_is_gone_is_named() -> None:
    """A machine that was found by a driver which is no longer installed is told so, with those that are."""
    identity = Identity(driver="acme", make="Acme", model="1", name="Acme 1")
    with pytest.raises(InputError, match="no driver 'acme' is installed"):
        registry.open_session(Target("127.0.0.1"), identity, SystemClock())
