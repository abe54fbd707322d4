"""One machine's page, what people say to alerts, and what they ask of machines, through the console's rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mintage.desk import acts, alerts
from mintage.desk.acts import ActAsk
from mintage.desk.here import Missing
from mintage.desk.machine import machine
from mintage.desk.series import series
from mintage.factory.facts import MachinesBuilt
from mintage.fleet.context import Recorder
from mintage.fleet.facts_site import MachineChanged
from mintage.fleet.readings import Board, fields
from mintage.fleet.uplink.outbox import Outbox
from mintage.journal.fact import Fact
from mintage.people.caller import Forbidden
from mintage.people.facts import Acted
from mintage.units.errors import InputError
from tests.desk.yard import LEAD, NOON_S, OP, SALES, TODAY, VIEWER, YESTERDAY, Yard
from tests.fleet.plant import a_machine, asset

BIT = Decimal(1).scaleb(-8)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A site with telemetry of a day and a half, whose first machine has chips and a serial number."""
    yard = Yard(tmp_path_factory.mktemp("yard"))
    yard.work()
    first = a_machine(0)
    assert first.snapshot is not None
    chips = Board(0, 65.0, 70, 80, b"70 71 80", b"300 301 299", b"9 9 9", "")
    snapshot = msgspec.structs.replace(
        first.snapshot, at_us=NOON_S * 10**6, slow_us=NOON_S * 10**6, boards=(chips, Board(1, problem="no answer")),
        sources={"hashrate_ths": "estats.GHSspd"},
    )  # fmt: skip
    yard.strike(0, 4)
    yard.put([msgspec.structs.replace(first, serial="LQ25000100", snapshot=snapshot)])
    yield yard
    yard.close()


def test_every_reading_is_known_with_its_source_or_unknown_with_its_reason(yard: Yard) -> None:
    """None is left out, and none is both."""
    answer = machine(yard.company, VIEWER, "alder", asset(0))
    rows = {row.name: row for row in answer.readings}
    assert set(rows) == {field.name for field in fields()}
    assert (rows["hashrate_ths"].value, rows["hashrate_ths"].source) == (190.0, "estats.GHSspd")
    assert all((row.value is None) == bool(row.reason) == (row.age_s is None) for row in answer.readings)
    assert (answer.model and answer.model.hashrate_ths, answer.place.rack, answer.state) == (194.0, "r0", "hashing")


def test_boards_show_each_chip_or_say_that_they_do_not(yard: Yard) -> None:
    """Temperatures, voltages and works chip by chip."""
    one, other = machine(yard.company, VIEWER, "alder", asset(0)).boards
    assert (one.chips_c, one.chips_v, one.chips_work) == ((70, 71, 80), (0.3, 0.301, 0.299), (9, 9, 9))
    assert (other.chips_c, other.hashrate.value, other.problem) == ((), None, "no answer")
    assert other.hashrate.reason


def test_what_it_earned_is_its_share_of_the_sites_work(yard: Yard) -> None:
    """A quarter of yesterday's accepted work is a quarter of the credit; other days say why they are unknown."""
    answer = machine(yard.company, VIEWER, "alder", asset(0)).earned
    days = {row.day: row for row in answer.days}
    assert days[YESTERDAY].share.value == Decimal(25)
    assert days[YESTERDAY].earned.value == 250_000 * BIT
    assert (answer.earned.value, answer.value.value, answer.known) == (250_000 * BIT, Decimal(250), 1)
    assert TODAY not in days, "today is not over"
    before = days[YESTERDAY - timedelta(days=1)]
    assert before.earned.value is None
    assert "telemetry" in before.reason


def test_the_build_is_found_by_its_serial_number(yard: Yard) -> None:
    """Unknown before the factory's fact is there, with the reason; then with the cost of its build."""
    before = machine(yard.company, VIEWER, "alder", asset(0)).made
    assert (before.built_on, before.landed.value) == (None, None)
    assert "LQ25000100" in before.reason
    assert machine(yard.company, VIEWER, "alder", asset(1)).made.reason.startswith("no serial number is linked")
    assert MachinesBuilt.kind == "factory.machines-built"
    carried = machine(yard.company, VIEWER, "alder", asset(0)).carried
    assert (carried.machines, carried.cost.value) == (0, None)
    assert "no machines" in carried.cost.reason


def test_its_life_is_told_from_facts_whether_the_journal_has_them_or_not(yard: Yard) -> None:
    """The site's outbox knows them before headquarters does."""
    told = MachineChanged(
        asset=asset(5), site="alder", what="address", before="10.0.0.7", after="10.0.0.6", known_by="dna"
    )
    outbox: Recorder = Outbox(yard.db, yard.folder / "outbox", "alder", yard.clock)
    outbox.record([Fact(key="changed/x", at=NOON_S * 10**6, date=TODAY, actor="agent.alder", data=told)])
    (row,) = machine(yard.company, VIEWER, "alder", asset(5)).life
    assert (row.what, row.subject, row.before, row.after, row.by) == (
        "changed",
        "address",
        "10.0.0.7",
        "10.0.0.6",
        "dna",
    )
    assert row.trace == ""


