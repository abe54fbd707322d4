"""A small site for tests, and a recorder that keeps facts where a test can see them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mintage.fleet.sites import Site, load_site
from mintage.journal.fact import Fact

NOON_US = 1_767_614_400_000_000
"""2026-01-05, noon."""


class Facts:
    """Takes facts; the same key twice is kept once."""

    def __init__(self) -> None:
        self.all: dict[str, Fact] = {}

    def record(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self.all.setdefault(fact.key, fact)

    def kinds(self) -> list[str]:
        """The kinds of facts, in order."""
        return [fact.kind for fact in self.all.values()]


def write_site(folder: Path, block: str, more: str = "") -> Path:
    """A site file with one hall and two racks of a block of addresses.

    Args:
        folder: where to write it.
        block: first three octets of its addresses.
        more: further lines; they stand before the tables.
    """
    path = folder / "alder.toml"
    path.write_text(
        f"""name = "alder"
region = "canada"
ranges = ["{block}.0/26"]
{more}
[[feeder]]
name = "main"
limit_kw = 250
[[hall]]
name = "hall-1"
feeder = "main"
[[rack]]
name = "r1"
hall = "hall-1"
addresses = ["{block}.1-{block}.10"]
[[rack]]
name = "r2"
hall = "hall-1"
addresses = ["{block}.11-{block}.20"]
"""
    )
    return path


def small_site(folder: Path, block: str = "10.1.0", more: str = "") -> Site:
    """The same, read."""
    return load_site(write_site(folder, block, more))
