"""Where a machine stands: hall, rack, feeder and slot, from the address that it answers at."""

from __future__ import annotations

from ipaddress import IPv4Address

from mintage.fleet.latest import Place
from mintage.fleet.ranges import range_bounds
from mintage.fleet.sites import Rack, Site


class Places:
    """The racks of a site by address; a lookup costs one comparison for each range of a rack.

    Args:
        site: its description.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ranges: list[tuple[int, int, int, Rack]] = []
        for rack in site.rack:
            before = 0
            for low, high in map(range_bounds, rack.addresses):
                self._ranges.append((low, high, before, rack))
                before += high - low + 1

    def of(self, address: str) -> Place:
        """Where the machine at an address stands; the first rack that names it counts."""
        where = int(IPv4Address(address))
        for low, high, before, rack in self._ranges:
            if low <= where <= high:
                slot = before + where - low + 1
                return Place(
                    address=address, hall=rack.hall, rack=rack.name, feeder=self._site.feeder_of(rack), slot=slot
                )
        return Place(address=address)


def slots(rack: Rack) -> int:
    """How many machines a rack has addresses for."""
    return sum(high - low + 1 for low, high in map(range_bounds, rack.addresses))
