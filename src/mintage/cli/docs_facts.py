"""The page that explains every kind of fact and what it posts."""

from __future__ import annotations

from inspect import cleandoc
from typing import get_args, get_origin, get_type_hints

import msgspec

from mintage.cli.docs_markdown import code, page, table
from mintage.cli.docs_postings import posting_lines
from mintage.house import ROOMS, rulebook
from mintage.journal.fact import FactData, fact_kinds
from mintage.journal.reference import FieldReference, describe_kind, field_meanings
from mintage.journal.rules import Rule

INTRODUCTION = """
A fact says that something happened; a posting rule turns it into movements of commodities. The columns "from" and "to"
are credit and debit; `{name}` is filled from the field of that name. An amount in a file is text with its unit
(`"1.25 BTC"`), or a bare number in quotes, which is then in the unit of the table. How files are written:
[files.md](files.md).
"""


def facts_page() -> str:
    """Every kind of fact by room: fields, units, meaning, and what it posts."""
    rules = rulebook().rules
    kinds = fact_kinds()
    parts = [INTRODUCTION]
    for room in ("journal", *ROOMS):
        own = {kind: cls for kind, cls in sorted(kinds.items()) if kind.partition(".")[0] == room}
        parts.append(f"## {room}")
        for kind, cls in own.items():
            parts += _kind_parts(kind, cls, rules.get(kind))
    return page("Facts", *parts)


def _kind_parts(kind: str, cls: type[FactData], rule: Rule | None) -> list[str]:
    reference = describe_kind(cls)
    parts = [f"### {kind}", reference.meaning]
    rows = [(code(f.name), f.unit, needed(f), f.meaning) for f in reference.fields]
    parts.append(table(("field", "unit", "needed", "meaning"), rows))
    parts += _element_parts(cls)
    if rule is None:
        return [*parts, "**Posts** nothing by a rule: the ledger itself acts on it."]
    parts.append(f"**Posts.** {cleandoc(rule.__doc__ or '')}")
    lines = posting_lines(rule, cls)
    if lines:
        legs = [(code(line.commodity), line.amount, code(line.source), code(line.target), line.note) for line in lines]
        parts.append(table(("commodity", "amount", "from", "to", "note"), legs))
    return parts


def needed(field: FieldReference) -> str:
    """Whether a field must be given, and what it is otherwise."""
    if field.required:
        return "yes"
    return "no" if field.default in {"", "()", "None"} else f"no: {field.default}"


def _element_parts(cls: type[FactData]) -> list[str]:
    """Tables of the parts of fields that are lists of structs."""
    parts = []
    for name, hint in get_type_hints(cls).items():
        element = get_args(hint)[0] if get_origin(hint) is tuple else None
        if isinstance(element, type) and issubclass(element, msgspec.Struct):
            meanings = field_meanings(element)
            rows = [(code(part), meanings.get(part, "")) for part in element.__struct_fields__]
            parts += [f"Each of `{name}`:", table(("part", "meaning"), rows)]
    return parts
