"""Closing and reopening takes two people; what was approved is done once, also after a crash."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mintage.desk import jobs
from mintage.desk.books_acts import APPROVE, CLOSE, approve, ask, cancel, proposals, reject, settle, waiting
from mintage.desk.books_checks import checks, start_check
from mintage.desk.books_close import CloseTerms, close_preview
from mintage.desk.company import Company
from mintage.desk.periods import period_row
from mintage.people.caller import Forbidden
from mintage.people.facts import Acted
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.desk.example import at_its_desk, encodes, somebody

JULY = parse_period("2025-07")
ANN, BOB = somebody("ann", "controller"), somebody("bob", "controller")
EVE = somebody("eve", "viewer")


@pytest.fixture
def company(example_db: Path, tmp_path: Path) -> Iterator[Company]:
    with at_its_desk(example_db, tmp_path) as found:
        yield found


def finished(company: Company) -> str:
    """State of the last request after its work ended."""
    (job, *_) = company.jobs.recent("close")
    company.jobs.wait(job.id, 60)
    return waiting(company, ANN).rows[0].proposal.state


def test_a_month_is_closed_when_a_second_person_approves(company: Company) -> None:
    """Ann asks, Bob approves, a process closes; the lock is Ann's, and the record names both."""
    before = close_preview(company, JULY)
    assert (before.problem, len(before.facts)) == ("", 20)
    made = ask(company, ANN, "close", JULY, reason="July is complete", request="r1")
    assert period_row(company, JULY).state == "open"
    (row,) = waiting(company, BOB).rows
    assert (row.may_decide, row.may_cancel) == (True, False)
    decided = approve(company, BOB, made.id, why="checked", request="r2")
    assert decided.job is not None
    assert finished(company) == "done"
    closed = period_row(company, JULY)
    assert (closed.state, closed.by) == ("closed", "ann")
    assert company.view().journal.fact(closed.fact) is not None
    acted = [fact for fact in company.view().facts(Acted.kind) if fact.data.action == CLOSE]  # type: ignore[attr-defined]  # of that kind
    assert [fact.actor for fact in acted] == ["ann", "bob"]
    assert encodes(waiting(company, ANN))


def test_nobody_approves_alone_or_without_the_right(company: Company) -> None:
    """One's own request, a viewer's request and a viewer's approval are refused, and nothing is closed."""
    made = ask(company, ANN, "close", JULY, reason="July is complete", request="r1")
    with pytest.raises(InputError, match="nobody decides"):
        approve(company, ANN, made.id, why="", request="r2")
    with pytest.raises(Forbidden):
        approve(company, EVE, made.id, why="", request="r3")
    with pytest.raises(Forbidden):
        ask(company, EVE, "close", JULY, reason="please", request="r4")
    assert waiting(company, EVE).rows[0].may_decide is False
    assert not company.jobs.recent("close")


def test_a_request_can_be_rejected_or_taken_back(company: Company) -> None:
    """Then it is decided, says why, and does nothing."""
    first = ask(company, ANN, "close", JULY, reason="July is complete", request="r1")
    with pytest.raises(InputError, match="reason"):
        reject(company, BOB, first.id, why="", request="r2")
    assert reject(company, BOB, first.id, why="a bill is missing", request="r3").proposal.state == "rejected"
    second = ask(company, ANN, "close", JULY, reason="now it is", request="r4")
    with pytest.raises(InputError, match="another person"):
        cancel(company, BOB, second.id, request="r5")
    assert cancel(company, ANN, second.id, request="r6").proposal.state == "cancelled"
    assert not company.jobs.recent("close")


def test_what_cannot_be_closed_is_refused_before_anybody_is_asked(company: Company) -> None:
    """No price, a closed period, an open one to be reopened, a price without a source."""
    with pytest.raises(InputError, match="price"):
        ask(company, ANN, "close", parse_period("2025-09"), reason="x", request="r")
    assert close_preview(company, parse_period("2025-09")).field == "price"
    with pytest.raises(InputError, match="is closed"):
        ask(company, ANN, "close", parse_period("2025Q2"), reason="x", request="r")
    with pytest.raises(InputError, match="is closed"):
        ask(company, ANN, "close", parse_period("2025-05"), reason="x", request="r")
    with pytest.raises(InputError, match="not closed"):
        ask(company, ANN, "reopen", JULY, reason="x", request="r")
    with pytest.raises(InputError, match="source"):
        ask(company, ANN, "close", JULY, reason="x", request="r", terms=CloseTerms(price="100000"))
    assert not proposals(company).pending()


