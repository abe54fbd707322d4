"""Keeping people."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.people.caller import Caller, Forbidden
from mintage.people.done import Done
from mintage.people.passwords import Passwords
from mintage.people.roles import EVERYWHERE, Grant, rights_of, role_book
from mintage.people.service import People
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from tests.people.conftest import CHEAP, START_US
from tests.people.persons import HOME, PHRASE, caller, enrol, join

ROLES = sorted(set(role_book().role) - {"administrator"})


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_keep_people(people: People, ada: Caller, role: str) -> None:
    """Every act on others is refused to every other role, before anything is said about anybody."""
    who = join(people, ada, "bob", Grant(role))
    join(people, ada, "carol", Grant("viewer"))
    acts: list[Callable[[], Done]] = [
        lambda: people.add_person(who, "eve", "Eve", PHRASE),
        lambda: people.invite(who, "eve"),
        lambda: people.invite_again(who, "carol"),
        lambda: people.disable_person(who, "carol"),
        lambda: people.enable_person(who, "nobody"),
        lambda: people.grant(who, "bob", "administrator"),
        lambda: people.revoke(who, "carol", "viewer"),
        lambda: people.new_token(who, "t", ["books.read"], name="carol"),
        lambda: people.revoke_token(who, "t-1", "carol"),
        lambda: people.end_session(who, "s-1", "carol"),
        lambda: people.end_sessions(who, "carol"),
        lambda: people.remove_totp(who, PHRASE, "carol"),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert [person.name for person in people.people()] == ["ada", "bob", "carol"]


def test_whoever_has_a_role_keeps_the_own_account_and_without_one_not(people: People, ada: Caller) -> None:
    """Somebody without any role may do nothing at all."""
    bob, carol = join(people, ada, "bob", Grant("sales")), join(people, ada, "carol")
    people.end_sessions(bob)
    with pytest.raises(Forbidden):
        people.end_sessions(carol)
    assert not any(carol.may(right) for right in role_book().right)


@pytest.mark.parametrize(
    "name", ["", "Ada", "ada lovelace", "-ada", "ada/..", "ada\n", "ädä", "a" * 64, "阿達", "ada@x"]
)
def test_names_that_facts_cannot_hold_are_refused(people: People, ada: Caller, name: str) -> None:
    """A login is the actor of facts."""
    with pytest.raises(InputError, match="lower-case"):
        people.invite(ada, name)


@pytest.mark.parametrize("shown", ["x" * 101, "a\x00b", "a\u202eb", "\ud800"])
def test_shown_names_steer_no_terminal(people: People, ada: Caller, shown: str) -> None:
    """Control and direction characters are refused; markup is text like other text, which pages escape."""
    with pytest.raises(InputError, match="shown"):
        people.invite(ada, "bob", shown)
    people.invite(ada, "carol", "  <b>Carol</b>\n 陳 ")
    assert people.person("carol").shown == "<b>Carol</b> 陳"


def test_a_name_is_given_once(people: People, ada: Caller) -> None:
    """Also to somebody who is disabled: facts of two people never bear one name."""
    join(people, ada, "bob")
    people.disable_person(ada, "bob")
    with pytest.raises(InputError, match="taken"):
        people.invite(ada, "bob")
    with pytest.raises(InputError, match="disabled"):
        people.invite_again(ada, "bob")
    with pytest.raises(InputError, match="nobody of the name"):
        people.person("eve")


@pytest.mark.parametrize(
    ("role", "site", "why"),
    [
        ("king", EVERYWHERE, "no role"),
        ("viewer", "alder", "whole company"),
        ("administrator", "alder", "whole company"),
        ("operator", "../x", "no site"),
        ("operator", "", "no site"),
    ],
)
def test_roles_that_cannot_be_given_are_refused(people: People, ada: Caller, role: str, site: str, why: str) -> None:
    """An unknown role, a site for a role of the company, a site that no file can name."""
    join(people, ada, "bob")
    with pytest.raises(InputError, match=why):
        people.grant(ada, "bob", role, site)
    assert people.person("bob").grants == ()


def test_a_role_holds_at_its_site(people: People, ada: Caller) -> None:
    """An operator of one site may act there, sees that there is something, and nothing elsewhere."""
    done = people.grant(ada, join(people, ada, "bob").name, "operator", "alder")
    assert (done.action, done.subject, done.detail, done.by) == ("people.granted", "bob", "operator at alder", "ada")
    bob = caller(people, people.sign_in("bob", PHRASE, HOME))
    for right in rights_of("operator") - {"self.write"}:
        assert (bob.may(right, "alder"), bob.may(right), bob.may(right, "birch")) == (True, True, False)
    with pytest.raises(InputError, match="already"):
        people.grant(ada, "bob", "operator", "alder")
    with pytest.raises(InputError, match="does not have"):
        people.revoke(ada, "bob", "operator")


def test_the_last_administrator_stays(people: People, ada: Caller) -> None:
    """Neither disabled nor stripped of the role; one who is only invited, or disabled, does not count."""
    people.invite(ada, "bob", "Bob", [Grant("administrator")])
    join(people, ada, "carol", Grant("administrator"))
    people.disable_person(ada, "carol")
    acts: list[Callable[[], Done]] = [
        lambda: people.disable_person(ada, "ada"),
        lambda: people.revoke(ada, "ada", "administrator"),
    ]
    for act in acts:
        with pytest.raises(InputError, match="last administrator"):
            act()
        assert people.person("ada").state == "active"
        assert people.person("ada").grants == (Grant("administrator"),)
    people.enable_person(ada, "carol")
    people.disable_person(ada, "ada")
    assert people.person("ada").state == "disabled"


NAMES = ("ada", "bob", "carol")
ACTS = st.tuples(st.sampled_from(("disable", "enable", "grant", "revoke")), st.sampled_from(NAMES))


@settings(max_examples=25, deadline=None)
@given(acts=st.lists(ACTS, max_size=16))
def test_whatever_is_done_an_administrator_remains(acts: list[tuple[str, str]]) -> None:
    """After any acts somebody can sign in and keep people."""
    with tempfile.TemporaryDirectory() as folder, closing(StateDb(Path(folder) / "c.db")) as db:
        people = People(db, StepClock(START_US), passwords=Passwords(CHEAP))
        ada = caller(people, people.setup(people.setup_code().reveal(), "ada", "Ada", PHRASE))
        for name in NAMES[1:]:
            people.add_person(ada, name, name, PHRASE)
        by = Caller(name="root", grants=(Grant("administrator"),), via="command")
        for act, name in acts:
            with suppress(InputError):
                match act:
                    case "disable":
                        people.disable_person(by, name)
                    case "enable":
                        people.enable_person(by, name)
                    case "grant":
                        people.grant(by, name, "administrator")
                    case _:
                        people.revoke(by, name, "administrator")
            able = [p for p in people.people() if p.state == "active" and Grant("administrator") in p.grants]
            assert able
            assert caller(people, people.sign_in(able[0].name, PHRASE)).may("people.write")


def test_two_administrators_who_remove_each_other_at_once_leave_one(people: People, ada: Caller) -> None:
    """Each sees the other one when it looks; one of the two acts is refused all the same."""
    bob = join(people, ada, "bob", Grant("administrator"))
    refused: list[InputError] = []
    start = threading.Barrier(2)

    def run(by: Caller, name: str) -> None:
        start.wait()
        try:
            people.disable_person(by, name)
        except InputError as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=args) for args in ((ada, "bob"), (bob, "ada"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(person.state for person in people.people()) == ["active", "disabled"]


def test_a_lost_phone_is_the_administrators_to_remove(people: People, ada: Caller, clock: StepClock) -> None:
    """With the administrator's own password; then the person's password alone signs in."""
    bob = join(people, ada, "bob", Grant("viewer"))
    enrol(people, bob, clock)
    assert people.person("bob").second_factor
    people.remove_totp(ada, PHRASE, "bob")
    assert not people.sign_in("bob", PHRASE, HOME).pending
    assert people.sessions("ada")


def test_new_codes_on_paper_replace_the_former_ones(people: People, ada: Caller, clock: StepClock) -> None:
    """Ten again; without a second factor there are none."""
    with pytest.raises(InputError, match="no second factor"):
        people.new_recovery_codes(ada, PHRASE)
    _, old = enrol(people, ada, clock)
    new = people.new_recovery_codes(ada, PHRASE).codes
    assert not set(old) & set(new)
    assert people.person("ada").recovery_codes == 10


def test_an_offered_factor_counts_from_its_first_code_on(people: People, ada: Caller) -> None:
    """Looking at the picture and going away locks nobody out."""
    people.enrol_totp(ada, PHRASE)
    assert not people.sign_in("ada", PHRASE, HOME).pending
    assert not people.person("ada").second_factor
