"""A person's own account: password, second factor, sessions, tokens. Who keeps people may change some of it too."""

from __future__ import annotations

from collections.abc import Iterable

from mintage.people.caller import Caller
from mintage.people.done import Done, Enrolment, NewToken, Recovery
from mintage.people.errors import SignInRefused
from mintage.people.passwords import check_password
from mintage.people.roles import EVERYWHERE, Grant, allows, role_book
from mintage.people.room import Room, checked_site
from mintage.people.secret import Secret
from mintage.people.sessions import Session
from mintage.people.store import Person
from mintage.people.tokens import DAYS_MAX, Token, new_id
from mintage.people.totp import matching_step, new_draw, otpauth_uri, qr_svg, recovery_codes, secret_of
from mintage.units.errors import InputError

LABEL_MAX = 60
_DAY_US = 86_400 * 1_000_000


class OwnAccount(Room):
    """Use cases of somebody who is signed in, about himself or herself."""

    def change_password(self, by: Caller, old: str, new: str) -> Done:
        """Change one's own password. All other sessions end; the browser gets another secret.

        Raises:
            SignInRefused: the old password is another one.
            TooMany: it was tried too often.
            InputError: the new one may not be taken.
        """
        kept = self._insist_on_credentials(by, by.name)
        self._insist_on_password(by, old)
        check_password(new, by.name, kept.shown)
        hashed = self.passwords.kept(new)
        with self.db.transaction():
            now_us = self.clock.now_us()
            self._store.set(by.name, password=hashed, password_us=now_us, invite=None, invite_until_us=0)
            cookie = self._renew(by, by.name)
        return _done(by, "people.password-changed", by.name, cookie=cookie)

    def enrol_totp(self, by: Caller, password: str) -> Enrolment:
        """Offer a second factor: it counts from its first code on, and one that was there counts until then.

        Raises:
            SignInRefused: the password is another one.
            TooMany: it was tried too often.
        """
        self._insist_on_credentials(by, by.name)
        self._insist_on_password(by, password)
        draw = new_draw()
        secret = secret_of(self._key(), by.name, draw)
        uri = otpauth_uri(secret, by.name)
        self._store.set(by.name, factor_offered=draw)
        return Enrolment(
            action="people.factor-offered",
            subject=by.name,
            by=by.name,
            via=by.via,
            secret=secret,
            uri=uri,
            svg=qr_svg(uri),
        )

    def confirm_totp(self, by: Caller, code: str) -> Recovery:
        """Take the offered second factor into use with its first code; also codes for paper. Other sessions end.

        Raises:
            SignInRefused: none was offered, or the code is not right.
            TooMany: it was tried too often.
        """
        kept = self._insist_on_credentials(by, by.name)
        self._lockout.attempt(factor=by.name)
        secret = secret_of(self._key(), by.name, kept.offered)
        step = matching_step(secret, code, self.clock.now_us(), last_step=0) if kept.offered else None
        if step is None:
            raise SignInRefused("the code is not right.")
        self._lockout.right(factor=by.name)
        codes = recovery_codes()
        with self.db.transaction():
            self._store.set(by.name, factor=kept.offered, factor_offered="", factor_step=step)
            self._store.set_recovery(by.name, tuple(item.reveal() for item in codes))
            cookie = self._renew(by, by.name)
        return Recovery(
            action="people.factor-confirmed", subject=by.name, by=by.name, via=by.via, cookie=cookie, codes=codes
        )

    def new_recovery_codes(self, by: Caller, password: str) -> Recovery:
        """New codes on paper in place of the former ones.

        Raises:
            SignInRefused: the password is another one.
            TooMany: it was tried too often.
            InputError: there is no second factor.
        """
        kept = self._insist_on_credentials(by, by.name)
        if not kept.factor:
            raise InputError("there is no second factor.", remedy="Enrol one first.")
        self._insist_on_password(by, password)
        codes = recovery_codes()
        self._store.set_recovery(by.name, tuple(item.reveal() for item in codes))
        return Recovery(action="people.codes-made", subject=by.name, by=by.name, via=by.via, codes=codes)

    def remove_totp(self, by: Caller, password: str, name: str | None = None) -> Done:
        """Remove a second factor and its codes on paper; sessions end, and the one that asks gets another secret.

        Args:
            by: who asks: the person, or who keeps people, for somebody who has lost the phone and the paper.
            password: of whoever asks; a command needs none.
            name: whose; the own where left out.

        Raises:
            SignInRefused: the password is another one.
            TooMany: it was tried too often.
        """
        name = name or by.name
        self._insist_on_credentials(by, name)
        self._insist_on_password(by, password)
        with self.db.transaction():
            self._store.set(name, factor="", factor_offered="", factor_step=0)
            self._store.set_recovery(name, ())
            cookie = self._renew(by, name)
        return _done(by, "people.factor-removed", name, cookie=cookie)

    def new_token(
        self,
        by: Caller,
        label: str,
        rights: Iterable[str],
        *,
        sites: Iterable[str] = (),
        days: int = 90,
        name: str | None = None,
    ) -> NewToken:
        """Make a token, which may do less than its person.

        Args:
            by: who asks: the person, or who keeps people.
            label: what it is for.
            rights: the rights that it may use.
            sites: the sites that it is for; none for all. Then all its rights must be those of a site.
            days: how long it is worth something.
            name: in whose name it acts; the own where left out.

        Raises:
            InputError: the label, a right, a site or the days may not be.
        """
        person = self._token_person(by, name or by.name)
        asked, places = tuple(sorted(set(rights))), tuple(sorted(set(sites)))
        _check_token(label, asked, places, days, person.grants)
        now_us = self.clock.now_us()
        token = Token(
            id=new_id(),
            person=person.name,
            label=" ".join(label.split()),
            rights=asked,
            sites=places,
            made_us=now_us,
            made_by=by.name,
            until_us=now_us + days * _DAY_US,
        )
        secret = self._tokens.make(token)
        at = f" at {', '.join(places)}" if places else ""
        return NewToken(
            action="people.token-made",
            subject=person.name,
            by=by.name,
            via=by.via,
            detail=f"{token.id} {token.label}: {', '.join(asked)}{at}; {days} days",
            token=token,
            secret=secret,
        )

    def revoke_token(self, by: Caller, id_: str, name: str | None = None) -> Done:
        """Make a token worthless.

        Args:
            by: who asks: the person, or who keeps people.
            id_: the token's id.
            name: whose it is; the own where left out.

        Raises:
            InputError: there is no such token.
        """
        name = name or by.name
        self._insist_on_credentials(by, name)
        if not self._tokens.revoke(name, id_):
            raise InputError(f"{name} has no token {id_}.", field="token", remedy="See the list of tokens.")
        return _done(by, "people.token-revoked", name, id_)

    def end_session(self, by: Caller, id_: str, name: str | None = None) -> Done:
        """End a session, here or elsewhere.

        Args:
            by: who asks: the person, or who keeps people.
            id_: the session's id.
            name: whose it is; the own where left out.

        Raises:
            InputError: there is no such session.
        """
        name = name or by.name
        self._insist_on_credentials(by, name)
        if not self._sessions.end(name, id_):
            raise InputError(f"{name} has no session {id_}.", field="session", remedy="See the list of sessions.")
        return _done(by, "people.session-ended", name, id_)

    def end_sessions(self, by: Caller, name: str | None = None) -> Done:
        """End all sessions of a person but the one that asks.

        Args:
            by: who asks: the person, or who keeps people.
            name: whose; the own where left out.
        """
        name = name or by.name
        self._insist_on_credentials(by, name)
        count = self._sessions.end_all(name, but=by.session)
        return _done(by, "people.sessions-ended", name, f"{count} sessions")

    def sessions(self, name: str) -> tuple[Session, ...]:
        """Somebody's sessions, the latest visit first."""
        return self._sessions.of(name)

    def tokens(self, name: str) -> tuple[Token, ...]:
        """Somebody's tokens, the latest first, also those that are over."""
        return self._tokens.of(name)

    def _token_person(self, by: Caller, name: str) -> Person:
        self._insist_on_credentials(by, name)
        person = self._found(name)
        if person.state != "active":
            raise InputError(f"{name} cannot sign in, and has no tokens.", field="name")
        return person


