"""What the docs say of facts: read from the declarations themselves, so that they cannot drift apart."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from mintage.journal.fact import FactData
from mintage.journal.fields import field_unit, without_none
from mintage.units import commodity

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


class FieldReference(msgspec.Struct, frozen=True):
    """One field of a kind of fact.

    Attributes:
        unit: what a bare number in a file means: "USD", "BTC", "TH/s", "kWh", "count", "decimal", "name", "text", ...
        default: the value when it is left out, as text.
    """

    name: str
    unit: str
    required: bool
    default: str
    meaning: str


class KindReference(msgspec.Struct, frozen=True):
    """A kind of fact: its name, what it means, and its fields."""

    kind: str
    meaning: str
    fields: tuple[FieldReference, ...]


def describe_kind(cls: type[FactData]) -> KindReference:
    """The reference of a kind of fact, from its class and docstring."""
    doc = cleandoc(cls.__doc__ or "")
    hints = get_type_hints(cls, include_extras=True)
    meanings = field_meanings(cls)
    fields = tuple(
        FieldReference(
            field.name,
            _unit_name(hints[field.name]),
            field.required,
            "" if field.required else _default(field),
            meanings.get(field.name, ""),
        )
        for field in msgspec.structs.fields(cls)
    )
    return KindReference(cls.kind, doc.partition("\n\n")[0].replace("\n", " "), fields)


def field_meanings(cls: type) -> dict[str, str]:
    """What the docstring's "Attributes:" section says of each field."""
    doc = cleandoc(cls.__doc__ or "")
    section = doc.partition("Attributes:\n")[2]
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(section)}


def _default(field: Any) -> str:
    return str(field.default) if field.default is not msgspec.NODEFAULT else "empty"


def _unit_name(hint: Any) -> str:
    unit = field_unit(hint)
    if unit in {"USD", "BTC", "HASHRATE", "ENERGY"}:
        return commodity(unit).unit
    if unit:
        return {"price": "decimal"}.get(unit, unit)
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        return f"list of {getattr(element, '__name__', 'text').replace('str', 'text')}"
    hint = without_none(hint)
    options = get_args(hint)
    if options and all(isinstance(option, str) for option in options):
        return " | ".join(options)
    return {"str": "text", "date": "date", "bool": "yes/no", "int": "number"}.get(getattr(hint, "__name__", ""), "text")
