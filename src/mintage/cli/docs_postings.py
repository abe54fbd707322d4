"""What a kind of fact posts, read from its rule: the rule runs on symbols instead of amounts.

A posting rule is linear and does not branch on an amount (see `mintage.journal.rules`), so it runs on symbols that
only know addition, subtraction and multiplication. What comes out is the posting in the words of the fact's fields.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from mintage.journal.fact import FactData
from mintage.journal.fields import field_unit
from mintage.journal.rules import Effect, LateCost, Rule, Transfer
from mintage.units.errors import InputError

COUNTED = frozenset({"USD", "BTC", "HASHRATE", "ENERGY", "count"})
"""Units of fields on which a rule does arithmetic."""


class PostingLine(NamedTuple):
    """One line of a posting: so much of a commodity leaves `source` (credit) and reaches `target` (debit)."""

    commodity: str
    amount: str
    source: str
    target: str
    note: str


class Symbol:
    """A linear expression of named amounts.

    Args:
        terms: name of an amount to its whole factor.
    """

    def __init__(self, terms: dict[str, int]) -> None:
        self.terms = {name: factor for name, factor in terms.items() if factor}

    def __add__(self, other: Symbol | int) -> Symbol:
        more = other.terms if isinstance(other, Symbol) else {"1": other}
        return Symbol({name: self.terms.get(name, 0) + more.get(name, 0) for name in self.terms | more})

    __radd__ = __add__

    def __neg__(self) -> Symbol:
        return self * -1

    def __sub__(self, other: Symbol | int) -> Symbol:
        return self + -other

    def __rsub__(self, other: int) -> Symbol:
        return -self + other

    def __mul__(self, other: Symbol | int) -> Symbol:
        if isinstance(other, Symbol):
            return Symbol({f"{a} × {b}": m * n for a, m in self.terms.items() for b, n in other.terms.items()})
        return Symbol({name: factor * other for name, factor in self.terms.items()})

    __rmul__ = __mul__

    def __str__(self) -> str:
        signed = [
            f"{'-' if factor < 0 else '+'} {'' if abs(factor) == 1 else abs(factor)}{name}"
            for name, factor in self.terms.items()
        ]
        text = " ".join(signed)
        return text.removeprefix("+ ") if text.startswith("+") else text.replace("- ", "-", 1)


def posting_lines(rule: Rule, cls: type[FactData]) -> list[PostingLine]:
    """What a rule posts, with the names of the fact's fields where their values would stand.

    Accounts into which a choice is only filled show it in braces, like a name; where a choice decides the account
    itself, every choice has lines of its own, and the note says which.

    Args:
        rule: the posting rule.
        cls: the kind of fact that it posts.

    Returns:
        Lines in the order of posting; none where the rule reads the postings from text, as a manual entry does.
    """
    choices = {name: get_args(hint) for name, hint in _hints(cls).items() if get_origin(hint) is Literal}
    first = {name: options[0] for name, options in choices.items()}
    deciding = {name: options for name, options in choices.items() if not _fills_in(rule, cls, first, name, options)}
    shown = {name: deciding.get(name) or (f"{{{name}}}",) for name in choices}
    found: dict[PostingLine, list[str]] = {}
    cases = list(product(*shown.values()))
    for values in cases:
        given = dict(zip(choices, values, strict=True))
        where = ", ".join(f"{name} {given[name]}" for name in deciding)
        for line in _run(rule, cls, given):
            found.setdefault(line, []).append(where)
    return [line if len(where) == len(cases) else _noted(line, where) for line, where in found.items()]


def _fills_in(rule: Rule, cls: type[FactData], first: dict[str, str], name: str, options: tuple[str, ...]) -> bool:
    """Whether a choice is only filled into names of accounts and commodities."""
    mark = f"{{{name}}}"
    try:
        pattern = _run(rule, cls, first | {name: mark})
    except KeyError:  # the rule looks the choice up in a table
        return False
    filled = [[PostingLine(*(cell.replace(mark, option) for cell in line)) for line in pattern] for option in options]
    return filled == [_run(rule, cls, first | {name: option}) for option in options]


def _noted(line: PostingLine, where: list[str]) -> PostingLine:
    return line._replace(note=", ".join(filter(None, (line.note, f"where {' or '.join(where)}"))))


def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _run(rule: Rule, cls: type[FactData], choices: dict[str, str]) -> list[PostingLine]:
    try:
        return [_line(effect) for effect in rule(_symbolic(cls, choices))]
    except InputError:  # a manual entry's amounts are text with a unit
        return []


def _symbolic(cls: type[msgspec.Struct], choices: dict[str, str]) -> Any:
    hints = _hints(cls)
    return cls(**{name: choices.get(name) or _value(name, hints[name]) for name in cls.__struct_fields__})


def _value(name: str, hint: Any) -> Any:
    if field_unit(hint) in COUNTED:
        return Symbol({name: 1})
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        return (_symbolic(element, {}),) if issubclass(element, msgspec.Struct) else ()
    return f"{{{name}}}"


def _line(effect: Effect) -> PostingLine:
    if isinstance(effect, Transfer):
        notes = [f"{effect.kind}" if effect.kind else "", f"cost to `{effect.cost_to}`" if effect.cost_to else ""]
        return PostingLine(
            effect.commodity, str(effect.amount), effect.source, effect.target, ", ".join(filter(None, notes))
        )
    if isinstance(effect, LateCost):
        return PostingLine("USD", str(effect.amount), effect.source, "", f"late cost of the units of {effect.origin}")
    return PostingLine(effect.commodity, str(effect.amount), "", effect.account, "one leg")
