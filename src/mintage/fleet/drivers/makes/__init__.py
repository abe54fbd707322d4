"""Machines of other makes through the library pyasic_rs, the extra `[makes]`."""

from mintage.fleet.drivers.makes.driver import Makes

driver = Makes()
