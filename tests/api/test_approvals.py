"""What waits for a second person: two people, once each, and never one's own."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import httpx
import pytest

from mintage.desk import approvals, books_acts, reversals
from mintage.desk.approval_answer import Decision
from mintage.journal.fact import Fact
from mintage.people.caller import Caller
from mintage.people.roles import Grant
from mintage.sales.facts import OrderPlaced
from mintage.units import day_end_instant, parse_date, parse_period
from mintage.units.errors import InputError
from tests.served import Served

REVERSE = "/api/v1/journal/reverse"
CARLA, DORA = (Caller(name=name, grants=(Grant("controller"),)) for name in ("carla", "dora"))


@dataclass
class Pair:
    """Two controllers, and orders to reverse.

    Attributes:
        served: the company.
        carla: one.
        dora: the other.
    """

    served: Served
    carla: httpx.Client
    dora: httpx.Client
    orders: int = 0

    def order(self) -> str:
        """Record an order; returns its key."""
        self.orders += 1
        key, day = f"a-{self.orders}", parse_date("2025-07-01")
        data = OrderPlaced(customer="northwind", order=key, line="industrial", hashrate=5_000_000, amount=100_000)
        fact = Fact(key=key, at=day_end_instant(day), date=day, actor="carla", data=data)
        self.served.company.journal.append([fact])
        return key

    def ask(self) -> tuple[str, str]:
        """Let Carla ask for the reversal of a new order; returns its key and the request's id."""
        key = self.order()
        reply = self.carla.post(REVERSE, json={"key": key, "reason": "Typed twice.", "date": "2025-07-02"})
        assert reply.status_code == 201, reply.text
        return key, str(reply.json()["id"])

    def reversed_by(self, key: str) -> str | None:
        """Key of the fact that reversed an order."""
        return self.served.company.journal.reversed_by(key)


@pytest.fixture(scope="module")
def pair(served: Served) -> Pair:
    """Two controllers."""
    return Pair(served, served.person("carla", ["controller"]), served.person("dora", ["controller"]))


def _at(id_: str, after: str = "") -> str:
    return f"/api/v1/approvals/{id_}{after}"


def test_a_reversal_is_carried_out_when_another_person_approves(pair: Pair) -> None:
    """Until then nothing happens; the reversal is the asker's, and its evidence names who approved and why."""
    key, id_ = pair.ask()
    assert pair.reversed_by(key) is None
    assert [row["id"] for row in pair.carla.get("/api/v1/approvals").json()["own"]] == [id_]
    waiting = pair.dora.get("/api/v1/approvals").json()["waiting"]
    assert [(row["id"], row["asked_by"], row["reason"]) for row in waiting] == [(id_, "carla", "Typed twice.")]
    shown = pair.dora.get(_at(id_)).json()
    undone = {(leg["account"], leg["figure"]["value"]) for leg in shown["reversal"]["postings"]}
    entry = pair.served.company.journal.entry(key)
    assert entry is not None
    assert len(undone) == len(entry.postings)
    done = pair.dora.post(_at(id_), json={"approve": True, "why": "Seen the order."}).json()
    assert (done["state"], done["outcome"]) == ("done", f"{key}:reversed")
    stored = pair.served.company.journal.fact(f"{key}:reversed")
    assert stored is not None
    assert stored.fact.actor == "carla"
    assert stored.fact.evidence is not None
    assert "approved by dora: Seen the order." in (stored.fact.evidence.note or "")
    assert pair.dora.get("/api/v1/approvals").json()["waiting"] == []


def test_nobody_decides_his_or_her_own_request(pair: Pair) -> None:
    """Neither over the API nor on the page; the one who asked may take it back, and nobody else."""
    key, id_ = pair.ask()
    for body in ({"approve": True}, {"approve": False, "why": "no"}):
        refused = pair.carla.post(_at(id_), json=body)
        assert refused.status_code == 400
        assert "own request" in refused.json()["detail"]
    assert pair.carla.post(f"/approvals/{id_}", data={"decision": "approve"}).status_code == 400
    assert pair.dora.post(_at(id_, "/withdraw"), json={}).status_code == 400
    assert pair.carla.post(_at(id_, "/withdraw"), json={}).json()["state"] == "cancelled"
    assert pair.dora.post(_at(id_), json={"approve": True}).status_code == 400
    assert pair.reversed_by(key) is None


def test_a_decision_falls_once(pair: Pair) -> None:
    """A no needs a reason and stays; a yes that is sent again is refused; a second request for the same waits not."""
    key, id_ = pair.ask()
    twice = pair.carla.post(REVERSE, json={"key": key, "reason": "Typed twice.", "date": "2025-07-02"})
    assert twice.status_code == 400
    assert pair.dora.post(_at(id_), json={"approve": False}).status_code == 400
    assert pair.dora.post(_at(id_), json={"approve": False, "why": "It is right."}).json()["state"] == "rejected"
    assert pair.dora.post(_at(id_), json={"approve": True}).status_code == 400
    assert pair.reversed_by(key) is None
    key, id_ = pair.ask()
    sent = pair.dora.post(f"/approvals/{id_}", data={"decision": "approve", "why": ""})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/approvals/{id_}?done=approved")
    assert pair.dora.post(f"/approvals/{id_}", data={"decision": "approve"}).status_code == 400
    again = pair.carla.post(REVERSE, json={"key": key, "reason": "Again."})
    assert (again.status_code, again.json()["field"]) == (400, "key")


