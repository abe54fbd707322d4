"""Sessions: how long they last, and what ends them."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.people.caller import Caller, Forbidden
from mintage.people.errors import SignInRefused
from mintage.people.passwords import Passwords
from mintage.people.roles import Grant
from mintage.people.service import People
from mintage.people.sessions import SESSIONS_MAX
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from tests.people.conftest import CHEAP, START_US
from tests.people.persons import HOME, OTHER_PHRASE, PHRASE, caller, cookie_of, enrol, join

HOUR_S = 3600


@settings(max_examples=50, deadline=None)
@given(gaps_s=st.lists(st.integers(1, 14 * HOUR_S), min_size=1, max_size=30))
def test_a_session_lives_12_hours_from_the_last_visit_and_7_days_in_all(gaps_s: list[int]) -> None:
    """Visits at any times: it is there while the last, told to the minute, is not too long ago; it never comes back."""
    with tempfile.TemporaryDirectory() as folder, closing(StateDb(Path(folder) / "c.db")) as db:
        clock = StepClock(START_US)
        people = People(db, clock, passwords=Passwords(CHEAP))
        cookie = cookie_of(people.setup(people.setup_code().reveal(), "ada", "Ada", PHRASE))
        age_s = seen_s = 0
        alive = True
        for gap_s in gaps_s:
            clock.step(gap_s)
            age_s += gap_s
            alive = alive and age_s - seen_s < 12 * HOUR_S and age_s < 7 * 24 * HOUR_S
            assert (people.caller_of_session(cookie) is not None) == alive
            assert bool(people.sessions("ada")) == alive
            if age_s - seen_s >= 60:
                seen_s = age_s


@pytest.mark.usefixtures("ada")
def test_a_visit_writes_at_most_once_a_minute(people: People, clock: StepClock) -> None:
    """Reading a page does not wait for the disk each time."""
    cookie = cookie_of(people.sign_in("ada", PHRASE, HOME))

    def seen_us() -> int:
        return max(session.seen_us for session in people.sessions("ada"))

    began = seen_us()
    clock.step(59)
    people.caller_of_session(cookie)
    assert seen_us() == began
    clock.step(1)
    people.caller_of_session(cookie)
    assert seen_us() == clock.now_us()


def test_the_mark_of_a_form_belongs_to_one_cookie(people: People, ada: Caller) -> None:
    """Another session of the same person has another mark, and a rotated one too."""
    one, other = (caller(people, people.sign_in("ada", PHRASE, HOME)) for _ in range(2))
    assert len({one.csrf, other.csrf, ada.csrf}) == 3
    done = people.change_password(one, PHRASE, OTHER_PHRASE)
    assert done.cookie is not None
    after = people.caller_of_session(done.cookie.reveal())
    assert after is not None
    assert after.session == one.session
    assert after.csrf != one.csrf


@pytest.mark.usefixtures("ada")
def test_a_changed_password_ends_all_other_sessions_and_rotates_this_one(people: People) -> None:
    """Neither a thief's session nor the former cookie of this one is worth anything."""
    here, elsewhere = (people.sign_in("ada", PHRASE, HOME) for _ in range(2))
    with pytest.raises(SignInRefused):
        people.change_password(caller(people, here), OTHER_PHRASE, OTHER_PHRASE)
    with pytest.raises(InputError, match="own name"):
        people.change_password(caller(people, here), PHRASE, "ada-lovelace-1")
    done = people.change_password(caller(people, here), PHRASE, OTHER_PHRASE)
    for old in (here, elsewhere):
        assert people.caller_of_session(cookie_of(old)) is None
    assert done.cookie is not None
    assert people.caller_of_session(done.cookie.reveal()) is not None
    assert len(people.sessions("ada")) == 1