def test_charts_get_the_resolution_that_suits_their_span(yard: Yard) -> None:
    """Samples for hours, 5 minutes for days, hours for weeks; what is not rolled up yet comes from samples."""
    hours = series(yard.company, VIEWER, "alder", asset(0), span="6h", names=("hashrate_ths", "power_in_w"))
    assert (hours.resolution, len(hours.at_s)) == ("samples", 71)
    assert set(hours.fields[0].values) == {190.0}
    assert hours.fields[1].values.count(None) == 3, "an unknown reading is a gap, not a zero"
    day = series(yard.company, VIEWER, "alder", asset(0), names=("hashrate_ths",))
    assert (day.resolution, day.fields[0].unit, len(set(day.at_s))) == ("minutes-5", "TH/s", len(day.at_s))
    assert day.at_s[-1] == NOON_S - 300
    assert day.at_s == sorted(day.at_s)
    month = series(yard.company, VIEWER, "alder", asset(0), span="30d")
    assert (month.resolution, len(month.at_s)) == ("hours", 36)
    nobody = series(yard.company, VIEWER, "alder", "m-nobody")
    assert (nobody.at_s, bool(nobody.reason)) == ([], True)
    for bad in ({"span": "2y"}, {"names": ("colour",)}, {"start_s": 5, "end_s": 4}):
        with pytest.raises(InputError):
            series(yard.company, VIEWER, "alder", asset(0), **bad)


def test_what_is_not_known_or_not_allowed_is_told_as_such(yard: Yard) -> None:
    """A machine that nobody adopted, and one at a site that one may not see."""
    with pytest.raises(Missing, match="m-nobody"):
        machine(yard.company, VIEWER, "alder", "m-nobody")
    for ask in (machine, series):
        with pytest.raises(Forbidden):
            ask(yard.company, SALES, "alder", asset(0))


def test_an_action_is_looked_at_asked_for_and_approved_by_a_second_person(yard: Yard) -> None:
    """Through the site's own services; each act leaves a fact of who did it, and the machine's page shows it."""
    ask = ActAsk(action="reboot", scope="rack=r0", reason="new firmware")
    looked = acts.preview(yard.company, VIEWER, "alder", ask)
    assert (len(looked.preview.changes), looked.preview.needs_approval, looked.may_act) == (50, True, False)
    assert acts.requests(yard.company, OP).requests == []
    with pytest.raises(Forbidden):
        acts.ask_for(yard.company, VIEWER, "alder", ask, request="r-1")
    made = acts.ask_for(yard.company, OP, "alder", ask, request="r-2")
    assert (made.request.state, made.may_decide, made.may_cancel) == ("pending", False, True)
    with pytest.raises(InputError, match="his or her own"):
        acts.approve(yard.company, OP, "alder", made.request.id, reason="", request="r-3")
    waiting = acts.requests(yard.company, LEAD)
    assert (waiting.waiting, waiting.requests[0].may_decide) == (1, True)
    done = acts.approve(yard.company, LEAD, "alder", made.request.id, reason="fine", request="r-4")
    assert (done.request.state, done.request.decided_by) == ("approved", "lead")
    deeds = machine(yard.company, VIEWER, "alder", asset(0)).deeds
    assert [(deed.request.id, deed.result.state) for deed in deeds] == [(made.request.id, "waiting")]
    whole = acts.request_of(yard.company, VIEWER, "alder", made.request.id)
    assert len(whole.machines) == 50
    acts.cancel(yard.company, OP, "alder", made.request.id, reason="not now", request="r-5")
    facts = [stored.fact.data for stored in yard.company.journal.facts(Acted.kind)]
    told = [(data.action, data.site) for data in facts if isinstance(data, Acted)]
    assert told[-3:] == [(f"fleet.action-{word}", "alder") for word in ("asked", "approved", "cancelled")]


def test_alerts_are_answered_and_maintenance_is_announced(yard: Yard) -> None:
    """By whom may act at the site, and the record says who."""
    assert [item.alert.id for item in machine(yard.company, VIEWER, "alder", asset(4)).alerts] == ["al-00000001"]
    assert machine(yard.company, VIEWER, "alder", asset(9)).alerts == []
    with pytest.raises(Forbidden):
        alerts.acknowledge(yard.company, VIEWER, "alder", "al-00000001", why="", request="r-1")
    found = alerts.acknowledge(yard.company, OP, "alder", "al-00000001", why="on my way", request="r-2")
    assert (found.alert.acked_by, found.alert.acked_why) == ("op", "on my way")
    alerts.snooze(yard.company, OP, "alder", "al-00000001", for_s=3600, request="r-3")
    one = alerts.alert(yard.company, VIEWER, "alder", "al-00000001")
    assert (len(one.members), one.may_act, one.found.alert.snoozed_us > one.now_us) == (2, False, True)
    window = alerts.maintain(yard.company, OP, "alder", scope="rack=r1", for_s=7200, why="fans", request="r-4")
    listed = alerts.alerts(yard.company, OP)
    assert (listed.counts["critical"], listed.may_act) == (1, ["alder"])
    assert [(item.window.id, item.open) for item in listed.maintenance] == [(window.id, True)]
    alerts.end_maintenance(yard.company, OP, "alder", window.id, request="r-5")
    assert not alerts.alerts(yard.company, OP).maintenance[0].open
    assert alerts.alerts(yard.company, OP, state="over").alerts == []
    with pytest.raises(Missing):
        alerts.alert(yard.company, VIEWER, "alder", "al-none")


def test_a_site_that_names_nobody_is_not_open_to_everybody(tmp_path: Path) -> None:
    """Over the network the console's roles alone count, whatever a site without users allows on its own machine."""
    yard = Yard(tmp_path, 3)
    desk = yard.company.sites.all()["alder"]
    assert desk.site.user == ()
    for name in ("vera", "sara"):
        person = VIEWER if name == "vera" else SALES
        with pytest.raises(Forbidden):
            acts.ask_for(yard.company, person, "alder", ActAsk(action="reboot", scope="all", reason="x"), request="r-1")
    yard.close()
