"""Keeping people: adding, inviting, disabling, giving roles and taking them away."""

from __future__ import annotations

from collections.abc import Iterable

from mintage.people.caller import Caller
from mintage.people.done import Done, Invited
from mintage.people.passwords import check_password
from mintage.people.roles import EVERYWHERE, Grant, told
from mintage.people.room import Room, checked_grants, checked_name, checked_shown
from mintage.people.secret import new_secret
from mintage.people.store import Person
from mintage.units.errors import InputError

INVITED_US = 72 * 3600 * 1_000_000
"""How long an invitation holds."""


class Administration(Room):
    """Use cases of who keeps people."""

    def people(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        return self._store.all()

    def person(self, name: str) -> Person:
        """One person.

        Raises:
            InputError: nobody has that name.
        """
        return self._found(name)

    def add_person(self, by: Caller, name: str, shown: str, password: str, grants: Iterable[Grant] = ()) -> Done:
        """Add somebody with a password.

        Raises:
            Forbidden: whoever asks may not, or may not give these roles.
            InputError: the name, the password or a role may not be.
        """
        by.insist("people.write", EVERYWHERE)
        name, shown, given = checked_name(name), checked_shown(shown, name), checked_grants(by, grants)
        check_password(password, name, shown)
        kept = self.passwords.kept(password)
        with self.db.transaction():
            self._add(by, name, shown, given)
            self._store.set(name, password=kept, password_us=self.clock.now_us())
        return _done(by, "people.added", name, told(given))

    def invite(self, by: Caller, name: str, shown: str = "", grants: Iterable[Grant] = ()) -> Invited:
        """Add somebody who sets the password through a link that serves once, within 72 hours.

        Raises:
            Forbidden: whoever asks may not, or may not give these roles.
            InputError: the name or a role may not be.
        """
        by.insist("people.write", EVERYWHERE)
        name, shown, given = checked_name(name), checked_shown(shown, name), checked_grants(by, grants)
        with self.db.transaction():
            self._add(by, name, shown, given)
            return self._invited(by, name, told(given))

    def invite_again(self, by: Caller, name: str) -> Invited:
        """Make another link for somebody whose link is over, or who forgot the password, which holds until then.

        Raises:
            Forbidden: whoever asks may not.
            InputError: nobody has that name, or he or she is disabled.
        """
        by.insist("people.write", EVERYWHERE)
        self._insist_on_credentials(by, name)  # the link sets a password: no token may have one
        with self.db.transaction():
            if self._found(name).state == "disabled":
                raise InputError(f"{name} is disabled.", field="name", remedy="Enable the person first.")
            return self._invited(by, name, "another link")

    def disable_person(self, by: Caller, name: str) -> Done:
        """Keep somebody out: sessions end, tokens and invitations are worth nothing.

        Raises:
            Forbidden: whoever asks may not.
            InputError: nobody has that name, or it is the last administrator.
        """
        by.insist("people.write", EVERYWHERE)
        with self.db.transaction():
            self._found(name)
            before = self._store.administrators()
            self._store.set(name, disabled_us=self.clock.now_us(), invite=None, invite_until_us=0)
            self._insist_on_an_administrator(before)
            self._sessions.end_all(name)
            self._tokens.revoke_all(name)
        return _done(by, "people.disabled", name)

    def enable_person(self, by: Caller, name: str) -> Done:
        """Let somebody in again, also after too many wrong passwords.

        Raises:
            Forbidden: whoever asks may not.
            InputError: nobody has that name.
        """
        by.insist("people.write", EVERYWHERE)
        self._found(name)
        self._store.set(name, disabled_us=0)
        self._lockout.right(name=name, factor=name)
        return _done(by, "people.enabled", name)

    def grant(self, by: Caller, name: str, role: str, site: str = EVERYWHERE) -> Done:
        """Give a role. The person signs in again; the session that asks goes on under another secret.

        Args:
            by: who asks.
            name: to whom.
            role: which.
            site: at which site, for roles that are given by site.

        Raises:
            Forbidden: whoever asks may not, or may not give this role.
            InputError: the person, the role or the site may not be, or the role is there already.
        """
        by.insist("people.write", EVERYWHERE)
        (grant,) = checked_grants(by, (Grant(role, site),))
        with self.db.transaction():
            self._found(name)
            if not self._store.grant(name, grant, now_us=self.clock.now_us(), by=by.name):
                raise InputError(f"{name} has the role {told((grant,))} already.", field="role")
            cookie = self._renew(by, name)
        return Done(action="people.granted", subject=name, by=by.name, via=by.via, detail=told((grant,)), cookie=cookie)

    def revoke(self, by: Caller, name: str, role: str, site: str = EVERYWHERE) -> Done:
        """Take a role away. The person signs in again; the session that asks goes on under another secret.

        Args:
            by: who asks.
            name: from whom.
            role: which.
            site: at which site.

        Raises:
            Forbidden: whoever asks may not.
            InputError: the person does not have the role, or is the last administrator.
        """
        by.insist("people.write", EVERYWHERE)
        grant = Grant(role, site)
        with self.db.transaction():
            self._found(name)
            before = self._store.administrators()
            if not self._store.revoke(name, grant):
                raise InputError(f"{name} does not have the role {told((grant,))}.", field="role")
            self._insist_on_an_administrator(before)
            cookie = self._renew(by, name)
        return Done(action="people.revoked", subject=name, by=by.name, via=by.via, detail=told((grant,)), cookie=cookie)

    def _add(self, by: Caller, name: str, shown: str, grants: tuple[Grant, ...]) -> None:
        if by.via == "demo":  # whoever is at this machine is its administrator; an account would outlive it
            raise InputError("a demonstration keeps no accounts.", remedy="Run `mintage serve` without --demo.")
        now_us = self.clock.now_us()
        self._store.add(name, shown, now_us=now_us, by=by.name)
        for grant in grants:
            self._store.grant(name, grant, now_us=now_us, by=by.name)

    def _invited(self, by: Caller, name: str, detail: str) -> Invited:
        code, until_us = new_secret(), self.clock.now_us() + INVITED_US
        self._store.invite(name, code.reveal(), until_us)
        return Invited(
            action="people.invited",
            subject=name,
            by=by.name,
            via=by.via,
            detail=detail,
            code=code,
            until_us=until_us,
        )


def _done(by: Caller, action: str, subject: str, detail: str = "") -> Done:
    return Done(action=action, subject=subject, by=by.name, via=by.via, detail=detail)
