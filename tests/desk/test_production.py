"""Production as pages tell it: days from work to satoshis, differences first, and the cost of one bitcoin."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.desk.company import Company, Settings
from mintage.desk.here import Missing
from mintage.desk.production import production
from mintage.desk.production_cost import production_cost
from mintage.desk.production_day import Reconcile, insist_known, production_day, reconcile
from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER
from mintage.house import open_journal
from mintage.mining.cost import cost_by_site, cost_per_bitcoin
from mintage.mining.facts import Earned, PoolDayStated
from mintage.people.caller import Caller, Forbidden
from mintage.people.facts import Acted
from mintage.people.roles import Grant
from mintage.state.db import StateDb
from mintage.units import parse_period
from mintage.units.clock import ScaledClock, write_clock
from mintage.units.errors import InputError
from tests.daily.world import DAY, NEXT, World, world

ADA = Caller(name="ada", grants=(Grant("administrator"),))
OP = Caller(name="op", grants=(Grant("operator", "alder"),))
KINTA = Caller(name="kim", grants=(Grant("operator", "my-kinta"),))
VIEWER = Caller(name="vera", grants=(Grant("viewer"),))
SALES = Caller(name="sara", grants=(Grant("sales"),))
JUNE = "2025-06"
SITE = """name = "alder"
region = "canada"
ranges = ["127.0.10.0/26"]
price_source = "index"
[[pool]]
name = "north"
adapter = "virtual"
url = "{url}"
account = "acme"
stratum = ["stratum+tcp://127.0.0.1:1"]
workers = ["acme.*"]
fee_pct = "0.5"
"""


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The example company."""
    folder = tmp_path_factory.mktemp("production")
    shutil.copyfile(example_db, folder / "company.db")
    found = Company(Settings(db=folder / "company.db", data=folder / "sites", state=folder / "console.db"))
    yield found
    found.close()


