"""The kept plan that the chain is held against, as far as it tells of the chain's measures."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.desk.chain_answer import PlanState
from mintage.desk.company import Company
from mintage.desk.figure import Figure
from mintage.desk.plan import baseline
from mintage.units.instant import utc_date

NONE_KEPT = "no plan is kept as the baseline"


class Against(msgspec.Struct, frozen=True):
    """What a plan expects.

    Attributes:
        state: which plan it is, or why there is none.
        expected: median by measure at the end of the day's month.
    """

    state: PlanState
    expected: dict[str, Figure] = {}


def against(company: Company, on: date) -> Against:
    """What the baseline expects for the end of a day's month."""
    kept = baseline(company)
    if kept is None:
        return Against(PlanState(reason=NONE_KEPT))
    month = on.strftime("%Y-%m")
    reason = "" if month in kept.months else f"the plan tells nothing of {month}"
    state = PlanState(id=kept.row.id, name=kept.row.name, made_on=utc_date(kept.row.at_us), month=month, reason=reason)
    return Against(state, {id_: months[month] for id_, months in kept.p50.items() if month in months})
