"""Who asks: a person behind a session, a token or a demonstration, with what he or she may do here."""

from __future__ import annotations

import msgspec

from mintage.people.facts import Way
from mintage.people.roles import EVERYWHERE, Grant, allows
from mintage.units.errors import MintageError

Via = Way


class Forbidden(MintageError):
    """Somebody who is known asks for what he or she may not do.

    Args:
        right: the right that is missing.
        site: the site at which it is missing, None where it would be for the whole company.
    """

    def __init__(self, right: str, site: str | None = None) -> None:
        where = f" at {site}" if site and site != EVERYWHERE else ""
        super().__init__(f"you do not have the right {right}{where}.")
        self.right, self.site = right, site


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks.

    Attributes:
        name: the person's login, which is the actor of facts.
        shown: the person's name as shown.
        grants: roles; with a token, those that the person and the token share.
        via: how he or she proved who it is.
        rights: where a token is narrower than its person, the rights that it may use; None for all.
        session: id of the session, "" where there is none.
        csrf: what a form of this session must send back, "" where there is no session; never printed.
        token: id of the token, "" where there is none.
    """

    name: str
    shown: str = ""
    grants: tuple[Grant, ...] = ()
    via: Via = "session"
    rights: frozenset[str] | None = None
    session: str = ""
    csrf: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return f"Caller(name={self.name!r}, via={self.via!r}, session={self.session!r}, token={self.token!r})"

    def may(self, right: str, site: str | None = None) -> bool:
        """Whether the right is there; without a site, whether it is there anywhere."""
        return (self.rights is None or right in self.rights) and allows(self.grants, right, site)

    def insist(self, right: str, site: str | None = None) -> None:
        """Insist on a right.

        Raises:
            Forbidden: it is not there.
        """
        if not self.may(right, site):
            raise Forbidden(right, site)
