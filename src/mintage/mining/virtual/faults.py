"""What a virtual pool is told to do wrong, so that those who read it can be tried."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from mintage.units.toml import read_toml

Kind = Literal["changed-form", "missing-day", "wrong-fee", "late-correction"]


class PoolFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a virtual pool does wrong.

    Attributes:
        kind: "changed-form": from the day on, the API answers in another form; "missing-day": it leaves the day out;
            "wrong-fee": it keeps another fee for the day; "late-correction": it counts the day's work anew, later.
        day: day in UTC that it is about.
        fee_pct: fee that is kept, where it is the wrong one.
        change_pct: by how much the work counted changes in a late correction.
        after_days: how many days later the correction is stated.
    """

    kind: Kind
    day: date
    fee_pct: Decimal = Decimal(4)
    change_pct: Decimal = Decimal(-2)
    after_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 1


class _Plan(msgspec.Struct, frozen=True):
    pool: tuple[PoolFault, ...] = ()


def load_pool_faults(path: Path) -> tuple[PoolFault, ...]:
    """The tables `[[pool]]` of a plan of faults; other tables are for the machines.

    Raises:
        InputError: the file is not there, is not TOML, or describes no such fault.
    """
    return read_toml(path, _Plan, "faults", "`[[pool]]` in docs/faults.md").pool
