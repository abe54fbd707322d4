"""What the use cases of this room share: the tables, the clock, and who may ask for what."""

from __future__ import annotations

from collections.abc import Iterable

from mintage.people.caller import Caller, Forbidden
from mintage.people.errors import SignInRefused
from mintage.people.key import load_key
from mintage.people.limits import Lockout
from mintage.people.passwords import Passwords
from mintage.people.roles import EVERYWHERE, Grant, rights_of, role_book
from mintage.people.secret import Secret
from mintage.people.sessions import Sessions
from mintage.people.store import SLUG, Kept, PeopleStore, Person
from mintage.people.tokens import Tokens
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import InputError

SHOWN_MAX = 100


class Room:
    """Tables, clock and checks.

    Args:
        db: the console's file of tables; its key stands beside it, as the same name with the ending .key.
        clock: what time it is.
        passwords: how passwords are kept.
    """

    def __init__(self, db: StateDb, clock: Clock, *, passwords: Passwords | None = None) -> None:
        self.db, self.clock = db, clock
        self.passwords = passwords or Passwords()
        self._store = PeopleStore(db)
        self._sessions, self._tokens = Sessions(db, clock), Tokens(db, clock)
        self._lockout = Lockout(db, clock, self._key)
        self._read_key: bytes | None = None

    def _key(self) -> bytes:
        if self._read_key is None:
            self._read_key = load_key(self.db.path.with_suffix(".key") if self.db.path else None)
        return self._read_key

    def _found(self, name: str) -> Person:
        person = self._store.find(name)
        if person is None:
            raise InputError(f"there is nobody of the name '{name}'.", field="name", remedy="See the list of people.")
        return person

    def _insist_on_credentials(self, by: Caller, name: str) -> Kept:
        """Insist that somebody may change a person's credentials: the person, or who keeps people.

        A token may not, or it could make a wider one; nor may a demonstration.
        """
        if by.via not in {"session", "command"}:
            raise Forbidden("self.write" if by.name == name else "people.write")
        if by.name == name:
            by.insist("self.write")
        else:
            by.insist("people.write", EVERYWHERE)
        self._found(name)
        return self._store.kept(name)

    def _insist_on_password(self, by: Caller, password: str) -> None:
        """Insist that whoever holds the browser also knows the password. A command has no browser."""
        if by.via == "command":
            return
        self._lockout.attempt(name=by.name)
        if not self.passwords.verify(self._store.kept(by.name).password, password):
            raise SignInRefused("the password is not right.")
        self._lockout.right(name=by.name)

    def _renew(self, by: Caller, name: str) -> Secret | None:
        """End somebody's sessions after a change of what he or she may do.

        The session that asks goes on under another secret, which is returned.
        """
        own = by.session if by.name == name else ""
        self._sessions.end_all(name, but=own)
        return self._sessions.rotate(own) if own else None

    def _insist_on_an_administrator(self, before: frozenset[str]) -> None:
        """Insist, at the end of a transaction, that an administrator remains."""
        if before and not self._store.administrators():
            raise InputError(
                f"{', '.join(before)} is the last administrator.",
                field="name",
                remedy="Make somebody else administrator first.",
            )


def checked_name(name: str) -> str:
    """A login that may be given.

    Raises:
        InputError: it may not.
    """
    if not SLUG.fullmatch(name):
        raise InputError(
            "a name is of lower-case letters, digits, dots and dashes, and begins with a letter or digit.",
            field="name",
            remedy="Write it as ada or ada.lovelace.",
        )
    return name


def checked_shown(shown: str, name: str) -> str:
    """A name as it is shown, on one line; the login where none is given.

    Raises:
        InputError: it is too long, or has characters that cannot be seen.
    """
    plain = " ".join(shown.split()) or name
    if len(plain) > SHOWN_MAX or not plain.isprintable():
        raise InputError(f"a shown name is one line of at most {SHOWN_MAX} characters.", field="shown")
    return plain


def checked_site(site: str) -> str:
    """A site's name as it may be written; whether there is such a site is not asked, since sites come and go.

    Raises:
        InputError: no site can have this name.
    """
    if site != EVERYWHERE and not SLUG.fullmatch(site):
        raise InputError(f"no site can have the name '{site}'.", field="site", remedy="Write it as in the site's file.")
    return site


def checked_grants(by: Caller, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Roles that somebody may give.

    Raises:
        InputError: there is no such role, or it is not given by site.
        Forbidden: it carries rights that whoever gives it may not use.
    """
    book, found = role_book(), tuple(sorted(set(grants)))
    for grant in found:
        role = book.role.get(grant.role)
        if role is None:
            raise InputError(
                f"there is no role '{grant.role}'.", field="role", remedy=f"Take one of {', '.join(book.role)}."
            )
        if checked_site(grant.site) != EVERYWHERE and not role.per_site:
            raise InputError(
                f"the role {grant.role} is given for the whole company.", field="site", remedy="Leave the site out."
            )
        for right in sorted(rights_of(grant.role)):
            by.insist(right, grant.site)
    return found
