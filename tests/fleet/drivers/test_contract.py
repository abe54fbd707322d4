"""Every registered driver under the contract, and the contract itself against drivers that break it."""

from __future__ import annotations

import pytest

from mintage.fleet.drivers.contract import CHECKS, Check, subject_of
from mintage.fleet.drivers.port import Driver
from mintage.fleet.drivers.registry import drivers


@pytest.mark.parametrize("driver", drivers(), ids=lambda driver: driver.name)
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_every_driver_keeps_every_rule_or_says_why_not(check: Check, driver: Driver) -> None:
    """A registered driver passes each check of the contract, or its quality file exempts it with a reason."""
    exempt = check(subject_of(driver))
    assert not exempt or len(exempt) > 20
