"""Tokens never do more than their person, and end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.people.caller import Caller, Forbidden
from mintage.people.done import Done
from mintage.people.roles import Grant, allows, role_book
from mintage.people.service import People
from mintage.people.tokens import TOKENS_MAX, Token
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from tests.people.persons import join

BOOK = role_book()
SITES = ("alder", "birch", "cedar")
GRANTS = st.sets(st.builds(Grant, st.sampled_from(sorted(BOOK.role)), st.sampled_from(("*", *SITES))), max_size=4).map(
    lambda grants: tuple(sorted(grants))
)


@given(
    grants=GRANTS,
    rights=st.sets(st.sampled_from(sorted(BOOK.right))),
    sites=st.sets(st.sampled_from(SITES)),
    right=st.sampled_from(sorted(BOOK.right)),
    site=st.sampled_from((None, "*", *SITES)),
)
def test_a_token_is_narrower_than_its_person(
    grants: tuple[Grant, ...], rights: set[str], sites: set[str], right: str, site: str | None
) -> None:
    """Whatever roles, rights and sites: what a token may, its person may, its rights name, and its sites hold."""
    token = Token(
        id="t", person="p", label="l", rights=tuple(rights), sites=tuple(sites), made_us=0, made_by="p", until_us=1
    )
    shown = Caller(name="p", grants=token.narrowed(grants), via="token", rights=frozenset(token.rights))
    if shown.may(right, site):
        assert allows(grants, right, site)
        assert right in rights
        assert not sites or site is None or site in sites
    if right in rights and (not sites or site in sites) and allows(grants, right, site):
        assert shown.may(right, site)


def test_a_token_follows_its_person(people: People, ada: Caller) -> None:
    """A role taken away is taken from the token at once; a new one does not widen it."""
    bob = join(people, ada, "bob", Grant("operator", "alder"), Grant("viewer"))
    made = people.new_token(bob, "agent", ["fleet.read", "fleet.act"])
    shown = _caller(people, made.secret.reveal())
    assert (shown.name, shown.via, shown.token) == ("bob", "token", made.token.id)
    assert shown.may("fleet.act", "alder")
    assert not shown.may("fleet.act", "birch")
    assert not shown.may("books.read")
    people.revoke(ada, "bob", "operator", "alder")
    people.grant(ada, "bob", "controller")
    again = _caller(people, made.secret.reveal())
    assert not again.may("fleet.act")
    assert not again.may("books.close")
    assert again.may("fleet.read", "alder")


@pytest.mark.parametrize(
    ("rights", "sites", "days", "why"),
    [
        (["books.close"], [], 30, "does not have the right"),
        (["fleet.act"], ["birch"], 30, "does not have the right"),
        (["fleet.act"], ["alder", "birch"], 30, "does not have the right"),
        (["chain.read"], ["alder"], 30, "not one of a site"),
        (["fleet.fly"], [], 30, "no right"),
        ([], [], 30, "needs a right"),
        (["fleet.read"], ["*"], 30, "named by its name"),
        (["fleet.read"], ["../x"], 30, "no site"),
        (["fleet.read"], [], 0, "366"),
        (["fleet.read"], [], 367, "366"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    people: People, ada: Caller, rights: list[str], sites: list[str], days: int, why: str
) -> None:
    """A right that the person lacks, no end, a site that no file can name: said, and nothing is made."""
    bob = join(people, ada, "bob", Grant("operator", "alder"), Grant("viewer"))
    with pytest.raises(InputError, match=why):
        people.new_token(bob, "agent", rights, sites=sites, days=days)
    assert people.tokens("bob") == ()


def test_a_token_ends_when_its_days_are_over(people: People, ada: Caller, clock: StepClock) -> None:
    """To the second, and the last use is kept to the minute."""
    made = people.new_token(ada, "report", ["books.read"], days=1)
    header = f"Bearer {made.secret.reveal()}"
    assert people.tokens("ada")[0].used_us == 0
    clock.step(86_399)
    assert people.caller_of_token(header)
    assert people.tokens("ada")[0].used_us == clock.now_us()
    clock.step(1)
    assert people.caller_of_token(header) is None


def test_revoked_and_disabled_tokens_are_worth_nothing(people: People, ada: Caller) -> None:
    """Also after the person is enabled again; somebody else's token cannot be revoked by naming its id."""
    bob = join(people, ada, "bob", Grant("viewer"))
    one, two = (people.new_token(bob, f"t{number}", ["books.read"]) for number in range(2))
    carol = join(people, ada, "carol", Grant("viewer"))
    with pytest.raises(InputError):
        people.revoke_token(carol, one.token.id)
    with pytest.raises(Forbidden):
        people.revoke_token(carol, one.token.id, "bob")
    people.revoke_token(bob, one.token.id)
    assert people.caller_of_token(f"Bearer {one.secret.reveal()}") is None
    assert _caller(people, two.secret.reveal()).name == "bob"
    people.disable_person(ada, "bob")
    people.enable_person(ada, "bob")
    assert people.caller_of_token(f"Bearer {two.secret.reveal()}") is None


def test_a_token_changes_no_credentials(people: People, ada: Caller) -> None:
    """Or one with few rights could make another with many; nor may a demonstration."""
    secret = people.new_token(ada, "all", sorted(BOOK.right)).secret.reveal()
    shown = _caller(people, secret)
    demo = Caller(name="ada", grants=ada.grants, via="demo")
    join(people, ada, "bob")
    for who in (shown, demo):
        acts: list[Callable[[Caller], Done]] = [
            lambda by: people.new_token(by, "wider", ["books.read"]),
            lambda by: people.new_token(by, "wider", ["self.write"], name="bob"),
            lambda by: people.revoke_token(by, "t-1"),
            lambda by: people.end_sessions(by, "bob"),
            lambda by: people.enrol_totp(by, "x"),
            lambda by: people.remove_totp(by, "x"),
            lambda by: people.change_password(by, "x", "y"),
        ]
        for act in acts:
            with pytest.raises(Forbidden):
                act(who)


def test_a_token_gives_no_role_that_it_may_not_use(people: People, ada: Caller) -> None:
    """With the right to keep people alone it can make neither an administrator nor a controller."""
    secret = people.new_token(ada, "joiner", ["people.write", "self.write"]).secret.reveal()
    shown = _caller(people, secret)
    for role in ("administrator", "controller", "viewer"):
        with pytest.raises(Forbidden):
            people.invite(shown, "eve", "Eve", [Grant(role)])
        with pytest.raises(Forbidden):
            people.grant(shown, "ada", role)
    people.invite(shown, "bob")
    assert people.person("bob").grants == ()


def test_there_are_so_many_tokens_and_no_more(people: People, ada: Caller) -> None:
    """One person fills no table; each is a secret of its own with the mark that scanners look for."""
    made = [people.new_token(ada, f"t{number}", ["books.read"]).secret.reveal() for number in range(TOKENS_MAX)]
    assert len(set(made)) == TOKENS_MAX
    assert all(secret.startswith("mtg_") for secret in made)
    with pytest.raises(InputError, match="no more"):
        people.new_token(ada, "one more", ["books.read"])


def _caller(people: People, secret: str) -> Caller:
    found = people.caller_of_token(f"Bearer {secret}")
    assert found is not None
    return found
