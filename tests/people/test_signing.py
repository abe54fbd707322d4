"""Coming in and going out."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from argon2 import extract_parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mintage.people.caller import Caller
from mintage.people.done import SignedIn
from mintage.people.errors import SignInRefused, TooMany
from mintage.people.passwords import Effort, Passwords
from mintage.people.roles import Grant
from mintage.people.service import People
from mintage.people.sessions import FAILURES_MAX, Sessions
from mintage.people.store import PeopleStore
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from tests.people.conftest import CHEAP
from tests.people.persons import HOME, ODD, OTHER_PHRASE, PHRASE, caller, cookie_of, enrol, join, shown_code


def test_the_first_run_makes_one_administrator_with_a_code_of_the_server(people: People) -> None:
    """Only the newest code serves, once, and only while nobody is there; the first administrator is signed in."""
    assert people.empty()
    old, code = people.setup_code().reveal(), people.setup_code().reveal()
    for wrong in (old, "", "AAAA-AAAA-AAAA-AAAA", "\ud800"):
        with pytest.raises(SignInRefused):
            people.setup(wrong, "ada", "Ada", PHRASE)
    with pytest.raises(InputError, match="characters"):
        people.setup(code, "ada", "Ada", "short")
    signed_in = people.setup(code.lower().replace("-", ""), "ada", "Ada", PHRASE)
    ada = caller(people, signed_in)
    assert (signed_in.via, signed_in.pending, signed_in.csrf) == ("setup", False, ada.csrf)
    assert ada.may("people.write", "*")
    assert not people.empty()
    with pytest.raises(InputError, match="there already"):
        people.setup(code, "eve", "Eve", PHRASE)
    with pytest.raises(InputError, match="there already"):
        people.setup_code()


def test_of_two_first_runs_at_once_one_wins(tmp_path: Path, clock: StepClock) -> None:
    """The code is used up by one of two browsers; the other one is refused, and one administrator is there."""
    people = People(StateDb(tmp_path / "race.db"), clock, passwords=Passwords(CHEAP))
    code, start = people.setup_code().reveal(), threading.Barrier(2)
    won: list[str] = []
    lost: list[Exception] = []

    def run(name: str) -> None:
        start.wait()
        try:
            won.append(people.setup(code, name, name, PHRASE).subject)
        except (SignInRefused, InputError) as error:
            lost.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("ada", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 1)
    assert [person.name for person in people.people()] == won
    people.db.close()


def test_a_password_opens_a_session_and_the_login_is_read_kindly(people: People, ada: Caller) -> None:
    """Upper case and spaces around a login do not matter, as phones add them; the session says who it is."""
    found = caller(people, people.sign_in(" Ada ", PHRASE, HOME, agent="a browser"))
    assert (found.name, found.shown, found.via) == ("ada", "Ada Lovelace", "session")
    assert found.grants == ada.grants
    assert people.person("ada").seen_us > 0
    assert people.sessions("ada")[0].agent in {"", "a browser"}


def test_wrong_name_wrong_password_disabled_and_invited_are_told_alike(people: People, ada: Caller) -> None:
    """The answer does not say whether somebody is there."""
    join(people, ada, "bob")
    people.disable_person(ada, "bob")
    people.invite(ada, "carol")
    attempts = [
        ("ada", OTHER_PHRASE), ("nobody", PHRASE), ("bob", PHRASE), ("carol", ""), ("carol", PHRASE), ("", ""),
        ("ada", ""), ("ada' OR 1=1 --", PHRASE), ("\ud800", "\ud800"),
    ]  # fmt: skip
    answers = set()
    for number, (name, password) in enumerate(attempts):
        with pytest.raises(SignInRefused) as refused:
            people.sign_in(name, password, f"192.0.2.{number}")
        answers.add(str(refused.value))
    assert answers == {"the name or the password is not right."}


def test_an_unknown_name_is_verified_too(db: StateDb, clock: StepClock) -> None:
    """Whether somebody is there or not, one hash is computed: nothing is answered early."""
    verified: list[bool] = []

    class Counted(Passwords):
        def verify(self, kept: str, password: str) -> bool:
            verified.append(bool(kept))
            return super().verify(kept, password)

    people = People(db, clock, passwords=Counted(CHEAP))
    people.setup(people.setup_code().reveal(), "ada", "Ada", PHRASE)
    for name in ("ada", "nobody"):
        with pytest.raises(SignInRefused):
            people.sign_in(name, OTHER_PHRASE, HOME)
    assert verified == [True, False]


def test_a_password_is_hashed_again_when_parameters_change(ada: Caller, db: StateDb, clock: StepClock) -> None:
    """The next right sign-in renews what is kept; a wrong one does not."""
    stronger = People(db, clock, passwords=Passwords(Effort(memory_kib=128, passes=2)))

    def memory_kib() -> int:
        return extract_parameters(db.rows("SELECT password FROM person")[0][0]).memory_cost

    with pytest.raises(SignInRefused):
        stronger.sign_in(ada.name, OTHER_PHRASE, HOME)
    assert memory_kib() == 64
    stronger.sign_in(ada.name, PHRASE, HOME)
    assert memory_kib() == 128
    stronger.sign_in(ada.name, PHRASE, HOME)


@pytest.mark.usefixtures("ada")
def test_signing_in_gives_another_cookie_and_ends_what_the_browser_held(people: People) -> None:
    """A cookie that somebody planted before is worth nothing after signing in."""
    before = people.sign_in("ada", PHRASE, HOME)
    after = people.sign_in("ada", PHRASE, HOME, old=cookie_of(before))
    assert cookie_of(before) != cookie_of(after)
    assert people.caller_of_session(cookie_of(before)) is None
    assert after.session.id != before.session.id


@pytest.mark.usefixtures("ada")
def test_signing_out_ends_this_session_alone(people: People) -> None:
    """The cookie is worth nothing afterwards; other browsers stay signed in."""
    here, there = (people.sign_in("ada", PHRASE, HOME) for _ in range(2))
    people.sign_out(caller(people, here))
    assert people.caller_of_session(cookie_of(here)) is None
    assert people.caller_of_session(cookie_of(there)) is not None


def test_with_a_second_factor_a_password_opens_nothing(people: People, ada: Caller, clock: StepClock) -> None:
    """The half session is nobody; the right code completes it under another cookie, and the half one is gone."""
    secret, _ = enrol(people, ada, clock)
    clock.step(60)
    half = people.sign_in("ada", PHRASE, HOME)
    assert half.pending
    assert people.caller_of_session(cookie_of(half)) is None
    waiting = people.pending_of_session(cookie_of(half))
    assert waiting is not None
    assert waiting.person == "ada"
    full = people.second_factor(cookie_of(half), shown_code(secret, clock), HOME)
    assert not full.pending
    assert cookie_of(full) != cookie_of(half)
    assert caller(people, full).csrf == full.csrf
    assert people.pending_of_session(cookie_of(half)) is None
    with pytest.raises(SignInRefused):
        people.second_factor(cookie_of(half), shown_code(secret, clock, steps=1), HOME)


def test_a_replayed_code_is_refused(people: People, ada: Caller, clock: StepClock) -> None:
    """A code serves once, also in another session, and also the one that confirmed the enrolment."""
    secret, _ = enrol(people, ada, clock)
    with pytest.raises(SignInRefused):
        people.second_factor(_half(people), shown_code(secret, clock), HOME)
    clock.step(30)
    code = shown_code(secret, clock)
    people.second_factor(_half(people), code, HOME)
    with pytest.raises(SignInRefused):
        people.second_factor(_half(people), code, HOME)
    with pytest.raises(SignInRefused):  # one step back would be in time, but is older than the one that was used
        people.second_factor(_half(people), shown_code(secret, clock, steps=-1), HOME)
    people.second_factor(_half(people), shown_code(secret, clock, steps=1), HOME)


def test_of_two_uses_of_one_code_at_once_one_wins(people: People, ada: Caller, clock: StepClock) -> None:
    """Two half sessions that show the same code in the same instant: one is completed."""
    secret, _ = enrol(people, ada, clock)
    clock.step(60)
    code, halves, start = shown_code(secret, clock), [_half(people), _half(people)], threading.Barrier(2)
    completed: list[SignedIn] = []

    def run(half: str) -> None:
        start.wait()
        try:
            completed.append(people.second_factor(half, code, HOME))
        except SignInRefused:
            return

    threads = [threading.Thread(target=run, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(completed) == 1


@pytest.mark.usefixtures("ada")
def test_what_is_used_up_is_used_up_in_the_file(db: StateDb, clock: StepClock) -> None:
    """Whoever read before another one wrote comes too late: a step and a half session serve once."""
    store, sessions = PeopleStore(db), Sessions(db, clock)
    assert [store.use_step("ada", step) for step in (7, 7, 6, 8)] == [True, False, False, True]
    half, _ = sessions.begin("ada", pending=True)
    assert [bool(sessions.complete(half)) for _ in range(2)] == [True, False]
    assert [store.use_setup_code("x") for _ in range(2)] == [False, False]
    gone, _ = sessions.begin("ada", pending=False)
    sessions.end("ada", gone.id)
    assert sessions.rotate(gone.id) is None


def test_a_code_on_paper_serves_once_and_for_its_owner_alone(people: People, ada: Caller, clock: StepClock) -> None:
    """Each of the ten stands for the factor once, however it is typed; another person's does not."""
    _, codes = enrol(people, ada, clock)
    bob = join(people, ada, "bob", Grant("viewer"))
    _, others = enrol(people, bob, clock)
    typed = codes[3].reveal().lower().replace("-", " ")
    people.second_factor(_half(people), typed, HOME)
    assert people.person("ada").recovery_codes == 9
    for wrong in (typed, others[0].reveal()):
        with pytest.raises(SignInRefused):
            people.second_factor(_half(people), wrong, HOME)
    assert people.person("bob").recovery_codes == 10


