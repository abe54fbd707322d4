"""The forms of facts: made from the declarations, complete in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from mintage.desk.fact_words import kind_name, words
from mintage.desk.record_form import AMOUNTS, EXAMPLES, FieldForm, kind_form, rooms
from mintage.desk.record_rights import may_record, right_of, table
from mintage.house import rulebook
from mintage.journal.fact import fact_class, fact_kinds
from mintage.journal.fields import field_readers
from mintage.people.caller import Caller
from mintage.people.roles import Grant, role_book

DAY = date(2025, 7, 1)


def _caller(role: str) -> Caller:
    return Caller(name="x", grants=(Grant(role),))


def _forms() -> dict[str, tuple[FieldForm, ...]]:
    rulebook()
    return {kind: kind_form(kind, DAY).fields for kind in fact_kinds()}


def test_every_kind_and_field_is_told_in_both_languages() -> None:
    """The table has a word for each kind, field and meaning that is declared, and none that is not."""
    told = words()
    forms = _forms()
    fields = [field for form in forms.values() for field in form]
    every = [*fields, *(part for field in fields for part in field.parts)]
    assert set(told.kind) == set(forms)
    assert set(told.field) == {field.name for field in every}
    assert set(told.meaning) == {field.says_en for field in every}


def test_every_field_of_every_kind_has_a_form_and_those_that_are_needed_come_first() -> None:
    """No field of a declaration is left out, so nothing that a file can say cannot be typed."""
    for kind, form in _forms().items():
        assert {field.name for field in form} == set(fact_class(kind).__struct_fields__)
        needed = [field.required for field in form]
        assert needed == sorted(needed, reverse=True)
        assert all(field.says_en for field in form), kind


@pytest.mark.parametrize("unit", [*AMOUNTS, "count", "decimal"])
def test_what_the_form_gives_as_an_example_is_read(unit: str) -> None:
    """An example that a reader copies is understood by the one parser."""
    example = AMOUNTS.get(unit) or EXAMPLES[unit]
    tried = 0
    for kind, form in _forms().items():
        for field in form:
            if field.unit == unit:
                field_readers(fact_class(kind))[field.name](example)
                tried += 1
    assert tried > 0


def test_rights_of_rooms_are_rights_and_each_room_is_in_the_table() -> None:
    """A room that is missing would be recorded by nobody; a right that nobody can have would lock it."""
    rulebook()
    assert {kind.partition(".")[0] for kind in fact_kinds()} <= set(table().room)
    assert {right_of(kind) for kind in fact_kinds()} <= set(role_book().right)
    assert set(table().kept) <= set(fact_kinds())


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("sales", "sales.order-placed", "treasury.bitcoin-sold"),
        ("treasurer", "capital.ads-issued", "sales.order-placed"),
        ("controller", "books.entry", "journal.reversed"),
        ("administrator", "mining.earned", "people.acted"),
    ],
)
def test_roles_record_what_the_table_says(role: str, may: str, may_not: str) -> None:
    """Each role sees the kinds that it may record and no other, in the list too."""
    who = _caller(role)
    listed = {row.kind for room in rooms(who) for row in room.kinds}
    assert may in listed
    assert may_not not in listed
    assert listed == {kind for kind in fact_kinds() if may_record(who, kind)}
    assert rooms(_caller("viewer")) == ()


@pytest.mark.parametrize("asked", ["bitcoin sold", "賣出比特幣", "treasury.bitcoin-sold"])
def test_kinds_are_found_by_words_of_either_language(asked: str) -> None:
    """A reader finds a kind by what it is called."""
    found = [row.kind for room in rooms(_caller("administrator"), asked) for row in room.kinds]
    assert "treasury.bitcoin-sold" in found
    assert len(found) < 10


def test_names_are_written_as_people_write_them() -> None:
    """A declared name becomes words."""
    assert kind_name("capital.ads-issued") == ("ADS issued", "發行 ADS")
