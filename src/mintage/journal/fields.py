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
from mintage.units.amount import UNITS_MAX
from mintage.units.errors import AmountError, InputError

Reader = Callable[[Any], Any]
_PATH = re.compile(r" - at `\$\.?([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
# What the reader of the types says, and what it means to somebody who wrote a file.
_PLAIN_WORDS = (
    ("Expected `int` >= 0", "it is negative.", "Give zero or more; what goes the other way is another kind of fact."),
    ("Expected `str` matching", "it is not written as it must be.", "Names are lower-case letters, digits, . and -."),
    ("Expected `str`, got", "it is not text.", "Write it in quotes."),
    ("Expected `array`, got", "a list is wanted here.", "Give it in a TOML or JSONL file: a CSV cell holds one value."),
)


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
    """The error of a value that is of the wrong type or range, from the words of the reader of the types."""
    path = _PATH.search(text)
    if path is None:
        for pattern, words, remedy in (
            (_MISSING, "it is missing.", f"{cls.kind} needs: {', '.join(cls.__struct_fields__)}."),
            (_UNKNOWN, f"{cls.kind} has no such field.", f"Its fields are: {', '.join(cls.__struct_fields__)}."),
        ):
            found = pattern.search(text)
            if found:
                return InputError(words, remedy=remedy, field=found[1])
    field, text = path[1] if path else None, _PATH.sub("", text)
    for start, words, remedy in _PLAIN_WORDS:
        if text.startswith(start):
            return InputError(words, remedy=f"{remedy} See `mintage facts kinds {cls.kind}`.", field=field)
    return InputError(f"{text}.", remedy=_choices(cls, field), field=field)


def _choices(cls: type[FactData], field: str | None) -> str:
    """What a field may be, where it is one of a few words."""
    words = [word for word in get_args(get_type_hints(cls).get(field or "")) if isinstance(word, str)]
    return f"One of: {', '.join(words)}." if words else f"See `mintage facts kinds {cls.kind}`."


@cache
def field_readers(cls: type) -> dict[str, Reader]:
    """How each field of a struct is read."""
    return {name: _reader(hint) for name, hint in get_type_hints(cls, include_extras=True).items()}


def _reader(hint: Any) -> Reader:
    hint = without_none(hint)
    unit = field_unit(hint)
    if unit in {"USD", "BTC", "HASHRATE", "ENERGY"}:
        return lambda value: _read_amount(value, unit)
    if unit == "count" or getattr(hint, "__origin__", hint) is int:
        return _read_count
    if unit == "price":
        return _read_decimal
    if hint is date:
        return _read_date
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        if isinstance(element, type) and issubclass(element, msgspec.Struct):
            return lambda value: _read_structs(element, value)
    return _read_plain


def without_none(hint: Any) -> Any:
    """The type of an optional field; others as they are."""
    options = [option for option in get_args(hint) if option is not type(None)]
    return options[0] if len(options) == 1 and type(None) in get_args(hint) else hint


def field_unit(hint: Any) -> str:
    """The unit that a field's annotation declares, or ""."""
    hint = without_none(hint)
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
    if abs(number) > UNITS_MAX:
        raise AmountError(f"{value} is too large to store.", remedy="The limit is 2^53 - 1.")
    return int(number)


def _read_date(value: Any) -> date:
    if type(value) is date:  # a TOML date; a date with a time is a subclass of it
        return value
    return parse_date(value if isinstance(value, str) else str(value))


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, float):
        raise AmountError(f"{value} is a float, which is not exact.", remedy=f'Write "{value}" in quotes.')
    return parse_number(str(value))


def _read_structs(element: type[msgspec.Struct], value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise InputError(
            "a list is wanted here.", remedy="Give it in a TOML or JSONL file: a CSV cell holds one value."
        )
    if not all(isinstance(item, dict) for item in value):
        raise InputError("each element is a table with fields.", remedy='Write {name = "value", ...}.')
    readers = field_readers(element)
    return [{name: readers[name](part) if name in readers else part for name, part in item.items()} for item in value]


def _read_plain(value: Any) -> Any:
    if isinstance(value, float):
        raise AmountError(f"{value} is a float.", remedy=f'Write "{value}" in quotes.')
    return value
