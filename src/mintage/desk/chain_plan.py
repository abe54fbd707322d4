"""The kept plan that the chain is held against, as far as it tells of the chain's measures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from mintage.desk.chain_answer import PlanState
from mintage.desk.figure import Figure

if TYPE_CHECKING:
    from mintage.desk.company import Company

NONE_KEPT = "no plan is kept as the baseline"


class Against(msgspec.Struct, frozen=True):
    """What a plan expects.

    Attributes:
        state: which plan it is, or why there is none.
        expected: P50 by measure at the end of the day's month.
    """

    state: PlanState
    expected: dict[str, Figure] = {}


def against(company: Company, on: date) -> Against:  # noqa: ARG001  until plans can be kept
    """The baseline's expectation for a day."""
    return Against(PlanState(reason=NONE_KEPT))
