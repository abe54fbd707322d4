"""The second factor."""

from __future__ import annotations

import base64
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.people.secret import Secret, new_code, typed
from mintage.people.totp import (
    RECOVERY_CODES,
    is_from_app,
    matching_step,
    new_draw,
    otpauth_uri,
    qr_svg,
    recovery_codes,
    secret_of,
)
from tests.people.persons import ODD

RFC_SECRET = Secret(base64.b32encode(b"12345678901234567890").decode())
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("at_s", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_of_the_standard(at_s: int, code: str) -> None:
    """RFC 6238 appendix B, cut to six digits; spaces between them do not matter."""
    spaced = f"{code[:3]} {code[3:]}"
    for offered in (code, spaced):
        assert matching_step(RFC_SECRET, offered, at_s * 1_000_000, last_step=0) == at_s // 30


@given(offset=st.integers(-5, 5), now_step=st.integers(10, 10**8))
def test_one_step_around_is_taken_and_no_more(offset: int, now_step: int) -> None:
    """A clock that is off by one step serves; a code of another time does not."""
    at_us = now_step * 30_000_000
    code = _code(now_step + offset)
    found = matching_step(RFC_SECRET, code, at_us, last_step=0)
    near = [step for step in (now_step - 1, now_step, now_step + 1) if _code(step) == code]
    assert found == (near[-1] if near else None)
    assert (found is not None) or abs(offset) > 1


@given(used=st.integers(-2, 2))
def test_a_used_step_and_those_before_it_are_not_taken_again(used: int) -> None:
    """After a code was used, only codes of later steps count."""
    now_step = 59_333_333
    for offset in (-1, 0, 1):
        found = matching_step(RFC_SECRET, _code(now_step + offset), now_step * 30_000_000, last_step=now_step + used)
        assert found == (now_step + offset if offset > used else None)


@given(st.text(ODD + "0123456789", max_size=12))
def test_nonsense_is_no_code(text: str) -> None:
    """Whatever is typed, nothing but the code of now is taken, and nothing fails."""
    codes = {_code(step) for step in (999, 1000, 1001)}
    found = matching_step(RFC_SECRET, text, 1000 * 30_000_000, last_step=0)
    assert (found is not None) == ("".join(text.split()) in codes)


def test_the_secret_follows_from_key_person_and_draw_together() -> None:
    """With any of the three another one, the secret is another one; it has the 160 bits that the standard asks for."""
    draw = new_draw()
    secret = secret_of(KEY, "ada", draw)
    assert secret == secret_of(KEY, "ada", draw)
    others = {secret_of(b"l" * 32, "ada", draw), secret_of(KEY, "bob", draw), secret_of(KEY, "ada", new_draw())}
    assert len(others | {secret}) == 4
    assert len(base64.b32decode(secret.reveal())) == 20


def test_the_picture_obeys_a_strict_policy() -> None:
    """An SVG element that parses, without styles, scripts or links, so that it can stand in a page of ours."""
    uri = otpauth_uri(RFC_SECRET, "ada")
    assert uri.reveal().startswith("otpauth://totp/Mintage:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    picture = qr_svg(uri).reveal()
    root = ET.fromstring(picture)  # noqa: S314  our own text
    assert root.tag.endswith("svg")
    assert {name for element in root.iter() for name in element.attrib} <= {
        "width", "height", "viewBox", "transform", "fill", "stroke", "d",
    }  # fmt: skip


def test_codes_on_paper_are_many_long_and_typed_easily() -> None:
    """Ten codes of 80 bits; case, spaces, dashes and digits mistaken for letters do not matter."""
    codes = recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES == 10
    for code in codes:
        text = code.reveal()
        assert not is_from_app(text)
        assert len(base64.b32decode(text.replace("-", ""))) == 10
        assert typed(f"  {text.lower().replace('-', ' ')} ".replace("o", "0").replace("i", "1")) == text


@given(st.text(ODD))
def test_typing_is_settled_once(text: str) -> None:
    """The form that is hashed is its own form."""
    assert typed(typed(text)) == typed(text)


def test_codes_are_never_alike() -> None:
    """No two of many codes are the same."""
    assert len({new_code() for _ in range(1000)}) == 1000


def _code(step: int) -> str:
    import pyotp

    return pyotp.TOTP(RFC_SECRET.reveal()).generate_otp(step)
