"""What somebody asks of curtailments, and what the pages of them tell."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from mintage.desk.energy_answer import EventRow, PastCurtailment, RuleRow
from mintage.desk.figure import Figure
from mintage.fleet.curtail.asks import Manner
from mintage.fleet.curtail.rows import PlanRow
from mintage.fleet.curtail.wish import Kind, Wish

Ending = Literal["restore", "cancel", "abort", "abort-leave"]


class Curtail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a curtailment.

    Attributes:
        wish: how much, of which machines, for how long.
        reason: why; it stands in the proof.
    """

    wish: Wish
    reason: str


class End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End a curtailment.

    Attributes:
        how: "restore" in the steps that were agreed, "cancel" likewise or before it begins, "abort" at once without
            steps, or "abort-leave" and leave machines as they are.
        reason: why.
    """

    how: Ending
    reason: str


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take machines out of whatever curtailment holds them.

    Attributes:
        assets: which machines.
        reason: why.
    """

    assets: tuple[str, ...]
    reason: str


class TellPrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell a site what power costs or hash rate earns now.

    Attributes:
        price_usd_mwh: price of power; forgotten after an hour.
        hashprice_usd_ph_day: hashprice; forgotten after two days.
    """

    price_usd_mwh: float | None = None
    hashprice_usd_ph_day: float | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """Machines in scope that would not be shed.

    Attributes:
        reason: why.
        machines: how many.
    """

    reason: str
    machines: int


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a curtailment would do if it began now; nothing is asked for.

    Attributes:
        site: the site.
        wish: what was wished.
        asked: the same in words.
        wanted: power to be shed.
        shed: power that the chosen machines save.
        lost: hash rate that is given up.
        words: what keeps the plan from reaching it.
        rows: the first of its machines, in the order of shedding.
        machines: how many there are.
        left_out: machines that would not be shed, by reason.
        needs_approval: whether a second person must approve it.
        approval_above: on how many machines one person may act alone.
        manner: how machines are shed and come back.
        until_us: when they come back; None where only the longest hold ends it.
        hashprice: what hash rate earns.
        price: what power costs.
        attended: whether the site's agent runs, which alone sheds.
        may_act: whether the reader may ask for it.
    """

    site: str
    wish: Wish
    asked: str
    wanted: Figure
    shed: Figure
    lost: Figure
    words: str
    rows: tuple[PlanRow, ...]
    machines: int
    left_out: tuple[LeftOut, ...]
    needs_approval: bool
    approval_above: int
    manner: Manner
    until_us: int | None
    hashprice: Figure
    price: Figure
    attended: bool
    may_act: bool


class Curtailments(msgspec.Struct, frozen=True, kw_only=True):
    """A site's curtailments.

    Attributes:
        site: the site.
        open: those that go on or wait.
        over: those that are over, the latest first.
        past: those that the journal has.
        rules: rules and sources.
        manner: how the site sheds where nothing else is said.
        feeders: its feeders.
        now_us: its time.
        attended: whether its agent runs.
        may_act: whether the reader may curtail.
        kinds: what can be wished.
    """

    site: str
    open: tuple[EventRow, ...]
    over: tuple[EventRow, ...]
    past: tuple[PastCurtailment, ...]
    rules: tuple[RuleRow, ...]
    manner: Manner
    feeders: tuple[str, ...]
    now_us: int
    attended: bool
    may_act: bool
    kinds: tuple[str, ...] = get_args(Kind)
