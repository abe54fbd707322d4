"""Plans at the desk: kept with what they assume, compared on the same futures, and one of them held against."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.desk import plan as desk
from mintage.desk import plan_choices
from mintage.desk.company import Company
from mintage.desk.plans import PlanRow
from mintage.people.caller import Forbidden
from mintage.people.facts import Acted
from mintage.units.errors import InputError, LimitError
from tests.desk.kept import CHEN, TESS, THEO, VERA, WAIT_S, open_company


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    found = open_company(tmp_path_factory.mktemp("plan"), example_db)
    yield found
    found.close()


def lived(company: Company, told: desk.NewPlan) -> PlanRow:
    """A plan of Theo's that is done."""
    row = desk.start(company, THEO, told, f"r-{told.name}")
    assert company.jobs.wait(row.job, WAIT_S).state == "done"
    return desk.show(company, THEO, row.id).row


@pytest.fixture(scope="module")
def base(company: Company) -> PlanRow:
    return lived(company, desk.NewPlan(name="base", months=4, paths=200))


@pytest.fixture(scope="module")
def dear(company: Company, base: PlanRow) -> PlanRow:
    return lived(company, desk.NewPlan(name="dear", against=base.id, changes={"mining.power-price": "60"}))


def test_a_plan_begins_where_the_last_closed_period_ends(base: PlanRow) -> None:
    """What nobody says is the usual."""
    assert (base.day.isoformat(), base.months, base.paths, base.seed) == ("2025-06-30", 4, 200, 7)
    assert base.state == "done"
    assert base.changes == {}


def test_fans_are_in_order_for_every_measure(company: Company, base: PlanRow) -> None:
    """Five measures, with hash rate among them, by month, each percentile above the one before."""
    answer = desk.show(company, VERA, base.id)
    assert answer.futures is not None
    assert answer.futures.months == ("2025-07", "2025-08", "2025-09", "2025-10")
    assert {fan.id: fan.unit for fan in answer.futures.fans} == {
        "revenue.total": "USD",
        "cash": "USD",
        "bitcoin.owned": "BTC",
        "ebitda.adjusted": "USD",
        "hashrate.energized": "TH/s",
    }
    for fan in answer.futures.fans:
        assert all(low <= mid <= high for low, mid, high in zip(fan.p10, fan.p50, fan.p90, strict=True))
    assert [one.end for one in answer.outlook] == ["2025-09"] * 5
    assert not answer.may_run


def test_a_variant_lives_the_same_futures(company: Company, base: PlanRow, dear: PlanRow) -> None:
    """Its seed, days and paths are its base's, so that what does not depend on the change is the same to the cent."""
    assert (dear.seed, dear.day, dear.months, dear.paths) == (base.seed, base.day, base.months, base.paths)
    assert dear.changes == {"mining.power-price": "60 USD/MWh"}
    answer = desk.show(company, THEO, dear.id)
    assert answer.other is not None
    assert answer.other.id == base.id
    by_id = {(one.id, one.end): one for one in answer.differences}
    assert by_id["revenue.total", "2025-10"].change.value == 0
    change = by_id["ebitda.adjusted", "2025-10"].change.value
    assert change is not None
    assert change < 0
    assert by_id["ebitda.adjusted", "2025-10"].reaching < 50
    assert desk.show(company, THEO, dear.id, "").other is None


def test_assumptions_tell_what_was_observed_and_what_was_said(company: Company, dear: PlanRow) -> None:
    """Every row has its unit, grade and source, in both languages where it is shipped."""
    rows = {one.assumption.id: one for one in desk.show(company, THEO, dear.id).rows}
    price = rows["market.price"].assumption
    assert (price.grade, price.source[:9], price.value) == ("stated", "Observed:", Decimal("107146.5"))
    power = rows["mining.power-price"]
    assert (power.changed, power.shipped, power.then) == (True, Decimal(46), Decimal(46))
    assert all(row.assumption.meaning_zh for row in rows.values())
    assert rows["mining.uptime"].assumption.source_zh


