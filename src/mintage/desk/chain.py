"""The value chain on one page, wafer to treasury: what stands where, what flows, what is stuck."""

from __future__ import annotations

from collections import Counter
from datetime import date

import msgspec

from mintage.books.view import View
from mintage.desk.chain_answer import Chain, Flow, Line, News, Place, Pulse, Stage, Stuck
from mintage.desk.chain_lines import Spans, fitting, flow, line, places, spans_of
from mintage.desk.chain_market import market
from mintage.desk.chain_now import pulse, stuck_now
from mintage.desk.chain_plan import Against, against
from mintage.desk.chain_stuck import ranked, silence, stuck
from mintage.desk.chain_table import StageRow, chain_table
from mintage.desk.company import Company
from mintage.desk.figure import Figure, unknown
from mintage.desk.market_answer import Market
from mintage.desk.site_alerts import open_alerts
from mintage.people.caller import Caller

ALERTS_MAX = 6
RIGHTS = {"books": "books.read", "people": "audit.read"}
"""What it takes to see what is stuck outside of the stages."""


class Drawn(msgspec.Struct, frozen=True):
    """What the journal says of the chain on a day, before it is known who asks."""

    stages: tuple[Stage, ...]
    flows: tuple[Flow, ...]
    stuck: tuple[Stuck, ...]
    market: Market


def chain(company: Company, caller: Caller, on: date | None = None) -> Chain:
    """The value chain on a day.

    Args:
        company: the company.
        caller: who asks; stages that he or she may not see are closed.
        on: the day; where None it is today, or the last day that is booked where nothing of this quarter is.
    """
    view, today = company.view(), company.today()
    day = on or _day(view, today)
    spans = spans_of(day)
    drawn = view.once(("chain", day), lambda: _draw(view, spans))
    told = pulse(company, caller)
    alerts = open_alerts(company, caller)
    expected = against(company, day)
    found = ranked([*drawn.stuck, *silence(view, today), *stuck_now(company, caller, told)])
    seen = tuple(_traced(row, caller) for row in found if _may(caller, row.stage))
    stages = tuple(_for_reader(stage, caller, told, expected, seen) for stage in drawn.stages)
    open_ids = {stage.id for stage in stages if stage.state == "used"}
    if told is not None:
        severities = Counter(item.alert.severity for item in alerts)
        told = msgspec.structs.replace(told, critical=severities["critical"], warning=severities["warning"])
    return Chain(
        on=day,
        today=today,
        period=spans.quarter.name,
        before=spans.before.name,
        booked=view.days[1] if view.days else None,
        head=company.journal.head()[0],
        stages=stages,
        flows=tuple(_plain(row, caller) for row in drawn.flows if row.source in open_ids and row.target in open_ids),
        stuck=seen,
        market=drawn.market,
        pulse=told,
        alerts=tuple(alerts[:ALERTS_MAX]),
        alerts_open=len(alerts),
        plan=expected.state,
    )


def news(company: Company, since: int) -> News:
    """How many facts came since the journal had so many."""
    head = company.journal.head()[0]
    return News(head=head, new=max(0, head - since))


def _day(view: View, today: date) -> date:
    """Today; the last booked day where the books end before this quarter, since their picture is of that day."""
    if view.days is None or view.days[1] >= spans_of(today).quarter.start:
        return today
    return view.days[1]


def _draw(view: View, spans: Spans) -> Drawn:
    table, now = chain_table(), market(view, spans.on)
    return Drawn(
        stages=tuple(_stage(view, row, spans, now) for row in table.stage),
        flows=tuple(flow(view, row, spans) for row in table.link),
        stuck=stuck(view, spans.on, now.price.value),
        market=now,
    )


def _stage(view: View, row: StageRow, spans: Spans, now: Market) -> Stage:
    blank = view.days is None
    stock = view.stock(spans.on)
    used = any(next(iter(fitting(stock, account, id_)), None) for account, id_ in row.signs)
    lines = [line(view, item, spans) for item in row.line] if used or blank else []
    if row.id == "treasury" and lines:
        lines.insert(1, _worth(lines[0], now))
    return Stage(
        id=row.id,
        en=row.en,
        zh=row.zh,
        icon=row.icon,
        branch=row.branch,
        href=row.href,
        state="used" if used else "empty" if blank else "unused",
        next_en=row.empty["en"],
        next_zh=row.empty["zh"],
        lines=tuple(lines),
        places=places(view, row.places, spans.on) if row.places and used else (),
    )


def _worth(owned: Line, now: Market) -> Line:
    """What the bitcoin that is owned is worth at the last price."""
    figure = unknown(owned.now.reason or now.price.reason, "USD")
    if owned.now.value is not None and now.price.value is not None:
        value = owned.now.value * now.price.value
        figure = Figure(value=round(value, 2), unit="USD", digits=2, trace=now.price.trace)
    of = now.day.isoformat() if now.day else owned.of
    return Line(id="treasury.worth", en="Worth at the last price", zh="按最新價格", role="stock", of=of, now=figure)


# --- for one reader -------------------------------------------------------------------------------------------


def _may(caller: Caller, stage: str) -> bool:
    right = RIGHTS.get(stage) or next(row.right for row in chain_table().stage if row.id == stage)
    return stage == "people" or caller.may(right)


def _for_reader(stage: Stage, caller: Caller, told: Pulse | None, expected: Against, seen: tuple[Stuck, ...]) -> Stage:
    if not _may(caller, stage.id):
        return msgspec.structs.replace(stage, state="closed", lines=(), places=())
    state = stage.state
    if stage.id == "sites" and told is not None and state == "unused":
        state = "used"
    mine = [row for row in seen if row.stage == stage.id]
    plans = {item.id: item.plan for row in chain_table().stage for item in row.line}
    return msgspec.structs.replace(
        stage,
        state=state,
        lines=tuple(_line(item, caller, expected.expected.get(plans.get(item.id, ""))) for item in stage.lines),
        places=tuple(_place(item, caller) for item in stage.places),
        stuck=sum(1 + row.more for row in mine),
        tone=mine[0].tone if mine else "",
    )


def _line(item: Line, caller: Caller, plan: Figure | None) -> Line:
    return msgspec.structs.replace(
        item,
        now=traceable(item.now, caller),
        before=traceable(item.before, caller) if item.before else None,
        plan=plan,
    )


def _place(item: Place, caller: Caller) -> Place:
    return msgspec.structs.replace(item, figure=traceable(item.figure, caller))


def _plain(item: Flow, caller: Caller) -> Flow:
    return msgspec.structs.replace(item, now=traceable(item.now, caller), before=traceable(item.before, caller))


def _traced(row: Stuck, caller: Caller) -> Stuck:
    return msgspec.structs.replace(row, amount=traceable(row.amount, caller) if row.amount else None)


def traceable(figure: Figure, caller: Caller) -> Figure:
    """A figure whose evidence the reader may follow; without the way there for others."""
    if not figure.trace or figure.trace.startswith("/fleet") or caller.may("journal.read"):
        return figure
    return msgspec.structs.replace(figure, trace="")
