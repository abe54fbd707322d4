"""Coming in and going out: the first run, passwords, second factors, sessions, tokens, invitations."""

from __future__ import annotations

from mintage.people.caller import Caller, Via
from mintage.people.done import Done, SignedIn
from mintage.people.errors import SignInRefused
from mintage.people.passwords import check_password
from mintage.people.roles import Grant
from mintage.people.room import Room, checked_name, checked_shown
from mintage.people.secret import Secret, csrf_of, new_code, typed
from mintage.people.sessions import Session
from mintage.people.store import ADMINISTRATOR, Kept
from mintage.people.totp import is_from_app, matching_step, secret_of
from mintage.units.errors import InputError

_NO_CODE = "the code is not right."


class Signing(Room):
    """Use cases of whoever has not shown yet who he or she is."""

    def empty(self) -> bool:
        """Whether nobody was ever added, so that the first run is still to come."""
        return self._store.empty()

    def setup_code(self) -> Secret:
        """A new code for the first run, for the server's own terminal; the one before it is worth nothing.

        Raises:
            InputError: the first run is over.
        """
        code = new_code()
        with self.db.transaction():
            self._insist_on_first_run()
            self._store.set_setup_code(code.reveal())
        return code

    def setup(self, code: str, name: str, shown: str, password: str, address: str = "", *, agent: str = "") -> SignedIn:
        """The first run: make the first administrator, and sign him or her in.

        Args:
            code: from the server's terminal; it serves once.
            name: login.
            shown: name as shown.
            password: password.
            address: network address that asks.
            agent: what the browser says it is.

        Raises:
            InputError: the first run is over, or the name or the password may not be taken.
            SignInRefused: the code is another one.
            TooMany: too many codes were tried.
        """
        self._insist_on_first_run()
        name, shown = checked_name(name), checked_shown(shown, name)
        check_password(password, name, shown)
        self._lockout.attempt(address=address)
        kept = self.passwords.kept(password)
        with self.db.transaction():
            self._insist_on_first_run()
            if not self._store.use_setup_code(typed(code)):
                raise SignInRefused(_NO_CODE)
            self._lockout.right(address=address)
            now_us = self.clock.now_us()
            self._store.add(name, shown, now_us=now_us, by=name)
            self._store.set(name, password=kept, password_us=now_us)
            self._store.grant(name, Grant(ADMINISTRATOR), now_us=now_us, by=name)
            return self._begin(self._store.kept(name), address, agent, "people.set-up", via="setup")

    def sign_in(self, name: str, password: str, address: str = "", *, agent: str = "", old: str = "") -> SignedIn:
        """Sign in with a password; with a second factor, half way.

        A name that nobody has costs the same time and gets the same answer as a wrong password.

        Args:
            name: login; upper case and spaces around it do not matter.
            password: password.
            address: network address that asks.
            agent: what the browser says it is.
            old: what the browser held before; that session ends.

        Raises:
            SignInRefused: nobody has this name and password, or he or she may not sign in.
            TooMany: it was tried too often.
        """
        name = name.strip().lower()
        self._lockout.attempt(name=name, address=address)
        kept = self._store.kept(name)
        if not self.passwords.verify(kept.password, password) or kept.disabled:
            raise SignInRefused
        again = self.passwords.kept(password) if self.passwords.outdated(kept.password) else kept.password
        with self.db.transaction():
            now = self._store.kept(name)
            if now.disabled or now.password != kept.password:  # changed while this one was being verified
                raise SignInRefused
            self._store.set(name, password=again)
            self._lockout.right(name=name, address=address)
            before = self._sessions.find(old) if old else None
            if before is not None:
                self._sessions.end(before.person, before.id)
            return self._begin(now, address, agent, "people.signed-in")

    def second_factor(self, cookie: str, code: str, address: str = "") -> SignedIn:
        """Finish signing in, with a code from an app or one from paper. The browser gets another secret.

        Args:
            cookie: what the browser holds.
            code: the code.
            address: network address that asks.

        Raises:
            SignInRefused: no session waits for a code, or the code is wrong or was used.
            TooMany: it was tried too often.
        """
        session = self._sessions.find(cookie)
        if session is None or not session.pending:
            raise SignInRefused("sign in again.")
        name = session.person
        self._lockout.attempt(factor=name, address=address)
        kept = self._store.kept(name)
        how = "" if kept.disabled else self._used(kept, code)
        if not how:
            self._sessions.fail(session)
            raise SignInRefused(_NO_CODE)
        fresh = self._sessions.complete(session)
        if fresh is None:
            raise SignInRefused("sign in again.")
        self._lockout.right(factor=name, address=address)
        self._store.set(name, seen_us=self.clock.now_us())
        found = self._sessions.find(fresh.reveal())
        if found is None:
            raise SignInRefused("sign in again.")
        return SignedIn(
            action="people.signed-in", subject=name, by=name, via="session", detail=how, cookie=fresh, session=found
        )

    def sign_out(self, by: Caller) -> Done:
        """End the session that asks."""
        self._sessions.end(by.name, by.session)
        return Done(action="people.signed-out", subject=by.name, by=by.name, via=by.via)

    def accept(self, code: str, password: str) -> Done:
        """Set the password that an invitation allows. The link then serves no more, and other sessions end.

        Raises:
            SignInRefused: the link is another one, was used, or is over.
            InputError: the password may not be taken.
        """
        name = self._store.invited(code, self.clock.now_us())
        if name is None:
            raise SignInRefused("this link is over. Ask for another one.")
        check_password(password, name, self._found(name).shown)
        kept = self.passwords.kept(password)
        with self.db.transaction():
            if self._store.invited(code, self.clock.now_us()) != name:
                raise SignInRefused("this link is over. Ask for another one.")
            self._store.set(name, password=kept, password_us=self.clock.now_us(), invite=None, invite_until_us=0)
            self._sessions.end_all(name)
        self._lockout.right(name=name, factor=name)
        return Done(action="people.accepted", subject=name, by=name, via="session")

    def caller_of_session(self, cookie: str | None) -> Caller | None:
        """Who is behind what a browser holds; None where nobody is, or the second factor is still to be given."""
        session = self._sessions.find(cookie) if cookie else None
        if session is None or session.pending or cookie is None:
            return None
        kept = self._store.kept(session.person)
        if kept.disabled or not kept.password:
            return None
        return Caller(
            name=kept.name,
            shown=kept.shown,
            grants=self._store.grants(kept.name),
            session=session.id,
            csrf=csrf_of(cookie),
        )

    def pending_of_session(self, cookie: str | None) -> Session | None:
        """The session of a browser that waits for a second factor; None where none does."""
        session = self._sessions.find(cookie) if cookie else None
        return session if session and session.pending else None

    def caller_of_token(self, authorization: str | None) -> Caller | None:
        """Who is behind the header "Authorization: Bearer mtg_..."; None where nobody is."""
        scheme, _, secret = (authorization or "").partition(" ")
        token = self._tokens.find(secret.strip()) if scheme.lower() == "bearer" else None
        kept = self._store.kept(token.person) if token else None
        if token is None or kept is None or kept.disabled or not kept.password:
            return None
        return Caller(
            name=kept.name,
            shown=kept.shown,
            grants=token.narrowed(self._store.grants(kept.name)),
            via="token",
            rights=frozenset(token.rights),
            token=token.id,
        )

    def _insist_on_first_run(self) -> None:
        if not self.empty():
            raise InputError("the first administrator is there already.", remedy="Sign in, or ask for an invitation.")

    def _begin(self, kept: Kept, address: str, agent: str, action: str, via: Via = "session") -> SignedIn:
        pending = bool(kept.factor)
        session, cookie = self._sessions.begin(kept.name, pending=pending, address=address, agent=agent)
        if not pending:
            self._store.set(kept.name, seen_us=self.clock.now_us())
        detail = "password alone" if not pending else "password; second factor asked for"
        return SignedIn(
            action=action, subject=kept.name, by=kept.name, via=via, detail=detail, cookie=cookie, session=session
        )

    def _used(self, kept: Kept, code: str) -> str:
        """Use up a code; how it was known, "" where it is not right."""
        if not is_from_app(code):
            return "code from paper" if self._store.use_recovery(kept.name, typed(code)) else ""
        if not kept.factor:
            return ""
        secret = secret_of(self._key(), kept.name, kept.factor)
        step = matching_step(secret, code, self.clock.now_us(), last_step=kept.step)
        return "code from an app" if step is not None and self._store.use_step(kept.name, step) else ""
