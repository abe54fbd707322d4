"""Passwords: which are taken, what is kept of them (argon2id), and how they are verified.

Source: RFC 9106 section 4 (second recommended option, on one lane); NIST SP 800-63B-4 section 3.1.1 (length, no rules
of composition, a list of common ones, normalization).
"""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources

import msgspec
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from mintage.people.errors import TooMany
from mintage.units.errors import InputError

WAITING_MAX = 16
"""How many wait for their turn; more are sent away, or strangers could keep every thread of a server waiting."""
WAIT_S = 2.0
LENGTH_MIN = 12
LENGTH_MAX = 256
_OWN_MIN = 8
"""Characters that must remain when a person's own names are taken out."""
_DISTINCT_MIN = 5
_HASH_BYTES, _SALT_BYTES = 32, 16


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What one guess at a password costs.

    Attributes:
        memory_kib: memory that it fills.
        passes: times that it goes over it.
        lanes: lanes side by side; one, so that a sign-in takes one core.
    """

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 1


class Passwords:
    """Keeps and verifies passwords.

    Args:
        effort: what one guess costs; a password kept with another effort is hashed again when it is verified next.
        at_once: how many are worked on at once, which bounds the memory that strangers can make a server use.
    """

    def __init__(self, effort: Effort = Effort(), *, at_once: int = 2) -> None:  # noqa: B008  frozen
        self.effort = effort
        self._hasher = PasswordHasher(
            time_cost=effort.passes,
            memory_cost=effort.memory_kib,
            parallelism=effort.lanes,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        self._turn, self._room = threading.Semaphore(at_once), threading.Semaphore(at_once + WAITING_MAX)
        self._nobody = _no_ones(effort)

    def kept(self, password: str) -> str:
        """What is kept of a password.

        Raises:
            TooMany: too many are being worked on.
        """
        with self._working():
            return self._hasher.hash(_bytes(password))

    def verify(self, kept: str, password: str) -> bool:
        """Whether a password is the one that is kept; takes as long where nothing is kept ("").

        Raises:
            TooMany: too many are being worked on.
        """
        sound = len(password) <= LENGTH_MAX
        try:
            with self._working():
                self._hasher.verify(kept or self._nobody, _bytes(password if sound else ""))
        except (VerificationError, InvalidHashError):
            return False
        return sound and bool(kept)

    @contextmanager
    def _working(self) -> Iterator[None]:
        """One's turn, where there is room to wait for it."""
        if not self._room.acquire(blocking=False):
            raise TooMany(WAIT_S)
        try:
            with self._turn:
                yield
        finally:
            self._room.release()

    def outdated(self, kept: str) -> bool:
        """Whether a password was kept with another effort than today's."""
        return self._hasher.check_needs_rehash(kept)


def check_password(password: str, *names: str) -> None:
    """Refuse a password that is guessed at once.

    Args:
        password: what somebody wants to use.
        names: the person's own names.

    Raises:
        InputError: it is too short or too long, common, or made of the person's own name.
    """
    plain = _plain(password)
    problem = ""
    if len(plain) < LENGTH_MIN or len(plain) > LENGTH_MAX:
        problem = f"a password has {LENGTH_MIN} to {LENGTH_MAX} characters."
    elif plain in common_passwords() or len(set(plain)) < _DISTINCT_MIN:
        problem = "this password is among those that are guessed first."
    elif _without(plain, names) < _OWN_MIN:
        problem = "this password is made of the person's own name."
    if problem:
        raise InputError(problem, field="password", remedy="Take a few words that do not belong together.")


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that are long enough and guessed first all the same."""
    text = resources.files("mintage.people").joinpath("data/common_passwords.txt").read_text("utf-8")
    return frozenset(_plain(line) for line in text.splitlines() if line and not line.startswith("#"))


def _without(plain: str, names: tuple[str, ...]) -> int:
    """How many characters remain without somebody's names and what stands between them."""
    parts = {part for name in names for part in (_plain(name), *_plain(name).replace(".", " ").split())}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) > 2:
            plain = plain.replace(part, "")
    return sum(char.isalnum() or not char.isascii() for char in plain)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _no_ones(effort: Effort) -> str:
    """What would be kept of a password that nobody knows."""
    salt, hash_ = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={effort.memory_kib},t={effort.passes},p={effort.lanes}${salt}${hash_}"
