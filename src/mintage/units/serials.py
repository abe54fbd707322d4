"""Serial numbers of machines, written as ranges: "A15K000100..A15K000199, A15K000250".

A serial number is letters and digits that end in digits; a range runs over the ending digits, whose number is fixed.
"""

from __future__ import annotations

import re

import msgspec

from mintage.units.errors import InputError

_SERIAL = re.compile(r"([A-Za-z0-9-]*?)(\d{1,18})")


class SerialRange(msgspec.Struct, frozen=True, order=True):
    """An unbroken range of serial numbers, both ends included.

    Attributes:
        prefix: what stands before the ending digits.
        width: how many ending digits there are.
        first: number of the first.
        last: number of the last.
    """

    prefix: str
    width: int
    first: int
    last: int

    def __str__(self) -> str:
        ends = [f"{self.prefix}{number:0{self.width}d}" for number in (self.first, self.last)]
        return ends[0] if self.first == self.last else "..".join(ends)

    @property
    def count(self) -> int:
        """How many serial numbers are in it."""
        return self.last - self.first + 1

    def meets(self, other: SerialRange) -> bool:
        """Whether a serial number is in both."""
        same = (self.prefix, self.width) == (other.prefix, other.width)
        return same and self.first <= other.last and other.first <= self.last


def serial_range(first: str, last: str) -> SerialRange:
    """The range from one serial number to another.

    Raises:
        InputError: one is no serial number, they are of different series, or the last comes before the first.
    """
    (prefix, low), (other, high) = _split(first), _split(last)
    if (prefix, len(low)) != (other, len(high)):
        raise InputError(
            f"{first} and {last} are not of one series.",
            remedy="Both ends need the same letters and the same number of ending digits.",
        )
    if int(high) < int(low):
        raise InputError(f"{last} comes before {first}.", remedy="Give the lower serial number first.")
    return SerialRange(prefix, len(low), int(low), int(high))


def parse_serials(text: str) -> tuple[SerialRange, ...]:
    """Read a list of ranges and single serial numbers; an empty text names none.

    Raises:
        InputError: a part cannot be read, or names a serial number that another part names too.
    """
    found: list[SerialRange] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, dots, last = part.partition("..")
        found.append(serial_range(first, last if dots else first))
    clashes = overlaps(found)
    if clashes:
        one, two = clashes[0]
        raise InputError(f"{one} and {two} name the same machine twice.", remedy="Name each serial number once.")
    return tuple(found)


def overlaps(ranges: list[SerialRange]) -> list[tuple[SerialRange, SerialRange]]:
    """Pairs of ranges that share a serial number: each range with the one before it that reaches furthest."""
    clashes: list[tuple[SerialRange, SerialRange]] = []
    reach: SerialRange | None = None
    for item in sorted(ranges):
        if reach is not None and reach.meets(item):
            clashes.append((reach, item))
            reach = max(reach, item, key=lambda range_: range_.last)
        else:
            reach = item
    return clashes


def _split(serial: str) -> tuple[str, str]:
    match = _SERIAL.fullmatch(serial)
    if match is None:
        raise InputError(
            f"'{serial}' is not a serial number.",
            remedy="Write letters and digits that end in digits, such as A15K000100.",
        )
    # The shortest prefix leaves all ending digits to the number; a serial of digits alone has no prefix.
    return match[1], match[2]
