"""All conditions that a rule can name."""

from __future__ import annotations

from mintage.fleet.alerts.on_gauges import Failing, OverLimit, Silent
from mintage.fleet.alerts.on_past import IdentityDouble, NotPolled, PoolForeign, Restarts, StandsStill
from mintage.fleet.alerts.on_readings import (
    Above,
    AsleepUnheld,
    Below,
    BelowShare,
    BitsSet,
    BoardDead,
    Complains,
    Doubted,
    StateIs,
)

AnyCondition = (
    StateIs
    | AsleepUnheld
    | Above
    | Below
    | BelowShare
    | BoardDead
    | BitsSet
    | Complains
    | Doubted
    | Restarts
    | StandsStill
    | PoolForeign
    | IdentityDouble
    | NotPolled
    | OverLimit
    | Silent
    | Failing
)
"""A new condition is a class beside these and a row here."""
