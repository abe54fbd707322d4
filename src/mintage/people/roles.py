"""Roles and rights, as data: what each role may do, everywhere or at one site."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Annotated

import msgspec

EVERYWHERE = "*"
"""The site of a grant that holds at every site."""
ALL_RIGHTS = "*"
RoleName = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+$")]


class Right(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One right.

    Attributes:
        en: what it allows, in English.
        zh: the same in Traditional Chinese.
        per_site: whether it can be granted for one site alone.
    """

    en: str
    zh: str
    per_site: bool = False


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One role.

    Attributes:
        en: its name in English.
        zh: its name in Traditional Chinese.
        does: what somebody in it does, by language.
        rights: the rights that it carries; "*" for all.
        per_site: whether it is granted for one site or more by name.
    """

    en: str
    zh: str
    does: dict[str, str]
    rights: tuple[str, ...]
    per_site: bool = False


class RoleBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table of roles and rights.

    Attributes:
        everyone: rights of whoever has any role.
        right: rights by name.
        role: roles by name.
    """

    everyone: tuple[str, ...]
    right: dict[str, Right]
    role: dict[RoleName, Role]


class Grant(msgspec.Struct, frozen=True, order=True):
    """A role that somebody has.

    Attributes:
        role: which.
        site: at which site; "*" for all.
    """

    role: RoleName
    site: str = EVERYWHERE


@cache
def role_book() -> RoleBook:
    """The roles and rights that come with Mintage."""
    raw = resources.files("mintage.people").joinpath("data/roles.toml").read_bytes()
    return msgspec.toml.decode(raw, type=RoleBook)


@cache
def rights_of(role: str) -> frozenset[str]:
    """The rights that a role carries; none where the role is not known any more."""
    book = role_book()
    found = book.role.get(role)
    if found is None:
        return frozenset()
    return frozenset(book.right if ALL_RIGHTS in found.rights else (*found.rights, *book.everyone))


def allows(grants: tuple[Grant, ...], right: str, site: str | None = None) -> bool:
    """Whether some grants carry a right.

    Args:
        grants: what somebody has.
        right: "room.verb".
        site: the site that is asked about; None asks whether there is any place at all where it holds.
    """
    there = (grant for grant in grants if site is None or grant.site in (EVERYWHERE, site))
    return any(right in rights_of(grant.role) for grant in there)


def told(grants: Iterable[Grant]) -> str:
    """Roles in a few words, for lists and the record."""
    return ", ".join(grant.role if grant.site == EVERYWHERE else f"{grant.role} at {grant.site}" for grant in grants)
