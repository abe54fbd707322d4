"""The form of each kind of fact, made from its own declaration: fields with meaning, unit and example."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from mintage.desk.fact_words import field_meaning, field_name, kind_meaning, kind_name
from mintage.desk.record_rights import may_record, table
from mintage.house import rulebook
from mintage.journal.fact import FactData, fact_class, fact_kinds
from mintage.journal.fields import without_none
from mintage.journal.reference import FieldReference, describe_kind, field_meanings
from mintage.people.caller import Caller

Shape = Literal["text", "amount", "number", "date", "choice", "lines", "rows"]
AMOUNTS = {"USD": "$1,250.00", "BTC": "1.25 BTC", "TH/s": "1.5 EH/s", "kWh": "1,200 MWh"}
"""How an amount is typed, by its unit."""
EXAMPLES = {"count": "250", "decimal": "0.065", "hour UTC": "24", "name": "alder-1", "period": "2025Q2"}
ROWS = 8
"""Rows of a list that the form offers."""


class FieldForm(msgspec.Struct, frozen=True, kw_only=True):
    """One field.

    Attributes:
        name: its name, as files and the API have it.
        en: what people call it, in English.
        zh: in Traditional Chinese.
        says_en: what it means.
        says_zh: the same in Traditional Chinese.
        unit: unit of a bare number, or what it is: "USD", "count", "name", "text" ...
        shape: what is typed into.
        required: whether it must be given.
        default: what it is where it is left out.
        example: how it is typed.
        choices: words that it may be, where it is one of a few.
        parts: fields of each row, where it is a list of rows.
    """

    name: str
    en: str
    zh: str
    says_en: str
    says_zh: str
    unit: str
    shape: Shape
    required: bool
    default: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    parts: tuple[FieldForm, ...] = ()


class KindRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kind that can be recorded.

    Attributes:
        kind: its name.
        en: what people call it, in English.
        zh: in Traditional Chinese.
        says_en: what a fact of it says.
        says_zh: the same in Traditional Chinese.
    """

    kind: str
    en: str
    zh: str
    says_en: str
    says_zh: str


class RoomKinds(msgspec.Struct, frozen=True, kw_only=True):
    """The kinds of one room.

    Attributes:
        room: the room.
        en: its name in English.
        zh: in Traditional Chinese.
        kinds: what can be recorded of it.
    """

    room: str
    en: str
    zh: str
    kinds: tuple[KindRow, ...]


class KindForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one kind.

    Attributes:
        row: the kind.
        fields: its fields; those that must be given first.
        key: a key that no fact has yet, to be kept or replaced by one of the company's own.
        date: the accounting date that is proposed.
    """

    row: KindRow
    fields: tuple[FieldForm, ...]
    key: str
    date: date


def rooms(caller: Caller, asked: str = "") -> tuple[RoomKinds, ...]:
    """Kinds that somebody may record, by room.

    Args:
        caller: who asks.
        asked: words that each kind must have in its names or meaning, in either language.
    """
    rulebook()  # declares every kind
    found = []
    for room, row in table().room.items():
        kinds = tuple(
            told
            for kind, cls in sorted(fact_kinds().items())
            if kind.partition(".")[0] == room and may_record(caller, kind) and _fits(told := kind_row(cls), asked)
        )
        if kinds:
            found.append(RoomKinds(room=room, en=row.en, zh=row.zh, kinds=kinds))
    return tuple(found)


def kind_row(cls: type[FactData]) -> KindRow:
    """A kind in words."""
    en, zh = kind_name(cls.kind)
    meaning = describe_kind(cls).meaning
    return KindRow(kind=cls.kind, en=en, zh=zh, says_en=meaning, says_zh=kind_meaning(cls.kind, meaning))


def kind_form(kind: str, today: date) -> KindForm:
    """The form of a kind.

    Raises:
        InputError: there is no such kind.
    """
    rulebook()
    cls = fact_class(kind)
    hints = get_type_hints(cls, include_extras=True)
    fields = [_field(item, hints[item.name]) for item in describe_kind(cls).fields]
    return KindForm(
        row=kind_row(cls),
        fields=tuple(sorted(fields, key=lambda item: not item.required)),
        key=f"{kind.partition('.')[2]}-{today.isoformat()}-{secrets.token_hex(3)}",
        date=today,
    )


def _fits(row: KindRow, asked: str) -> bool:
    text = f"{row.kind} {row.en} {row.zh} {row.says_en} {row.says_zh}".casefold()
    return all(word in text for word in asked.casefold().split())


def _field(item: FieldReference, hint: Any) -> FieldForm:
    hint = without_none(hint)
    choices = tuple(word for word in get_args(hint) if isinstance(word, str)) if get_origin(hint) is Literal else ()
    shape, parts = _shape(item, hint, choices)
    en, zh = field_name(item.name)
    return FieldForm(
        name=item.name,
        en=en,
        zh=zh,
        says_en=item.meaning,
        says_zh=field_meaning(item.meaning),
        unit=item.unit if shape in ("amount", "number") else "",
        shape=shape,
        required=item.required,
        default=item.default if item.default not in ("()", "None", "empty") else "",
        example=AMOUNTS.get(item.unit) or EXAMPLES.get(item.unit, ""),
        choices=choices,
        parts=parts,
    )


def _shape(item: FieldReference, hint: Any, choices: tuple[str, ...]) -> tuple[Shape, tuple[FieldForm, ...]]:
    if choices:
        return "choice", ()
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        if isinstance(element, type) and issubclass(element, msgspec.Struct):
            return "rows", tuple(_parts(element))
        return "lines", ()
    if item.unit in AMOUNTS:
        return "amount", ()
    if item.unit == "date":
        return "date", ()
    return ("number" if item.unit in ("count", "decimal", "number", "hour UTC", "degrees") else "text"), ()


def _parts(element: type[msgspec.Struct]) -> list[FieldForm]:
    """The fields of each row of a list."""
    meanings = field_meanings(element)
    found = []
    for part in msgspec.structs.fields(element):
        en, zh = field_name(part.name)
        meaning = meanings.get(part.name, "")
        found.append(
            FieldForm(
                name=part.name,
                en=en,
                zh=zh,
                says_en=meaning,
                says_zh=field_meaning(meaning),
                unit="",
                shape="text",
                required=part.required,
            )
        )
    return found
