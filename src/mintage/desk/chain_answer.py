"""What the chain page and its JSON twin tell: stages with stock and flow, what flows between them, what is stuck."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from mintage.desk.figure import Figure
from mintage.desk.market_answer import Market
from mintage.desk.site_alerts import SiteAlert

Tone = Literal["bad", "warn", "good", "idle"]
Role = Literal["stock", "flow", "month", "day"]
Branch = Literal["trunk", "sell", "mine", "keep"]
StageState = Literal["used", "empty", "unused", "closed"]
"""used: it holds or held something; empty: nothing is in the journal at all; unused: the company does not do this;
closed: the reader may not see it."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a stage.

    Attributes:
        id: its id.
        en: name in English.
        zh: name in Traditional Chinese.
        role: stock, flow (the quarter to date), month (the last whole month) or day (the last day with anything).
        of: period or day that `now` is of.
        now: the figure.
        before_of: period or day that `before` is of.
        before: the same of the quarter, month or day before; a stock at the end of the quarter before.
        plan: P50 of the kept plan for the same; None where the plan does not have it.
        head: whether it is the stage's first figure.
        quiet: whether it is left out of the picture while it is nothing.
        apart: whether it is shown apart because it is not the company's own.
    """

    id: str
    en: str
    zh: str
    role: Role
    of: str
    now: Figure
    before_of: str = ""
    before: Figure | None = None
    plan: Figure | None = None
    head: bool = False
    quiet: bool = False
    apart: bool = False


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a stage: a plant with its goods, a site with its hash rate.

    Attributes:
        name: of the plant or site.
        figure: what is there.
        note: "joint" where a partner shares in it, else "".
    """

    name: str
    figure: Figure
    note: Literal["", "joint"] = ""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of the chain.

    Attributes:
        id: its id.
        en: name in English.
        zh: name in Traditional Chinese.
        icon: name of its icon.
        branch: where it stands in the picture.
        href: page with all of it.
        state: whether it is used; see `StageState`.
        next_en: what to do first where it is empty, in English.
        next_zh: in Traditional Chinese.
        lines: its figures.
        places: its parts, the largest first.
        stuck: how many things are stuck there.
        tone: the worst of them; "" where nothing is.
    """

    id: str
    en: str
    zh: str
    icon: str
    branch: Branch
    href: str
    state: StageState
    next_en: str = ""
    next_zh: str = ""
    lines: tuple[Line, ...] = ()
    places: tuple[Place, ...] = ()
    stuck: int = 0
    tone: Tone | Literal[""] = ""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What flows from one stage to another.

    Attributes:
        id: its id.
        source: id of the stage it leaves.
        target: id of the stage it reaches.
        en: what it is, in English.
        zh: in Traditional Chinese.
        now: USD in the quarter to date.
        before: USD in the quarter before.
    """

    id: str
    source: str
    target: str
    en: str
    zh: str
    now: Figure
    before: Figure


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits longer, or stands closer to a limit, than it should.

    Attributes:
        rule: id of the rule that found it.
        stage: id of the stage where it is stuck, or "books" or "people".
        tone: bad or warn.
        en: what is wrong, in English.
        zh: in Traditional Chinese.
        remedy_en: what to do, in English.
        remedy_zh: in Traditional Chinese.
        who: customer, site, lender, foundry, plant or period that it is about; "" where it is about the company.
        amount: how much is stuck.
        measure: what the rule measures: days, per cent, hours.
        limit: from where on it is bad.
        since: day since which it waits; None where no day can be told.
        at_least: whether it waits since before the ledger began.
        more: how many of the same kind follow that are not shown.
        href: where to act.
        score: measure over limit, per cent, by which the list is ranked.
    """

    rule: str
    stage: str
    tone: Tone
    en: str
    zh: str
    remedy_en: str
    remedy_zh: str
    who: str
    amount: Figure | None
    measure: Figure
    limit: Figure
    since: date | None = None
    at_least: bool = False
    more: int = 0
    href: str
    score: int


class SitePulse(msgspec.Struct, frozen=True, kw_only=True):
    """A site as its machines tell it now.

    Attributes:
        site: its name.
        machines: how many are known.
        hashing: how many hash.
        hashrate: of those that tell it.
        told_us: instant of its newest reading; None where there is none.
        now_us: the site's own time now.
        problem: why it cannot be read; "" where it can.
    """

    site: str
    machines: int
    hashing: int
    hashrate: Figure
    told_us: int | None = None
    now_us: int = 0
    problem: str = ""


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """All machines as they tell it now.

    Attributes:
        machines: how many are known.
        hashing: how many hash.
        hashrate: of those that tell it.
        power: of those that tell it.
        critical: critical alerts that stand.
        warning: warnings that stand.
        states: how many are in which state.
        sites: by site.
    """

    machines: Figure
    hashing: Figure
    hashrate: Figure
    power: Figure
    critical: int = 0
    warning: int = 0
    states: dict[str, int] = {}
    sites: tuple[SitePulse, ...] = ()


class PlanState(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that lines are held against.

    Attributes:
        id: of the kept plan; "" where none is kept.
        name: its name.
        made_on: day on which it was made.
        month: month at whose end stocks are held against its medians.
        reason: why nothing is held against it.
    """

    id: str = ""
    name: str = ""
    made_on: date | None = None
    month: str = ""
    reason: str = ""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The value chain on one day.

    Attributes:
        on: the day.
        today: the day of the business.
        period: its quarter.
        before: the quarter before.
        booked: last day on which anything is booked; None in an empty journal.
        head: number of facts in the journal.
        stages: in the order of the chain.
        flows: what flows between them.
        stuck: the worst first.
        market: hashprice, price, difficulty.
        pulse: what machines tell now; None where the reader may not see machines, or no site is known.
        alerts: the worst alerts that stand, first.
        alerts_open: how many stand in all.
        plan: what lines are held against.
    """

    on: date
    today: date
    period: str
    before: str
    booked: date | None
    head: int
    stages: tuple[Stage, ...]
    flows: tuple[Flow, ...]
    stuck: tuple[Stuck, ...]
    market: Market
    pulse: Pulse | None = None
    alerts: tuple[SiteAlert, ...] = ()
    alerts_open: int = 0
    plan: PlanState


class News(msgspec.Struct, frozen=True, kw_only=True):
    """How far the journal went on.

    Attributes:
        head: number of facts now.
        new: how many of them came since.
    """

    head: int
    new: int
