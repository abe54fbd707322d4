"""From what a file says to the fields of a fact: units, counts, dates and names, each read exactly or refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from mintage.journal.fact import FactData
from mintage.units import parse_amount, parse_date, parse_number
from mintage.units.errors import AmountError, InputError

Reader = Callable[[Any], Any]
_PATH = re.compile(r" - at `\$\.?([^`]*)`")
_MISSING = re.compile(r"missing required field `(\w+)`")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")


def read_data(cls: type[FactData], values: dict[str, Any]) -> FactData:
    """Build a fact's data from text or TOML/JSON values.

    Raises:
        InputError: a field is missing, unknown, of the wrong unit, or not exact; `field` names it.
    """
    readers = field_readers(cls)
    ready = {}
    for name, value in values.items():
        reader = readers.get(name)
        try:
            ready[name] = reader(value) if reader else value
        except InputError as error:
            raise error.at(field=name) from error
    try:
        return msgspec.convert(ready, cls)
    except msgspec.ValidationError as error:
        raise _explain(cls, str(error)) from error


def _explain(cls: type[FactData], text: str) -> InputError:
    for pattern, words, remedy in (
        (_MISSING, "it is missing.", f"{cls.kind} needs: {', '.join(cls.__struct_fields__)}."),
        (_UNKNOWN, f"{cls.kind} has no such field.", f"Its fields are: {', '.join(cls.__struct_fields__)}."),
    ):
        found = pattern.search(text)
        if found:
            return InputError(words, remedy=remedy, field=found[1])
    path = _PATH.search(text)
    return InputError(_PATH.sub("", text) + ".", field=path[1] if path else None)


@cache
def field_readers(cls: type) -> dict[str, Reader]:
    """How each field of a struct is read."""
    return {name: _reader(hint) for name, hint in get_type_hints(cls, include_extras=True).items()}


def _reader(hint: Any) -> Reader:
    hint = _without_none(hint)
    unit = field_unit(hint)
    if unit in {"USD", "BTC", "HASHRATE", "ENERGY"}:
        return lambda value: _read_amount(value, unit)
    if unit == "count":
        return _read_count
    if unit == "price":
        return _read_decimal
    if hint is date:
        return lambda value: value if isinstance(value, date) else parse_date(value)
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        if isinstance(element, type) and issubclass(element, msgspec.Struct):
            return lambda value: _read_structs(element, value)
    return _read_plain


def _without_none(hint: Any) -> Any:
    """The type of an optional field; others as they are."""
    options = [option for option in get_args(hint) if option is not type(None)]
    return options[0] if len(options) == 1 and type(None) in get_args(hint) else hint


def field_unit(hint: Any) -> str:
    """The unit that a field's annotation declares, or ""."""
    hint = _without_none(hint)
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.extra:
            return str(meta.extra.get("unit", ""))
    return ""


def _read_amount(value: Any, unit: str) -> int:
    if isinstance(value, str):
        return parse_amount(value, unit).units
    if isinstance(value, float):
        raise AmountError(
            f"{value} is a float, which cannot hold an exact amount.", remedy=f'Write "{value}" in quotes.'
        )
    raise AmountError(f"{value!r} has no unit.", remedy='Write it in quotes with its unit, like "1.25 BTC".')


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise AmountError(f"{value!r} is not a whole number.", remedy="Write a whole number.")
    number = parse_number(str(value))
    if number != int(number):
        raise AmountError(f"{value} is not a whole number.", remedy="Write a whole number.")
    return int(number)


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, float):
        raise AmountError(f"{value} is a float, which is not exact.", remedy=f'Write "{value}" in quotes.')
    return parse_number(str(value))


def _read_structs(element: type[msgspec.Struct], value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise InputError(
            "a list is wanted here.", remedy="Give it in a TOML or JSONL file: a CSV cell holds one value."
        )
    readers = field_readers(element)
    return [{name: readers[name](part) if name in readers else part for name, part in item.items()} for item in value]


def _read_plain(value: Any) -> Any:
    if isinstance(value, float):
        raise AmountError(f"{value} is a float.", remedy=f'Write "{value}" in quotes.')
    return value
