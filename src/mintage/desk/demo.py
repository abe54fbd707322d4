"""The demonstration: nobody signs in, everybody may try each role, and it is heard on this machine alone."""

from __future__ import annotations

import secrets
from functools import cached_property

import msgspec

from mintage.people.caller import Caller
from mintage.people.roles import Grant, role_book

FIRST = "ada"
_NAMES = {
    "administrator": ("ada", "Ada"),
    "controller": ("chen", "Chen"),
    "operator": ("ivo", "Ivo"),
    "sales": ("sara", "Sara"),
    "treasurer": ("theo", "Theo"),
    "viewer": ("vera", "Vera"),
}
SECOND = ("lead", "Lin", ("controller", "operator"))
"""Somebody who can approve what another asked for."""


class Persona(msgspec.Struct, frozen=True):
    """Somebody as whom one can look around.

    Attributes:
        name: login.
        shown: as shown.
        roles: what he or she is.
    """

    name: str
    shown: str
    roles: tuple[str, ...]


class Demo:
    """The people of a demonstration."""

    def __init__(self) -> None:
        self._csrf = secrets.token_urlsafe(24)

    @cached_property
    def personas(self) -> dict[str, Persona]:
        """Who one can be, by name: one for each role, and one who approves."""
        found = [Persona(*_NAMES.get(role, (role, role.title())), (role,)) for role in role_book().role]
        found.append(Persona(*SECOND))
        return {persona.name: persona for persona in found}

    def caller(self, name: str) -> Caller:
        """The caller as whom somebody looks around; the administrator where none is chosen."""
        persona = self.personas.get(name) or self.personas[FIRST]
        grants = tuple(Grant(role) for role in persona.roles)
        return Caller(name=persona.name, shown=persona.shown, grants=grants, via="demo", csrf=self._csrf)