def test_a_stated_price_is_shown_and_kept_to(company: Company) -> None:
    """A close at another price says so, with its source."""
    told = close_preview(company, JULY, CloseTerms(price="100000", source="auditor"))
    assert told.price is not None
    assert (str(told.price.value), told.price_source[:7]) == ("100000", "auditor")
    with pytest.raises(InputError, match="price"):
        ask(company, ANN, "close", JULY, reason="x", request="r", terms=CloseTerms(price="much", source="auditor"))


def test_a_closed_quarter_is_opened_again_by_two_people(company: Company) -> None:
    """The period says that it was opened, by whom and why; its months are open with it."""
    quarter = parse_period("2025Q2")
    assert period_row(company, parse_period("2025-05")).within == "2025Q2"
    made = ask(company, ANN, "reopen", quarter, reason="a late bill", request="r1")
    approve(company, BOB, made.id, why="", request="r2")
    assert finished(company) == "done"
    row = period_row(company, quarter)
    assert (row.state, row.by, row.reason) == ("reopened", "bob", "a late bill")
    assert period_row(company, parse_period("2025-05")).state == "open"


def test_what_a_crash_kept_from_beginning_is_begun(company: Company) -> None:
    """An approved request without work is worked on as soon as anybody looks, and finished once."""
    made = ask(company, ANN, "close", JULY, reason="July is complete", request="r1")
    proposals(company).approve(BOB, made.id, APPROVE)  # and then the server stopped
    assert not company.jobs.recent("close")
    settle(company)
    assert finished(company) == "done"
    assert period_row(company, JULY).state == "closed"
    assert len(company.jobs.recent("close")) == 1


def test_work_that_fails_says_why(company: Company) -> None:
    """August cannot be closed before July: the work ends as failed with the problem, and August stays open."""
    august, terms = parse_period("2025-08"), CloseTerms(price="110000", source="test")
    made = ask(company, ANN, "close", august, reason="too early", request="r1", terms=terms)
    approve(company, BOB, made.id, why="", request="r2")
    assert finished(company) == "failed"
    assert "2025-07 is open" in waiting(company, ANN).rows[0].proposal.outcome
    assert period_row(company, august).state == "open"


def test_checks_tell_what_they_verify_and_find_nothing_in_the_example(company: Company) -> None:
    """A closed quarter passes all; the whole journal is checked by a job."""
    told = checks(company, parse_period("2025Q2"))
    assert told.passed
    assert all(row.meaning for row in told.rows)
    assert told.job is None
    job = start_check(company, ANN, JULY, request="r1")
    company.jobs.wait(job.id, 60)
    again = checks(company, JULY)
    assert again.job is not None
    assert again.job.state == "done"
    assert any(row.check == "journal.chain" for row in again.found)
    assert all(not row.problems for row in again.found if row.check.startswith("journal."))
    assert encodes(again)


def test_what_was_approved_begins_once_however_many_look(company: Company) -> None:
    """Pages that are drawn at the same moment do not each begin the work of an approval that has none yet."""
    made = ask(company, ANN, "close", JULY, reason="July is complete", request="r1")
    proposals(company).approve(BOB, made.id, APPROVE)
    together = threading.Barrier(8)

    def look() -> None:
        together.wait()
        settle(company)

    threads = [threading.Thread(target=look) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(company.jobs.recent("close")) == 1
    assert finished(company) == "done"


def test_an_approval_waits_for_room(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many jobs wait it stays approved, pages are drawn, and it begins when there is room."""
    made = ask(company, ANN, "close", JULY, reason="July is complete", request="r1")
    with monkeypatch.context() as full:
        full.setattr(jobs, "WAITING_MAX", 0)
        decided = approve(company, BOB, made.id, why="checked", request="r2")
        assert (decided.job, decided.proposal.state) == (None, "approved")
        assert waiting(company, ANN).rows[0].proposal.state == "approved"
    settle(company)
    assert finished(company) == "done"
