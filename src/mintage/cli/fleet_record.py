"""A machine's record in the journal as the terminal tells it: cost landed, delivery, and what it has earned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mintage.house import open_journal

if TYPE_CHECKING:
    from mintage.desk.record import EarnedAnswer, Made


class Item(msgspec.Struct, frozen=True):
    """One line of the record.

    Attributes:
        name: what it is.
        value: what is known; None where it is unknown.
        note: where it is from, or why it is unknown.
    """

    name: str
    value: Any
    note: str


def record(db: Path, folder: Path, site: str, asset: str, serial: str, today: date) -> list[Item]:
    """The record of one machine.

    Args:
        db: the journal's file.
        folder: where the site keeps its telemetry.
        site: the site's name.
        asset: the machine.
        serial: its serial number in the factory's facts, "" where it is not linked.
        today: the day that it is now.
    """
    names = ("built", "landed cost USD", "delivered", "earned BTC", "earned USD")
    if not db.is_file():
        return [Item(name, None, f"there is no journal at {db}") for name in names]
    from mintage.desk.record import earned, made  # noqa: PLC0415  start-up time counts
    from mintage.fleet.telemetry.parquet import ParquetStore  # noqa: PLC0415

    journal = open_journal(db)
    try:
        found = earned(journal, ParquetStore(folder / "telemetry"), site, asset, today)
        return [*_made(made(journal, serial)), *_earned(found)]
    finally:
        journal.close()


def _made(found: Made) -> Iterator[Item]:
    if found.built_on is None:
        yield from (Item(name, None, found.reason) for name in ("built", "landed cost USD"))
    else:
        yield Item("built", found.built_on, f"{found.model} at {found.plant}, build {found.build}")
        yield Item("landed cost USD", found.landed.value, f"mean of the {found.machines:,} machines of its build")
    if found.delivered_on is not None:
        yield Item("delivered", found.delivered_on, f"to {found.customer}, order {found.order}")
    elif found.traceable:
        yield Item("delivered", None, "no delivery in the journal names its serial number")
    else:
        yield Item("delivered", None, found.reason)


def _earned(found: EarnedAnswer) -> Iterator[Item]:
    """The machine's share of what pools credited its site."""
    note = f"its share of the work on {found.known} of the last {found.asked} days; the others are unknown"
    for name, figure in (("earned BTC", found.earned), ("earned USD", found.value)):
        yield Item(name, figure.value, note if figure.value is not None else figure.reason)
