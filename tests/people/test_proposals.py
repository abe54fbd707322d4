"""Acts that take a second person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.people.caller import Caller, Forbidden
from mintage.people.proposals import BODY_BYTES_MAX, HOLDS_S, Proposal, Proposals
from mintage.people.roles import Grant
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError, LimitError
from tests.people.persons import ODD

ADA, BOB = (Caller(name=name, grants=(Grant("controller"),)) for name in ("ada", "bob"))
EVE = Caller(name="eve", grants=(Grant("viewer"),))
RIGHT = "books.approve"


@pytest.fixture
def proposals(db: StateDb, clock: StepClock) -> Proposals:
    return Proposals(db, clock)


@pytest.fixture
def asked(proposals: Proposals) -> Proposal:
    return proposals.propose(ADA, "books.close", "2025-06", {"period": "2025-06"}, reason="the month is over")


def test_what_one_asks_another_approves_and_it_is_done_once(proposals: Proposals, asked: Proposal) -> None:
    """Pending, approved, done; each step says who took it, and none is taken twice."""
    assert proposals.pending() == (asked,)
    with pytest.raises(InputError, match="is pending"):
        proposals.finish(asked.id, "closed")
    approved = proposals.approve(BOB, asked.id, RIGHT, why="tied out")
    assert (approved.state, approved.decided_by, approved.why) == ("approved", "bob", "tied out")
    assert approved.body == {"period": "2025-06"}
    assert (proposals.pending(), proposals.approved()) == ((), (approved,))
    done = proposals.finish(asked.id, "closed as of fact 812")
    assert (done.state, done.outcome) == ("done", "closed as of fact 812")
    acts: list[Callable[[], Proposal]] = [
        lambda: proposals.approve(BOB, asked.id, RIGHT),
        lambda: proposals.reject(BOB, asked.id, RIGHT, why="no"),
        lambda: proposals.cancel(ADA, asked.id),
        lambda: proposals.finish(asked.id, "again"),
    ]
    for act in acts:
        with pytest.raises(InputError, match="is done"):
            act()
    assert proposals.latest() == (done,)


@pytest.mark.parametrize("name", ["ada", "ADA", " ada "])
@pytest.mark.parametrize("via", ["session", "token", "command", "demo"])
def test_nobody_decides_his_or_her_own(proposals: Proposals, asked: Proposal, name: str, via: Any) -> None:
    """Neither through another way in nor under another spelling; an administrator neither."""
    again = Caller(name=name, grants=(Grant("administrator"),), via=via)
    with pytest.raises(InputError, match="own request"):
        proposals.approve(again, asked.id, RIGHT)
    with pytest.raises(InputError, match="own request"):
        proposals.reject(again, asked.id, RIGHT, why="no")
    assert proposals.show(asked.id).state == "pending"


def test_who_lacks_the_right_decides_nothing(proposals: Proposals, asked: Proposal) -> None:
    """The right is asked for first, also about a request that is not there."""
    narrow = Caller(name="bob", grants=(Grant("controller"),), via="token", rights=frozenset({"books.close"}))
    for who in (EVE, narrow):
        for id_ in (asked.id, "pr-0"):
            with pytest.raises(Forbidden):
                proposals.approve(who, id_, RIGHT)
            with pytest.raises(Forbidden):
                proposals.reject(who, id_, RIGHT, why="no")
    with pytest.raises(InputError, match="no request"):
        proposals.approve(BOB, "pr-0", RIGHT)


def test_who_asked_takes_it_back_and_nobody_else(proposals: Proposals, asked: Proposal) -> None:
    """Others reject it, with a reason."""
    with pytest.raises(InputError, match="another person"):
        proposals.cancel(BOB, asked.id)
    assert proposals.cancel(ADA, asked.id).state == "cancelled"
    other = proposals.propose(ADA, "books.close", "2025-06", {"period": "2025-06"}, reason="now really")
    with pytest.raises(InputError, match="reason"):
        proposals.reject(BOB, other.id, RIGHT, why=" ")
    assert proposals.reject(BOB, other.id, RIGHT, why="too early").why == "too early"


def test_what_nobody_decides_expires(proposals: Proposals, asked: Proposal, clock: StepClock) -> None:
    """At its instant and not before; then it is decided no more, and may be asked for again."""
    clock.step(HOLDS_S - 1)
    assert proposals.pending() == (asked,)
    clock.step(1)
    with pytest.raises(InputError, match="is expired"):
        proposals.approve(BOB, asked.id, RIGHT)
    assert proposals.show(asked.id).state == "expired"
    assert proposals.pending() == ()
    proposals.propose(ADA, "books.close", "2025-06", {"period": "2025-06"}, reason="again")


def test_what_was_approved_does_not_expire_and_may_fail(
    proposals: Proposals, asked: Proposal, clock: StepClock
) -> None:
    """After a crash it still stands there to be done; what comes of it is said."""
    proposals.approve(BOB, asked.id, RIGHT)
    clock.step(HOLDS_S * 2)
    assert [proposal.id for proposal in proposals.approved()] == [asked.id]
    assert proposals.finish(asked.id, "the period is closed already", failed=True).state == "failed"


def test_the_same_is_asked_for_once(proposals: Proposals, asked: Proposal) -> None:
    """Two people who ask for the same hear of each other; another body is another request."""
    with pytest.raises(InputError, match=asked.id):
        proposals.propose(BOB, "books.close", "2025-06", {"period": "2025-06"}, reason="me too")
    proposals.propose(BOB, "books.close", "2025-05", {"period": "2025-05"}, reason="the one before")
    assert len(proposals.pending()) == 2


def test_a_request_has_bounds(proposals: Proposals) -> None:
    """A reason, a body that is JSON, and not too large."""
    with pytest.raises(InputError, match="reason"):
        proposals.propose(ADA, "x.y", "s", {}, reason="")
    with pytest.raises(InputError, match="cannot be kept"):
        proposals.propose(ADA, "x.y", "s", {"what": object()}, reason="r")
    with pytest.raises(LimitError):
        proposals.propose(ADA, "x.y", "s", {"what": "x" * BODY_BYTES_MAX}, reason="r")
    assert proposals.latest() == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(body=st.dictionaries(st.text("abc", max_size=3), JSON, max_size=4))
def test_a_body_comes_back_as_it_was_given(body: dict[str, Any]) -> None:
    """What is approved is what was asked for, whatever it contains."""
    proposals = Proposals(StateDb(None), StepClock(1))
    asked = proposals.propose(ADA, "x.y", "s", body, reason="r")
    assert proposals.approve(BOB, asked.id, RIGHT).body == body


@pytest.mark.parametrize("rivals", [("approve", "approve"), ("approve", "cancel"), ("approve", "reject")])
def test_of_two_decisions_at_once_one_wins(proposals: Proposals, rivals: tuple[str, str]) -> None:
    """Twenty times two threads decide in the same instant: one hears that it won, and its decision stands."""
    acts = {
        "approve": lambda id_: proposals.approve(BOB, id_, RIGHT),
        "reject": lambda id_: proposals.reject(
            Caller(name="carol", grants=(Grant("controller"),)), id_, RIGHT, why="no"
        ),
        "cancel": lambda id_: proposals.cancel(ADA, id_),
    }
    for number in range(20):
        id_ = proposals.propose(ADA, "books.close", str(number), {}, reason="r").id
        won, start = _race(acts[rivals[0]], acts[rivals[1]], id_)
        assert start.broken is False
        assert len(won) == 1
        assert proposals.show(id_) == won[0]


def _race(one: Any, other: Any, id_: str) -> tuple[list[Proposal], threading.Barrier]:
    won: list[Proposal] = []
    start = threading.Barrier(2)

    def run(act: Any) -> None:
        start.wait()
        try:
            won.append(act(id_))
        except InputError:
            return

    threads = [threading.Thread(target=run, args=(act,)) for act in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, start