def test_of_many_who_decide_at_once_one_does(pair: Pair) -> None:
    """Eight threads decide, half of them yes: one decision holds, and what it says is what happened."""
    key, id_ = pair.ask()
    company, outcomes = pair.served.company, list[str]()
    ready = threading.Barrier(8)

    def decide(number: int) -> None:
        who = Caller(name=f"dora-{number}", grants=(Grant("controller"),))
        ready.wait()
        try:
            told = Decision(approve=number % 2 == 0, why="at once")
            outcomes.append(approvals.decide(company, who, id_, told, request=f"r-{number}").state)
        except InputError:
            outcomes.append("late")

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("late") == 7
    assert (pair.reversed_by(key) is not None) == ("done" in outcomes)


def test_a_request_that_has_run_out_of_time_is_decided_no_more(pair: Pair) -> None:
    """It is expired, in the inbox too, and the fact stands."""
    key, id_ = pair.ask()
    company = pair.served.company
    company.state.execute("UPDATE proposal SET until_us = ? WHERE id = ?", (company.wall.now_us() - 1, id_))
    assert pair.dora.post(_at(id_), json={"approve": True}).status_code == 400
    assert pair.dora.get(_at(id_)).json()["row"]["state"] == "expired"
    assert pair.reversed_by(key) is None


def test_what_a_crash_left_approved_is_carried_out_by_whoever_looks_next(pair: Pair) -> None:
    """Approved and not done is done once, however many look."""
    key, id_ = pair.ask()
    books_acts.proposals(pair.served.company).approve(DORA, id_, reversals.APPROVE)
    assert pair.reversed_by(key) is None
    for _ in range(2):
        approvals.inbox(pair.served.company, CARLA)
    assert pair.reversed_by(key) == f"{key}:reversed"
    assert pair.dora.get(_at(id_)).json()["row"]["state"] == "done"


def test_a_reversal_that_the_ledger_refuses_is_not_even_asked_for(pair: Pair) -> None:
    """A reversed fact, an audit fact, a date in a closed period, lots that have gone on: refused with what to do."""
    journal = pair.served.company.journal
    acted = next(item.fact.key for item in journal.facts("people.acted"))
    built = next(item.fact.key for item in journal.facts("factory.machines-built"))
    key = pair.order()
    for body in (
        {"key": acted, "reason": "r"},
        {"key": built, "reason": "r"},
        {"key": key, "reason": "r", "date": "2025-03-01"},
        {"key": key, "reason": " "},
        {"key": "not there", "reason": "r"},
    ):
        refused = pair.carla.post(REVERSE, json=body)
        assert refused.status_code in (400, 409), body
        assert refused.json()["remedy"], body
    assert pair.carla.get(f"/journal/reverse?key={acted}").status_code == 200


def test_who_may_not_decide_sees_nothing_and_decides_nothing(pair: Pair) -> None:
    """A seller may ask for the reversal of an order, not decide one, and does not learn that others asked for one."""
    key, id_ = pair.ask()
    served = pair.served
    seller, viewer = served.person("sella", ["sales"]), served.person("vito", ["viewer"])
    assert viewer.post(REVERSE, json={"key": key, "reason": "r"}).status_code == 403
    for other in (seller, viewer):
        assert other.get("/api/v1/approvals").json() == {"waiting": [], "own": [], "past": []}
        assert other.get(_at(id_)).status_code == 404
        assert other.post(_at(id_), json={"approve": True}).status_code == 404
    mine = seller.post(REVERSE, json={"key": pair.order(), "reason": "Not sold.", "date": "2025-07-02"})
    assert mine.status_code == 201
    assert pair.dora.post(_at(mine.json()["id"]), json={"approve": True}).json()["state"] == "done"
    assert pair.reversed_by(key) is None
    assert pair.carla.post(_at(id_, "/withdraw"), json={}).status_code == 200


def test_closing_and_opening_wait_in_the_same_inbox(pair: Pair) -> None:
    """What the books ask for is approved here, begins as a job, and is done when the job is."""
    company = pair.served.company
    made = books_acts.ask(company, CARLA, "reopen", parse_period("2025Q2"), reason="A late bill.", request="r-x")
    assert approvals.waiting(company, DORA) == 1
    assert approvals.waiting(company, CARLA) == 0
    assert pair.dora.get(f"/approvals/{made.id}").status_code == 200
    assert pair.dora.post(_at(made.id), json={"approve": True, "why": "yes"}).json()["state"] == "approved"
    (job,) = company.jobs.recent("close")
    assert company.jobs.wait(job.id, 60).state == "done"
    past = {row["id"]: row["state"] for row in pair.dora.get("/api/v1/approvals").json()["past"]}
    assert past[made.id] == "done"
    assert "2025Q2" not in company.journal.closed_periods()