def at_desk(made: World, folder: Path) -> Company:
    """The company of a world, with the site's file and its agent's state on this machine."""
    home = folder / "sites" / "alder"
    home.mkdir(parents=True)
    (folder / "alder.toml").write_text(SITE.format(url=made.pool.url))
    (home / SITE_POINTER).write_text(f"{folder / 'alder.toml'}\n")
    StateDb(home / "agent.db").close()
    clock = ScaledClock(real_us=time.time_ns() // 1000, began_us=made.clock.now_us(), speed=1e-6)
    write_clock(clock, home / SITE_CLOCK)
    found = Company(Settings(db=folder / "books.db", data=folder / "sites", state=folder / "console.db", clock=clock))
    found.journal.append(stored.fact for stored in made.journal.facts())
    return found


def test_the_sources_are_asked_in_a_job_and_the_day_closes_into_facts(tmp_path: Path) -> None:
    """Before nothing is booked; afterwards the steps, the facts and what was recorded are told, and again adds none."""

    async def live() -> None:
        async with world() as made:
            made.observe(DAY)
            made.observe(NEXT)
            await made.mine(2)
            made.worked(DAY)
            company = at_desk(made, tmp_path)
            try:
                before = production_day(company, OP, "alder", DAY)
                assert (before.row.status, before.row.earned.value, before.may_reconcile) == ("open", None, True)
                assert before.sourced is None
                for _ in range(2):
                    job = reconcile(company, OP, "alder", Reconcile(day=DAY), request="r-1")
                    ended = await asyncio.to_thread(company.jobs.wait, job.id, 60)
                    assert (ended.state, ended.problem) == ("done", "")
                told = production_day(company, OP, "alder", DAY)
                assert told.sourced is not None
                assert (told.sourced.recorded, told.sourced.missing) == ((), ())
                assert {step.id: step.verdict for step in told.sourced.steps}["credit-net"] == "ok"
                steps = {step.id: step for step in told.steps}
                assert steps["booked"].difference is not None
                assert steps["booked"].difference.value == 0
                assert steps["booked"].amount.trace.startswith("/journal/fact?key=earned")
                assert told.row.status == "agrees"
                assert told.row.earned.value == steps["credit-net"].amount.value
                assert [fact.kind for fact in told.facts if "earned" in fact.kind] == ["mining.earned"]
                acts = [stored.fact.data for stored in company.journal.facts(Acted.kind)]
                assert {(item.action, item.site) for item in acts if isinstance(item, Acted)} == {
                    ("production.reconcile", "alder")
                }
            finally:
                company.close()

    asyncio.run(live())


def test_a_day_that_has_not_ended_or_a_site_that_is_not_here_is_not_asked_about(tmp_path: Path) -> None:
    """Who lacks the right, the day that still runs and the site without a description here are refused."""

    async def live() -> None:
        async with world() as made:
            company = at_desk(made, tmp_path)
            try:
                with pytest.raises(InputError, match="has not ended"):
                    reconcile(company, OP, "alder", Reconcile(day=DAY), request="r")
                for who in (VIEWER, SALES, KINTA):
                    with pytest.raises(Forbidden):
                        reconcile(company, who, "alder", Reconcile(day=DAY), request="r")
                with pytest.raises(Missing):
                    reconcile(company, ADA, "elsewhere", Reconcile(day=DAY), request="r")
                assert company.jobs.recent() == []
            finally:
                company.close()

    asyncio.run(live())


def test_differences_come_first_then_what_is_open(tmp_path: Path) -> None:
    """One day that agrees, one that differs and one that is open are told in that order of concern, and counted."""

    async def live() -> None:
        async with world() as made:
            for day in (DAY, NEXT, date(2025, 7, 3)):
                made.observe(day)
            await made.mine(3)
            for day in (DAY, NEXT):
                made.worked(day)
                await made.run(day)
            extra = Earned(
                site="alder", pool="north", sats=7, value=1, price=Decimal(100_000), price_source="index", price_hour=24
            )
            made.note("earned:2025-07-02:alder:north:extra", extra, NEXT)
            stated = PoolDayStated(site="alder", pool="north", account="acme", net_sats=5, revision=1)
            made.note("pool-day:2025-07-03:alder:north", stated, date(2025, 7, 3))
            company = at_desk(made, tmp_path)
            try:
                told = production(company, OP, period="2025-07")
                assert [(row.day.day, row.status) for row in told.rows] == [(2, "differs"), (3, "open"), (1, "agrees")]
                assert told.rows[0].why == "booked as earned"
                assert (told.total.differs, told.total.open, told.total.agrees) == (1, 1, 1)
                only = production(company, OP, period="2025-07", status="open")
                assert (only.shown, [row.day.day for row in only.rows]) == (1, [3])
                paged = production(company, OP, period="2025-07", limit=2)
                assert paged.next == 2
                rest = production(company, OP, period="2025-07", after=2)
                assert ([row.day.day for row in rest.rows], rest.next) == ([1], 0)
            finally:
                company.close()

    asyncio.run(live())


def test_a_month_of_the_example_adds_up(company: Company) -> None:
    """Sites sum to the total, the chart's days to the sites, and each figure leads to its evidence."""
    told = production(company, VIEWER, period=JUNE)
    assert told.total.earned.value == sum(site.earned.value or 0 for site in told.sites)
    drawn = sum(sum(column.earned.values()) for column in told.columns)
    assert told.total.earned.value == drawn
    assert len(told.columns) == 30
    assert all(column.expected is not None for column in told.columns)
    row = told.rows[0]
    assert row.earned.trace.startswith("/journal/fact?key=earned%3A2025-06-30%3A")
    assert row.expected.reason == "the hash rate of 2025-06-30. without block fees, which were not observed."
    assert row.gap.value is not None
    assert (told.before, told.after, told.by) == ("2025-05", "2025-07", "day")
    year = production(company, VIEWER, period="2025")
    assert (year.by, len(year.columns)) == ("month", 8)
    with pytest.raises(InputError, match="'2025-13'"):
        production(company, VIEWER, period="2025-13")


def test_somebody_sees_his_or_her_own_sites_alone(company: Company) -> None:
    """An operator of one site is told of that site; company's cost and other sites are not for him or her."""
    told = production(company, KINTA, period=JUNE)
    assert {row.site for row in told.rows} == {site.site for site in told.sites} == {"my-kinta"}
    with pytest.raises(Forbidden):
        production(company, KINTA, period=JUNE, site="tx-caprock")
    with pytest.raises(Forbidden):
        production_day(company, KINTA, "tx-caprock", date(2025, 6, 1))
    cost = production_cost(company, KINTA, period="2025Q2")
    assert (cost.lines, cost.mined.value, [row.site for row in cost.sites]) == ((), None, ["my-kinta"])
    assert [row.site for row in cost.joint] == ["my-kinta"]
    with pytest.raises(Forbidden):
        production_cost(company, SALES)
    with pytest.raises(Forbidden):
        production(company, SALES, site="my-kinta")
    assert production(company, SALES).rows == ()


def test_a_day_of_credits_alone_says_what_is_missing(company: Company) -> None:
    """Every step is there with its reason; the credit leads to its fact; sources that are not here cannot be asked."""
    told = production_day(company, ADA, "my-kinta", date(2025, 6, 5))
    steps = {step.id: step for step in told.steps}
    assert steps["booked"].amount.value == Decimal("0.27702511")
    assert all(step.reason for step in told.steps if step.amount.value is None)
    assert (told.may_reconcile, told.sourced) == (False, None)
    assert told.why_not.startswith("the site is not described on this machine")
    assert (told.before, told.after) == (date(2025, 6, 4), date(2025, 6, 6))
    with pytest.raises(Missing):
        insist_known(company, "nowhere")
    empty = production(company, ADA, period="2024-02")
    assert (empty.rows, empty.why_empty) == (
        (),
        "nothing is booked as mined in 2024-02; the last day is 2025-08-13.",
    )


def test_the_cost_of_a_bitcoin_is_the_rooms_rows_by_their_ids(company: Company) -> None:
    """Rows are those of the mining room to the cent, per bitcoin and by site; what is not booked stays unknown."""
    told = production_cost(company, ADA, period="2025Q2")
    journal, span = company.view().journal, parse_period("2025Q2")
    lines = {line.id: line for line in told.lines}
    for row in cost_per_bitcoin(journal, span):
        if row.id in {"overhead", "all-in"}:
            continue
        assert row.amount is not None
        assert row.per_btc is not None
        assert lines[row.id].per_btc.value == pytest.approx(row.per_btc, abs=Decimal("0.01"))
        assert lines[row.id].amount.value == pytest.approx(Decimal(row.amount) / 100, abs=1)
        assert lines[row.id].per_btc.trace.startswith("/trace/kpi/mining.")
    assert lines["all-in"].per_btc.value is not None
    assert lines["cash"].before.value is not None
    assert lines["cash"].year_before.value is None
    assert lines["cash"].year_before.reason
    by_site = cost_by_site(journal, span)
    assert {row.site for row in told.sites} == set(by_site)
    for place in told.sites:
        (cash,) = [line for line in by_site[place.site] if line.id == "cash"]
        assert place.per_btc["cash"].value == cash.per_btc
    assert {(row.site, row.form) for row in told.joint} == {
        ("my-kinta", "revenue-share"),
        ("tx-caprock", "even"),
        ("tx-dryfork", "recover-then-even"),
    }
    later = {line.id: line for line in production_cost(company, ADA, period="2025Q3").lines}
    assert (later["depreciation"].per_btc.value, later["all-in"].per_btc.value) == (None, None)
    assert later["all-in"].per_btc.reason == "not known: depreciation."
    assert production_cost(company, ADA).period == "2025Q3"


@pytest.mark.parametrize("name", ["0001", "9999Q4", "9999-12-31", "2008", "2008-12-31"])
def test_a_time_without_bitcoin_is_refused_plainly(company: Company, name: str) -> None:
    """Years that cannot be counted on from, and those before the first block, are no fault of ours."""
    with pytest.raises(InputError, match=r"lies outside|is not a period"):
        production(company, ADA, period=name)
    with pytest.raises(InputError, match=r"lies outside|is not a period"):
        production_cost(company, ADA, period=name)
    for day in (date.min, date.max, date(2008, 12, 31)):
        with pytest.raises(InputError, match="lies outside"):
            production_day(company, ADA, "my-kinta", day)


def test_an_empty_company_is_told_so(tmp_path: Path) -> None:
    """Nothing is booked: the page says so, and no figure is zero."""
    company = Company(Settings(db=tmp_path / "books.db", data=tmp_path / "sites", state=tmp_path / "console.db"))
    open_journal(tmp_path / "books.db").append([])
    told = production(company, ADA)
    assert (told.rows, told.last, told.why_empty) == ((), None, "nothing is booked as mined yet.")
    assert told.total.earned.value is None
    assert all(line.per_btc.value is None and line.per_btc.reason for line in production_cost(company, ADA).lines)
    company.close()
