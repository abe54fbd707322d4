"""Limits on how often strangers may ask."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.people.caller import Caller
from mintage.people.errors import SignInRefused, TooMany
from mintage.people.limits import DELAY_S_MAX, FREE, KEYS_MAX, Buckets, network_of
from mintage.people.passwords import Passwords
from mintage.people.service import People
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from tests.people.conftest import CHEAP
from tests.people.persons import HOME, OTHER_PHRASE, PHRASE, join


@settings(deadline=None)
@given(asks=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4)), max_size=40), burst=st.integers(4, 10))
def test_a_bucket_gives_its_burst_and_then_its_rate(asks: list[tuple[int, int]], burst: int) -> None:
    """Never more than the burst and what came back meanwhile; who waits as long as was said gets it."""
    clock, given_out, passed_s = StepClock(), 0, 0
    buckets = Buckets(clock, rate_per_s=0.5, burst=burst)
    for gap_s, cost in asks:
        asyncio.run(clock.advance(gap_s))
        passed_s += gap_s
        wait_s = buckets.take("k", cost)
        if wait_s:
            assert wait_s <= cost / 0.5
            assert Buckets(clock, rate_per_s=0.5, burst=burst).take("k", cost) == 0
        else:
            given_out += cost
        assert given_out <= burst + passed_s * 0.5
    wait_s = buckets.take("k", burst)
    if wait_s:
        asyncio.run(clock.advance(wait_s + 0.001))
        assert buckets.take("k", burst) == 0


def test_keys_do_not_share_and_are_bounded() -> None:
    """One address does not use up another's; however many come, memory is bounded and the latest are known."""
    buckets = Buckets(StepClock(), rate_per_s=1, burst=1, keys_max=100)
    for number in range(1_000):
        buckets.insist(f"k{number}")
    assert len(buckets) == 100
    with pytest.raises(TooMany) as refused:
        buckets.insist("k999")
    assert refused.value.wait_s == 1
    buckets.insist("k0")


def test_the_delay_grows_and_even_the_right_password_waits(people: People, ada: Caller, clock: StepClock) -> None:
    """Five attempts are free; then each wait is twice the one before, up to a quarter of an hour."""
    for number in range(FREE["name"]):
        with pytest.raises(SignInRefused):
            people.sign_in(ada.name, OTHER_PHRASE, f"192.0.2.{number}")
    waits = []
    for number in range(12):
        with pytest.raises(TooMany) as refused:
            people.sign_in(ada.name, PHRASE, "198.51.100.1")
        waits.append(refused.value.wait_s)
        clock.step(refused.value.wait_s)
        with pytest.raises(SignInRefused):
            people.sign_in(ada.name, OTHER_PHRASE, f"203.0.113.{number}")
    assert waits == [min(2**n, DELAY_S_MAX) for n in range(12)]
    clock.step(DELAY_S_MAX)
    people.sign_in(ada.name, PHRASE, HOME)
    with pytest.raises(SignInRefused):  # the count began anew
        people.sign_in(ada.name, OTHER_PHRASE, HOME)


def test_a_name_that_nobody_has_is_locked_alike(people: People, ada: Caller) -> None:
    """Being locked out does not say that somebody is there."""
    answers: dict[str, list[str]] = {ada.name: [], "nobody": []}
    for name, heard in answers.items():
        for number in range(8):
            with pytest.raises((SignInRefused, TooMany)) as refused:
                people.sign_in(name, OTHER_PHRASE, f"192.0.2.{number}")
            heard.append(str(refused.value))
    assert answers["nobody"] == answers[ada.name]
    assert "too many" in answers["nobody"][-1]


def test_an_address_that_tries_many_names_is_slowed(people: People, ada: Caller) -> None:
    """One password for all names from one place; a right one of one's own gives back one attempt and no more."""
    heard = 0
    for number in range(100):
        if number % 4 == 0:
            with suppress(TooMany):
                people.sign_in(ada.name, PHRASE, HOME)
        try:
            people.sign_in(f"guess{number}", OTHER_PHRASE, HOME)
        except SignInRefused:
            heard += 1
        except TooMany:
            continue
    assert heard == FREE["address"]
    people.sign_in(ada.name, PHRASE, "198.51.100.7")


def test_failures_outlive_a_restart(people: People, ada: Caller, db: StateDb, clock: StepClock) -> None:
    """Who makes the server start anew does not begin anew."""
    for number in range(FREE["name"]):
        with pytest.raises(SignInRefused):
            people.sign_in(ada.name, OTHER_PHRASE, f"192.0.2.{number}")
    with pytest.raises(TooMany):
        People(db, clock, passwords=Passwords(CHEAP)).sign_in(ada.name, PHRASE, HOME)


def test_the_second_password_question_is_slowed_too(people: People, ada: Caller) -> None:
    """Whoever holds an open browser cannot guess at the password there."""
    for _ in range(FREE["name"]):
        with pytest.raises(SignInRefused):
            people.enrol_totp(ada, OTHER_PHRASE)
    with pytest.raises(TooMany):
        people.change_password(ada, PHRASE, OTHER_PHRASE)


def test_an_administrator_lets_somebody_in_again(people: People, ada: Caller) -> None:
    """Enabling ends a lockout."""
    join(people, ada, "bob")
    for number in range(FREE["name"]):
        with pytest.raises(SignInRefused):
            people.sign_in("bob", OTHER_PHRASE, f"192.0.2.{number}")
    with pytest.raises(TooMany):
        people.sign_in("bob", PHRASE, HOME)
    people.enable_person(ada, "bob")
    people.sign_in("bob", PHRASE, HOME)


def test_counts_are_bounded_and_forgotten(people: People, ada: Caller, db: StateDb, clock: StepClock) -> None:
    """However many names strangers try, the table stays small; after a day without an attempt nothing is left."""
    row = ("name:x", 1, clock.now_us(), 0)
    db.many("INSERT INTO sign_in_failure VALUES (?, ?, ?, ?)", [(f"name:{n}", *row[1:]) for n in range(KEYS_MAX + 50)])
    with pytest.raises(SignInRefused):
        people.sign_in(ada.name, OTHER_PHRASE, HOME)
    assert db.rows("SELECT count(*) FROM sign_in_failure")[0][0] == KEYS_MAX
    clock.step(86_400)
    with pytest.raises(SignInRefused):
        people.sign_in(ada.name, OTHER_PHRASE, HOME)
    assert db.rows("SELECT count(*), max(count) FROM sign_in_failure") == [(2, 1)]


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(address: str, counts_as: str) -> None:
    """A customer has 64 bits of addresses to come from."""
    assert network_of(address) == counts_as


def test_a_network_of_ipv6_is_slowed_as_one(people: People, ada: Caller) -> None:
    """Another address of one's own network does not begin anew."""
    for number in range(FREE["address"]):
        with pytest.raises(SignInRefused):
            people.sign_in(f"guess{number}", OTHER_PHRASE, f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooMany):
        people.sign_in(ada.name, PHRASE, "2001:db8:1:2:ffff::1")
    people.sign_in(ada.name, PHRASE, "2001:db8:1:3::1")
