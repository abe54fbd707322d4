"""Scopes: which machines are meant, said in a small language that commands, rules and windows share.

    all                                   every machine
    rack=r1,r2                            in one of these racks
    rack=r1 model=15-* chip_max_c>=95     all terms must hold
    state!=asleep,offline                 none of these
    address=10.1.0.0/26                   within a block or range

A term is a field, one of `=`, `!=`, `<`, `<=`, `>`, `>=`, and values with commas between them. Texts are compared
without regard to case, with `*` as wildcard; a value with blanks stands in quotes. A machine of which a field is
unknown is not meant by a term on it, whichever way the term asks: nothing is done to a machine by guess.
"""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable, Iterable
from fnmatch import translate
from ipaddress import IPv4Address

import msgspec

from mintage.fleet.latest import Machine
from mintage.fleet.ranges import range_bounds
from mintage.fleet.readings import fields
from mintage.units.errors import InputError, LimitError

SCOPE_CHARACTERS_MAX = 200_000
_TERM = re.compile(r"^([a-z_]+)(!=|<=|>=|=|<|>)(.*)$", re.DOTALL)
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TEXTS: dict[str, Callable[[Machine], tuple[str, ...]]] = {
    "asset": lambda m: (m.asset,),
    "serial": lambda m: (m.serial or m.identity.serial,),
    "hall": lambda m: (m.place.hall,),
    "rack": lambda m: (m.place.rack,),
    "feeder": lambda m: (m.place.feeder,),
    "make": lambda m: (m.identity.make,),
    "model": lambda m: (m.identity.model, m.identity.name),
    "driver": lambda m: (m.identity.driver,),
    "cooling": lambda m: (m.identity.cooling,),
    "dna": lambda m: (m.identity.dna,),
    "mac": lambda m: (m.identity.mac,),
    "firmware": lambda m: (m.identity.firmware,),
    "state": lambda m: (m.state,),
}
"""Fields that are texts, with the names under which a machine is known there; an empty one is unknown."""
_READ_TEXTS = {field.name for field in fields() if field.kind == "text"} - set(_TEXTS)
_NUMBERS = {field.name for field in fields() if field.kind != "text"} | {"slot", "nameplate_w", "nameplate_ths"}


class Term(msgspec.Struct, frozen=True):
    """One condition on one field.

    Attributes:
        field: what it asks about.
        sign: how it compares.
        values: what with, in lower case; with more than one, any of them.
    """

    field: str
    sign: str
    values: tuple[str, ...]


class Scope(msgspec.Struct, frozen=True):
    """Which machines are meant.

    Attributes:
        text: as it was written.
        terms: what must hold; none means every machine.
    """

    text: str
    terms: tuple[Term, ...] = ()

    def holds(self, machine: Machine) -> bool | None:
        """Whether a machine is meant; None where a field that decides is unknown."""
        answers = [_holds(term, machine) for term in self.terms]
        if False in answers:
            return False
        return None if None in answers else True


class Selection(msgspec.Struct, frozen=True):
    """What a scope means now.

    Attributes:
        machines: machines that are meant, by asset id.
        unknown: machines left out because what decides is unknown of them.
    """

    machines: tuple[Machine, ...]
    unknown: tuple[Machine, ...]


EVERYTHING = Scope("all")


def parse_scope(text: str) -> Scope:
    """Read a scope.

    Raises:
        InputError: it is empty, or a term cannot be read.
        LimitError: it is too long.
    """
    if len(text) > SCOPE_CHARACTERS_MAX:
        raise LimitError(f"a scope has at most {SCOPE_CHARACTERS_MAX:,} characters.", field="scope")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError(f"a quote in '{text}' is not closed.", field="scope") from error
    if words == ["all"]:
        return Scope(text)
    if not words:
        raise InputError("no machines are named.", field="scope", remedy='Write "all", or terms such as "rack=r1".')
    return Scope(text, tuple(map(_term, words)))


def select(scope: Scope, machines: Iterable[Machine]) -> Selection:
    """Which of some machines a scope means."""
    meant, unknown = [], []
    for machine in machines:
        answer = scope.holds(machine)
        if answer:
            meant.append(machine)
        elif answer is None:
            unknown.append(machine)
    by_asset = operator.attrgetter("asset")
    return Selection(tuple(sorted(meant, key=by_asset)), tuple(sorted(unknown, key=by_asset)))


def _term(word: str) -> Term:
    found = _TERM.match(word)
    remedy = 'Write "all", or terms such as "rack=r1,r2", "state!=asleep" or "chip_max_c>95".'
    if not found:
        raise InputError(f"'{word}' is no term.", field="scope", remedy=remedy)
    name, sign, rest = found.groups()
    values = tuple(value.strip().lower() for value in rest.split(",") if value.strip())
    if not values:
        raise InputError(f"'{word}' names nothing to compare with.", field="scope", remedy=remedy)
    if name not in _NUMBERS and name not in _TEXTS and name not in _READ_TEXTS and name != "address":
        known = ", ".join(sorted(_NUMBERS | set(_TEXTS) | _READ_TEXTS | {"address"}))
        raise InputError(f"'{name}' is no field of a machine.", field="scope", remedy=f"Known are: {known}.")
    if name in _NUMBERS:
        for value in values:
            _number(value, word)
        if sign in _ORDER and len(values) > 1:
            raise InputError(f"'{word}' compares with more than one number.", field="scope")
    elif sign in _ORDER:
        raise InputError(f"'{name}' is a text; '{word}' cannot be.", field="scope", remedy="Compare with = or !=.")
    if name == "address":
        for value in values:
            range_bounds(value)
    return Term(name, sign, values)


def _number(value: str, word: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise InputError(f"'{value}' in '{word}' is no number.", field="scope") from error


def _holds(term: Term, machine: Machine) -> bool | None:
    if term.field in _NUMBERS:
        told = _told(term.field, machine)
        if told is None:
            return None
        if term.sign in _ORDER:
            return bool(_ORDER[term.sign](told, float(term.values[0])))
        among = told in map(float, term.values)
    elif term.field == "address":
        where = int(IPv4Address(machine.place.address))
        among = any(low <= where <= high for low, high in map(range_bounds, term.values))
    else:
        names = _names(term.field, machine)
        if not names:
            return None
        among = any(_like(pattern, name) for pattern in term.values for name in names)
    return among if term.sign == "=" else not among


def _told(name: str, machine: Machine) -> float | None:
    if name == "slot":
        return float(machine.place.slot) or None
    if name.startswith("nameplate"):
        told = machine.identity.nameplate_w if name == "nameplate_w" else machine.identity.nameplate_ths
        return None if told is None else float(told)
    return machine.snapshot.number(name) if machine.snapshot else None


def _names(name: str, machine: Machine) -> list[str]:
    if name in _TEXTS:
        names = _TEXTS[name](machine)
    else:
        names = (str(machine.snapshot.values.get(name, "")),) if machine.snapshot else ()
    return [text.lower() for text in names if text]


def _like(pattern: str, name: str) -> bool:
    return re.match(translate(pattern), name) is not None if "*" in pattern else pattern == name
