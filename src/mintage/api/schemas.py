"""JSON Schemas of what the API takes and answers, from the structs themselves; fields are described by docstrings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import inspect as told

from mintage.journal.reference import field_meanings

REF = "#/components/schemas/{name}"
_PLAIN = re.compile(r"[^a-zA-Z0-9.\-_]")


def schemas_of(answers: Iterable[Any], bodies: Iterable[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Schemas of types by their `repr`, and the components that they refer to.

    An answer always has all of its fields, so each is required; a body may leave out what has a default.

    Args:
        answers: types that are only sent.
        bodies: types that are received.
    """
    answers, bodies = list(answers), list(bodies)
    types = [*answers, *bodies]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF, schema_hook=_hook)
    received = set(_structs(bodies))
    classes = _classes(_structs(types), set(components))
    for name, cls in classes.items():
        _describe(components[name], cls, whole=cls not in received)
    names = _short_names(classes)
    renamed = {names.get(name, name): _renamed(schema, names) for name, schema in components.items()}
    by_type = {repr(type_): _renamed(schema, names) for type_, schema in zip(types, schemas, strict=True)}
    return by_type, dict(sorted(renamed.items()))


def _describe(schema: dict[str, Any], cls: type, *, whole: bool) -> None:
    """Let a struct's docstring speak of the struct, and its "Attributes:" each of its field."""
    text = cleandoc(cls.__doc__ or "").partition("\n\nAttributes:")[0].partition("\n\nArgs:")[0]
    schema["title"] = cls.__name__
    schema["description"] = "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
    meanings: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        meanings.update(field_meanings(base))
    tag = cls.__struct_config__.tag_field  # type: ignore[attr-defined]  # each is a struct
    for name, part in schema["properties"].items():
        if name == tag:
            part["description"] = "Which of the alternatives this is."
        elif name in meanings:
            part["description"] = meanings[name][:1].upper() + meanings[name][1:]
    if whole and not cls.__struct_config__.omit_defaults:  # type: ignore[attr-defined]  # each is a struct
        schema["required"] = list(schema["properties"])


def _structs(types: Iterable[Any]) -> Iterator[type]:
    """Every struct that types are made of, once."""
    waiting, seen = list(told.multi_type_info(types)), set[type]()
    while waiting:
        found = waiting.pop()
        if isinstance(found, told.Metadata):
            waiting.append(found.type)
        elif isinstance(found, told.CollectionType):
            waiting.append(found.item_type)
        elif isinstance(found, told.TupleType):
            waiting += found.item_types
        elif isinstance(found, told.DictType):
            waiting += (found.key_type, found.value_type)
        elif isinstance(found, told.UnionType):
            waiting += found.types
        elif isinstance(found, told.StructType) and found.cls not in seen:
            seen.add(found.cls)
            yield found.cls
            waiting += [field.type for field in found.fields]


def _classes(structs: Iterable[type], names: set[str]) -> dict[str, type]:
    """Components by the name that msgspec gives them: the whole path where two structs have one name."""
    found = {}
    for cls in structs:
        path = _PLAIN.sub("_", f"{cls.__module__}.{cls.__qualname__}")
        found[path if path in names else cls.__name__] = cls
    return found


def _short_names(classes: dict[str, type]) -> dict[str, str]:
    """Whole paths to short names: the struct's after its module's.

    Raises:
        AssertionError: two structs would have one name, so that clients could not tell them apart.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for name, cls in classes.items():
        module = cls.__module__.rpartition(".")[2].title().replace("_", "")
        alike[f"{module}{cls.__name__}" if name != cls.__name__ else name].append(name)
    twice = [names for names in alike.values() if len(names) > 1]
    if twice:
        raise AssertionError(f"structs of the API have one name: {twice}")
    return {names[0]: short for short, names in alike.items()}


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """A schema that refers to components by their short names."""
    if isinstance(schema, dict):
        return {key: _renamed(value, names) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_renamed(item, names) for item in schema]
    if isinstance(schema, str) and schema.startswith(REF.format(name="")):
        name = schema.rpartition("/")[2]
        return REF.format(name=names.get(name, name))
    return schema


def _hook(type_: type) -> dict[str, Any]:
    """What msgspec cannot describe: exact ratios are strings "n/d"."""
    if type_.__name__ == "Fraction":
        return {"type": "string", "pattern": r"^-?\d+(/\d+)?$", "description": "An exact ratio."}
    raise NotImplementedError(type_)
