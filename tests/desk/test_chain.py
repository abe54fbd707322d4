"""The chain page's answer: figures of the books with their evidence, what is stuck, and nothing made up."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.books.facts import OpeningMachines, OpeningMemo
from mintage.books.kpis import kpi
from mintage.desk.chain import chain, news
from mintage.desk.chain_answer import Chain, Line, Stage
from mintage.desk.chain_lines import total
from mintage.desk.chain_stuck import since_when, stuck
from mintage.desk.chain_table import chain_table, rules
from mintage.desk.company import Company, Settings
from mintage.desk.figure import Figure
from mintage.desk.plan import NewPlan, hold_against, start
from mintage.desk.pulse import PulseSource
from mintage.journal.fact import Fact, FactData
from mintage.mining.facts import Earned
from mintage.people.caller import Caller
from mintage.people.proposals import Proposals
from mintage.people.roles import Grant
from mintage.treasury.service import loan_status
from mintage.units import parse_period
from mintage.units.clock import ScaledClock
from tests.desk.yard import ADA, SALES, VIEWER, Yard
from tests.fleet.plant import a_machine

ON = date(2025, 8, 13)
"""The last day in the example's books."""


def at(day: date) -> ScaledClock:
    """A clock that stands at noon of a day."""
    noon_us = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 1_000_000
    return ScaledClock(real_us=time.time_ns() // 1000, began_us=noon_us, speed=0.001)


def opened(folder: Path, db: Path, day: date) -> Company:
    """A company at a day, with no site on this machine."""
    return Company(Settings(db=db, data=folder / "sites", state=folder / "console.db", clock=at(day)))


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The example company on the last day of its books."""
    folder = tmp_path_factory.mktemp("chain")
    shutil.copyfile(example_db, folder / "books.db")
    found = opened(folder, folder / "books.db", ON)
    yield found
    found.close()


@pytest.fixture(scope="module")
def told(company: Company) -> Chain:
    """What the administrator sees."""
    return chain(company, ADA)


def stage(told: Chain, id_: str) -> Stage:
    """A stage by id."""
    return next(item for item in told.stages if item.id == id_)


def line(told: Chain, id_: str) -> Line:
    """A line by id."""
    return next(item for stage_ in told.stages for item in stage_.lines if item.id == id_)


def test_stocks_are_balances_and_flows_their_changes(company: Company, told: Chain) -> None:
    """Every line that reads balances is their sum on the day, or its change, in the line's unit."""
    view = company.view()
    wafers = total(view.stock(ON), "assets:inventory:wafers:*", "WAFER.*")
    assert line(told, "wafers.stock").now == Figure(
        value=Decimal(wafers),
        unit="wafers",
        trace="/journal/postings?account=assets%3Ainventory%3Awafers%3A%2A&commodity=WAFER.%2A&end=2025-08-13",
    )
    quarter = line(told, "mined.quarter")
    assert quarter.of == "2025Q3"
    assert quarter.now.value == kpi(view, "bitcoin.mined", parse_period("2025Q3")).value
    assert quarter.before is not None
    assert quarter.before.value == kpi(view, "bitcoin.mined", parse_period("2025Q2")).value


def test_owned_is_the_sum_of_its_states_without_deposits(told: Chain) -> None:
    """Bitcoin owned is free, pledged, receivable, lent and at pools; customers' deposits stand apart."""
    parts = ("free", "pledged", "receivable", "lent", "pools")
    values = [line(told, f"treasury.{part}").now.value for part in parts]
    assert sum(value for value in values if value is not None) == line(told, "treasury.owned").now.value
    deposits = line(told, "treasury.deposits")
    assert deposits.apart
    assert deposits.now.value == Decimal("98.25")


def test_installed_energized_operating_descend(told: Chain) -> None:
    """The three hash rates are told apart and each is within the one before."""
    installed, energized, operating = (
        line(told, f"sites.{name}").now.value for name in ("installed", "energized", "operating")
    )
    assert installed is not None
    assert energized is not None
    assert operating is not None
    assert installed >= energized >= operating > 0
    assert sum(place.figure.value or 0 for place in stage(told, "sites").places) == installed
    assert [place.name for place in stage(told, "sites").places if place.note == "joint"] == [
        "tx-dryfork", "tx-caprock", "my-kinta",
    ]  # fmt: skip


def test_costs_are_of_the_last_whole_month(told: Chain) -> None:
    """Power is billed after its month, so cost per bitcoin is of the last month that is over."""
    cost = line(told, "mined.cash-cost")
    assert (cost.of, cost.before_of) == ("2025-07", "2025-06")
    assert cost.now.trace == "/trace/kpi/mining.cash_cost_per_btc?period=2025-07"


def test_goods_that_leave_a_stage_reach_the_next(company: Company, told: Chain) -> None:
    """What flows out of finished goods in a quarter is their opening carrying amount, plus builds, less closing."""
    flows = {item.id: item.before.value or Decimal(0) for item in told.flows}
    view, quarter = company.view(), parse_period("2025Q2")
    change = total(view.flow(quarter.start, quarter.end), "assets:inventory:finished:*", "USD")
    late = sum(
        row.amount
        for row in company.journal.postings("assets:inventory:finished:*", "USD", quarter.start, quarter.end)
        if row.kind in ("factory.freight-billed", "factory.duty-assessed", "factory.drawback-claimed")
    )
    left = flows["finished-sold"] + flows["finished-sites"]
    assert flows["plants-finished"] + Decimal(late).scaleb(-2) - left == Decimal(change).scaleb(-2)


def test_every_known_figure_leads_to_evidence(told: Chain) -> None:
    """No figure of a stage or flow that is known is without a way to where it comes from."""
    figures = [item.now for stage_ in told.stages for item in stage_.lines]
    figures += [item.before for stage_ in told.stages for item in stage_.lines if item.before]
    figures += [place.figure for stage_ in told.stages for place in stage_.places]
    figures += [figure for flow in told.flows for figure in (flow.now, flow.before)]
    assert len(figures) > 80
    assert [figure for figure in figures if figure.value is not None and not figure.trace] == []
    assert [figure for figure in figures if figure.value is None and not figure.reason] == []


def test_stuck_is_ranked_and_each_row_is_over_its_limit(told: Chain) -> None:
    """The worst comes first, and nothing is listed that its rule lets pass."""
    by_id = {rule.id: rule for rule in rules()}
    assert [row.tone for row in told.stuck] == sorted((row.tone for row in told.stuck), key=("bad", "warn").index)
    for row in told.stuck:
        if row.rule != "loan-due":
            assert (row.measure.value or 0) >= by_id[row.rule].warn
    found = {(row.rule, row.who) for row in told.stuck}
    assert ("wafers-prepaid", "northstrait-foundry") in found
    assert ("not-energized", "kz-balqash") in found
    dark = next(row for row in told.stuck if row.rule == "not-energized" and row.who == "kz-balqash")
    assert dark.amount is not None
    assert dark.amount.value == Decimal(108_088)


def test_the_oldest_part_of_a_balance_is_found_first_in_first_out(company: Company) -> None:
    """What came last makes up the balance, so its beginning is the posting at which that is covered."""
    view, account = company.view(), "assets:prepaid:wafers:northstrait-foundry"
    balance = view.stock(ON)[account, "USD"]
    since = since_when(view, account, "USD", balance, ON)
    came = [row for row in company.journal.postings(account, "USD", end=ON) if row.amount > 0]
    assert sum(row.amount for row in came if row.date >= since) >= balance
    assert sum(row.amount for row in came if row.date > since) < balance


def test_a_loan_is_stuck_when_the_price_falls_towards_its_margin_call(company: Company) -> None:
    """At today's price every loan is far from its margin call; at the price of the call itself it is at 100 % of it."""
    view, lender = company.view(), "harborlight-lending"
    assert [row for row in stuck(view, ON, Decimal("123306.43")) if row.rule == "loan-ltv"] == []
    price = loan_status(view.journal, lender, Decimal(1), ON).margin_call_price
    assert price is not None
    row = next(row for row in stuck(view, ON, price) if (row.rule, row.who) == ("loan-ltv", lender))
    assert (row.tone, row.measure.value) == ("bad", Decimal("100.0"))


def test_what_waits_for_a_second_person_is_told_to_those_who_may_see_it(tmp_path: Path) -> None:
    """A proposal to close waits where it can be decided; who may not see the books does not hear of it."""
    yard = Yard(tmp_path)
    asked = Proposals(yard.company.state, yard.company.wall).propose(
        ADA, "books.close", "2025Q4", {}, reason="the quarter is over"
    )
    found = [row for row in chain(yard.company, ADA).stuck if row.rule == "waiting"]
    assert [(row.who, row.href) for row in found] == [("2025Q4", f"/approvals/{asked.id}")]
    assert [row for row in chain(yard.company, SALES).stuck if row.rule == "waiting"] == []
    yard.company.close()


def test_hashprice_has_its_line_and_its_side(told: Chain) -> None:
    """The hashprice is that of the last close, ends its line of 90 days, and says on which side of the mark it is."""
    market = told.market
    assert market.day == ON
    assert len(market.line) == 90
    assert market.hashprice.value is not None
    assert market.line[-1].value == str(market.hashprice.value)
    assert market.mark.value == 55
    assert market.mood == ("bull" if market.hashprice.value >= 55 else "bear")
    assert not market.fees


def test_a_day_before_shows_the_chain_as_it_stood(company: Company) -> None:
    """A day in the past is told from its own balances, and its quarter ends with it."""
    then = chain(company, ADA, date(2025, 5, 15))
    assert (then.period, then.before) == ("2025Q2", "2025Q1")
    held = total(company.view().stock(date(2025, 5, 15)), "assets:cash:*", "USD")
    assert line(then, "cash.cash").now.value == Decimal(held).scaleb(-2)


def test_books_that_end_before_the_quarter_are_shown_as_of_their_end(company: Company, tmp_path: Path) -> None:
    """Where nothing of this quarter is booked the picture is of the last booked day, and says how long ago that was."""
    later = opened(tmp_path, company.settings.db, date(2026, 2, 1))
    told = chain(later, ADA)
    later.close()
    assert (told.on, told.today) == (ON, date(2026, 2, 1))
    assert next(row for row in told.stuck if row.rule == "books-silent").measure.value == 172


def test_a_reader_sees_only_the_stages_of_his_rights(company: Company) -> None:
    """Who sells sees goods and sales; treasury, sites and pools are closed, with nothing of them stuck or flowing."""
    seen = chain(company, SALES)
    closed = {item.id for item in seen.stages if item.state == "closed"}
    assert closed == {"sites", "mined", "treasury", "cash"}
    assert all(not item.lines and not item.places for item in seen.stages if item.state == "closed")
    assert {flow.id for flow in seen.flows} == {"wafers-chips", "chips-plants", "plants-finished", "finished-sold"}
    assert {row.stage for row in seen.stuck} <= {"wafers", "chips", "plants", "finished", "sold"}
    assert all(not item.now.trace for stage_ in seen.stages for item in stage_.lines)


def test_an_empty_journal_says_what_to_do_first(tmp_path: Path) -> None:
    """Every stage stands there, unknown with its reason and its first step; nothing is zero and nothing is stuck."""
    empty = opened(tmp_path, tmp_path / "empty.db", ON)
    empty.record(ADA, "people.add", "vera", request="r-1")
    told = chain(empty, ADA)
    empty.close()
    assert {item.state for item in told.stages} == {"empty"}
    assert all(item.next_en and item.next_zh for item in told.stages)
    assert {item.now.value for stage_ in told.stages for item in stage_.lines} == {None}
    assert all(item.now.reason for stage_ in told.stages for item in stage_.lines)
    assert (told.stuck, told.flows, told.pulse, told.booked) == ((), (), None, None)
    assert told.market.hashprice.value is None


BEGAN = date(2025, 6, 30)
HOME: tuple[tuple[date, FactData], ...] = (
    (BEGAN, OpeningMachines(site="garage", model="hearth-q", units=1, cost=200_000)),
    (BEGAN, OpeningMemo(account="memo:hashrate:installed:europe:garage", commodity="HASHRATE", units=90_000)),
    (BEGAN, OpeningMemo(account="memo:hashrate:energized:europe:garage", commodity="HASHRATE", units=90_000)),
    (
        ON,
        Earned(
            site="garage", pool="village", sats=4_200, value=518, price=Decimal("123306.43"), price_source="brk-daily",
            price_hour=24,
        ),
    ),
)  # fmt: skip


def test_a_home_miner_sees_only_what_a_home_miner_does(tmp_path: Path) -> None:
    """Stages that never held anything are folded away; one machine and its bitcoin remain."""
    home = opened(tmp_path, tmp_path / "home.db", ON)
    home.journal.append(
        Fact(key=f"h{n}", at=1_750_000_000_000_000 + n, date=day, actor="me", data=data)
        for n, (day, data) in enumerate(HOME)
    )
    told = chain(home, ADA)
    home.close()
    assert [item.id for item in told.stages if item.state == "used"] == ["sites", "mined", "treasury"]
    assert {flow.id for flow in told.flows} == {"sites-mined", "mined-treasury"}
    assert line(told, "sites.installed").now.value == 90
    assert line(told, "mined.day").now.value == Decimal("0.000042")


def test_machines_that_are_silent_and_alerts_stand_beside_the_books(tmp_path: Path) -> None:
    """What agents say now is told by site with its alerts, and only to those who may see machines."""
    yard = Yard(tmp_path)
    yard.strike(0, 1, 2)
    yard.company.board.refresh()
    told = chain(yard.company, VIEWER)
    assert told.pulse is not None
    assert told.pulse.machines.value == 60
    assert [site.site for site in told.pulse.sites] == ["alder"]
    assert told.pulse.critical == told.alerts_open == 1
    assert told.alerts[0].site == "alder"
    blind = Caller(name="theo", grants=(Grant("treasurer"),))
    assert chain(yard.company, blind).pulse is None
    assert chain(yard.company, blind).alerts == ()
    yard.company.close()


def test_stocks_are_held_against_the_kept_plan(company: Company, tmp_path: Path) -> None:
    """The baseline's medians of the day's month stand beside cash, bitcoin owned and energized hash rate."""
    shutil.copyfile(company.settings.db, tmp_path / "books.db")
    planned = opened(tmp_path, tmp_path / "books.db", ON)
    assert chain(planned, ADA).plan.reason
    row = start(planned, ADA, NewPlan(name="Second half", months=3, paths=16, day="2025-06-30"), "r-1")
    assert planned.jobs.wait(row.job, 60).state == "done"
    hold_against(planned, ADA, row.id, "r-2")
    told = chain(planned, ADA)
    planned.close()
    assert (told.plan.name, told.plan.month, told.plan.reason) == ("Second half", "2025-08", "")
    held = [item.id for stage_ in told.stages for item in stage_.lines if item.plan and item.plan.value]
    assert held == ["sites.energized", "treasury.owned", "cash.cash"]


def test_a_pulse_is_told_once_until_it_changes(tmp_path: Path) -> None:
    """Watchers hear the figures of all machines when they change, and nothing while they do not."""
    yard, source = Yard(tmp_path), PulseSource()
    assert source.changes(yard.company.board.view)["chain:machines"] == 60
    assert source.changes(yard.company.board.view) == {}
    yard.put([a_machine(1, state="asleep", hashrate_ths=0.0)])
    assert source.changes(yard.company.board.view)["chain:hashing"] == 59
    yard.company.close()


def test_news_counts_facts_since_the_page_was_drawn(company: Company, told: Chain) -> None:
    """A page that was drawn earlier hears how many facts came since."""
    assert news(company, told.head).new == 0
    assert news(company, told.head - 3).new == 3


def test_the_tables_hold_together() -> None:
    """Every flow and rule names a stage that is there, and every stage has one first figure."""
    table = chain_table()
    ids = {row.id for row in table.stage}
    assert {name for link in table.link for name in (link.source, link.target)} <= ids
    assert {rule.stage for rule in rules()} <= ids | {"books", "people"}
    assert [row.id for row in table.stage if sum(item.head for item in row.line) != 1] == []
    assert all(rule.warn < rule.bad or rule.id == "loan-due" for rule in rules())