@pytest.mark.usefixtures("ada")
def test_a_new_factor_and_its_removal_rotate_and_end_sessions(people: People, clock: StepClock) -> None:
    """Whoever was signed in with the password alone signs in again."""
    elsewhere = people.sign_in("ada", PHRASE, HOME)
    here = people.sign_in("ada", PHRASE, HOME)
    enrol(people, caller(people, here), clock)
    for old in (here, elsewhere):
        assert people.caller_of_session(cookie_of(old)) is None
    (left,) = people.sessions("ada")
    assert left.id == here.session.id
    again = Caller(name="ada", grants=people.person("ada").grants, session=left.id)
    with pytest.raises(SignInRefused):
        people.remove_totp(again, OTHER_PHRASE)
    done = people.remove_totp(again, PHRASE)
    assert done.cookie is not None
    assert people.caller_of_session(done.cookie.reveal()) is not None
    found = people.person("ada")
    assert (found.second_factor, found.recovery_codes) == (False, 0)
    assert not people.sign_in("ada", PHRASE, HOME).pending


def test_a_changed_role_ends_the_persons_sessions(people: People, ada: Caller) -> None:
    """More rights or fewer: he or she signs in again, and then has them."""
    join(people, ada, "bob")
    before = people.sign_in("bob", PHRASE, HOME)
    people.grant(ada, "bob", "viewer")
    assert people.caller_of_session(cookie_of(before)) is None
    after = people.sign_in("bob", PHRASE, HOME)
    assert caller(people, after).may("books.read")
    people.revoke(ada, "bob", "viewer")
    assert people.caller_of_session(cookie_of(after)) is None
    assert not people.sign_in("bob", PHRASE, HOME).pending


@pytest.mark.usefixtures("ada")
def test_an_own_role_rotates_the_session_that_asks(people: People) -> None:
    """An administrator who gives himself or herself a role goes on under another cookie."""
    here = people.sign_in("ada", PHRASE, HOME)
    done = people.grant(caller(people, here), "ada", "operator", "alder")
    assert people.caller_of_session(cookie_of(here)) is None
    assert done.cookie is not None
    after = people.caller_of_session(done.cookie.reveal())
    assert after is not None
    assert Grant("operator", "alder") in after.grants


def test_sessions_are_listed_and_ended_one_by_one_or_together(people: People, ada: Caller) -> None:
    """A person ends his or her own; an administrator anybody's; others nobody else's, whatever id they name."""
    bob = join(people, ada, "bob", Grant("viewer"))
    carol = join(people, ada, "carol", Grant("viewer"))
    other = people.sign_in("bob", PHRASE, HOME, agent="phone").session
    assert {session.id for session in people.sessions("bob")} == {bob.session, other.id}
    with pytest.raises(Forbidden):
        people.end_session(carol, other.id, "bob")
    with pytest.raises(InputError, match="no session"):
        people.end_session(carol, other.id)
    people.end_session(bob, other.id)
    assert [session.id for session in people.sessions("bob")] == [bob.session]
    people.sign_in("bob", PHRASE, HOME)
    assert people.end_sessions(bob).detail == "1 sessions"
    people.end_sessions(ada, "bob")
    assert people.sessions("bob") == ()


@pytest.mark.usefixtures("ada")
def test_the_session_longest_unused_gives_way(people: People, clock: StepClock) -> None:
    """One person fills no table."""
    first = people.sign_in("ada", PHRASE, HOME)
    for _ in range(SESSIONS_MAX):
        clock.step(1)
        people.sign_in("ada", PHRASE, HOME)
    assert people.caller_of_session(cookie_of(first)) is None
    assert len(people.sessions("ada")) == SESSIONS_MAX


def test_a_disabled_persons_session_is_over_at_once(people: People, ada: Caller) -> None:
    """It does not come back when the person is enabled again."""
    join(people, ada, "bob", Grant("viewer"))
    cookie = cookie_of(people.sign_in("bob", PHRASE, HOME))
    people.disable_person(ada, "bob")
    assert people.caller_of_session(cookie) is None
    people.enable_person(ada, "bob")
    assert people.caller_of_session(cookie) is None
    people.sign_in("bob", PHRASE, HOME)