def test_a_half_session_ends_after_some_wrong_codes(people: People, ada: Caller, clock: StepClock) -> None:
    """Then the password is asked for again, and the right code comes too late."""
    secret, _ = enrol(people, ada, clock)
    clock.step(60)
    half = _half(people)
    right = shown_code(secret, clock)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for number in range(FAILURES_MAX):
        with pytest.raises(SignInRefused, match="code"):
            people.second_factor(half, wrong, f"192.0.2.{number}")
    clock.step(1)
    with pytest.raises(SignInRefused, match="sign in again"):
        people.second_factor(half, right, HOME)


def test_guessing_at_codes_is_slowed_however_often_the_password_is_given(
    people: People, ada: Caller, clock: StepClock
) -> None:
    """Who has the password cannot begin anew with each sign-in: in an hour a few guesses are heard, not thousands."""
    secret, _ = enrol(people, ada, clock)
    clock.step(60)
    right = {shown_code(secret, clock, steps=step) for step in range(-1, 150)}
    wrong = next(f"{number:06d}" for number in range(1_000) if f"{number:06d}" not in right)
    heard = 0
    for second in range(720):
        clock.step(5)
        try:
            people.second_factor(_half(people, address=f"198.51.{second // 256}.{second % 256}"), wrong)
        except SignInRefused:
            heard += 1
        except TooMany:
            continue
    assert heard < 20


