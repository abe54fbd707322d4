"""People of the tests: how they come in, and what their apps show."""

from __future__ import annotations

import pyotp

from mintage.people.caller import Caller
from mintage.people.done import SignedIn
from mintage.people.roles import Grant
from mintage.people.secret import Secret
from mintage.people.service import People
from mintage.units.clock import Clock

PHRASE = "under the seventh bridge"
OTHER_PHRASE = "a lamp beside the door"
HOME = "192.0.2.1"
ODD = "aZ09 -_.='\"\\/<>&%\x00\x1b\n\u202eßİ٣²陳😀"
"""Characters that break careless programs; a list of its own, since the tables of all characters take a second."""


def cookie_of(signed_in: SignedIn) -> str:
    """What the browser holds after a step of signing in."""
    assert signed_in.cookie is not None
    return signed_in.cookie.reveal()


def caller(people: People, signed_in: SignedIn) -> Caller:
    """Who is behind a session that must be complete."""
    found = people.caller_of_session(cookie_of(signed_in))
    assert found is not None
    return found


def join(people: People, by: Caller, name: str, *grants: Grant, password: str = PHRASE) -> Caller:
    """Add somebody and sign him or her in."""
    people.add_person(by, name, name.capitalize(), password, grants)
    return caller(people, people.sign_in(name, password, HOME))


def shown_code(secret: Secret, clock: Clock, *, steps: int = 0) -> str:
    """What an app shows now, or some steps of 30 seconds later."""
    return pyotp.TOTP(secret.reveal()).at(clock.now_us() // 1_000_000 + 30 * steps)


def enrol(people: People, by: Caller, clock: Clock) -> tuple[Secret, tuple[Secret, ...]]:
    """Enrol a second factor; the secret and the codes on paper. The session that asked has another cookie then."""
    secret = people.enrol_totp(by, PHRASE).secret
    return secret, people.confirm_totp(by, shown_code(secret, clock)).codes
