"""Avalon machines, A-series, hydro and home, over their own protocol on TCP 4028; nothing but the standard library."""

from mintage.fleet.drivers.avalon.driver import Avalon

driver = Avalon()
