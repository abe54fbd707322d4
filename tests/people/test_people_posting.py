"""The record of who did what."""

from __future__ import annotations

import pytest

from mintage.house import memory_journal
from mintage.journal.fact import decode_fact, encode_fact
from mintage.people.caller import Caller
from mintage.people.done import record
from mintage.people.facts import Acted
from mintage.people.posting import RULES
from tests.rules_on_arrays import assert_linear

AT_US = 1_780_000_000_000_000


@pytest.mark.parametrize("kind", sorted(RULES.rules))
def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
    """Every rule posts on arrays what it posts on numbers."""
    assert_linear(RULES, kind)


def test_a_record_is_booked_once_and_moves_nothing() -> None:
    """The same act of the same request is one fact, however often it is told; another act is another one."""
    journal = memory_journal()
    ada = Caller(name="ada", via="token")
    one = record(ada, "books.close", "2025-06", request="r1", at_us=AT_US)
    journal.append([one])
    journal.append([one])
    journal.append([record(ada, "books.close", "2025-06", request="r1", at_us=AT_US, outcome="refused")])
    assert journal.head()[0] == 2
    assert not journal.balances()
    assert decode_fact(encode_fact(one)) == one
    assert (one.actor, one.kind) == ("ada", "people.acted")


def test_what_was_typed_cannot_break_the_record() -> None:
    """Lines, control characters and length of what somebody typed stay within one short line."""
    fact = record(Caller(name="ada"), "x.y", "a\nb\x1b[2J", request="r", at_us=AT_US, detail="long " * 500)
    assert isinstance(fact.data, Acted)
    assert fact.data.subject == "a b [2J"
    assert len(fact.data.detail) == 500