def test_a_half_session_is_waited_for_ten_minutes(people: People, ada: Caller, clock: StepClock) -> None:
    """Whoever comes later gives the password again."""
    secret, _ = enrol(people, ada, clock)
    half = _half(people)
    clock.step(599)
    assert people.pending_of_session(half)
    clock.step(1)
    with pytest.raises(SignInRefused):
        people.second_factor(half, shown_code(secret, clock), HOME)


def test_an_invitation_sets_a_password_once_in_time(people: People, ada: Caller, clock: StepClock) -> None:
    """The link serves once, within 72 hours; a weak password does not use it up; another link ends the first."""
    first = people.invite(ada, "bob", "Bob", [Grant("operator", "alder")])
    second = people.invite_again(ada, "bob")
    assert people.person("bob").state == "invited"
    with pytest.raises(SignInRefused):
        people.accept(first.code.reveal(), PHRASE)
    with pytest.raises(InputError):
        people.accept(second.code.reveal(), "short")
    done = people.accept(second.code.reveal(), PHRASE)
    assert (done.action, done.subject) == ("people.accepted", "bob")
    with pytest.raises(SignInRefused):
        people.accept(second.code.reveal(), OTHER_PHRASE)
    bob = caller(people, people.sign_in("bob", PHRASE, HOME))
    assert (bob.may("fleet.act", "alder"), bob.may("fleet.act", "birch")) == (True, False)
    late = people.invite(ada, "carol").code.reveal()
    clock.step(72 * 3600)
    with pytest.raises(SignInRefused):
        people.accept(late, PHRASE)


def test_a_new_link_for_a_forgotten_password_changes_nothing_until_it_is_used(people: People, ada: Caller) -> None:
    """Until then the old password holds; then it does not, and sessions of old are over."""
    bob = people.sign_in(join(people, ada, "bob").name, PHRASE, HOME)
    link = people.invite_again(ada, "bob").code.reveal()
    people.sign_in("bob", PHRASE, HOME)
    people.accept(link, OTHER_PHRASE)
    assert people.caller_of_session(cookie_of(bob)) is None
    with pytest.raises(SignInRefused):
        people.sign_in("bob", PHRASE, HOME)
    people.sign_in("bob", OTHER_PHRASE, HOME)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cookie=st.one_of(st.none(), st.text([*ODD, "\ud800"]), st.binary().map(bytes.hex)))
def test_a_forged_cookie_or_header_is_nobody(people: People, cookie: str | None) -> None:
    """Whatever a stranger sends: nobody, and no error."""
    assert people.caller_of_session(cookie) is None
    assert people.pending_of_session(cookie) is None
    for header in (cookie, f"Bearer {cookie}", f"Bearer mtg_{cookie}", f"Basic {cookie}"):
        assert people.caller_of_token(header) is None


def test_what_is_kept_of_a_cookie_does_not_open_a_session(people: People, ada: Caller, db: StateDb) -> None:
    """Whoever reads the file of tables cannot sign in with what stands there, nor with an id or a form's mark."""
    token = people.new_token(ada, "report", ["fleet.read"])
    kept = [row[0] for row in db.rows("SELECT sha256 FROM session UNION SELECT sha256 FROM token")]
    for stolen in (*kept, ada.session, ada.csrf, token.token.id):
        assert people.caller_of_session(stolen) is None
        assert people.caller_of_token(f"Bearer {stolen}") is None
        assert people.caller_of_token(f"Bearer mtg_{stolen}") is None
    assert people.caller_of_token(f"bearer  {token.secret.reveal()}") is not None


def _half(people: People, name: str = "ada", address: str = HOME) -> str:
    """The cookie of somebody who has given the password."""
    return cookie_of(people.sign_in(name, PHRASE, address))