def test_a_form_changes_only_what_differs_from_what_it_showed(company: Company) -> None:
    """A form sends every number back; those that are as they were change nothing."""
    shown = plan_choices.choices(company).assumptions
    told = {one.id: f"{one.value:f}" for one in shown}
    assert plan_choices.changed(shown, told) == {}
    told["mining.uptime"] = "0.95"
    told["sales.price"] = "11.1"
    assert plan_choices.changed(shown, told) == {"mining.uptime": "0.95"}
    with pytest.raises(InputError) as caught:
        plan_choices.changed(shown, {"mining.uptime": "much"})
    assert caught.value.field == "mining.uptime"


def test_one_plan_is_held_against(company: Company, base: PlanRow, dear: PlanRow) -> None:
    """Choosing another one replaces it, with an audit fact; it cannot be deleted while it is the one."""
    assert desk.baseline(company) is None
    desk.hold_against(company, CHEN, base.id, "r-b1")
    desk.hold_against(company, THEO, dear.id, "r-b2")
    kept = desk.baseline(company)
    assert kept is not None
    assert kept.row.id == dear.id
    assert [one.baseline for one in desk.listing(company, THEO).plans].count(True) == 1
    july = kept.p50["cash"]["2025-07"]
    answer = desk.show(company, THEO, dear.id)
    assert answer.futures is not None
    assert july.value == answer.futures.fans[1].p50[0]
    assert july.trace == f"/plan/{dear.id}"
    with pytest.raises(InputError, match="held against"):
        desk.delete(company, THEO, dear.id, "r-b3")
    found = [stored.fact for stored in company.journal.facts(kind=Acted.kind)]
    told = [
        (one.actor, one.data.subject)
        for one in found
        if isinstance(one.data, Acted) and one.data.action == "plan.baseline"
    ]
    assert told == [("chen", "base"), ("theo", "dear")]


def test_a_plan_is_deleted_by_who_asked_or_who_keeps_the_books(company: Company) -> None:
    """Another treasurer may not."""
    row = lived(company, desk.NewPlan(name="short", months=1, paths=10))
    with pytest.raises(Forbidden):
        desk.delete(company, TESS, row.id, "r-d1")
    desk.delete(company, CHEN, row.id, "r-d2")
    with pytest.raises(InputError, match="no plan"):
        desk.show(company, THEO, row.id)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (desk.NewPlan(name=" "), "name"),
        (desk.NewPlan(name="x", months=0), "months"),
        (desk.NewPlan(name="x", paths=100_001), "paths"),
        (desk.NewPlan(name="x", seed=-1), "seed"),
        (desk.NewPlan(name="x", day="2025-06-15"), "day"),
        (desk.NewPlan(name="x", changes={"market.moon": "1"}), "market.moon"),
        (desk.NewPlan(name="x", changes={"mining.uptime": "1.5"}), "mining.uptime"),
        (desk.NewPlan(name="x", changes={"opening.cash": "1"}), "opening.cash"),
        (desk.NewPlan(name="x", against="p-none"), "id"),
    ],
)
def test_what_cannot_be_lived_is_refused(company: Company, told: desk.NewPlan, field: str) -> None:
    """Before anything is kept, and by the field that is wrong."""
    kept = len(desk.listing(company, THEO).plans)
    with pytest.raises(InputError) as caught:
        desk.start(company, THEO, told, "r-x")
    assert caught.value.field == field
    assert len(desk.listing(company, THEO).plans) == kept


def test_too_much_at_once_is_refused(company: Company) -> None:
    """Months times futures are bounded."""
    with pytest.raises(LimitError):
        desk.start(company, THEO, desk.NewPlan(name="x", months=120, paths=100_000), "r-x")


def test_without_a_closed_period_it_says_what_to_do(tmp_path: Path) -> None:
    """An empty company is told why no plan can begin, and what to do first."""
    company = open_company(tmp_path, None)
    try:
        answer = desk.listing(company, THEO)
        assert answer.plans == []
        assert answer.missing == "no period is closed yet."
        assert "Close a month or a quarter" in answer.remedy
        assert plan_choices.choices(company).day is None
        with pytest.raises(InputError) as caught:
            desk.start(company, THEO, desk.NewPlan(name="x"), "r-x")
        assert caught.value.field == "day"
        assert desk.baseline(company) is None
    finally:
        company.close()