def _done(by: Caller, action: str, subject: str, detail: str = "", *, cookie: Secret | None = None) -> Done:
    return Done(action=action, subject=subject, by=by.name, via=by.via, detail=detail, cookie=cookie)


def _check_token(
    label: str, rights: tuple[str, ...], sites: tuple[str, ...], days: int, grants: tuple[Grant, ...]
) -> None:
    known = role_book().right
    if not label.strip() or len(label) > LABEL_MAX or not label.isprintable():
        raise InputError(f"a token's name is one line of at most {LABEL_MAX} characters.", field="label")
    if not 1 <= days <= DAYS_MAX:
        raise InputError(f"a token is worth something for 1 to {DAYS_MAX} days.", field="days")
    if not rights:
        raise InputError("a token needs a right.", field="rights", remedy="Name what its program is to do.")
    for site in sites:
        if checked_site(site) == EVERYWHERE:
            raise InputError("a site is named by its name.", field="sites", remedy="Leave sites out for all of them.")
    for right in rights:
        if right not in known:
            raise InputError(f"there is no right '{right}'.", field="rights")
        if sites and not known[right].per_site:
            raise InputError(
                f"the right {right} is not one of a site.",
                field="rights",
                remedy="Leave it out, or leave the sites out.",
            )
        if not all(allows(grants, right, site) for site in (sites or (None,))):
            raise InputError(f"the person does not have the right {right} there.", field="rights")
