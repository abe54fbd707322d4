"""Who may do what at a site.

Roles are a site's own: somebody may operate one site and only look at another. A site whose file names no user is
run by whoever can write its files, and trusts that person with everything but the approval of his or her own acts.
"""

from __future__ import annotations

import unicodedata
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


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: spelling, case, spaces and what nobody sees make no second person."""
    return _plain(one) == _plain(other)


def insist_on_another(what: str, asked: tuple[str, str], who: str, login: str) -> None:
    """Insist that a second person decides.

    Args:
        what: what was asked for, as it is told.
        asked: name of who asked, and the login that he or she asked from; "" where that is not known.
        who: name of who decides.
        login: login that he or she decides from; "" where that is not known, as over the network.

    Raises:
        InputError: it is the same person, or the same login under another name.
    """
    asked_by, asked_login = asked
    if same_person(asked_by, who):
        raise InputError(
            f"{asked_by} asked for {what}, and nobody approves his or her own request.",
            field="who",
            remedy="Ask a second person who has the role approver.",
        )
    if login and asked_login and same_person(login, asked_login):
        raise InputError(
            f"{asked_by} asked for {what} from the login {asked_login}, which is that of {who} too: another name is"
            " no second person.",
            field="who",
            remedy="Approve it from a login of one's own, or over the agent's API with a token of one's own.",
        )


def _plain(name: str) -> str:
    seen = (char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFKC", "".join(seen).strip().casefold())


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
