"""The journal's answers: facts found and told whole, registers with balances, accounts that add up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.desk.company import Company
from mintage.desk.journal import asked_for, facts
from mintage.desk.journal_fact import FactAnswer, fact
from mintage.desk.register import accounts, postings
from mintage.journal.core import Reversal
from mintage.journal.fact import Fact
from mintage.people.caller import Caller
from mintage.people.roles import Grant
from mintage.units import parse_instant
from mintage.units.errors import InputError
from tests.desk.example import at_its_desk, encodes

READER = Caller(name="carla", grants=(Grant("controller"),))
UNDONE = "power:2025-07:pa-stillwater"
"""A bill that is reversed."""


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with at_its_desk(example_db, tmp_path_factory.mktemp("desk")) as found:
        at = parse_instant("2025-08-09T00:00:00Z")
        data = Reversal(of=UNDONE, reason="credited twice")
        found.journal.append([Fact(key="undo", at=at, date=found.today(), actor="ann", data=data)])
        yield found


def test_the_facts_of_all_pages_are_all_facts(company: Company) -> None:
    """From page to page by cursor, every fact once, the latest first."""
    keys, after = [], ""
    while True:
        page = facts(company, READER, asked_for(), after, 500)
        keys += [row.key for row in page.rows]
        after = page.next
        if not after:
            break
    assert len(keys) == page.total == len(set(keys))
    assert keys[0] == "undo"
    assert encodes(page)


def test_facts_are_found_by_what_they_say(company: Company) -> None:
    """Kind, actor, days and words; each row leads to its fact, and says when it was reversed."""
    page = facts(company, READER, asked_for(kind="mining.power-billed", start="2025-07-01"))
    assert {row.kind for row in page.rows} == {"mining.power-billed"}
    undone = {row.key: row.reversed_by for row in page.rows if row.reversed_by}
    assert undone == {UNDONE: "undo"}
    assert [row.key for row in facts(company, READER, asked_for(actor="ann")).rows] == ["undo"]
    assert [row.key for row in facts(company, READER, asked_for(q="credited TWICE")).rows] == ["undo"]
    assert not facts(company, READER, asked_for(q="nothing says this")).rows


@pytest.mark.parametrize(("query", "field"), [({"start": "soon"}, "start"), ({"end": "2025-13-01"}, "end")], ids=str)
def test_a_day_that_is_none_is_refused_by_name(query: dict[str, str], field: str) -> None:
    """The error names the field and how to write it."""
    with pytest.raises(InputError) as caught:
        asked_for(**query)
    assert caught.value.field == field


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 30, "²"])
def test_a_cursor_that_is_none_is_refused(company: Company, cursor: str) -> None:
    """Whatever stands in the address, the answer is a clear refusal."""
    with pytest.raises(InputError, match="no cursor"):
        facts(company, READER, asked_for(), cursor)
    with pytest.raises(InputError, match="no cursor"):
        postings(company, after=cursor)


def every_kind(company: Company) -> dict[str, str]:
    """A key of each kind in the journal."""
    return {stored.fact.kind: stored.fact.key for stored in company.view().journal.facts()}


def test_a_fact_of_every_kind_is_told_whole(company: Company) -> None:
    """Every field has a name in both languages and says something; what it posted balances by commodity."""
    found = every_kind(company)
    assert len(found) > 35
    for kind, key in found.items():
        told = fact(company, READER, key)
        assert encodes(told)
        assert (told.row.kind, told.row.key) == (kind, key)
        assert all(field.en and field.zh for field in told.fields), kind
        assert told.meaning
        sums: dict[str, Decimal] = {}
        for leg in told.postings:
            assert leg.figure.value is not None
            sums[leg.figure.unit] = sums.get(leg.figure.unit, Decimal(0)) + leg.figure.value
        assert not any(sums.values()), kind


def test_facts_stand_in_their_chain(company: Company) -> None:
    """A fact's hash before is the hash of the fact before, from the last to the first."""
    told: FactAnswer = fact(company, READER, "undo")
    assert told.reverses == UNDONE
    assert told.after == ""
    for _ in range(5):
        earlier = fact(company, READER, told.before)
        assert (earlier.hash, earlier.after) == (told.previous, told.row.key)
        told = earlier
    first = fact(company, READER, next(iter(company.view().journal.facts())).fact.key)
    assert (first.before, first.previous) == ("", "00" * 32)


def test_a_fact_that_is_not_there_is_refused(company: Company) -> None:
    """With a way out, and without repeating an endless key."""
    with pytest.raises(InputError, match="there is no fact") as caught:
        fact(company, READER, "x" * 400)
    assert len(str(caught.value)) < 200


def test_a_register_adds_up_from_its_opening_to_its_closing(company: Company) -> None:
    """Opening plus all amounts is closing; the first row's balance is the closing, in cash of a quarter."""
    amounts, after, first = Decimal(0), "", None
    while True:
        page = postings(company, "assets:cash:*", "USD", "2025-04-01", "2025-06-30", after, 100)
        first = first or page.rows[0]
        amounts += sum(row.amount.value or Decimal(0) for row in page.rows)
        after = page.next
        if not after:
            break
    opening, closing = page.opening[0].value, page.closing[0].value
    assert opening is not None
    assert opening + amounts == closing == first.balance.value
    assert page.rows[-1].balance.value == opening + (page.rows[-1].amount.value or 0)
    assert encodes(page)


def test_accounts_are_those_of_the_books(company: Company) -> None:
    """All USD balances sum to zero; a prefix finds the accounts below it; strange patterns are refused."""
    told = accounts(company, "*", "2025-06-30")
    usd = [figure.value or Decimal(0) for row in told.rows for figure in row.balances if figure.unit == "USD"]
    memo = [
        figure.value or Decimal(0)
        for row in told.rows
        for figure in row.balances
        if figure.unit == "USD" and row.type in {"memo", "world"}
    ]
    assert sum(usd) == 0
    assert memo
    below = accounts(company, "assets:bitcoin", "2025-06-30")
    assert {row.account.partition(":")[0] for row in below.rows} == {"assets"}
    assert len(below.rows) > 5
    for pattern in ("", "a[b]", "x?", "a" * 300, "é"):
        with pytest.raises(InputError, match="pattern"):
            accounts(company, pattern)
