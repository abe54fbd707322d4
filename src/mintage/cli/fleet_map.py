"""`mintage fleet map`: the site drawn as it stands, hall by hall, rack by rack, slot by slot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mintage.cli.fleet_rows import address_order, latest_of, readable_site
from mintage.cli.show import console, plain, print_json
from mintage.cli.site_desk import say_if_unattended
from mintage.cli.site_options import SiteOptions
from mintage.fleet.latest import Machine
from mintage.fleet.places import slots
from mintage.fleet.sites import Rack, Site

if TYPE_CHECKING:
    from rich.text import Text


class Sign(msgspec.Struct, frozen=True):
    """How a state is drawn. Glyph and letter tell it alone; colours only help, and differ for every kind of eye.

    Source of the colours: M. Okabe, K. Ito, Color Universal Design (2008).

    Attributes:
        glyph: seen from afar.
        letter: read from near.
        style: colour.
        meaning: what it says.
    """

    glyph: str
    letter: str
    style: str
    meaning: str


SIGNS = {
    "hashing": Sign("■", "H", "#56b4e9", "hashing"),
    "problem": Sign("◆", "P", "bold #e69f00", "hashing, with a problem"),
    "starting": Sign("◐", "S", "#f0e442", "starting"),
    "idle": Sign("□", "I", "#cc79a7", "idle"),
    "asleep": Sign("☾", "Z", "#999999", "asleep"),
    "fault": Sign("✖", "F", "bold #d55e00", "stopped itself"),
    "offline": Sign("○", "O", "bold #d55e00", "does not answer"),
    "unknown": Sign("?", "U", "#f0e442", "answers, but not what it does"),
    "empty": Sign("·", " ", "dim", "no machine adopted"),
}
_GAP = 4


def map_(*, options: SiteOptions = SiteOptions()) -> None:
    """Draw the site: each slot of each rack with the state of its machine.

    Example: mintage fleet map --site alder
    """
    site = readable_site(options)
    machines = latest_of(options.kept_state(site), site)
    halls = _halls(site, machines)
    if options.json:
        print_json([_hall(*hall) for hall in halls])
        return
    say_if_unattended(options, site, machines)
    screen = console()
    for name, racks in halls:
        screen.print(plain(f"{name}  {_counts([m for _, row in racks for m in row.values()])}"), style="bold")
        blocks = [_drawn(rack, row) for rack, row in racks]
        for line in _side_by_side(blocks, screen.width):
            screen.print(line, no_wrap=True, overflow="crop")
    used = {_sign_name(machine) for machine in machines} | {"empty"}
    legend = "   ".join(f"{s.glyph}{s.letter.strip()} {s.meaning}" for name, s in SIGNS.items() if name in used)
    screen.print(plain(legend), style="dim")


Placed = tuple[Rack | None, dict[int, Machine]]
"""A rack, None for machines that stand in none, with its machines by slot."""


def _halls(site: Site, machines: Sequence[Machine]) -> list[tuple[str, list[Placed]]]:
    """Racks by hall in the order of the site's file, and last the machines that stand in no rack."""
    by_rack: dict[str, dict[int, Machine]] = {}
    homeless = []
    for machine in machines:
        if machine.place.rack:
            by_rack.setdefault(machine.place.rack, {})[machine.place.slot] = machine
        else:
            homeless.append(machine)
    halls: list[tuple[str, list[Placed]]] = [
        (hall.name, [(rack, by_rack.get(rack.name, {})) for rack in site.rack if rack.hall == hall.name])
        for hall in site.hall
    ]
    if homeless:
        homeless.sort(key=address_order)
        halls.append(("in no rack", [(None, dict(enumerate(homeless, 1)))]))
    return halls


def _hall(name: str, racks: Sequence[Placed]) -> dict[str, Any]:
    return {
        "hall": name,
        "racks": [
            {
                "rack": rack.name if rack else None,
                "slots": slots(rack) if rack else len(row),
                "machines": [
                    {
                        "slot": slot if rack else None,
                        "asset_id": machine.asset,
                        "address": machine.place.address,
                        "state": machine.state,
                        "problems": list(machine.snapshot.problems) if machine.snapshot else [],
                    }
                    for slot, machine in sorted(row.items())
                ],
            }
            for rack, row in racks
        ],
    }


def _sign_name(machine: Machine) -> str:
    if machine.state == "hashing" and machine.snapshot and machine.snapshot.problems:
        return "problem"
    return machine.state if machine.state in SIGNS else "unknown"


def _counts(machines: Sequence[Machine]) -> str:
    names = [_sign_name(machine) for machine in machines]
    return ", ".join(f"{names.count(name)} {sign.meaning}" for name, sign in SIGNS.items() if name in names)


def _drawn(rack: Rack | None, row: dict[int, Machine]) -> list[Text]:
    """A rack as lines of equal width: its name, then its shelves from above, filled from the left."""
    from rich.text import Text  # noqa: PLC0415  rich loads only when something is printed

    total = slots(rack) if rack else len(row)
    shelves = min(rack.rows, total) if rack else 1 + (total - 1) // 16
    width = -(-total // shelves)
    name = rack.name if rack else "unplaced"
    lines = [Text(name[: width * 3].ljust(width * 3), style="bold")]
    for shelf in range(shelves):
        line = Text()
        for slot in range(shelf * width + 1, (shelf + 1) * width + 1):
            sign = SIGNS[_sign_name(row[slot]) if slot in row else "empty"]
            line.append(f"{sign.glyph}{sign.letter} " if slot <= total else "   ", style=sign.style)
        lines.append(line)
    return lines


def _side_by_side(blocks: Sequence[list[Text]], width: int) -> list[Text]:
    """Racks beside each other as far as the screen is wide, and below each other beyond that."""
    from rich.text import Text  # noqa: PLC0415  as above

    lines: list[Text] = []
    band: list[list[Text]] = []

    def finish() -> None:
        for number in range(max((len(block) for block in band), default=0)):
            cells = [block[number] if number < len(block) else Text(" " * len(block[0])) for block in band]
            lines.append(Text(" " * _GAP).join(cells))
        lines.append(Text())
        band.clear()

    for block in blocks:
        if band and sum(len(b[0]) + _GAP for b in band) + len(block[0]) > width:
            finish()
        band.append(block)
    finish()
    return lines
