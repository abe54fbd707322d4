"""Passwords: which are taken, and what it costs to guess one."""

from __future__ import annotations

import time
import unicodedata

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from mintage.people.passwords import LENGTH_MAX, LENGTH_MIN, Effort, Passwords, check_password, common_passwords
from mintage.units.errors import InputError

CHEAP = Effort(memory_kib=64, passes=1)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "characters"),
        ("elevenchars", "characters"),
        ("x" * (LENGTH_MAX + 1), "characters"),
        ("Password1234", "guessed first"),
        ("CorrectHorseBatteryStaple", "guessed first"),
        ("aaaaaaaaaaaaaaaa", "guessed first"),
        ("abababababababab", "guessed first"),
        ("ada.lovelace12", "own name"),
        ("Lovelace-Ada-1815", "own name"),
        ("ada ada ada ada 12", "own name"),
    ],
)
def test_passwords_that_are_guessed_at_once_are_refused(password: str, why: str) -> None:
    """Length, a list of common ones, and the person's own name in any order and case; nothing else is asked."""
    with pytest.raises(InputError, match=why):
        check_password(password, "ada.lovelace", "Ada Lovelace")


@pytest.mark.parametrize(
    "password", ["under the bridge", "ada has a very long one", "新竹的風吹過山丘與海邊唷", "zq" * 6 + "abc"]
)
def test_other_passwords_are_taken(password: str) -> None:
    """No rules of composition: words in any script serve, also beside a name."""
    check_password(password, "ada", "Ada")


def test_the_shipped_list_holds_only_what_length_does_not_refuse() -> None:
    """Each row earns its place: it is long enough to be taken otherwise."""
    assert len(common_passwords()) > 100
    assert not [word for word in common_passwords() if len(word) < LENGTH_MIN]


def test_a_hash_says_its_parameters_and_another_salt_each_time() -> None:
    """argon2id with the memory, passes and lanes that we name; the same password is never kept alike."""
    kept = Passwords().kept("under the bridge")
    found = extract_parameters(kept)
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 65_536, 3, 1)
    assert (found.salt_len, found.hash_len) == (16, 32)
    cheap = Passwords(CHEAP)
    assert cheap.kept("under the bridge") != cheap.kept("under the bridge")


def test_only_the_password_itself_verifies() -> None:
    """Another one, one cut short, nothing and a damaged hash all fail without an error."""
    passwords = Passwords(CHEAP)
    kept = passwords.kept("under the bridge")
    assert passwords.verify(kept, "under the bridge")
    for other in ("Under the bridge", "under the bridg", "", "under the bridge ", "x" * 100_000, "\ud800"):
        assert not passwords.verify(kept, other)
    assert not passwords.verify("", "")
    assert not passwords.verify("", "under the bridge")
    assert not passwords.verify("$argon2id$nonsense", "under the bridge")


def test_one_spelling_of_unicode_is_as_good_as_another() -> None:
    """A keyboard that composes accents and one that does not make the same password."""
    passwords = Passwords(CHEAP)
    one, other = (unicodedata.normalize(form, "café beside the river") for form in ("NFC", "NFD"))
    assert one != other
    assert passwords.verify(passwords.kept(one), other)


def test_a_password_of_nobody_costs_as_much() -> None:
    """Processor time, not wall time, and the best of some: where nothing is kept the work is the same."""
    passwords = Passwords(Effort(memory_kib=16_384, passes=2))
    kept = passwords.kept("under the bridge")

    def cost_s(stored: str) -> float:
        began = time.process_time()
        assert not passwords.verify(stored, "another password")
        return time.process_time() - began

    known, unknown = (min(cost_s(stored) for _ in range(5)) for stored in (kept, ""))
    assert known / 2 < unknown < known * 2


def test_a_changed_effort_is_noticed() -> None:
    """What was kept with other parameters still verifies, and is known to be outdated."""
    old, new = Passwords(CHEAP), Passwords(Effort(memory_kib=128, passes=2))
    kept = old.kept("under the bridge")
    assert new.verify(kept, "under the bridge")
    assert (old.outdated(kept), new.outdated(kept)) == (False, True)
