"""Addresses as people write them: CIDR blocks, ranges and single ones."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from mintage.units.errors import InputError


def addresses(ranges: tuple[str, ...], limit: int = 1 << 20) -> Iterator[str]:
    """Every address of CIDR blocks (without network and broadcast), ranges and single addresses, each once.

    Raises:
        InputError: one cannot be read, or they are more than the limit.
    """
    bounds = sorted(map(range_bounds, ranges))
    if sum(high - low + 1 for low, high in bounds) > limit:
        raise InputError(f"these ranges hold more than {limit} addresses.", field="ranges", remedy="Name fewer.")
    last = -1
    for low, high in bounds:
        for number in range(max(low, last + 1), high + 1):
            yield str(IPv4Address(number))
        last = max(last, high)


def range_bounds(text: str) -> tuple[int, int]:
    """First and last address of a CIDR block (without network and broadcast), a range or a single address.

    Raises:
        InputError: it is none of these, or ends before it begins.
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    remedy = "Write 10.1.0.0/24, 10.1.0.10-10.1.0.40 or 10.1.0.7."
    try:
        if dash:
            low, high = int(IPv4Address(first)), int(IPv4Address(last))
        else:
            network = IPv4Network(first, strict=False)
            low, high = int(network[0]), int(network[-1])
            if network.num_addresses > 2:
                low, high = low + 1, high - 1
    except ValueError as error:
        raise InputError(f"'{text}' is no address range.", field="ranges", remedy=remedy) from error
    if high < low:
        raise InputError(f"'{text}' ends before it begins.", field="ranges", remedy=remedy)
    return low, high
