"""The second factor: codes of six digits that change every 30 seconds, and codes on paper for when a phone is lost.

The shared secret is nowhere in the file of tables: it follows from the key beside the file, the person and a number
drawn at enrolment. Source: RFC 6238, with SHA-1, six digits and 30 seconds, as all common apps take it.
"""

from __future__ import annotations

import base64
import secrets

import pyotp
import segno

from mintage.people.secret import Secret, derived, new_code, same

STEP_US = 30 * 1_000_000
RECOVERY_CODES = 10
ISSUER = "Mintage"
_SECRET_BYTES = 20
_STEPS_AROUND = (-1, 0, 1)


def new_draw() -> str:
    """The number drawn at an enrolment, which is kept; without the key it tells nothing."""
    return secrets.token_hex(16)


def secret_of(key: bytes, person: str, draw: str) -> Secret:
    """The secret that a person's app shares with us, in base 32.

    Args:
        key: the key beside the file of tables.
        person: whose.
        draw: what was drawn at the enrolment.
    """
    raw = derived(key, f"second factor of {person}, {draw}")
    return Secret(base64.b32encode(raw[:_SECRET_BYTES]).decode())


def matching_step(secret: Secret, code: str, now_us: int, *, last_step: int) -> int | None:
    """The time step whose code was given: this one, the one before or the one after.

    Args:
        secret: what the app shares with us.
        code: what was typed.
        now_us: the time.
        last_step: the newest step that was ever used; it and those before it are not taken again.
    """
    offered = "".join(code.split())
    totp, now_step, found = pyotp.TOTP(secret.reveal()), now_us // STEP_US, None
    for step in (now_step + around for around in _STEPS_AROUND):  # all three, however early one matches
        if same(totp.generate_otp(max(step, 0)), offered) and step > last_step:
            found = step
    return found


def otpauth_uri(secret: Secret, person: str, issuer: str = ISSUER) -> Secret:
    """The address that an app takes the secret from."""
    return Secret(pyotp.TOTP(secret.reveal()).provisioning_uri(name=person, issuer_name=issuer))


def qr_svg(uri: Secret) -> Secret:
    """The address as a picture to scan: an SVG element without styles, dark on light in any theme."""
    code = segno.make(uri.reveal(), error="m", micro=False)
    return Secret(code.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None))


def recovery_codes() -> tuple[Secret, ...]:
    """Codes on paper, each of which stands for the second factor once."""
    return tuple(new_code() for _ in range(RECOVERY_CODES))


def is_from_app(code: str) -> bool:
    """Whether a code can come from an app, which shows digits alone; others are from paper."""
    bare = "".join(code.split())
    return bare.isdigit() and len(bare) < 10
