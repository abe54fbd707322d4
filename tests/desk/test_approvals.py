"""Requests of sites in the inbox of whoever decides: actions on machines and curtailments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.desk import acts, approvals
from mintage.desk.acts import ActAsk
from mintage.desk.approval_answer import Decision, Withdrawal
from mintage.desk.here import Missing
from mintage.fleet.control import service as control
from mintage.fleet.curtail import service as curtail
from mintage.fleet.curtail.asks import Ask, Full
from mintage.fleet.curtail.store import Book
from mintage.people.caller import Forbidden
from mintage.units.errors import InputError
from tests.desk.yard import LEAD, OP, SALES, VIEWER, Yard

YES, NO = Decision(approve=True, why="seen", site="alder"), Decision(approve=False, why="not now", site="alder")


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A company with a site of sixty machines, where more than twenty take a second person."""
    found = Yard(tmp_path)
    yield found
    found.company.close()
    found.db.close()


def _reboot(yard: Yard) -> str:
    told = ActAsk(action="reboot", scope="all", reason="new firmware")
    return acts.ask_for(yard.company, OP, "alder", told, request="r-1").request.id


def _curtail(yard: Yard) -> str:
    """As `curtail.start` keeps one of more machines than one person may shed."""
    desk = yard.company.sites.all()["alder"]
    ask = Ask(shed=Full(), scope="all", reason="the grid asks")
    return Book(desk.db).add(ask, OP.name, desk.clock.now_us(), "preview").id


@pytest.mark.parametrize("ask", [_reboot, _curtail])
def test_what_a_site_asks_waits_for_another_operator(yard: Yard, ask: object) -> None:
    """The one who asked waits, another decides, a viewer sees and decides nothing, and a seller does not see it."""
    assert callable(ask)
    id_ = ask(yard)
    company = yard.company
    assert [approvals.waiting(company, who) for who in (OP, LEAD, VIEWER, SALES)] == [0, 1, 0, 0]
    assert [row.id for row in approvals.inbox(company, OP).own] == [id_]
    (row,) = approvals.inbox(company, LEAD).waiting
    assert (row.id, row.site, row.asked_by) == (id_, "alder", "op")
    assert approvals.show(company, LEAD, id_, "alder").row == row
    with pytest.raises(Missing):
        approvals.show(company, SALES, id_, "alder")
    for told in (YES, NO):
        with pytest.raises(InputError):
            approvals.decide(company, OP, id_, told, request="r-2")
        with pytest.raises(Forbidden):
            approvals.decide(company, VIEWER, id_, told, request="r-3")
    assert approvals.waiting(company, LEAD) == 1
    assert approvals.decide(company, LEAD, id_, YES, request="r-4").state == "approved"
    assert approvals.waiting(company, LEAD) == 0
    with pytest.raises(InputError):
        approvals.decide(company, LEAD, id_, YES, request="r-5")


@pytest.mark.parametrize("ask", [_reboot, _curtail])
def test_what_is_rejected_or_taken_back_never_begins(yard: Yard, ask: object) -> None:
    """Neither the site's requests nor its curtailments have anything left to do."""
    assert callable(ask)
    company, desk = yard.company, yard.company.sites.all()["alder"]
    rejected = ask(yard)
    state = approvals.decide(company, LEAD, rejected, NO, request="r-1").state
    assert state in ("rejected", "cancelled")
    taken = ask(yard)
    with pytest.raises(InputError):
        approvals.withdraw(company, LEAD, taken, Withdrawal(site="alder"), request="r-2")
    assert approvals.withdraw(company, OP, taken, Withdrawal(site="alder"), request="r-3").state == "cancelled"
    assert approvals.waiting(company, LEAD) == 0
    assert control.requests(desk.db, states=("pending", "approved")) == []
    assert {event.state for event in curtail.events(desk.as_(LEAD), who=LEAD.name)} <= {"cancelled"}


def test_an_id_of_nowhere_is_missing(yard: Yard) -> None:
    """A site that is not here, and an id that is none."""
    for id_, site in (("a-1", "nowhere"), ("a-1", "alder"), ("c-1", "alder"), ("pr-1", "")):
        with pytest.raises((Missing, InputError)):
            approvals.show(yard.company, LEAD, id_, site)
