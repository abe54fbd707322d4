"""Runs posting rules on arrays with one element per path, and compares them with runs on whole numbers.

Use in a room's tests:

    @pytest.mark.parametrize("kind", sorted(RULES.rules))
    def test_rules_are_linear_and_serve_arrays(kind: str) -> None:
        assert_linear(RULES, kind)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import numpy as np
from numpy.typing import NDArray

from mintage.journal.fact import FactData, fact_class
from mintage.journal.rules import Effect, Effects, Rulebook, Transfer

AMOUNT_UNITS = {"USD", "BTC", "HASHRATE", "ENERGY", "count"}
PATHS = 2
Paths = NDArray[np.int64]
Draw = Callable[[], Any]


def assert_linear(rulebook: Rulebook, kind: str, **given: Any) -> None:
    """A rule posts on arrays, path by path, what it posts on whole numbers, and it adds up.

    Args:
        rulebook: holds the rule.
        kind: kind of fact; every choice of its `Literal` and `bool` fields is tried.
        given: values for fields that should not be made up from their type.

    Raises:
        AssertionError: the rule branches on an amount, or is not linear in the amounts.
    """
    for choices in _choices(fact_class(kind)):
        values = {**choices, **given}
        each = [_post(rulebook, kind, _amounts(path), values) for path in range(PATHS)]
        paths = [_amounts(path) for path in range(PATHS)]
        wide = _post(rulebook, kind, _Together(paths, np.array), values)
        for path, effects in enumerate(each):
            assert [_element(effect, path) for effect in wide] == list(effects), f"{kind}: path {path} differs"
        paths = [_amounts(path) for path in range(PATHS)]
        total = _post(rulebook, kind, _Together(paths, sum), values)
        sums = [sum(effect.amount for effect in column) for column in zip(*each, strict=True)]
        assert [effect.amount for effect in total] == sums, f"{kind}: posts of a sum are not the sum of posts"


def make_fact(kind: str, draw: Draw, given: dict[str, Any]) -> FactData:
    """A fact of a kind, with every amount drawn and the rest given or made up."""
    made: FactData = _make(fact_class(kind), draw, given)
    return made


def _post(rulebook: Rulebook, kind: str, draw: Draw, given: dict[str, Any]) -> Effects:
    return rulebook.rules[kind](make_fact(kind, draw, given))


def _amounts(seed: int) -> Draw:
    """Amounts of one path, the same for the same seed."""
    random = np.random.default_rng(seed)
    return lambda: int(random.integers(1, 10**8))


class _Together:
    """Amounts of all paths drawn at once and put together."""

    def __init__(self, paths: list[Draw], join: Callable[[list[int]], Any]) -> None:
        self._paths, self._join = paths, join

    def __call__(self) -> Any:
        return self._join([path() for path in self._paths])


def _make(cls: type[msgspec.Struct], draw: Draw, given: dict[str, Any]) -> Any:
    fields = msgspec.structs.fields(cls)
    return cls(**{f.name: given[f.name] if f.name in given else _value(f, draw) for f in fields})


def _value(field: msgspec.structs.FieldInfo, draw: Draw) -> Any:
    unit = _unit(field.type)
    if unit in AMOUNT_UNITS:
        return draw()
    if unit == "name":
        return field.name.replace("_", "-")
    made_up = {str: f"some {field.name}", date: date(2025, 6, 30), Decimal: Decimal("1.5")}
    plain = get_args(field.type)[0] if unit else field.type
    if plain in made_up:
        return made_up[plain]
    if get_origin(field.type) is tuple:
        return tuple(_make(get_args(field.type)[0], draw, {}) for _ in range(2))
    if not field.required:
        return field.default
    raise TypeError(f"field '{field.name}' of type {field.type} must be given")


def _unit(annotation: Any) -> str:
    if get_origin(annotation) is not Annotated:
        return ""
    return next((m.extra["unit"] for m in get_args(annotation) if isinstance(m, msgspec.Meta) and m.extra), "")


def _choices(cls: type[FactData]) -> Iterator[dict[str, Any]]:
    options = {f.name: _options(f.type) for f in msgspec.structs.fields(cls) if _options(f.type)}
    for values in product(*options.values()):
        yield dict(zip(options, values, strict=True))


def _options(annotation: Any) -> tuple[Any, ...]:
    if annotation is bool:
        return (False, True)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _element(effect: Effect, path: int) -> Effect:
    names = ("amount", "value", "weight") if isinstance(effect, Transfer) else ("amount",)
    return msgspec.structs.replace(effect, **{name: _at(getattr(effect, name), path) for name in names})


def _at(amount: int | Paths, path: int) -> int:
    return int(np.broadcast_to(amount, (PATHS,))[path])
