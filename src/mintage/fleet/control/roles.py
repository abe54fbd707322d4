"""Who may do what at a site.

Roles are a site's own: somebody may operate one site and only look at another. A site whose file names no user is
run by whoever can write its files, and trusts that person with everything but the approval of his or her own acts.
"""

from __future__ import annotations

from typing import Literal

from mintage.fleet.sites import Role, Site
from mintage.units.errors import InputError

Right = Literal["read", "act", "approve", "administer"]
RIGHTS: dict[Right, frozenset[Role]] = {
    "read": frozenset({"viewer", "operator", "approver", "admin"}),
    "act": frozenset({"operator", "admin"}),
    "approve": frozenset({"approver", "admin"}),
    "administer": frozenset({"admin"}),
}
"""Which roles carry a right."""


def has_right(site: Site, who: str, right: Right) -> bool:
    """Whether somebody has a right at a site."""
    if not site.user:
        return True
    return any(user.name == who and not RIGHTS[right].isdisjoint(user.roles) for user in site.user)


def may(site: Site, who: str, right: Right) -> None:
    """Insist on a right.

    Args:
        site: where.
        who: name of the user.
        right: what he or she is about to do.

    Raises:
        InputError: nobody is named, or the user has no role at the site that carries the right.
    """
    if not who.strip():
        raise InputError("nobody is named who does this.", field="who", remedy="Say who acts.")
    if not has_right(site, who, right):
        roles = " or ".join(sorted(RIGHTS[right]))
        raise InputError(
            f"{who} may not {right} at {site.name}: that takes the role {roles}.",
            field="who",
            remedy=f'Ask somebody who has it, or add it to [[user]] name = "{who}" in the site\'s file.',
        )
